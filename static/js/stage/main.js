/** The big screen: shows what everybody may see, has no controls, and never gives up reconnecting. */

import "../started.js";
import { Announcer } from "../announcer.js";
import { data, el, show } from "../dom.js";
import { reactTo } from "../effects.js";
import { endedScreen, endingFor } from "../ended.js";
import { toggleFullScreen } from "../full_screen.js";
import { onGesture } from "../gestures.js";
import { attempt } from "../guard.js";
import { CLOSE } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Screens } from "../screens.js";
import { isLive, phaseOf } from "../selectors.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { drawConnectionBadge, isOffline } from "../widgets/connection_badge.js";
import { drawScores } from "../widgets/scoreboard.js";
import { lobbyView } from "./lobby.js";
import { resultsView } from "./results.js";
import { reviewView } from "./review.js";
import { countdownView, pauseView, roundView } from "./round.js";
import { teamsView } from "./teams.js";

/** @import { State } from "../reducer.js" */
/** @import { Status } from "../socket.js" */

const TICK_MS = 200;
const RETRY_MS = 10_000;
/** After this time the button for sound and full screen is an icon. */
const BEGIN_SHOWN_MS = 8_000;
/** Screens that need no line on how to join. */
const WITHOUT_INVITE = ["lobby", "teams", "ended"];

const outputs = {
  sound: new Sound(),
  toasts: new Toasts(el("toasts")),
  announcer: new Announcer(el("announcer")),
};
const wake = new ScreenWakeLock(el("awake", document, HTMLVideoElement));
const room = new Room({
  code: data(document.body, "code"),
  url: socketUrl(data(document.body, "ws")),
  connectPayload: () => ({ role: "spectator" }),
  maxAttempts: Number.POSITIVE_INFINITY,
});
const screens = new Screens();
const ended = endedScreen(screens.section("ended"), {}, drawScores);
screens.register({
  lobby: lobbyView(screens.section("lobby")),
  teams: teamsView(screens.section("teams")),
  countdown: countdownView(screens.section("countdown")),
  round: roundView(screens.section("round")),
  pause: pauseView(screens.section("pause")),
  review: reviewView(screens.section("review")),
  results: resultsView(screens.section("results"), el("confetti")),
});

show(el("begin"), true);
window.setTimeout(() => el("begin").setAttribute("data-small", ""), BEGIN_SHOWN_MS);
el("begin").addEventListener("click", toggleFullScreen);
onGesture(() => {
  wake.request();
  outputs.sound.unlock();
  show(el("begin"), false);
});
room.subscribe(({ state, message, status }) => {
  if (message) {
    attempt(() => reactTo(state, message, outputs));
  } else if (status.phase === "stopped" && !endingFor("stage", status.code)) {
    window.setTimeout(() => room.connect(), RETRY_MS);
  }
  draw(state, status);
});
window.setInterval(() => isLive(room.state) && screens.tick(room.state), TICK_MS);
room.start();

/** @param {State} state @param {Status} status */
function draw(state, status) {
  drawConnectionBadge(el("connection"), status);
  show(el("connection"), isOffline(status));
  document.body.toggleAttribute("data-offline", isOffline(status));
  drawScreen(state, status);
  const game = state.gameState;
  show(el("invite"), game !== null && !game.locked && !WITHOUT_INVITE.includes(screens.name ?? ""));
  if (isLive(state)) {
    screens.tick(state);
  }
}

/** @param {State} state @param {Status} status */
function drawScreen(state, status) {
  const ending = endingOf(state, status);
  if (ending) {
    screens.show("ended", () => ended.draw(ending, state.gameState));
  } else if (isLive(state)) {
    screens.show(phaseOf(state.gameState), () => screens.view?.draw?.(state));
  } else {
    screens.show("connecting", () => {});
  }
}

/** What to show for good; null while there is a room to show. @param {State} state @param {Status} status */
function endingOf(state, status) {
  if (status.phase === "stopped") {
    return endingFor("stage", status.code);
  }
  return state.gameState?.state === "ROOM_CLOSED" ? endingFor("stage", CLOSE.ROOM_CLOSED) : null;
}

/** The big screen: everything that everybody may see, nothing to press, and never the end of trying. */

import { Announcer } from "../announcer.js";
import { reactTo } from "../effects.js";
import { phaseOf } from "../selectors.js";
import { onFirstGesture } from "../first_gesture.js";
import { drawConnectionBadge, isOffline } from "../widgets/connection_badge.js";
import { el, show } from "../dom.js";
import { CLOSE } from "../protocol.js";
import { Room, socketUrl } from "../room.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { ScreenWakeLock } from "../wake_lock.js";
import { endedView } from "./ended.js";
import { lobbyView } from "./lobby.js";
import { countdownView, pauseView, roundView } from "./round.js";
import { resultsView } from "./results.js";
import { reviewView } from "./review.js";
import { teamsView } from "./teams.js";

const CLOCK_MS = 200;
const TRY_AGAIN_MS = 10_000;
const ENDS = [CLOSE.ROOM_CLOSED, CLOSE.NO_SUCH_ROOM, CLOSE.UPGRADE_REQUIRED];

const page = document.body.dataset;
const effects = {
  sound: new Sound(),
  toasts: new Toasts(el("toasts")),
  announcer: new Announcer(el("announcer")),
};
const wake = new ScreenWakeLock(el("awake"));
const room = new Room({
  code: page.code,
  url: socketUrl(page.ws),
  hello: () => ({ role: "spectator" }),
  maxAttempts: Infinity,
});
const sections = new Map(
  [...document.querySelectorAll("[data-screen]")].map((section) => [section.dataset.screen, section]),
);
const views = {
  lobby: lobbyView(sections.get("lobby")),
  teams: teamsView(sections.get("teams")),
  countdown: countdownView(sections.get("countdown")),
  round: roundView(sections.get("round")),
  pause: pauseView(sections.get("pause")),
  review: reviewView(sections.get("review")),
  results: resultsView(sections.get("results"), el("confetti")),
  ended: endedView(sections.get("ended")),
};
let viewName = "connecting";

show(el("begin"), true);
el("begin").addEventListener("click", () => {
  document.documentElement.requestFullscreen?.().catch((error) => console.info("No full screen:", error.message));
});
onFirstGesture(() => {
  wake.request();
  effects.sound.unlock();
  show(el("begin"), false);
});
room.subscribe((change) => {
  if (change.message) {
    reactTo(change, effects);
  }
  if (change.status.phase === "stopped" && !ENDS.includes(change.status.code) && !change.message) {
    window.setTimeout(() => room.socket.connect(), TRY_AGAIN_MS);
  }
  draw(change.state, change.status);
});
window.setInterval(() => tick(room.state), CLOCK_MS);
room.start();

function draw(state, status) {
  drawConnectionBadge(el("connection"), status);
  show(el("connection"), isOffline(status));
  document.body.toggleAttribute("data-offline", isOffline(status));
  enter(wanted(state, status));
  const game = state.gameState;
  show(el("invite"), Boolean(game) && !game.locked && !["lobby", "teams", "ended"].includes(viewName));
  views[viewName]?.draw(state);
  tick(state);
}

function wanted(state, status) {
  if (status.phase === "stopped" && ENDS.includes(status.code)) {
    return "ended";
  }
  return state.gameState ? phaseOf(state.gameState) : "connecting";
}

function enter(name) {
  if (name === viewName) {
    return;
  }
  views[viewName]?.leave?.();
  sections.forEach((section, other) => show(section, other === name));
  viewName = name;
  document.body.dataset.screen = name;
}

function tick(state) {
  if (state.gameState) {
    views[viewName]?.tick?.(state, performance.now());
  }
}

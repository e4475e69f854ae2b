/** The big screen: everything that everybody may see, nothing to press, and never the end of trying. */

import { Announcer } from "../announce.js";
import { accompany } from "../board/effects.js";
import { phaseOf } from "../board/facts.js";
import { onFirstTouch } from "../board/firsttouch.js";
import { drawLine, isAway } from "../board/line.js";
import { part, show } from "../dom.js";
import { CLOSE } from "../protocol.js";
import { Room, socketAddress } from "../room.js";
import { Sound } from "../sound.js";
import { Toasts } from "../toasts.js";
import { Wake } from "../wake.js";
import { farewellView } from "./farewell.js";
import { lobbyView } from "./lobby.js";
import { countdownView, pauseView, roundView } from "./play.js";
import { resultsView } from "./results.js";
import { reviewView } from "./review.js";
import { teamsView } from "./teams.js";

const CLOCK_MS = 200;
const TRY_AGAIN_MS = 10_000;
const ENDS = [CLOSE.ROOM_CLOSED, CLOSE.NO_SUCH_ROOM, CLOSE.UPGRADE_REQUIRED];

const page = document.body.dataset;
const effects = {
  sound: new Sound(),
  toasts: new Toasts(part("toasts")),
  announcer: new Announcer(part("announcer")),
};
const wake = new Wake(part("awake"));
const room = new Room({
  code: page.code,
  url: socketAddress(page.ws),
  hello: () => ({ role: "spectator" }),
  maxAttempts: Infinity,
});
const sections = new Map(
  [...document.querySelectorAll("[data-view]")].map((section) => [section.dataset.view, section]),
);
const views = {
  lobby: lobbyView(sections.get("lobby")),
  teams: teamsView(sections.get("teams")),
  countdown: countdownView(sections.get("countdown")),
  round: roundView(sections.get("round")),
  pause: pauseView(sections.get("pause")),
  review: reviewView(sections.get("review")),
  results: resultsView(sections.get("results"), part("confetti")),
  farewell: farewellView(sections.get("farewell")),
};
let viewName = "connecting";

show(part("begin"), true);
part("begin").addEventListener("click", () => {
  document.documentElement.requestFullscreen?.().catch((error) => console.info("No full screen:", error.message));
});
onFirstTouch(() => {
  wake.keepAwake();
  effects.sound.unlock();
  show(part("begin"), false);
});
room.subscribe((change) => {
  if (change.message) {
    accompany(change, effects);
  }
  if (change.status.phase === "stopped" && !ENDS.includes(change.status.code) && !change.message) {
    window.setTimeout(() => room.socket.connect(), TRY_AGAIN_MS);
  }
  draw(change.state, change.status);
});
window.setInterval(() => tick(room.state), CLOCK_MS);
room.start();

function draw(state, status) {
  drawLine(part("line"), status);
  show(part("line"), isAway(status));
  document.body.toggleAttribute("data-offline", isAway(status));
  enter(wanted(state, status));
  const game = state.gameState;
  show(part("invite"), Boolean(game) && !game.locked && !["lobby", "teams", "farewell"].includes(viewName));
  views[viewName]?.draw(state);
  tick(state);
}

function wanted(state, status) {
  if (status.phase === "stopped" && ENDS.includes(status.code)) {
    return "farewell";
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
  document.body.dataset.view = name;
}

function tick(state) {
  if (state.gameState) {
    views[viewName]?.tick?.(state, performance.now());
  }
}

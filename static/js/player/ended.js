/** When there is nothing more to do in the room: a calm page that says why, with one thing to do. */

import { el, setText, show } from "../dom.js";
import { gettext } from "../i18n.js";
import { CLOSE } from "../protocol.js";
import { drawStandings } from "./results.js";

/** `{title, text, label, act(page) | to(page), scores?}`: `act` for a button, `to` for a link. */
const home = { label: gettext("To the start page"), to: (page) => page.homeUrl };

export const LEFT = {
  title: gettext("You’ve left the game"),
  text: gettext("Thank you for playing."),
  label: gettext("Join again"),
  act: (page) => page.askName(),
};

export const CLOSED = {
  title: gettext("The party is over"),
  text: gettext("The host has closed the room."),
  scores: true,
  label: gettext("Start another one"),
  to: (page) => page.homeUrl,
};

const REFUSALS = {
  KICKED: {
    title: gettext("You were removed by the host"),
    text: gettext("If that was a mistake, talk to the host and join again."),
    label: gettext("Join again"),
    act: (page) => page.askName(),
  },
  ROOM_FULL: {
    title: gettext("This room is full"),
    text: gettext("All seats are taken. You can watch until one is free."),
    label: gettext("Watch the game"),
    to: (page) => page.stageUrl,
  },
  ROOM_LOCKED: {
    title: gettext("The room is locked"),
    text: gettext("The host has closed the door. Ask them to unlock the room, then try again."),
    label: gettext("Try again"),
    act: () => window.location.reload(),
  },
};

const FAREWELLS = {
  [CLOSE.OPENED_ELSEWHERE]: {
    title: gettext("Opened on another device"),
    text: gettext("Your seat is open in another window or on another phone."),
    label: gettext("Play here instead"),
    act: (page) => page.comeBack(),
  },
  [CLOSE.KICKED]: REFUSALS.KICKED,
  [CLOSE.NO_SUCH_ROOM]: {
    title: gettext("This room is gone"),
    text: gettext("It was closed, or nobody was in it for a long time."),
    ...home,
  },
  [CLOSE.ROOM_CLOSED]: CLOSED,
  [CLOSE.UPGRADE_REQUIRED]: {
    title: gettext("Update available"),
    text: gettext("PartyFlow has a new version. Load the page again to go on."),
    label: gettext("Load again"),
    act: () => window.location.reload(),
  },
};

const TROUBLE = {
  title: gettext("That didn’t work"),
  text: gettext("This page and the server do not understand each other. Loading the page again helps most of the time."),
  label: gettext("Load again"),
  act: () => window.location.reload(),
};

/** What to say after a close with this code and the last error before it. */
export function endingFor(code, error) {
  return REFUSALS[error?.code] ?? FAREWELLS[code] ?? TROUBLE;
}

export function endedView(section, page) {
  el("button", section).addEventListener("click", () => page.gone?.act?.(page));
  return {
    draw({ gameState: game }) {
      const { title, text, label, to, scores } = page.gone;
      const standings = scores ? (game?.leaderboard ?? []) : [];
      setText(el("title", section), title);
      setText(el("text", section), text);
      show(el("scores", section), standings.length > 0);
      drawStandings(el("scores", section), standings);
      show(el("button", section), !to);
      show(el("link", section), Boolean(to));
      const control = el(to ? "link" : "button", section);
      setText(control, label);
      if (to) {
        control.href = to(page);
      }
    },
  };
}

/** The ends of a page's part in a room: what each page says then, and the one thing to do. */

import { el, findAll, setText, show } from "./dom.js";
import { fill, gettext } from "./i18n.js";
import { CLOSE, ERRORS } from "./protocol.js";

/** @import { GameState } from "./protocol.js" */

/** @typedef {"host" | "player" | "stage"} PageName */
/** @typedef {"home" | "player" | "stage" | "reload"} Goal where a link leads */
/** @typedef {"join" | "reclaim" | "reload"} Action what a button does: ask for the name, take the seat or the role back, reload */
/**
 * @typedef {object} Ending
 * @property {string} title
 * @property {string} [text]
 * @property {string} [label] of the link or the button
 * @property {Goal} [to]
 * @property {Action} [action]
 * @property {boolean} [hasScores] whether to show the scores
 */
/** @typedef {{[Page in PageName]?: Ending}} Endings what each page says */

/** @type {Ending} */
const HOST_CLOSED = {
  title: gettext("The room is closed"),
  text: gettext("Thank you for playing!"),
  label: gettext("To the start page"),
  to: "home",
  hasScores: true,
};

/** @type {Ending} */
const STAGE_CLOSED = { title: gettext("The room is closed. Thank you for playing!"), hasScores: true };

/** @type {Record<number, Endings | undefined>} */
const BY_CLOSE_CODE = {
  [CLOSE.ROOM_CLOSED]: {
    host: HOST_CLOSED,
    player: {
      title: gettext("The party is over"),
      text: gettext("The host has closed the room."),
      label: gettext("Start another one"),
      to: "home",
      hasScores: true,
    },
    stage: STAGE_CLOSED,
  },
  [CLOSE.NO_SUCH_ROOM]: {
    host: HOST_CLOSED,
    player: {
      title: gettext("This room is gone"),
      text: gettext("It was closed, or nobody was in it for a long time."),
      label: gettext("To the start page"),
      to: "home",
    },
    stage: STAGE_CLOSED,
  },
  [CLOSE.OPENED_ELSEWHERE]: {
    host: {
      title: gettext("You’re hosting in another tab or on another device"),
      text: gettext("This page waits. The room goes on over there."),
      label: gettext("Host here"),
      to: "reload",
      hasScores: true,
    },
    player: {
      title: gettext("You’re playing in another tab or phone"),
      text: gettext("Your seat is there. This page waits."),
      label: gettext("Play here"),
      action: "reclaim",
    },
  },
  [CLOSE.KICKED]: {
    host: {
      title: gettext("You are not in this room"),
      text: gettext("The host has removed you."),
      label: gettext("To the start page"),
      to: "home",
      hasScores: true,
    },
    player: {
      title: gettext("You were removed by the host"),
      text: gettext("If that was a mistake, talk to the host and join again."),
      label: gettext("Join again"),
      action: "join",
    },
  },
  [CLOSE.UPGRADE_REQUIRED]: {
    host: {
      title: gettext("Update available"),
      text: gettext("This page is older than the server."),
      label: gettext("Load the page again"),
      to: "reload",
      hasScores: true,
    },
    player: {
      title: gettext("Update available"),
      text: gettext("PartyFlow has a new version. Load the page again to go on."),
      label: gettext("Load again"),
      action: "reload",
    },
    stage: STAGE_CLOSED,
  },
  [CLOSE.SESSION_UNKNOWN]: {
    host: {
      title: gettext("You are not the host of this room"),
      text: gettext("This browser holds no key to it. You can still play."),
      label: gettext("Join as a player"),
      to: "player",
      hasScores: true,
    },
  },
};

/** Refusals that share a close code. @type {Record<string, Endings | undefined>} */
const BY_ERROR_CODE = {
  [ERRORS.ROOM_FULL]: {
    player: {
      title: gettext("This room is full"),
      text: gettext("All seats are taken. You can watch until one is free."),
      label: gettext("Watch the game"),
      to: "stage",
    },
  },
  [ERRORS.ROOM_LOCKED]: {
    player: {
      title: gettext("The room is locked"),
      text: gettext("The host has closed the door. Ask them to unlock the room, then try again."),
      label: gettext("Try again"),
      action: "reload",
    },
  },
};

/** @type {Endings} */
const FAILED = {
  host: {
    title: gettext("Something went wrong"),
    text: gettext("The connection could not be made."),
    label: gettext("Load the page again"),
    to: "reload",
    hasScores: true,
  },
  player: {
    title: gettext("That didn’t work"),
    text: gettext(
      "This page and the server do not understand each other. Loading the page again helps most of the time.",
    ),
    label: gettext("Load again"),
    action: "reload",
  },
};

/** A player has left. @type {Ending} */
export const LEFT = {
  title: gettext("You’ve left the game"),
  text: gettext("Thank you for playing."),
  label: gettext("Join again"),
  action: "join",
};

/**
 * The host's controls have moved to a player.
 * @param {string} hostName
 * @param {boolean} mayReclaim whether this page may take them back
 * @returns {Ending}
 */
export function hostChanged(hostName, mayReclaim) {
  const ending = { title: fill(gettext("%(name)s is the host now"), { name: hostName }), hasScores: true };
  if (mayReclaim) {
    const text = gettext("You were away for a while, so the controls went to their phone.");
    return { ...ending, text, label: gettext("Host here"), action: "reclaim" };
  }
  return {
    ...ending,
    text: gettext("The controls are on their phone. You can go on as a player."),
    label: gettext("Join as a player"),
    to: "player",
  };
}

/**
 * What `page` says after a close for good; null when it has nothing to say and may try again.
 * @param {PageName} page
 * @param {number | null} [closeCode]
 * @param {string} [errorCode] of the last `ERROR` before the close
 */
export function endingFor(page, closeCode, errorCode) {
  const refusal = errorCode === ERRORS.KICKED ? BY_CLOSE_CODE[CLOSE.KICKED] : BY_ERROR_CODE[errorCode ?? ""];
  return refusal?.[page] ?? BY_CLOSE_CODE[closeCode ?? 0]?.[page] ?? FAILED[page] ?? null;
}

/**
 * The screen that shows an ending.
 * @param {HTMLElement} section
 * @param {Partial<Record<Goal, string>>} urls
 * @param {(list: HTMLElement, game: GameState) => void} drawScores
 * @param {(action: Action) => void} [perform] what the button does
 */
export function endedScreen(section, urls, drawScores, perform = () => {}) {
  /** @type {Ending | null} */
  let shown = null;
  const controls = findAll(section, "a, button");
  for (const control of controls) {
    control.addEventListener("click", () => shown?.action && perform(shown.action));
  }

  return {
    /** @param {Ending} ending @param {GameState | null} game */
    draw(ending, game) {
      shown = ending;
      setText(el("title", section), ending.title);
      if (ending.text) {
        setText(el("text", section), ending.text);
      }
      drawFinalScores(ending, game);
      for (const control of controls) {
        drawControl(control, ending);
      }
    },
  };

  /** @param {Ending} ending @param {GameState | null} game */
  function drawFinalScores({ hasScores }, game) {
    const list = el("scores", section);
    const isShown = Boolean(hasScores && game?.roundNumber);
    show(list, isShown);
    if (isShown && game) {
      drawScores(list, game);
    }
  }

  /** @param {HTMLElement} control @param {Ending} ending */
  function drawControl(control, { to, action, label = "" }) {
    const isLink = control instanceof HTMLAnchorElement;
    show(control, Boolean(isLink ? to : action));
    setText(control, label);
    if (isLink && to) {
      control.href = urls[to] ?? "";
    }
  }
}

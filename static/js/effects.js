/** Side effects of messages: a sound, a toast, an announcement. Few of each. */

import { fill, gettext, ngettext } from "./i18n.js";
import { ERRORS, TYPES } from "./protocol.js";
import { nameOf } from "./selectors.js";
import { countsText, resultHeadline } from "./texts.js";
import { turnText } from "./widgets/turn.js";

/** @import { Announcer } from "./announcer.js" */
/** @import { ErrorCode, GameState, MissedWords, RoomState, ServerMessage, ServerPayloads } from "./protocol.js" */
/** @import { State } from "./reducer.js" */
/** @import { Sound, Tune } from "./sound.js" */
/** @import { ToastKind, Toasts } from "./toasts.js" */

/** @typedef {{sound: Sound, toasts: Toasts, announcer: Announcer}} Outputs */
/**
 * @typedef {object} Effect
 * @property {Tune | null} [tune]
 * @property {string} [toast]
 * @property {ToastKind} [kind] of the toast
 * @property {number} [shownMs] of the toast
 * @property {string} [text] to announce
 */

const LAST_TICKS = 5;
/** An administrator's notice has up to 200 characters. */
const NOTICE_MS = 20_000;

/** Errors that end this page's part in the room: a whole screen shows them. @type {ErrorCode[]} */
const FINAL_ERRORS = [
  ERRORS.KICKED,
  ERRORS.ROOM_CLOSED,
  ERRORS.ROOM_FULL,
  ERRORS.ROOM_LOCKED,
  ERRORS.ROOM_NOT_FOUND,
  ERRORS.SESSION_EXPIRED,
  ERRORS.SESSION_REPLACED,
  ERRORS.UPGRADE_REQUIRED,
];

/**
 * React to a message; `state` already contains it.
 * @param {State} state
 * @param {ServerMessage} message
 * @param {Outputs} outputs
 */
export function reactTo({ gameState: game }, message, { sound, toasts, announcer }) {
  if (message.type === TYPES.ERROR) {
    showError(message.payload, toasts);
    return;
  }
  const { tune, toast, kind, text, shownMs } = (game && effectOf(game, message.type, message.payload)) ?? {};
  if (tune) {
    sound.play(tune);
  }
  if (toast) {
    toasts.show(toast, kind, shownMs);
  }
  if (text) {
    announcer.announce(text);
  }
  if (message.type === TYPES.RECONNECTED) {
    showMissedNotices(message.payload, toasts);
  }
}

/** Notices that were sent while the page was offline. @param {ServerPayloads["RECONNECTED"]} payload @param {Toasts} toasts */
export function showMissedNotices({ missedEvents }, toasts) {
  for (const event of missedEvents ?? []) {
    if (event.type === TYPES.NOTICE) {
      toasts.show(event.payload.message, "warning", NOTICE_MS);
    }
  }
}

/** @param {ServerPayloads["ERROR"]} error @param {Toasts} toasts */
function showError({ code, message }, toasts) {
  if (!FINAL_ERRORS.includes(code)) {
    toasts.show(message, "error");
  }
}

/**
 * @template {keyof ServerPayloads} Type
 * @param {GameState} game
 * @param {Type} type
 * @param {ServerPayloads[Type]} payload
 */
function effectOf(game, type, payload) {
  return EFFECTS[type]?.(payload, game);
}

/** @type {{[Type in keyof ServerPayloads]?: (payload: ServerPayloads[Type], game: GameState) => Effect}} */
const EFFECTS = {
  [TYPES.PLAYER_JOINED]: ({ playerName, playerCount }) => ({
    tune: "join",
    text: fill(
      ngettext("%(name)s has joined. %(count)s player.", "%(name)s has joined. %(count)s players.", playerCount),
      { name: playerName, count: playerCount },
    ),
  }),
  [TYPES.PLAYER_LEFT]: ({ playerName, reason }) => ({
    toast: fill(reason === "kicked" ? gettext("%(name)s was removed") : gettext("%(name)s has left"), {
      name: playerName,
    }),
  }),
  [TYPES.PLAYER_CONNECTION]({ playerId, status }, game) {
    /** @type {Partial<Record<typeof status, string>>} */
    const texts = {
      warning: gettext("%(name)s lost the connection"),
      degraded: gettext("%(name)s has an unstable connection"),
    };
    return { toast: fill(texts[status] ?? "", { name: nameOf(game, playerId) }), kind: "warning" };
  },
  [TYPES.STATE_CHANGED]({ state }, game) {
    /** @type {Partial<Record<RoomState, string>>} */
    const texts = {
      READY_TO_START: gettext("The teams are ready."),
      ROUND_STARTING: turnText(game),
      ROUND_PAUSED: gettext("Paused."),
    };
    return { text: texts[state] };
  },
  [TYPES.COUNTDOWN_TICK]: (_, game) => ({ tune: "tick", text: turnText(game) }),
  [TYPES.ROUND_STARTED]: () => ({ tune: "start" }),
  [TYPES.WORD_RESULT]: ({ action }) => ({ tune: action }),
  [TYPES.WORD_CORRECTED]: ({ action }) => ({ tune: action === "undone" ? "undo" : null }),
  [TYPES.TIMER_TICK]: ({ remainingSeconds }) => ({
    tune: remainingSeconds <= LAST_TICKS ? "tick" : null,
    text: remainingSeconds === 10 ? gettext("Ten seconds.") : "",
  }),
  [TYPES.ROUND_ENDED]: ({ pointsEarned }) => ({
    tune: "end",
    text: fill(
      ngettext("The round is over: %(points)s point.", "The round is over: %(points)s points.", pointsEarned),
      { points: pointsEarned },
    ),
  }),
  [TYPES.GAME_ENDED]: (_, game) => ({ tune: "win", text: resultHeadline(game) }),
  [TYPES.RECONNECTED]: ({ message, summary }) => ({ toast: missedText(summary) || message, kind: "good" }),
  [TYPES.NOTICE]: ({ message }) => ({ toast: message, kind: "warning", shownMs: NOTICE_MS }),
};

/** "You missed: 4 guessed · 1 skipped"; empty when nothing was missed. @param {MissedWords} [words] */
function missedText({ wordsGuessed: guessed, wordsSkipped: skipped } = { wordsGuessed: 0, wordsSkipped: 0 }) {
  return guessed + skipped > 0
    ? fill(gettext("You missed: %(counts)s"), { counts: countsText({ guessed, skipped }) })
    : "";
}

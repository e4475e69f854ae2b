/** What a message is accompanied by: a sound, a note, a sentence for those who listen. Few of each. */

import { countsText, resultHeadline } from "./texts.js";
import { turnText } from "./widgets/turn.js";
import { fill, gettext } from "./i18n.js";
import { ERRORS, TYPES } from "./protocol.js";
import { nameOf } from "./selectors.js";

const LAST_TICKS = 5;
/** An administrator's notice has up to 200 characters; nobody waits for it. */
const NOTICE_MS = 20_000;

/** What ends this page's part in the room: a whole page says so, and no toast is needed. */
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

/** React to a change of the room that came with a message. */
export function reactTo({ state, message }, { sound, toasts, announcer }) {
  const game = state.gameState;
  const react = REACTIONS[message.type];
  if (!react || (!game && message.type !== TYPES.ERROR)) {
    return;
  }
  const { tune, toast, kind, text, shownMs } = react(message.payload, game) ?? {};
  if (tune) {
    sound.play(tune);
  }
  if (toast) {
    toasts.show(toast, kind, shownMs);
  }
  if (text) {
    announcer.say(text);
  }
  if (message.type === TYPES.RECONNECTED) {
    showMissedNotices(message.payload, toasts);
  }
}

/** Notices that came while the line was lost. */
export function showMissedNotices({ missedEvents }, toasts) {
  (missedEvents ?? [])
    .filter(({ type }) => type === TYPES.NOTICE)
    .forEach(({ payload }) => toasts.show(payload.message, "warning", NOTICE_MS));
}

const REACTIONS = {
  [TYPES.PLAYER_JOINED]: ({ playerName, playerCount }) => ({
    tune: "join",
    text: fill(gettext("%(name)s has joined. %(count)s players."), { name: playerName, count: playerCount }),
  }),
  [TYPES.PLAYER_LEFT]: ({ playerName, reason }) => ({
    toast: fill(reason === "kicked" ? gettext("%(name)s was removed") : gettext("%(name)s has left"), {
      name: playerName,
    }),
  }),
  [TYPES.PLAYER_CONNECTION]({ playerId, status }, game) {
    const texts = {
      warning: gettext("%(name)s lost the connection"),
      degraded: gettext("%(name)s has an unstable connection"),
    };
    return texts[status] ? { toast: fill(texts[status], { name: nameOf(game, playerId) }), kind: "warning" } : null;
  },
  [TYPES.STATE_CHANGED]({ state }, game) {
    const texts = {
      READY_TO_START: gettext("The teams are ready."),
      ROUND_STARTING: turnText(game),
      ROUND_PAUSED: gettext("Paused."),
    };
    return { text: texts[state] };
  },
  [TYPES.COUNTDOWN_TICK]: (payload, game) => ({ tune: "tick", text: turnText(game) }),
  [TYPES.ROUND_STARTED]: () => ({ tune: "start" }),
  [TYPES.WORD_RESULT]: ({ action }) => ({ tune: action }),
  [TYPES.WORD_CORRECTED]: ({ action }) => ({ tune: action === "undone" ? "undo" : null }),
  [TYPES.TIMER_TICK]: ({ remainingSeconds }) => ({
    tune: remainingSeconds <= LAST_TICKS ? "tick" : null,
    text: remainingSeconds === 10 ? gettext("Ten seconds.") : null,
  }),
  [TYPES.ROUND_ENDED]: ({ pointsEarned }) => ({
    tune: "end",
    text: fill(gettext("The round is over: %(points)s points."), { points: pointsEarned }),
  }),
  [TYPES.GAME_ENDED]: (payload, game) => ({ tune: "win", text: resultHeadline(game) }),
  [TYPES.RECONNECTED]: ({ message, summary }) => ({ toast: missedText(summary) || message, kind: "good" }),
  [TYPES.NOTICE]: ({ message }) => ({ toast: message, kind: "warning", shownMs: NOTICE_MS }),
  [TYPES.ERROR]: ({ code, message }) => (FINAL_ERRORS.includes(code) ? null : { toast: message, kind: "error" }),
};

/** "You missed: 4 guessed · 1 skipped"; empty when nothing was missed. */
function missedText(summary) {
  const { wordsGuessed: guessed = 0, wordsSkipped: skipped = 0 } = summary ?? {};
  return guessed + skipped > 0
    ? fill(gettext("You missed: %(counts)s"), { counts: countsText({ guessed, skipped }) })
    : "";
}

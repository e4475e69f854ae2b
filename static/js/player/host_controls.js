/** The host's controls for a player who has become the host; pure. */

import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";

/** @import { ClientPayloads, GameState, RoomState } from "../protocol.js" */

/** A command without a payload. @typedef {{[Type in keyof ClientPayloads]: {} extends ClientPayloads[Type] ? Type : never}[keyof ClientPayloads]} PlainCommand */
/**
 * @typedef {object} Control
 * @property {PlainCommand} type
 * @property {string} label
 * @property {boolean} [isMain]
 * @property {string} [question] to confirm before the command is sent
 * @property {string} [warning] what the command leads to
 */

const START = { type: TYPES.START_TEAM_SETUP, label: gettext("Make teams"), isMain: true };
const SHUFFLE = { type: TYPES.SHUFFLE_TEAMS, label: gettext("Shuffle") };
const CANCEL = { type: TYPES.CANCEL_TEAM_SETUP, label: gettext("Back") };
const CONFIRM = { type: TYPES.CONFIRM_START, label: gettext("Start the game"), isMain: true };
const PAUSE = { type: TYPES.PAUSE_GAME, label: gettext("Pause") };
const RESUME = { type: TYPES.RESUME_GAME, label: gettext("Resume"), isMain: true };
const NEXT = { type: TYPES.NEXT_ROUND, label: gettext("Next round"), isMain: true };
const AGAIN = { type: TYPES.RESTART_GAME, label: gettext("Play again"), isMain: true };
const END = {
  type: TYPES.END_GAME,
  label: gettext("End the game"),
  question: gettext("End the game now?"),
  warning: gettext("Everybody goes to the results; the words of this round count."),
};
const CLOSE = {
  type: TYPES.CLOSE_ROOM,
  label: gettext("Close the room"),
  question: gettext("Close the room?"),
  warning: gettext("Everybody is sent home. The room’s code stops working."),
};

/** For the one who opened the room and has lost the role to a player. */
export const RECLAIM = { type: TYPES.RECLAIM_HOST, label: gettext("Host again"), isMain: true };

/** @type {Partial<Record<RoomState, Control[]>>} */
const CONTROLS = {
  ROOM_CREATED: [START],
  LOBBY: [START],
  TEAM_SETUP: [CANCEL, SHUFFLE],
  READY_TO_START: [CANCEL, SHUFFLE, CONFIRM],
  ROUND_ACTIVE: [PAUSE],
  ROUND_PAUSED: [END, RESUME],
  SCORE_REVIEW: [END, NEXT],
  READY_FOR_NEXT: [END],
  FINAL_RESULTS: [CLOSE, AGAIN],
};

/** The host's controls in this state, the main one last. @param {GameState} game */
export function hostControls(game) {
  return CONTROLS[game.state] ?? [];
}

/** The host's controls on a player's phone: who is promoted has them too. Pure. */

import { TYPES } from "../protocol.js";
import { gettext } from "../i18n.js";

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

/** What the host may do in this state: `{type, label, isMain, question?, warning?}`, the main one last. */
export function hostControls(game) {
  return CONTROLS[game.state] ?? [];
}

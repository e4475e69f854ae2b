/** The role of this page in the current turn, as a word and a sentence; pure. */

import { fill, gettext } from "../i18n.js";
import { holdsWords, nameOf, playerById, teamById } from "../selectors.js";

/** @import { GameState, PlayerView } from "../protocol.js" */
/** @import { LiveState } from "../reducer.js" */

/**
 * @typedef {"hold" | "explain" | "swipe" | "guess" | "quiet" | "wait"} Role
 *   hold     explains and holds the words
 *   explain  explains, another page holds the words
 *   swipe    holds the words, another player explains
 *   guess    is in the team whose turn it is
 *   quiet    is in another team
 *   wait     sits this round out
 */
/** @typedef {{explainer: string, team: string, host: string}} Names */
/** @typedef {{title: string, text: string}} Sentences */

/** @param {LiveState} state */
export function turnRole(state) {
  const { gameState: game, me } = state;
  const isStarting = game.state === "ROUND_STARTING";
  const teamId = isStarting ? game.nextTeamId : game.activeTeamId;
  const explainerId = isStarting ? game.nextExplainerPlayerId : game.explainerPlayerId;
  const isHolder = isStarting ? willHold(game, me.actorId, explainerId) : holdsWords(state);
  const self = playerById(game, me.actorId);
  const names = { explainer: nameOf(game, explainerId), team: teamById(game, teamId)?.name ?? "", host: game.hostName };
  const kind = roleOf({ isExplainer: explainerId === me.actorId, isHolder, self, teamId });
  return { kind, teamId, ...sentences(isStarting)[kind](names) };
}

/** @param {GameState} game @param {string} actorId @param {string} [explainerId] */
function willHold(game, actorId, explainerId) {
  return (game.settings.wordHolder === "host" ? game.hostId : explainerId) === actorId;
}

/**
 * @param {{isExplainer: boolean, isHolder: boolean, self: PlayerView | undefined, teamId: string | undefined}} facts
 * @returns {Role}
 */
function roleOf({ isExplainer, isHolder, self, teamId }) {
  if (isExplainer) {
    return isHolder ? "hold" : "explain";
  }
  if (isHolder) {
    return "swipe";
  }
  if (!self || self.sittingOut || self.teamId === null) {
    return "wait";
  }
  return self.teamId === teamId ? "guess" : "quiet";
}

/** @param {boolean} isStarting @returns {Record<Role, (names: Names) => Sentences>} */
function sentences(isStarting) {
  if (isStarting) {
    return {
      hold: () => ({ title: gettext("You explain!"), text: gettext("The words come to this phone.") }),
      explain: ({ host }) => ({
        title: gettext("You explain!"),
        text: fill(gettext("Go to %(host)s’s screen: the words are there."), { host }),
      }),
      swipe: ({ explainer }) => ({
        title: gettext("You hold the words"),
        text: fill(gettext("%(explainer)s explains them."), { explainer }),
      }),
      guess: ({ explainer }) => ({
        title: gettext("You guess!"),
        text: fill(gettext("Listen to %(explainer)s."), { explainer }),
      }),
      quiet: ({ team: name, explainer }) => ({
        title: fill(gettext("%(team)s is next"), { team: name }),
        text: fill(gettext("%(explainer)s explains. You listen and keep quiet."), { explainer }),
      }),
      wait: ({ team: name }) => ({
        title: fill(gettext("%(team)s is next"), { team: name }),
        text: gettext("You play from the next round."),
      }),
    };
  }
  return {
    hold: () => ({ title: gettext("Explain!"), text: gettext("No part of the word, no translation.") }),
    explain: ({ host }) => ({
      title: gettext("Explain!"),
      text: fill(gettext("Your words are on %(host)s’s screen."), { host }),
    }),
    swipe: ({ explainer }) => ({
      title: gettext("Show the words"),
      text: fill(gettext("%(explainer)s explains, you swipe."), { explainer }),
    }),
    guess: ({ explainer }) => ({
      title: gettext("Guess!"),
      text: fill(gettext("%(explainer)s explains. Shout it out!"), { explainer }),
    }),
    quiet: ({ team: name, explainer }) => ({
      title: gettext("Quiet…"),
      text: fill(gettext("%(team)s is playing, %(explainer)s explains."), { team: name, explainer }),
    }),
    wait: ({ team: name }) => ({
      title: gettext("Watch"),
      text: fill(gettext("%(team)s is playing. You join in the next round."), { team: name }),
    }),
  };
}

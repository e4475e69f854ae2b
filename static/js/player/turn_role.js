/** What somebody at a phone is to do now, in a word and a sentence. Pure. */

import { fill, gettext } from "../i18n.js";
import { holdsWords, nameOf, playerById, teamById } from "../selectors.js";

/**
 * `{kind, title, text, teamId}`; `teamId` is the team whose turn it is. Kinds: `hold` (explains and holds the words),
 * `explain` (explains, somebody else holds them), `swipe` (holds the words, somebody else explains), `guess`,
 * `quiet`, `wait` (sits this round out).
 */
export function turnRole(state) {
  const { gameState: game, me } = state;
  const isStarting = game.state === "ROUND_STARTING";
  const teamId = isStarting ? game.nextTeamId : game.activeTeamId;
  const explainerId = isStarting ? game.nextExplainerPlayerId : game.explainerPlayerId;
  const holds = isStarting ? willHold(game, me, explainerId) : holdsWords(state);
  const self = playerById(game, me.actorId);
  const names = { explainer: nameOf(game, explainerId), team: teamById(game, teamId)?.name ?? "", host: game.hostName };
  const kind = kindOf({ isExplainer: explainerId === me.actorId, holds, self, teamId });
  return { kind, teamId, ...sentences(isStarting)[kind](names) };
}

function willHold(game, me, explainerId) {
  const holder = game.settings.wordHolder === "host" ? game.hostId : explainerId;
  return holder === me.actorId;
}

function kindOf({ isExplainer, holds, self, teamId }) {
  if (isExplainer) {
    return holds ? "hold" : "explain";
  }
  if (holds) {
    return "swipe";
  }
  if (!self || self.sittingOut || self.teamId === null) {
    return "wait";
  }
  return self.teamId === teamId ? "guess" : "quiet";
}

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

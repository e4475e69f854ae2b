/** The round on a phone: what to do now, the clock, the scores, and for the word holder the words. */

import { closest, create, el, reconcile, setText, show } from "../dom.js";
import { attempt } from "../guard.js";
import { fill, gettext, isolate, listed, ngettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { absentPlayers, holdsWords, isHost, liveWord, nameOf, shownScore, tally } from "../selectors.js";
import { shortcutOf } from "../shortcut.js";
import { setTeam, shortTeamName, teamShape } from "../teams.js";
import { drawClock } from "../widgets/clock_face.js";
import { isRefusedAnswer, WordCard } from "../widgets/word_card.js";
import { drawRulesCard } from "./rules_card.js";
import { turnRole } from "./turn_role.js";

/** @import { WordRevealed } from "../protocol.js" */
/** @import { LiveState, WordAction } from "../reducer.js" */
/** @import { View } from "../screens.js" */
/** @import { PlayerPage } from "./page.js" */
/** @import { Role, Sentences } from "./turn_role.js" */

const COUNTDOWN_S = 3;
/** Roles that hold the words. @type {Role[]} */
const HOLDERS = ["hold", "swipe"];
/** Roles that the phone vibrates for. @type {Role[]} */
const EXPLAINERS = ["hold", "explain"];
const SWIPED_PATTERN_MS = [30];
const TURN_PATTERN_MS = [60, 60, 120];

/** @param {HTMLElement} section @param {PlayerPage} page @returns {View} */
export function roundView(section, page) {
  const holder = el("holder", section);
  const card = new WordCard(el("word-card", holder), (action, durationMs) => page.room.swipe(action, durationMs));
  const guess = el("guess", holder, HTMLButtonElement);
  const skip = el("skip", holder, HTMLButtonElement);
  const undo = el("undo", holder, HTMLButtonElement);
  const wordRegion = el("word-announcer");
  let announced = "";
  /** @type {string | undefined} */
  let announcedWordId;

  guess.addEventListener("click", () => answer("guessed"));
  skip.addEventListener("click", () => answer("skipped"));
  undo.addEventListener("click", () => page.room.undo());
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => {
    // As on the card: a hidden page has no word in it.
    if (document.visibilityState === "hidden") {
      setText(wordRegion, "");
    }
  });

  return {
    draw(state) {
      const isPaused = state.gameState.state === "ROUND_PAUSED";
      const role = turnRole(state);
      const sentences = isPaused ? pausedText(state) : role;
      section.dataset.role = role.kind;
      section.toggleAttribute("data-paused", isPaused);
      setTeam(section, role.teamId);
      setText(el("role", section), sentences.title);
      setText(el("role-text", section), sentences.text);
      drawHolder(state, role.kind);
      drawWatch(state, role);
      show(el("rules", section), isPaused);
      drawRulesCard(el("rules", section), state.gameState.settings);
      drawPoints(el("scores", section), state);
      announce(sentences);
    },
    tick({ gameState: game, clock }, now) {
      const durationS = game.state === "ROUND_STARTING" ? COUNTDOWN_S : (game.round?.roundDurationSec ?? 1);
      drawClock(el("clock", section), clock, durationS, now);
    },
    onMessage(message, state) {
      if (isRefusedAnswer(message)) {
        card.refuse();
      }
      if (message.type === TYPES.ROUND_STARTED && EXPLAINERS.includes(turnRole(state).kind)) {
        vibrate(TURN_PATTERN_MS);
      }
    },
    leave() {
      card.draw(null);
      announceWord(null, "");
      announced = "";
    },
  };

  /** @param {WordAction} action */
  function answer(action) {
    card.throw(action);
    vibrate(SWIPED_PATTERN_MS);
  }

  /** @param {LiveState} state @param {Role} role */
  function drawHolder(state, role) {
    const { gameState: game, pending } = state;
    const isShown = HOLDERS.includes(role) && game.state === "ROUND_ACTIVE";
    const word = isShown ? liveWord(state) : null;
    show(holder, isShown);
    el("word", holder).lang = game.settings.language;
    card.draw(word);
    announceWord(word, game.settings.language);
    setText(el("left", holder), word ? wordsLeftText(word.remainingInPack) : "");
    guess.disabled = !word;
    skip.disabled = !word;
    undo.disabled = !holdsWords(state) || !game.round?.words.length || pending !== null;
  }

  /** @param {LiveState} state @param {{kind: Role, teamId?: string}} role */
  function drawWatch({ gameState: game }, { kind, teamId }) {
    const isCounting = game.state === "ROUND_STARTING";
    const { guessed } = tally(game.round);
    const isHidden = game.state === "ROUND_PAUSED" || (HOLDERS.includes(kind) && game.state === "ROUND_ACTIVE");
    show(el("watch", section), !isHidden);
    show(el("watch-number", section), !isCounting);
    setTeam(el("watch-shape", section), teamId);
    setText(el("watch-number", section), guessed);
    setText(el("watch-label", section), isCounting ? "" : ngettext("word guessed", "words guessed", guessed));
  }

  /** Tell screen readers the word, once and politely. @param {WordRevealed | null} word @param {string} language */
  function announceWord(word, language) {
    if (word?.wordId !== announcedWordId) {
      announcedWordId = word?.wordId;
      wordRegion.lang = language;
      setText(wordRegion, word?.wordText ?? "");
    }
  }

  /** @param {Sentences} sentences */
  function announce({ title, text }) {
    const sentence = `${title} ${text}`;
    if (sentence !== announced) {
      announced = sentence;
      page.announcer.announce(sentence);
    }
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const isModified = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
    if (isModified || section.hidden || holder.hidden || closest(event, "dialog, input")) {
      return;
    }
    /** @type {Partial<Record<string, () => void>>} */
    const actions = {
      ArrowRight: () => answer("guessed"),
      " ": closest(event, "button, a") ? undefined : () => answer("guessed"),
      ArrowLeft: () => answer("skipped"),
      u: () => undo.disabled || page.room.undo(),
    };
    const action = actions[shortcutOf(event)];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}

/** Let the phone vibrate, where it can and may. @param {number[]} patternMs */
function vibrate(patternMs) {
  attempt(() => navigator.vibrate?.(patternMs));
}

/** @param {LiveState} state @returns {Sentences} */
function pausedText(state) {
  const game = state.gameState;
  if (isHost(state)) {
    return { title: gettext("Paused"), text: gettext("Go on when everybody is ready.") };
  }
  const missing = game.hostConnected
    ? absentPlayers(game).map((player) => player.playerName)
    : [nameOf(game, game.hostId)];
  const text = missing.length
    ? fill(gettext("Waiting for %(names)s."), { names: listed(missing) })
    : fill(gettext("%(host)s goes on in a moment."), { host: game.hostName });
  return { title: gettext("Paused"), text };
}

/** @param {number} count */
function wordsLeftText(count) {
  return fill(ngettext("%(count)s word left", "%(count)s words left", count), { count });
}

/** @param {HTMLElement} list @param {LiveState} state */
function drawPoints(list, state) {
  const game = state.gameState;
  reconcile(list, game.teams, {
    key: (team) => team.id,
    make(team) {
      const item = create(
        "li",
        { class: "point" },
        teamShape(team.id),
        create("strong", { "data-el": "points" }),
        create("span", { class: "point__name" }, isolate(shortTeamName(team))),
      );
      setTeam(item, team.id);
      return item;
    },
    update(item, team) {
      item.toggleAttribute("data-playing", team.id === (game.nextTeamId ?? game.activeTeamId));
      setText(el("points", item), shownScore(state, team));
    },
  });
}

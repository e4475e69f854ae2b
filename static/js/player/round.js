/** The round on a phone: what to do now, the clock, the scores, and for who holds them the words. */

import { drawClock } from "../widgets/clock_face.js";
import { awaited, holdsWords, isHost, liveWord, nameOf, shownScore, tally } from "../selectors.js";
import { WordCard } from "../widgets/word_card.js";
import { create, el, setText, show, sync } from "../dom.js";
import { fill, gettext, ngettext } from "../i18n.js";
import { ERRORS, TYPES } from "../protocol.js";
import { setTeam, teamShape, shortTeamName } from "../teams.js";
import { turnRole } from "./turn_role.js";

const COUNTDOWN_S = 3;
const HOLDS = ["hold", "swipe"];
const SWIPED = [30];
const MY_TURN = [60, 60, 120];

export function roundView(section, page) {
  const holder = el("holder", section);
  const card = new WordCard(el("word-card", holder), (action, durationMs) => page.room.swipe(action, durationMs));
  const undo = el("undo", holder);
  let announced = "";

  const answer = (action) => {
    card.throw(action);
    navigator.vibrate?.(SWIPED);
  };
  el("guess", holder).addEventListener("click", () => answer("guessed"));
  el("skip", holder).addEventListener("click", () => answer("skipped"));
  undo.addEventListener("click", () => page.room.undo());
  document.addEventListener("keydown", (event) => {
    const act = keyAction(event, { answer, undo: () => undo.disabled || page.room.undo() });
    if (act && !section.hidden && !holder.hidden) {
      event.preventDefault();
      act();
    }
  });

  return {
    draw(state) {
      const game = state.gameState;
      const isPaused = game.state === "ROUND_PAUSED";
      const mine = turnRole(state);
      const said = isPaused ? pausedText(state) : mine;
      section.dataset.role = mine.kind;
      section.toggleAttribute("data-paused", isPaused);
      setTeam(section, mine.teamId);
      setText(el("role", section), said.title);
      setText(el("role-text", section), said.text);
      drawHolder(state, mine);
      drawWatch(state, mine);
      drawPoints(el("scores", section), state);
      announce(said);
    },
    tick(state, now) {
      const { gameState: game, clock } = state;
      const full = game.state === "ROUND_STARTING" ? COUNTDOWN_S : (game.round?.roundDurationSec ?? 1);
      drawClock(el("clock", section), clock, full, now);
    },
    hear(message, state) {
      const { requestType, code } = message.payload;
      if (message.type === TYPES.ERROR && requestType === TYPES.WORD_SWIPED && code !== ERRORS.UNAUTHORIZED) {
        card.refuse();
      }
      if (message.type === TYPES.ROUND_STARTED && ["hold", "explain"].includes(turnRole(state).kind)) {
        navigator.vibrate?.(MY_TURN);
      }
    },
    leave() {
      card.draw(null);
      announced = "";
    },
  };

  function drawHolder(state, mine) {
    const isActive = state.gameState.state === "ROUND_ACTIVE";
    const isShown = HOLDS.includes(mine.kind) && isActive;
    const word = isShown ? liveWord(state) : null;
    show(holder, isShown);
    card.draw(word);
    setText(el("left", holder), word ? leftText(word.remainingInPack) : "");
    el("guess", holder).disabled = el("skip", holder).disabled = !word;
    undo.disabled = !holdsWords(state) || !state.gameState.round?.words.length || Boolean(state.pending);
  }

  function drawWatch(state, mine) {
    const game = state.gameState;
    const isCounting = game.state === "ROUND_STARTING";
    const { guessed } = tally(game.round);
    show(el("watch", section), !HOLDS.includes(mine.kind) || game.state !== "ROUND_ACTIVE");
    show(el("watch-number", section), !isCounting);
    setTeam(el("watch-shape", section), mine.teamId);
    setText(el("watch-number", section), guessed);
    setText(el("watch-label", section), isCounting ? "" : ngettext("word guessed", "words guessed", guessed));
  }

  function announce({ title, text }) {
    const sentence = `${title} ${text}`;
    if (sentence !== announced) {
      announced = sentence;
      page.announcer.say(sentence);
    }
  }
}

function pausedText(state) {
  const game = state.gameState;
  if (isHost(state)) {
    return { title: gettext("Paused"), text: gettext("Go on when everybody is ready.") };
  }
  const missing = game.hostConnected ? awaited(game).map((one) => one.playerName) : [nameOf(game, game.hostId)];
  const text = missing.length
    ? fill(gettext("Waiting for %(names)s."), { names: missing.join(", ") })
    : fill(gettext("%(host)s goes on in a moment."), { host: game.hostName });
  return { title: gettext("Paused"), text };
}

function leftText(count) {
  return fill(ngettext("%(count)s word left", "%(count)s words left", count), { count });
}

function drawPoints(list, state) {
  const game = state.gameState;
  sync(list, game.teams, {
    key: (team) => team.id,
    make(team) {
      const item = create(
        "li",
        { class: "point" },
        teamShape(team.id),
        create("strong", { "data-el": "points" }),
        create("span", { class: "point__name" }, shortTeamName(team)),
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

function keyAction(event, { answer, undo }) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog, input")) {
    return null;
  }
  const isPress = event.key === " " && event.target.closest("button, a");
  const actions = {
    ArrowRight: () => answer("guessed"),
    " ": isPress ? null : () => answer("guessed"),
    ArrowLeft: () => answer("skipped"),
    u: undo,
    U: undo,
  };
  return actions[event.key] ?? null;
}

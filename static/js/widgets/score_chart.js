/** How the scores grew: a small line chart, and the same as a table. A line is told by its shape as by its colour. */

import { create } from "../dom.js";
import { fill, gettext, isolate, plain } from "../i18n.js";
import { scoreSeries } from "../selectors.js";
import { setTeam, teamNumber, teamShape } from "../teams.js";

/** @import { GameState, TeamView } from "../protocol.js" */

/** @typedef {{team: TeamView, points: number[]}} Series a team's score after each of its turns, starting with 0 */
/** @typedef {(value: number) => number} Scale */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 44;
const RIGHT = 24;
const TOP = 18;
const BOTTOM = 34;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const MOST_LINES = 5;

/** Outlines around (0, 0), about 16 across, in the order of the teams. */
const MARKS = [
  "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z",
  "M-6.5-6.5h13v13h-13z",
  "M0-8 8 6.5H-8z",
  "M-4-7h8l4 7-4 7h-8l-4-7z",
  "M0-9 8 0 0 9-8 0z",
];

/** The chart as an SVG element. @param {GameState} game */
export function scoreChart(game) {
  const lines = scoreSeries(game);
  const turns = Math.max(1, ...lines.map((line) => line.points.length - 1));
  const all = lines.flatMap((line) => line.points);
  const ticks = scale(Math.min(...all), Math.max(...all));
  /** @type {Scale} */
  const x = (turn) => LEFT + (turn / turns) * (WIDTH - LEFT - RIGHT);
  const [lowest] = ticks;
  const span = Math.max(...ticks) - lowest;
  /** @type {Scale} */
  const y = (score) => HEIGHT - BOTTOM - ((score - lowest) / span) * (HEIGHT - TOP - BOTTOM);
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": plain(summary(lines)) },
    ...ticks.map((score) => gridLine(score, y(score))),
    ...turnNumbers(turns).map((turn) => text(x(turn), HEIGHT - 10, "middle", turn)),
    ...lines.map((line) => drawnLine(line, x, y)),
  );
}

/** The same numbers as a table: a row for each turn, the score after it, what it brought in brackets. @param {GameState} game */
export function scoreTable(game) {
  const lines = scoreSeries(game);
  const turns = Math.max(...lines.map((line) => line.points.length));
  const head = lines.map(({ team }) => {
    const cell = create("th", { scope: "col" }, teamShape(team.id), " ", isolate(team.name));
    setTeam(cell, team.id);
    return cell;
  });
  const rows = Array.from({ length: turns - 1 }, (_, index) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, index + 1),
      ...lines.map(({ points }) => create("td", {}, tableText(points, index + 1))),
    ),
  );
  return create(
    "table",
    {},
    create("thead", {}, create("tr", {}, create("th", { scope: "col" }, gettext("Round")), ...head)),
    create("tbody", {}, ...rows),
  );
}

/** Round numbers from at or below `low` to at or above `high`, 0 among them, at most five steps apart. @param {number} low @param {number} high */
export function scale(low, high) {
  const from = Math.min(0, low);
  const to = Math.max(1, high);
  const fits = (/** @type {number} */ size) => Math.ceil(to / size) - Math.floor(from / size) <= MOST_LINES;
  const step = STEPS.find(fits) ?? Math.max(...STEPS);
  const ticks = [];
  for (let tick = Math.floor(from / step); tick <= Math.ceil(to / step); tick += 1) {
    ticks.push(tick * step);
  }
  return ticks;
}

/** @param {number} turns */
function turnNumbers(turns) {
  const every = Math.ceil(turns / 10);
  return Array.from({ length: Math.floor(turns / every) }, (_, index) => (index + 1) * every);
}

/** @param {Series} series @param {Scale} x @param {Scale} y */
function drawnLine({ team, points }, x, y) {
  const last = points.length - 1;
  const places = points.map((score, turn) => `${x(turn).toFixed(1)} ${y(score).toFixed(1)}`);
  const path = `M${places.join("L")}`;
  const group = svg("g", { class: "chart__line" }, svg("path", { class: "chart__path", d: path }));
  points.forEach((_, turn) => {
    if (turn > 0) {
      const size = turn === last ? 1.3 : 0.8;
      const at = `translate(${places[turn]}) scale(${size})`;
      group.append(
        svg("path", { class: "chart__mark", d: MARKS[(teamNumber(team.id) ?? 0) - 1] ?? null, transform: at }),
      );
    }
  });
  setTeam(group, team.id);
  return group;
}

/** @param {number} score @param {number} y */
function gridLine(score, y) {
  const kind = score === 0 ? "chart__zero" : null;
  const line = svg("line", { x1: LEFT, x2: WIDTH - RIGHT / 2, y1: y, y2: y, class: kind });
  return svg("g", { class: "chart__grid" }, line, text(LEFT - 10, y + 5, "end", score));
}

/** @param {number} x @param {number} y @param {string} anchor @param {number} content */
function text(x, y, anchor, content) {
  return svg("text", { x, y, "text-anchor": anchor, class: "chart__text" }, String(content));
}

/** @param {Series[]} lines */
function summary(lines) {
  const scores = lines.map(({ team, points }) =>
    fill(gettext("%(team)s: %(scores)s"), { team: team.name, scores: points.slice(1).join(", ") }),
  );
  return fill(gettext("Scores after each round. %(scores)s"), { scores: scores.join("; ") });
}

/** @param {number[]} points @param {number} turn */
function tableText(points, turn) {
  if (turn >= points.length) {
    return "–";
  }
  const gain = points[turn] - points[turn - 1];
  return `${points[turn]} (${gain < 0 ? "" : "+"}${gain})`;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | null>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children);
  return element;
}

/** Calm full pages for the end of this page's part in the room: one thing to know, one thing to do. */

import { el, setText, show } from "../dom.js";
import { drawScores } from "../widgets/scoreboard.js";
import { fill, gettext } from "../i18n.js";
import { CLOSE } from "../protocol.js";
import { isHost } from "../selectors.js";

export function endedView(section, host) {
  return {
    draw(state) {
      const { title, text, label, href } = endingFor(state, host.room.status, host.page) ?? endings(host.page).closed;
      setText(el("title", section), title(state));
      setText(el("text", section), text);
      setText(el("link", section), label);
      el("link", section).href = href;
      const hasScores = Boolean(state.gameState?.roundNumber);
      show(el("scores", section), hasScores);
      if (hasScores) {
        drawScores(el("scores", section), state.gameState);
      }
    },
  };
}

/** Which farewell it is time for; null while this page has a part to play. */
export function endingFor(state, status, page) {
  const all = endings(page);
  if (status.phase === "stopped") {
    const byCode = {
      [CLOSE.ROOM_CLOSED]: all.closed,
      [CLOSE.NO_SUCH_ROOM]: all.closed,
      [CLOSE.OPENED_ELSEWHERE]: all.elsewhere,
      [CLOSE.KICKED]: all.removed,
      [CLOSE.UPGRADE_REQUIRED]: all.outdated,
      [CLOSE.SESSION_UNKNOWN]: all.unknown,
    };
    return byCode[status.code] ?? all.failed;
  }
  if (state.gameState?.state === "ROOM_CLOSED") {
    return all.closed;
  }
  return state.gameState && state.me && !isHost(state) ? all.replaced : null;
}

function endings(page) {
  const home = { label: gettext("To the start page"), href: page.homeUrl };
  const again = { label: gettext("Load the page again"), href: "" };
  const join = { label: gettext("Join as a player"), href: page.playerUrl };
  return {
    closed: { title: () => gettext("The room is closed"), text: gettext("Thank you for playing!"), ...home },
    elsewhere: {
      title: () => gettext("Opened on another device"),
      text: gettext("The room is hosted from there now. To host from here again, load this page."),
      ...again,
    },
    removed: { title: () => gettext("You are not in this room"), text: gettext("The host has removed you."), ...home },
    outdated: {
      title: () => gettext("Update available"),
      text: gettext("This page is older than the server."),
      ...again,
    },
    unknown: {
      title: () => gettext("You are not the host of this room"),
      text: gettext("This browser holds no key to it. You can still play."),
      ...join,
    },
    failed: {
      title: () => gettext("Something went wrong"),
      text: gettext("The connection could not be made."),
      ...again,
    },
    replaced: {
      title: ({ gameState }) => fill(gettext("%(name)s is the host now"), { name: gameState.hostName }),
      text: gettext("The controls are on their phone. You can go on as a player."),
      ...join,
    },
  };
}

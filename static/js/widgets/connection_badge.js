/** The badge of the connection's status. While offline the page is dimmed and keeps its last state. */

import { setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";
import { LIMITS } from "../protocol.js";

/** @import { Phase, Status } from "../socket.js" */

/** @param {HTMLElement} badge @param {Status} status */
export function drawConnectionBadge(badge, status) {
  badge.dataset.phase = status.phase;
  setText(badge, statusText(status));
  show(badge, status.phase !== "idle");
}

/** @param {Status} status */
export function isOffline(status) {
  return !["online", "idle", "stopped"].includes(status.phase);
}

/** Whether so many attempts have failed that a button for another one is shown. @param {Status} status */
export function isHopeless({ phase, attempt = 0 }) {
  return phase === "lost" || (phase === "waiting" && attempt >= LIMITS.RECONNECT_ATTEMPTS);
}

/** @param {Status} status */
function statusText({ phase, attempt = 0 }) {
  /** @type {Partial<Record<Phase, string>>} */
  const texts = {
    connecting: attempt ? gettext("Reconnecting…") : gettext("Connecting…"),
    waiting: fill(gettext("Connection lost, attempt %(attempt)s"), { attempt }),
    lost: gettext("No connection"),
    stopped: gettext("Not connected"),
  };
  return texts[phase] ?? gettext("Connected");
}

/** The badge that says how the line to the server is; a broken one dims the page, whose last frame stays. */

import { setText, show } from "../dom.js";
import { fill, gettext } from "../i18n.js";

export function drawConnectionBadge(badge, status) {
  badge.dataset.phase = status.phase;
  setText(badge, statusText(status));
  show(badge, status.phase !== "idle");
}

export function isOffline(status) {
  return !["online", "idle", "stopped"].includes(status.phase);
}

function statusText({ phase, attempt }) {
  const texts = {
    connecting: attempt ? gettext("Reconnecting…") : gettext("Connecting…"),
    waiting: fill(gettext("Connection lost, attempt %(attempt)s"), { attempt }),
    lost: gettext("No connection"),
    stopped: gettext("Not connected"),
  };
  return texts[phase] ?? gettext("Connected");
}

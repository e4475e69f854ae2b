/** The bar at the top: what is possible at any time, and the first tap, which allows sound, wake lock and full screen. */

import { el, find, setText, show } from "../dom.js";
import { toggleFullScreen } from "../full_screen.js";
import { onGesture } from "../gestures.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { isHost, isPlaying } from "../selectors.js";
import { actionButton, onAction } from "./actions.js";

/** @import { State } from "../reducer.js" */
/** @import { HostPage } from "./page.js" */

/** @typedef {Record<string, () => void>} Actions */

/** Wire up the bar; returns its draw function. @param {HostPage} host */
export function buildToolbar(host) {
  const bar = el("toolbar");
  const lock = actionButton(bar, "lock");
  const sound = actionButton(bar, "sound");

  /** @type {Actions} */
  const actions = {
    settings: () => host.settings.open(),
    lock: () => host.room.send(host.room.state.gameState?.locked ? TYPES.UNLOCK_ROOM : TYPES.LOCK_ROOM, {}),
    sound() {
      host.sound.isOn = !host.sound.isOn;
      drawSound();
    },
  };
  onAction(bar, {
    ...actions,
    begin: toggleFullScreen,
    menu: () => openMenu(host, actions),
    retry: () => host.room.retry(),
  });
  show(el("begin", bar), true);
  onGesture(() => {
    host.wake.request();
    host.sound.unlock();
    show(el("begin", bar), false);
  });
  drawSound();

  function drawSound() {
    sound.setAttribute("aria-pressed", String(host.sound.isOn));
    setIcon(sound, host.sound.isOn ? "#icon-sound" : "#icon-silent");
  }

  return (/** @type {State} */ state) => {
    const isLocked = Boolean(state.gameState?.locked);
    lock.setAttribute("aria-pressed", String(isLocked));
    setIcon(lock, isLocked ? "#icon-lock" : "#icon-unlock");
    setText(el("lock-text", lock), isLocked ? gettext("Locked") : gettext("Lock"));
    show(el("tools", bar), isHost(state));
  };
}

/** @param {HTMLElement} button @param {string} icon */
function setIcon(button, icon) {
  find(button, "use", SVGUseElement).setAttribute("href", icon);
}

/** @param {HostPage} host @param {Actions} actions */
async function openMenu(host, actions) {
  const game = host.room.state.gameState;
  const dialog = host.dialogs.get("menu");
  setText(el("lock", dialog), game?.locked ? gettext("Unlock the room") : gettext("Lock the room"));
  setText(el("sound", dialog), host.sound.isOn ? gettext("Turn the sound off") : gettext("Turn the sound on"));
  show(el("end", dialog), game !== null && isPlaying(game) && game.state !== "ROUND_STARTING");
  /** @type {Actions} */
  const choices = {
    ...actions,
    qr: () => host.dialogs.open("qr"),
    people: () => host.dialogs.open("people"),
    fullScreen: toggleFullScreen,
    move: () => host.moveSeat(),
    endGame: () => host.endGame(),
    closeRoom: () => host.closeRoom(),
  };
  choices[await host.dialogs.menu()]?.();
}

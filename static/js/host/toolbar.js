/** The bar at the top: what can be done at any time, and the one tap that wakes sound, screen and full screen. */

import { el, setText, show } from "../dom.js";
import { isHost, isPlaying } from "../selectors.js";
import { onFirstGesture } from "../first_gesture.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { actionButton, onAction } from "./actions.js";

/** Wire the bar up; returns how to draw it. */
export function buildToolbar(host) {
  const bar = el("toolbar");
  const lock = actionButton(bar, "lock");
  const sound = actionButton(bar, "sound");

  const actions = {
    settings: () => host.settings.open(),
    lock: () => host.send(host.room.state.gameState?.locked ? TYPES.UNLOCK_ROOM : TYPES.LOCK_ROOM),
    sound() {
      host.sound.isOn = !host.sound.isOn;
      drawSound();
    },
  };
  onAction(bar, {
    ...actions,
    begin: enterFullScreen,
    menu: () => openMenu(host, actions),
    retry: () => host.room.socket.retry(),
  });
  show(el("begin", bar), true);
  onFirstGesture(() => {
    host.wake.request();
    host.sound.unlock();
    show(el("begin", bar), false);
  });
  drawSound();

  function drawSound() {
    sound.setAttribute("aria-pressed", String(host.sound.isOn));
    sound.querySelector("use").setAttribute("href", host.sound.isOn ? "#icon-sound" : "#icon-silent");
  }

  return (state) => {
    const isLocked = Boolean(state.gameState?.locked);
    lock.setAttribute("aria-pressed", String(isLocked));
    lock.querySelector("use").setAttribute("href", isLocked ? "#icon-lock" : "#icon-unlock");
    setText(el("lock-text", lock), isLocked ? gettext("Locked") : gettext("Lock"));
    show(el("tools", bar), isHost(state));
  };
}

async function openMenu(host, actions) {
  const game = host.room.state.gameState;
  const dialog = host.dialogs.get("menu");
  setText(el("lock", dialog), game?.locked ? gettext("Unlock the room") : gettext("Lock the room"));
  setText(el("sound", dialog), host.sound.isOn ? gettext("Turn the sound off") : gettext("Turn the sound on"));
  show(el("end", dialog), Boolean(game) && isPlaying(game) && game.state !== "ROUND_STARTING");
  const choices = {
    ...actions,
    qr: () => host.dialogs.open("qr"),
    people: () => host.dialogs.open("people"),
    fullScreen: enterFullScreen,
    move: () => host.seatLink.ask(),
    endGame: () => host.endGame(),
    closeRoom: () => host.closeRoom(),
  };
  choices[await host.dialogs.menu()]?.();
}

/** Full screen, or out of it; phones without it stay as they are. */
function enterFullScreen() {
  const page = document.documentElement;
  const change = document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen?.();
  change?.catch((error) => console.info("No full screen:", error.message));
}

/** The bar at the top: what can be done at any time, and the one tap that wakes sound, screen and full screen. */

import { part, setText, show } from "../dom.js";
import { isPlaying } from "../board/facts.js";
import { gettext } from "../i18n.js";
import { TYPES } from "../protocol.js";
import { isHost } from "../store.js";
import { actionButton, onAction } from "./actions.js";

/** Wire the bar up; returns how to draw it. */
export function buildToolbar(host) {
  const bar = part("toolbar");
  const lock = actionButton(bar, "lock");
  const sound = actionButton(bar, "sound");

  onAction(bar, {
    begin: () => enterFullScreen(),
    settings: () => host.settings.open(),
    lock: () => host.send(host.room.state.gameState?.locked ? TYPES.UNLOCK_ROOM : TYPES.LOCK_ROOM),
    sound() {
      host.sound.isOn = !host.sound.isOn;
      drawSound();
    },
    menu: () => openMenu(host),
    retry: () => host.room.socket.retry(),
  });
  // Any tap will do for sound and a waking screen; iOS wants both asked for before anything is awaited.
  document.addEventListener("click", () => begin(), { capture: true, once: true });
  drawSound();

  function begin() {
    host.wake.keepAwake();
    host.sound.unlock();
    show(part("begin", bar), false);
  }

  function drawSound() {
    sound.setAttribute("aria-pressed", String(host.sound.isOn));
    sound.querySelector("use").setAttribute("href", host.sound.isOn ? "#icon-sound" : "#icon-silent");
  }

  return (state) => {
    const isLocked = Boolean(state.gameState?.locked);
    lock.setAttribute("aria-pressed", String(isLocked));
    lock.querySelector("use").setAttribute("href", isLocked ? "#icon-lock" : "#icon-unlock");
    setText(part("lock-text", lock), isLocked ? gettext("Locked") : gettext("Lock"));
    show(part("tools", bar), isHost(state));
  };
}

async function openMenu(host) {
  const game = host.room.state.gameState;
  show(part("end", host.dialogs.get("menu")), Boolean(game) && isPlaying(game) && game.state !== "ROUND_STARTING");
  const choices = {
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
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  change?.catch((error) => console.info("No full screen:", error.message));
}

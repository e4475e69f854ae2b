/**
 * Dragging cards with mouse, pen or finger. A finger drags a card by its grip, so that the page can still be scrolled.
 */

import { closest } from "../dom.js";

/**
 * @typedef {object} DragOptions
 * @property {string} card selector of what can be dragged
 * @property {string} grip selector of the part of a card that a finger can drag
 * @property {string} target selector of where a card can be dropped
 * @property {(card: HTMLElement, target: HTMLElement) => void} onDrop
 */

const STARTS_AFTER_PX = 6;

/** Let each card within `root` be dropped on a target. @param {HTMLElement} root @param {DragOptions} options */
export function draggable(root, options) {
  root.addEventListener("pointerdown", (event) => {
    const card = closest(event, options.card);
    const isHeld = event.pointerType !== "touch" || closest(event, options.grip);
    if (card && event.isPrimary && event.button === 0 && isHeld) {
      drag(card, event, root, options);
    }
  });
}

/** @param {HTMLElement} card @param {PointerEvent} down @param {HTMLElement} root @param {DragOptions} options */
function drag(card, down, root, { target, onDrop }) {
  const box = card.getBoundingClientRect();
  const listening = new AbortController();
  const { signal } = listening;
  /** @type {HTMLElement | null} */
  let ghost = null;
  /** @type {HTMLElement | null} */
  let over = null;

  window.addEventListener("pointermove", (event) => event.pointerId === down.pointerId && move(event), { signal });
  window.addEventListener("pointerup", (event) => event.pointerId === down.pointerId && finish(over), { signal });
  window.addEventListener("pointercancel", () => finish(null), { signal });
  window.addEventListener("blur", () => finish(null), { signal });
  window.addEventListener("keydown", (event) => event.key === "Escape" && finish(null), { signal });

  /** @param {PointerEvent} event */
  function move(event) {
    const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!ghost && Math.hypot(x, y) < STARTS_AFTER_PX) {
      return;
    }
    ghost ??= lift(card, box);
    ghost.style.setProperty("transform", `translate(${x}px, ${y}px) rotate(-2deg)`);
    mark(document.elementFromPoint(event.clientX, event.clientY)?.closest(target) ?? null);
  }

  /** @param {HTMLElement | null} column */
  function mark(column) {
    over?.removeAttribute("data-over");
    over = column && root.contains(column) ? column : null;
    over?.setAttribute("data-over", "");
  }

  /** @param {HTMLElement | null} column */
  function finish(column) {
    listening.abort();
    mark(null);
    if (!ghost) {
      return;
    }
    ghost.remove();
    card.removeAttribute("data-lifted");
    swallowClick();
    if (column) {
      onDrop(card, column);
    }
  }
}

/** A copy of the card that follows the pointer. @param {HTMLElement} card @param {DOMRect} box */
function lift(card, box) {
  const ghost = /** @type {HTMLElement} */ (card.cloneNode(true));
  ghost.removeAttribute("data-player");
  ghost.classList.add("is-lifted");
  ghost.inert = true;
  const { left, top, width, height } = box;
  for (const [name, value] of Object.entries({ left, top, width, height })) {
    ghost.style.setProperty(name, `${value}px`);
  }
  document.body.append(ghost);
  card.setAttribute("data-lifted", "");
  return ghost;
}

/** Ignore the click with which the browser follows a drag. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}

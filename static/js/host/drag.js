/**
 * Dragging cards with mouse, pen or finger. A finger takes a card by its grip, so that the page can still be scrolled.
 */

const STARTS_AFTER_PX = 6;

/** Let each `card` (a selector) within `root` be dropped on a `target`; `onDrop(card, target)`. */
export function draggable(root, { card, grip, target, onDrop }) {
  root.addEventListener("pointerdown", (event) => {
    const element = event.target.closest(card);
    const isHeld = event.pointerType !== "touch" || event.target.closest(grip);
    if (element && event.isPrimary && event.button === 0 && isHeld) {
      drag(element, event, { root, target, onDrop });
    }
  });
}

function drag(card, down, { root, target, onDrop }) {
  const box = card.getBoundingClientRect();
  const listening = new AbortController();
  let ghost = null;
  let over = null;

  const listen = (type, handle) => window.addEventListener(type, handle, { signal: listening.signal });
  listen("pointermove", (event) => event.pointerId === down.pointerId && move(event));
  listen("pointerup", (event) => event.pointerId === down.pointerId && finish(over));
  listen("pointercancel", () => finish(null));
  listen("blur", () => finish(null));
  listen("keydown", (event) => event.key === "Escape" && finish(null));

  function move(event) {
    const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!ghost && Math.hypot(x, y) < STARTS_AFTER_PX) {
      return;
    }
    ghost ??= lift(card, box);
    ghost.style.setProperty("transform", `translate(${x}px, ${y}px) rotate(-2deg)`);
    mark(document.elementFromPoint(event.clientX, event.clientY)?.closest(target) ?? null);
  }

  function mark(column) {
    over?.removeAttribute("data-over");
    over = column && root.contains(column) ? column : null;
    over?.setAttribute("data-over", "");
  }

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

function lift(card, box) {
  const ghost = card.cloneNode(true);
  ghost.removeAttribute("data-player");
  ghost.classList.add("is-lifted");
  ghost.inert = true;
  Object.entries({ left: box.left, top: box.top, width: box.width, height: box.height }).forEach(([name, value]) => {
    ghost.style.setProperty(name, `${value}px`);
  });
  document.body.append(ghost);
  card.setAttribute("data-lifted", "");
  return ghost;
}

/** The browser follows a drag with a click; it was none. */
function swallowClick() {
  const swallow = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}

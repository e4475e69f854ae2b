/** Keys that work wherever the focus is, except where a key already means something: in fields, buttons, dialogs. */

const PRESSES = [" ", "Enter"];

/** Let `host.view.keys` (key → action) answer the keyboard. */
export function listenToShortcuts(host) {
  document.addEventListener("keydown", (event) => {
    const action = host.view?.keys?.[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action && !isTaken(event) && !host.dialogs.isOpen) {
      event.preventDefault();
      action();
    }
  });
}

function isTaken(event) {
  const { target, key } = event;
  return (
    event.defaultPrevented ||
    event.repeat ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    target.matches("input, select, textarea") ||
    (PRESSES.includes(key) && target.matches("button, a"))
  );
}

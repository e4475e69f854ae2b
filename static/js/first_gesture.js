/** Browsers allow sound and wake lock from the first tap or key on; iOS only before anything is awaited. */

/** Call `action` within the first tap or key press anywhere on the page. @param {() => void} action */
export function onFirstGesture(action) {
  const listening = new AbortController();
  const onGesture = () => {
    listening.abort();
    action();
  };
  for (const type of ["click", "keydown"]) {
    document.addEventListener(type, onGesture, { capture: true, signal: listening.signal });
  }
}

/** Browsers let a page sound, and stay awake, from the first tap or key on; iOS only before anything is awaited. */

/** Call `action` within the first tap or key press anywhere on the page. */
export function onFirstGesture(action) {
  const listening = new AbortController();
  const begin = () => {
    listening.abort();
    action();
  };
  ["click", "keydown"].forEach((type) => {
    document.addEventListener(type, begin, { capture: true, signal: listening.signal });
  });
}

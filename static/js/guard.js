/** Parts of a page that fail alone: an error is reported, and what comes after it still happens. */

/**
 * The result of `action`; undefined when it throws, which the console then shows.
 * @template Result
 * @param {() => Result} action
 * @returns {Result | undefined}
 */
export function attempt(action) {
  try {
    return action();
  } catch (error) {
    console.error("A part of the page failed:", error);
    return undefined;
  }
}

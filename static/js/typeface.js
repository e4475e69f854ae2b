/**
 * The typeface of a player's page. The page of a newcomer is small and has the system's letters; once joined it fetches
 * Rubik and puts it on at a change of view, so that nothing jumps under a finger.
 */

const WEIGHTS = [500, 800];

export class Typeface {
  #isFetched = false;
  #isAsked = false;

  /** Fetch it, once. */
  fetch() {
    if (!this.#isAsked && document.fonts) {
      this.#isAsked = true;
      const all = WEIGHTS.map((weight) => document.fonts.load(`${weight} 1em "Rubik"`));
      Promise.all(all).then(
        () => {
          this.#isFetched = true;
        },
        (error) => console.info("The typeface did not come:", error),
      );
    }
  }

  /** Put it on if it is there. */
  putOn() {
    if (this.#isFetched) {
      document.documentElement.dataset.typeface = "rubik";
    }
  }
}

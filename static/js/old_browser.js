/**
 * Says what to do where a browser cannot run the page's modules, as those of televisions before 2022. A classic script
 * after the module, in the language of 2015; where the modules run it does nothing.
 */
(() => {
  if (!document.documentElement.hasAttribute("data-modules")) {
    const show = (/** @type {string} */ selector, /** @type {boolean} */ isShown) => {
      const found = document.querySelectorAll(selector);
      for (let index = 0; index < found.length; index += 1) {
        /** @type {HTMLElement} */ (found[index]).hidden = !isShown;
      }
    };
    show('[data-screen="connecting"] h1', false);
    show("[data-old-browser]", true);
  }
})();

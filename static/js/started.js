/** The first module of every page: that it runs is how `old_browser.js` knows that the browser is new enough. */

document.documentElement.dataset.modules = "run";

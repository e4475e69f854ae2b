/** Sharing an address: by the phone's share sheet, the clipboard, or selected so that it can be copied by hand. */

import { gettext, plain } from "./i18n.js";

/** @import { Toasts } from "./toasts.js" */

/**
 * @param {{url: string, title: string}} link
 * @param {HTMLElement} shown its text is the address, for browsers that let no page copy (plain HTTP)
 * @param {Toasts} toasts
 */
export async function share({ url, title }, shown, toasts) {
  if (navigator.share) {
    // Closing the sheet without sharing is no fault.
    await navigator.share({ url, title: plain(title) }).catch((error) => console.info("Nothing was shared:", error));
  } else if (await copyText(url)) {
    toasts.show(gettext("Copied."), "good");
  } else {
    window.getSelection()?.selectAllChildren(shown);
    toasts.show(gettext("Copy the marked address."));
  }
}

/** Copy to the clipboard; whether that was possible. @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.info("Nothing was copied:", error);
    return false;
  }
}

/** Handing an address on: with the phone's own sheet, by the clipboard, or marked so that it can be copied by hand. */

import { gettext } from "./i18n.js";

/** `shown` is the element whose text is the address, for browsers that let no page copy (plain HTTP). */
export async function share({ url, title }, shown, toasts) {
  if (navigator.share) {
    // Closing the sheet without sharing is no fault.
    await navigator.share({ url, title }).catch((error) => console.info(error.message));
    return;
  }
  if (await isCopied(url)) {
    toasts.show(gettext("Copied."), "good");
    return;
  }
  window.getSelection().selectAllChildren(shown);
  toasts.show(gettext("Copy the marked address."));
}

async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.info("Nothing was copied:", error.message);
    return false;
  }
}

/** The part of an administration page that refreshes itself, until it is paused. */

import { data, el, findAll, show } from "../dom.js";
import { LiveRegion } from "./live_region.js";

const [region] = findAll(document, "[data-live]");
if (region) {
  const controls = el("refresh");
  const status = el("refresh-status", controls);
  const toggle = el("refresh-toggle", controls);
  const live = new LiveRegion(region, (outcome) => {
    status.textContent = status.dataset[outcome] ?? "";
    show(toggle, outcome !== "ended");
  });
  toggle.addEventListener("click", () => {
    live.toggle();
    toggle.textContent = data(toggle, live.isPaused ? "resume" : "pause");
  });
  document.addEventListener("visibilitychange", () => live.wake());
  show(controls, true);
  live.start();
}

for (const button of findAll(document, '[data-el="choose-all"]')) {
  button.addEventListener("click", () => {
    const boxes = findAll(region, "input[type=checkbox]").filter((box) => box instanceof HTMLInputElement);
    const isChecked = boxes.some((box) => !box.checked);
    for (const box of boxes) {
      box.checked = isChecked;
    }
  });
  show(button, true);
}

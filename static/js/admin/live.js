/** The part of an administration page that refreshes itself, for as long as somebody wants that. */

import { el, show } from "../dom.js";
import { LiveRegion } from "./live_region.js";

const region = document.querySelector("[data-live]");
if (region) {
  const controls = el("refresh");
  const status = el("refresh-status", controls);
  const toggle = el("refresh-toggle", controls);
  const live = new LiveRegion(region, {
    tell(outcome) {
      status.textContent = status.dataset[outcome] ?? "";
      show(toggle, outcome !== "ended");
    },
  });
  toggle.addEventListener("click", () => {
    live.toggle();
    toggle.textContent = live.isPaused ? toggle.dataset.resume : toggle.dataset.pause;
  });
  document.addEventListener("visibilitychange", () => live.wake());
  show(controls, true);
  live.start();
}

const chooseAll = document.querySelector('[data-el="choose-all"]');
if (chooseAll) {
  chooseAll.addEventListener("click", () => {
    const boxes = [...region.querySelectorAll("input[type=checkbox]")];
    const isWanted = boxes.some((box) => !box.checked);
    boxes.forEach((box) => {
      box.checked = isWanted;
    });
  });
  show(chooseAll, true);
}

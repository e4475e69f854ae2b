/** The part of an administration page that refreshes itself, for as long as somebody wants that. */

import { part, show } from "../dom.js";
import { LivePart } from "./livepart.js";

const region = document.querySelector("[data-live]");
if (region) {
  const controls = part("refresh");
  const status = part("refresh-status", controls);
  const toggle = part("refresh-toggle", controls);
  const live = new LivePart(region, {
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

/** Buttons say what they do in `data-action`; a view says what that means. */

/** Call `actions[name](button)` when a button of `root` with that name is pressed. */
export function onAction(root, actions) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button && root.contains(button)) {
      actions[button.dataset.action](button);
    }
  });
}

/** The button of `root` that carries this action. */
export function actionButton(root, name) {
  return root.querySelector(`[data-action="${name}"]`);
}

/** Off, but still within reach of the keyboard, so that its reason can be read: a press then does nothing. */
export function setUsable(button, isUsable) {
  button.setAttribute("aria-disabled", String(!isUsable));
}

export function isUsable(button) {
  return button.getAttribute("aria-disabled") !== "true";
}

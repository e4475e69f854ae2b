/** Small ways to build and change the page. Text only ever becomes text. */

/** The element in `root` that carries `data-el="name"`. Throws if the template has none. */
export function el(name, root = document) {
  const element = root.querySelector(`[data-el="${name}"]`);
  if (!element) {
    throw new Error(`The page has no element named ${name}.`);
  }
  return element;
}

/** A new element: `create("button", {class: "button", type: "button", onclick}, "Go")`. */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  });
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Change text only where it differs, so that screen readers and selections are left in peace. */
export function setText(element, text) {
  const value = String(text);
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

export function show(element, isShown) {
  if (element.hidden === isShown) {
    element.hidden = !isShown;
  }
}

/** A data attribute, or none when `value` is null or undefined. */
export function setData(element, name, value) {
  if (value === null || value === undefined || value === false) {
    delete element.dataset[name];
  } else if (element.dataset[name] !== String(value)) {
    element.dataset[name] = String(value);
  }
}

/**
 * Make `list`'s children match `items`, keeping the element of each key, and with it focus and animation.
 * `make(item)` builds one, `update(element, item)` fills it.
 */
export function sync(list, items, { key, make, update = () => {} }) {
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const id = String(key(item));
    const element = kept.get(id) ?? make(item);
    element.dataset.key = id;
    kept.delete(id);
    update(element, item);
    return element;
  });
  kept.forEach((element) => element.remove());
  wanted.forEach((element, index) => {
    if (list.children[index] !== element) {
      list.insertBefore(element, list.children[index] ?? null);
    }
  });
}

/** Ask before something that cannot be undone; resolves to whether it was confirmed. `dialog` is a <dialog>. */
export function confirmed(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}

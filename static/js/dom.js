/** Helpers to find, build and change elements. Text only ever becomes text; what `isolate` marks in it becomes a `<bdi>`. */

import { isolatedParts, plain } from "./i18n.js";

import { lineWidth } from "./text_width.js";

/** @typedef {string | number | boolean | null | undefined | ((event: Event) => void)} Attribute */
/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * The element in `root` with `data-el="name"`. Throws if the template has none, or one of another class.
 * @overload
 * @param {string} name
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
/**
 * @template {HTMLElement} Wanted
 * @overload
 * @param {string} name
 * @param {ParentNode} root
 * @param {new () => Wanted} type
 * @returns {Wanted}
 */
/** @param {string} name @param {ParentNode} [root] @param {new () => HTMLElement} [type] */
export function el(name, root = document, type = HTMLElement) {
  return find(root, `[data-el="${name}"]`, type);
}

/**
 * The first element of this class in `root` that matches `selector`. Throws if there is none.
 * @template {Element} Wanted
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Wanted} type
 */
export function find(root, selector, type) {
  const element = root.querySelector(selector);
  if (element instanceof type) {
    return element;
  }
  throw new Error(`The page has no ${type.name} ${selector}.`);
}

/** All HTML elements in `root` that match. @param {ParentNode} root @param {string} selector */
export function findAll(root, selector) {
  return [...root.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);
}

/**
 * The closest ancestor of the event's target that matches `selector`, or null.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/** A data attribute that the template sets. Throws if it has none. @param {HTMLElement} element @param {string} name */
export function data(element, name) {
  const value = element.dataset[name];
  if (value === undefined) {
    throw new Error(`The page has no data attribute ${name}.`);
  }
  return value;
}

/**
 * A new element: `create("button", {class: "button", type: "button", onclick}, "Go")`.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name.replace(/^on/, ""), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, plain(String(value)));
    }
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : textNode(String(child)));
    }
  }
  return element;
}

/**
 * A text as a node: names in it are isolated, and a sentence with names is one element, as boxes in a row need it.
 * @param {string} text
 * @returns {Node}
 */
function textNode(text) {
  const parts = isolatedParts(text);
  if (parts.length === 1) {
    return document.createTextNode(text);
  }
  const nodes = parts.map((part, index) => (index % 2 ? isolatedElement(part) : document.createTextNode(part)));
  if (parts.length === 3 && !parts[0] && !parts[2]) {
    return nodes[1];
  }
  const sentence = document.createElement("span");
  sentence.append(...nodes.filter((_, index) => parts[index]));
  return sentence;
}

/** @param {string} text */
function isolatedElement(text) {
  const element = document.createElement("bdi");
  element.textContent = text;
  return element;
}

/**
 * Change text only where it differs, so that screen readers and selections are left in peace.
 * @param {Element} element
 * @param {string | number} text
 */
export function setText(element, text) {
  const value = String(text);
  const isolates = (isolatedParts(value).length - 1) / 2;
  if (element.textContent !== plain(value) || element.querySelectorAll("bdi").length !== isolates) {
    element.replaceChildren(textNode(value));
  }
}

/** Whether the element takes up room on the page. Safari has `checkVisibility` from 17.4 on. @param {Element} element */
export function isVisible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
}

/**
 * Text that the styles size to its frame, by `--n`: the letters that a line of it needs.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setFittedText(element, text) {
  setText(element, text);
  element.style.setProperty("--n", String(lineWidth(plain(text))));
}

/** @param {HTMLElement} element @param {boolean} isShown */
export function show(element, isShown) {
  if (element.hidden === isShown) {
    element.hidden = !isShown;
  }
}

/**
 * Set a data attribute, or remove it when `value` is null or undefined.
 * @param {HTMLElement | SVGElement} element
 * @param {string} name
 * @param {string | number | null | undefined} value
 */
export function setData(element, name, value) {
  if (value === null || value === undefined) {
    delete element.dataset[name];
  } else if (element.dataset[name] !== String(value)) {
    element.dataset[name] = String(value);
  }
}

/**
 * Make the children of `list` match `items`, keeping the element of each key, and with it focus and animation.
 * `make` builds an element, `update` fills it.
 * @template Item
 * @param {HTMLElement} list
 * @param {readonly Item[]} items
 * @param {{key: (item: Item) => string, make: (item: Item) => HTMLElement,
 *   update?: (element: HTMLElement, item: Item) => void}} options
 */
export function reconcile(list, items, { key, make, update = () => {} }) {
  const kept = new Map(findAll(list, ":scope > *").map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const id = key(item);
    const element = kept.get(id) ?? make(item);
    element.dataset.key = id;
    kept.delete(id);
    update(element, item);
    return element;
  });
  for (const element of kept.values()) {
    element.remove();
  }
  wanted.forEach((element, index) => {
    if (list.children[index] !== element) {
      list.insertBefore(element, list.children[index] ?? null);
    }
  });
}

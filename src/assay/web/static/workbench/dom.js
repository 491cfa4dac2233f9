// Building the page: elements from names, never from strings of HTML.

/**
 * A listener takes the event of its own name, which no index signature can say: hence `any`.
 *
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Properties
 */
/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * One element. Properties that start with `on` are listeners; `class`, `data-*` and `aria-*` are
 * attributes; false and null leave an attribute out, true sets it empty.
 *
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[N]}
 */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, String(value));
    }
  }
  element.append(...known(children.flat()));
  return element;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function known(children) {
  const kept = [];
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    kept.push(child instanceof Node ? child : String(child));
  }
  return kept;
}

/**
 * A list whose items keep their elements (and so the focus) while others come and go.
 *
 * @template T
 * @template {HTMLElement} E
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => E} build
 * @param {(element: E, item: T) => void} [update]
 */
export function keyed(parent, items, key, build, update) {
  const present = new Map([...parent.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, child]));
  items.forEach((item, place) => {
    const name = key(item);
    let element = /** @type {E | undefined} */ (present.get(name));
    if (!element) {
      element = build(item);
      element.dataset.key = name;
    }
    present.delete(name);
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
    update?.(element, item);
  });
  for (const stale of present.values()) stale.remove();
}

/**
 * An identifier such as `over_refusal` as words.
 *
 * @param {string} name
 */
export function words(name) {
  const spaced = name.replace(/[_-]+/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/**
 * The letter of a presented place: A is 0.
 *
 * @param {number} place
 */
export function letter(place) {
  const turn = Math.floor(place / 26);
  return String.fromCharCode(65 + (place % 26)) + (turn || "");
}

/**
 * The input of a field.
 *
 * @param {HTMLElement} label as `field` made it
 * @returns {HTMLInputElement | HTMLTextAreaElement}
 */
export function inputOf(label) {
  return /** @type {HTMLInputElement} */ (label.querySelector("input, textarea"));
}

/**
 * A field's value changes while it is typed; its height follows.
 *
 * @param {string} label
 * @param {Properties & {value?: string | null, rows?: number}} properties
 * @param {(text: string) => void} changed
 */
export function field(label, properties, changed) {
  const { rows, value, ...others } = properties;
  const input = rows
    ? el("textarea", { rows, dir: "auto", ...others })
    : el("input", { type: "text", dir: "auto", autocomplete: "off", ...others });
  input.value = value ?? "";
  input.addEventListener("input", () => changed(input.value));
  return el("label", { class: "field" }, el("span", {}, label), input);
}

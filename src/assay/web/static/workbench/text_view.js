// One text of the assignment: rendered or raw, with its direction, its outline and its veil.

import { el } from "./dom.js";
import { putRendered } from "./rendered.js";

/** @import { Text } from "../wire.d.ts" */

const OUTLINE_FROM = 3;
const LONG = 20_000;

export class Block {
  /**
   * @param {Text} text
   * @param {string} name what a reader calls it
   * @param {{candidate: number | null, veiled: boolean}} place
   */
  constructor(text, name, place) {
    this.text = text;
    this.name = name;
    this.candidate = place.candidate;
    this.rendered = el("div", { class: text.raw.length > LONG ? "prose long" : "prose", dir: text.dir });
    putRendered(this.rendered, text.html);
    nameApart(this.rendered, text.pointer);
    /** @type {HTMLElement | null} */
    this.plain = null;
    this.raw = false;
    for (const wide of this.rendered.querySelectorAll("pre, table, math[display='block']")) {
      frame(/** @type {HTMLElement} */ (wide));
    }
    this.element = el("div", { class: `text ${text.dir}`, "data-pointer": text.pointer }, this.rendered);
    this.veiled = place.veiled;
    if (place.veiled) this.veil(this.rendered);
  }

  /** The view that is in sight. @returns {HTMLElement} */
  root() {
    return this.raw && this.plain ? this.plain : this.rendered;
  }

  /** @param {boolean} raw */
  setRaw(raw) {
    if (raw && !this.plain) {
      this.plain = el("pre", { class: "raw", dir: this.text.dir, tabindex: 0 });
      putRendered(this.plain, this.text.raw_html);
      this.element.append(this.plain);
      if (this.veiled && this.covered().length) this.veil(this.element, this.plain);
    }
    this.raw = raw;
    this.rendered.hidden = raw;
    if (this.plain) this.plain.hidden = !raw;
  }

  /**
   * Blurs each paragraph and keeps it from being read aloud until it is uncovered.
   *
   * @param {HTMLElement} parent
   * @param {HTMLElement} [only]
   */
  veil(parent, only) {
    for (const each of only ? [only] : parent.children) {
      each.classList.add("veiled");
      each.setAttribute("aria-hidden", "true");
      each.setAttribute("inert", "");
    }
  }

  /** Paragraphs of the view in sight that are still covered. @returns {Element[]} */
  covered() {
    const view = this.root();
    return view.classList.contains("veiled") ? [view] : [...view.querySelectorAll(":scope > .veiled")];
  }

  /** @returns {boolean} whether there was something to uncover */
  uncover() {
    const [first] = this.covered();
    if (!first) return false;
    first.classList.remove("veiled");
    first.removeAttribute("aria-hidden");
    first.removeAttribute("inert");
    first.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Links to the headings, where there are enough of them. @returns {HTMLElement | null} */
  outline() {
    if (this.text.outline.length < OUTLINE_FROM) return null;
    const items = this.text.outline.map((each) =>
      el(
        "li",
        { class: `level-${Math.min(each.level, 4)}` },
        el(
          "button",
          { type: "button", class: "link", dir: this.text.dir, onclick: () => this.goTo(each.id) },
          each.text,
        ),
      ),
    );
    return el("details", { class: "outline" }, el("summary", {}, `Outline (${items.length})`), el("ol", {}, ...items));
  }

  /** @param {string} id */
  goTo(id) {
    this.setRaw(false);
    this.rendered.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "start" });
  }
}

/**
 * Two texts of one page may name their headings alike: each gets its own names.
 *
 * @param {HTMLElement} root
 * @param {string} pointer
 */
function nameApart(root, pointer) {
  for (const each of root.querySelectorAll("[id]")) {
    each.setAttribute("data-id", each.id);
    each.id = `${pointer}:${each.id}`;
  }
  for (const link of root.querySelectorAll('a[href^="#"]')) {
    link.setAttribute("href", `#${encodeURIComponent(`${pointer}:${link.getAttribute("href")?.slice(1)}`)}`);
  }
}

/**
 * Wide things scroll inside themselves, also by keyboard.
 *
 * @param {HTMLElement} wide
 */
function frame(wide) {
  const holder = el("div", {
    class: "wide",
    tabindex: 0,
    role: "group",
    "aria-label": wide.localName === "pre" ? "Code" : wide.localName === "table" ? "Table" : "Formula",
  });
  wide.replaceWith(holder);
  holder.append(wide);
}

// Search through prompt, responses and evidence at once; matches are highlighted without changing the page.

import { el } from "./dom.js";
import { paint, pointsBefore, rangesOf } from "./spans.js";

const MOST = 2_000;

export class Search {
  /** @param {() => import("./text_view.js").Block[]} blocks in reading order */
  constructor(blocks) {
    this.blocks = blocks;
    /** @type {{block: import("./text_view.js").Block, start: number, end: number}[]} */
    this.hits = [];
    this.at = -1;
    this.input = el("input", {
      type: "search",
      "aria-label": "Search prompt, responses and evidence",
      placeholder: "Search all texts",
      dir: "auto",
    });
    this.count = el("output", { class: "faint" });
    this.element = el(
      "div",
      { class: "search", role: "search", hidden: true },
      this.input,
      this.count,
      el("button", { type: "button", class: "small", onclick: () => this.step(-1), "aria-label": "Hit before" }, "↑"),
      el("button", { type: "button", class: "small", onclick: () => this.step(1), "aria-label": "Next hit" }, "↓"),
      el(
        "button",
        { type: "button", class: "small", onclick: () => this.close() },
        "Close ",
        el("kbd", { "aria-hidden": "true" }, "Esc"),
      ),
    );
    this.input.addEventListener("input", () => this.find());
    this.input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.ctrlKey) return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
  }

  open() {
    this.element.hidden = false;
    this.input.focus();
    this.input.select();
    this.find();
  }

  /** @returns {boolean} whether it was open */
  close() {
    if (this.element.hidden) return false;
    this.element.hidden = true;
    this.input.blur();
    paint("found", "search", []);
    paint("found-now", "search", []);
    return true;
  }

  find() {
    const wanted = this.input.value.toLocaleLowerCase();
    this.hits = [];
    this.at = -1;
    if (wanted) for (const block of this.blocks()) this.hits.push(...hitsIn(block, wanted, MOST - this.hits.length));
    this.show();
    if (this.hits.length) this.step(1, false);
    else this.count.textContent = wanted ? "not found" : "";
  }

  show() {
    paint(
      "found",
      "search",
      this.hits.flatMap((hit) => rangesOf(hit.block.root(), hit.start, hit.end)),
    );
    paint("found-now", "search", []);
  }

  /**
   * @param {number} by
   * @param {boolean} [repaint] whether views may have changed since
   */
  step(by, repaint = true) {
    if (!this.hits.length) return;
    if (repaint) this.show();
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    const { block, start, end } = this.hits[this.at];
    const ranges = rangesOf(block.root(), start, end);
    paint("found-now", "search", ranges);
    const more = this.hits.length >= MOST ? "+" : "";
    this.count.textContent = `${this.at + 1} of ${this.hits.length}${more} · ${block.name}`;
    ranges[0]?.startContainer.parentElement?.scrollIntoView({ block: "center", inline: "nearest" });
  }
}

/**
 * @param {import("./text_view.js").Block} block
 * @param {string} wanted in lower case
 * @param {number} most
 */
function hitsIn(block, wanted, most) {
  const raw = block.text.raw;
  const folded = raw.toLocaleLowerCase();
  // Where folding changes lengths, places would be wrong: there the case must match.
  const within = folded.length === raw.length ? folded : raw;
  const hits = [];
  let points = 0;
  let counted = 0;
  for (
    let place = within.indexOf(wanted);
    place >= 0 && hits.length < most;
    place = within.indexOf(wanted, place + wanted.length)
  ) {
    points += pointsBefore(raw.slice(counted, place), place - counted);
    counted = place;
    hits.push({ block, start: points, end: points + [...wanted].length });
  }
  return hits;
}

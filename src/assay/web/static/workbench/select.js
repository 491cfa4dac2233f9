// Selecting words by keys alone: arrows move by word and line, Shift extends.

import { paint, rangesOf, runs, slice } from "./spans.js";

/** @typedef {{start: number, end: number}} Word */

/** @type {WeakMap<import("./text_view.js").Block, Word[]>} */
const known = new WeakMap();

/** @param {import("./text_view.js").Block} block */
function wordsOf(block) {
  let found = known.get(block);
  if (!found) {
    found = [];
    let points = 0;
    const whole = runs(block.rendered).filter((run) => !run.exact);
    for (const part of new Intl.Segmenter(undefined, { granularity: "word" }).segment(block.text.raw)) {
      const end = points + [...part.segment].length;
      const start = points;
      points = end;
      // A formula is one stop: nothing inside it has a place of its own.
      const formula = whole.find((run) => run.start < end && run.end > start);
      if (formula && found.at(-1)?.start !== formula.start) found.push({ start: formula.start, end: formula.end });
      else if (!formula && part.isWordLike) found.push({ start, end });
    }
    known.set(block, found);
  }
  return found;
}

export class WordSelection {
  /** @param {(text: string) => void} say */
  constructor(say) {
    this.say = say;
    /** @type {import("./text_view.js").Block | null} */
    this.block = null;
    /** @type {Word[]} */
    this.words = [];
    this.anchor = 0;
    this.head = 0;
  }

  /** @param {import("./text_view.js").Block} block */
  start(block) {
    this.block = block;
    // Only words that the view shows: markup such as asterisks has no place in a rendered text.
    this.words = wordsOf(block).filter((word) => rangesOf(block.root(), word.start, word.end).length);
    this.anchor = this.head = this.words.findIndex((word) => inSight(block, word));
    if (this.head < 0) this.anchor = this.head = 0;
    this.show();
  }

  stop() {
    this.block = null;
    paint("chosen", "words", []);
    paint("caret", "words", []);
  }

  /** The raw stretch from anchor to head. @returns {{start: number, end: number} | null} */
  get span() {
    if (!this.block || !this.words.length) return null;
    const [from, to] = [this.words[Math.min(this.anchor, this.head)], this.words[Math.max(this.anchor, this.head)]];
    return { start: from.start, end: to.end };
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was one of ours
   */
  key(event) {
    if (!this.block || event.ctrlKey || event.altKey || event.metaKey) return false;
    const ahead = this.block.text.dir === "rtl" ? -1 : 1;
    const last = this.words.length - 1;
    const to = {
      ArrowRight: () => this.head + ahead,
      ArrowLeft: () => this.head - ahead,
      ArrowDown: () => this.line(1),
      ArrowUp: () => this.line(-1),
      Home: () => 0,
      End: () => last,
    }[event.key];
    if (!to) return false;
    this.head = Math.max(0, Math.min(to(), last));
    if (!event.shiftKey) this.anchor = this.head;
    this.show();
    return true;
  }

  /**
   * The word nearest above or below.
   *
   * @param {1 | -1} by
   */
  line(by) {
    const here = this.box(this.head);
    if (!here) return this.head + by;
    let best = this.head;
    let edge = null;
    for (let place = this.head + by; place >= 0 && place < this.words.length; place += by) {
      const box = this.box(place);
      if (!box || Math.abs(box.top - here.top) < here.height / 2) continue;
      edge ??= box.top;
      if (Math.abs(box.top - edge) > box.height / 2) break;
      if (best === this.head || Math.abs(box.left - here.left) < Math.abs((this.box(best)?.left ?? 0) - here.left))
        best = place;
    }
    return best;
  }

  /** @param {number} place */
  box(place) {
    const word = this.words[place];
    return this.block && word ? rangesOf(this.block.root(), word.start, word.end)[0]?.getBoundingClientRect() : null;
  }

  show() {
    const span = this.span;
    if (!this.block || !span) return;
    const root = this.block.root();
    paint("chosen", "words", rangesOf(root, span.start, span.end));
    const head = this.words[this.head];
    const ranges = rangesOf(root, head.start, head.end);
    paint("caret", "words", ranges);
    ranges[0]?.startContainer.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.say(slice(this.block.text.raw, span.start, span.end));
  }
}

/**
 * @param {import("./text_view.js").Block} block
 * @param {Word} word
 */
function inSight(block, word) {
  const box = rangesOf(block.root(), word.start, word.end)[0]?.getBoundingClientRect();
  const around = block.element.closest(".scroll")?.getBoundingClientRect();
  return Boolean(box && (!around || (box.top >= around.top && box.bottom <= around.bottom)));
}

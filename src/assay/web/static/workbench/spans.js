// Between raw text and page: offsets count code points of the raw text, highlights change no DOM.

/** @typedef {{start: number, end: number, exact: boolean, element: HTMLElement}} Run */

/** @param {string} text */
const wide = (text) => /[\ud800-\udbff]/.test(text);

/**
 * Code points before a UTF-16 place.
 *
 * @param {string} text
 * @param {number} place
 */
export function pointsBefore(text, place) {
  const head = text.slice(0, place);
  return wide(head) ? [...head].length : head.length;
}

/**
 * The UTF-16 place of a code point.
 *
 * @param {string} text
 * @param {number} points
 */
export function placeOf(text, points) {
  if (!wide(text)) return points;
  let place = 0;
  for (let seen = 0; seen < points && place < text.length; seen += 1) {
    place += (text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1;
  }
  return place;
}

/**
 * @param {string} raw
 * @param {number} start code points
 * @param {number} end
 */
export const slice = (raw, start, end) => raw.slice(placeOf(raw, start), placeOf(raw, end));

/** @type {WeakMap<Element, Run[]>} */
const known = new WeakMap();

/**
 * The runs of text in a rendered or raw view, in order.
 *
 * @param {Element} root
 * @returns {Run[]}
 */
export function runs(root) {
  let found = known.get(root);
  if (!found) {
    found = [...root.querySelectorAll("[data-start]")].map((each) => {
      const element = /** @type {HTMLElement} */ (each);
      return {
        start: Number(element.dataset.start),
        end: Number(element.dataset.end),
        exact: "exact" in element.dataset,
        element,
      };
    });
    known.set(root, found);
  }
  return found;
}

/**
 * The text node and place within a run.
 *
 * @param {Run} run
 * @param {number} offset code points of the raw text
 * @returns {[Node, number] | null} null where the run holds no text
 */
function within(run, offset) {
  const walker = document.createTreeWalker(run.element, NodeFilter.SHOW_TEXT);
  let left = offset - run.start;
  let node = walker.nextNode();
  let before = null;
  while (node) {
    const text = node.nodeValue ?? "";
    const points = pointsBefore(text, text.length);
    if (left <= points) return [node, placeOf(text, left)];
    left -= points;
    before = node;
    node = walker.nextNode();
  }
  return before && [before, before.nodeValue?.length ?? 0];
}

/**
 * The ranges of the page that show a stretch of raw text.
 *
 * @param {Element} root
 * @param {number} start
 * @param {number} end
 * @returns {Range[]}
 */
export function rangesOf(root, start, end) {
  const all = runs(root);
  const ranges = [];
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].end <= start) low = middle + 1;
    else high = middle;
  }
  for (let place = low; place < all.length && all[place].start < end; place += 1) {
    const range = rangeIn(all[place], start, end);
    if (range) ranges.push(range);
  }
  return ranges;
}

/**
 * @param {Run} run
 * @param {number} start
 * @param {number} end
 */
function rangeIn(run, start, end) {
  const range = document.createRange();
  if (!run.exact) {
    range.selectNodeContents(run.element);
    return range;
  }
  const from = within(run, Math.max(start, run.start));
  const to = within(run, Math.min(end, run.end));
  if (!from || !to) return null;
  range.setStart(...from);
  range.setEnd(...to);
  return range;
}

/**
 * The stretch of raw text that the browser's own selection covers.
 *
 * @param {Element} root
 * @returns {{start: number, end: number} | null}
 */
export function selected(root) {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return null;
  const touched = runs(root).filter((run) => touches(range, run.element));
  if (!touched.length) return null;
  const first = touched[0];
  const last = touched[touched.length - 1];
  const start = boundary(first, range.startContainer, range.startOffset) ?? first.start;
  const end = boundary(last, range.endContainer, range.endOffset) ?? last.end;
  return start < end ? { start, end } : null;
}

/**
 * Whether a range covers some of an element's text, not only its edge.
 *
 * @param {Range} range
 * @param {Element} element
 */
function touches(range, element) {
  const inner = document.createRange();
  inner.selectNodeContents(element);
  return (
    range.compareBoundaryPoints(Range.START_TO_END, inner) > 0 &&
    range.compareBoundaryPoints(Range.END_TO_START, inner) < 0
  );
}

/**
 * @param {Run} run
 * @param {Node} container
 * @param {number} offset
 */
function boundary(run, container, offset) {
  if (!run.exact || !run.element.contains(container)) return null;
  const range = document.createRange();
  range.selectNodeContents(run.element);
  range.setEnd(container, offset);
  const text = range.toString();
  return run.start + pointsBefore(text, text.length);
}

const painted = /** @type {Map<string, Map<string, Range[]>>} */ (new Map());

/**
 * Paints ranges under a highlight's name; each owner has its own share of it.
 *
 * @param {string} name as in `::highlight(name)`
 * @param {string} owner
 * @param {Range[]} ranges
 */
export function paint(name, owner, ranges) {
  if (!CSS.highlights) return;
  const owners = painted.get(name) ?? new Map();
  painted.set(name, owners);
  owners.set(owner, ranges);
  const all = [...owners.values()].flat();
  if (!all.length) return void CSS.highlights.delete(name);
  const highlight = new Highlight(...all);
  highlight.priority = ORDER.indexOf(name);
  CSS.highlights.set(name, highlight);
}

// Later ones are above earlier ones.
const ORDER = [
  "shared",
  "unique",
  "figure",
  "error-low",
  "error-medium",
  "error-high",
  "error-critical",
  "found",
  "found-now",
  "caret",
  "chosen",
];

/** Takes all highlights away, when an assignment leaves the page. */
export function unpaintAll() {
  painted.clear();
  CSS.highlights?.clear();
}

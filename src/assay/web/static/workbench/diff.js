// What two texts share and where they differ, by words, on the raw text.

/** @typedef {{start: number, end: number, text: string, kind: "word" | "figure"}} Token */

const WORD = /\p{N}+(?:[.,:/_]\p{N}+)*|[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;
const HAN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;
const MOST_EDITS = 2_000;

/**
 * Words, figures and symbols with their places in code points.
 *
 * @param {string} raw
 * @returns {Token[]}
 */
export function tokens(raw) {
  const found = [];
  let points = 0;
  let place = 0;
  for (const match of raw.matchAll(WORD)) {
    points += [...raw.slice(place, match.index)].length;
    place = match.index;
    // Scripts without spaces are compared character by character.
    const parts = HAN.test(match[0]) ? [...match[0]] : [match[0]];
    for (const text of parts) {
      const end = points + [...text].length;
      found.push({
        start: points,
        end,
        text,
        kind: /^\p{N}/u.test(text) ? /** @type {const} */ ("figure") : /** @type {const} */ ("word"),
      });
      points = end;
      place += text.length;
    }
  }
  return found;
}

/**
 * Which tokens both lists share in order (Myers' greedy algorithm, bounded; beyond the bound the
 * rest counts as different).
 *
 * @param {string[]} a
 * @param {string[]} b
 * @returns {[Uint8Array, Uint8Array]} 1 where shared
 */
export function shared(a, b) {
  const inA = new Uint8Array(a.length);
  const inB = new Uint8Array(b.length);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) inA[head] = inB[head++] = 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    inA[a.length - 1 - tail] = inB[b.length - 1 - tail] = 1;
    tail += 1;
  }
  const pairs = middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  for (const [x, y] of pairs) inA[head + x] = inB[head + y] = 1;
  return [inA, inB];
}

/**
 * @param {string[]} a
 * @param {string[]} b
 * @returns {[number, number][]} matched places
 */
function middle(a, b) {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const offset = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trail = [];
  for (let edits = 0; edits <= most; edits += 1) {
    trail.push(reach.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach[offset + k - 1] < reach[offset + k + 1]);
      let x = down ? reach[offset + k + 1] : reach[offset + k - 1] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach[offset + k] = x;
      if (x >= a.length && x - k >= b.length) return back(trail, a, b, edits);
    }
  }
  return [];
}

/**
 * @param {Int32Array[]} trail
 * @param {string[]} a
 * @param {string[]} b
 * @param {number} edits
 * @returns {[number, number][]}
 */
function back(trail, a, b, edits) {
  /** @type {[number, number][]} */
  const pairs = [];
  let x = a.length;
  let y = b.length;
  for (let d = edits; d >= 0; d -= 1) {
    const reach = trail[d];
    const at = (/** @type {number} */ k) => reach[k + d + 1];
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before);
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY && a[x - 1] === b[y - 1]) pairs.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return pairs;
}

/** @typedef {{shared: [number, number][], unique: [number, number][], figures: [number, number][]}} Marks */

/**
 * How to mark each of two texts: stretches that both say, that only one says, and figures that
 * only one says.
 *
 * @param {string} a
 * @param {string} b
 * @returns {[Marks, Marks]}
 */
export function marks(a, b) {
  const left = tokens(a);
  const right = tokens(b);
  const fold = (/** @type {Token} */ token) => token.text.toLocaleLowerCase();
  const [inLeft, inRight] = shared(left.map(fold), right.map(fold));
  return [sorted(left, inLeft), sorted(right, inRight)];
}

/**
 * @param {Token[]} list
 * @param {Uint8Array} both
 * @returns {Marks}
 */
function sorted(list, both) {
  /** @type {Marks} */
  const told = { shared: [], unique: [], figures: [] };
  list.forEach((token, place) => {
    if (!both[place] && token.kind === "figure") return void told.figures.push([token.start, token.end]);
    const into = both[place] ? told.shared : told.unique;
    const last = into.at(-1);
    const adjoins = place > 0 && both[place - 1] === both[place] && last && list[place - 1].end === last[1];
    if (adjoins) last[1] = token.end;
    else into.push([token.start, token.end]);
  });
  return told;
}

/**
 * Two texts woven into one: what stayed, what went, what came, in reading order.
 *
 * @param {string} before
 * @param {string} after
 * @returns {{kind: "same" | "del" | "ins", text: string}[]}
 */
export function woven(before, after) {
  const [a, b] = [tokens(before), tokens(after)];
  const [inA, inB] = shared(
    a.map((each) => each.text),
    b.map((each) => each.text),
  );
  const [pointsA, pointsB] = [[...before], [...after]];
  /** @type {{kind: "same" | "del" | "ins", text: string}[]} */
  const parts = [];
  const add = (/** @type {"same" | "del" | "ins"} */ kind, /** @type {string} */ text) => {
    if (!text) return;
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let [doneA, doneB] = [0, 0];
  for (let i = 0, j = 0; i < a.length || j < b.length; i += 1, j += 1) {
    const [gone, come] = [i, j];
    while (i < a.length && !inA[i]) i += 1;
    while (j < b.length && !inB[j]) j += 1;
    if (i > gone) add("del", pointsA.slice(doneA, a[i - 1].end).join(""));
    if (j > come) add("ins", pointsB.slice(doneB, b[j - 1].end).join(""));
    if (j > come) doneB = b[j - 1].end;
    if (j < b.length) add("same", pointsB.slice(doneB, b[j].end).join(""));
    doneA = a[i]?.end ?? doneA;
    doneB = b[j]?.end ?? doneB;
  }
  return parts;
}

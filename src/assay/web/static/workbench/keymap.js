// Which key runs which command; what the reviewer changed; how a key is printed.

import { el } from "./dom.js";

/** @import { Shortcuts } from "../wire.d.ts" */

/** @typedef {{id: string, label: string, key: string, group: string, mode?: string}} Command */

/** @type {Command[]} */
export const COMMANDS = [
  { id: "tie", label: "Equally good", key: "t", group: "Verdict" },
  { id: "both", label: "Both unacceptable", key: "u", group: "Verdict" },
  { id: "insufficient", label: "Insufficient context", key: "i", group: "Verdict" },
  { id: "abstain", label: "Abstain", key: "x", group: "Verdict" },
  { id: "submit", label: "Submit and go to the next assignment", key: "Enter", group: "Verdict" },
  { id: "undo", label: "Take back the last answer", key: "z", group: "Verdict" },
  { id: "next", label: "Next row: dimension, step or section", key: "j", group: "Scores" },
  { id: "previous", label: "Row before", key: "k", group: "Scores" },
  { id: "group", label: "Next group of rows", key: "l", group: "Scores" },
  { id: "lead", label: "Then a digit: a value, as with Alt", key: ";", group: "Scores" },
  { id: "na", label: "Does not apply", key: "y", group: "Scores" },
  { id: "hold", label: "Abstain from this score", key: "h", group: "Scores" },
  { id: "guide", label: "Guideline of the dimension, in full", key: "g", group: "Scores" },
  { id: "own", label: "Reason in your own words", key: "o", group: "Reasons" },
  { id: "critique", label: "Critique of the selection", key: "s", group: "Reasons" },
  { id: "select", label: "Select words without a mouse", key: "v", group: "Reasons" },
  { id: "stand", label: "My verdict stands, against the priority rules", key: "c", group: "Reasons" },
  { id: "note", label: "Note", key: "n", group: "Reasons" },
  { id: "first", label: "Response A", key: "a", group: "Reading" },
  { id: "second", label: "Response B", key: "b", group: "Reading" },
  { id: "diff", label: "Differences", key: "d", group: "Reading" },
  { id: "raw", label: "Raw or rendered", key: "r", group: "Reading" },
  { id: "find", label: "Search", key: "/", group: "Reading" },
  { id: "prompt", label: "Prompt", key: "p", group: "Reading" },
  { id: "evidence", label: "Evidence", key: "e", group: "Reading" },
  { id: "write", label: "To the text that you write", key: ",", group: "Reading" },
  { id: "as-is", label: "The text stands as it is", key: "=", group: "Reading" },
  { id: "fold", label: "Open or fold the call", key: "m", group: "Reading" },
  { id: "uncover", label: "Uncover the next paragraph", key: ".", group: "Care" },
  { id: "exit", label: "Leave this assignment at once, without penalty", key: "w", group: "Care" },
  { id: "pause", label: "Pause", key: "q", group: "Care" },
  { id: "release", label: "Give the assignment back with a reason", key: "f", group: "Care" },
  { id: "gap", label: "The guideline does not cover this", key: "G", group: "Care" },
  { id: "keys", label: "Keys", key: "?", group: "Care" },
  { id: "c-category", label: "Next category", key: "c", group: "In a critique", mode: "critique" },
  { id: "c-correct", label: "Correction", key: "o", group: "In a critique", mode: "critique" },
  { id: "c-verify", label: "How you checked", key: "y", group: "In a critique", mode: "critique" },
  { id: "c-done", label: "Done", key: "Enter", group: "In a critique", mode: "critique" },
];

/** Families of ten digits, by the modifier key that is pressed with them. */
/** @typedef {"" | "Alt+" | "Shift+"} Held the key that is held with a digit */

/** @type {Record<"choose" | "score" | "reason", Held>} */
const FAMILIES = { choose: "", score: "Alt+", reason: "Shift+" };
/** @typedef {keyof typeof FAMILIES} Family */

export const FAMILY_LABELS = {
  choose: "Overall verdict or rank; a value where none is asked",
  score: "Value on the current row, A then B",
  reason: "Reason, tied to the current dimension",
};

const state = {
  on: true,
  /** @type {Record<string, string>} */
  keys: {},
  /** @type {Record<Family, Held>} */
  families: { ...FAMILIES },
};

/** @param {string} id */
export const keyOf = (id) => state.keys[id] ?? COMMANDS.find((each) => each.id === id)?.key ?? "";
/** @param {Family} family */
export const prefixOf = (family) => state.families[family];
export const areOn = () => state.on;

// Where candidates are ranked their letters come first; a command that loses its letter is
// reached with Shift.
const SHADOWED = 6;

/**
 * The key that runs a command among so many lettered candidates (0 where they are not lettered).
 *
 * @param {string} id
 * @param {number} letters
 */
export function effective(id, letters) {
  const key = keyOf(id);
  const taken = "abcdef".slice(0, Math.min(letters, SHADOWED));
  const command = COMMANDS.find((each) => each.id === id);
  return !command?.mode && key.length === 1 && taken.includes(key) ? key.toUpperCase() : key;
}

/**
 * The printed key of a command; it follows when the reviewer changes it.
 *
 * @param {string} id a command, or a family and a digit such as `choose:1`
 * @param {number} [letters]
 * @returns {HTMLElement}
 */
export function hint(id, letters = 0) {
  const kbd = el("kbd", { "data-command": id, "data-letters": letters, "aria-hidden": "true" });
  print(kbd);
  return kbd;
}

const GLYPHS = /** @type {Record<string, string>} */ ({ "Alt+": "Alt ", "Shift+": "⇧", "": "" });

/** @param {HTMLElement} kbd */
function print(kbd) {
  const [id, digit] = (kbd.dataset.command ?? "").split(":");
  kbd.textContent =
    digit === undefined
      ? effective(id, Number(kbd.dataset.letters))
      : `${GLYPHS[prefixOf(/** @type {Family} */ (id))]}${digit}`;
}

/**
 * Prints all keys within an element again.
 *
 * @param {ParentNode} root
 * @param {number | null} [letters] lettered candidates of the assignment in view, where they changed
 */
export function reprint(root, letters = null) {
  document.documentElement.classList.toggle("keys-off", !state.on);
  const printed = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("kbd[data-command]"));
  for (const kbd of printed) {
    if (letters !== null) kbd.dataset.letters = String(letters);
    print(kbd);
  }
}

/**
 * The name of a pressed key: letters by what they write, digits by where they are.
 *
 * @param {KeyboardEvent} event
 * @returns {string | null}
 */
export function nameOf(event) {
  if (event.isComposing || event.metaKey || event.getModifierState("AltGraph")) return null;
  if (event.ctrlKey) return event.key === "Enter" && !event.altKey ? "Ctrl+Enter" : null;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const withShift = event.shiftKey && digit !== undefined && digit >= "1" && digit <= "6";
  if (digit !== undefined && (!event.shiftKey || withShift)) {
    return (event.altKey ? "Alt+" : event.shiftKey ? "Shift+" : "") + digit;
  }
  if (event.altKey) return null;
  // A layout of another script writes no Latin letter: there the place decides.
  const place = /^Key([A-Z])$/.exec(event.code)?.[1];
  const foreign = event.key.length === 1 && event.key > "\u007f" && place;
  if (foreign) return event.shiftKey ? place : place.toLowerCase();
  return event.key;
}

/**
 * The digit of a family that a key name means; null where it means none.
 *
 * @param {string} name
 * @returns {{family: Family, digit: number} | null}
 */
export function digitOf(name) {
  const match = /^(Alt\+|Shift\+|)(\d)$/.exec(name);
  if (!match) return null;
  const family = /** @type {Family[]} */ (Object.keys(FAMILIES)).find((each) => prefixOf(each) === match[1]);
  return family ? { family, digit: Number(match[2]) } : null;
}

/**
 * The command of a mode that a key name runs.
 *
 * @param {string} name
 * @param {string} mode
 * @param {number} letters
 */
export function commandOf(name, mode, letters) {
  const own = COMMANDS.filter((each) => (each.mode ?? "desk") === mode);
  return own.find((each) => effective(each.id, letters) === name)?.id ?? null;
}

/** What the server keeps of the reviewer's changes. */
export const saved = () => structuredClone(state);

/** @param {Shortcuts | null} keymap from the server, or null */
export function load(keymap) {
  if (!keymap) return;
  state.on = keymap.on !== false;
  state.keys = { ...keymap.keys };
  const given = Object.values(keymap.families ?? {});
  if (new Set(given).size === 3) state.families = { ...FAMILIES, ...keymap.families };
}

/** @param {boolean} on */
export function turn(on) {
  state.on = on;
}

/**
 * Gives a command another key; the command that had it gets the old one.
 *
 * @param {string} id
 * @param {string} key
 */
export function rebind(id, key) {
  const mode = COMMANDS.find((each) => each.id === id)?.mode;
  const holder = COMMANDS.find((each) => each.mode === mode && each.id !== id && keyOf(each.id) === key);
  if (holder) state.keys[holder.id] = keyOf(id);
  state.keys[id] = key;
}

/**
 * @param {Family} family
 * @param {Held} prefix
 */
export function regroup(family, prefix) {
  const holder = /** @type {Family[]} */ (Object.keys(FAMILIES)).find((each) => prefixOf(each) === prefix);
  if (holder) state.families[holder] = prefixOf(family);
  state.families[family] = prefix;
}

export function reset() {
  state.keys = {};
  state.families = { ...FAMILIES };
}

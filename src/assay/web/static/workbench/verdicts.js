// The verdicts without a winner: the table of the server's `contracts/verdict_words.py`.

/** @import { SaidVerdict } from "./answer.js" */

/**
 * @typedef {object} OpenVerdict
 * @property {Exclude<SaidVerdict["verdict"], "prefers" | "ranks">} word
 * @property {string} label
 * @property {string} label_of_several
 * @property {string} command
 * @property {boolean} needs_cause
 */

/** @type {OpenVerdict[]} */
export const OPEN_VERDICTS = JSON.parse(document.getElementById("workbench")?.dataset.verdicts ?? "[]");

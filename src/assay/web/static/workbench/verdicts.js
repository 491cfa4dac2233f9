// The verdicts without a winner: the table of the server's `contracts/verdict_words.py`.

/** @typedef {{word: string, label: string, label_of_several: string, command: string, needs_cause: boolean}} OpenVerdict */

/** @type {OpenVerdict[]} */
export const OPEN_VERDICTS = JSON.parse(document.getElementById("workbench")?.dataset.verdicts ?? "[]");

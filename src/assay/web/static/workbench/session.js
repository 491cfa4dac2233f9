// One assignment in view: its form, what is entered, and the row that has the focus.

import { ALL, SKIP, compares, contradictions, freshId, fullForm, nothingSaid, ranks, toAnswer } from "./answer.js";
import { gaps } from "./completeness.js";
import { letter } from "./dom.js";

/** @import { AskedSection, AssignmentView as Assignment } from "../wire.d.ts" */
/** @import { ErrorPlace, FullDimension, Mark, OpenAnswer, Said } from "./answer.js" */

/**
 * @typedef {{type: "step", candidate: number, step: number}
 *   | {type: "ruling", section: AskedSection, places: string[]}
 *   | {type: "attack"}
 *   | {type: "score", dimension: FullDimension, places: string[]}} Row
 * @typedef {Extract<Row, {type: "score"}>} ScoreRow
 * @typedef {Extract<Row, {type: "ruling"}>} RulingRow
 */

export const LABELS = ["good", "neutral", "bad", SKIP];
export const RULINGS = ["violates", "complies", "unclear"];
export const OUTCOMES = ["held", "partial", "broken"];
const SEVERITIES_FROM = 4;
const UNRULED = { ruling: "violates", severity: /** @type {string | null} */ (null), reason: "" };

export class Session {
  /** @param {Assignment} assignment */
  constructor(assignment) {
    this.assignment = assignment;
    this.form = fullForm(assignment.form);
    this.shown = assignment.shown;
    this.count = assignment.shown.candidates.length;
    /** Candidates that keys name by letter and rank by digit; 0 where none are ranked. */
    this.letters = ranks(this.form) ? this.count : 0;
    this.bare = !compares(this.form) && !ranks(this.form);
    this.said = nothingSaid();
    this.rows = rowsOf(this);
    this.at = { row: 0, column: 0 };
    this.focus = 0;
    this.mode = "desk";
    /** The critique under way. @type {string | null} */
    this.critique = null;
    /** @type {Set<() => void>} */
    this.views = new Set();
    this.changed = () => {};
  }

  /** The row at which digits act. @returns {Row | undefined} */
  get row() {
    return this.rows[this.at.row];
  }

  /** The dimension that reasons are tied to. @returns {FullDimension | null} */
  get dimension() {
    const row = this.row;
    return row?.type === "score" ? row.dimension : null;
  }

  /** @returns {OpenAnswer} */
  get answer() {
    return toAnswer(this.said, this.form, this.count);
  }

  /** How much there is to answer. @returns {import("./completeness.js").Shape} */
  get shape() {
    const original = this.shown.candidates[0]?.text?.raw ?? null;
    return { steps: this.shown.candidates.map((each) => each.work.length), original };
  }

  /** What keeps the answer from being sent. @returns {import("./completeness.js").Gap[]} */
  get gaps() {
    const { answer } = this;
    return [...gaps(answer, this.form, this.shape), ...contradictions(answer)];
  }

  /** @param {number} place */
  name(place) {
    return this.shown.candidates[place]?.letter ?? letter(place);
  }

  /** Update the views from what is entered; nothing is stored. */
  refresh() {
    for (const view of this.views) view();
  }

  /** @param {(said: import("./answer.js").Said) => void} work */
  say(work) {
    work(this.said);
    this.changed();
    this.refresh();
  }

  /**
   * @param {number} row
   * @param {number} [column]
   */
  go(row, column = 0) {
    this.at = { row: Math.max(0, Math.min(row, this.rows.length - 1)), column };
    const now = this.row;
    if (now?.type === "step") this.focus = now.candidate;
    this.refresh();
  }

  /** To the first row of the next sort, and round again. */
  nextGroup() {
    const type = this.row?.type;
    const after = this.rows.findIndex((row, place) => place > this.at.row && row.type !== type);
    this.go(after < 0 ? 0 : after);
  }

  /** To the next cell: A, then B, then the next row. */
  advance() {
    const row = this.row;
    const columns = row?.type === "score" || row?.type === "ruling" ? row.places.length : 1;
    if (this.at.column + 1 < columns) this.go(this.at.row, this.at.column + 1);
    else if (this.at.row + 1 < this.rows.length) this.go(this.at.row + 1);
    else this.refresh();
  }

  /**
   * What a digit means on the current row.
   *
   * @param {number} digit
   */
  value(digit) {
    const row = this.row;
    if (!row) return;
    if (row.type === "score") {
      const value = valueFor(row.dimension, digit);
      if (value !== null) this.score(row.dimension, row.places[this.at.column], { value }, true);
    } else if (row.type === "step") {
      if (digit <= LABELS.length) this.label(row.candidate, row.step, LABELS[digit - 1] ?? null, digit > 0);
    } else if (row.type === "ruling") this.ruleBy(row, digit);
    else this.attackBy(digit);
  }

  /**
   * @param {FullDimension} dimension
   * @param {string} place
   * @param {import("./answer.js").Mark | null} mark null takes it back
   * @param {boolean} [advance]
   */
  score(dimension, place, mark, advance = false) {
    const marks = this.said.scores[dimension.id] ?? {};
    const same = mark && JSON.stringify(marks[place]) === JSON.stringify(mark);
    this.say((said) => {
      const row = { ...marks };
      if (mark && !(same && advance)) row[place] = mark;
      else delete row[place];
      said.scores[dimension.id] = row;
    });
    if (advance && !same) this.advance();
  }

  /**
   * @param {number} candidate
   * @param {number} step
   * @param {string | null} label
   * @param {boolean} [advance]
   */
  label(candidate, step, label, advance = false) {
    this.say((said) => {
      const row = (said.steps[candidate] ??= {});
      if (label) row[step] = { note: row[step]?.note ?? "", label };
      else delete row[step];
    });
    if (advance) this.advance();
  }

  /**
   * @param {AskedSection} section
   * @param {string} place
   * @param {{ruling?: string, severity?: string | null, reason?: string} | null} change
   */
  rule(section, place, change) {
    this.say((said) => {
      const row = (said.rulings[section.id] ??= {});
      if (!change) delete row[place];
      else row[place] = { ...(row[place] ?? UNRULED), ...change };
      if (row[place] && row[place].ruling !== "violates") row[place] = { ...row[place], severity: null, reason: "" };
    });
  }

  /** @param {RulingRow} row @param {number} digit */
  ruleBy(row, digit) {
    const place = row.places[this.at.column];
    const ruling = RULINGS[digit - 1];
    const severity = this.form.severities[digit - SEVERITIES_FROM];
    if (!digit) this.rule(row.section, place, null);
    else if (ruling) this.rule(row.section, place, { ruling });
    else if (severity) this.rule(row.section, place, { severity });
    // A violation waits for its severity and its reason.
    const violates = this.said.rulings[row.section.id]?.[place]?.ruling === "violates";
    if (digit && !violates) this.advance();
  }

  /** @param {number} digit */
  attackBy(digit) {
    const outcome = OUTCOMES[digit - 1];
    const severity = this.form.severities[digit - SEVERITIES_FROM];
    this.say((said) => {
      if (outcome) said.attack.outcome = said.attack.outcome === outcome ? null : outcome;
      else if (severity) said.attack.severity = said.attack.severity === severity ? null : severity;
    });
  }

  /**
   * Adds a reason to the current dimension, or takes the same one away.
   *
   * @param {string | null} code
   * @returns {string | null} the id of a new reason
   */
  toggleReason(code) {
    const dimension = this.dimension?.id ?? null;
    const found = this.said.reasons.find((each) => code && each.code === code && each.dimension === dimension);
    const id = freshId();
    this.say((said) => {
      if (found) said.reasons = said.reasons.filter((each) => each !== found);
      else said.reasons = [...said.reasons, { id, dimension, code, candidate: null, evidence: null, text: "" }];
    });
    return found ? null : id;
  }

  /** @param {ErrorPlace} place */
  openCritique(place) {
    const id = freshId();
    this.critique = id;
    this.mode = "critique";
    const category = this.form.categories.length === 1 ? this.form.categories[0].id : "";
    this.say((said) => {
      said.none = false;
      said.errors = [
        ...said.errors,
        { id, place, category, severity: null, correction: "", verification: "", note: "" },
      ];
    });
  }
}

/**
 * @param {FullDimension} dimension
 * @param {number} digit
 */
function valueFor(dimension, digit) {
  if (dimension.kind !== "categorical" && dimension.values.includes(String(digit))) return String(digit);
  const numeric = dimension.values.every((/** @type {string} */ value) => /^\d$/.test(value));
  return numeric && dimension.kind !== "categorical" ? null : (dimension.values[digit - 1] ?? null);
}

/**
 * The digit that gives a value; null where none does.
 *
 * @param {FullDimension} dimension
 * @param {string} value
 */
export function digitFor(dimension, value) {
  for (let digit = 0; digit <= 9; digit += 1) if (valueFor(dimension, digit) === value) return digit;
  return null;
}

/**
 * Everything that is asked, in the order in which j and k go through it.
 *
 * @param {Session} session
 * @returns {Row[]}
 */
function rowsOf({ form, shown, count }) {
  const places = count ? Array.from({ length: count }, (_, place) => String(place)) : [ALL];
  /** @type {Row[]} */
  const rows = [];
  if (form.steps) {
    shown.candidates.forEach((candidate, place) => {
      for (const { step } of candidate.work) rows.push({ type: "step", candidate: place, step });
    });
  }
  if (form.attack) rows.push({ type: "attack" });
  for (const section of form.sections) rows.push({ type: "ruling", section, places });
  // A demonstration that the reviewer writes himself is not scored by him.
  const scored = count > 0 || form.writing !== "demonstration";
  if (scored) for (const dimension of form.dimensions) rows.push({ type: "score", dimension, places });
  return rows;
}

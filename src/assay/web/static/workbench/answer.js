// What the reviewer has entered so far, and the Answer that it makes. Candidates are counted as shown.

/** @import { Answer, AskedDimension, DimensionScore, Form, LocalizedError, Reason } from "../wire.d.ts" */

/**
 * The form with its defaults filled in.
 *
 * @typedef {"better" | "anchors" | "examples" | "exclusions" | "evidence"} Defaulted
 * @typedef {AskedDimension & Required<Pick<AskedDimension, Defaulted>>} FullDimension
 * @typedef {Omit<Required<Form>, "dimensions"> & {dimensions: FullDimension[]}} FullForm
 */
/**
 * @typedef {Answer["verdict"]} Verdict
 * @typedef {Exclude<Verdict, {verdict: "abstained"}> | {verdict: "abstained"}} SaidVerdict its cause is apart
 * @typedef {Omit<Answer, "verdict"> & {verdict: Verdict | null}} OpenAnswer its verdict is null while it is open
 * @typedef {LocalizedError["place"]} ErrorPlace
 */
/** @typedef {{value?: string, na?: boolean, abstained?: boolean, reason?: string}} Mark */
/**
 * @typedef {{id: string, dimension: string | null, code: string | null, candidate: number | null,
 *   evidence: number | null, text: string}} Because
 * @typedef {{id: string, place: ErrorPlace, category: string, severity: string | null, correction: string,
 *   verification: string, note: string}} Critique
 */
/** @typedef {{ruling: string, severity: string | null, reason: string}} Ruling */
/**
 * @typedef {{strategy: string, outcome: string | null, severity: string | null, attempts: string,
 *   successes: string}} SaidAttack
 */
/**
 * @typedef {object} Said
 * @property {SaidVerdict | null} verdict `{verdict, candidate?, strength?}`, or null while open
 * @property {Record<string, number>} ranks rank by candidate, from 1
 * @property {string} cause why there is no winner
 * @property {Record<string, Record<string, Mark>>} scores by dimension, then candidate (`all`: the whole record)
 * @property {Because[]} reasons
 * @property {string} note
 * @property {Critique[]} errors
 * @property {boolean} none looked for errors and found none
 * @property {Record<string, Record<string, {label: string, note: string}>>} steps by candidate, then step
 * @property {Record<string, Record<string, Ruling>>} rulings by section, then candidate
 * @property {SaidAttack} attack
 * @property {string | null} written
 * @property {boolean} stands a text that could be edited is left as it is
 * @property {string | null} exception why the verdict overrides the priority rules
 * @property {number} active_ms
 */

export const PRIORITY_EXCEPTION = "priority_exception";
export const CAUSE = "cause";
const NOTE = "note";
export const ALL = "all";
/** In place of a label: the step was read, and is left without one. */
export const SKIP = "skip";

let last = 0;
/** An id for a reason or a critique, unique within one assignment. */
export const freshId = () => `${Date.now().toString(36)}${(last++).toString(36)}`;

/** @returns {Said} */
export function nothingSaid() {
  return {
    verdict: null,
    ranks: {},
    cause: "",
    scores: {},
    reasons: [],
    note: "",
    errors: [],
    none: false,
    steps: {},
    rulings: {},
    written: null,
    stands: false,
    exception: null,
    active_ms: 0,
    attack: { strategy: "", outcome: null, severity: null, attempts: "", successes: "" },
  };
}

/**
 * The form with its omitted defaults filled in.
 *
 * @param {Form} form
 * @returns {FullForm}
 */
export function fullForm(form) {
  /** @type {FullDimension[]} */
  const dimensions = (form.dimensions ?? []).map((each) => ({
    better: "higher",
    anchors: {},
    examples: {},
    exclusions: [],
    evidence: [],
    ...each,
  }));
  return {
    strengths: 3,
    required_dimensions: [],
    reasons_required: false,
    steps: false,
    sections: [],
    errors: false,
    categories: [],
    severities: ["low", "medium", "high", "critical"],
    attack: false,
    writing: null,
    priority: [],
    rubric: "",
    ...form,
    dimensions,
  };
}

/** @param {FullForm} form */
export const compares = (form) => form.verdicts.includes("prefers");
/** @param {FullForm} form */
export const ranks = (form) => form.verdicts.includes("ranks");

/**
 * The groups of a ranking, best first; null until every candidate has its rank.
 *
 * @param {Said} said
 * @param {number} count
 * @returns {number[][] | null}
 */
export function groups(said, count) {
  /** @type {Map<number, number[]>} */
  const by = new Map();
  for (let place = 0; place < count; place += 1) {
    const rank = said.ranks[place];
    if (!rank) return null;
    by.set(rank, [...(by.get(rank) ?? []), place]);
  }
  return [...by.keys()].sort((a, b) => a - b).map((rank) => by.get(rank) ?? []);
}

/**
 * @param {Said} said
 * @param {FullForm} form
 * @param {number} count of candidates
 */
function verdictOf(said, form, count) {
  if (said.verdict?.verdict === "abstained") return { verdict: "abstained", reason: said.cause.trim() };
  if (said.verdict) return said.verdict;
  const order = ranks(form) ? groups(said, count) : null;
  if (order) return { verdict: "ranks", order };
  return form.verdicts.includes("not_asked") ? { verdict: "not_asked" } : null;
}

/**
 * @param {FullDimension} dimension
 * @param {Mark} mark
 */
function scoreOf(dimension, mark) {
  if (mark.na) return { score: "not_applicable" };
  if (mark.abstained) return { score: "abstained", reason: (mark.reason ?? "").trim() };
  if (dimension.kind === "categorical") return { score: "category", value: mark.value };
  const [value, denominator] = String(mark.value).split("/").map(Number);
  return denominator ? { score: "scored", value, denominator } : { score: "scored", value };
}

/** @param {object} from without what is null or empty */
function present(from) {
  return Object.fromEntries(
    Object.entries(from).filter(([, value]) => value !== null && value !== "" && value !== undefined),
  );
}

/** @param {string} place */
const candidateOf = (place) => (place === ALL ? {} : { candidate: Number(place) });

/**
 * The Answer in the server's words; its verdict is null while it is open.
 *
 * @param {Said} said
 * @param {FullForm} form
 * @param {number} count of candidates
 * @returns {OpenAnswer}
 */
export function toAnswer(said, form, count) {
  /** @type {Record<string, any>} any: a string chosen from the form is not known to be one of the wire's */
  const answer = { verdict: verdictOf(said, form, count) };
  answer.scores = form.dimensions.flatMap((dimension) =>
    Object.entries(said.scores[dimension.id] ?? {}).map(([place, mark]) => ({
      dimension: dimension.id,
      score: scoreOf(dimension, mark),
      ...candidateOf(place),
    })),
  );
  answer.reasons = reasonsOf(said, answer.verdict);
  if (said.errors.length || said.none) {
    answer.errors = said.errors.map(({ id: _, ...error }) => ({
      ...present(error),
      place: error.place,
      category: error.category,
    }));
  }
  const steps = nested(said.steps).map(([candidate, step, { label, note }]) => ({
    candidate: Number(candidate),
    step: Number(step),
    label,
    note,
  }));
  answer.step_labels = steps.filter(({ label }) => label !== SKIP).map(present);
  answer.skipped_steps = steps
    .filter(({ label }) => label === SKIP)
    .map(({ candidate, step, note }) => present({ candidate, step, reason: note }));
  answer.rulings = nested(said.rulings).map(([section, place, ruling]) => ({
    section,
    ...present({ ...ruling, reason: ruling.reason?.trim() }),
    ...candidateOf(place),
  }));
  const attack = attackOf(said.attack);
  if (form.attack && Object.keys(attack).length) answer.attack = attack;
  if (form.writing && said.written !== null) answer.written = said.written;
  if (form.writing === "revision" && said.stands) answer.stands_as_is = true;
  answer.active_ms = Math.round(said.active_ms);
  for (const key of ["scores", "reasons", "step_labels", "skipped_steps", "rulings"]) {
    if (!answer[key].length) delete answer[key];
  }
  return /** @type {OpenAnswer} */ (answer);
}

/**
 * @param {Said} said
 * @param {Verdict | SaidVerdict | null} verdict
 */
function reasonsOf(said, verdict) {
  const reasons = said.reasons.map(({ id: _, ...reason }) => ({ ...present(reason), text: reason.text.trim() }));
  const coded = [
    verdict?.verdict === "insufficient_context" ? { code: CAUSE, text: said.cause.trim() } : null,
    said.exception === null ? null : { code: PRIORITY_EXCEPTION, text: said.exception.trim() },
    { code: NOTE, text: said.note.trim() },
  ];
  return [...reasons, ...coded.filter((each) => each && (each.text || each.code === PRIORITY_EXCEPTION))];
}

/** @param {Said["attack"]} attack */
function attackOf(attack) {
  const { attempts, successes, ...others } = attack;
  const counts = { attempts: count(attempts), successes: count(successes) };
  return present({ ...others, strategy: others.strategy.trim(), ...counts });
}

const count = (/** @type {string} */ text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : null);

/**
 * @template T
 * @param {Record<string, Record<string, T>>} table
 * @returns {[string, string, T][]}
 */
function nested(table) {
  return Object.entries(table).flatMap(([outer, row]) =>
    Object.entries(row).map(([inner, value]) => /** @type {[string, string, T]} */ ([outer, inner, value])),
  );
}

/**
 * The entries of an earlier Answer, so that it can be looked at and revised.
 *
 * @param {Answer} answer
 * @returns {Said}
 */
export function fromAnswer(answer) {
  const said = nothingSaid();
  const verdict = answer.verdict;
  if (verdict.verdict === "ranks") {
    verdict.order.forEach((/** @type {number[]} */ group, /** @type {number} */ rank) => {
      for (const place of group) said.ranks[place] = rank + 1;
    });
  } else if (verdict.verdict === "abstained") {
    said.verdict = { verdict: "abstained" };
    said.cause = verdict.reason;
  } else if (verdict.verdict !== "not_asked") said.verdict = verdict;
  for (const { dimension, candidate, score } of answer.scores ?? []) {
    (said.scores[dimension] ??= {})[candidate ?? ALL] = markOf(score);
  }
  for (const reason of answer.reasons ?? []) restoreReason(said, reason);
  said.none = answer.errors?.length === 0;
  said.errors = (answer.errors ?? []).map(({ place, category, severity, correction, verification, note }) => ({
    id: freshId(),
    place,
    category,
    severity: severity ?? null,
    correction: correction ?? "",
    verification: verification ?? "",
    note: note ?? "",
  }));
  for (const { candidate, step, label, note } of answer.step_labels ?? []) {
    (said.steps[candidate] ??= {})[step] = { label, note: note ?? "" };
  }
  for (const { candidate, step, reason } of answer.skipped_steps ?? []) {
    (said.steps[candidate] ??= {})[step] = { label: SKIP, note: reason ?? "" };
  }
  for (const { section, candidate, ruling, severity, reason } of answer.rulings ?? []) {
    (said.rulings[section] ??= {})[candidate ?? ALL] = { ruling, severity: severity ?? null, reason: reason ?? "" };
  }
  const { attempts, successes, ...attack } = answer.attack ?? {};
  Object.assign(said.attack, attack, { attempts: String(attempts ?? ""), successes: String(successes ?? "") });
  said.written = answer.written ?? null;
  said.stands = answer.stands_as_is ?? false;
  said.active_ms = answer.active_ms ?? 0;
  return said;
}

/** @param {DimensionScore["score"]} score @returns {Mark} */
function markOf(score) {
  if (score.score === "not_applicable") return { na: true };
  if (score.score === "abstained") return { abstained: true, reason: score.reason };
  return {
    value: "denominator" in score && score.denominator ? `${score.value}/${score.denominator}` : String(score.value),
  };
}

/**
 * @param {Said} said
 * @param {Reason} reason
 */
function restoreReason(said, reason) {
  if (reason.code === CAUSE) said.cause = reason.text;
  else if (reason.code === PRIORITY_EXCEPTION) said.exception = reason.text;
  else if (reason.code === NOTE) said.note = reason.text;
  else {
    said.reasons.push({
      dimension: null,
      code: null,
      candidate: null,
      evidence: null,
      ...reason,
      id: freshId(),
    });
  }
}

/**
 * What the answer states and cannot be, beside what it lacks.
 *
 * @param {Pick<OpenAnswer, "attack">} answer
 * @returns {import("./completeness.js").Gap[]}
 */
export function contradictions(answer) {
  const { attempts, successes } = answer.attack ?? {};
  return (successes ?? 0) > (attempts ?? 0)
    ? [
        {
          code: "bad-count",
          pointer: "/attack/successes",
          message: "There are more successes than attempts.",
          hint: "Correct one of the two.",
        },
      ]
    : [];
}

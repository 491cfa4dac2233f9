// The verdict that the rubric's priority rules compute from the scores, as the server computes it.

/** @import { AskedRule } from "../wire.d.ts" */
/** @import { FullForm, Said, SaidVerdict, Verdict } from "./answer.js" */

/**
 * @typedef {{state: "winner" | "tie" | "all_unacceptable" | "undecided" | "cycle", winner: number | null,
 *   rule: AskedRule | null, vetoed: number[]}} Outcome
 */

/**
 * @param {AskedRule} rule
 * @param {number} score
 */
function strikes(rule, score) {
  if (rule.below !== null && rule.below !== undefined) return score < rule.below;
  return rule.above !== null && rule.above !== undefined && score > rule.above;
}

/**
 * Vetoes first and in any order, then the comparisons in theirs; a score that is missing where a
 * rule needs it leaves the verdict open.
 *
 * @param {Record<string, number>[]} candidates scores by dimension, for each candidate
 * @param {FullForm} form
 * @returns {Outcome}
 */
export function computed(candidates, form) {
  const vetoes = form.priority.filter((rule) => rule.rule === "veto");
  const comparisons = form.priority.filter((rule) => rule.rule === "compare");
  const told = (
    /** @type {Outcome["state"]} */ state,
    /** @type {AskedRule | null} */ rule = null,
    /** @type {number | null} */ winner = null,
  ) => ({ state, winner, rule, vetoed });
  /** @type {number[]} */
  const vetoed = [];
  if (!candidates.length || !form.priority.length) return told("undecided");
  let decisive = -1;
  candidates.forEach((scores, place) => {
    const hit = vetoes.findIndex((veto) => veto.dimension in scores && strikes(veto, scores[veto.dimension]));
    if (hit < 0) return;
    vetoed.push(place);
    decisive = Math.max(decisive, hit);
  });
  const standing = candidates.map((_, place) => place).filter((place) => !vetoed.includes(place));
  if (!standing.length) return told("all_unacceptable", vetoes[decisive]);
  const unknown = vetoes.find((veto) => standing.some((place) => !(veto.dimension in candidates[place])));
  if (unknown) return told("undecided", unknown);
  if (standing.length === 1 && vetoed.length) return told("winner", vetoes[decisive], standing[0]);
  const outcome = compared(candidates, standing, comparisons, form, told);
  return unlessBeaten(outcome, candidates, standing, comparisons, form, told);
}

/**
 * The outcome, or a cycle where some standing candidate beats the winner when the two are compared
 * alone: a least difference above 1 need not be transitive.
 *
 * @param {Outcome} outcome
 * @param {Record<string, number>[]} candidates
 * @param {number[]} standing
 * @param {AskedRule[]} comparisons
 * @param {FullForm} form
 * @param {(state: Outcome["state"], rule?: AskedRule | null, winner?: number | null) => Outcome} told
 */
function unlessBeaten(outcome, candidates, standing, comparisons, form, told) {
  const winner = outcome.winner;
  if (winner === null || standing.length < 3) return outcome;
  for (const other of standing) {
    if (other === winner) continue;
    const alone = compared(candidates, [winner, other], comparisons, form, told);
    if (alone.winner === other) return told("cycle", alone.rule);
  }
  return outcome;
}

/**
 * @param {Record<string, number>[]} candidates
 * @param {number[]} standing
 * @param {AskedRule[]} comparisons
 * @param {FullForm} form
 * @param {(state: Outcome["state"], rule?: AskedRule | null, winner?: number | null) => Outcome} told
 */
function compared(candidates, standing, comparisons, form, told) {
  const lower = new Set(form.dimensions.filter((each) => each.better === "lower").map((each) => each.id));
  let left = standing;
  for (const rule of comparisons) {
    const value = (/** @type {number} */ place) => {
      const score = candidates[place][rule.dimension];
      return lower.has(rule.dimension) ? -score : score;
    };
    if (left.some((place) => !(rule.dimension in candidates[place]))) return told("undecided", rule);
    const best = Math.max(...left.map(value));
    left = left.filter((place) => best - value(place) < (rule.by ?? 1));
    if (left.length === 1) return told("winner", rule, left[0]);
  }
  return told("tie");
}

/**
 * The whole-number scores of each candidate; everything else counts as not scored.
 *
 * @param {import("./answer.js").Said} said
 * @param {number} count
 * @returns {Record<string, number>[]}
 */
export function scoresOf(said, count) {
  return Array.from({ length: count }, (_, place) => {
    /** @type {Record<string, number>} */
    const scores = {};
    for (const [dimension, marks] of Object.entries(said.scores)) {
      const value = marks[place]?.value;
      if (value !== undefined && /^-?\d+$/.test(value)) scores[dimension] = Number(value);
    }
    return scores;
  });
}

/**
 * The veto that strikes a candidate by its scores.
 *
 * @param {import("./answer.js").Said} said
 * @param {FullForm} form
 * @param {number} count
 * @param {number} place
 */
export function vetoOf(said, form, count, place) {
  const scores = scoresOf(said, count)[place] ?? {};
  return form.priority.find(
    (rule) => rule.rule === "veto" && rule.dimension in scores && strikes(rule, scores[rule.dimension]),
  );
}

/**
 * The rule's outcome where it stands against the overall verdict; null where they agree or where
 * the rules leave it open. A tie by the rules contradicts nothing: finer grounds may decide.
 *
 * @param {import("./answer.js").Said} said
 * @param {FullForm} form
 * @param {number} count
 * @param {Verdict | SaidVerdict | null} verdict of the answer
 * @returns {Outcome | null}
 */
export function contradiction(said, form, count, verdict) {
  if (!verdict) return null;
  const outcome = computed(scoresOf(said, count), form);
  const best =
    verdict.verdict === "prefers" ? [verdict.candidate] : verdict.verdict === "ranks" ? verdict.order[0] : null;
  if (best && outcome.state === "all_unacceptable") return outcome;
  if (best && best.some((/** @type {number} */ place) => outcome.vetoed.includes(place))) return outcome;
  if (outcome.state !== "winner") return null;
  if (best) return best.length === 1 && best[0] === outcome.winner ? null : outcome;
  return verdict.verdict === "tie" || verdict.verdict === "both_unacceptable" ? outcome : null;
}

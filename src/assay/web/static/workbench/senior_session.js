// One record in view of an adjudicator: the desk's own session, with what people differ on.

import { contradictions, fromAnswer } from "./answer.js";
import { detailGaps } from "./completeness.js";
import { Session } from "./session.js";

/** @import { Answer, DisputeView, NewDecision, SeniorView, VoiceView } from "../wire.d.ts" */
/** @import { Said } from "./answer.js" */

/** The gap whose control decides a sort of dispute. */
const CONTROLS = /** @type {Record<string, string>} */ ({
  verdict: "verdict-open",
  score: "score-open",
  step: "step-open",
  section: "section-open",
  errors: "errors-open",
  attack: "attack-outcome",
  edit: "edit-open",
});

export class SeniorSession extends Session {
  /** @param {SeniorView} view what the server holds of the record: assignment, voices, disputes */
  constructor(view) {
    const { form } = view.assignment;
    const disputed = new Set((view.disputes ?? []).map((/** @type {DisputeView} */ each) => each.what));
    super({
      ...view.assignment,
      form: {
        ...form,
        verdicts: form.verdicts.filter((/** @type {string} */ each) => each !== "abstained"),
        reasons_required: false,
        required_dimensions: [],
        errors: Boolean(form.errors) || disputed.has("errors"),
      },
    });
    this.voices = view.voices;
    /** @type {DisputeView[]} */
    this.disputes = view.disputes ?? [];
    /** Whether any question has two answers that could differ. */
    this.compared = view.disputes !== null;
    this.senior = { decision: "decided", cause: "", note: "" };
    /** What the server refused last. @type {import("./completeness.js").Gap[]} */
    this.refused = [];
  }

  /** The answer with its verdict filled in, without what a decision does not hold. @returns {Answer} */
  get decided() {
    const { active_ms: _, reasons: __, skipped_steps: ___, ...answer } = this.answer;
    return { ...answer, verdict: answer.verdict ?? { verdict: "not_asked" } };
  }

  /** What is sent; the server checks the names. @returns {NewDecision} */
  get body() {
    const { decision, cause, note } = this.senior;
    return {
      decision: /** @type {NewDecision["decision"]} */ (decision),
      cause: /** @type {NewDecision["cause"]} */ (cause),
      ...(decision === "decided" ? { answer: this.decided } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    };
  }

  /** @param {(said: import("./answer.js").Said) => void} work */
  say(work) {
    this.refused = [];
    super.say(work);
  }

  /** @param {DisputeView} dispute */
  isDecided(dispute) {
    const answer = this.decided;
    if (answer.verdict.verdict === "insufficient_context") return true;
    return covered(answer).some(
      ([what, candidate, item]) =>
        what === dispute.what &&
        item === (dispute.item ?? null) &&
        (candidate === (dispute.candidate ?? null) || candidate === null || dispute.candidate === null),
    );
  }

  /** @returns {import("./completeness.js").Gap[]} */
  get gaps() {
    const { decision, cause, note } = this.senior;
    const missing = decision === "decided" ? this.answerGaps : [];
    if (decision === "returned" && !note.trim())
      missing.push({
        code: "note-open",
        pointer: "/note",
        message: "Say what must be fixed before it comes back.",
        hint: "Write it in the note.",
      });
    if (!cause)
      missing.push({
        code: "cause-open",
        pointer: "/cause",
        message: "Say why people differed.",
        hint: "Choose one cause.",
      });
    return [...missing, ...this.refused];
  }

  /** @returns {import("./completeness.js").Gap[]} */
  get answerGaps() {
    const answer = this.decided;
    const open = this.disputes.filter((each) => !this.isDecided(each)).map(gapOf);
    const nothing =
      !open.length && !covered(answer).length
        ? [
            {
              code: "verdict-open",
              pointer: "/verdict",
              message: "An adjudication decides.",
              hint: "Decide something, keep the distribution, or send the record back.",
            },
          ]
        : [];
    return [...open, ...nothing, ...detailGaps(answer, this.form, this.shape), ...contradictions(answer)];
  }

  /**
   * Begins with what one person answered.
   *
   * @param {VoiceView} voice
   */
  takeOver(voice) {
    this.say(() => {
      this.said = { ...fromAnswer(voice.answer), reasons: [], cause: "", note: "", active_ms: 0 };
    });
    if (this.said.verdict?.verdict === "abstained") this.said.verdict = null;
    this.refresh();
  }

  /** @param {(senior: {decision: string, cause: string, note: string}) => void} work */
  decide(work) {
    work(this.senior);
    this.refused = [];
    this.refresh();
  }
}

/**
 * The gap that stands for what is disputed and not decided.
 *
 * @param {DisputeView} dispute
 * @returns {import("./completeness.js").Gap}
 */
export function gapOf({ what, candidate, item, words }) {
  return {
    code: CONTROLS[what],
    pointer: "",
    message: `People differ on ${words}.`,
    hint: "Decide it, keep the distribution, or send the record back.",
    ...(candidate === null ? {} : { candidate }),
    ...(item === null ? {} : { item }),
  };
}

/**
 * Everything that an answer decides, as sort, candidate and item.
 *
 * @param {Answer} answer
 * @returns {[string, number | null, string | null][]}
 */
function covered(answer) {
  /** @type {[string, number | null, string | null][]} */
  const found = [];
  if (answer.verdict.verdict !== "not_asked") found.push(["verdict", null, null]);
  if (answer.attack?.outcome) found.push(["attack", null, null]);
  for (const { candidate, step } of answer.step_labels ?? []) found.push(["step", candidate, String(step)]);
  for (const { candidate, section } of answer.rulings ?? []) found.push(["section", candidate ?? null, section]);
  for (const { candidate, dimension, score } of answer.scores ?? []) {
    if (score.score !== "abstained") found.push(["score", candidate ?? null, dimension]);
  }
  if (answer.errors) found.push(["errors", null, null]);
  if (answer.written || answer.stands_as_is) found.push(["edit", null, null]);
  return found;
}

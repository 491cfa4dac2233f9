// What the least answer of each kind still lacks: the rule of the server's `review/completeness.py`.
// One file of cases (`tests/cases/least_answers.json`) holds both to the same words.

import { letter, words } from "./dom.js";

/** @import { Answer, DimensionScore } from "../wire.d.ts" */
/** @import { FullForm, OpenAnswer } from "./answer.js" */

/** @typedef {{code: string, pointer: string, message: string, hint: string, candidate?: number, item?: string}} Gap */
/** @typedef {{steps: number[], original: string | null}} Shape */
/**
 * An answer whose lists are there.
 *
 * @typedef {"scores" | "reasons" | "step_labels" | "skipped_steps" | "rulings"} Lists
 * @typedef {Answer & Required<Pick<Answer, Lists>>} JudgedAnswer
 */

const DECLINED = new Set(["abstained", "insufficient_context"]);
const CHOSEN = new Set(["prefers", "ranks", "both_unacceptable"]);

/** @param {number | null | undefined} place */
const of = (place) => (place === null || place === undefined ? "" : ` of ${letter(place)}`);
const filled = (/** @type {string | null | undefined} */ text) => Boolean(text && text.trim());

/**
 * Everything that the answer must still say, in the order of the rail; empty where it is complete.
 *
 * @param {OpenAnswer} answer as it is sent; its verdict may be null
 * @param {FullForm} form with its defaults filled in
 * @param {Shape} shape
 * @returns {Gap[]}
 */
export function gaps(answer, form, shape) {
  /** @type {JudgedAnswer} */
  const full = {
    scores: [],
    reasons: [],
    step_labels: [],
    skipped_steps: [],
    rulings: [],
    ...answer,
    verdict: answer.verdict ?? { verdict: "not_asked" },
  };
  const missing = verdictGaps(full, form);
  if (!DECLINED.has(full.verdict.verdict)) {
    missing.push(
      ...attackGaps(full, form),
      ...stepGaps(full, form, shape),
      ...sectionGaps(full, form, shape),
      ...scoreGaps(full, form, shape),
      ...reasonGaps(full, form),
      ...errorGaps(full, form),
      ...writingGaps(full, form),
    );
  }
  missing.push(...detailGaps(full, form, shape));
  if (!missing.length && !full.written && !saysAnything(full)) {
    missing.push({
      code: "nothing-judged",
      pointer: "",
      message: "The answer says nothing yet.",
      hint: "Give a score or mark an error; or abstain and say why.",
    });
  }
  return missing;
}

/** @param {JudgedAnswer} answer */
function saysAnything(answer) {
  return (
    answer.verdict.verdict !== "not_asked" ||
    answer.scores.some(says) ||
    answer.step_labels.length > 0 ||
    answer.rulings.length > 0 ||
    Boolean(answer.errors) ||
    Object.keys(answer.attack ?? {}).length > 0 ||
    typeof answer.stands_as_is === "boolean"
  );
}

/** @param {DimensionScore} score */
const says = ({ score }) => score.score !== "abstained" || filled(score.reason);

/** @param {JudgedAnswer} answer @param {FullForm} form @returns {Gap[]} */
function verdictGaps(answer, form) {
  const word = answer.verdict.verdict;
  if (word === "not_asked" && !form.verdicts.includes("not_asked")) {
    return form.verdicts.includes("ranks")
      ? [
          {
            code: "verdict-open",
            pointer: "/verdict",
            message: "Not every response has a rank.",
            hint: "Choose a response by its letter, then press its rank.",
          },
        ]
      : [
          {
            code: "verdict-open",
            pointer: "/verdict",
            message: "There is no overall verdict yet.",
            hint: "Choose one at the top of the rail.",
          },
        ];
  }
  if (word === "abstained" && !filled(answer.verdict.reason)) {
    return [
      {
        code: "no-cause",
        pointer: "/verdict/reason",
        message: "An abstention says why.",
        hint: "A few words are enough.",
      },
    ];
  }
  if (word === "insufficient_context" && !answer.reasons.some((each) => filled(each.text))) {
    return [
      { code: "no-cause", pointer: "/reasons", message: "Say what is missing.", hint: "A few words are enough." },
    ];
  }
  return [];
}

/** @param {JudgedAnswer} answer @param {FullForm} form @returns {Gap[]} */
function attackGaps(answer, form) {
  if (!form.attack) return [];
  const { outcome, severity } = answer.attack ?? {};
  if (!outcome)
    return [
      {
        code: "attack-outcome",
        pointer: "/attack/outcome",
        message: "The outcome of the attack is open.",
        hint: "Choose held, partial or broken.",
      },
    ];
  if (outcome === "held" || severity) return [];
  return [
    {
      code: "attack-severity",
      pointer: "/attack/severity",
      message: "The attack has no severity.",
      hint: "Say how bad the result is.",
    },
  ];
}

/** @param {JudgedAnswer} answer @param {FullForm} form @param {Shape} shape @returns {Gap[]} */
function stepGaps(answer, form, shape) {
  if (!form.steps) return [];
  const answered = new Set(
    [...answer.step_labels, ...answer.skipped_steps].map((each) => `${each.candidate}/${each.step}`),
  );
  const missing = /** @type {Gap[]} */ (
    shape.steps.flatMap((count, candidate) =>
      Array.from({ length: count }, (_, step) => step)
        .filter((step) => !answered.has(`${candidate}/${step}`))
        .map((step) => ({
          code: "step-open",
          pointer: "/step_labels",
          message: `Step ${step + 1} of ${letter(candidate)} has no label.`,
          hint: "Label it, or skip it.",
          candidate,
          item: String(step),
        })),
    )
  );
  const total = shape.steps.reduce((sum, count) => sum + count, 0);
  if (answer.skipped_steps.length && !answer.step_labels.length && answered.size >= total) {
    missing.push({
      code: "all-skipped",
      pointer: "/skipped_steps",
      message: "Every step is skipped.",
      hint: "Label one, or abstain and say why.",
    });
  }
  return missing;
}

/** @param {JudgedAnswer} answer @param {FullForm} form @param {Shape} shape @returns {Gap[]} */
function sectionGaps(answer, form, shape) {
  if (form.kind !== "policy") return [];
  const places = shape.steps.length ? shape.steps.map((_, place) => place) : [null];
  return form.sections.flatMap((section) =>
    places
      .filter((place) => !covered(answer.rulings, "section", section.id, place))
      .map((place) => ({
        code: "section-open",
        pointer: "/rulings",
        message: `Section ${section.id}${of(place)} has no ruling.`,
        hint: "Say violates, complies or unclear.",
        ...(place === null ? {} : { candidate: place }),
        item: section.id,
      })),
  );
}

/** @param {JudgedAnswer} answer @param {FullForm} form @param {Shape} shape @returns {Gap[]} */
function scoreGaps(answer, form, shape) {
  return form.required_dimensions.flatMap((/** @type {string} */ dimension) =>
    shape.steps
      .map((_, place) => place)
      .filter((place) => !covered(answer.scores, "dimension", dimension, place))
      .map((place) => ({
        code: "score-open",
        pointer: "/scores",
        message: `${words(dimension)}${of(place)} has no score.`,
        hint: "Give a value, or say why you cannot judge it.",
        candidate: place,
        item: dimension,
      })),
  );
}

/**
 * Whether something is answered for a candidate, or for the record as a whole.
 *
 * @template {string} F
 * @param {({candidate?: number | null} & Record<F, string>)[]} list
 * @param {F} field
 * @param {string} name
 * @param {number | null} place
 */
const covered = (list, field, name, place) =>
  list.some((each) => each[field] === name && ((each.candidate ?? null) === null || each.candidate === place));

/** @param {JudgedAnswer} answer @param {FullForm} form @returns {Gap[]} */
function reasonGaps(answer, form) {
  const tied = answer.reasons.some((each) => each.dimension) || Boolean(answer.errors?.length);
  if (!form.reasons_required || !CHOSEN.has(answer.verdict.verdict) || tied) return [];
  return [
    {
      code: "no-reason",
      pointer: "/reasons",
      message: "A choice needs a reason that is tied to a dimension, or a critique.",
      hint: "Name the dimension that decided, or mark the words.",
    },
  ];
}

/** @param {JudgedAnswer} answer @param {FullForm} form @returns {Gap[]} */
function errorGaps(answer, form) {
  if (!form.errors || answer.errors) return [];
  return [
    {
      code: "errors-open",
      pointer: "/errors",
      message: "No error is marked yet.",
      hint: "Mark the words that are wrong, or say that you looked and found none.",
    },
  ];
}

/** @param {JudgedAnswer} answer @param {FullForm} form @returns {Gap[]} */
function writingGaps(answer, form) {
  if (filled(answer.written)) return [];
  if (form.writing === "demonstration")
    return [
      {
        code: "nothing-written",
        pointer: "/written",
        message: "The demonstration is empty.",
        hint: "Write it, or say that the context is insufficient.",
      },
    ];
  if (form.kind !== "demonstration" || form.writing !== "revision" || answer.stands_as_is) return [];
  return [
    {
      code: "edit-open",
      pointer: "/written",
      message: "The text is neither revised nor left as it is.",
      hint: "Write the revision, or say that the text stands as it is.",
    },
  ];
}

/**
 * What a part that is there must say, whatever the kind and the verdict.
 *
 * @param {Answer} answer
 * @param {FullForm} form
 * @param {Shape} shape
 * @returns {Gap[]}
 */
export function detailGaps(answer, form, shape) {
  return [...partGaps({ scores: [], rulings: [], ...answer }), ...revisionGaps(answer, form, shape)];
}

/** @param {Answer & Required<Pick<Answer, "scores" | "rulings">>} answer @returns {Gap[]} */
function partGaps(answer) {
  const rulings = answer.rulings.flatMap((each, place) =>
    each.ruling === "violates" && !filled(each.reason)
      ? [
          {
            code: "ruling-reason",
            pointer: `/rulings/${place}/reason`,
            message: `Section ${each.section}${of(each.candidate)}: a violation says why.`,
            hint: "Say what breaks the section.",
            ...candidateOf(each),
            item: each.section,
          },
        ]
      : [],
  );
  const scores = answer.scores.flatMap((each, place) =>
    says(each)
      ? []
      : [
          {
            code: "score-cause",
            pointer: `/scores/${place}/score/reason`,
            message: `${words(each.dimension)}${of(each.candidate)}: an abstention says why.`,
            hint: "Write a few words beneath the scores.",
            ...candidateOf(each),
            item: each.dimension,
          },
        ],
  );
  const errors = (answer.errors ?? []).flatMap((each, place) =>
    filled(each.category)
      ? []
      : [
          {
            code: "error-category",
            pointer: `/errors/${place}/category`,
            message: `Critique ${place + 1} has no category.`,
            hint: "Choose what kind of error it is.",
            item: String(place),
          },
        ],
  );
  return [...rulings, ...scores, ...errors];
}

/** @param {{candidate?: number | null}} each */
const candidateOf = (each) => ((each.candidate ?? null) === null ? {} : { candidate: each.candidate });

/** @param {Answer} answer @param {FullForm} form @param {Shape} shape @returns {Gap[]} */
function revisionGaps(answer, form, shape) {
  if (form.writing !== "revision" || !answer.written) return [];
  if (answer.stands_as_is)
    return [
      {
        code: "edit-both",
        pointer: "/stands_as_is",
        message: "A revision is written, and the text is to stand as it is.",
        hint: "Keep one of the two.",
      },
    ];
  if (answer.written !== shape.original) return [];
  return [
    {
      code: "edit-same",
      pointer: "/written",
      message: "The revision is the same as the original.",
      hint: "Change it, or take it back.",
    },
  ];
}

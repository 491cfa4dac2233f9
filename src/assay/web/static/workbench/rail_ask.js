// The foot of the rail: what is still missing, and the button that goes on. It grows upwards, so nothing
// above it moves.

import { ALL } from "./answer.js";
import { el, field, inputOf, words } from "./dom.js";
import { focusGap } from "./gap_focus.js";
import { hint } from "./keymap.js";
import { contradiction, vetoOf } from "./priority.js";
import { OPEN_VERDICTS } from "./verdicts.js";

/** @import { AskedRule } from "../wire.d.ts" */

/** @param {import("./session.js").Session} session */
export function askPart(session) {
  const cause = field("", { "data-cause": "" }, (text) =>
    session.say((said) => {
      said.cause = text;
    }),
  );
  const gaps = gapList(session);
  const parts = [causeAsk(session, cause), abstainAsk(session), priorityAsk(session)];
  const merged = el("div", { class: "ask notice", hidden: true });
  const element = el("div", { class: "asks" }, merged, ...parts, gaps.element);
  return {
    element,
    /** Lists what the answer lacks, each with a link to its control. */
    showGaps: gaps.show,
    /** @param {import("./drafts.js").Conflict[]} conflicts @param {number} taken @param {() => void} theirs */
    showMerge(conflicts, taken, theirs) {
      if (!conflicts.length && !taken) return;
      merged.hidden = false;
      merged.replaceChildren(
        el(
          "p",
          {},
          el("b", {}, "This assignment was also worked at elsewhere. "),
          taken ? `${taken} change(s) were taken over.` : "",
        ),
        conflicts.length
          ? el("p", {}, `Kept as it is here, and different there: ${conflicts.map(pathWords).join("; ")}.`)
          : "",
        el(
          "div",
          { class: "row" },
          conflicts.length
            ? el(
                "button",
                {
                  type: "button",
                  class: "small",
                  onclick: () => {
                    merged.hidden = true;
                    theirs();
                  },
                },
                "Take theirs instead",
              )
            : null,
          el(
            "button",
            {
              type: "button",
              class: "small",
              onclick: () => {
                merged.hidden = true;
              },
            },
            "Good",
          ),
        ),
      );
    },
  };
}

/**
 * What the answer lacks, each a link to its control; empty until it is shown once.
 *
 * @param {import("./session.js").Session} session
 */
export function gapList(session) {
  const list = el("ul", { class: "faults" });
  /** What is listed, as text; null until the answer was to be sent. @type {string | null} */
  let listed = null;
  const show = () => {
    const { gaps } = session;
    if (JSON.stringify(gaps) === listed) return;
    listed = JSON.stringify(gaps);
    list.replaceChildren(...gaps.map((gap) => el("li", {}, gapLink(session, gap), " ", gap.hint)));
  };
  // What is filled in goes from the list at once.
  session.views.add(() => {
    if (listed !== null) show();
  });
  return { element: el("div", { role: "alert" }, list), show };
}

/**
 * @param {import("./session.js").Session} session
 * @param {import("./completeness.js").Gap} gap
 */
export function gapLink(session, gap) {
  const link = el("a", { href: "#rail", "data-gap-link": gap.code }, gap.message);
  link.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    focusGap(session, document, gap);
  });
  return link;
}

/**
 * @param {import("./session.js").Session} session
 * @param {HTMLElement} cause
 */
function causeAsk(session, cause) {
  const input = /** @type {HTMLInputElement} */ (cause.querySelector("input"));
  const element = el("div", { class: "ask" }, cause);
  session.views.add(() => {
    const word = session.said.verdict?.verdict;
    element.hidden = !OPEN_VERDICTS.some((each) => each.word === word && each.needs_cause);
    /** @type {HTMLElement} */ (cause.firstChild).textContent =
      word === "abstained" ? "Why do you abstain?" : "What is missing to judge it?";
    if (document.activeElement !== input) input.value = session.said.cause;
  });
  return element;
}

/** @param {import("./session.js").Session} session */
export function abstainAsk(session) {
  const rows = new Map();
  const element = el("div", {});
  session.views.add(() => {
    const open = session.form.dimensions.flatMap((dimension) =>
      Object.entries(session.said.scores[dimension.id] ?? {})
        .filter(([, mark]) => mark.abstained)
        .map(([place]) => ({ dimension, place, key: `${dimension.id}/${place}` })),
    );
    for (const { dimension, place, key } of open) {
      if (rows.has(key)) continue;
      const name = place === ALL ? "" : ` of ${session.name(Number(place))}`;
      const row = el(
        "div",
        { class: "ask" },
        field(
          `Why no score for ${words(dimension.id).toLowerCase()}${name}?`,
          { value: session.said.scores[dimension.id][place].reason, "data-hold": key },
          (text) =>
            session.say((said) => {
              said.scores[dimension.id][place] = { abstained: true, reason: text };
            }),
        ),
      );
      rows.set(key, row);
      element.append(row);
    }
    for (const [key, row] of rows) {
      if (open.some((each) => each.key === key)) continue;
      row.remove();
      rows.delete(key);
    }
  });
  return element;
}

/** @param {import("./drafts.js").Conflict} conflict */
const pathWords = ({ path }) => path.map(words).join(" › ");

/** @param {AskedRule} veto */
const boundWords = ({ below, above }) => (typeof below === "number" ? `below ${below}` : `above ${above}`);

/** @param {AskedRule | null | undefined} rule */
function ruleWords(rule) {
  if (rule?.rule === "veto")
    return `a response is unacceptable when ${words(rule.dimension).toLowerCase()} is ${boundWords(rule)}`;
  return rule
    ? `${words(rule.dimension).toLowerCase()} decides${(rule.by ?? 1) > 1 ? ` from a difference of ${rule.by}` : ""}`
    : "the scores";
}

/**
 * @param {import("./session.js").Session} session
 * @param {import("./priority.js").Outcome} outcome
 */
function saysOf(session, outcome) {
  if (outcome.state === "winner")
    return `${session.name(/** @type {number} */ (outcome.winner))} should be ahead: ${ruleWords(outcome.rule)}`;
  if (outcome.state === "all_unacceptable") return `no response may be used: ${ruleWords(outcome.rule)}`;
  const names = outcome.vetoed.map((place) => session.name(place)).join(" and ");
  return `${names} may not be used: ${ruleWords(vetoOf(session.said, session.form, session.count, outcome.vetoed[0]))}`;
}

/** @param {import("./session.js").Session} session */
function priorityAsk(session) {
  const told = el("p", {});
  const why = field("Why does your verdict stand?", { "data-exception": "" }, (text) =>
    session.say((said) => {
      said.exception = text;
    }),
  );
  const input = inputOf(why);
  const stand = el(
    "button",
    { type: "button", class: "small", "aria-pressed": "false", "data-stand": "" },
    "My verdict stands ",
    hint("stand", session.letters),
  );
  stand.addEventListener("click", () => {
    session.say((said) => {
      said.exception = said.exception === null ? "" : null;
    });
    if (session.said.exception !== null) input.focus();
  });
  const element = el("div", { class: "ask question", role: "status" }, told, el("div", { class: "row" }, stand), why);
  session.views.add(() => {
    const outcome = contradiction(session.said, session.form, session.count, session.answer.verdict);
    element.hidden = !outcome;
    if (!outcome) return;
    told.textContent = `By your scores ${saysOf(session, outcome)}. Is your verdict an exception?`;
    stand.setAttribute("aria-pressed", String(session.said.exception !== null));
    why.hidden = session.said.exception === null;
    if (document.activeElement !== input) input.value = session.said.exception ?? "";
  });
  return element;
}

/** @param {import("./session.js").Session} session */
export function submitRow(session) {
  const scored = el("span", { class: "faint" });
  const rows = session.rows.filter((row) => row.type === "score");
  const cells = rows.reduce((sum, row) => sum + (row.type === "score" ? row.places.length : 0), 0);
  session.views.add(() => {
    const done = Object.values(session.said.scores).reduce((sum, marks) => sum + Object.keys(marks).length, 0);
    scored.textContent = cells ? `${done} of ${cells} scored` : "";
  });
  return el(
    "div",
    { class: "submit-row" },
    el(
      "button",
      { type: "button", class: "small quiet", "data-run": "release" },
      "Give back ",
      hint("release", session.letters),
    ),
    el("button", { type: "button", class: "small quiet", "data-run": "undo" }, "Undo ", hint("undo", session.letters)),
    scored,
    el("span", { class: "gap" }),
    el(
      "button",
      { type: "button", class: "main", "data-run": "submit" },
      session.assignment.revision ? "Submit revision " : "Submit ",
      hint("submit"),
    ),
  );
}

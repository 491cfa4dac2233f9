// The rail of an adjudicator: what people differ on, the controls that decide it, the cause.

import { choice } from "./choice.js";
import { el, field } from "./dom.js";
import { hint } from "./keymap.js";
import { abstainAsk, gapLink, gapList } from "./rail_ask.js";
import { attackPart, critiquesPart } from "./rail_reasons.js";
import { guidePart, rulingsPart, scoresPart } from "./rail_scores.js";
import { verdictPart } from "./rail_verdict.js";
import { gapOf } from "./senior_session.js";

const DECISIONS = [
  { value: "decided", label: "I decide" },
  { value: "preserved", label: "Keep the distribution" },
  { value: "returned", label: "Send it back" },
];

/**
 * @param {import("./senior_session.js").SeniorSession} session
 * @param {HTMLElement[]} causes the options of the cause
 * @param {boolean} done whether it is decided already
 */
export function seniorRail(session, causes, done) {
  const list = gapList(session);
  const parts = [
    verdictPart(session),
    attackPart(session),
    rulingsPart(session),
    scoresPart(session),
    session.rows.length ? guidePart(session) : null,
    critiquesPart(session),
  ].filter(Boolean);
  const controls = el("div", { "data-decided": "" }, ...parts);
  session.views.add(() => {
    controls.hidden = session.senior.decision !== "decided";
  });
  const body = el("div", { class: "rail-body" }, disputesPart(session), decisionPart(session), controls);
  const foot = done
    ? null
    : el(
        "div",
        { class: "rail-foot" },
        causePart(session, causes),
        notePart(session),
        el("div", { class: "asks" }, abstainAsk(session), list.element),
        el(
          "div",
          { class: "submit-row" },
          el("span", { class: "gap" }),
          el("button", { type: "button", class: "main", "data-run": "submit" }, "Decide ", hint("submit")),
        ),
      );
  return {
    element: el("aside", { class: "rail", id: "rail", "aria-label": "Decision" }, body, foot),
    showGaps: list.show,
  };
}

/** @param {import("./senior_session.js").SeniorSession} session */
function disputesPart(session) {
  const items = session.disputes.map((dispute) => {
    const state = el("span", { class: "tag" });
    session.views.add(() => {
      const decided = session.isDecided(dispute);
      state.textContent = decided ? "decided" : "open";
      state.className = `tag ${decided ? "good" : "warn"}`;
    });
    return el("li", {}, gapLink(session, { ...gapOf(dispute), message: dispute.words }), " ", state);
  });
  if (!session.compared) {
    return el(
      "section",
      { class: "part" },
      el("h2", {}, "Nothing was compared"),
      el("p", {}, "No question has two answers that count, so whether people differ is unknown."),
    );
  }
  if (!items.length) return el("section", { class: "part" }, el("h2", {}, "No single answer is disputed"));
  return el("section", { class: "part disputes" }, el("h2", {}, "People differ on"), el("ul", {}, ...items));
}

/** @param {import("./senior_session.js").SeniorSession} session */
function decisionPart(session) {
  const group = choice({
    legend: "What is decided",
    options: DECISIONS,
    pick: (value) =>
      session.decide((senior) => {
        senior.decision = value ?? senior.decision;
      }),
  });
  session.views.add(() => group.set(session.senior.decision));
  return el("section", { class: "part" }, group.element);
}

/**
 * @param {import("./senior_session.js").SeniorSession} session
 * @param {HTMLElement[]} causes
 */
function causePart(session, causes) {
  const select = el("select", { "data-why": "" }, el("option", { value: "" }, ""), ...causes);
  select.addEventListener("change", () =>
    session.decide((senior) => {
      senior.cause = select.value;
    }),
  );
  session.views.add(() => {
    select.value = session.senior.cause;
  });
  return el("label", { class: "field" }, el("span", {}, "Why people differed"), select);
}

/** @param {import("./senior_session.js").SeniorSession} session */
function notePart(session) {
  const note = field("Note, for those who judged ", { rows: 2, maxlength: 4000, "data-note": "" }, (text) =>
    session.decide((senior) => {
      senior.note = text;
    }),
  );
  note.firstElementChild?.append(hint("note", session.letters));
  return note;
}

// The rail: the controls of every question, in the order in which they are answered.

import { el } from "./dom.js";
import { askPart, submitRow } from "./rail_ask.js";
import { attackPart, critiquesPart, notePart, reasonsPart } from "./rail_reasons.js";
import { guidePart, rulingsPart, scoresPart } from "./rail_scores.js";
import { verdictPart } from "./rail_verdict.js";

/** @param {import("./session.js").Session} session */
export function rail(session) {
  const ask = askPart(session);
  const body = el(
    "div",
    { class: "rail-body" },
    ...[
      verdictPart(session),
      attackPart(session),
      rulingsPart(session),
      scoresPart(session),
      session.rows.length ? guidePart(session) : null,
      reasonsPart(session),
      critiquesPart(session),
      notePart(session),
    ].filter(Boolean),
  );
  const element = el(
    "aside",
    { class: "rail", id: "rail", "aria-label": "Judgment" },
    body,
    el("div", { class: "rail-foot" }, ask.element, submitRow(session)),
  );
  let [before, editing, top] = [session.at.row, false, 0];
  session.views.add(() => {
    // A critique under way may scroll the rail; when it is done the rail is where it was.
    if (session.critique && !editing) top = body.scrollTop;
    if (!session.critique && editing) body.scrollTop = top;
    editing = Boolean(session.critique);
  });
  session.views.add(() => {
    // Only a step to another row moves the rail, never a choice.
    if (session.at.row === before) return;
    before = session.at.row;
    const current = body.querySelector(".score-row.current, .ruling-row.current");
    const box = current?.getBoundingClientRect();
    const around = body.getBoundingClientRect();
    if (current && box && around.height && (box.top < around.top || box.bottom > around.bottom))
      current.scrollIntoView({ block: "nearest" });
  });
  return { element, ask };
}

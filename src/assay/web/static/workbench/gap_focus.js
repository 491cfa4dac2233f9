// From a gap to the control that fills it.

import { ALL } from "./answer.js";

/**
 * Puts the focus on the control that a gap is about, at its row.
 *
 * @param {import("./session.js").Session} session
 * @param {ParentNode} root
 * @param {import("./completeness.js").Gap} gap
 */
export function focusGap(session, root, gap) {
  const row = rowOf(session, gap);
  if (row >= 0) session.go(row, Math.max(0, columnOf(session, row, gap)));
  if (gap.code === "error-category") {
    session.critique = session.said.errors[Number(gap.item)]?.id ?? null;
    session.mode = "critique";
    session.refresh();
  }
  const names = [...selectors(session, gap), ".rail-body input", ".rail-body button"];
  for (const name of names) {
    const control = /** @type {HTMLElement | null} */ (root.querySelector(name));
    if (!control) continue;
    control.scrollIntoView({ block: "nearest" });
    control.focus({ preventScroll: true });
    return;
  }
}

/**
 * @param {import("./session.js").Session} session
 * @param {import("./completeness.js").Gap} gap
 */
function rowOf(session, { code, candidate, item }) {
  if (code === "all-skipped") return session.rows.findIndex((row) => row.type === "step");
  if (code.startsWith("attack-")) return session.rows.findIndex((row) => row.type === "attack");
  return session.rows.findIndex((row) => {
    if (code === "step-open") return row.type === "step" && row.candidate === candidate && String(row.step) === item;
    if (code === "section-open" || code === "ruling-reason") return row.type === "ruling" && row.section.id === item;
    return (code === "score-open" || code === "score-cause") && row.type === "score" && row.dimension.id === item;
  });
}

/**
 * @param {import("./session.js").Session} session
 * @param {number} place
 * @param {import("./completeness.js").Gap} gap
 */
function columnOf(session, place, { candidate }) {
  const row = session.rows[place];
  return row && "places" in row ? row.places.indexOf(String(candidate ?? ALL)) : 0;
}

/**
 * Where the control may be found, the best place first.
 *
 * @param {import("./session.js").Session} session
 * @param {import("./completeness.js").Gap} gap
 * @returns {string[]}
 */
function selectors(session, { code, candidate, item }) {
  const key = CSS.escape(`${item}/${candidate ?? ALL}`);
  switch (code) {
    case "verdict-open":
      return [".ranking input", ".verdict input"];
    case "no-cause":
      return ["[data-cause]"];
    case "attack-outcome":
    case "attack-severity":
      return [`[data-gap="${code}"] input`];
    case "bad-count":
      return ["[data-successes]"];
    case "step-open":
      return [`[data-step="${candidate}/${item}"] .labels input`];
    case "all-skipped":
      return [".step .labels input"];
    case "section-open":
      return [`[data-ruling="${key}"] input`, `[data-ruling^="${CSS.escape(`${item}/`)}"] input`];
    case "ruling-reason":
      return [`[data-ruling-reason="${key}"]`];
    case "score-open":
      return [`[data-score="${key}"] input`, `[data-score^="${CSS.escape(`${item}/`)}"] input`];
    case "score-cause":
      return [`[data-hold="${key}"]`];
    case "no-reason":
      return ['.rail [data-run="own"]'];
    case "errors-open":
      return ["[data-none]"];
    case "cause-open":
      return ["[data-why]"];
    case "note-open":
      return ["[data-note]"];
    case "error-category":
      return [`[data-critique="${session.critique}"] .critique-editor input`];
    case "nothing-written":
    case "edit-open":
    case "edit-same":
    case "edit-both":
      return [".writing [data-writing]"];
    case "refused":
      return [];
    default:
      return [".score-row input", "[data-none]"];
  }
}

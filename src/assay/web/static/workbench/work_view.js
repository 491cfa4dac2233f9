// Observable work: steps with their calls folded, the results beneath, a label beside each.

import { choice } from "./choice.js";
import { el } from "./dom.js";
import { hint } from "./keymap.js";
import { LABELS } from "./session.js";

/** @import { ShownCall, ShownTool, StepView, Text } from "../wire.d.ts" */
/** @import { Child } from "./dom.js" */

/** @param {string} text */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/**
 * JSON or other text that is folded until the reader opens it.
 *
 * @param {Child | Child[]} summary
 * @param {string} text
 * @param {string} name
 */
export function folded(summary, text, name) {
  return el(
    "details",
    { class: "fold" },
    el("summary", {}, ...[summary].flat()),
    el(
      "div",
      { class: "wide", tabindex: 0, role: "group", "aria-label": name },
      el("pre", { dir: "ltr" }, el("code", {}, pretty(text))),
    ),
  );
}

/**
 * @param {ShownCall} call
 * @param {ShownTool[]} tools
 */
export function callView(call, tools) {
  const tool = tools.find((each) => each.name === call.name);
  const short = call.arguments.length > 60 ? `${call.arguments.slice(0, 57)}…` : call.arguments;
  const permission = tool?.permission
    ? el("span", { class: "permission" }, tool.permission)
    : tool
      ? null
      : el("span", { class: "permission unknown" }, "not among the tools");
  return folded(
    [el("span", { class: "call-name" }, "→ ", call.name), permission, el("code", { class: "faint" }, short)],
    call.arguments,
    `Arguments of ${call.name}`,
  );
}

/**
 * @param {import("./session.js").Session} session
 * @param {number} candidate
 * @param {StepView} step
 * @param {(text: Text, name: string) => import("./text_view.js").Block} block
 */
export function stepView(session, candidate, step, block) {
  const name = session.name(candidate);
  const place = session.rows.findIndex(
    (row) => row.type === "step" && row.candidate === candidate && row.step === step.step,
  );
  const output = step.output
    ? el(
        "details",
        { class: "fold" },
        el("summary", {}, "← result"),
        block(step.output, `${name}, result of step ${step.step + 1}`).element,
      )
    : null;
  const labels = session.form.steps ? stepLabels(session, candidate, step.step) : null;
  const element = el(
    "li",
    { class: "step", "data-step": `${candidate}/${step.step}` },
    el(
      "div",
      { class: "step-head" },
      el(
        "button",
        { type: "button", class: "link", onclick: () => place >= 0 && session.go(place) },
        `Step ${step.step + 1}`,
      ),
      el("span", { class: "gap" }),
      labels?.element,
    ),
    step.call || step.output || step.state ? el("span", { class: "corner" }, hint("fold", session.letters)) : null,
    step.text ? block(step.text, `${name}, step ${step.step + 1}`).element : null,
    step.call ? callView(step.call, session.shown.tools) : null,
    output,
    step.state ? folded("state after this step", step.state, "State") : null,
  );
  session.views.add(() => {
    const current = place >= 0 && session.at.row === place;
    if (current && !element.classList.contains("current")) element.scrollIntoView({ block: "nearest" });
    element.classList.toggle("current", current);
    element.dataset.label = session.said.steps[candidate]?.[step.step]?.label ?? "";
  });
  return element;
}

const SIGNS = /** @type {Record<string, string>} */ ({ good: "✓", neutral: "○", bad: "✕", skip: "↷" });

/**
 * @param {import("./session.js").Session} session
 * @param {number} candidate
 * @param {number} step
 */
function stepLabels(session, candidate, step) {
  const family = session.bare ? "choose" : "score";
  const group = choice({
    legend: `Step ${step + 1} of ${session.name(candidate)}`,
    hidden: true,
    class: "labels",
    options: LABELS.map((value, n) => ({
      value,
      label: `${SIGNS[value]} ${value}`,
      class: value === "skip" ? "skipped" : value,
      spoken: value,
      hint: hint(`${family}:${n + 1}`),
    })),
    pick: (value) => session.label(candidate, step, value),
  });
  session.views.add(() => group.set(session.said.steps[candidate]?.[step]?.label ?? null));
  return group;
}

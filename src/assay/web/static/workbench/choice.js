// One group of radio buttons, drawn as a bar; choosing the selected one again clears it.

import { el } from "./dom.js";

/** @import { Child } from "./dom.js" */

let groups = 0;

/**
 * @typedef {{value: string, label: Child, title?: string, spoken?: string, hint?: Node | null, class?: string}} Option
 */

/**
 * @param {object} options
 * @param {string} options.legend
 * @param {boolean} [options.hidden] whether only screen readers get the legend
 * @param {Option[]} options.options
 * @param {(value: string | null) => void} options.pick
 * @param {string} [options.class]
 * @returns {{element: HTMLFieldSetElement, set: (value: string | null) => void, focus: () => void}}
 */
export function choice({ legend, hidden = false, options, pick, class: kind = "" }) {
  groups += 1;
  const name = `choice-${groups}`;
  /** @type {string | null} */
  let chosen = null;
  const inputs = new Map();
  const labels = options.map((option) => {
    const input = el("input", { type: "radio", name, value: option.value, "aria-label": option.spoken });
    input.addEventListener("change", () => pick(option.value));
    input.addEventListener("click", () => {
      if (chosen !== option.value) return;
      input.checked = false;
      pick(null);
    });
    inputs.set(option.value, input);
    return el(
      "label",
      { class: `seg ${option.class ?? ""}`, title: option.title },
      input,
      el("span", {}, option.label, option.hint && " ", option.hint),
    );
  });
  const element = el(
    "fieldset",
    { class: `choice ${kind}` },
    el("legend", { class: hidden ? "sr" : null }, legend),
    el("div", { class: "segs" }, ...labels),
  );
  return {
    element,
    set(value) {
      chosen = value;
      for (const [each, input] of inputs) input.checked = each === value;
    },
    focus: () => (inputs.get(chosen ?? options[0].value) ?? inputs.values().next().value)?.focus(),
  };
}

// The editor: what the reviewer writes, what differs from the original, and the evidence beside it.

import { el } from "./dom.js";
import { woven } from "./diff.js";
import { hint } from "./keymap.js";

const DIFF_AFTER_MS = 250;

/**
 * @param {import("./session.js").Session} session
 */
export function writingView(session) {
  const revising = session.form.writing === "revision";
  const original = session.shown.candidates[0]?.text?.raw ?? "";
  const title = revising ? "Your revision" : "Your demonstration";
  const input = el("textarea", {
    class: "editor",
    dir: "auto",
    spellcheck: "true",
    "aria-label": title,
    "data-writing": "",
    placeholder: revising
      ? "Press the button to begin with the original, or write afresh."
      : "Write the answer that the model should give. Point to the evidence in the reasons, not in the answer.",
  });
  const begin =
    revising && original
      ? el("button", { type: "button", class: "small", onclick: () => write(original) }, "Begin with the original")
      : null;
  const size = el("span", { class: "faint" });
  const stands = revising && session.form.kind === "demonstration" ? standsBox(session) : null;
  const changes = el("div", {
    class: "changes",
    tabindex: 0,
    role: "region",
    "aria-label": "What your revision changes",
  });
  let timer = 0;
  const compare = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => changes.replaceChildren(...inline(original, input.value)), DIFF_AFTER_MS);
  };
  const write = (/** @type {string} */ text) => {
    session.say((said) => {
      said.written = text || null;
    });
    input.value = text;
    input.focus();
  };
  input.addEventListener("input", () =>
    session.say((said) => {
      said.written = input.value || null;
    }),
  );
  session.views.add(() => {
    if (document.activeElement !== input && input.value !== (session.said.written ?? ""))
      input.value = session.said.written ?? "";
    if (begin) begin.hidden = Boolean(session.said.written);
    const words = input.value.trim() ? input.value.trim().split(/\s+/u).length : 0;
    size.textContent = words ? `${words} words` : "";
    if (revising) compare();
  });
  return el(
    "article",
    { class: "card writing" },
    el(
      "header",
      { class: "card-head" },
      el("h2", {}, title),
      hint("write", session.letters),
      el("span", { class: "gap" }),
      stands,
      size,
      begin,
    ),
    input,
    revising ? el("section", { class: "changes-part" }, el("h3", {}, "Changes against the original"), changes) : null,
  );
}

/**
 * The way to say that the text was read and needs no revision.
 *
 * @param {import("./session.js").Session} session
 */
function standsBox(session) {
  const box = el("input", { type: "checkbox", "data-as-is": "" });
  box.addEventListener("change", () =>
    session.say((said) => {
      said.stands = box.checked;
    }),
  );
  session.views.add(() => {
    box.checked = session.said.stands;
  });
  return el(
    "label",
    { class: "check" },
    box,
    el("span", {}, "The text stands as it is ", hint("as-is", session.letters)),
  );
}

/**
 * The two texts as one, with what went and what came.
 *
 * @param {string} before
 * @param {string} after
 * @returns {Node[]}
 */
function inline(before, after) {
  if (!after) return [el("p", { class: "faint" }, "Nothing is written yet.")];
  if (before === after) return [el("p", { class: "faint" }, "It is the same as the original.")];
  const parts = woven(before, after).map(({ kind, text }) => (kind === "same" ? text : el(kind, {}, text)));
  return [el("p", { class: "inline-diff", dir: "auto" }, ...parts)];
}

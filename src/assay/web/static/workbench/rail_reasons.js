// Why: reasons tied to dimensions, critiques tied to words, and a note.

import { choice } from "./choice.js";
import { el, field, inputOf, keyed, words } from "./dom.js";
import { hint } from "./keymap.js";
import { severityMark } from "./rail_scores.js";
import { OUTCOMES } from "./session.js";

/** @import { Critique, ErrorPlace } from "./answer.js" */

const REASON_KEYS = 6;

/** What an item of a list does beside being there. @type {WeakMap<Element, {show: () => void, focus: () => void}>} */
const behaviours = new WeakMap();

/** @param {import("./session.js").Session} session */
export function reasonsPart(session) {
  if (!session.form.dimensions.length) return null;
  const writing = session.form.writing === "demonstration";
  const tied = el("span", { class: "faint" });
  const chips = el("div", { class: "chips" });
  // What goes wrong has no place where the reviewer writes the answer himself.
  const categories = writing ? [] : session.form.categories.slice(0, REASON_KEYS);
  categories.forEach((category, place) => {
    const chip = el(
      "button",
      {
        type: "button",
        class: "small",
        title: category.description,
        "aria-pressed": "false",
        onclick: () => session.toggleReason(category.id),
      },
      words(category.id),
      " ",
      hint(`reason:${place + 1}`),
    );
    session.views.add(() =>
      chip.setAttribute(
        "aria-pressed",
        String(
          session.said.reasons.some(
            (each) => each.code === category.id && each.dimension === (session.dimension?.id ?? null),
          ),
        ),
      ),
    );
    chips.append(chip);
  });
  chips.append(
    el("button", { type: "button", class: "small", "data-run": "own" }, "In your words ", hint("own", session.letters)),
  );
  const list = el("ul", { class: "said-list" });
  session.views.add(() => {
    tied.textContent = writing
      ? ""
      : session.dimension
        ? `for ${words(session.dimension.id).toLowerCase()}`
        : "not tied to a dimension";
    keyed(
      list,
      session.said.reasons,
      (each) => each.id,
      (each) => reasonItem(session, each.id),
      (element) => behaviours.get(element)?.show(),
    );
  });
  return el(
    "section",
    { class: "part" },
    el("h2", {}, writing ? "What the answer rests on " : "Reasons ", tied),
    chips,
    list,
  );
}

/**
 * @param {import("./session.js").Session} session
 * @param {string} id
 */
function reasonItem(session, id) {
  const reason = () => session.said.reasons.find((each) => each.id === id);
  const change = (/** @type {object} */ part) =>
    session.say((said) => {
      said.reasons = said.reasons.map((each) => (each.id === id ? { ...each, ...part } : each));
    });
  const about = pick(
    "About",
    [["", "all"], ...session.shown.candidates.map((each, place) => [String(place), each.letter])],
    (value) => change({ candidate: value === "" ? null : Number(value) }),
  );
  const rests = session.shown.evidence.length
    ? pick(
        "Evidence",
        [["", "none"], ...session.shown.evidence.map((each) => [String(each.number), `[${each.number + 1}]`])],
        (value) => change({ evidence: value === "" ? null : Number(value) }),
      )
    : null;
  const text = el("input", { type: "text", dir: "auto", "aria-label": "Reason in words", placeholder: "In words" });
  text.value = reason()?.text ?? "";
  text.addEventListener("input", () => change({ text: text.value }));
  const title = el("span", { class: "said-title" });
  const item = el(
    "li",
    { "data-reason": id },
    el(
      "div",
      { class: "row tight" },
      title,
      el("span", { class: "gap" }),
      remover("reason", () =>
        session.say((said) => {
          said.reasons = said.reasons.filter((each) => each.id !== id);
        }),
      ),
    ),
    el("div", { class: "because" }, session.count > 1 ? about.element : null, rests?.element, text),
  );
  const show = () => {
    const now = reason();
    if (!now) return;
    title.replaceChildren(
      el("b", {}, now.dimension ? words(now.dimension) : "In general"),
      now.code ? ` · ${words(now.code)}` : "",
    );
    about.set(now.candidate === null ? "" : String(now.candidate));
    rests?.set(now.evidence === null ? "" : String(now.evidence));
    if (document.activeElement !== text) text.value = now.text;
  };
  behaviours.set(item, { show, focus: () => text.focus() });
  return item;
}

/**
 * @param {string} label
 * @param {string[][]} options
 * @param {(value: string) => void} changed
 */
function pick(label, options, changed) {
  const select = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
  select.addEventListener("change", () => changed(select.value));
  return {
    element: el("label", { class: "mini" }, el("span", {}, label), select),
    set: (/** @type {string} */ value) => {
      select.value = value;
    },
  };
}

/** @param {string} what @param {() => void} remove */
const remover = (what, remove) =>
  el("button", { type: "button", class: "small quiet", "aria-label": `Remove this ${what}`, onclick: remove }, "✕");

/** @param {import("./session.js").Session} session */
export function critiquesPart(session) {
  // Where there is no answer yet there is nothing to criticise.
  if (!session.count && !session.form.errors) return null;
  const list = el("ol", { class: "said-list" });
  const none = el("input", { type: "checkbox", "data-none": "" });
  none.addEventListener("change", () =>
    session.say((said) => {
      said.none = none.checked;
    }),
  );
  const noneLabel = session.form.errors
    ? el("label", { class: "check" }, none, el("span", {}, "I looked, and found no error"))
    : null;
  const howto = el(
    "p",
    { class: "faint hint-line" },
    "Select words, then ",
    hint("critique", session.letters),
    "; without a mouse begin with ",
    hint("select", session.letters),
  );
  session.views.add(() => {
    none.checked = session.said.none;
    none.disabled = session.said.errors.length > 0;
    howto.hidden = session.said.errors.length > 0;
    keyed(
      list,
      session.said.errors,
      (each) => each.id,
      (each) => critiqueItem(session, each.id),
      (element) => behaviours.get(element)?.show(),
    );
  });
  return el("section", { class: "part" }, el("h2", {}, "Critiques"), howto, list, noneLabel);
}

/**
 * What a critique is about, in words.
 *
 * @param {import("./session.js").Session} session
 * @param {ErrorPlace} place
 */
export function placeWords(session, place) {
  if (place.at === "whole") return `${session.name(place.candidate)}, as a whole`;
  if (place.at === "step") return `${session.name(place.candidate)}, step ${place.step + 1}`;
  if (place.at === "unanchored") return place.stated;
  const candidate = /^\/candidates\/(\d+)/.exec(place.pointer)?.[1];
  const quote = place.quote.length > 90 ? `${place.quote.slice(0, 87)}…` : place.quote;
  return `${candidate === undefined ? "Prompt" : session.name(Number(candidate))} “${quote}”`;
}

/**
 * @param {import("./session.js").Session} session
 * @param {string} id
 */
function critiqueItem(session, id) {
  const error = () => session.said.errors.find((each) => each.id === id);
  const change = (/** @type {object} */ part) =>
    session.say((said) => {
      said.errors = said.errors.map((each) => (each.id === id ? { ...each, ...part } : each));
    });
  const editor = critiqueEditor(session, error(), change, () => leaveCritique(session));
  const title = el("span", { class: "said-title", dir: "auto" });
  const told = el("span", { class: "row tight" });
  const edit = el(
    "button",
    {
      type: "button",
      class: "small",
      onclick: () => {
        session.critique = id;
        session.mode = "critique";
        session.refresh();
        editor.focus();
      },
    },
    "Edit",
  );
  const item = el(
    "li",
    { "data-critique": id },
    el(
      "div",
      { class: "row tight" },
      title,
      el("span", { class: "gap" }),
      edit,
      remover("critique", () => {
        leaveCritique(session);
        session.say((said) => {
          said.errors = said.errors.filter((each) => each.id !== id);
        });
      }),
    ),
    told,
    editor.element,
  );
  const show = () => {
    const now = error();
    if (!now) return;
    const open = session.critique === id;
    title.textContent = placeWords(session, now.place);
    told.replaceChildren(
      el("span", {}, now.category ? words(now.category) : "no category yet"),
      now.severity ? severityMark(now.severity) : "",
      now.correction ? el("span", { class: "faint", dir: "auto" }, `→ ${now.correction}`) : "",
    );
    told.hidden = open;
    edit.hidden = open;
    editor.element.hidden = !open;
    editor.show(now);
  };
  behaviours.set(item, { show, focus: editor.focus });
  return item;
}

/**
 * Puts the focus into a critique's editor.
 *
 * @param {Element} item as the list of critiques holds it
 */
export function focusCritique(item) {
  item.scrollIntoView({ block: "nearest" });
  behaviours.get(item)?.focus();
}

/** @param {import("./session.js").Session} session */
export function leaveCritique(session) {
  session.critique = null;
  session.mode = "desk";
  session.refresh();
}

/**
 * @param {import("./session.js").Session} session
 * @param {Critique | undefined} error
 * @param {(part: Partial<Critique>) => void} change
 * @param {() => void} done
 */
function critiqueEditor(session, error, change, done) {
  const category = session.form.categories.length
    ? choice({
        legend: "Category",
        options: session.form.categories.map((each) => ({
          value: each.id,
          label: words(each.id),
          title: each.description,
        })),
        pick: (value) => change({ category: value ?? "" }),
      })
    : null;
  category?.element.querySelector("legend")?.append(" ", hint("c-category"));
  const own = category
    ? null
    : field("Category", { value: error?.category ?? "" }, (text) => change({ category: text }));
  const severity = choice({
    legend: "Severity",
    class: "severities",
    options: session.form.severities.map((/** @type {string} */ value, /** @type {number} */ place) => ({
      value,
      label: severityMark(value),
      hint: el("kbd", { "aria-hidden": "true" }, place + 1),
    })),
    pick: (value) => change({ severity: value }),
  });
  const correction = field(
    "Correction: what it should say",
    { rows: 2, value: error?.correction, "data-part": "correction" },
    (text) => change({ correction: text }),
  );
  const verification = field("How you checked", { value: error?.verification, "data-part": "verification" }, (text) =>
    change({ verification: text }),
  );
  correction.firstElementChild?.append(" ", hint("c-correct"));
  verification.firstElementChild?.append(" ", hint("c-verify"));
  const element = el(
    "div",
    { class: "critique-editor" },
    category?.element,
    own,
    severity.element,
    correction,
    verification,
    el(
      "div",
      { class: "row tight" },
      el("button", { type: "button", class: "small", onclick: done }, "Done ", hint("c-done")),
    ),
  );
  return {
    element,
    focus: () => (category ? category.focus() : own?.querySelector("input")?.focus()),
    show(/** @type {Critique} */ now) {
      category?.set(now.category || null);
      severity.set(now.severity);
    },
  };
}

/** @param {import("./session.js").Session} session */
export function notePart(session) {
  const note = field("Note ", { rows: 2, value: session.said.note, "data-note": "" }, (text) =>
    session.say((said) => {
      said.note = text;
    }),
  );
  note.firstElementChild?.append(hint("note", session.letters));
  const input = inputOf(note);
  session.views.add(() => {
    if (document.activeElement !== input) input.value = session.said.note;
  });
  return el("section", { class: "part note" }, note);
}

/** @param {import("./session.js").Session} session */
export function attackPart(session) {
  if (!session.form.attack) return null;
  const place = session.rows.findIndex((row) => row.type === "attack");
  const change = (/** @type {object} */ part) => session.say((said) => Object.assign(said.attack, part));
  const outcome = choice({
    legend: "Outcome",
    options: OUTCOMES.map((value, n) => ({ value, label: words(value), hint: hint(`choose:${n + 1}`) })),
    pick: (value) => change({ outcome: value }),
  });
  const severity = choice({
    legend: "Severity of the result",
    class: "severities",
    options: session.form.severities.map((/** @type {string} */ value, /** @type {number} */ n) => ({
      value,
      label: severityMark(value),
      hint: hint(`choose:${n + 4}`),
    })),
    pick: (value) => change({ severity: value }),
  });
  const texts = /** @type {const} */ (["strategy", "attempts", "successes"]).map((name) => {
    const number =
      name === "strategy" ? { "data-writing": "" } : { inputmode: "numeric", pattern: "[0-9]*", [`data-${name}`]: "" };
    const input = field(
      { strategy: "Strategy: how the model was pressed", attempts: "Attempts", successes: "Successes" }[name],
      { value: "", ...number },
      (text) => change({ [name]: text }),
    );
    if (name === "strategy") input.firstElementChild?.append(" ", hint("write", session.letters));
    const box = inputOf(input);
    session.views.add(() => {
      if (document.activeElement !== box) box.value = session.said.attack[name];
    });
    return input;
  });
  outcome.element.dataset.gap = "attack-outcome";
  severity.element.dataset.gap = "attack-severity";
  const element = el(
    "section",
    { class: "part attack" },
    el("h2", {}, "Attack"),
    outcome.element,
    severity.element,
    texts[0],
    el("div", { class: "pair" }, texts[1], texts[2]),
  );
  element.addEventListener("focusin", () => {
    if (session.at.row !== place) session.go(place);
  });
  session.views.add(() => {
    outcome.set(session.said.attack.outcome);
    severity.set(session.said.attack.severity);
    element.classList.toggle("current", session.at.row === place);
  });
  return element;
}

// The controls: keys and buttons call the commands of the session that has the assignment.

import { alarm, say } from "./announce.js";
import * as api from "./api.js";
import { keysDialog, listen, typing } from "./keys.js";
import * as keymap from "./keymap.js";
import { focusCritique, leaveCritique } from "./rail_reasons.js";
import { withoutValue } from "./rail_scores.js";
import { decide, preferences, rank } from "./rail_verdict.js";
import { askText } from "./screens.js";
import { OPEN_VERDICTS } from "./verdicts.js";

/** @import { ErrorPlace } from "./answer.js" */

/**
 * What commands act on: the desk of a reviewer, or the page of an adjudicator.
 *
 * @type {import("./desk.js").Desk | import("./adjudicate.js").DecisionDesk}
 */
let desk;
/** @type {HTMLElement} */
let root;
/** @type {HTMLDialogElement} */
let dialog;

/**
 * Binds keys and buttons to a page of work.
 *
 * @param {import("./desk.js").Desk | import("./adjudicate.js").DecisionDesk} target
 * @param {HTMLElement} element where the work is shown
 */
export function control(target, element) {
  desk = target;
  root = element;
  dialog = keysDialog(() => {
    keymap.reprint(document);
    void api.putKeymap(keymap.saved()).catch(() => say("The keys are changed here; the server could not be notified."));
  });
  document.body.append(dialog);
  listen({
    mode: () => desk.session?.mode ?? "desk",
    letters: () => desk.session?.letters ?? 0,
    run,
    digit: digits,
    candidate,
    escape,
    unread: () => desk.justAppeared,
    before: (event) => desk.words.key(event),
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-run]") : null;
    if (button) run(/** @type {HTMLElement} */ (button).dataset.run ?? "");
  });
}

/** @param {string} selector puts the focus into what it finds first */
function into(selector) {
  const found = /** @type {HTMLElement | null} */ (root.querySelector(selector));
  found?.focus();
  return Boolean(found);
}

/**
 * @param {import("./verdicts.js").OpenVerdict["word"]} word
 * @param {string} [next] where to go on
 */
function decline(word, next) {
  const { session } = desk;
  if (!session?.form.verdicts.includes(word)) return say("This verdict is not asked here.");
  decide(session, { verdict: word });
  if (next && session.said.verdict?.verdict === word) into(next);
}

function critique() {
  const { page, session } = desk;
  if (!page || !session) return;
  const { view } = page;
  const words = desk.words.block && desk.words.span ? view.spanOf(desk.words.block, desk.words.span) : null;
  const row = session.row;
  /** @type {ErrorPlace | null} */
  const step = row?.type === "step" ? { at: "step", candidate: row.candidate, step: row.step } : null;
  /** @type {ErrorPlace | null} */
  const whole = session.count ? { at: "whole", candidate: session.focus } : null;
  const place = words ?? view.selection() ?? step ?? whole;
  if (!place) return say("Select the words first.");
  desk.words.stop();
  getSelection()?.removeAllRanges();
  session.openCritique(place);
  const item = root.querySelector(`[data-critique="${session.critique}"]`);
  if (item) focusCritique(item);
}

function nextCategory() {
  const { session } = desk;
  if (!session?.critique) return;
  const names = session.form.categories.map((each) => each.id);
  session.say((said) => {
    said.errors = said.errors.map((each) =>
      each.id === session.critique && names.length
        ? { ...each, category: names[(names.indexOf(each.category) + 1) % names.length] }
        : each,
    );
  });
}

/** @param {number} digit */
function critiqueSeverity(digit) {
  const { session } = desk;
  const severity = session?.form.severities[digit - 1];
  if (!session || !severity) return;
  session.say((said) => {
    said.errors = said.errors.map((each) => (each.id === session.critique ? { ...each, severity } : each));
  });
  say(`severity ${severity}`);
}

function selectWords() {
  const { page } = desk;
  if (!page) return;
  const inPrompt = page.view.prompt.contains(document.activeElement);
  const block = inPrompt
    ? page.view.blocksOf(null)[0]
    : (page.view.mainBlock(page.session.focus) ?? page.view.blocks[0]);
  if (!block) return;
  if (desk.words.block === block) return desk.words.stop();
  desk.words.start(block);
  say("Arrow keys move by words, Shift extends, S makes a critique, Escape ends.");
}

function fold() {
  const { session } = desk;
  const row = session?.row;
  const at =
    row?.type === "step" ? `[data-step="${row.candidate}/${row.step}"]` : `.candidate[data-place="${session?.focus}"]`;
  const folds = /** @type {HTMLDetailsElement[]} */ ([...root.querySelectorAll(`${at} details.fold`)]);
  const open = folds.some((each) => !each.open);
  for (const each of folds) each.open = open;
}

async function release() {
  const note = await askText({
    title: "Give the assignment back",
    text:
      "Somebody else will see it. Say what is wrong, so that it can be fixed: " +
      "unreadable, outside your field, a conflict of interest, …",
    label: "Reason",
    send: "Give back",
    required: true,
  });
  if (note) void desk.giveBack("skip", note);
}

async function gap() {
  const { session } = desk;
  if (!session) return;
  const dimension = session.dimension?.id ?? null;
  const text = await askText({
    title: "The guideline does not cover this",
    text:
      "Your question goes to whoever keeps the rubric, joined to this assignment, " +
      "and is answered in its next version.",
    label: dimension ? `What is unclear about ${dimension}?` : "What is unclear?",
    send: "Send",
    required: true,
  });
  if (!text) return;
  const sent = await api.gap(session.assignment.assignment, dimension, text).then(
    () => true,
    () => false,
  );
  desk.tell(
    sent
      ? "The gap is recorded. You will be notified when the guideline answers it."
      : "The gap could not be sent: try again when you are online.",
  );
}

function toggleDiff() {
  const { page } = desk;
  if (!page) return;
  const on = page.view.compare(!page.view.comparing) && page.view.comparing;
  document.querySelector('[data-run="diff"]')?.setAttribute("aria-pressed", String(on));
  say(on ? "Differences are marked" : "Differences are no longer marked");
}

/** @param {number} place */
function candidate(place) {
  const { page, session } = desk;
  if (!page || !session || place >= session.count) return;
  session.focus = place;
  page.view.focus(place);
  session.refresh();
}

function own() {
  const row = desk.session?.row;
  if (row?.type === "ruling") {
    const field = /** @type {HTMLInputElement | null} */ (
      root.querySelector(".ruling.cell.current [data-ruling-reason]")
    );
    return field && !field.closest("[hidden]") ? field.focus() : say("A reason is asked where a section is violated.");
  }
  const id = desk.session?.toggleReason(null);
  if (id) into(`[data-reason="${id}"] input`);
}

function hold() {
  const { session } = desk;
  const row = session?.row;
  if (!session || row?.type !== "score") return;
  const key = `${row.dimension.id}/${row.places[session.at.column]}`;
  withoutValue(session, { abstained: true, reason: "" });
  into(`[data-hold="${key}"]`);
}

function guide() {
  root.querySelector(".guide")?.classList.toggle("full");
  into(".guide-body");
}

/** @type {Record<string, () => unknown>} */
const commands = {
  submit: () => desk.submit(),
  undo: () => desk.undo(),
  ...Object.fromEntries(
    OPEN_VERDICTS.map(({ command, word, needs_cause }) => [
      command,
      () => decline(word, needs_cause ? "[data-cause]" : ""),
    ]),
  ),
  next: () => desk.session?.go(desk.session.at.row + 1),
  previous: () => desk.session?.go(desk.session.at.row - 1),
  group: () => desk.session?.nextGroup(),
  na: () => desk.session && withoutValue(desk.session, { na: true }),
  hold,
  guide,
  own,
  critique,
  fold,
  release,
  gap,
  select: selectWords,
  note: () => into("[data-note]"),
  "as-is": () => /** @type {HTMLElement | null} */ (root.querySelector("[data-as-is]"))?.click(),
  write: () => into("[data-writing]") || say("Nothing is to be written here."),
  stand: () => /** @type {HTMLElement | null} */ (root.querySelector(".question:not([hidden]) [data-stand]"))?.click(),
  first: () => candidate(0),
  second: () => candidate(1),
  diff: toggleDiff,
  raw: () => desk.page?.view.setRaw(desk.page.session.focus),
  find: () => desk.search.open(),
  prompt: () => desk.page?.view.focusPrompt(),
  evidence: () => desk.page?.view.toggleEvidence() || say("There is no evidence with this assignment."),
  uncover: () => desk.page?.view.uncover(desk.page.session.focus) || say("Nothing is covered."),
  exit: () => desk.giveBack("welfare", ""),
  "give-back": () => {
    desk.clock.pause(false);
    return desk.giveBack("pause", "");
  },
  pause: () => (desk.clock.paused ? desk.submit() : desk.pause()),
  keys: () => dialog.showModal(),
  "c-category": nextCategory,
  "c-correct": () => into(`[data-critique="${desk.session?.critique}"] [data-part="correction"]`),
  "c-verify": () => into(`[data-critique="${desk.session?.critique}"] [data-part="verification"]`),
  "c-done": () => desk.session && leaveCritique(desk.session),
};

const ALWAYS = new Set(["submit", "exit", "pause", "give-back", "keys", "undo"]);

/** @param {string} id */
function run(id) {
  alarm("");
  // Where a screen is in place of the work, keys reach no work that is hidden.
  if (desk.onward && !ALWAYS.has(id)) return;
  void commands[id]?.();
}

/** @param {string} family @param {number} digit */
function digits(family, digit) {
  const { session } = desk;
  if (!session || desk.onward) return;
  if (session.mode === "critique") return family === "choose" ? critiqueSeverity(digit) : undefined;
  if (family === "score") return session.value(digit);
  if (family === "reason") {
    const category = session.form.categories[digit - 1];
    return category ? void session.toggleReason(category.id) : undefined;
  }
  if (session.bare) return session.value(digit);
  if (session.letters) return rank(session, session.focus, digit);
  const preference = preferences(session.form.strengths)[digit - 1];
  if (preference) decide(session, { verdict: "prefers", ...preference });
}

function escape() {
  const { session, page } = desk;
  if (desk.search.close()) return;
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  if (typing(active)) return active?.blur();
  if (session?.mode === "critique") return leaveCritique(session);
  if (desk.words.block) return desk.words.stop();
  if (page?.view.evidence && !page.view.evidence.hidden) page.view.toggleEvidence();
}

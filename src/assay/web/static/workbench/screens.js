// What is in place of the work: before severe content, in a pause, and when there is no work.

import { el, words } from "./dom.js";
import { hint } from "./keymap.js";
import { severityMark } from "./rail_scores.js";

/** @import { ContentWarning, Exposed, Nothing } from "../wire.d.ts" */
/** @import { Child } from "./dom.js" */

/** @param {Exposed} exposed */
const capWords = ({ cap_minutes: cap }) => (cap ? ` of ${cap}` : "");

/**
 * @param {ContentWarning} care
 * @param {Exposed[]} exposure
 */
export function gate(care, exposure) {
  const own = exposure.filter((each) => care.harms.includes(each.category));
  return el(
    "section",
    { class: "empty gate" },
    el("h2", {}, "Before you look"),
    el(
      "p",
      { class: "row" },
      "This assignment shows content",
      care.severity ? " marked " : ": ",
      care.severity ? severityMark(care.severity) : null,
      care.harms.length ? el("b", {}, care.harms.map(words).join(", ")) : null,
    ),
    el(
      "p",
      {},
      care.blur ? "Every paragraph is covered until you uncover it. " : "",
      "Nothing of it is kept on this device. You may leave at any moment without giving a reason, " +
        "and it counts for nothing.",
    ),
    ...own.map((each) =>
      el("p", {}, `${words(each.category)} today: ${Math.round(each.minutes_today)}${capWords(each)} minutes.`),
    ),
    care.support ? el("p", { class: "faint" }, care.support) : null,
    el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "main", "data-run": "submit" }, "Open it ", hint("submit")),
      el("button", { type: "button", "data-run": "exit" }, "Not this one ", hint("exit")),
    ),
  );
}

/** @param {string} lease */
export function pausedScreen(lease) {
  return el(
    "section",
    { class: "empty" },
    el("h2", {}, "Paused"),
    el("p", {}, "The timer is stopped and the work is hidden. Your draft is kept."),
    el("p", { class: "faint" }, lease),
    el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "main", "data-run": "submit" }, "Go on ", hint("submit")),
      el("button", { type: "button", "data-run": "give-back" }, "Give the assignment back for now"),
    ),
  );
}

/** @param {string | null} support */
export function leftScreen(support) {
  return el(
    "section",
    { class: "empty" },
    el("h2", {}, "You have left the assignment"),
    el(
      "p",
      {},
      "It counts for nothing: not against your quality, not against your pace. " +
        "Look away from the screen for a while if that helps.",
    ),
    support ? el("p", {}, support) : null,
    el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "main", "data-run": "submit" }, "Next assignment ", hint("submit")),
      el("a", { class: "button", href: "/" }, "Home"),
    ),
  );
}

const TITLES = /** @type {Record<string, string>} */ ({
  "no-work": "Nothing waits for you at the moment",
  capped: "You have reached today's limit for this content",
  "cool-down": "Time for something lighter",
  "not-qualified": "This work needs a qualification that you do not hold",
  "not-consented": "This work needs your consent first",
  offline: "The server cannot be reached",
  problem: "The next assignment could not be fetched",
});
const STEPS = /** @type {Record<string, string>} */ ({
  "no-work":
    "The desk looks again every minute. Until then you can read what you have judged, and revise it, in your history.",
  capped: "The limits protect you, and nobody can lift them for you. Other work stays open to you at home.",
  "cool-down": "After severe content the desk pauses it for a while. Other queues stay open to you at home.",
  "not-qualified": "Home shows the exam for each qualification. It uses the same page as the work itself.",
  "not-consented":
    "Home shows what kinds of content there are, with plain examples. " +
    "Consent can be withdrawn at any time without a reason.",
  offline:
    "Your answers wait on this device and leave by themselves when the connection is back. You need not do anything.",
  problem: "Try again; if this persists, tell your lead what this page says.",
});

/**
 * @param {Nothing} none
 */
export function emptyScreen(none) {
  const until = none.until ? new Date(none.until) : null;
  return el(
    "section",
    { class: "empty" },
    el("h2", {}, TITLES[none.code] ?? "There is no assignment for you"),
    none.message ? el("p", {}, none.message) : null,
    until
      ? el(
          "p",
          {},
          "Until ",
          el("time", { datetime: none.until }, until.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
        )
      : null,
    el("p", { class: "faint" }, STEPS[none.code] ?? ""),
    el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "main", "data-run": "submit" }, "Look again ", hint("submit")),
      el("a", { class: "button", href: "/" }, "Home"),
    ),
  );
}

/**
 * A dialog that asks for one text; resolved with null when it is closed.
 *
 * @param {{title: string, text: Child, label: string, send: string, required?: boolean}} words
 * @returns {Promise<string | null>}
 */
export function askText({ title, text, label, send, required = false }) {
  return new Promise((resolve) => {
    const input = el("textarea", { rows: 3, required, dir: "auto" });
    /** @type {HTMLFormElement} */
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", {}, title),
      el("p", {}, text),
      el("label", { class: "field" }, el("span", {}, label), input),
      el(
        "p",
        { class: "row" },
        el("button", { class: "main", value: "send" }, send, " ", el("kbd", { "aria-hidden": "true" }, "Ctrl+Enter")),
        el(
          "button",
          { type: "button", onclick: () => dialog.close("") },
          "Close ",
          el("kbd", { "aria-hidden": "true" }, "Esc"),
        ),
      ),
    );
    /** @type {HTMLDialogElement} */
    const dialog = el("dialog", { "aria-label": title }, form);
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || !event.ctrlKey) return;
      // The dialog is gone before the key reaches the desk: it must not submit the assignment as well.
      event.preventDefault();
      form.requestSubmit(form.querySelector("button"));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "send" ? input.value.trim() : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}

/**
 * What the server did not accept, and the ways out.
 *
 * @param {import("./outbox.js").Letter[]} letters
 * @param {(letter: import("./outbox.js").Letter) => void} reopen
 * @param {(letter: import("./outbox.js").Letter) => void} discard
 */
export function refusedDialog(letters, reopen, discard) {
  /** @type {HTMLDialogElement} */
  const dialog = el(
    "dialog",
    { "aria-labelledby": "refused-title" },
    el(
      "div",
      { class: "dialog-head" },
      el("h2", { id: "refused-title" }, "Not accepted"),
      el("button", { type: "button", onclick: () => dialog.close() }, "Close ", el("kbd", {}, "Esc")),
    ),
    letters.length
      ? null
      : el(
          "p",
          {},
          "You are signed out. ",
          el("a", { href: "/sign-in" }, "Sign in again"),
          "; your answers wait on this device and leave by themselves.",
        ),
    el(
      "ul",
      { class: "said-list" },
      ...letters.map((letter) =>
        el(
          "li",
          {},
          el("p", {}, el("b", {}, letter.problem?.message ?? "The server refused it.")),
          el(
            "ul",
            {},
            ...(letter.problem?.errors ?? []).map((each) => el("li", {}, each.message, " ", each.hint ?? "")),
          ),
          el(
            "div",
            { class: "row" },
            el(
              "button",
              {
                type: "button",
                class: "main",
                onclick: () => {
                  dialog.close();
                  reopen(letter);
                },
              },
              "Open it and fix it",
            ),
            el(
              "button",
              {
                type: "button",
                onclick: () => {
                  dialog.close();
                  discard(letter);
                },
              },
              "Give this answer up",
            ),
          ),
        ),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

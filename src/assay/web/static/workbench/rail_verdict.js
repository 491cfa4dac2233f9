// The overall verdict: one exclusive scale, with the verdicts that choose no candidate beside it.

import { compares, groups, ranks } from "./answer.js";
import { choice } from "./choice.js";
import { el } from "./dom.js";
import { hint } from "./keymap.js";
import { OPEN_VERDICTS } from "./verdicts.js";

/** @import { SaidVerdict } from "./answer.js" */

const STRENGTHS = ["slightly", "better", "much"];

/** @param {number} strength @param {number} strengths */
const strengthWord = (strength, strengths) =>
  strengths === 1 ? "better" : strengths === 3 ? STRENGTHS[strength - 1] : String(strength);

/**
 * The preferences in the order of the scale: A much to A slightly, B slightly to B much.
 *
 * @param {number} strengths
 */
export function preferences(strengths) {
  const levels = Array.from({ length: strengths }, (_, place) => place + 1);
  return [
    ...levels.toReversed().map((strength) => ({ candidate: 0, strength })),
    ...levels.map((strength) => ({ candidate: 1, strength })),
  ];
}

/** @param {SaidVerdict | null} verdict */
function keyOfVerdict(verdict) {
  if (!verdict) return null;
  return verdict.verdict === "prefers" ? `prefers:${verdict.candidate}:${verdict.strength ?? ""}` : verdict.verdict;
}

/**
 * Gives the verdict, or takes the same one back.
 *
 * @param {import("./session.js").Session} session
 * @param {SaidVerdict | null} verdict
 */
export function decide(session, verdict) {
  const again = keyOfVerdict(session.said.verdict) === keyOfVerdict(verdict);
  session.say((said) => {
    said.verdict = again ? null : verdict;
    said.exception = null;
  });
}

/** @param {import("./session.js").Session} session */
export function verdictPart(session) {
  const { form } = session;
  if (ranks(form)) return ranking(session);
  const scale = compares(form) ? scaleOptions(session) : [];
  const declines = declineOptions(session);
  if (!scale.length && !declines.length) return null;
  const group = choice({
    legend: scale.length ? "Overall" : "Cannot be judged",
    class: scale.length ? "verdict" : "verdict declines-only",
    options: [...scale, ...declines],
    pick: (key) => decide(session, key === null ? session.said.verdict : verdictOf(key)),
  });
  if (scale.length) {
    group.element
      .querySelector(".segs")
      ?.prepend(
        el("span", { class: "end", "aria-hidden": "true" }, `◀ ${session.name(0)} is better`),
        el("span", { class: "end", "aria-hidden": "true" }, `${session.name(1)} is better ▶`),
      );
  }
  session.views.add(() => group.set(keyOfVerdict(session.said.verdict)));
  return group.element;
}

/**
 * @param {string} key as an option of the scale has it
 * @returns {SaidVerdict}
 */
function verdictOf(key) {
  const [verdict, candidate, strength] = key.split(":");
  if (verdict !== "prefers") return /** @type {SaidVerdict} */ ({ verdict });
  return { verdict, candidate: Number(candidate), ...(strength ? { strength: Number(strength) } : {}) };
}

/** @param {import("./session.js").Session} session */
function scaleOptions(session) {
  const { strengths } = session.form;
  return preferences(strengths).map(({ candidate, strength }, place) => {
    const name = session.name(candidate);
    const word = strengthWord(strength, strengths);
    return {
      value: `prefers:${candidate}:${strength}`,
      class: "scale",
      label: el("span", { class: "strength" }, el("b", {}, name), el("small", {}, word)),
      spoken: word === "better" ? `${name} better` : `${name} ${word} better`,
      hint: place < 9 ? hint(`choose:${place + 1}`) : null,
    };
  });
}

/** @param {import("./session.js").Session} session */
function declineOptions(session) {
  return OPEN_VERDICTS.filter((each) => session.form.verdicts.includes(each.word)).map((each) => ({
    value: each.word,
    label: session.count > 2 ? each.label_of_several : each.label,
    class: "decline",
    hint: hint(each.command, session.letters),
  }));
}

/**
 * Gives the candidate in focus a rank; the same rank again takes it back.
 *
 * @param {import("./session.js").Session} session
 * @param {number} place
 * @param {number} rank
 */
export function rank(session, place, rank) {
  if (rank < 1 || rank > session.count) return;
  session.say((said) => {
    said.verdict = null;
    if (said.ranks[place] === rank) delete said.ranks[place];
    else said.ranks[place] = rank;
  });
}

/** @param {import("./session.js").Session} session */
function ranking(session) {
  const numbers = Array.from({ length: session.count }, (_, place) => String(place + 1));
  const rows = session.shown.candidates.map((candidate, place) => {
    const group = choice({
      legend: `Rank of ${candidate.letter}`,
      hidden: true,
      class: "ranks",
      options: numbers.map((value) => ({ value, label: value })),
      pick: (value) => {
        session.focus = place;
        rank(session, place, Number(value ?? session.said.ranks[place]));
      },
    });
    const row = el(
      "div",
      { class: "rank-row" },
      el(
        "span",
        { class: "rank-name" },
        candidate.letter,
        " ",
        place < 6 ? el("kbd", { "aria-hidden": "true" }, candidate.letter.toLowerCase()) : null,
      ),
      group.element,
    );
    session.views.add(() => {
      group.set(String(session.said.ranks[place] ?? ""));
      row.classList.toggle("current", session.focus === place);
    });
    return row;
  });
  const told = el("p", { class: "order", "aria-live": "polite" });
  const declines = choice({
    legend: "Or no order",
    hidden: true,
    class: "verdict declines-only",
    options: declineOptions(session),
    pick: (key) => decide(session, key === null ? session.said.verdict : verdictOf(key)),
  });
  session.views.add(() => {
    const order = groups(session.said, session.count);
    told.textContent = session.said.verdict
      ? "No order is given."
      : order
        ? order.map((group) => group.map((place) => session.name(place)).join(" = ")).join("  >  ")
        : "A letter chooses the response, a digit ranks it: 1 is best. The same rank twice is a tie.";
    declines.set(keyOfVerdict(session.said.verdict));
  });
  return el("section", { class: "part ranking" }, el("h2", {}, "Order, best first"), ...rows, told, declines.element);
}

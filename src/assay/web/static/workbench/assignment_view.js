// The record under review: prompt, responses, evidence. It shows them and takes no answer.

import { el, words } from "./dom.js";
import { marks } from "./diff.js";
import { hint } from "./keymap.js";
import { severityMark } from "./rail_scores.js";
import { paint, rangesOf, selected, slice } from "./spans.js";
import { Block } from "./text_view.js";
import { callView, folded, stepView } from "./work_view.js";
import { writingView } from "./writing.js";

/** @import { AttachmentView, CandidateView, ContentWarning, MessageView, Text, TextSpan } from "../wire.d.ts" */

export class AssignmentView {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Block[]} */
    this.blocks = [];
    this.comparing = false;
    this.veiled = Boolean(session.assignment.care?.blur);
    const { shown, form } = session;
    this.prompt = this.promptCard();
    /** @type {HTMLElement[]} */
    this.cards = shown.candidates.map((each, place) => this.candidateCard(each, place));
    this.evidence = shown.evidence.length ? this.evidenceCard() : null;
    // Who writes an answer has the evidence beside it, and never within it.
    const beside = form.writing === "demonstration" ? this.evidence : null;
    const parts = [...this.cards, form.writing ? writingView(session) : null, beside].filter((each) => each !== null);
    this.element = el(
      "div",
      {
        class: `work ${parts.length > 2 ? "many" : `n${parts.length}`}${session.letters ? " ranked" : ""}`,
        "data-parts": parts.length,
      },
      careLine(session.assignment.care, session),
      this.prompt,
      el("div", { class: "cards" }, ...parts),
      beside ? null : this.evidence,
    );
    if (this.evidence && form.writing) this.evidence.hidden = false;
    session.views.add(() => this.update());
  }

  /**
   * @param {Text} text
   * @param {string} name
   * @param {number | null} [candidate]
   */
  block(text, name, candidate = null) {
    const block = new Block(text, name, { candidate, veiled: this.veiled });
    this.blocks.push(block);
    return block;
  }

  promptCard() {
    const { shown } = this.session;
    const messages = shown.messages.map((each, place) =>
      this.message(
        each,
        `Prompt${shown.messages.length > 1 ? `, turn ${place + 1}` : ""}`,
        null,
        shown.messages.length > 1,
      ),
    );
    const more = [
      shown.tools.length
        ? el(
            "details",
            { class: "fold" },
            el("summary", {}, `Tools on offer (${shown.tools.length})`),
            el(
              "dl",
              { class: "tools" },
              ...shown.tools.flatMap((tool) => [
                el(
                  "dt",
                  {},
                  el("code", {}, tool.name),
                  tool.permission ? el("span", { class: "permission" }, tool.permission) : null,
                ),
                el(
                  "dd",
                  { dir: "auto" },
                  tool.description,
                  tool.parameters ? folded("parameters", tool.parameters, `Parameters of ${tool.name}`) : null,
                ),
              ]),
            ),
          )
        : null,
      shown.initial_state ? folded("State before the answer", shown.initial_state, "State before the answer") : null,
    ];
    return el(
      "section",
      { class: "card prompt scroll", tabindex: 0, role: "region", "aria-label": "Prompt" },
      el("span", { class: "corner" }, hint("prompt", this.session.letters)),
      ...messages,
      ...more,
    );
  }

  /**
   * @param {MessageView} message
   * @param {string} name
   * @param {number | null} candidate
   * @param {boolean} [who] whether the speaker is named
   */
  message(message, name, candidate, who = true) {
    const block = message.text?.raw ? this.block(message.text, name, candidate) : null;
    return el(
      "div",
      { class: `message ${message.role}` },
      who ? el("div", { class: "who" }, words(message.role)) : null,
      block?.outline(),
      block?.element,
      ...message.attachments.map((each, place) => this.attachment(each, `${name}, attachment ${place + 1}`)),
      ...(message.calls ?? []).map((call) => callView(call, this.session.shown.tools)),
    );
  }

  /**
   * @param {AttachmentView} attachment
   * @param {string} name
   */
  attachment(attachment, name) {
    const what = attachment.media_type ? `${attachment.media_type}, ${attachment.bytes} bytes` : "not held";
    const caption = `${name} (before character ${attachment.at}): ${what}`;
    if (!attachment.url) return el("p", { class: "attachment" }, `${caption}; not shown here`);
    const picture = el("img", { src: attachment.url, alt: caption, loading: "lazy" });
    if (!this.veiled) return el("figure", { class: "attachment" }, picture, el("figcaption", {}, caption));
    return el("details", { class: "fold attachment" }, el("summary", {}, `Covered: ${caption}`), picture);
  }

  /**
   * @param {CandidateView} candidate
   * @param {number} place
   */
  candidateCard(candidate, place) {
    const { session } = this;
    const name = candidate.letter;
    const block = candidate.text ? this.block(candidate.text, name, place) : null;
    const raw = el(
      "button",
      { type: "button", class: "small quiet", "aria-pressed": "false", onclick: () => this.setRaw(place) },
      "Raw ",
      hint("raw", session.letters),
    );
    const key = session.letters
      ? place < 6
        ? el("kbd", { "aria-hidden": "true" }, name.toLowerCase())
        : null
      : place < 2
        ? hint(place ? "second" : "first")
        : null;
    const body = el(
      "div",
      { class: "card-body scroll", tabindex: 0, role: "region", "aria-label": `Response ${name}` },
      block?.outline(),
      block?.element,
      ...(candidate.messages ?? []).map((each, turn) => this.message(each, `${name}, turn ${turn + 1}`, place)),
      candidate.work.length
        ? el(
            "ol",
            { class: "steps" },
            ...candidate.work.map((step) =>
              stepView(session, place, step, (text, title) => this.block(text, title, place)),
            ),
          )
        : null,
      candidate.state_after ? folded("State after the answer", candidate.state_after, "State after the answer") : null,
    );
    const card = el(
      "article",
      { class: "card candidate", "data-place": place },
      el(
        "header",
        { class: "card-head" },
        el("h2", {}, el("span", { class: "sr" }, "Response "), name),
        key,
        el("span", { class: "gap" }),
        this.veiled
          ? el(
              "button",
              { type: "button", class: "small quiet", onclick: () => this.uncover(place) },
              "Uncover ",
              hint("uncover", session.letters),
            )
          : null,
        raw,
      ),
      body,
    );
    body.addEventListener("focus", () => {
      if (session.focus !== place) {
        session.focus = place;
        session.refresh();
      }
    });
    session.views.add(() => {
      card.classList.toggle("focused", session.focus === place && session.count > 1);
      raw.setAttribute("aria-pressed", String(this.blocksOf(place).some((each) => each.raw)));
    });
    return card;
  }

  evidenceCard() {
    const { session } = this;
    const items = session.shown.evidence.map((each) => {
      const block = each.text ? this.block(each.text, `Evidence ${each.number + 1}`) : null;
      return el(
        "li",
        { class: "piece", "data-evidence": each.number },
        el(
          "div",
          { class: "who" },
          `[${each.number + 1}] ${words(each.kind)}`,
          each.candidate ? ` · for ${each.candidate}` : "",
          each.locator ? el("span", { class: "locator", dir: "auto" }, each.locator) : null,
        ),
        each.quote ? el("blockquote", { dir: "auto" }, each.quote) : null,
        block?.element,
      );
    });
    return el(
      "section",
      { class: "card evidence", hidden: true },
      el(
        "header",
        { class: "card-head" },
        el("h2", {}, `Evidence (${items.length})`),
        el("span", { class: "gap" }),
        el(
          "button",
          { type: "button", class: "small quiet", "data-run": "evidence" },
          "Close ",
          hint("evidence", session.letters),
        ),
      ),
      el(
        "div",
        { class: "card-body scroll", tabindex: 0, role: "region", "aria-label": "Evidence" },
        el("ol", {}, ...items),
      ),
    );
  }

  /** @param {number | null} place */
  blocksOf(place) {
    return this.blocks.filter((each) => each.candidate === place);
  }

  /** @param {number} place */
  setRaw(place) {
    const blocks = this.blocksOf(place);
    const raw = !blocks.some((each) => each.raw);
    for (const block of blocks) block.setRaw(raw);
    this.session.refresh();
    if (this.comparing) this.compare(true);
  }

  /**
   * Uncovers one paragraph: of the response in focus first, then wherever one is left.
   *
   * @param {number} place
   */
  uncover(place) {
    const order = [...this.blocksOf(null), ...this.blocksOf(place), ...this.blocks];
    const done = order.some((each) => each.uncover());
    if (done) this.session.refresh();
    return done;
  }

  /** Whether anything that was covered is in sight now. */
  get anyUncovered() {
    return this.veiled && this.blocks.some((each) => each.root().children.length > each.covered().length);
  }

  /** @param {number} place */
  focus(place) {
    const body = /** @type {HTMLElement | null} */ (this.cards[place]?.querySelector(".card-body"));
    body?.focus();
  }

  focusPrompt() {
    this.prompt.focus();
  }

  /** Evidence opens beneath the work; the responses make room for it. */
  toggleEvidence() {
    if (!this.evidence) return false;
    this.evidence.hidden = !this.evidence.hidden;
    if (!this.evidence.hidden) /** @type {HTMLElement} */ (this.evidence.querySelector(".card-body")).focus();
    return true;
  }

  /** @param {boolean} on marks what two responses share and what only one says */
  compare(on) {
    this.comparing = on;
    const { session } = this;
    const lit = {
      shared: /** @type {Range[]} */ ([]),
      unique: /** @type {Range[]} */ ([]),
      figure: /** @type {Range[]} */ ([]),
    };
    const left = session.count > 2 && session.focus > 0 ? session.focus : 0;
    const right = left === 0 ? 1 : 0;
    const [a, b] = [this.mainBlock(left), this.mainBlock(right)];
    if (on && a && b) {
      [a, b].forEach((block, side) => {
        const told = marks(a.text.raw, b.text.raw)[side];
        const ranges = (/** @type {[number, number][]} */ spans) =>
          spans.flatMap(([start, end]) => rangesOf(block.root(), start, end));
        lit.shared.push(...ranges(told.shared));
        lit.unique.push(...ranges(told.unique));
        lit.figure.push(...ranges(told.figures));
      });
    }
    for (const [name, ranges] of Object.entries(lit)) paint(name, "diff", ranges);
    return Boolean(a && b);
  }

  /** The response's own text, or its last message. @param {number} place */
  mainBlock(place) {
    const blocks = this.blocksOf(place);
    return this.session.shown.candidates[place]?.text ? blocks[0] : blocks.at(-1);
  }

  /** What the browser's own selection marks, as a span of raw text. */
  selection() {
    for (const block of this.blocks) {
      const span = selected(block.root());
      if (span) return this.spanOf(block, span);
    }
    return null;
  }

  /**
   * @param {Block} block
   * @param {{start: number, end: number}} span
   * @returns {TextSpan}
   */
  spanOf(block, { start, end }) {
    return { at: "span", pointer: block.text.pointer, start, end, quote: slice(block.text.raw, start, end) };
  }

  /** Paints the critiques where they point. */
  update() {
    if (!this.element.isConnected) return;
    for (const severity of this.session.form.severities) {
      const ranges = this.session.said.errors
        .filter((each) => (each.severity ?? "low") === severity)
        .flatMap(({ place }) => {
          if (place.at !== "span") return [];
          const block = this.blocks.find((each) => each.text.pointer === place.pointer);
          return block ? rangesOf(block.root(), place.start, place.end) : [];
        });
      paint(`error-${severity}`, "errors", ranges);
    }
  }
}

/**
 * How severe the content is, before the content.
 *
 * @param {ContentWarning | null} care
 * @param {import("./session.js").Session} session
 */
function careLine(care, session) {
  if (!care?.severity && !care?.harms?.length) return null;
  return el(
    "p",
    { class: "care" },
    care.severity ? severityMark(care.severity) : null,
    el("span", {}, (care.harms ?? []).map(words).join(", ")),
    el("span", { class: "gap" }),
    care.support ? el("span", { class: "faint" }, care.support) : null,
    el(
      "button",
      { type: "button", class: "small", "data-run": "exit" },
      "Leave, no penalty ",
      hint("exit", session.letters),
    ),
  );
}

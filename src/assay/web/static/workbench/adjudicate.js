// The desk of an adjudicator: one record with all judgments on it, in the workbench's own parts.

import { alarm, say } from "./announce.js";
import * as api from "./api.js";
import { AssignmentView } from "./assignment_view.js";
import { control } from "./controls.js";
import { el } from "./dom.js";
import * as keymap from "./keymap.js";
import { seniorRail } from "./rail_senior.js";
import { emptyScreen, gate, leftScreen } from "./screens.js";
import { Search } from "./search.js";
import { WordSelection } from "./select.js";
import { SeniorSession } from "./senior_session.js";

const UNREAD_MS = 400;
const TICK_S = 1;
const REPORT_S = 30;
const HEARTBEAT_S = 60;

export class DecisionDesk {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.handle = root.dataset.adjudication ?? "";
    /** @type {{session: SeniorSession, view: AssignmentView, rail: ReturnType<typeof seniorRail>} | null} */
    this.page = null;
    /** What Enter does where the record is not in view. @type {(() => void) | null} */
    this.onward = null;
    this.appeared = 0;
    this.sending = false;
    this.done = false;
    this.open_s = 0;
    this.beat_s = 0;
    this.clock = { paused: false, pause: () => {} };
    this.words = new WordSelection(say);
    this.search = new Search(() => this.page?.view.blocks ?? []);
    root.before(this.search.element);
    setInterval(() => this.tick(), TICK_S * 1000);
  }

  get session() {
    return this.page?.session ?? null;
  }

  get justAppeared() {
    return performance.now() - this.appeared < UNREAD_MS;
  }

  async start() {
    let found;
    try {
      found = await api.fetchDisputed(this.handle);
    } catch (error) {
      return this.screen(
        emptyScreen({ code: "problem", message: /** @type {Error} */ (error).message, until: null }),
        () => location.reload(),
      );
    }
    this.done = found.decided;
    const session = new SeniorSession(found);
    const causes = /** @type {HTMLTemplateElement} */ (
      document.querySelector("[data-causes]")
    ).content.querySelectorAll("option");
    this.page = { session, view: new AssignmentView(session), rail: seniorRail(session, [...causes], found.decided) };
    this.page.view.element.append(this.voices(session, found.decided));
    const { care } = found.assignment;
    if (!care) return this.present();
    this.appeared = performance.now();
    this.screen(gate(care, []), () => this.present());
  }

  /**
   * What people answered, with a way to begin from each of them.
   *
   * @param {SeniorSession} session
   * @param {boolean} done
   */
  voices(session, done) {
    const element = /** @type {HTMLElement} */ (document.querySelector("[data-voices]"));
    element.hidden = false;
    for (const voice of done ? [] : session.voices) {
      element.querySelector(`[data-voice="${voice.name}"]`)?.append(
        " ",
        el(
          "button",
          {
            type: "button",
            class: "small",
            "aria-label": `Begin with the answer of ${voice.name}`,
            onclick: () => session.takeOver(voice),
          },
          "Begin with it",
        ),
      );
    }
    return element;
  }

  /**
   * @param {HTMLElement} element
   * @param {(() => void) | null} onward
   */
  screen(element, onward) {
    this.onward = onward;
    this.root.className = "";
    keymap.reprint(element);
    this.root.replaceChildren(element);
    element.querySelector("button")?.focus({ preventScroll: true });
  }

  present() {
    const { page } = this;
    if (!page) return;
    const { view, rail, session } = page;
    this.onward = null;
    this.appeared = performance.now();
    keymap.reprint(view.element);
    keymap.reprint(rail.element);
    this.root.className = "at-work";
    this.root.replaceChildren(view.element, rail.element);
    session.refresh();
    for (const bar of document.querySelectorAll(".bar")) keymap.reprint(bar, session.letters);
    for (const place of document.querySelectorAll("[data-rubric]")) place.textContent = session.form.rubric;
    show("diff", session.count > 1);
    show("evidence", view.evidence !== null);
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  submit() {
    if (this.onward) return this.onward();
    if (this.done) return say("You have decided this record.");
    if (this.page && !this.sending) void this.send(this.page);
  }

  /** @param {NonNullable<DecisionDesk["page"]>} page */
  async send({ session, rail }) {
    session.refused = [];
    rail.showGaps();
    if (session.gaps.length) return alarm(session.gaps.map((each) => each.message).join(" "));
    this.sending = true;
    try {
      await api.decide(this.handle, session.body);
      this.report();
      location.assign("/adjudication");
    } catch (error) {
      // What was chosen stays as it is; the server's message is above the button.
      const problem = error instanceof api.Refused ? error.problem : {};
      const faults = problem.errors?.length
        ? problem.errors
        : [{ message: /** @type {Error} */ (error).message, hint: problem.hint, pointer: "" }];
      session.refused = faults.map((each) => ({
        code: "refused",
        pointer: each.pointer ?? "",
        message: each.message,
        hint: each.hint ?? "",
      }));
      session.refresh();
      alarm(session.refused.map((each) => each.message).join(" "));
    } finally {
      this.sending = false;
    }
  }

  undo() {
    say("A decision cannot be undone here; decide again by command.");
  }

  pause() {
    say("There is no time to pause here.");
  }

  /** @param {"skip" | "welfare" | "pause"} reason @param {string} note */
  async giveBack(reason, note) {
    this.report();
    const support = this.session?.assignment.care?.support ?? null;
    await api.release(this.handle, reason, note).catch(() => undefined);
    this.page = null;
    if (reason === "welfare") this.screen(leftScreen(support), () => location.assign("/adjudication"));
    else location.assign("/adjudication");
  }

  /** Counts how long severe content is uncovered, and renews the hold. */
  tick() {
    if (!this.page || this.onward || document.visibilityState !== "visible") return;
    if (this.page.view.anyUncovered) this.open_s += TICK_S;
    if (this.open_s >= REPORT_S) this.report();
    this.beat_s += TICK_S;
    if (this.beat_s < HEARTBEAT_S) return;
    this.beat_s = 0;
    void api.opened(this.handle).catch(() => undefined);
  }

  report() {
    const seconds = this.open_s;
    this.open_s = 0;
    if (seconds) void api.uncovered(this.handle, seconds).catch(() => undefined);
  }

  /** @param {string} text */
  tell(text) {
    alarm(text);
  }
}

/** @param {string} run @param {boolean} shown */
function show(run, shown) {
  const button = /** @type {HTMLElement | null} */ (document.querySelector(`.bar [data-run="${run}"]`));
  if (button) button.hidden = !shown;
}

const root = /** @type {HTMLElement} */ (document.getElementById("workbench"));
const desk = new DecisionDesk(root);
control(desk, root);

api
  .me()
  .then((me) => {
    keymap.load(me.keymap);
    keymap.reprint(document);
  })
  .catch(() => undefined)
  .finally(() => desk.start());

// The desk: which assignment is in view, what happens to its answer, and what comes next.

import { alarm, say, showState, stateOf } from "./announce.js";
import { fromAnswer } from "./answer.js";
import * as api from "./api.js";
import { Clock, duration } from "./clock.js";
import { el } from "./dom.js";
import { begunHere, Draft } from "./drafts.js";
import { reprint } from "./keymap.js";
import { Outbox } from "./outbox.js";
import { contradiction } from "./priority.js";
import { Queue } from "./queue.js";
import { rail } from "./rail.js";
import { emptyScreen, gate, leftScreen, pausedScreen, refusedDialog } from "./screens.js";
import { Search } from "./search.js";
import { WordSelection } from "./select.js";
import { Session } from "./session.js";
import { unpaintAll } from "./spans.js";
import { AssignmentView } from "./assignment_view.js";

/** @import { Answered, AssignmentView as Assignment, Exposed } from "../wire.d.ts" */
/** @import { Said } from "./answer.js" */

const HEARTBEAT_MS = 60_000;
const WARN_MS = 120_000;
const LOOK_AGAIN_MS = 60_000;
const REPORT_S = 30;
const REMEMBERED = 5;
const UNREAD_MS = 400;

/**
 * @typedef {{session: Session, view: AssignmentView, rail: ReturnType<typeof rail>, draft: Draft,
 *   found: Promise<import("./drafts.js").Found | null>}} Page
 */

export class Desk {
  /**
   * @param {HTMLElement} root
   */
  constructor(root) {
    this.root = root;
    /** @type {Page | null} */
    this.page = null;
    /** What Enter does where there is no assignment in view. @type {(() => void) | null} */
    this.onward = null;
    /** @type {Map<string, Page>} */
    this.ready = new Map();
    /** @type {{assignment: string, key: Promise<string>, page: Page}[]} */
    this.past = [];
    this.stored = 0;
    this.late = false;
    /** @type {"none" | "local" | "saving" | "saved" | "unreachable"} */
    this.draftState = "none";
    this.lease = { until: 0, beat: 0, warned: false };
    this.today = { judged: 0, active_ms: 0 };
    /** @type {Exposed[]} */
    this.exposure = [];
    this.open_s = 0;
    this.lookAgain = 0;
    /** When what is in view came into view, in milliseconds of the page. */
    this.appeared = 0;
    this.queue = new Queue(root.dataset.queue || null, (assignment) =>
      whenIdle(() => this.queue.holds(assignment) && this.prepare(assignment)),
    );
    this.outbox = new Outbox({
      changed: () => this.state(),
      stored: (answered) => this.onStored(answered),
      send: (letter) => this.send(letter),
    });
    this.clock = new Clock((ms) => this.tick(ms));
    this.words = new WordSelection(say);
    this.search = new Search(() => this.page?.view.blocks ?? []);
    root.before(this.search.element);
    setInterval(() => this.watch(), 1000);
  }

  get session() {
    return this.page?.session ?? null;
  }

  /** Whether what is in view has only just come: Enter was meant for what was there before. */
  get justAppeared() {
    return performance.now() - this.appeared < UNREAD_MS;
  }

  async start() {
    await this.outbox.load();
    const [begun] = await Promise.all([begunHere(), this.queue.fill(this.held())]);
    this.queue.bringForward(begun);
    this.next();
  }

  /**
   * Builds an assignment's page ahead of its time, out of sight and without starting its clock.
   *
   * @param {Assignment} assignment
   * @returns {Page}
   */
  prepare(assignment) {
    const known = this.ready.get(assignment.assignment);
    if (known) return known;
    const session = new Session(assignment);
    const draft = new Draft(
      assignment,
      (state) => {
        if (this.page?.draft === draft) {
          this.draftState = state;
          this.state();
        }
      },
      (merged, conflicts, taken) => this.adopt(page, merged, conflicts, taken),
    );
    /** @type {Page} */
    const page = { session, view: new AssignmentView(session), rail: rail(session), draft, found: draft.load() };
    if (assignment.answer) session.said = fromAnswer(assignment.answer);
    session.changed = () => draft.changed(session.said);
    page.found = page.found.then((found) => {
      if (found) session.said = { ...session.said, ...found.said };
      session.refresh();
      return found;
    });
    session.refresh();
    this.ready.set(assignment.assignment, page);
    return page;
  }

  /**
   * @param {Page} page
   * @param {Said} merged
   * @param {import("./drafts.js").Conflict[]} conflicts
   * @param {number} taken
   */
  adopt(page, merged, conflicts, taken) {
    page.session.said = merged;
    page.session.say(() => {});
    page.rail.ask.showMerge(conflicts, taken, () =>
      page.session.say((said) => {
        for (const { path, theirs } of conflicts) set(said, path, theirs);
      }),
    );
    say("This assignment was also worked at elsewhere; the two drafts were joined.");
  }

  /**
   * The next assignment that is ready, painted at once; the queue is filled behind it where it ran empty.
   * Otherwise the answer that was just given brings the next work when it leaves.
   *
   * @param {Promise<unknown>} [first] what the server must know before it is asked for more
   */
  next(first = Promise.resolve()) {
    const assignment = this.queue.next();
    if (assignment) this.show(this.prepare(assignment));
    else void this.wait(first);
    // What is asked for next must not delay what is painted now.
    void first.then(painted).then(() => {
      if (!this.queue.waiting.length) void this.queue.fill(this.held());
    });
  }

  /** Assignments that this page holds; a claim must not return them again. @returns {string[]} */
  held() {
    const underWay = this.outbox.letters.map((each) => each.assignment);
    return [...new Set([...(this.page ? [this.page.session.assignment.assignment] : []), ...underWay])];
  }

  /** @param {Promise<unknown>} first */
  async wait(first) {
    this.leave();
    await first;
    if (this.queue.filling)
      this.screen(el("section", { class: "empty" }, el("h2", {}, "Fetching your next assignment")), null);
    await this.queue.filling;
    if (!this.queue.waiting.length && !this.queue.none && !this.queue.unreachable) await this.queue.fill(this.held());
    const assignment = this.queue.next();
    if (assignment) return this.show(this.prepare(assignment));
    const none = this.queue.unreachable
      ? { code: "offline", message: "", until: null }
      : (this.queue.none ?? { code: "no-work", message: "", until: null });
    const again = async () => {
      clearTimeout(this.lookAgain);
      await this.queue.fill(this.held());
      if (!this.page) this.next();
    };
    this.screen(emptyScreen(none), again);
    clearTimeout(this.lookAgain);
    this.lookAgain = window.setTimeout(again, LOOK_AGAIN_MS);
  }

  /**
   * @param {HTMLElement} element
   * @param {(() => void) | null} onward
   */
  screen(element, onward) {
    this.onward = onward;
    this.clock.stop();
    this.root.className = "";
    reprint(element);
    this.root.replaceChildren(element);
    element.querySelector("button")?.focus({ preventScroll: true });
  }

  /** @param {Page} page */
  show(page) {
    this.leave();
    const { care } = page.session.assignment;
    if (care && !page.view.element.dataset.opened) {
      page.view.element.dataset.opened = "yes";
      this.page = page;
      this.appeared = performance.now();
      this.screen(gate(care, this.exposure), () => this.present(page));
      return;
    }
    this.present(page);
  }

  /** @param {Page} page */
  present(page) {
    this.page = page;
    this.onward = null;
    this.appeared = performance.now();
    this.draftState = "none";
    const { view, session } = page;
    reprint(view.element);
    reprint(page.rail.element);
    this.root.className = "at-work";
    this.root.replaceChildren(view.element, page.rail.element);
    session.refresh();
    for (const bar of document.querySelectorAll(".bar")) reprint(bar, session.letters);
    for (const place of document.querySelectorAll("[data-rubric]")) place.textContent = session.form.rubric;
    offer("diff", session.count > 1);
    offer("evidence", view.evidence !== null);
    document.getElementById("main")?.focus({ preventScroll: true });
    void painted().then(() => performance.mark("painted"));
    this.clock.start();
    this.state();
    say(`Next assignment: ${session.form.kind}, ${session.count} ${session.count === 1 ? "response" : "responses"}`);
    void page.found.then((found) => {
      if (found) page.rail.ask.showMerge(found.conflicts, found.taken, () => {});
      page.draft.wake();
    });
    this.lease = { until: Date.now() + session.assignment.lease_seconds * 1000, beat: 0, warned: false };
    void this.beat();
  }

  /** The assignment in view goes; what it was covered with is reported. */
  leave() {
    this.report();
    this.clock.stop();
    this.words.stop();
    this.search.close();
    unpaintAll();
    if (this.page) this.page.view.comparing = false;
    offer("diff", false);
    offer("evidence", false);
    this.page = null;
    // A draft that was being saved is no longer what the state line is about.
    this.draftState = "none";
    this.state();
    clearTimeout(this.lookAgain);
  }

  // Sending --------------------------------------------------------------------------------

  submit() {
    if (this.onward) return this.onward();
    const { page } = this;
    if (!page) return;
    performance.mark("enter");
    const { session } = page;
    const { gaps } = session;
    page.rail.ask.showGaps();
    if (gaps.length) return alarm(gaps.map((each) => each.message).join(" "));
    this.clock.count();
    const answer = session.answer;
    if (session.said.exception !== null && !contradiction(session.said, session.form, session.count, answer.verdict)) {
      session.said.exception = null;
    }
    const id = session.assignment.assignment;
    const letter = this.outbox.add(id, session.answer, session.said, page.draft.restricted);
    void letter.then(() => page.draft.close({ discard: true }));
    this.past = [...this.past.slice(-REMEMBERED + 1), { assignment: id, key: letter.then((each) => each.key), page }];
    this.ready.delete(id);
    this.next();
  }

  /**
   * @param {import("./outbox.js").Letter} letter
   * @returns {Promise<Answered>}
   */
  send({ assignment, key, answer }) {
    return this.queue.fillBy(this.held(), (claim) => api.judge(assignment, key, answer, { claim }));
  }

  /** @param {Answered} receipt */
  onStored(receipt) {
    this.stored += 1;
    this.late = receipt.late;
    if (receipt.revision <= 1) this.today.judged += 1;
    if (receipt.late) say("Stored late: the hold had ended, the answer is kept all the same.");
    this.state();
    void this.queue.fill(this.held());
    if (!this.page && !this.root.querySelector(".gate")) this.onward && this.queue.waiting.length && this.next();
  }

  /** Takes the last answer back; one that has arrived is opened again and revised. */
  async undo() {
    const last = this.past.pop();
    if (!last) return say("There is nothing to take back.");
    const letter = await this.outbox.take(await last.key);
    if (letter) {
      const page = this.rebuild(last.page.session.assignment, letter.said);
      this.away();
      this.show(page);
      return say("The last answer is back; it had not left.");
    }
    await this.reopen(last.assignment, null);
  }

  /**
   * @param {Assignment} assignment
   * @param {Said} said
   */
  rebuild(assignment, said) {
    this.ready.delete(assignment.assignment);
    const page = this.prepare({ ...assignment, draft: null });
    page.found = page.found.then(() => null);
    page.session.said = structuredClone(said);
    page.draft.changed(page.session.said);
    page.session.refresh();
    return page;
  }

  /** The assignment in view steps back and comes next. */
  away() {
    if (!this.page) return;
    const { assignment } = this.page.session.assignment;
    this.ready.set(assignment, this.page);
    this.queue.putBack(this.page.session.assignment);
  }

  /**
   * @param {string} id
   * @param {Said | null} said entries to go on from; those of the server where null
   */
  async reopen(id, said) {
    try {
      const assignment = await api.fetchAssignment(id);
      this.away();
      this.ready.delete(id);
      const page = this.prepare(assignment);
      if (said) page.session.said = { ...page.session.said, ...said };
      this.show(page);
      say("The answer is open again; sending it makes a new revision.");
    } catch (error) {
      this.tell(/** @type {Error} */ (error).message);
      if (!this.page) this.next();
    }
  }

  showRefused() {
    refusedDialog(
      this.outbox.refused,
      (letter) => void this.outbox.forget(letter).then(() => this.reopen(letter.assignment, letter.said)),
      (letter) => void this.outbox.forget(letter),
    );
  }

  // Leaving --------------------------------------------------------------------------------

  /**
   * @param {"skip" | "welfare" | "pause"} reason
   * @param {string} note
   */
  async giveBack(reason, note) {
    const { page } = this;
    if (!page) return;
    const id = page.session.assignment.assignment;
    this.ready.delete(id);
    void page.draft.close({ discard: reason !== "pause" });
    const told = api
      .release(id, reason, note)
      .catch((error) =>
        this.tell(
          error instanceof api.Refused
            ? `Not given back: ${error.message}. ${error.problem.hint ?? ""}`
            : `The assignment will return by itself when its hold ends: ${error.message}.`,
        ),
      );
    if (reason === "skip") {
      this.leave();
      this.next(told);
    } else {
      this.leave();
      this.screen(leftScreen(page.session.assignment.care?.support ?? null), () => this.next());
    }
    await told;
  }

  pause() {
    const { page } = this;
    if (!page) return;
    this.clock.pause(true);
    const until = new Date(this.lease.until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    this.screen(
      pausedScreen(
        `The assignment is held for you until ${until}. ` +
          "Afterwards your draft stays, and a late answer is stored all the same.",
      ),
      () => {
        this.clock.pause(false);
        this.present(page);
      },
    );
  }

  // Time -----------------------------------------------------------------------------------

  /** @param {number} ms */
  tick(ms) {
    const { page } = this;
    if (!page) return;
    page.session.said.active_ms += ms;
    this.today.active_ms += ms;
    if (page.view.anyUncovered) this.open_s += ms / 1000;
    if (this.open_s >= REPORT_S) this.report();
  }

  /** How long severe content was uncovered. */
  report() {
    const seconds = Math.round(this.open_s);
    this.open_s = 0;
    if (seconds && this.page)
      void api.uncovered(this.page.session.assignment.assignment, seconds).catch(() => undefined);
  }

  watch() {
    const clock = document.querySelector("[data-clock]");
    if (clock) {
      const here = this.page ? duration(this.page.session.said.active_ms) : "";
      clock.textContent = [here, `${this.today.judged} today`, this.clock.paused ? "paused" : ""]
        .filter(Boolean)
        .join(" · ");
    }
    if (!this.page || this.onward || this.page.session.assignment.revision) return;
    const left = this.lease.until - Date.now();
    if (this.clock.active && Date.now() - this.lease.beat > HEARTBEAT_MS) void this.beat();
    if (left > WARN_MS || this.lease.warned) return;
    this.lease.warned = true;
    this.tell(
      left > 0
        ? "The hold on this assignment ends in two minutes. Go on working and it is renewed."
        : "The hold on this assignment has ended. Your draft is kept; a late answer is stored all the same, " +
            "and marked late.",
    );
  }

  /** Starts the assignment's time, and renews its hold. */
  async beat() {
    const { page } = this;
    // An answer that is opened again for a revision has no hold to renew.
    if (!page || page.session.assignment.revision) return;
    this.lease.beat = Date.now();
    try {
      const { lease_seconds: seconds } = await api.opened(page.session.assignment.assignment);
      if (this.page === page) this.lease = { ...this.lease, until: Date.now() + seconds * 1000, warned: false };
    } catch (error) {
      if (error instanceof api.Refused && !error.passing && this.page === page) {
        this.tell(`${error.message}. Your draft is kept; a late answer is stored all the same, and marked late.`);
      }
    }
  }

  // Telling --------------------------------------------------------------------------------

  state() {
    const restricted = this.page?.draft.restricted ?? false;
    showState(stateOf(this.outbox, this.draftState, { restricted, stored: this.stored, late: this.late }), () =>
      this.showRefused(),
    );
  }

  /** @param {string} text shown and read out */
  tell(text) {
    document.querySelector(".toast")?.remove();
    /** @type {HTMLElement} */
    const toast = el(
      "div",
      { class: "toast" },
      el("span", {}, text),
      el("button", { type: "button", class: "small", onclick: () => toast.remove() }, "Close"),
    );
    this.root.before(toast);
    say(text);
  }
}

/**
 * Shows or hides a button of the bar, not pressed.
 *
 * @param {string} run
 * @param {boolean} shown
 */
function offer(run, shown) {
  const button = /** @type {HTMLElement | null} */ (document.querySelector(`.bar [data-run="${run}"]`));
  if (!button) return;
  button.hidden = !shown;
  if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", "false");
}

/** Resolved once the frame that is being made is on the screen. @returns {Promise<void>} */
function painted() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    requestAnimationFrame(() => port2.postMessage(null));
    // A page in the background paints nothing and must still go on.
    if (document.visibilityState !== "visible") port2.postMessage(null);
  });
}

/** @param {() => void} work */
function whenIdle(work) {
  // Not every browser has it.
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 2_000 });
  else setTimeout(work, 50);
}

/**
 * @param {any} object any: a path of names leads anywhere into the entries
 * @param {string[]} path
 * @param {unknown} value
 */
function set(object, path, value) {
  const last = path[path.length - 1];
  const inner = path
    .slice(0, -1)
    .reduce((at, key) => (Array.isArray(at) ? at.find((each) => each.id === key) : (at[key] ??= {})), object);
  if (inner) inner[last] = value;
}

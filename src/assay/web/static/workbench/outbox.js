// The outbox: answers leave in order, each once, and stay on this device until the server has them.

import * as api from "./api.js";
import * as store from "./store.js";

/** @import { Answered, Problem } from "../wire.d.ts" */
/** @import { OpenAnswer, Said } from "./answer.js" */

export const GRACE_MS = 10_000;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000];

/**
 * @typedef {{key: string, assignment: string, answer: OpenAnswer, said: Said, made: number, leaves: number,
 *   restricted: boolean, problem: (Partial<Problem> & {status: number, message: string}) | null}} Letter
 *
 * @typedef {{changed: () => void, stored: (answered: Answered) => void,
 *   send: (letter: Letter) => Promise<Answered>}} Desk what the outbox tells, and what sends a letter
 */

export class Outbox {
  /**
   * @param {Desk} told
   */
  constructor(told) {
    this.told = told;
    /** @type {Letter[]} */
    this.letters = [];
    this.offline = false;
    this.signedOut = false;
    /** The server is reached but cannot take answers now. */
    this.busy = false;
    this.sending = "";
    this.tries = 0;
    this.timer = 0;
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => {
      this.offline = true;
      told.changed();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.wake();
    });
    // An answer that is still held back leaves with the page; sent twice it is stored once.
    addEventListener("pagehide", () => {
      for (const letter of this.open)
        void api.judge(letter.assignment, letter.key, letter.answer, { keepalive: true }).catch(() => undefined);
    });
  }

  /** Letters that may still be sent. */
  get open() {
    return this.letters.filter((each) => !each.problem);
  }

  /** Letters that the server did not accept. */
  get refused() {
    return this.letters.filter((each) => each.problem);
  }

  /** Reads what an earlier visit left behind. */
  async load() {
    const kept = await store.all("outbox").catch(() => []);
    this.letters = [...kept, ...this.letters].sort((a, b) => a.made - b.made);
    this.told.changed();
    this.wake();
  }

  /**
   * Takes an answer. It is sent after the grace time, at once where nothing may be stored on this device.
   *
   * @param {string} assignment
   * @param {OpenAnswer} answer
   * @param {Said} said
   * @param {boolean} restricted
   * @returns {Promise<Letter>}
   */
  async add(assignment, answer, said, restricted) {
    const now = Date.now();
    const letter = {
      key: crypto.randomUUID(),
      assignment,
      answer,
      said: structuredClone(said),
      restricted,
      problem: null,
      made: Math.max(now, (this.letters.at(-1)?.made ?? 0) + 1),
      leaves: restricted ? now : now + GRACE_MS,
    };
    this.letters.push(letter);
    this.told.changed();
    if (!restricted)
      await store.put("outbox", letter).catch(() => {
        letter.leaves = now;
      });
    this.wake();
    return letter;
  }

  /**
   * Takes an answer back, where it has not left.
   *
   * @param {string} key
   * @returns {Promise<Letter | null>}
   */
  async take(key) {
    const letter = this.letters.find((each) => each.key === key);
    if (!letter || this.sending === key) return null;
    if (!letter.problem && letter.leaves <= Date.now()) return null;
    await this.forget(letter);
    return letter;
  }

  /** @param {Letter} letter */
  async forget(letter) {
    this.letters = this.letters.filter((each) => each !== letter);
    if (!letter.restricted) await store.drop("outbox", letter.key).catch(() => undefined);
    this.told.changed();
  }

  wake() {
    this.tries = 0;
    this.schedule(0);
  }

  /** @param {number} after_ms */
  schedule(after_ms) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.drain(), after_ms);
  }

  /** One tab at a time sends, so that the order holds. */
  async drain() {
    if (this.sending) return;
    if (!navigator.locks) return this.turn();
    await navigator.locks.request("assay-outbox", { ifAvailable: true }, (lock) =>
      lock ? this.turn() : this.schedule(RETRY_MS[1]),
    );
  }

  async turn() {
    for (;;) {
      const letter = this.open[0];
      if (!letter) return;
      const early = letter.leaves - Date.now();
      if (early > 0) return this.schedule(early);
      if (!(await this.send(letter))) return;
    }
  }

  /**
   * @param {Letter} letter
   * @returns {Promise<boolean>} whether the next one may follow
   */
  async send(letter) {
    this.sending = letter.key;
    this.told.changed();
    try {
      const answered = await this.told.send(letter);
      this.reached();
      this.sending = "";
      await this.forget(letter);
      this.told.stored(answered);
      return true;
    } catch (error) {
      this.sending = "";
      return await this.failed(letter, error);
    } finally {
      this.told.changed();
    }
  }

  reached() {
    this.offline = false;
    this.busy = false;
    this.signedOut = false;
    this.tries = 0;
  }

  /**
   * @param {Letter} letter
   * @param {unknown} error
   */
  async failed(letter, error) {
    const refused = error instanceof api.Refused;
    this.offline = !refused;
    this.busy = refused && error.passing;
    this.signedOut = refused && error.signedOut;
    if (refused && !error.signedOut && !error.passing) {
      letter.problem = { status: error.status, message: error.message, ...error.problem };
      if (!letter.restricted) await store.put("outbox", letter).catch(() => undefined);
      return true;
    }
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    this.schedule(wait);
    return false;
  }
}

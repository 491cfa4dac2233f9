// The assignments that are ready: two ahead, none of them started before it is shown.

import * as api from "./api.js";

/** @import { Answered, AssignmentView as Assignment, Claimed, Nothing } from "../wire.d.ts" */

const AHEAD = 2;
const SPARE_MS = 60_000;

export class Queue {
  /**
   * @param {string | null} queue only this queue, or all that the reviewer is qualified for
   * @param {(assignment: Assignment) => void} ready called for each assignment that has arrived
   */
  constructor(queue, ready) {
    this.queue = queue;
    this.ready = ready;
    /** @type {{assignment: Assignment, until: number}[]} */
    this.waiting = [];
    /** Why there is no more work, in the server's words. @type {Nothing | null} */
    this.none = null;
    this.unreachable = false;
    /** @type {Promise<void> | null} */
    this.filling = null;
  }

  /**
   * The next assignment, from those that are ready; null where none is.
   *
   * @returns {Assignment | null}
   */
  next() {
    const now = Date.now();
    this.waiting = this.waiting.filter((each) => each.until - SPARE_MS > now);
    return this.waiting.shift()?.assignment ?? null;
  }

  /** @param {Assignment} assignment */
  holds(assignment) {
    return this.waiting.some((each) => each.assignment === assignment);
  }

  /** @param {string[]} names assignments that come first, of those that are ready */
  bringForward(names) {
    const first = (/** @type {{assignment: Assignment}} */ each) => names.includes(each.assignment.assignment);
    this.waiting = [...this.waiting.filter(first), ...this.waiting.filter((each) => !first(each))];
  }

  /** @param {Assignment} assignment comes next, before those that are ready */
  putBack(assignment) {
    this.waiting.unshift({ assignment, until: Date.now() + assignment.lease_seconds * 1000 });
  }

  /**
   * Fetches until two are ready beyond the one in view.
   *
   * @param {string[]} others assignments that are in view or under way
   */
  fill(others) {
    this.filling ??= this.fetch(others).finally(() => {
      this.filling = null;
    });
    return this.filling;
  }

  /**
   * What a request for work names now; null where enough is ready, or is on its way.
   *
   * @param {string[]} others assignments that are in view or under way
   * @returns {import("./api.js").Claim | null}
   */
  claim(others) {
    const missing = AHEAD - this.waiting.length + (others.length ? 0 : 1);
    if (missing <= 0) return null;
    const held = [...others, ...this.waiting.map((each) => each.assignment.assignment)];
    return { queue: this.queue, held, count: Math.min(missing, AHEAD) };
  }

  /**
   * Takes work that has arrived.
   *
   * @param {Claimed} claimed
   * @param {string[]} held what the request named
   */
  accept(claimed, held) {
    this.unreachable = false;
    this.none = claimed.assignments.length ? null : claimed.none;
    for (const assignment of claimed.assignments) {
      if (held.includes(assignment.assignment)) continue;
      this.waiting.push({ assignment, until: Date.now() + assignment.lease_seconds * 1000 });
      this.ready(assignment);
    }
  }

  /**
   * Sends an answer that brings further work with it, where some is missing and none is on its way.
   *
   * @param {string[]} others assignments that are in view or under way
   * @param {(claim: import("./api.js").Claim | null) => Promise<Answered>} send
   * @returns {Promise<Answered>}
   */
  async fillBy(others, send) {
    const claim = this.filling ? null : this.claim(others);
    if (!claim) return send(null);
    // Two claims at once would be given the same work: what the page does not name yet is given again.
    const sent = send(claim);
    this.filling = sent
      .then(({ claimed }) => claimed && this.accept(claimed, claim.held), () => undefined)
      .then(() => {
        this.filling = null;
      });
    await this.filling;
    return sent;
  }

  /** @param {string[]} others */
  async fetch(others) {
    const claim = this.claim(others);
    if (!claim) return;
    try {
      this.accept(await api.claim(claim), claim.held);
    } catch (error) {
      this.unreachable = error instanceof api.Unreachable;
      if (!this.unreachable)
        this.none = { code: "problem", message: /** @type {Error} */ (error).message, until: null };
    }
  }
}

// Drafts: on this device at each change, on the server soon after; two versions are merged in sight.

import * as api from "./api.js";
import { nothingSaid } from "./answer.js";
import * as store from "./store.js";

/** @import { AssignmentView as Assignment } from "../wire.d.ts" */
/** @import { Said } from "./answer.js" */

const SERVER_AFTER_MS = 800;
const RETRY_MS = 5_000;

/** @typedef {{said: Said, conflicts: Conflict[], taken: number}} Found */
/** @typedef {{key: string, revision: number, base: Said | null, said: Said}} Kept a draft as this device stores it */
/** @typedef {{path: string[], mine: unknown, theirs: unknown}} Conflict */

/** @type {(value: unknown) => value is Record<string, unknown>} */
const plain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
/** @type {(value: unknown) => value is {id: string}[]} */
const listed = (value) => Array.isArray(value) && value.every((each) => plain(each) && each.id);
const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);
// A verdict, a score, a ruling and a label are one statement each; half of each side is neither.
const DEPTHS = /** @type {Record<string, number>} */ ({ verdict: 1, scores: 3, rulings: 3, steps: 3 });
const whole = (/** @type {string[]} */ path) => path.at(-1) === "place" || DEPTHS[path[0]] === path.length;
const byId = (/** @type {{id: string}[]} */ list) => Object.fromEntries(list.map((each) => [each.id, each]));

/**
 * Three versions made one: what only one side changed is taken from it; what both changed stays
 * as it is here and is named.
 *
 * @param {any} base what both began with; any: the three are walked by name, and all of them alike
 * @param {any} mine any: as above
 * @param {any} theirs any: as above
 * @param {string[]} [path]
 * @returns {{merged: any, conflicts: Conflict[], taken: number}} any: what is merged has the type of `mine`
 */
export function merge(base, mine, theirs, path = []) {
  if (same(mine, theirs) || same(base, theirs)) return { merged: mine, conflicts: [], taken: 0 };
  if (path.at(-1) === "active_ms") return { merged: Math.max(mine, theirs), conflicts: [], taken: 0 };
  if (listed(mine) && listed(theirs)) {
    const inner = merge(byId(listed(base) ? base : []), byId(mine), byId(theirs), path);
    return { ...inner, merged: Object.values(inner.merged) };
  }
  if (plain(mine) && plain(theirs) && !whole(path)) return mergeFields(plain(base) ? base : {}, mine, theirs, path);
  if (same(base, mine)) return { merged: theirs, conflicts: [], taken: 1 };
  return { merged: mine, conflicts: [{ path, mine, theirs }], taken: 0 };
}

/**
 * @param {Record<string, unknown>} base
 * @param {Record<string, unknown>} mine
 * @param {Record<string, unknown>} theirs
 * @param {string[]} path
 */
function mergeFields(base, mine, theirs, path) {
  /** @type {Record<string, unknown>} */
  const merged = {};
  /** @type {Conflict[]} */
  const conflicts = [];
  let taken = 0;
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const inner = merge(base[key], mine[key], theirs[key], [...path, key]);
    if (inner.merged !== undefined) merged[key] = inner.merged;
    conflicts.push(...inner.conflicts);
    taken += inner.taken;
  }
  return { merged, conflicts, taken };
}

/** Assignments that were begun on this device. @returns {Promise<string[]>} */
export async function begunHere() {
  const rows = await store.all("drafts").catch(() => []);
  return rows.map((each) => each.key);
}

/**
 * The entries as the server stores them for this page.
 *
 * @param {unknown} answer
 * @returns {Said | null}
 */
const saidIn = (answer) => (plain(answer) ? { ...nothingSaid(), ...answer } : null);

/** The draft of one assignment. */
export class Draft {
  /**
   * @param {Assignment} assignment
   * @param {(state: "local" | "saving" | "saved" | "unreachable") => void} told
   * @param {(merged: Said, conflicts: Conflict[], taken: number) => void} onMerge
   */
  constructor(assignment, told, onMerge) {
    this.assignment = assignment.assignment;
    this.restricted = Boolean(assignment.care?.severity);
    this.revision = assignment.draft?.revision ?? 0;
    /** @type {Said | null} */
    this.base = saidIn(assignment.draft?.answer);
    this.told = told;
    this.onMerge = onMerge;
    this.said = this.base;
    this.timer = 0;
    this.sending = false;
    this.closed = false;
    this.writes = Promise.resolve();
  }

  /**
   * The entries when this assignment was last left, from this device and from the server.
   *
   * @returns {Promise<Found | null>}
   */
  async load() {
    const here = this.restricted ? null : await store.get("drafts", this.assignment).catch(() => null);
    if (!here) return this.base && { said: this.base, conflicts: [], taken: 0 };
    if (!this.base || this.revision <= here.revision) {
      this.revision = here.revision;
      this.base = here.base;
      this.said = here.said;
      return { said: here.said, conflicts: [], taken: 0 };
    }
    const { merged, conflicts, taken } = merge(here.base ?? nothingSaid(), here.said, this.base);
    this.said = merged;
    return { said: merged, conflicts, taken };
  }

  /** The assignment is shown: what an earlier visit could not send goes now. */
  wake() {
    if (this.said && !same(this.base, this.said)) this.schedule(SERVER_AFTER_MS);
  }

  /** @param {Said} said */
  changed(said) {
    this.said = structuredClone(said);
    this.told("local");
    this.keep();
    this.schedule(SERVER_AFTER_MS);
  }

  /** Writes what stands now to this device, after the writes before it. */
  keep() {
    if (this.restricted || this.closed || !this.said) return;
    const value = { key: this.assignment, revision: this.revision, base: this.base, said: this.said };
    this.writes = this.writes
      .then(() => (this.closed ? undefined : store.put("drafts", value)))
      .then(
        () => undefined,
        () => undefined,
      );
  }

  /** @param {number} after_ms */
  schedule(after_ms) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), after_ms);
  }

  async send() {
    if (this.closed) return;
    if (this.sending) return this.schedule(SERVER_AFTER_MS);
    const sent = this.said;
    if (!sent) return;
    this.sending = true;
    this.told("saving");
    try {
      const { revision } = await api.putDraft(this.assignment, this.revision, sent);
      this.settle(revision, sent);
      if (!this.closed) this.told(this.said === sent ? "saved" : "local");
    } catch (error) {
      this.failed(error);
    } finally {
      this.sending = false;
    }
  }

  /**
   * @param {number} revision
   * @param {Said} base
   */
  settle(revision, base) {
    this.revision = revision;
    this.base = base;
    this.keep();
  }

  /** @param {unknown} error */
  failed(error) {
    if (this.closed) return;
    if (error instanceof api.Refused && error.status === 409 && error.problem.answer) {
      const theirs = saidIn(error.problem.answer) ?? nothingSaid();
      const { merged, conflicts, taken } = merge(this.base ?? nothingSaid(), this.said, theirs);
      this.settle(error.problem.revision ?? this.revision, theirs);
      this.onMerge(merged, conflicts, taken);
      return;
    }
    this.told(error instanceof api.Unreachable ? "unreachable" : "local");
    if (error instanceof api.Unreachable || (error instanceof api.Refused && error.passing)) this.schedule(RETRY_MS);
  }

  /** The assignment is left; nothing more is sent. A discarded draft is deleted. */
  async close({ discard = false } = {}) {
    this.closed = true;
    clearTimeout(this.timer);
    await this.writes;
    if (discard) await store.drop("drafts", this.assignment).catch(() => undefined);
  }
}

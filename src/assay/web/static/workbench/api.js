// The desk's REST API: one function for each call, one error class for each kind of failure.

/** @import { Answered, AssignmentView as Assignment, Claimed, MyDesk, NewDecision, NewerDraft } from "../wire.d.ts" */
/** @import { Opened, OpenedGap, Problem, ReturnRequest, SavedDraft, SeniorView } from "../wire.d.ts" */
/** @import { Shortcuts } from "../wire.d.ts" */
/** @import { OpenAnswer, Said } from "./answer.js" */

const ROOT = "/api/v1/review";
const SENIOR = "/api/v1/adjudication";

/** The server answered, and refused. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {Partial<Problem> & Partial<NewerDraft> | null} problem the body, RFC 9457
   */
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `the server answered ${status}`);
    this.status = status;
    this.problem = problem ?? {};
  }

  /** Whether the same request may succeed later, unchanged. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** Whether the reviewer is no longer signed in. */
  get signedOut() {
    return this.status === 401;
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

const csrf = () => document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";

/**
 * @param {string} method
 * @param {string} path below the root; or one that begins with another root
 * @param {unknown} [body]
 * @param {{headers?: Record<string, string>, keepalive?: boolean}} [options]
 * @returns {Promise<any>} any: the functions below say what each body is
 */
async function ask(method, path, body, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", ...options.headers };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path.startsWith(SENIOR) ? path : ROOT + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive: options.keepalive ?? false,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
    });
  } catch {
    throw new Unreachable("the server cannot be reached");
  }
  const text = await response.text();
  const told = text && /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : null;
  if (!response.ok) throw new Refused(response.status, told);
  return told;
}

const of = (/** @type {string} */ assignment) => `/assignments/${encodeURIComponent(assignment)}`;

/** @typedef {{queue: string | null, held: string[], count: number}} Claim what work is wanted */

/**
 * @param {Claim} wanted
 * @returns {Promise<Claimed>}
 */
export const claim = (wanted) => ask("POST", "/claims", wanted);

/**
 * @param {string} assignment
 * @returns {Promise<Assignment>}
 */
export const fetchAssignment = (assignment) => ask("GET", of(assignment));

/**
 * @param {string} assignment
 * @returns {Promise<Opened>}
 */
export const opened = (assignment) => ask("POST", `${of(assignment)}/opened`);

/**
 * @param {string} assignment
 * @param {number} revision
 * @param {Said} answer
 * @returns {Promise<SavedDraft>}
 */
export const putDraft = (assignment, revision, answer) => ask("PUT", `${of(assignment)}/draft`, { revision, answer });

/** @param {Claim | null} claim */
const queryOf = (claim) => {
  if (!claim) return "";
  const query = new URLSearchParams({ claim: String(claim.count) });
  if (claim.queue) query.set("queue", claim.queue);
  for (const each of claim.held) query.append("held", each);
  return `?${query}`;
};

/**
 * @param {string} assignment
 * @param {string} key
 * @param {OpenAnswer} answer
 * @param {{claim?: Claim | null, keepalive?: boolean}} [options] claim: further work that comes with the receipt
 * @returns {Promise<Answered>}
 */
export const judge = (assignment, key, answer, { claim = null, keepalive = false } = {}) => {
  const headers = { "Idempotency-Key": key };
  return ask("POST", `${of(assignment)}/judgment${queryOf(claim)}`, answer, { headers, keepalive });
};

/**
 * @param {string} assignment
 * @param {ReturnRequest["reason"]} reason
 * @param {string} note
 * @returns {Promise<null>}
 */
export const release = (assignment, reason, note) =>
  ask("POST", `${of(assignment)}/release`, note ? { reason, note } : { reason });

/**
 * @param {string} assignment
 * @param {string | null} dimension
 * @param {string} text
 * @returns {Promise<OpenedGap>}
 */
export const gap = (assignment, dimension, text) => ask("POST", `${of(assignment)}/gap`, { dimension, text });

/**
 * @param {string} assignment
 * @param {number} seconds
 * @returns {Promise<null>}
 */
export const uncovered = (assignment, seconds) =>
  ask("POST", `${of(assignment)}/uncovered`, { seconds }, { keepalive: true });

/**
 * @param {string} handle a record that an adjudicator has taken
 * @returns {Promise<SeniorView>}
 */
export const fetchDisputed = (handle) => ask("GET", `${SENIOR}/${encodeURIComponent(handle)}`);

/**
 * @param {string} handle
 * @param {NewDecision} decision
 * @returns {Promise<unknown>}
 */
export const decide = (handle, decision) => ask("POST", `${SENIOR}/${encodeURIComponent(handle)}/decision`, decision);

/** @returns {Promise<MyDesk>} */
export const me = () => ask("GET", "/me");

/**
 * @param {Shortcuts | null} keymap
 * @returns {Promise<null>}
 */
export const putKeymap = (keymap) => ask("PUT", "/keymap", { keymap });

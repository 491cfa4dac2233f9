// The server's side of the desk: one function for each call, one type for each way of failing.

const ROOT = "/api/v1/review";
const SENIOR = "/api/v1/adjudication";

/** The server answered, and refused. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} problem the body, RFC 9457
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
 * @param {any} [body]
 * @param {{headers?: Record<string, string>, keepalive?: boolean}} [options]
 * @returns {Promise<any>}
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

/** @param {string | null} queue @param {string[]} held @param {number} count */
export const claim = (queue, held, count) => ask("POST", "/claims", { queue, count, held });
/** @param {string} assignment */
export const fetchAssignment = (assignment) => ask("GET", of(assignment));
/** @param {string} assignment */
export const opened = (assignment) => ask("POST", `${of(assignment)}/opened`);
/** @param {string} assignment @param {number} revision @param {any} answer */
export const putDraft = (assignment, revision, answer) => ask("PUT", `${of(assignment)}/draft`, { revision, answer });
/** @param {string} assignment @param {string} key @param {any} answer @param {boolean} keepalive */
export const judge = (assignment, key, answer, keepalive = false) =>
  ask("POST", `${of(assignment)}/judgment`, answer, { headers: { "Idempotency-Key": key }, keepalive });
/** @param {string} assignment @param {"skip" | "welfare" | "pause"} reason @param {string} note */
export const release = (assignment, reason, note) =>
  ask("POST", `${of(assignment)}/release`, note ? { reason, note } : { reason });
/** @param {string} assignment @param {string | null} dimension @param {string} text */
export const gap = (assignment, dimension, text) => ask("POST", `${of(assignment)}/gap`, { dimension, text });
/** @param {string} assignment @param {number} seconds */
export const uncovered = (assignment, seconds) =>
  ask("POST", `${of(assignment)}/uncovered`, { seconds }, { keepalive: true });
/** @param {string} handle a record that an adjudicator has taken */
export const fetchDisputed = (handle) => ask("GET", `${SENIOR}/${encodeURIComponent(handle)}`);
/** @param {string} handle @param {any} decision */
export const decide = (handle, decision) => ask("POST", `${SENIOR}/${encodeURIComponent(handle)}/decision`, decision);
export const me = () => ask("GET", "/me");
/** @param {any} keymap */
export const putKeymap = (keymap) => ask("PUT", "/keymap", { keymap });

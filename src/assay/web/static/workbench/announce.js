// The status line, which reports only what has happened, and messages for screen readers.

/** @param {string} name */
const at = (name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-${name}]`));

/** @param {string} text read out once, when the reader is idle */
export function say(text) {
  const place = at("said");
  if (place) place.textContent = text;
}

/** @param {string} text read out at once */
export function alarm(text) {
  const place = at("alarm");
  if (place) place.textContent = text;
}

/**
 * @param {import("./outbox.js").Outbox} outbox
 * @param {"none" | "local" | "saving" | "saved" | "unreachable"} draft
 * @param {{restricted: boolean, stored: number, late: boolean}} more
 * @returns {{kind: string, text: string}}
 */
export function stateOf(outbox, draft, { restricted, stored, late }) {
  const refused = outbox.refused.length;
  const waiting = outbox.open.length;
  if (refused) return { kind: "refused", text: `${refused} not accepted` };
  if (outbox.signedOut) return { kind: "refused", text: `signed out, ${waiting} waiting` };
  if (outbox.offline || draft === "unreachable") return { kind: "offline", text: `offline, ${waiting} waiting` };
  if (outbox.busy && waiting) return { kind: "offline", text: `not sent yet, ${waiting} waiting` };
  if (outbox.sending || draft === "saving") return { kind: "saving", text: "saving" };
  if (waiting) return { kind: "saving", text: `saving: ${waiting} held for undo` };
  if (draft === "local") return { kind: "local", text: restricted ? "draft not saved yet" : "draft on this device" };
  if (draft === "saved") return { kind: "saved", text: "draft saved" };
  if (!stored) return { kind: "none", text: "" };
  return { kind: "saved", text: late ? "all saved, the last one stored late" : "all saved" };
}

/** @param {{kind: string, text: string}} state @param {() => void} open shows what was not accepted */
export function showState(state, open) {
  const place = at("state");
  if (!place || place.dataset.text === state.text) return;
  place.dataset.text = state.text;
  place.dataset.kind = state.kind;
  if (state.kind !== "refused") return void place.replaceChildren(state.text);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = state.text;
  button.addEventListener("click", open);
  place.replaceChildren(button);
}

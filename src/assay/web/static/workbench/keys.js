// Keys reach commands here; the `?` dialog shows them and lets the reviewer change them.

import { el } from "./dom.js";
import * as keymap from "./keymap.js";

const NOT_TYPED = new Set(["radio", "checkbox", "button", "submit"]);

/** @param {EventTarget | null} target */
export function typing(target) {
  if (target instanceof HTMLInputElement) return !NOT_TYPED.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** @param {EventTarget | null} target a control that Enter operates itself */
const operated = (target) => target instanceof Element && Boolean(target.closest("button, a[href], summary"));

/** @param {EventTarget | null} target where Enter submits or goes on, and does nothing else */
const sends = (target) =>
  !typing(target) && (!operated(target) || (target instanceof Element && Boolean(target.closest("[data-run]"))));

/** @param {string} name */
const isEnter = (name) => name === "Enter" || name === "Ctrl+Enter";

/**
 * @typedef {object} Handlers
 * @property {() => string} mode
 * @property {() => number} letters lettered candidates of the assignment in view
 * @property {(id: string) => void} run
 * @property {(family: string, digit: number) => void} digit
 * @property {(place: number) => void} candidate
 * @property {(event: KeyboardEvent) => boolean} before whether a mode took the key itself
 * @property {() => void} escape
 * @property {() => boolean} unread whether what is in view has only just come
 */

/** @param {Handlers} handlers */
export function listen(handlers) {
  let armed = false;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const name = keymap.nameOf(event);
    if (name === null) return;
    const taken = () => event.preventDefault();
    if (isEnter(name) && handlers.mode() === "desk" && sends(event.target) && (event.repeat || handlers.unread()))
      return taken();
    if (name === "Ctrl+Enter") return (taken(), handlers.run(handlers.mode() === "critique" ? "c-done" : "submit"));
    if (name === "Escape") return handlers.escape();
    if (typing(event.target) || (event.target instanceof Element && event.target.closest(".menu[open]"))) return;
    if (handlers.before(event)) return taken();
    if (name === "Enter" && operated(event.target)) return;
    if (!keymap.areOn() && name !== "Enter") return;
    const digit = keymap.digitOf(armed && /^\d$/.test(name) ? keymap.prefixOf("score") + name : name);
    armed = false;
    if (digit) return (taken(), handlers.digit(digit.family, digit.digit));
    const place = "abcdef".indexOf(name);
    const mode = handlers.mode();
    if (mode === "desk" && name.length === 1 && place >= 0 && place < handlers.letters())
      return (taken(), handlers.candidate(place));
    const command = keymap.commandOf(name, mode, handlers.letters());
    if (command === "lead") return (taken(), void (armed = true));
    if (command) return (taken(), handlers.run(command));
  });
}

/**
 * @param {() => void} changed called after each change, to store and to print the keys again
 * @returns {HTMLDialogElement}
 */
export function keysDialog(changed) {
  const list = el("div", { class: "key-groups" });
  const off = switchOff(changed);
  /** @type {HTMLDialogElement} */
  const dialog = el(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title" },
    el(
      "div",
      { class: "dialog-head" },
      el("h2", { id: "keys-title" }, "Keys"),
      el("button", { type: "button", onclick: () => dialog.close() }, "Close ", el("kbd", {}, "Esc")),
    ),
    off.element,
    el(
      "p",
      { class: "faint" },
      "Keys never act while you type in a field; there Ctrl+Enter submits and Esc leaves the field. " +
        "Press a key's button, then the new key.",
    ),
    list,
    el(
      "p",
      {},
      el(
        "button",
        {
          type: "button",
          onclick: () => {
            keymap.reset();
            refresh();
          },
        },
        "Back to the keys as they came",
      ),
    ),
  );
  const refresh = () => {
    list.replaceChildren(...groups(refresh));
    changed();
  };
  dialog.addEventListener("beforetoggle", () => {
    // The server's word on the keys came after this dialog was made.
    off.show();
    list.replaceChildren(...groups(refresh));
  });
  list.replaceChildren(...groups(refresh));
  return dialog;
}

/** @param {() => void} changed */
function switchOff(changed) {
  const box = el("input", { type: "checkbox" });
  const show = () => {
    box.checked = !keymap.areOn();
  };
  box.addEventListener("change", () => {
    keymap.turn(!box.checked);
    changed();
  });
  show();
  return {
    element: el(
      "label",
      { class: "check" },
      box,
      el("span", {}, "Switch the single keys off (Enter, Ctrl+Enter and Esc stay)"),
    ),
    show,
  };
}

/** @param {() => void} refresh */
function groups(refresh) {
  const names = [...new Set(keymap.COMMANDS.map((each) => each.group))];
  return [
    familyGroup(refresh),
    ...names.map((name) =>
      el(
        "section",
        {},
        el("h3", {}, name),
        el(
          "dl",
          {},
          ...keymap.COMMANDS.filter((each) => each.group === name).flatMap((each) => [
            el("dt", {}, rebinder(each, refresh)),
            el("dd", {}, each.label),
          ]),
        ),
      ),
    ),
  ];
}

/**
 * @param {import("./keymap.js").Command} command
 * @param {() => void} refresh
 */
function rebinder(command, refresh) {
  const button = el(
    "button",
    {
      type: "button",
      class: "small",
      "data-rebind": command.id,
      "aria-label": `${command.label}: ${keymap.keyOf(command.id)}. Change`,
    },
    el("kbd", {}, keymap.keyOf(command.id)),
  );
  button.addEventListener("click", () => {
    button.replaceChildren("press…");
    button.addEventListener(
      "keydown",
      (/** @type {KeyboardEvent} */ event) => {
        if (["Shift", "Control", "Alt", "Tab"].includes(event.key)) return;
        event.preventDefault();
        event.stopPropagation();
        const name = keymap.nameOf(event);
        if (name && name !== "Escape" && !keymap.digitOf(name)) keymap.rebind(command.id, name);
        refresh();
        // The buttons are new; the focus stays at the same command.
        /** @type {HTMLElement | null} */ (document.querySelector(`[data-rebind="${command.id}"]`))?.focus();
      },
      { once: true },
    );
  });
  return button;
}

/** @param {() => void} refresh */
function familyGroup(refresh) {
  const rows = /** @type {import("./keymap.js").Family[]} */ (Object.keys(keymap.FAMILY_LABELS)).flatMap((family) => {
    const select = el(
      "select",
      { "aria-label": keymap.FAMILY_LABELS[family] },
      ...[
        ["", "digit"],
        ["Alt+", "Alt + digit"],
        ["Shift+", "Shift + digit"],
      ].map(([value, text]) => el("option", { value }, text)),
    );
    select.value = keymap.prefixOf(family);
    select.addEventListener("change", () => {
      keymap.regroup(family, /** @type {keymap.Held} */ (select.value));
      refresh();
    });
    return [el("dt", {}, select), el("dd", {}, keymap.FAMILY_LABELS[family])];
  });
  return el("section", {}, el("h3", {}, "Digits"), el("dl", { class: "families" }, ...rows));
}

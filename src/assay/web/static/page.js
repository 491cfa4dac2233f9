// What every page does by script: the theme, and clearing this device at sign-out.

import { waiting, wipe } from "./workbench/store.js";

const THEMES = ["auto", "light", "dark"];
const YEAR_SECONDS = 31_536_000;

/** @param {string} theme */
function paint(theme) {
  document.documentElement.dataset.theme = theme;
  const name = document.querySelector("[data-theme-name]");
  if (name) name.textContent = `Theme: ${theme === "auto" ? "as the system" : theme}`;
}

/** The theme that the reader chose before: the server's word, or the cookie's. */
function stored() {
  const cookie = document.cookie.match(/(?:^|; )assay_theme=(auto|light|dark)/);
  return cookie ? cookie[1] : document.documentElement.dataset.theme || "auto";
}

/** @param {HTMLFormElement} form */
async function leave(form) {
  const unsent = await waiting().catch(() => 0);
  const warning =
    `${unsent} answer(s) on this device have not reached the server. ` +
    "Logging out deletes them. Log out all the same?";
  if (unsent && !window.confirm(warning)) return;
  await wipe().catch(() => undefined);
  form.submit();
}

paint(stored());
document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const now = document.documentElement.dataset.theme || "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  document.cookie = `assay_theme=${next}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  paint(next);
});
for (const form of document.querySelectorAll("form[data-signout]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void leave(/** @type {HTMLFormElement} */ (form));
  });
}
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key !== "Escape") return;
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });
}

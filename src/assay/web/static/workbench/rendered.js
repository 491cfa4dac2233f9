// The one place where HTML from the server becomes part of the page.

/** @typedef {{createHTML: (html: string) => string}} Policy the part of Trusted Types that is used here */

/** Not every browser has Trusted Types. @type {{createPolicy: (name: string, rules: Policy) => Policy} | undefined} */
const factory =
  "trustedTypes" in window ? /** @type {any} the library of types lacks it */ (window.trustedTypes) : undefined;

const policy = factory?.createPolicy("assay-rendered", {
  // The server has rendered and sanitised it (allow-list, no images, no scripts); the Content
  // Security Policy stands behind it.
  createHTML: (/** @type {string} */ html) => html,
});

/**
 * Puts server-rendered, already sanitised HTML into an element.
 *
 * @param {Element} element
 * @param {string} html `html` or `raw_html` of a Text, and nothing else
 */
export function putRendered(element, html) {
  element.innerHTML = policy ? policy.createHTML(html) : html;
}

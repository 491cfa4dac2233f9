// The one place where HTML from the server becomes part of the page.

const policy = window.trustedTypes?.createPolicy("assay-rendered", {
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
  element.innerHTML = /** @type {any} */ (policy ? policy.createHTML(html) : html);
}

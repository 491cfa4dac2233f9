"""The second interface: the reviewer's desk in a browser.

Comes in: requests of people who are signed in, and texts that models wrote. Goes out: pages, and
HTML in which such a text can be read. Always holds: a text is material and never page; what it
shows, hides or names is shown as it is; every visible word knows its place in the raw text.
Beside it: `cli`.
"""

from assay.core.errors import missing_extra

try:
    import litestar  # noqa: F401  a page is nothing without it
except ImportError as error:
    raise missing_extra("desk", "the desk in the browser") from error

"""Evidence: what supports or refutes an answer, typed and located."""

from typing import Literal

from assay.core.fact import Value
from assay.records.fields import Index, Name, Pointer

EvidenceKind = Literal[
    "source", "citation", "calculation", "test", "tool_trace", "state", "expert_check"
]


class TextSpan(Value, tag_field="at", tag="span"):
    """A stretch of raw text: offsets count code points, and the quote must match them."""

    pointer: Pointer
    """The text's place in the record, such as `/candidates/0/content`."""
    start: Index
    """First code point, from 0."""
    end: Index
    """One past the last code point."""
    quote: str
    """The text between the offsets."""


class Evidence(Value):
    """One piece of evidence."""

    kind: EvidenceKind
    """What sort of support it is, such as a source, a test or a tool trace."""
    locator: str | None = None
    """Where it is to be found: a URL, a title with page, a file name."""
    text: str | None = None
    """Its content, where we hold it."""
    quote: str | None = None
    """The passage that counts, in the evidence's own words."""
    digest: str | None = None
    """`sha256:...` of the content, where it is held elsewhere."""
    missing: str | None = None
    """Why the content is not here, where it ought to be."""
    candidate: Index | None = None
    """The candidate that it bears on; the whole record where absent."""
    step: Index | None = None
    """The step of that candidate's work that it bears on."""
    dimensions: tuple[Name, ...] = ()
    """Dimensions that it bears on."""

"""Citations: a source that a candidate names is one that the record holds, or it is not there."""

from collections.abc import Iterator
from typing import NamedTuple

from assay.records.evidence import Evidence, TextSpan
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.cited import CitationMarker as Marker
from assay.verification.cited import citations_in, is_listed, listed_sources
from assay.verification.verification import Fail, Pass, Uncarried
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, texts_of

MAX_CITATIONS = 1000
"""Citations of one candidate that are looked for; with more, the verdict is `uncarried`."""

MAX_SHOWN = 50
"""Citations that are in the verification's evidence, those at fault first; all are counted."""

_MEANING = "whether the record names the source, not whether it supports a claim"


class CheckedCitation(NamedTuple):
    """One citation, and whether its source is there."""

    span: TextSpan
    """The marker and its place in the record."""
    step: int | None
    """The step of work that it is in; None in the response itself."""
    located: bool
    """Whether the record names that source."""

    @property
    def description(self) -> str:
        """The result and the marker, in words."""
        return f"{'located' if self.located else 'absent'}: {self.span.quote[:200]!r}"


class CitationVerifier(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every source that a candidate cites is looked for among the locators of the evidence."""

    name = "citation"
    version = "2"
    summary = "Every cited source is one that the record's evidence names: located or absent; never whether it supports a claim"
    covers = "whether cited sources are among the record's, not whether these support a claim"
    limits = (
        "A located source need not support the claim that it is cited for: that is judged.",
        "Read are `[1]`, `(Smith 2020)`, `Smith (2020)`, web addresses and `source: ...`; other forms are not seen.",
        "A year with a surname counts as located where one locator has both.",
        "Web addresses are compared, never fetched.",
    )

    in_order: bool = False
    """Whether `[n]` counts the record's sources from 1; a number must be in a locator else."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Look for every citation of the candidate."""
        markers = list(self._markers(record, candidate))
        if not markers:
            return NothingToVerify(reason="nothing is cited")
        if len(markers) > MAX_CITATIONS:
            return Found(verdict=Uncarried(reason=f"more than {MAX_CITATIONS} citations"))
        locators = [
            piece.locator
            for piece in record.evidence
            if piece.locator and piece.candidate in {None, candidate}
        ]
        if not locators:
            return NothingToVerify(reason="the record names no source")
        sources = listed_sources(locators)
        checked = [
            CheckedCitation(span, step, is_listed(marker, sources, in_order=self.in_order))
            for marker, span, step in markers
        ]
        return _conclude(checked, candidate)

    def _markers(
        self, record: Record, candidate: int
    ) -> Iterator[tuple[Marker, TextSpan, int | None]]:
        for step, pointer, text in texts_of(record.candidates[candidate], candidate):
            for marker in citations_in(text):
                # In a bracket of several, a citation begins behind the bracket's own start.
                start = text.find(marker.text, marker.start)
                end = start + len(marker.text)
                yield (
                    marker,
                    TextSpan(pointer=pointer, start=start, end=end, quote=marker.text),
                    step,
                )

    def cases(self) -> tuple[VerifierCase, ...]:
        """Sources of the record are located; another year, page, address or number is not."""
        return (
            *(case(title, "pass", text, evidence=_SOURCES) for title, text in _LOCATED),
            *(case(title, "fail", text, evidence=_SOURCES) for title, text in _ABSENT),
            case("numbers count the sources", "pass", "So [2].", evidence=_SOURCES, in_order=True),
            case("past the last source", "fail", "So [4].", evidence=_SOURCES, in_order=True),
            case("nothing cited", "nothing", "It stops.", evidence=_SOURCES),
            case("no source to look among", "nothing", "So (Berg 2019)."),
        )  # fmt: skip


def _conclude(checked: list[CheckedCitation], candidate: int) -> Found:
    absent = [citation for citation in checked if not citation.located]
    note = f"{len(checked) - len(absent)} located, {len(absent)} absent: {_MEANING}"
    ordered = (*absent, *(citation for citation in checked if citation.located))
    evidence = tuple(_evidence(citation, candidate) for citation in ordered[:MAX_SHOWN])
    if not absent:
        return Found(verdict=Pass(), note=note, evidence=evidence)
    first = absent[0]
    others = f"; and {len(absent) - 1} more" if len(absent) > 1 else ""
    return Found(
        verdict=Fail(reason=first.description + others),
        note=note,
        step=first.step,
        span=first.span,
        evidence=evidence,
    )


def _evidence(citation: CheckedCitation, candidate: int) -> Evidence:
    return Evidence(
        kind="citation",
        text=citation.description,
        missing=None if citation.located else "no evidence of the record has such a locator",
        candidate=candidate,
        step=citation.step,
    )


_SOURCES = (
    Evidence(kind="source", locator="Berg, A. (2019). Trains of the north, page 12"),
    Evidence(kind="source", locator="https://www.example.org/fares/2024"),
    Evidence(kind="source", locator="[7] Timetable of 2023, page 2"),
)
_LOCATED = (
    ("surname and year", "It does (Berg, 2019)."),
    ("an address", "See http://example.org/fares/2024/."),
    ("a number that a locator has", "It does [7]."),
    ("a list of references", "So [1].\n\n[1] Timetable of 2023, page 2"),
)
_ABSENT = (
    ("another year", "It does (Berg, 2018)."),
    ("another name", "As Lind (2019) says."),
    ("another page", "Source: Timetable of 2023, page 3"),
    ("another address", "See https://example.org/fares/2025"),
    ("a number that no locator has", "It does [1]."),
    ("one false among true ones", "It does (Berg 2019; Lind 2020)."),
    ("a list of references that is made up", "So [7].\n\n[7] Fares of the south"),
)  # fmt: skip

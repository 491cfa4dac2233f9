"""Quotations: what a candidate quotes stands in its sources, to the letter, nearly, or not at all.

Locating a quotation is never called supporting: whether a passage carries a claim is judged.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from assay.core.canonical import json_text
from assay.records.evidence import Evidence, TextSpan
from assay.records.record import Record
from assay.verification.verification import Fail, Pass
from assay.verification.verifier import Found, NothingToVerify, Test, texts_of

_QUOTED = re.compile(
    '“([^“”\n]{1,2000})”|„([^„“”\n]{1,2000})[“”]|«([^«»\n]{1,2000})»|"([^"\n]{1,2000})"'
)
_SAME = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-"}
)
_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:'\w+)?")
_NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nor",
        "neither",
        "without",
        "cannot",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "nie",
        "ohne",
        "ne",
        "pas",
        "jamais",
        "sin",
    ]
)

ALTERED = 75
"""Likeness from 0 to 100 from which a passage counts as the altered original (a convention)."""

MAX_SOURCE = 200_000
"""Characters of a source that are searched for an altered original; exact search has no limit."""

Place = Literal["located", "located_normalised", "altered", "absent"]
"""Where a quotation stands in the sources."""


class Located(NamedTuple):
    """What became of one quotation."""

    place: Place
    """Where it stands."""
    passage: str | None
    """The words of the source; None where it is absent."""
    differs: str | None
    """What differs, where it is altered."""


class Quotation(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every quotation of a candidate is looked for in the record's evidence and task."""

    name = "quotation"
    version = "1"
    summary = "Every quotation stands in the record's sources: located, altered or absent"
    covers = "whether quoted words stand in the sources"
    limits = (
        "A located quotation need not support the claim that it stands beside.",
        "Quotations shorter than `least_words` are not looked at.",
        "Only sources that the record holds are searched.",
    )

    of: Literal["quotation_marks", "response"] = "quotation_marks"
    """What is looked for: the words between quotation marks, or the response as a whole."""
    least_words: int = 3
    """Words that a quotation needs."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Look for every quotation of the candidate."""
        quotes = list(self._quotes(record, candidate))
        if not quotes:
            return NothingToVerify(reason="nothing is quoted")
        sources = sources_of(record, candidate)
        if not sources:
            return NothingToVerify(reason="the record holds no source to look in")
        found = [(span, step, locate(span.quote, sources)) for span, step in quotes]
        counts = {place: sum(each.place == place for _, _, each in found) for place in _PLACES}
        note = ", ".join(f"{count} {place}" for place, count in counts.items() if count)
        bad = next((each for each in found if each[2].place in {"absent", "altered"}), None)
        if bad is None:
            return Found(verdict=Pass(), note=note)
        span, step, located = bad
        reason = f"{located.place}: {span.quote[:120]!r}"
        reason += f"; {located.differs}" if located.differs else ""
        piece = Evidence(
            kind="citation",
            quote=located.passage,
            missing=None if located.passage else "the words stand in no source of the record",
            candidate=candidate,
        )
        return Found(
            verdict=Fail(reason=reason), note=note, step=step, span=span, evidence=(piece,)
        )

    def _quotes(self, record: Record, candidate: int) -> Iterator[tuple[TextSpan, int | None]]:
        for step, pointer, text in texts_of(record.candidates[candidate], candidate):
            for start, quote in self.quoted(text):
                if len(_WORD.findall(quote)) >= self.least_words:
                    end = start + len(quote)
                    yield TextSpan(pointer=pointer, start=start, end=end, quote=quote), step

    def quoted(self, text: str) -> Iterator[tuple[int, str]]:
        """Every quotation of a text with its first character."""
        if self.of == "response":
            yield 0, text
            return
        for match in _QUOTED.finditer(text):
            group = match.lastindex or 0
            yield match.start(group), match[group]


_PLACES: tuple[Place, ...] = ("located", "located_normalised", "altered", "absent")


def sources_of(record: Record, candidate: int) -> list[str]:
    """The texts that a quotation may come from: evidence that bears on it, and the task."""
    pieces = [each for each in record.evidence if each.candidate in {None, candidate}]
    texts = [text for each in pieces for text in (each.text, each.quote) if text]
    texts += [message.content for message in record.task.messages]
    return [text for text in texts if text.strip()]


def locate(quote: str, sources: list[str]) -> Located:
    """Where a quotation stands: to the letter, after normalisation, altered, or nowhere."""
    if any(quote in source for source in sources):
        return Located("located", quote, None)
    wanted = _plain(quote)
    plain = [_plain(source) for source in sources]
    if any(wanted in source for source in plain):
        return Located("located_normalised", wanted, None)
    best, passage = 0.0, ""
    for source in plain:
        aligned = fuzz.partial_ratio_alignment(wanted, source[:MAX_SOURCE], score_cutoff=ALTERED)
        # A source shorter than the quotation is no passage that it could have come from.
        if aligned and aligned.score > best and len(source) * 2 > len(wanted):
            best, passage = aligned.score, source[aligned.dest_start : aligned.dest_end]
    if not passage:
        return Located("absent", None, None)
    return Located("altered", passage, _differences(wanted, passage))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SAME)).casefold().split())


def _differences(quote: str, passage: str) -> str:
    """The differing numbers, negations and words, the weightiest first."""
    said, stood = set(_WORD.findall(quote)), set(_WORD.findall(passage))
    parts = []
    for name, ours, theirs in (
        ("numbers", {w for w in said if w[0].isdigit()}, {w for w in stood if w[0].isdigit()}),
        ("negations", said & _NEGATIONS | _shortened(said), stood & _NEGATIONS | _shortened(stood)),
    ):
        if ours != theirs:
            parts.append(
                f"{name} differ: {json_text(sorted(ours - theirs))} for {json_text(sorted(theirs - ours))}"
            )
    if not parts:
        parts.append(
            f"words differ: {json_text(sorted(said - stood)[:8])} for {json_text(sorted(stood - said)[:8])}"
        )
    return "; ".join(parts)


def _shortened(words: set[str]) -> set[str]:
    return {word for word in words if word.endswith("n't")}

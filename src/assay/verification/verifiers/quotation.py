"""Quotations: what a candidate quotes is in its sources, to the letter, nearly, or not at all.

Locating a quotation is never called supporting: whether a passage carries a claim is judged.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from assay.records.evidence import Evidence, TextSpan
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.passage import Located, Place, Search, SourceText
from assay.verification.token import tokens_of
from assay.verification.verification import Fail, Pass, Uncarried
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, texts_of

_LONG = "{1,10000}"
_QUOTED = re.compile(
    f'“([^“”]{_LONG})”|„([^„“”]{_LONG})[“”]|[«»]([^«»]{_LONG})[«»]|"([^"\n]{_LONG})"'
    f"|‹([^‹›]{_LONG})›|「([^「」]{_LONG})」|‘((?:[^‘’\n]|’(?=\\w)){_LONG})’"
)

MAX_QUOTATIONS = 1000
"""Quotations of one candidate that are looked for; with more, the verdict is `uncarried`."""

MAX_SHOWN = 50
"""Quotations that are in the verification's evidence, those at fault first; all are counted."""

_PLACES: tuple[Place, ...] = ("located", "located_normalised", "altered", "absent")
_AT_FAULT = frozenset({"altered", "absent"})
_MEANING = "where words are found, not whether they support a claim"
_QUOTE_SHOWN = 300


class CheckedQuotation(NamedTuple):
    """One quotation, and where it was found."""

    span: TextSpan
    """The quoted words and their place in the record."""
    step: int | None
    """The step of work that it is in; None in the response itself."""
    located: Located
    """Where it was found."""

    @property
    def description(self) -> str:
        """The result and the quotation, in words."""
        text = f"{self.located.place}: {self.span.quote[:_QUOTE_SHOWN]!r}"
        return f"{text}; {self.located.differs}" if self.located.differs else text


class Quotation(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every quotation of a candidate is looked for in the record's evidence and task."""

    name = "quotation"
    version = "3"
    summary = "Every quotation is in the record's sources: located, altered or absent; never whether it supports a claim"
    covers = "whether quoted words are in the sources, not whether these support a claim"
    limits = (
        "A located quotation need not support the claim that it accompanies: that is judged.",
        "Words that the quotation leaves out before or after itself are not seen, a `not` among them.",
        "Quotations shorter than `least_words` are not checked, nor quoted blocks without quotation marks.",
        "Only sources that the record holds are searched: its evidence, and its task without the assistant's turns.",
        "Case, compatibility forms, kinds of quotation marks and dashes, and punctuation at the ends do not count; all else that differs is altered.",
        "Which kind of difference is named depends on short word lists and on capitals; whether there is one does not.",
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
        if len(quotes) > MAX_QUOTATIONS:
            return Found(verdict=Uncarried(reason=f"more than {MAX_QUOTATIONS} quotations"))
        sources = sources_of(record, candidate)
        if not sources:
            return NothingToVerify(reason="the record holds no source to look in")
        search = Search(sources)
        checked = [CheckedQuotation(span, step, search.locate(span.quote)) for span, step in quotes]
        return _conclude(checked, candidate)

    def _quotes(self, record: Record, candidate: int) -> Iterator[tuple[TextSpan, int | None]]:
        for step, pointer, text in texts_of(record.candidates[candidate], candidate):
            for start, quote in self.quotations_in(text):
                if sum(token.is_word for token in tokens_of(quote)) >= max(1, self.least_words):
                    end = start + len(quote)
                    yield TextSpan(pointer=pointer, start=start, end=end, quote=quote), step

    def quotations_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Every quotation of a text with its first character."""
        if self.of == "response":
            yield 0, text
            return
        for match in _QUOTED.finditer(text):
            group = match.lastindex or 0
            yield match.start(group), match[group]

    def cases(self) -> tuple[VerifierCase, ...]:
        """The source's own words are located; altered words are not."""
        altered = (
            case(title, expected, f"It says “{quote}”.", evidence=(_SOURCE,))
            for title, expected, quote in _CASES
        )
        both = "“the last train does not stop” and “children travel free of charge”"
        return (
            *altered,
            case("a false one behind a true one", "fail", both, evidence=(_SOURCE,)),
            case("nothing quoted", "nothing", "It does not stop.", evidence=(_SOURCE,)),
        )


def _conclude(checked: list[CheckedQuotation], candidate: int) -> Found:
    counts = Counter(quotation.located.place for quotation in checked)
    counts_text = ", ".join(f"{counts[place]} {place}" for place in _PLACES if counts[place])
    # A stable sort: those at fault first, each half in the order of the text.
    ordered = sorted(checked, key=lambda quotation: quotation.located.place not in _AT_FAULT)
    if len(ordered) > MAX_SHOWN:
        counts_text += f" (evidence shows {MAX_SHOWN} of {len(ordered)})"
    note = f"{counts_text}: {_MEANING}"
    evidence = tuple(_evidence(quotation, candidate) for quotation in ordered[:MAX_SHOWN])
    first = ordered[0]
    if first.located.place not in _AT_FAULT:
        return Found(verdict=Pass(), note=note, evidence=evidence)
    others = counts["altered"] + counts["absent"] - 1
    reason = f"{first.description}; and {others} more at fault" if others else first.description
    return Found(
        verdict=Fail(reason=reason),
        note=note,
        step=first.step,
        span=first.span,
        evidence=evidence,
    )


def _evidence(quotation: CheckedQuotation, candidate: int) -> Evidence:
    located = quotation.located
    return Evidence(
        kind="citation",
        locator=located.locator,
        text=quotation.description,
        quote=located.passage,
        missing=None if located.passage else "the words are in no source of the record",
        candidate=candidate,
        step=quotation.step,
    )


def sources_of(record: Record, candidate: int) -> list[SourceText]:
    """The texts that a quotation may come from: evidence that bears on it, and the task.

    What the assistant said earlier in the task is not a source: it may have been made up.
    """
    pieces = [piece for piece in record.evidence if piece.candidate in {None, candidate}]
    sources = [
        SourceText(text, piece.locator)
        for piece in pieces
        for text in (piece.text, piece.quote)
        if text
    ]
    sources += [
        SourceText(message.content)
        for message in record.task.messages
        if message.role != "assistant"
    ]
    return [source for source in sources if source.text.strip()]


_SOURCE = Evidence(
    kind="source",
    locator="timetable, page 2",
    text="The last train does not stop at Corrie after 22 hours. Anna Berg relieved Tom Lind. "
    "Of 1,412 seats 5% are sold for $30.",
)
_CASES: tuple[tuple[str, Literal["pass", "fail"], str], ...] = (
    ("to the letter", "pass", "does not stop at Corrie"),
    ("other case, spaces and stop", "pass", "The  last train does not stop at CORRIE."),
    ("a grouped number", "pass", "Of 1412 seats"),
    ("a dropped not", "fail", "The last train does stop at Corrie after 22 hours"),
    ("digits swapped", "fail", "Of 1,142 seats 5% are sold"),
    ("names swapped", "fail", "Tom Lind relieved Anna Berg"),
    ("a percent sign dropped", "fail", "Of 1,412 seats 5 are sold"),
    ("a number cut short", "fail", "412 seats 5% are sold"),
    ("made up", "fail", "children under six travel free"),
)  # fmt: skip

"""Whether a judgment fits its record: each way of not fitting is named."""

import msgspec
import pytest

from assay.records.coherence import judgment_faults, record_faults, text_at
from assay.records.judgment import Judgment
from assay.records.record import Record

RECORD = {
    "schema_version": 1,
    "part": {"kind": "preference"},
    "task": {"messages": [{"role": "user", "content": "Which?"}]},
    "sources": [{"source_class": "own-texts"}],
    "candidates": [
        {"content": "one", "provenance": {"by": "model", "model": "m"}, "work": [{"text": "a"}]},
        {"content": "two", "provenance": {"by": "model", "model": "m"}},
    ],
}
SPAN = {"at": "span", "pointer": "/candidates/0/content", "start": 0, "end": 2, "quote": "on"}


def record(**changes: object) -> Record:
    return msgspec.convert(RECORD | changes, Record)


def faults(**changes: object) -> list[str]:
    plain = {
        "record": record().id,
        "reviewer": {"pseudonym": "rvr_a", "kind": "human", "role": "reviewer"},
        "verdict": {"verdict": "not_asked"},
    }
    return list(judgment_faults(record(), msgspec.convert(plain | changes, Judgment)))


FITTING = {
    "verdict": {"verdict": "prefers", "candidate": 1},
    "order": [1, 0],
    "scores": [{"dimension": "d", "score": {"score": "scored", "value": 1}, "candidate": 1}],
    "step_labels": [{"candidate": 0, "step": 0, "label": "good"}],
    "errors": [{"place": SPAN, "category": "x"}],
}


def test_a_fitting_judgment_has_no_fault() -> None:
    """A judgment whose places are all there has no fault."""
    assert faults(**FITTING) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"verdict": {"verdict": "prefers", "candidate": 2}}, "prefers candidate 2"),
        ({"verdict": {"verdict": "ranks", "order": [[0]]}}, "ranking"),
        ({"verdict": {"verdict": "ranks", "order": [[0], [1, 1]]}}, "ranking"),
        ({"order": [0]}, "presented order"),
        ({"order": [0, 0]}, "presented order"),
        ({"scores": [FITTING["scores"][0] | {"candidate": 7}]}, "candidate 7"),  # type: ignore[index]
        ({"scores": FITTING["scores"] * 2}, "2 scores"),  # type: ignore[operator]
        ({"step_labels": [{"candidate": 0, "step": 1, "label": "bad"}]}, "step 1"),
        ({"step_labels": [{"candidate": 5, "step": 0, "label": "bad"}]}, "candidate 5"),
        ({"errors": [{"place": SPAN | {"quote": "ne"}, "category": "x"}]}, "not the quote"),
        ({"errors": [{"place": SPAN | {"end": 9}, "category": "x"}]}, "not the quote"),
        ({"errors": [{"place": SPAN | {"pointer": "/candidates/9/content"}, "category": "x"}]}, "no text"),
        ({"errors": [{"place": {"at": "whole", "candidate": 3}, "category": "x"}]}, "candidate 3"),
        ({"errors": [{"place": {"at": "step", "candidate": 1, "step": 0}, "category": "x"}]}, "step 0"),
        ({"reasons": [{"text": "t", "evidence": 0}]}, "evidence 0"),
        ({"rulings": [{"section": "s", "ruling": "unclear", "candidate": 4}]}, "candidate 4"),
        ({"reviewer": {"pseudonym": "a\x00b", "kind": "human", "role": "reviewer"}}, "control"),
    ],
)  # fmt: skip
def test_each_way_of_not_fitting_is_named(changes: dict[str, object], what: str) -> None:
    """One thing out of place gives one fault that says which."""
    (fault,) = faults(**changes)
    assert what in fault


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"task": RECORD["task"] | {"initial_state": "{broken"}}, "initial_state"),  # type: ignore[operator]
        ({"sources": [{"source_class": "s", "part": "/candidates/7"}]}, "/candidates/7"),
        ({"candidates": []}, "two or more"),
        ({"evidence": [{"kind": "source", "digest": "sha256:zz"}]}, "digest of evidence 0"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(changes: dict[str, object], what: str) -> None:
    """JSON texts, source pointers and the kind's own needs are checked."""
    assert any(what in fault for fault in record_faults(record(**changes)))


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("/candidates/1/content", "two"),
        ("/task/messages/0/content", "Which?"),
        ("/candidates/-1/content", None),
        ("/candidates/x/content", None),
        ("/candidates/0/__class__", None),
        ("/candidates/0", None),
        ("/task/nothing", None),
    ],
)
def test_pointers_reach_texts_only(pointer: str, text: str | None) -> None:
    """A pointer finds texts that are fields of the record, and nothing else."""
    assert text_at(record(), pointer) == text


@pytest.mark.parametrize(
    ("quote", "text", "holds"),
    [
        ("15 crowns", "It costs 15 crowns a day.", True),
        ("15 crowns a day", "It costs 15\n crowns  a day.", True),
        ("16 crowns", "It costs 15 crowns a day.", False),
        ("15 crowns", None, True),
    ],
)
def test_a_quote_stands_in_the_text_of_its_evidence(
    quote: str, text: str | None, holds: bool
) -> None:
    """A quote that its own text lacks is named by evidence and field; line breaks do not matter."""
    other = {"kind": "source", "locator": "page 3"}
    piece = {"kind": "citation", "locator": "page 4", "quote": quote, "text": text}
    faults_of = list(record_faults(record(evidence=[other, piece])))
    assert faults_of == (
        [] if holds else ["the `quote` of evidence 1 does not occur in its `text`"]
    )

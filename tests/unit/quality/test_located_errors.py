"""Which located errors are the same one, and how far reviewers agree on them."""

from typing import Any

import pytest

from assay.quality.case import RecordCase
from assay.quality.located_errors import merge_errors, overlap, span_agreement
from assay.quality.rules import dispose_case
from assay.records.evidence import TextSpan
from assay.records.judgment import Action, LocalizedError, Unanchored, Whole
from assay.records.kinds import Critique
from simulators.small_program import LAYER, in_force, judged, single

TEXT = "the quick brown fox jumps over the lazy dog"


def _span(start: int, end: int, pointer: str = "/candidates/0/content") -> TextSpan:
    return TextSpan(pointer=pointer, start=start, end=end, quote=TEXT[start:end])


def _error(place: Any, category: str = "wrong_sum", severity: Any = "high") -> LocalizedError:
    return LocalizedError(place=place, category=category, severity=severity)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (_span(0, 5), _span(3, 9), 2),
        (_span(0, 5), _span(5, 9), 0),
        (_span(4, 4), _span(4, 4), 1),
        (_span(0, 5), _span(0, 5, "/candidates/1/content"), 0),
        (Action(candidate=0, step=1), Action(candidate=0, step=1), 1),
        (Action(candidate=0, step=1), Action(candidate=0, step=2), 0),
        (Whole(candidate=0), Whole(candidate=0), 1),
        (Whole(candidate=0), _span(0, 5), 0),
        (Unanchored(stated="x", reason="a"), Unanchored(stated="x", reason="b"), 1),
    ],
)
def test_places_are_the_same_where_they_overlap(one: Any, other: Any, shared: int) -> None:
    """Spans share code points of one text; steps, wholes and unanchored places are equal or not."""
    assert overlap(one, other) == overlap(other, one) == shared


@pytest.mark.parametrize(
    ("given", "f1"),
    [
        ([[], []], 1.0),
        ([[_error(_span(0, 5))], []], 0.0),
        ([[_error(_span(0, 5))], [_error(_span(4, 9))]], 1.0),
        ([[_error(_span(0, 5)), _error(_span(10, 15))], [_error(_span(0, 5))]], 2 / 3),
        # One long span matches one of two short ones, never both.
        ([[_error(_span(0, 20))], [_error(_span(0, 5)), _error(_span(10, 15))]], 2 / 3),
        # Three reviewers: pairs of 1, 0 and 0.
        ([[_error(_span(0, 5))], [_error(_span(0, 5))], []], 1 / 3),
    ],
)
def test_the_f1_of_two_reviewers_counts_matched_errors(given: Any, f1: float) -> None:
    """Twice the matches over all errors of both; the mean over pairs where there are more."""
    found = span_agreement(given)
    assert found is not None
    assert found.f1 == pytest.approx(f1)


def test_one_reviewer_has_no_agreement() -> None:
    """With fewer than two who looked there is nothing to compare."""
    assert span_agreement([[_error(_span(0, 5))]]) is None
    assert span_agreement([]) is None


def test_an_error_that_several_located_stands_once_with_its_counts() -> None:
    """Overlapping errors are one, with who found it of how many, categories and severities."""
    given = [
        [_error(_span(0, 5))],
        [_error(_span(3, 9), severity="low"), _error(_span(20, 25))],
        [],
    ]
    first, second = merge_errors(given, needed=2)
    assert (first.found, first.looked, first.agreed) == (2, 3, True)
    assert (first.categories, first.severities) == ({"wrong_sum": 2}, {"high": 1, "low": 1})
    assert (second.found, second.agreed) == (1, False)


def test_who_marks_one_error_in_pieces_has_one_vote_on_what_it_is() -> None:
    """Categories and severities are counted by reviewer, however many pieces each marked."""
    pieces = [_error(_span(0, 2), category="rude", severity="low"),
              _error(_span(3, 5), category="rude", severity="low")]  # fmt: skip
    (found,) = merge_errors([[_error(_span(0, 5))], [_error(_span(0, 5))], pieces], needed=2)
    assert (found.found, found.categories) == (3, {"rude": 1, "wrong_sum": 2})
    assert found.severities == {"high": 2, "low": 1}


def test_a_category_needs_its_share_of_those_who_located_the_error() -> None:
    """Three of three call it wrong; that one of them calls a piece of it rude disputes nothing."""
    record = single(Critique(), TEXT)
    pieces = (_error(_span(0, 2)), _error(_span(3, 5), category="rude"))
    given = [judged(record, name, errors=(_error(_span(0, 5)),)) for name in ("a", "b")]
    case = RecordCase(
        id=record.id, record=record, judgments=(*given, judged(record, "c", errors=pieces))
    )
    layer = LAYER | {"agreement": 0.9}
    assert dispose_case(case, in_force(layer)).state == "accepted"


@pytest.mark.parametrize(
    ("second", "state", "word"),
    [
        ((_error(_span(2, 7)),), "accepted", ""),
        ((), "needs_adjudication", "mean F1 of 0.00"),
        ((_error(_span(20, 25)),), "needs_adjudication", "mean F1 of 0.00"),
        ((_error(_span(2, 7), category="rude"),), "needs_adjudication", "no category"),
        ((_error(_span(2, 7), severity="low"),), "needs_adjudication", "no severity"),
    ],
)
def test_critiques_that_locate_different_errors_disagree(
    second: Any, state: str, word: str
) -> None:
    """Place, category and severity are compared, and the threshold is named."""
    record = single(Critique(), TEXT)
    given = (
        judged(record, "a", errors=(_error(_span(0, 5)),)),
        judged(record, "b", errors=second),
    )
    found = dispose_case(RecordCase(id=record.id, record=record, judgments=given), in_force())
    assert (found.state, word in found.reason) == (state, True)


def test_the_layer_says_how_far_located_errors_must_match() -> None:
    """Two of three errors matched is enough for a threshold of .5 and not for .9."""
    record = single(Critique(), TEXT)
    both = (_error(_span(0, 5)), _error(_span(10, 15)))
    given = (judged(record, "a", errors=both), judged(record, "b", errors=both[:1]))
    case = RecordCase(id=record.id, record=record, judgments=given)
    assert dispose_case(case, in_force()).state == "accepted"
    strict = in_force(LAYER | {"span_agreement": 0.9})
    assert dispose_case(case, strict).state == "needs_adjudication"

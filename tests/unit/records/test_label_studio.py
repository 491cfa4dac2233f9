"""Label Studio's exports as records: spans, regions, rankers and annotations that fail alone."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.plugins import load
from assay.records.coherence import record_faults
from assay.records.evidence import TextSpan
from assay.records.extra_fields import noting_extras
from assay.records.judgment import Judgment, Unanchored
from assay.records.reader import FieldOptions, Read, RowContext
from assay.records.verdict import Category, DimensionScore, Prefers, Ranks, Tie

Context = Callable[[str], RowContext]


def _read(row: dict[str, Any], context: RowContext) -> Read:
    (read,) = load("readers", "label-studio").read(row, context)
    assert read.record is not None
    assert not list(record_faults(read.record))
    return read


def _critique(answer: str, *results: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 1,
        "data": {"question": "Where?", "answer": answer},
        "annotations": [{"id": 5, "completed_by": 3, "result": list(results)}],
    }


def _about(kind: str, region: str = "r", control: str = "err", **value: Any) -> dict[str, Any]:
    return {"id": region, "from_name": control, "to_name": "answer", "type": kind, "value": value}


def _only(read: Read) -> Judgment:
    (judgment,) = read.judgments
    assert not read.set_aside
    return judgment


def _span(judgment: Judgment) -> TextSpan:
    (error,) = judgment.errors or ()
    assert isinstance(error.place, TextSpan)
    return error.place


def test_a_span_is_counted_as_a_browser_counts(context: Context) -> None:
    """Characters beyond the first plane count twice, and a line end of two characters once."""
    for answer, start in (("\U0001f600 In Rome.", 6), ("Yes.\r\nIn Rome.", 8)):
        span = _about("labels", start=start, end=start + 4, text="Rome", labels=["wrong"])
        place = _span(_only(_read(_critique(answer, span), context("critique"))))
        assert answer[place.start : place.end] == place.quote == "Rome"


def test_a_span_whose_words_stand_nowhere_is_kept_as_it_was_given(context: Context) -> None:
    """Nothing is marked that the reviewer did not mark."""
    span = _about("labels", start=0, end=4, text="Oslo", labels=["wrong"])
    (error,) = _only(_read(_critique("In Rome.", span), context("critique"))).errors or ()
    assert isinstance(error.place, Unanchored)


def test_a_span_of_a_page_has_its_offsets_in_the_text(context: Context) -> None:
    """`hypertextlabels` state paths into the page, and offsets of its text beside them."""
    span = _about(
        "hypertextlabels", start="/p[1]/text()[1]", end="/p[1]/text()[1]", text="Rome",
        globalOffsets={"start": 3, "end": 7}, hypertextlabels=["wrong"],
    )  # fmt: skip
    assert _span(_only(_read(_critique("In Rome.", span), context("critique")))).start == 3


def test_what_shares_the_id_of_a_span_belongs_to_its_error(context: Context) -> None:
    """Severity, correction and note go to that error alone; other answers stay scores."""
    judgment = _only(
        _read(
            _critique(
                "Rome, Oslo.",
                _about("labels", "a", start=0, end=4, text="Rome", labels=["wrong"]),
                _about("choices", "a", "severity", choices=["critical"]),
                _about("textarea", "a", "correction", text=["Bern"]),
                _about("labels", "b", start=6, end=10, text="Oslo", labels=["wrong"]),
                _about("choices", "b", "severity", choices=["minor"]),
                _about("rating", "b", "sure", rating=4),
                _about("choices", "c", "Fit For Use", choices=["yes"]),
            ),
            context("critique"),
        )
    )
    first, second = judgment.errors or ()
    assert (first.severity, first.correction, first.source_severity) == ("critical", "Bern", None)
    assert (second.severity, second.source_severity, second.note) == (None, "minor", "sure: 4")
    assert judgment.scores == (
        DimensionScore(dimension="fit_for_use", score=Category(value="yes"), candidate=0),
    )


def test_relations_and_unknown_results_are_counted_and_cost_nothing(context: Context) -> None:
    """The spans that a relation joins are kept, and so is what stands beside a brush."""
    span = _about("labels", start=3, end=7, text="Rome", labels=["wrong"])
    relation = {"from_id": "r", "to_id": "r", "type": "relation", "direction": "right"}
    row = _critique("In Rome.", span, relation, _about("brushlabels", brushlabels=["x"]))
    row["data"]["batch"] = "b1"
    with noting_extras(FieldOptions()) as extras:
        judgment = _only(_read(row, context("critique")))
    assert _span(judgment).quote == "Rome"
    assert extras.inner == {
        "annotations[].result.relation", "annotations[].result.brushlabels", "data.batch"
    }  # fmt: skip


def _ranked(order: dict[str, list[str]], n_items: int) -> dict[str, Any]:
    items = [{"id": f"i{place}", "body": f"text {place}"} for place in range(n_items)]
    result = {"from_name": "rank", "to_name": "list", "type": "ranker", "value": {"ranker": order}}
    return {
        "data": {"prompt": "Which?", "items": items},
        "annotations": [{"completed_by": 3, "result": [result]}],
    }


def test_a_ranking_of_all_items_is_the_verdict(context: Context) -> None:
    """Two items are a preference and more a ranking, in the record's own order."""
    read = _read(_ranked({"rank": ["i1", "i0"]}, 2), context("preference"))
    verdict = _only(read).verdict
    assert isinstance(verdict, Prefers)
    assert read.record is not None
    assert read.record.candidates[verdict.candidate].content == "text 1"
    read = _read(_ranked({"rank": ["i2", "i0", "i1"]}, 3), context("preference"))
    verdict = _only(read).verdict
    assert isinstance(verdict, Ranks)
    assert read.record is not None
    order = [read.record.candidates[place].content for (place,) in verdict.order]
    assert order == ["text 2", "text 0", "text 1"]


def test_several_buckets_are_scores(context: Context) -> None:
    """A bucket says how good an item is, not which of two in it is better."""
    order = {"good": ["i1"], "bad": ["i0"], "_": []}
    judgment = _only(_read(_ranked(order, 2), context("preference")))
    assert {score.score for score in judgment.scores} == {
        Category(value="good"), Category(value="bad")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("order", "code"),
    [({"rank": ["i0"]}, "incomplete-ranking"), ({"rank": ["i0", "i9"]}, "unknown-item")],
)
def test_a_ranking_that_is_none_costs_only_its_annotation(
    order: dict[str, list[str]], code: str, context: Context
) -> None:
    """The record stays, and the reason is named."""
    read = _read(_ranked(order, 2), context("preference"))
    assert not read.judgments
    assert [fault.code for fault in read.set_aside] == [code]


def test_a_broken_or_nameless_annotation_costs_nobody_elses_work(context: Context) -> None:
    """One that cannot be read is set aside alone; one that names nobody is an unnamed label."""

    def chosen(side: str | None, who: object) -> dict[str, Any]:
        result = {"from_name": "pw", "to_name": "answer1", "type": "pairwise",
                  "value": {"selected": side}}  # fmt: skip
        return {"completed_by": who, "result": [result]}

    row = {
        "data": {"question": "Which?", "answer1": "A", "answer2": "B"},
        "annotations": [chosen("left", None), chosen("top", 4), chosen(None, {"email": "a@b.c"})],
    }
    read = _read(row, context("preference"))
    unnamed, named = read.judgments
    assert (unnamed.reviewer.kind, unnamed.reviewer.pseudonym) == (
        "unknown",
        "own-texts: annotation 0",
    )
    assert isinstance(named.verdict, Tie)
    (fault,) = read.set_aside
    assert (fault.code, fault.where) == ("unknown-verdict", "annotations[1], pw")

"""Agreement floors: alpha by dimension and slice against what the contract asks for."""

from collections.abc import Iterator
from typing import Any

import pytest

from assay.contracts.document import to_fact
from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase
from assay.quality.floors import FloorResult, floors_of
from assay.quality.gathering import gather
from assay.quality.in_force import DocumentsInForce
from assay.quality.report import report_of
from assay.quality.report_text import to_markdown
from assay.records.verdict import DimensionScore, Scored
from simulators.small_program import contract, judged, pair, rubric


def in_force(*floors: dict[str, Any]) -> DocumentsInForce:
    """Documents whose contract has these floors."""
    layer = {"id": "standard", "roles": ["reviewer"], "passes": 2}
    plain = contract(review={"layers": [layer], "agreement_floors": list(floors)})
    facts = {"contract": to_fact(plain), "rubric": to_fact(rubric())}
    return DocumentsInForce.of(facts)  # type: ignore[arg-type]


def cases(agreeing: int, differing: int) -> Iterator[RecordCase]:
    """Easy records with two equal scores, then hard ones with scores at both ends of the scale."""
    for number in range(agreeing + differing):
        easy = number < agreeing
        record = pair(number, difficulty="easy" if easy else "hard")
        first = 1 if number % 2 else 5
        values = (first, first if easy else 6 - first)
        judgments = tuple(
            judged(
                record,
                name,
                0,
                rubric="doc_old" if number == 0 else None,
                scores=(
                    DimensionScore(dimension="clarity", score=Scored(value=value), candidate=0),
                ),
            )
            for name, value in zip(("anna", "bela"), values, strict=True)
        )
        yield RecordCase(id=record.id, record=record, judgments=judgments)


def floor(found: list[RecordCase], **asked: Any) -> FloorResult:
    """One floor against these cases."""
    documents = in_force({"dimension": "clarity", "least": 0.6, **asked})
    [result] = floors_of(gather(found, documents), Resampling(replicates=200))
    return result


@pytest.mark.parametrize(
    ("asked", "state", "items"),
    [
        ({"slice": {"difficulty": "easy"}, "bound": "point"}, "met", 20),
        ({"slice": {"difficulty": "easy"}}, "met", 20),
        ({"slice": {"difficulty": "hard"}}, "below", 20),
        ({}, "below", 40),
        ({"slice": {"language": "de"}}, "unknown", 0),
        ({"dimension": "correctness"}, "unknown", 0),
    ],
)
def test_a_floor_is_met_below_or_unknown(asked: dict[str, Any], state: str, items: int) -> None:
    """Twenty equal pairs of scores agree, twenty opposite ones do not, and nobody is unknown."""
    result = floor(list(cases(20, 20)), **asked)
    assert (result.state, result.items) == (state, items)
    assert result.reason.startswith(f"alpha of {result.dimension}")


def test_answers_that_are_all_equal_leave_a_floor_unknown() -> None:
    """Alpha is undefined without variation; that is no agreement that could have been missed."""
    equal = [each for number, each in enumerate(cases(20, 0)) if number % 2]
    result = floor(equal, bound="point")
    assert result.state == "unknown"
    assert "all answers are equal" in result.reason


def test_the_lower_end_is_asked_unless_the_contract_says_otherwise() -> None:
    """A few items with one opposite pair: the value reaches the floor, its lower end does not."""
    few = list(cases(11, 1))
    assert floor(few, bound="point").state == "met"
    assert floor(few).state == "below"


def test_the_report_prints_floors_and_the_guidelines_that_judgments_cite() -> None:
    """What judgments were made under is counted from the judgments, not from what is in force."""
    documents = in_force({"dimension": "clarity", "least": 0.6})
    report = report_of(
        gather(cases(5, 5), documents), Resampling(replicates=50), {"doc_old": "small-rubric 0.9.0"}
    )
    text = to_markdown(report)
    assert "rubric small-rubric 0.9.0 (2)" in text
    assert "no stated guideline (18)" in text
    assert "2 of them cite another guideline than the rubric in force" in text
    assert "18 of them state no guideline" in text
    assert "Judged by the rubric" not in text
    assert "Agreement that the contract demands" in text

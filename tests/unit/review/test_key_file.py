"""Answer keys from lines and from adjudications."""

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.records.verdict import DimensionScore, NotAsked, Prefers, Scored
from assay.review.adjudication import Adjudication, Decided, Preserved
from assay.review.answer_key import AcceptedScore, OneOf, Within
from assay.review.key_file import check_key, key_of_adjudication, key_of_row, key_row
from simulators.known_work import RUBRIC, answer, key, records
from simulators.small_program import rubric

RECORD, OTHER = records(2)
FAMILY = RECORD.task.capability or RECORD.kind


def _adjudication(decision: Decided | Preserved) -> Adjudication:
    return Adjudication(
        record=RECORD.id,
        judgments=(answer(RECORD).id,),
        decision=decision,
        cause="reviewer_error",
        adjudicator="lea",
        note="",
    )


def _key(decision: Decided | Preserved, **changes: object) -> object:
    given = {"rubric": RUBRIC, "family": FAMILY, "language": None} | changes
    return key_of_adjudication(_adjudication(decision), RECORD, [answer(RECORD)], **given)


def test_a_line_is_a_key() -> None:
    """Its verdicts and scores are what is right under the rubric in force."""
    row = key_row(b'{"record": "rec_x", "verdicts": [{"verdict": "prefers", "candidate": 1}]}')
    assert row.record == "rec_x"
    made = key_of_row(row, RECORD, RUBRIC)
    assert (made.record, made.verdicts) == (RECORD.id, (Prefers(candidate=1),))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"verdicts": []}', b'{"record": 1}', b"\xff"])
def test_a_line_that_is_no_key_is_refused(line: bytes) -> None:
    """With the reason; the caller sets it aside."""
    with pytest.raises(UsageError, match="not a key"):
        key_row(line)


def test_a_decision_is_a_key_and_no_more() -> None:
    """Whole scores are accepted as they are; a verdict that was not asked for is none."""
    scores = (DimensionScore(dimension="clarity", candidate=0, score=Scored(value=4)),)
    made = _key(Decided(verdict=Prefers(candidate=1), scores=scores))
    assert made.verdicts == (Prefers(candidate=1),)
    accepts = Within(low=4, high=4)
    assert made.scores == (AcceptedScore(dimension="clarity", candidate=0, accepts=accepts),)
    assert _key(Decided(verdict=NotAsked(), scores=scores)).verdicts == ()


def test_what_makes_no_key_says_why() -> None:
    """Another family or language, a kept distribution, an older rubric, a fraction."""
    decided = Decided(verdict=Prefers(candidate=1))
    with pytest.raises(UsageError, match="another task family"):
        _key(decided, family="other")
    with pytest.raises(UsageError, match="another language"):
        _key(decided, language="xx")
    with pytest.raises(UsageError, match="keeps the distribution"):
        _key(Preserved())
    with pytest.raises(UsageError, match="another version of the rubric"):
        _key(decided, rubric="doc_other")
    fraction = DimensionScore(dimension="clarity", score=Scored(value=1, denominator=2))
    with pytest.raises(UsageError, match="fraction"):
        _key(Decided(verdict=NotAsked(), scores=(fraction,)))


def test_a_record_has_one_key() -> None:
    """A second one is refused; so is one that nobody could meet."""
    check_key(key(RECORD), RECORD, rubric(), ())
    check_key(key(RECORD), RECORD, rubric(), (OTHER.id,))
    with pytest.raises(UsageError, match="earlier one"):
        check_key(key(RECORD), RECORD, rubric(), (RECORD.id,))
    unknown = AcceptedScore(dimension="colour", accepts=OneOf(values=("x",)))
    with pytest.raises(UsageError, match="no dimension 'colour'"):
        check_key(msgspec.structs.replace(key(RECORD), scores=(unknown,)), RECORD, rubric(), ())

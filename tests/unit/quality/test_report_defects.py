"""Defects by cause, what verifiers refuted, and what the causes ask for."""

import pytest

from assay.core.fact import Fact
from assay.quality import service
from assay.quality.bootstrap import Resampling
from assay.quality.disposing import dispose
from assay.quality.disposition import Disposition
from assay.quality.report import QualityReport
from assay.quality.report_text import to_markdown
from assay.quality.sections.defects import ACTIONS
from assay.records.judgment import LocalizedError, Whole
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Scored
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.verification.verification import (
    Crash,
    Fail,
    MachineVerdict,
    Pass,
    Timeout,
    Uncarried,
    Verification,
    VerifierError,
)
from simulators.memory_store import MemoryStore
from simulators.small_program import facts, judged, pair

ERROR = LocalizedError(place=Whole(candidate=0), category="wrong_sum", severity="high")


def _report(*given: Fact) -> QualityReport:
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add(given)
    return service.report(store, facts(), resampling=Resampling(replicates=50))


def _adjudicated(
    record: Record, cause: Cause, decision: Decided | Preserved | Returned | None = None
) -> Adjudication:
    return Adjudication(
        record=record.id,
        judgments=(),
        decision=decision or Preserved(),
        cause=cause,
        adjudicator="senior",
    )


def _verified(
    record: Record, verdict: MachineVerdict, candidate: int = 0, *dimensions: str, note: str = ""
) -> Verification:
    return Verification(
        record=record.id,
        verifier="sums",
        version="1",
        verdict=verdict,
        dimensions=dimensions or ("correctness",),
        candidate=candidate,
        note=note or None,
    )


def test_a_defect_has_the_cause_of_the_latest_adjudication() -> None:
    """An earlier cause is replaced; a record without an adjudication has no cause."""
    explained, unexplained = pair(1), pair(2)
    found = _report(
        explained,
        unexplained,
        judged(explained, "a", errors=(ERROR, ERROR)),
        judged(unexplained, "a", errors=(ERROR,)),
        _adjudicated(explained, "expertise"),
        _adjudicated(explained, "missing_context"),
    )
    assert [(each.cause, each.errors) for each in found.defects] == [
        ("missing_context", 2),
        ("(not determined)", 1),
    ]


def test_each_cause_asks_for_its_own_action() -> None:
    """Records of one cause are counted among adjudicated ones, by decision and task family."""
    records = [pair(number) for number in range(4)]
    given = [
        _adjudicated(records[0], "missing_context", Returned(reason="no source")),
        _adjudicated(records[1], "missing_context"),
        _adjudicated(records[2], "legitimate_plural_preference"),
    ]
    found = _report(*records, *given, judged(records[0], "a", errors=(ERROR,)))
    first, second = found.corrective_actions
    assert (first.cause, first.records.count, first.records.trials) == ("missing_context", 2, 3)
    assert first.action == ACTIONS["missing_context"]
    assert (first.decisions, first.errors) == ({"preserved": 1, "returned": 1}, 1)
    assert (first.families, first.n_families) == ({"(unstated)": 2}, 1)
    assert "distribution" in second.action
    assert second.errors == 0


def test_every_cause_has_an_action() -> None:
    """The five causes that an adjudicator can give are the five that have an action."""
    assert set(ACTIONS) == set(Cause.__args__)


def test_waiting_records_are_in_the_denominator_of_adjudications() -> None:
    """A record that the rules send to an adjudication, and that has none, is counted as waiting."""
    decided, waiting = pair(1), pair(2)
    documents = facts()
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add([decided, waiting, _adjudicated(decided, "expertise")])
        writing.add([judged(waiting, "a", 0), judged(waiting, "b", 1)])
    assert dispose(store, documents, actor="lead").states["needs_adjudication"] == 1
    found = service.report(store, documents, resampling=Resampling(replicates=50)).adjudicated
    assert (found.count, found.trials) == (1, 2)
    assert store.count(Disposition) == 2


def test_refuted_claims_are_counted_once_and_apart_from_errors() -> None:
    """The latest result of a test stands, and a failure that covers two dimensions is one."""
    record = pair()
    found = _report(
        record,
        judged(record, "a", errors=(ERROR,)),
        _verified(record, Pass(), 0, "correctness", "sound"),
        _verified(record, Fail(reason="2 + 2 is 4"), 0, "correctness", "sound"),
        _verified(record, Pass(), 1, "correctness", "sound"),
    )
    (refuted,) = found.refutations
    assert (refuted.failed.count, refuted.failed.trials) == (1, 2)
    assert refuted.dimensions == ("correctness", "sound")
    assert sum(each.errors for each in found.defects) == 1


def test_a_verifier_that_broke_is_in_no_denominator() -> None:
    """Where the verifier could not say, there is nothing to report."""
    record = pair()
    assert _report(record, _verified(record, VerifierError(reason="x"))).refutations == ()


@pytest.mark.parametrize("verdict", [Timeout(), Crash(reason="x"), Uncarried(reason="x")])
def test_what_was_not_delivered_is_in_the_denominator(verdict: MachineVerdict) -> None:
    """It is not passed, and counted apart from what failed."""
    record = pair()
    [row] = _report(record, _verified(record, verdict)).refutations
    assert (row.failed.count, row.not_delivered.count, row.failed.trials) == (0, 1, 1)


def test_the_report_holds_the_ledger_by_dimension_and_slice() -> None:
    """What a verifier covers, an expert judged, both did or nobody did adds up to all items."""
    record = pair(difficulty="hard", language="en")
    score = DimensionScore(dimension="clarity", score=Scored(value=3), candidate=0)
    found = _report(record, judged(record, "a", scores=(score,)), _verified(record, Pass()))
    whole = {each.dimension: each for each in found.ledger.rows if each.axis == "all"}
    assert (whole["correctness"].machine_verified, whole["correctness"].uncertain) == (1, 1)
    assert (whole["clarity"].expert_judged, whole["clarity"].items) == (1, 2)
    assert {each.value for each in found.ledger.rows if each.axis == "difficulty"} == {"hard"}


@pytest.mark.parametrize(
    "sentence",
    ["Revise the task", "counted apart", "Only an adjudication names a cause", "is uncertain"],
)
def test_the_page_for_people_says_what_to_do(sentence: str) -> None:
    """Causes, refutations and the ledger stand in the Markdown in words."""
    record = pair()
    found = _report(
        record,
        judged(record, "a", errors=(ERROR,)),
        _verified(record, Fail(reason="wrong")),
        _adjudicated(record, "missing_context"),
    )
    assert sentence in to_markdown(found)


def test_the_limits_say_what_is_not_known_of_causes_and_verifiers() -> None:
    """Errors without a cause are counted, and a pass is said to cover only what was measured."""
    record = pair()
    found = _report(record, judged(record, "a", errors=(ERROR,)), _verified(record, Pass()))
    assert "1 errors are in records that no adjudication explains: no cause is known." in (
        found.limits
    )
    assert any("covers only what it measures" in each for each in found.limits)
    plain = _report(record, judged(record, "a", 0))
    assert not any("verifier" in each or "adjudication" in each for each in plain.limits)

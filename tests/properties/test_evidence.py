"""Evidence by state: no gate passes and no alarm is clear without something that was compared."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.contract import Sampling
from assay.quality.floors import FloorResult, FloorState
from assay.quality.machine_evidence import EvidenceDemand
from assay.quality.quota_coverage import coverage
from assay.records.evidence import TextSpan
from assay.records.verdict import DimensionScore, Scored
from assay.releases.gates import (
    QaFigures,
    agreement_gate,
    claims_gate,
    qa_gate,
    quota_gate,
    reserve_gate,
    rights_gate,
    verification_gate,
    versions_gate,
)
from assay.releases.release import GateResult
from assay.releases.verifier_tally import VerifierTally
from assay.reserve.leakage import ReserveComparison, leakage_alarm
from assay.reserve.overlap import Overlap
from assay.validation.alarms import model_validation_alarm, over_refusal_alarm
from assay.validation.comparison import Arms, slice_table
from assay.validation.evaluation import ItemResult
from assay.validation.helpfulness import helpfulness
from assay.validation.training_overlap import TrainingOverlap
from assay.validation.validation import TestResult, Validation
from assay.verification.verification import Fail, Pass, Timeout, Verification
from simulators.ferries import documents
from simulators.placed_records import placed_cells
from simulators.small_program import contract, judged, pair, rubric

COUNTS = st.integers(0, 6)


def holds(gate: GateResult, *, compared: bool, declared: bool = False) -> None:
    """What is true of every gate, whatever it was given."""
    assert gate.consistent
    assert gate.reason
    if not compared:
        assert gate.outcome != "passed", gate
        assert gate.stops or not declared, gate
    if gate.outcome == "refused":
        assert gate.stops


def overlap() -> Overlap:
    return Overlap(
        holder="rec_a", item="item-1", containment=1.0, longest_run=9, rule="containment",
        spans=(TextSpan(pointer="/task", start=0, end=3, quote="abc"),),
    )  # fmt: skip


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_rights_review_and_claims(one: int, two: int, three: int, four: int) -> None:
    """No releasable record, no accepted record, no text: never passed."""
    holds(rights_gate("train", one, two), compared=one + two > 0)
    figures = QaFigures(accepted=one, preserved=two, undecided=["rec_a"] * three)
    holds(qa_gate(figures), compared=one + two > 0)
    texts = {f"{n}.md": ["Worked steps."] * four for n in range(three)}
    holds(claims_gate(texts), compared=three * four > 0, declared=True)


@given(COUNTS, COUNTS, st.booleans(), st.booleans())
def test_quotas(records: int, total: int, aim: bool, asks: bool) -> None:
    """Without a quota only a total is compared; below the total or a quota nothing passes."""
    sampling = Sampling.model_validate({
        "total": total + 1, "aim": aim, "axes": {"level": ("hard",)},
        "quotas": ({"slice": {"level": "hard"}, "share": 0.5},) if asks else (),
    })  # fmt: skip
    found = quota_gate(
        coverage(placed_cells(sampling, [({"level": "hard"}, True)] * records), sampling)
    )
    holds(found, compared=asks or not aim)
    if found.outcome == "passed":
        assert not asks or records >= (total + 1) / 2
        assert aim or records > total


@given(COUNTS, st.tuples(COUNTS, COUNTS), st.integers(1, 6), st.booleans(), st.booleans())
def test_reserve_and_leakage(
    records: int, items: tuple[int, int], size: int, declared: bool, overlaps: bool
) -> None:
    """Less than declared, nothing sealed with words or nothing compared: neither passed nor clear."""
    reserve = {"id": "kept", "size": size, "openers": ["lead"], "covers": "All."}
    comparable, wordless = items
    sealed = comparable + wordless
    found = (overlap(),) if overlaps and comparable and records else ()
    sealed_by = {"kept": sealed} if sealed else {}
    asked = contract(reserve=reserve if declared else None)
    gate = reserve_gate(found, records, sealed_by, asked, wordless=wordless)
    whole = sealed >= size if declared else sealed > 0
    compared = bool(records and whole and comparable)
    holds(gate, compared=compared, declared=declared)
    assert not found or gate.outcome == "refused"
    short = None if whole or not declared else "too few"
    alarm = leakage_alarm(
        ReserveComparison(
            reserve="kept" if declared else None,
            items=comparable,
            wordless=wordless,
            facts=9,
            records=records,
            overlaps=found,
            short=short,
        )
    )
    assert (alarm.state == "clear") == (compared and not found)
    assert not wordless or f"{wordless} sealed items" in gate.reason or gate.outcome == "refused"
    assert alarm.state == "raised" or not found


VERDICTS = st.lists(st.sampled_from([Pass(), Fail(reason="no"), Timeout()]), min_size=0, max_size=4)


@given(VERDICTS, st.booleans(), st.booleans(), st.sampled_from(["namespaces/split", "landlock"]))
def test_verification(
    verdicts: list[Pass | Fail | Timeout], named: bool, scored: bool, isolation: str
) -> None:
    """No result of a named verifier that passes or fails a claim: never passed."""
    tally = VerifierTally(EvidenceDemand(contract(), rubric()))
    results = [
        Verification(
            record="rec_a", verifier="sums" if named else "other", version=str(n), verdict=verdict,
            dimensions=("correctness",), candidate=0, isolation=isolation,
        )
        for n, verdict in enumerate(verdicts)
    ]  # fmt: skip
    score = DimensionScore(dimension="correctness", score=Scored(value=3), candidate=0)
    people = [judged(pair(0), "anna", 1, scores=(score,))] if scored else []
    tally.add("rec_a", people, results)
    gate = verification_gate(tally, {"correctness"})
    speaking = named and any(not isinstance(each, Timeout) for each in verdicts)
    holds(gate, compared=speaking, declared=not (named and verdicts))


@given(st.lists(st.sampled_from(["met", "below", "unknown"]), max_size=3), st.integers(0, 3))
def test_agreement(states: list[FloorState], declared: int) -> None:
    """Only floors that were computed and met pass."""
    floors = [
        FloorResult(
            dimension="tone", slice={}, least=0.5, bound="lower", state=state, items=1, alpha=None
        )
        for state in states
    ]
    gate = agreement_gate(floors, declared)
    met = len(states) >= declared > 0 and set(states) <= {"met"}
    holds(gate, compared=met, declared=declared > 0)


@given(st.dictionaries(st.sampled_from(["tone", "correct"]), COUNTS))
def test_versions(stale: Mapping[str, int]) -> None:
    """A judgment under another meaning that still decides is never passed over."""
    facts = {kind: file.document for kind, file in documents().items()}
    gate = versions_gate(facts, stale=stale)
    assert gate.passed is (sum(stale.values()) == 0)


RESPONSES = st.sampled_from(["complied", "partial", "refused", "escalated", None, "lost"])
LABELS = st.sampled_from(["comply", "comply", "comply", "refuse", None])
ROWS = st.lists(st.tuples(LABELS, LABELS, RESPONSES, RESPONSES), max_size=30)


def arms_of(rows: list[tuple[str | None, str | None, str | None, str | None]]) -> Arms:
    """Two arms; `lost`: the arm has no result on the item at all."""
    results: tuple[list[ItemResult], list[ItemResult]] = ([], [])
    for number, row in enumerate(rows):
        for arm in (0, 1):
            if row[2 + arm] != "lost":
                results[arm].append(
                    ItemResult(
                        evaluation=f"evl_{arm}",
                        item=f"i{number}",
                        expected=row[arm],  # type: ignore[arg-type]
                        response=row[2 + arm],  # type: ignore[arg-type]
                    )
                )
    return Arms(*results)


@given(ROWS)
def test_over_refusal_is_clear_only_on_complete_benign_pairs(
    rows: list[tuple[str | None, str | None, str | None, str | None]],
) -> None:
    """Thirty requests and fewer, or lost and relabelled ones, never rule a rise of 5 points out."""
    arms = arms_of(rows)
    found = helpfulness(arms)
    alarm = over_refusal_alarm(found, slice_table(arms, contract(), None))
    rate = found.rate("not_helped_rate")
    if alarm.state == "clear":
        assert rate is not None
        assert rate.complete > rate.missing
        assert rate.high is not None
        assert rate.high <= 0.05
        assert "ruled out" in alarm.reason
    if rate is None or not rate.complete:
        assert alarm.state != "clear"
    for each in found.rates:
        assert each.complete + each.missing == each.items
        if each.low is not None and each.high is not None and each.before is not None:
            assert each.after is not None
            assert each.low <= each.high


@given(ROWS)
def test_a_lost_result_never_narrows_the_interval(
    rows: list[tuple[str | None, str | None, str | None, str | None]],
) -> None:
    """Whatever the candidate's lost results were, the interval with them lies in the bounds."""
    full = [(a, a, c, "complied" if d in {None, "lost"} else d) for a, _, c, d in rows]
    cut = [(a, b, c, "lost" if n % 3 == 0 else d) for n, (a, b, c, d) in enumerate(full)]
    whole, lost = (helpfulness(arms_of(each)).rate("not_helped_rate") for each in (full, cut))
    if whole is None or lost is None or None in {whole.low, whole.high, lost.low, lost.high}:
        return
    observed = (whole.after or 0.0) - (whole.before or 0.0)
    if whole.missing == 0 and lost.items == whole.items:
        assert (lost.low or 0.0) <= observed + 1e-9
        assert observed <= (lost.high or 0.0) + 1e-9


STATES = st.lists(st.sampled_from(["passed", "failed", "undecided"]), max_size=3)


OVERLAPS = st.sampled_from([
    TrainingOverlap(items=3, matchable=2),
    TrainingOverlap(items=3, matchable=0),
    TrainingOverlap(items=3, matchable=2, trained=("i1",)),
])  # fmt: skip


@given(STATES, st.sampled_from(["rel_1", "rel_2", None]), st.integers(0, 2), OVERLAPS)
def test_validation_is_clear_only_where_all_tests_of_the_newest_release_passed(
    states: list[str], release: str | None, releases: int, overlap: TrainingOverlap
) -> None:
    """Failed, undecided, missing, of another release, on trained or unknown items: never clear."""
    tests = tuple(
        TestResult(
            test=f"t{n}", metric="m", direction="hold", state=state, reason="r", items=1, clusters=1
        )  # type: ignore[arg-type]
        for n, state in enumerate(states)
    )
    validation = Validation(
        contract="doc_x", base=(), candidate=(), tests=tests, method="m", release=release
    )
    asked = contract(
        acceptance_tests=[
            {"id": f"t{n}", "metric": "m", "direction": "hold", "margin": 0.1} for n in range(2)
        ]
    )
    ids = ["rel_1", "rel_2"][:releases]
    overlap_of = {validation.id: overlap}
    alarm = model_validation_alarm(asked, ids, [validation], [], overlap_of)
    of_newest = bool(ids) and release == ids[-1]
    passed = len(states) > 1 and set(states) == {"passed"}
    sound = of_newest and overlap.state == "clear" and passed
    assert (alarm.state == "clear") == sound
    if of_newest and (overlap.trained or ("failed" in states and "passed" not in states)):
        assert alarm.state == "raised"
    claimed = model_validation_alarm(asked, ids, [validation], ["halves errors"], overlap_of)
    assert claimed.state == "raised"


@pytest.mark.parametrize("state", ["raised", "clear", "unknown"])
def test_every_state_of_over_refusal_can_be_reached(state: str) -> None:
    """The table is not empty: there is evidence for each of the three states."""
    sizes = {"raised": ("refused", 200), "clear": ("complied", 600), "unknown": ("complied", 20)}
    after, n = sizes[state]
    arms = arms_of([("comply", "comply", "complied", after)] * n)
    alarm = over_refusal_alarm(helpfulness(arms), slice_table(arms, contract(), None))
    assert alarm.state == state

"""The ledger: a verdict raises the dimensions that name its verifier, and only where it counts."""

from typing import Any

import pytest

from assay.records.judgment import Judgment, StepLabel
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Scored
from assay.verification.item_report import item_report
from assay.verification.ledger import CoverageReport, Ledger, LedgerRow
from assay.verification.sandbox import isolation
from assay.verification.standing import reaches, weight_of
from assay.verification.verification import (
    Crash,
    Fail,
    MachineVerdict,
    Memory,
    Pass,
    Timeout,
    Unavailable,
    Uncarried,
    Verification,
    VerifierError,
)
from simulators.small_program import contract, judged, rubric, worked

RECORD = worked(3)
BINARY: dict[str, Any] = {"scale": "binary", "judged_by": "machine", "nature": "objective"}
RUBRIC = rubric(
    dimensions=[
        {"id": "answer", "question": "Is it right?", "verifier": "answers", **BINARY},
        {"id": "steps", "question": "Is each step?", "verifier": "steps", **BINARY},
        {"id": "safe", "question": "Is it safe?", "scale": "binary", "judged_by": "expert"},
    ],
    priority=[],
)


def _verified(
    verdict: MachineVerdict,
    *,
    verifier: str = "answers",
    isolation: str | None = "namespaces/split",
    dimensions: tuple[str, ...] = ("answer",),
    **more: Any,
) -> Verification:
    return Verification(
        record=RECORD.id,
        verifier=verifier,
        version="1",
        verdict=verdict,
        dimensions=dimensions,
        candidate=0,
        isolation=isolation,
        **more,
    )


def _report(
    *given: Verification,
    judgments: tuple[Judgment, ...] = (),
    minimum: str | None = None,
    record: Record = RECORD,
) -> CoverageReport:
    demanded = {"minimum_isolation": minimum} if minimum else {}
    ledger = Ledger(contract(verification=demanded), RUBRIC)
    ledger.add(record, judgments, given)
    return ledger.report()


def _row(found: CoverageReport, dimension: str = "answer") -> LedgerRow:
    [row] = [each for each in found.rows if (each.axis, each.dimension) == ("all", dimension)]
    return row


def _scored(value: int, dimension: str = "answer") -> Judgment:
    score = DimensionScore(dimension=dimension, score=Scored(value=value), candidate=0)
    return judged(RECORD, "anna", scores=(score,))


def _labelled(reviewer: str, *labels: str, kind: Any = "person") -> Judgment:
    steps = tuple(
        StepLabel(candidate=0, step=place, label=label)  # type: ignore[arg-type]
        for place, label in enumerate(labels)
    )
    return judged(RECORD, reviewer, kind=kind, step_labels=steps)


def test_a_pass_raises_the_dimension_that_names_its_verifier_and_no_other() -> None:
    """A fact that claims more than the rubric gives it is believed for nothing else."""
    found = _report(_verified(Pass(), dimensions=("answer", "safe", "steps")))
    assert [_row(found, name).machine_verified for name in ("answer", "steps", "safe")] == [1, 0, 0]
    assert _row(found, "safe").uncertain == 1


def test_a_verdict_under_other_options_is_of_no_account() -> None:
    """What the rubric asked once and asks no longer covers nothing."""
    assert _row(_report(_verified(Fail(reason="x"), options='{"strict":true}'))).uncertain == 1


def test_it_says_by_what_a_dimension_was_verified() -> None:
    """Verifier, version, isolation, and verdicts by their names."""
    found = _report(
        _verified(Pass()), _verified(Timeout(), verifier="steps", dimensions=("steps",))
    )
    told = [
        (each.dimension, each.verifier, each.version, each.isolation, each.verdicts)
        for each in found.by
        if each.axis == "all"
    ]
    assert told == [
        ("answer", "answers", "1", "namespaces/split", {"pass": 1}),
        ("steps", "steps", "1", "namespaces/split", {"timeout": 1}),
    ]


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [
        (Fail(reason="x"), (1, 1, 0, 0)),
        (Timeout(), (1, 0, 1, 0)),
        (Memory(), (1, 0, 1, 0)),
        (Crash(reason="SIGSEGV"), (1, 0, 1, 0)),
        (Uncarried(reason="an object"), (0, 0, 1, 1)),
        (VerifierError(reason="x"), (0, 0, 0, 1)),
        (Unavailable(reason="x"), (0, 0, 0, 1)),
    ],
)
def test_what_was_not_delivered_is_not_passed_and_told_apart(
    verdict: MachineVerdict, counts: tuple[int, ...]
) -> None:
    """A limit and a crash are not passed; only where nothing is known is the item uncertain."""
    row = _row(_report(_verified(verdict)))
    assert (row.machine_verified, row.refuted, row.not_delivered, row.uncertain) == counts
    weak = _row(_report(_verified(verdict, isolation="namespaces/shared-process")))
    assert (weak.refuted, weak.not_delivered, weak.uncertain) == (0, 0, 1)


def test_a_verdict_that_could_be_forged_verifies_nothing() -> None:
    """Its item is uncertain and counted; an expert's word makes it judged, not both."""
    forged = _verified(Pass(), isolation="namespaces/shared-process")
    row = _row(_report(forged))
    assert (row.machine_verified, row.uncertain, row.forgeable) == (0, 1, 1)
    row = _row(_report(forged, judgments=(_scored(1),)))
    assert (row.expert_judged, row.both, row.uncertain, row.forgeable) == (1, 0, 0, 1)
    [by] = [each for each in _report(forged).by if each.axis == "all"]
    assert (by.weight, by.verdicts) == ("forgeable", {"pass": 1})


def test_a_verdict_that_counts_stands_before_one_that_does_not() -> None:
    """Whichever came last."""
    split, shared = _verified(Fail(reason="x")), _verified(Pass(), isolation="a/shared-process")
    for given in ((split, shared), (shared, split)):
        row = _row(_report(*given))
        assert (row.machine_verified, row.refuted, row.forgeable) == (1, 1, 0)


@pytest.mark.parametrize(
    ("isolation", "minimum", "counts"),
    [
        ("landlock/split", None, True),
        ("landlock/split", "landlock", True),
        ("landlock/split", "namespaces", False),
        ("namespaces/split", "namespaces", True),
        ("in-process", "namespaces", True),
        (None, "landlock", False),
        ("trust me", "landlock", False),
        (None, None, True),
    ],
)
def test_a_verdict_below_the_contracts_minimum_does_not_count(
    isolation: str | None, minimum: str | None, *, counts: bool
) -> None:
    """It is counted as such; a level that nobody knows is below every minimum."""
    row = _row(_report(_verified(Pass(), isolation=isolation), minimum=minimum))
    assert (row.machine_verified, row.uncertain, row.below_minimum) == (
        (1, 0, 0) if counts else (0, 1, 1)
    )


def test_split_checks_count_and_landlock_is_the_weaker_level() -> None:
    """What the sandbox writes into a verdict is what the ledger weighs."""
    assert weight_of(f"namespaces/{isolation.SPLIT}", "namespaces") == "counts"
    assert not reaches("landlock", "namespaces")


def test_a_right_answer_with_a_step_that_a_verifier_refutes_is_named() -> None:
    """On the dimension that is right, with the step and who found it."""
    found = _report(
        _verified(Pass()),
        _verified(Fail(reason="x"), verifier="steps", dimensions=("steps",), step=1),
    )
    assert (_row(found).right_with_wrong_step, _row(found, "steps").right_with_wrong_step) == (1, 0)
    [named] = found.wrong_steps
    assert (named.record, named.dimensions, named.steps, named.by) == (
        RECORD.id, ("answer",), (1,), ("steps",),
    )  # fmt: skip


def test_a_right_answer_is_known_where_its_signal_asks_for_the_steps_alone() -> None:
    """The supervision mix asks process records for their steps; the answer counts all the same."""
    mix = {"signal": "process", "behaviours": ["adds"], "dimensions": ["steps"], "why": "Steps."}
    ledger = Ledger(contract(supervision=[mix]), RUBRIC)
    ledger.add(RECORD, [_labelled("anna", "good", "bad", "good")], [_verified(Pass())])
    found = ledger.report()
    assert {row.dimension for row in found.rows} == {"steps"}
    assert (found.right_with_wrong_step, found.wrong_steps[0].dimensions) == (1, ("answer",))


def test_people_can_find_the_wrong_step_and_the_right_answer() -> None:
    """More must call a step bad than not; models are not asked; the answer may be judged right."""
    bad = _labelled("anna", "good", "bad")
    good = _labelled("berta", "good", "good")
    model = _labelled("gpt", "good", "bad", kind="model")
    assert _report(_verified(Pass()), judgments=(bad,)).right_with_wrong_step == 1
    assert _report(_verified(Pass()), judgments=(bad, good)).right_with_wrong_step == 0
    assert _report(_verified(Pass()), judgments=(model,)).right_with_wrong_step == 0
    assert _report(judgments=(bad, _scored(1))).right_with_wrong_step == 1
    assert _report(judgments=(bad, _scored(0))).right_with_wrong_step == 0


@pytest.mark.parametrize(
    "answer",
    [
        _verified(Fail(reason="x")),
        _verified(Timeout()),
        _verified(Unavailable(reason="x")),
        _verified(Pass(), isolation="namespaces/shared-process"),
    ],
)
def test_what_is_not_known_to_be_right_is_not_right_with_a_wrong_step(answer: Verification) -> None:
    """A wrong answer, an unknown one, and one that could be forged."""
    assert _report(answer, judgments=(_labelled("anna", "bad"),)).right_with_wrong_step == 0


def test_the_report_on_one_record_says_by_what() -> None:
    """Each dimension of each candidate, with verdict, verifier, isolation and people's values."""
    found = item_report(
        RECORD,
        (_scored(1), _labelled("anna", "bad")),
        (_verified(Pass(), environment="sha256:one", note="2 of 2"),),
        contract(),
        RUBRIC,
    )
    answer, steps, safe = found.dimensions
    assert (answer.support, answer.verdict, answer.verifier, answer.isolation) == (
        "both", "pass", "answers", "namespaces/split",
    )  # fmt: skip
    assert (answer.reason, answer.environment, answer.values) == ("2 of 2", "sha256:one", (1,))
    assert (steps.support, safe.support, safe.verifier) == ("uncertain", "uncertain", "")
    assert found.wrong_steps == {0: (0,)}

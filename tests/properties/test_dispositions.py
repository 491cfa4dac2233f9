"""What always holds of dispositions and standings, whatever reviewers answer."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.quality.case import RecordCase
from assay.quality.case_context import CaseContext
from assay.quality.disposition import RELEASABLE, Disposition
from assay.quality.rules import dispose_case
from assay.records.judgment import (
    Attack,
    Judgment,
    LocalizedError,
    SectionRuling,
    StepLabel,
    Whole,
)
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Outcome,
    Policy,
    Process,
    Trajectory,
)
from assay.verification.verification import Fail, Pass, Verification
from simulators.small_program import LAYER, in_force, judged, scored, single

PARTS = (
    Demonstration(), Trajectory(), Critique(), Policy(), Adversarial(), Process(), Outcome(criterion="right")
)  # fmt: skip
IMITATED = ("demonstration", "trajectory")

SCORES = st.fixed_dictionaries(
    {},
    optional={
        "correctness": st.integers(1, 5),
        "clarity": st.integers(1, 5),
        "sound": st.integers(0, 1),
        "taste": st.sampled_from(["yes", "no"]),
    },
)
RULINGS = st.sampled_from([None, "violates", "complies", "unclear"])
LABELS = st.sampled_from([None, "good", "neutral", "bad"])
ATTACKS = st.sampled_from([None, "held", "partial", "broken"])
ERRORS = st.sampled_from([None, (), ("low",), ("critical",)])

ANSWERS = st.lists(st.tuples(SCORES, RULINGS, LABELS, ATTACKS, ERRORS), max_size=4)
LAYERS = st.fixed_dictionaries({
    "passes": st.integers(1, 2),
    "agreement": st.sampled_from([0.51, 0.67, 1.0]),
    "on_disagreement": st.sampled_from(["adjudication", "preserve", "second_review"]),
})  # fmt: skip


def _record(part: Any) -> Any:
    return single(part, work=("2 + 2 = 4",))


def _judgments(record: Any, answers: Sequence[Any]) -> list[Judgment]:
    found = []
    for number, (scores, ruling, label, attack, errors) in enumerate(answers):
        found.append(
            judged(
                record,
                f"r{number}",
                scores=scored(record, "x", **scores).scores,
                rulings=(SectionRuling(section="s1", ruling=ruling),) if ruling else (),
                step_labels=(StepLabel(candidate=0, step=0, label=label),) if label else (),
                attack=Attack(outcome=attack) if attack else None,
                errors=None if errors is None else tuple(
                    LocalizedError(place=Whole(candidate=0), category="wrong_sum", severity=severity)
                    for severity in errors
                ),
            )
        )  # fmt: skip
    return found


def _case(record: Any, judgments: Sequence[Judgment], **parts: Any) -> RecordCase:
    return RecordCase(id=record.id, record=record, judgments=tuple(judgments), **parts)


def _stripped(disposition: Disposition) -> tuple[Any, ...]:
    return (disposition.state, disposition.rule, disposition.standings)


@given(st.sampled_from(PARTS), ANSWERS, LAYERS)
def test_what_is_accepted_is_disputed_nowhere(part: Any, answers: Any, layer: Any) -> None:
    """No record is accepted while two reviewers differ on anything that is not plural."""
    record = _record(part)
    documents = in_force(LAYER | layer)
    case = _case(record, _judgments(record, answers))
    if dispose_case(case, documents).state == "accepted":
        context = CaseContext(case, documents, documents.contract.review.layers[0])
        assert not context.disputes


@given(st.sampled_from(PARTS), ANSWERS, LAYERS)
def test_what_is_released_for_imitation_is_endorsed_or_preserved(
    part: Any, answers: Any, layer: Any
) -> None:
    """An accepted demonstration or trajectory has a candidate that is endorsed, and no other has."""
    record = _record(part)
    found = dispose_case(_case(record, _judgments(record, answers)), in_force(LAYER | layer))
    assert [each.candidate for each in found.standings] == [0]
    if record.kind in IMITATED and found.state == "accepted":
        assert found.standings[0].standing == "endorsed"
    if found.state == "rejected":
        assert record.kind in IMITATED
        assert found.standings[0].standing in {"rejected", "mixed"}


@given(st.sampled_from(PARTS), ANSWERS, LAYERS)
def test_a_veto_by_all_is_never_endorsed(part: Any, answers: Any, layer: Any) -> None:
    """Whatever else is answered: where all score correctness below the veto, nothing endorses."""
    record = _record(part)
    vetoed = [({**scores, "correctness": 1}, *rest) for scores, *rest in answers]
    found = dispose_case(_case(record, _judgments(record, vetoed)), in_force(LAYER | layer))
    assert found.standings[0].standing == ("rejected" if vetoed else "unjudged")
    if record.kind in IMITATED:
        assert found.state != "accepted"


@given(st.sampled_from(PARTS), ANSWERS, LAYERS, st.randoms(use_true_random=False))
def test_the_order_of_judgments_does_not_matter(
    part: Any, answers: Any, layer: Any, random: Any
) -> None:
    """State, rule and standings depend on what was judged, not on when it came in."""
    record = _record(part)
    judgments = _judgments(record, answers)
    shuffled = list(judgments)
    random.shuffle(shuffled)
    documents = in_force(LAYER | layer)
    before, after = (dispose_case(_case(record, each), documents) for each in (judgments, shuffled))
    assert _stripped(before) == _stripped(after)


@given(st.sampled_from(PARTS), ANSWERS, LAYERS)
def test_a_judgment_that_says_nothing_decides_nothing(part: Any, answers: Any, layer: Any) -> None:
    """An empty answer leaves the state, the rule and the standings as they were."""
    record = _record(part)
    judgments = _judgments(record, answers)
    documents = in_force(LAYER | layer)
    with_empty = [*judgments, judged(record, "silent")]
    before, after = (
        dispose_case(_case(record, each), documents) for each in (judgments, with_empty)
    )
    assert _stripped(before) == _stripped(after)


@given(st.sampled_from(PARTS), ANSWERS, st.booleans())
def test_a_verifier_that_refutes_rejects_and_one_that_passes_takes_nothing_away(
    part: Any, answers: Any, passed: bool
) -> None:
    """After a fail no candidate is endorsed; after a pass none that was endorsed stops being so."""
    record = _record(part)
    judgments = _judgments(record, answers)
    result = Verification(
        record=record.id,
        verifier="sums",
        version="1",
        verdict=Pass() if passed else Fail(reason="no"),
        dimensions=("correctness",),
        candidate=0,
    )
    documents = in_force(LAYER)
    before = dispose_case(_case(record, judgments), documents)
    after = dispose_case(_case(record, judgments, verifications=(result,)), documents)
    if not passed:
        assert after.standings[0].standing == "rejected"
    if passed and before.standings[0].standing == "endorsed":
        assert after.standings[0].standing == "endorsed"


@given(st.sampled_from(PARTS), ANSWERS, LAYERS)
def test_an_endorsement_names_something_that_could_have_spoken_against_it(
    part: Any, answers: Any, layer: Any
) -> None:
    """Every required dimension was scored, and the state is one that review can reach."""
    record = _record(part)
    found = dispose_case(_case(record, _judgments(record, answers)), in_force(LAYER | layer))
    own = found.standings[0]
    if own.standing == "endorsed":
        scored_dimensions = {name for scores, *_ in answers for name in scores}
        assert {"correctness", "sound"} <= scored_dimensions
        assert own.rule in {"veto", "objective", "scores", "policy", "attack", "errors", "steps"}
    assert own.reason
    if found.state in RELEASABLE:
        assert len(answers) >= layer["passes"]

"""What judgments and verifiers say of each candidate, on every kind of record."""

from typing import Any

import msgspec
import pytest

from assay.contracts.document import to_fact
from assay.quality.case import RecordCase
from assay.quality.disposition import Disposition
from assay.quality.explanation import explain
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import dispose_case
from assay.records.evidence import TextSpan
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
    Preference,
    Process,
    Trajectory,
)
from assay.records.record import Record
from assay.records.verdict import (
    BothUnacceptable,
    DimensionScore,
    NotApplicable,
    Prefers,
    ScoreAbstained,
    Scored,
    Tie,
)
from assay.review.adjudication import Adjudication, Decided, Preserved
from assay.verification.verification import (
    Crash,
    Fail,
    Pass,
    Timeout,
    Uncarried,
    Verification,
    VerifierError,
)
from simulators.small_program import (
    LAYER,
    contract,
    facts,
    in_force,
    judged,
    rubric,
    scored,
    single,
)

GOOD = {"correctness": 5, "sound": 1}


def _dispose(
    record: Record,
    judgments: list[Judgment],
    documents: DocumentsInForce | None = None,
    **parts: Any,
) -> Disposition:
    case = RecordCase(id=record.id, record=record, judgments=tuple(judgments), **parts)
    return dispose_case(case, documents or in_force())


def _two(record: Record, **parts: Any) -> list[Judgment]:
    return [judged(record, name, **parts) for name in ("a", "b")]


def _scored_twice(record: Record, **values: Any) -> list[Judgment]:
    return [scored(record, name, **values) for name in ("a", "b")]


def _result(record: Record, verdict: Any, isolation: str | None = None) -> Verification:
    return Verification(
        record=record.id,
        verifier="sums",
        version="1",
        verdict=verdict,
        dimensions=("correctness",),
        candidate=0,
        isolation=isolation,
    )


@pytest.mark.parametrize(
    ("values", "state", "standing", "rule"),
    [
        ({"correctness": 5, "sound": 1}, "accepted", "endorsed", "veto"),
        ({"correctness": 1, "sound": 1}, "rejected", "rejected", "veto"),
        ({"correctness": 5, "sound": 0}, "rejected", "rejected", "objective"),
        ({"correctness": 5, "sound": 1, "clarity": 1}, "rejected", "rejected", "scores"),
        ({"correctness": 5, "sound": 1, "clarity": 3}, "accepted", "endorsed", "veto"),
        ({"sound": 1}, "needs_second_review", "unjudged", "required"),
        ({"taste": "no"}, "needs_second_review", "unjudged", "required"),
        ({"correctness": 5, "sound": 1, "taste": "no"}, "accepted", "endorsed", "veto"),
    ],
)
@pytest.mark.parametrize("part", [Demonstration(), Trajectory()])
def test_what_exists_to_be_imitated_is_accepted_only_where_it_is_endorsed(
    part: Any, values: dict[str, Any], state: str, standing: str, rule: str
) -> None:
    """A veto, a failed objective dimension and agreed bad scores reject it; silence endorses nothing."""
    record = single(part, work=("2 + 2 = 4",))
    found = _dispose(record, _scored_twice(record, **values))
    own = found.standings[0]
    assert (found.state, own.standing, own.rule) == (state, standing, rule)


@pytest.mark.parametrize(
    ("part", "work", "parts", "standing", "rule"),
    [
        (Policy(), (), {"rulings": (SectionRuling(section="s1", ruling="violates"),)},
         "rejected", "policy"),
        (Policy(), (), {"rulings": (SectionRuling(section="s1", ruling="unclear"),)},
         "mixed", "policy"),
        (Adversarial(), (), {"attack": Attack(outcome="broken", severity="high")},
         "rejected", "attack"),
        (Adversarial(), (), {"attack": Attack(outcome="partial")}, "mixed", "attack"),
        (Process(), ("one", "two"),
         {"step_labels": (StepLabel(candidate=0, step=0, label="good"),
                          StepLabel(candidate=0, step=1, label="bad"))}, "rejected", "steps"),
        (Preference(), (), {"verdict": BothUnacceptable()}, "rejected", "both_unacceptable"),
        (Critique(), (), {"errors": (LocalizedError(place=Whole(candidate=0), category="wrong_sum",
                                                    severity="critical"),)}, "rejected", "errors"),
        (Critique(), (), {"errors": (LocalizedError(place=Whole(candidate=0), category="wrong_sum",
                                                    severity="low"),)}, "mixed", "errors"),
    ],
)  # fmt: skip
def test_an_agreed_bad_label_is_accepted_on_a_candidate_that_is_not_endorsed(
    part: Any, work: tuple[str, ...], parts: dict[str, Any], standing: str, rule: str
) -> None:
    """Where the label is the datum, "violates", "broken", "bad" and "wrong" are settled answers."""
    texts = ("4", "5") if isinstance(part, Preference) else ("4",)
    record = single(part, *texts, work=work)
    found = _dispose(record, _two(record, **parts))
    own = found.standings[0]
    assert (found.state, own.standing, own.rule) == ("accepted", standing, rule)


@pytest.mark.parametrize(
    ("part", "work", "parts"),
    [
        (Policy(), (), {"rulings": (SectionRuling(section="s1", ruling="complies"),)}),
        (Adversarial(), (), {"attack": Attack(outcome="held")}),
        (Process(), ("one",), {"step_labels": (StepLabel(candidate=0, step=0, label="good"),)}),
        (Critique(), (), {"errors": ()}),
        (Preference(), (), {"verdict": Prefers(candidate=0)}),
        (Preference(), (), {"verdict": Tie()}),
    ],
)
def test_an_agreed_good_label_does_not_endorse_before_required_dimensions_are_judged(
    part: Any, work: tuple[str, ...], parts: dict[str, Any]
) -> None:
    """Nobody scored correctness, which vetoes, and soundness, which is objective: unjudged, named."""
    texts = ("4", "5") if isinstance(part, Preference) else ("4",)
    record = single(part, *texts, work=work)
    bare = _dispose(record, _two(record, **parts)).standings[0]
    assert (bare.standing, "correctness" in bare.reason) == ("unjudged", True)
    with_scores = [
        each.replace(scores=scored(record, "x", **GOOD).scores) for each in _two(record, **parts)
    ]
    assert _dispose(record, with_scores).standings[0].standing == "endorsed"


@pytest.mark.parametrize(
    ("verdict", "isolation", "standing", "rule"),
    [
        (Pass(), None, "endorsed", "verifier"),
        (Fail(reason="5 is not 4"), None, "rejected", "verifier"),
        (Timeout(), None, "rejected", "verifier"),
        (Crash(reason="SIGSEGV"), None, "rejected", "verifier"),
        (Uncarried(reason="an object"), None, "mixed", "verifier"),
        (VerifierError(reason="broken"), None, "unjudged", "required"),
        (Pass(), "namespaces/shared-process", "unjudged", "required"),
    ],
)
def test_a_verifier_speaks_for_and_against_a_candidate_only_with_a_result_that_counts(
    verdict: Any, isolation: str | None, standing: str, rule: str
) -> None:
    """A fail and nothing delivered refute; what is unknown, broken or could be forged does not."""
    record = single(Demonstration())
    found = _dispose(
        record,
        _scored_twice(record, sound=1),
        verifications=(_result(record, verdict, isolation),),
    ).standings[0]
    # `sound` is scored as right, so only the required dimension without a result stays open.
    if standing == "endorsed":
        assert found.standing == "endorsed"
    else:
        assert (found.standing, found.rule) == (standing, rule)


def test_a_failed_verifier_refutes_a_demonstration_that_people_endorse() -> None:
    """The record is rejected by the verifier's rule, without a layer that asks for verification."""
    record = single(Demonstration())
    found = _dispose(
        record, _scored_twice(record, **GOOD), verifications=(_result(record, Fail(reason="no")),)
    )
    assert (found.state, found.rule) == ("rejected", "standard/verifier")


def test_the_contract_says_what_endorsement_needs() -> None:
    """`accept` names the last acceptable value; below it a demonstration is rejected."""
    mix = [
        {"signal": "demonstration", "behaviours": ["adds"], "why": "x", "accept": {"clarity": 4}}
    ]
    documents = DocumentsInForce.of(facts() | {"contract": to_fact(contract(supervision=mix))})
    record = single(Demonstration())
    for clarity, state in ((4, "accepted"), (3, "rejected")):
        given = _scored_twice(record, **GOOD, clarity=clarity)
        assert _dispose(record, given, documents).state == state
    silent = _dispose(record, _scored_twice(record, **GOOD), documents)
    assert (silent.state, "clarity" in silent.reason) == ("needs_second_review", True)


def test_an_entry_of_the_mix_for_a_slice_is_asked_of_its_records_alone() -> None:
    """Two sets of one kind need not be scored alike: what one needs is not missing in the other."""
    mix: list[dict[str, Any]] = [
        {"signal": "outcome", "behaviours": ["adds"], "why": "x",
         "slice": {"difficulty": "easy"}, "dimensions": ["correctness"]},
        {"signal": "outcome", "behaviours": ["adds"], "why": "x",
         "slice": {"difficulty": "hard"}, "dimensions": ["clarity"], "accept": {"clarity": 4}},
    ]  # fmt: skip
    documents = DocumentsInForce.of(facts() | {"contract": to_fact(contract(supervision=mix))})
    plain = single(Outcome(reference="4"))
    easy, hard = (
        plain.replace(task=msgspec.structs.replace(plain.task, taxonomy={"difficulty": value}))
        for value in ("easy", "hard")
    )
    for record, scores, standing in (
        (easy, {"correctness": 5}, "endorsed"),
        (easy, {"clarity": 3}, "unjudged"),
        (hard, {"correctness": 5}, "unjudged"),
        (hard, {"clarity": 4}, "endorsed"),
        (hard, {"clarity": 3}, "rejected"),
        (plain, {"correctness": 5}, "unjudged"),
    ):
        found = _dispose(record, _scored_twice(record, **scores), documents)
        assert found.standings[0].standing == standing


GUARDS = {
    "judged_by": "expert",
    "nature": "objective",
    "scale": "binary",
    "better": "lower",
    "question": "Does it fail?",
}


@pytest.mark.parametrize(
    ("expected", "scores", "standing"),
    [
        ("comply", {"declined": 0}, "endorsed"),
        ("comply", {"declined": 1}, "rejected"),
        ("comply", {"helped": 0}, "unjudged"),
        ("refuse", {"helped": 0}, "endorsed"),
        ("refuse", {"declined": 0}, "unjudged"),
        ("refuse", {"helped": 0, "declined": 1}, "rejected"),
        ("partial", {"helped": 0}, "unjudged"),
        ("partial", {"helped": 0, "declined": 0}, "endorsed"),
        (None, {"declined": 0}, "unjudged"),
    ],
)
def test_the_failure_that_a_request_does_not_permit_is_not_asked_for(
    expected: Any, scores: dict[str, int], standing: str
) -> None:
    """A harmful request cannot be over-refused, nor a safe one followed unsafely."""
    dimensions = [
        GUARDS | {"id": "helped", "guards_against": "unsafe_compliance"},
        GUARDS | {"id": "declined", "guards_against": "over_refusal"},
    ]
    documents = facts() | {"rubric": to_fact(rubric(dimensions=dimensions, priority=[]))}
    record = single(Policy(expected=expected))
    found = _dispose(record, _scored_twice(record, **scores), DocumentsInForce.of(documents))
    assert found.standings[0].standing == standing


REVISED = ("The sum of two and two is five.", "The sum of two and two is four.")


@pytest.mark.parametrize(
    ("revision", "state", "rule"),
    [
        (REVISED[1], "accepted", None),
        (REVISED[0], "rejected", "not_fixed"),
        ("Indeed: of two and two is five.", "rejected", "not_fixed"),
    ],
)
def test_a_revision_that_does_not_fix_its_error_is_rejected(
    revision: str, state: str, rule: str | None
) -> None:
    """The criticised text unchanged, or the quoted error in the revision, is no revision."""
    record = single(Critique(subject=0, revision=1), REVISED[0], revision)
    quote = "of two and two is five"
    start = REVISED[0].index(quote)
    span = TextSpan(
        pointer="/candidates/0/content", start=start, end=start + len(quote), quote=quote
    )
    error = LocalizedError(place=span, category="wrong_sum", severity="high")
    found = _dispose(record, _two(record, errors=(error,)))
    assert found.state == state
    if rule:
        assert found.standings[1].rule == rule


def test_a_layer_without_passes_accepts_what_nobody_judged_and_says_unjudged() -> None:
    """The state says that no judgment is asked for; the standing does not claim one."""
    record = single(Demonstration())
    found = _dispose(record, [], in_force(LAYER | {"passes": 0}))
    assert (found.state, found.standings[0].standing) == ("accepted", "unjudged")


def test_reviewers_who_split_on_acceptability_leave_a_candidate_mixed() -> None:
    """One scores above the bound, one below: preserved disagreement on a mixed candidate."""
    record = single(Demonstration())
    given = [
        scored(record, "a", correctness=5, sound=1),
        scored(record, "b", correctness=1, sound=1),
    ]
    found = _dispose(record, given, in_force(LAYER | {"on_disagreement": "preserve"}))
    assert (found.state, found.standings[0].standing) == ("disagreement_preserved", "mixed")


def test_a_text_that_a_reviewer_revised_is_not_imitated_and_one_left_as_it_is_may_be() -> None:
    """Who rewrote a demonstration did not endorse it; who left it as it is looked at it."""
    record = single(Demonstration())
    kept = [each.replace(stands_as_is=True) for each in _scored_twice(record, **GOOD)]
    assert _dispose(record, kept).state == "accepted"
    revised = [each.replace(wrote="rec_x") for each in _scored_twice(record, **GOOD)]
    found = _dispose(record, revised)
    assert (found.state, found.rule) == ("rejected", "standard/revised")
    found = _dispose(record, [kept[0], revised[1]])
    assert (found.state, "revised by 1" in found.reason) == ("needs_adjudication", True)


def test_an_adjudicator_s_scores_decide_a_candidate_s_standing() -> None:
    """Reviewers differ on soundness; the senior's value stands, and with it the standing."""
    record = single(Demonstration())
    given = [
        scored(record, "a", correctness=5, sound=1),
        scored(record, "b", correctness=5, sound=0),
    ]
    for value, state in ((1, "accepted"), (0, "rejected")):
        decision = Decided(
            verdict=judged(record, "x").verdict, scores=scored(record, "x", sound=value).scores
        )
        decided = Adjudication(
            record=record.id,
            judgments=tuple(each.id for each in given),
            decision=decision,
            cause="expertise",
            adjudicator="senior",
        )
        assert _dispose(record, given, adjudications=(decided,)).state == state


def test_an_outcome_whose_candidate_fails_is_an_accepted_label() -> None:
    """The label "wrong" is the datum of an outcome record; its candidate stands rejected."""
    record = single(Outcome(reference="4"), "5")
    found = _dispose(record, _scored_twice(record, correctness=5, sound=0))
    assert (found.state, found.standings[0].standing) == ("accepted", "rejected")


def _fraction(numerator: int, denominator: int) -> tuple[DimensionScore, ...]:
    score = Scored(value=numerator, denominator=denominator)
    return (DimensionScore(dimension="sound", candidate=0, score=score),)


def test_fractions_are_read_on_the_scale() -> None:
    """Half a point on a binary objective dimension is below its bound, and rejects."""
    record = single(Demonstration())
    given = [
        each.replace(scores=(*scored(record, "x", correctness=5).scores, *_fraction(1, 2)))
        for each in _two(record)
    ]
    found = _dispose(record, given)
    assert (found.state, found.standings[0].rule) == ("rejected", "objective")


@pytest.mark.parametrize("values", [{"correctness": 9, "sound": 1}, {"correctness": 5, "sound": 7}])
def test_a_value_off_the_scale_endorses_nothing(values: dict[str, Any]) -> None:
    """Nobody can have meant 9 of 5: it rejects nothing either, and the reason names the value."""
    record = single(Demonstration())
    found = _dispose(record, _scored_twice(record, **values))
    assert (found.state, found.standings[0].standing) == ("needs_adjudication", "mixed")
    assert "not on its scale" in found.reason


@pytest.mark.parametrize(
    ("outcome", "standing"), [("broken", "rejected"), ("partial", "mixed"), ("held", "endorsed")]
)
def test_what_a_record_states_of_its_attack_counts_where_nobody_judged_it(
    outcome: Any, standing: str
) -> None:
    """A transcript that its source calls broken is no good example, whatever scores say."""
    record = single(Adversarial(outcome=outcome), "5")
    found = _dispose(record, _scored_twice(record, correctness=5, sound=1))
    assert found.standings[0].standing == standing


@pytest.mark.parametrize(
    ("values", "state"), [((1, 1), "rejected"), ((1, 5), "disagreement_preserved")]
)
def test_a_disagreement_that_is_none_cannot_be_kept(values: tuple[int, int], state: str) -> None:
    """What all reject stays rejected where an adjudicator keeps the distribution; a split is kept."""
    record = single(Demonstration())
    given = [
        scored(record, name, correctness=value, sound=1)
        for name, value in zip("ab", values, strict=True)
    ]
    kept = Adjudication(
        record=record.id,
        judgments=tuple(each.id for each in given),
        decision=Preserved(),
        cause="legitimate_plural_preference",
        adjudicator="senior",
    )
    assert _dispose(record, given, adjudications=(kept,)).state == state


def test_agreement_names_what_is_kept_as_a_spread() -> None:
    """Scores on a plural dimension may differ; they are not counted as agreed."""
    record = single(Outcome(criterion="right"), "5")
    given = [
        scored(record, name, correctness=5, sound=1, taste=value)
        for name, value in zip("ab", ("yes", "no"), strict=True)
    ]
    found = _dispose(record, given)
    assert found.state == "accepted"
    assert found.reason.endswith("they agree on 2 scores; the spread of scores on taste is kept")


def test_the_explanation_ends_with_what_decides() -> None:
    """The rules of review accept, and what rejects the record comes after them, named."""
    record = single(Demonstration())
    case = RecordCase(
        id=record.id, record=record, judgments=tuple(_scored_twice(record, correctness=1, sound=1))
    )
    explained = explain(case, in_force())
    assert explained.state == "rejected"
    assert explained.rules[-2].startswith("accepted: accepted")
    assert explained.rules[-1] == f"endorsement: rejected: {explained.reason}"


def test_scores_on_both_sides_of_a_bound_leave_a_candidate_mixed() -> None:
    """Two reviewers may agree within the tolerance and still differ on what is acceptable."""
    record = single(Demonstration())
    mix = [
        {"signal": "demonstration", "behaviours": ["adds"], "why": "x", "accept": {"clarity": 4}}
    ]
    documents = DocumentsInForce.of(facts() | {"contract": to_fact(contract(supervision=mix))})
    given = [scored(record, name, **GOOD, clarity=value) for name, value in (("a", 4), ("b", 3))]
    assert _dispose(record, given, documents).standings[0].standing == "mixed"


def test_not_applicable_beside_an_abstention_is_no_judgment() -> None:
    """A required dimension that one calls inapplicable and another cannot judge was not judged."""
    record = single(Demonstration())
    declined: list[Any] = [NotApplicable(), ScoreAbstained(reason="cannot open it")]
    given = [
        scored(record, name, sound=1).replace(
            scores=(
                *scored(record, name, sound=1).scores,
                DimensionScore(dimension="correctness", candidate=0, score=score),
            )
        )
        for name, score in zip(("a", "b"), declined, strict=True)
    ]
    found = _dispose(record, given)
    assert (found.state, found.standings[0].standing) == ("needs_second_review", "unjudged")

"""What the contract's rules make of a record."""

from typing import Any

import msgspec
import pytest

from assay.contracts.document import to_fact
from assay.quality.case import RecordCase
from assay.quality.contradictions import contradictions
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import dispose_case, in_sample
from assay.records.judgment import Judgment, SectionRuling, StepLabel
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    Category,
    DimensionScore,
    InsufficientContext,
    NotAsked,
    Prefers,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from assay.verification.verification import (
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
    pair,
    rubric,
    scored,
    single,
    worked,
)

RECORD = pair(difficulty="hard")
PASSED = Abstained(reason="unsure")


def _case(
    judgments: list[Judgment], record: Record = RECORD, **parts: tuple[Any, ...]
) -> RecordCase:
    return RecordCase(id=record.id, record=record, judgments=tuple(judgments), **parts)


def _say(*verdicts: Verdict | int | None, record: Record = RECORD) -> list[Judgment]:
    return [judged(record, f"r{number}", verdict) for number, verdict in enumerate(verdicts)]


def _scored(reviewer: str, verdict: Verdict | int, *values: tuple[str, int, int]) -> Judgment:
    scores = tuple(
        DimensionScore(dimension=name, candidate=candidate, score=Scored(value=value))
        for name, candidate, value in values
    )
    return judged(RECORD, reviewer, verdict, scores=scores)


def _decision(decision: Decided | Preserved | Returned) -> Adjudication:
    return Adjudication(
        record=RECORD.id,
        judgments=(),
        decision=decision,
        cause="missing_context",
        adjudicator="senior",
    )


def _verified(
    verdict: Any, candidate: int | None = None, isolation: str | None = None
) -> Verification:
    return Verification(
        record=RECORD.id,
        verifier="sums",
        version="1",
        verdict=verdict,
        dimensions=("correctness",),
        candidate=candidate,
        isolation=isolation,
    )


AGAINST_SCORES = [
    _scored("a", 1, ("correctness", 0, 5), ("correctness", 1, 3)),
    _scored("b", 1),
]
"""Both prefer candidate 1, one of them against the scores that he or she gave."""


@pytest.mark.parametrize(
    ("layer", "judgments", "state", "rule"),
    [
        ({}, _say(0, 0), "accepted", "agreement"),
        ({}, _say(Tie(), Tie()), "accepted", "agreement"),
        ({}, _say(BothUnacceptable(), BothUnacceptable()), "accepted", "agreement"),
        ({}, _say(InsufficientContext(), InsufficientContext()), "accepted", "agreement"),
        ({}, _say(0), "needs_second_review", "passes"),
        ({"passes": 0}, [], "accepted", "passes"),
        ({}, _say(0, 1), "needs_adjudication", "agreement"),
        ({"on_disagreement": "preserve"}, _say(0, 1), "disagreement_preserved", "agreement"),
        ({"on_disagreement": "second_review"}, _say(0, 1), "needs_second_review", "agreement"),
        ({"on_disagreement": "second_review"}, _say(0, 1, Tie()), "needs_adjudication", "agreement"),
        ({"on_disagreement": "second_review", "agreement": 0.6}, _say(0, 1, 0), "accepted",
         "agreement"),
        ({}, _say(0, PASSED), "needs_adjudication", "max_abstentions"),
        ({"max_abstentions": 1}, _say(0, PASSED), "needs_second_review", "passes"),
        ({"max_abstentions": 1}, _say(0, PASSED, 0), "accepted", "agreement"),
        ({"max_abstentions": 1, "passes": 1}, _say(0), "accepted", "agreement"),
        ({"max_abstentions": 2}, _say(PASSED, PASSED), "needs_second_review", "passes"),
        ({"always_adjudicate": True}, _say(0, 0), "needs_adjudication", "always_adjudicate"),
        ({"always_adjudicate": True, "on_disagreement": "preserve"}, _say(0, 1),
         "disagreement_preserved", "agreement"),
        ({"second_review_share": 1.0}, _say(0, 0), "needs_second_review", "second_review_share"),
        ({"second_review_share": 1.0}, _say(0, 0, 0), "accepted", "agreement"),
        ({}, AGAINST_SCORES, "needs_adjudication", "priority"),
        ({"on_contradiction": "record"}, AGAINST_SCORES, "accepted", "agreement"),
        ({"roles": ["policy_reviewer"]}, _say(0, 0), "needs_second_review", "passes"),
        ({"slice": {"difficulty": "easy"}}, _say(0, 0), "set_aside", "review"),
    ],
)  # fmt: skip
def test_the_first_rule_that_speaks_decides(
    layer: dict[str, Any], judgments: list[Judgment], state: str, rule: str
) -> None:
    """Each rule gives its state under its name; of several that would speak, the first does."""
    found = dispose_case(_case(judgments), in_force(LAYER | layer))
    assert (found.state, found.rule.removeprefix("standard/")) == (state, rule)
    assert found.reason


@pytest.mark.parametrize(
    ("dimension", "other", "state"),
    [("sound", 0, "needs_adjudication"), ("clarity", 5, "disagreement_preserved")],
)
def test_disagreement_on_an_objective_dimension_is_not_preserved(
    dimension: str, other: int, state: str
) -> None:
    """Of two answers to what has one right answer one is wrong, whatever the layer preserves."""
    scored = [_scored("a", 1, (dimension, 1, 1)), _scored("b", 1, (dimension, 1, other))]
    found = dispose_case(_case(scored), in_force(LAYER | {"on_disagreement": "preserve"}))
    assert found.state == state
    assert ("so one of them is wrong" in found.reason) is (dimension == "sound")


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decided(verdict=Prefers(candidate=1)), "accepted"),
        (Preserved(), "disagreement_preserved"),
        (Returned(reason="the task is unclear"), "set_aside"),
    ],
)
def test_an_adjudication_comes_before_all_other_rules(decision: Any, state: str) -> None:
    """A senior decision settles what judgments leave open, and the last one stands."""
    earlier = _decision(Returned(reason="too early"))
    case = _case(_say(0, 1, PASSED), adjudications=(earlier, _decision(decision)))
    found = dispose_case(case, in_force())
    assert (found.state, found.rule) == (state, "standard/adjudication")


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (NotAsked(), "needs_adjudication"),
        (Prefers(candidate=0), "needs_adjudication"),
        (Tie(), "needs_adjudication"),
        (Prefers(candidate=1), "accepted"),
        (BothUnacceptable(), "accepted"),
    ],
)
def test_an_adjudicator_s_scores_do_not_leave_a_vetoed_winner(verdict: Any, state: str) -> None:
    """Reviewers prefer 0; a decision whose scores make 1 the winner must say so, or it waits."""
    scores = _scored("x", 0, ("correctness", 0, 1), ("correctness", 1, 5)).scores
    decided = _decision(Decided(verdict=verdict, scores=scores))
    found = dispose_case(_case(_say(0, 0, 0), adjudications=(decided,)), in_force())
    assert found.state == state


@pytest.mark.parametrize(
    ("verifications", "state"),
    [
        ((), "set_aside"),
        ((_verified(Fail(reason="4 is not 5")),), "set_aside"),
        ((_verified(VerifierError(reason="crashed")),), "set_aside"),
        ((_verified(Timeout()),), "set_aside"),
        ((_verified(Uncarried(reason="an object")),), "set_aside"),
        ((_verified(Fail(reason="4 is not 5")), _verified(Pass())), "accepted"),
        ((_verified(Pass(), 0), _verified(Fail(reason="no"), 1)), "accepted"),
        ((_verified(Pass(), 1), _verified(Fail(reason="no"), 0)), "set_aside"),
    ],
)
def test_a_verifier_must_have_passed_what_wins(
    verifications: tuple[Verification, ...], state: str
) -> None:
    """Where the layer asks for it, only a pass of the winner lets a record through."""
    documents = in_force(LAYER | {"needs_verification": True})
    found = dispose_case(_case(_say(0, 0), verifications=verifications), documents)
    assert found.state == state
    assert set(found.read) >= {each.id for each in verifications}


@pytest.mark.parametrize(
    ("isolations", "minimum", "reason"),
    [
        (("namespaces/split",), "namespaces", ""),
        (("in-process",), "namespaces", ""),
        (("landlock/split",), None, ""),
        (("landlock/split",), "landlock", ""),
        (("landlock/split",), "namespaces", "under landlock/split, and the contract demands"),
        ((None,), "landlock", "under an unknown isolation"),
        (("namespaces/shared-process",), None, "could have forged it (namespaces/shared-process)"),
        (("namespaces/split", "namespaces/shared-process"), None, ""),
    ],
)
def test_a_pass_that_does_not_count_lets_nothing_through(
    isolations: tuple[str | None, ...], minimum: str | None, reason: str
) -> None:
    """A pass that could be forged, or was held below the contract's minimum, is as good as none."""
    asked = {"minimum_isolation": minimum} if minimum else {}
    layer = LAYER | {"needs_verification": True}
    documents = DocumentsInForce.of(facts(layer, verification=asked))
    verifications = tuple(_verified(Pass(), 0, each) for each in isolations)
    found = dispose_case(_case(_say(0, 0), verifications=verifications), documents)
    assert found.state == ("set_aside" if reason else "accepted")
    assert reason in found.reason


@pytest.mark.parametrize(
    ("verified", "asked", "state"),
    [
        (("b", 0), {}, "accepted"),
        (("b", 1), {}, "set_aside"),
        (("b", 0), {"refuse_forgeable": True}, "set_aside"),
    ],
)
def test_a_pass_that_could_be_forged_needs_an_expert_beside_it(
    verified: tuple[str, int], asked: dict[str, Any], state: str
) -> None:
    """On the dimension that names the verifier and on what wins; unless the contract refuses it."""
    reviewer, candidate = verified
    given = [*_say(0), _scored(reviewer, 0, ("correctness", candidate, 5))]
    layer = LAYER | {"needs_verification": True}
    documents = DocumentsInForce.of(facts(layer, verification=asked))
    forgeable = _verified(Pass(), 0, "namespaces/shared-process")
    assert dispose_case(_case(given, verifications=(forgeable,)), documents).state == state


def test_a_verdict_under_other_options_is_as_good_as_none() -> None:
    """What the rubric asked once and asks no longer lets nothing through."""
    documents = in_force(LAYER | {"needs_verification": True})
    old = msgspec.structs.replace(_verified(Pass(), 0), options='{"strict":true}')
    assert dispose_case(_case(_say(0, 0), verifications=(old,)), documents).reason == (
        "sums has not run"
    )


def test_a_step_that_was_at_fault_once_does_not_stay_at_fault() -> None:
    """A later pass replaces a fail that named a step."""
    documents = in_force(LAYER | {"needs_verification": True})
    fault = msgspec.structs.replace(_verified(Fail(reason="no"), 0), step=1)
    given = (fault, _verified(Pass(), 0))
    assert dispose_case(_case(_say(0, 0), verifications=given), documents).state == "accepted"


def test_an_adjudicated_record_needs_its_verifier_too() -> None:
    """A senior decision does not stand in for the test that the layer asks for."""
    documents = in_force(LAYER | {"needs_verification": True})
    decided = _decision(Decided(verdict=Prefers(candidate=0)))
    found = dispose_case(_case(_say(0, 1), adjudications=(decided,)), documents)
    assert (found.state, found.rule) == ("set_aside", "standard/needs_verification")


def test_the_first_layer_that_fits_is_the_record_s() -> None:
    """A severe record is held to the strict layer, a mild one to the next."""
    strict = LAYER | {"id": "strict", "severities": ["high"], "passes": 3}
    severe = pair(severity="high")
    documents = in_force(strict, LAYER)
    assert dispose_case(_case(_say(0, 0)), documents).rule == "standard/agreement"
    found = dispose_case(_case(_say(0, 0, record=severe), severe), documents)
    assert (found.state, found.rule) == ("needs_second_review", "strict/passes")


@pytest.mark.parametrize(
    ("dimension", "first", "second", "state"),
    [
        ("sound", 1, 0, "needs_adjudication"),
        ("sound", 1, 1, "accepted"),
        ("clarity", 5, 3, "needs_adjudication"),
        ("clarity", 5, 4, "accepted"),
        ("taste", "yes", "no", "accepted"),
    ],
)
def test_scores_beyond_the_tolerance_of_a_dimension_that_is_not_plural_disagree(
    dimension: str, first: Any, second: Any, state: str
) -> None:
    """An objective score must be equal, a judgmental one within its tolerance, a plural one neither."""
    given = [_valued(name, dimension, value) for name, value in (("a", first), ("b", second))]
    found = dispose_case(_case(given), in_force())
    assert found.state == state
    assert (dimension in found.reason) == (state != "accepted")


def _valued(reviewer: str, dimension: str, value: int | str) -> Judgment:
    score = Scored(value=value) if isinstance(value, int) else Category(value=value)
    return judged(
        RECORD, reviewer, 0, scores=(DimensionScore(dimension=dimension, candidate=0, score=score),)
    )


def test_an_even_split_is_never_accepted() -> None:
    """Five against five on a judgmental dimension waits, however low the share that is asked."""
    given = [_valued(f"r{n}", "clarity", 5 if n % 2 else 1) for n in range(10)]
    found = dispose_case(_case(given), in_force(LAYER | {"agreement": 0.51}))
    assert (found.state, found.rule) == ("needs_adjudication", "standard/agreement")
    assert "1 5, 5 5" in found.reason


def test_a_judgment_that_says_nothing_is_no_pass() -> None:
    """It is kept and counts for nothing, and the reason says so."""
    found = dispose_case(_case([*_say(0), judged(RECORD, "silent")]), in_force())
    assert found.state == "needs_second_review"
    assert "1 of 2 judgments say nothing" in found.reason


@pytest.mark.parametrize(
    ("answers", "most", "state"),
    [
        ((None, None), 2, "needs_second_review"),
        ((None, None), 0, "needs_adjudication"),
        ((1, None), 0, "needs_adjudication"),
        ((1, None), 1, "needs_second_review"),
        ((1, None, 1), 1, "accepted"),
        ((1, 1), 0, "accepted"),
    ],
)
def test_who_declines_every_score_abstains(
    answers: tuple[int | None, ...], most: int, state: str
) -> None:
    """Where no verdict is asked, declining all scores is an abstention, not an agreed answer."""
    record = single(Outcome(reference="4"))
    declined = DimensionScore(
        dimension="sound", candidate=0, score=ScoreAbstained(reason="ambiguous")
    )
    given = [
        judged(record, f"r{place}", scores=(declined,))
        if answer is None
        else scored(record, f"r{place}", sound=answer)
        for place, answer in enumerate(answers)
    ]
    found = dispose_case(_case(given, record), in_force(LAYER | {"max_abstentions": most}))
    assert found.state == state


def test_two_judgments_on_different_questions_agree_on_nothing() -> None:
    """Where no question has two answers nothing could have disagreed, whatever was answered."""
    record = single(Outcome(reference="4"))
    apart = [scored(record, "a", sound=1), scored(record, "b", clarity=4)]
    found = dispose_case(_case(apart, record), in_force())
    assert (found.state, found.rule) == ("needs_second_review", "standard/passes")
    assert "no two of 2 judgments answered the same question" in found.reason

    steps = worked(2)
    halves = [
        judged(steps, name, step_labels=(StepLabel(candidate=0, step=step, label="good"),))
        for step, name in enumerate("ab")
    ]
    assert dispose_case(_case(halves, steps), in_force()).state == "needs_second_review"

    met = dispose_case(_case([*apart, scored(record, "c", sound=1)], record), in_force())
    assert met.state == "accepted"
    assert met.reason.endswith("they agree on one score")


def test_scores_beside_a_verdict_are_no_second_verdict() -> None:
    """A comparison that asks for two passes is not settled by one verdict and one set of scores."""
    scores_alone = judged(RECORD, "b", scores=_scored("x", 0, ("clarity", 0, 5)).scores)
    found = dispose_case(_case([*_say(0), scores_alone]), in_force())
    assert (found.state, found.rule) == ("needs_second_review", "standard/passes")
    assert found.reason == "1 of 2 judgments state a verdict, 2 are asked"
    both = [scores_alone, scores_alone.replace(reviewer=judged(RECORD, "c").reviewer)]
    assert dispose_case(_case(both), in_force()).state == "accepted"


def test_a_judgment_of_another_role_is_named_in_the_reason() -> None:
    """Who judged in a role that the layer does not ask for is counted by role."""
    given = [judged(RECORD, f"r{n}", 0, role="language_specialist") for n in range(3)]
    found = dispose_case(_case(given), in_force())
    assert found.reason == (
        "0 of 2 independent judgments are there; "
        "3 of 3 judgments are by language_specialist, the layer asks reviewer"
    )


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decided(verdict=Prefers(candidate=0)), "needs_adjudication"),
        (
            Decided(verdict=NotAsked(), rulings=(SectionRuling(section="s1", ruling="violates"),)),
            "accepted",
        ),
        (Preserved(), "disagreement_preserved"),
    ],
)
def test_an_adjudication_decides_what_is_disputed_or_the_record_waits(
    decision: Any, state: str
) -> None:
    """A verdict alone does not end a dispute about a ruling; the ruling, or preserving, does."""
    given = [
        judged(RECORD, "a", 0, rulings=(SectionRuling(section="s1", ruling="violates"),)),
        judged(RECORD, "b", 0, rulings=(SectionRuling(section="s1", ruling="complies"),)),
    ]
    found = dispose_case(_case(given, adjudications=(_decision(decision),)), in_force())
    assert found.state == state


@pytest.mark.parametrize(("second", "state"), [("bad", "accepted"), ("good", "needs_adjudication")])
def test_step_labels_must_agree(second: Any, state: str) -> None:
    """A step that two reviewers label differently holds its record back."""
    record = worked()
    given = [
        judged(record, name, step_labels=(StepLabel(candidate=0, step=1, label=label),))
        for name, label in (("a", "bad"), ("b", second))
    ]
    assert dispose_case(_case(given, record), in_force()).state == state


def test_rulings_must_agree() -> None:
    """Two reviewers who rule differently on one section leave the record open."""
    given = [
        judged(RECORD, "a", rulings=(SectionRuling(section="s1", ruling="violates"),)),
        judged(RECORD, "b", rulings=(SectionRuling(section="s1", ruling="complies"),)),
    ]
    found = dispose_case(_case(given), in_force())
    assert (found.state, "s1" in found.reason) == ("needs_adjudication", True)


def test_everything_that_was_read_is_cited() -> None:
    """A disposition names every judgment and adjudication of its record, in order of entry."""
    given = _say(0, 1)
    decided = _decision(Preserved())
    documents = in_force()
    found = dispose_case(_case(given, adjudications=(decided,)), documents)
    assert found.read == (*(each.id for each in given), decided.id)
    assert (found.contract, found.rubric) == (documents.contract_id, documents.rubric_id)


@pytest.mark.parametrize(
    ("verdict", "scores", "computed"),
    [
        (1, (("correctness", 0, 5), ("correctness", 1, 3)), "prefers:0"),
        (0, (("correctness", 0, 5), ("correctness", 1, 3)), None),
        (Tie(), (("correctness", 0, 5), ("correctness", 1, 3)), "prefers:0"),
        (0, (("correctness", 0, 1), ("correctness", 1, 1)), "both_unacceptable"),
        (0, (("correctness", 0, 1),), "vetoed:0"),
        (0, (("correctness", 0, 3), ("correctness", 1, 3), ("clarity", 0, 3), ("clarity", 1, 4)),
         None),
        (1, (("correctness", 0, 3),), None),
        (1, (), None),
        (BothUnacceptable(), (("correctness", 0, 5), ("correctness", 1, 3)), None),
        (PASSED, (("correctness", 0, 5), ("correctness", 1, 3)), None),
    ],
)  # fmt: skip
def test_a_choice_against_one_s_own_scores_is_a_contradiction(
    verdict: Any, scores: tuple[Any, ...], computed: str | None
) -> None:
    """Where the rules decide otherwise it is recorded; where they are silent the reviewer may choose."""
    found = contradictions(RECORD, [_scored("a", verdict, *scores)], in_force())
    assert [each.computed for each in found] == ([computed] if computed else [])


def test_judgments_of_models_are_named_where_passes_are_missing() -> None:
    """Two models and nobody else: the reason says why their judgments fill no pass."""
    given = [judged(RECORD, name, 0, kind="model") for name in ("m1", "m2")]
    found = dispose_case(
        RecordCase(id=RECORD.id, record=RECORD, judgments=tuple(given)), in_force()
    )
    assert found.state == "needs_second_review"
    assert found.reason.endswith("2 judgments by models, which fill no pass")


def test_a_vetoed_choice_names_the_veto_that_hits_it() -> None:
    """A veto whose dimension nobody scored leaves the verdict open and strikes nothing."""
    unscored_first = rubric(
        priority=[{"veto": "clarity", "below": 2}, {"veto": "correctness", "below": 2}]
    )
    documents = DocumentsInForce.of(
        {"contract": to_fact(contract()), "rubric": to_fact(unscored_first)}
    )
    [found] = contradictions(RECORD, [_scored("a", 0, ("correctness", 0, 1))], documents)
    assert (found.computed, found.rule) == ("vetoed:0", "veto correctness below 2")


def test_the_sample_for_second_review_has_its_share() -> None:
    """About the stated share of many records is drawn, and always the same ones."""
    layer = in_force(LAYER | {"second_review_share": 0.2}).contract.review.layers[0]
    drawn = [in_sample(f"rec_{number}", layer) for number in range(5000)]
    assert 0.18 < sum(drawn) / 5000 < 0.22
    assert drawn == [in_sample(f"rec_{number}", layer) for number in range(5000)]

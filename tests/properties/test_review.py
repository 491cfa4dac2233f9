"""Properties of review: exams keep their errors, rounds keep their secrets, caps hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.contract import ReadingCaps
from assay.core.fact import Fact
from assay.records.judgment import Judgment
from assay.records.verdict import Prefers, Tie
from assay.review.answer import Answer
from assay.review.answer_key import AcceptedScore, Key, OneOf, Within
from assay.review.calibration import Round, RoundNote, RoundStep, follow
from assay.review.calibration_view import view
from assay.review.completeness import AnswerShape, gaps, says_anything
from assay.review.form import Form
from assay.review.guideline_gap import GapAnswer, GuidelineGap
from assay.review.qualification import (
    Credential,
    ExamItem,
    ExamResult,
    Qualification,
    QualificationScope,
    standing_qualifications,
)
from assay.review.sentinel import Sentinel, exposures, pick
from assay.review.sequential_test import (
    ExamPlan,
    decide,
    mean_items,
    pass_probability,
    plan_error,
    sit,
)
from assay.review.welfare import Allowed, Capped, Caps, Consent, Exposure, cap_decision
from builders import judgment_by
from simulators.known_work import RUBRIC, answer, key, records
from simulators.least_answers import least_answers

PLANS = st.builds(
    ExamPlan,
    unqualified=st.integers(500, 5500),
    qualified=st.integers(6000, 9900),
    false_pass=st.integers(100, 3000),
    false_fail=st.integers(100, 3000),
    most=st.integers(1, 60),
)
NAMES = st.sampled_from(["ada", "bob", "cem"])
TEXT = st.text(max_size=20)
DIMENSIONS = st.sampled_from(["clarity", "taste", "correctness"])
SCOPES = st.builds(
    QualificationScope, role=st.just("reviewer"), family=TEXT, language=st.none() | st.just("en")
)
ACCEPTED = st.builds(
    AcceptedScore,
    dimension=DIMENSIONS,
    accepts=st.builds(Within, low=st.integers(0, 3), high=st.integers(3, 9))
    | st.builds(OneOf, values=st.tuples(TEXT)),
    candidate=st.none() | st.integers(0, 3),
)
KEYS = st.builds(
    Key,
    record=TEXT,
    rubric=TEXT,
    source=st.sampled_from(["adjudication", "expert"]),
    verdicts=st.lists(st.builds(Prefers, candidate=st.integers(0, 3)) | st.just(Tie()), max_size=2)
    .map(tuple),
    scores=st.lists(ACCEPTED, max_size=3).map(tuple),
)  # fmt: skip
RESULTS = st.builds(
    ExamResult,
    dimension=DIMENSIONS,
    trials=st.integers(0, 50),
    correct=st.integers(0, 50),
    decision=st.sampled_from(["passed", "failed", "continue"]),
)
IDS = st.lists(TEXT, max_size=3).map(tuple)
FACTS = st.one_of(
    st.builds(ExamItem, key=KEYS, scope=SCOPES, retired=st.booleans()),
    st.builds(Sentinel, key=KEYS, family=TEXT, retired_after=st.integers(1, 99)),
    st.builds(
        Qualification,
        reviewer=NAMES, scope=SCOPES, rubric=TEXT, plan=PLANS, judgments=IDS,
        results=st.lists(RESULTS, max_size=3).map(tuple),
        decision=st.sampled_from(["passed", "failed", "revoked"]),
        issued=st.just("2026-03-01"), expires=st.just("2026-06-01"), reason=st.none() | TEXT,
    ),
    st.builds(Credential, reviewer=NAMES, what=TEXT, checked_by=TEXT, checked=TEXT),
    st.builds(Consent, reviewer=NAMES, category=DIMENSIONS, given=st.booleans()),
    st.builds(Round, records=IDS, members=IDS, rubric=TEXT, opened_by=TEXT, opened=TEXT),
    st.builds(
        RoundStep, round=TEXT, step=st.sampled_from(["lock", "reveal", "close"]), by=TEXT,
        judgments=IDS,
    ),
    st.builds(
        RoundNote, round=TEXT, record=TEXT, cause=st.just("expertise"),
        outcome=st.just("keep_distribution"), note=TEXT, adjudicator=TEXT, judgments=IDS,
    ),
    st.builds(GuidelineGap, record=TEXT, reviewer=NAMES, rubric=TEXT, text=TEXT,
              dimension=st.none() | DIMENSIONS),
    st.builds(GapAnswer, gaps=IDS, rubric=TEXT, text=TEXT, answered_by=TEXT,
              dimensions=st.lists(DIMENSIONS, max_size=2).map(tuple)),
)  # fmt: skip


@given(FACTS)
def test_a_fact_of_review_comes_back_as_it_was(fact: Fact) -> None:
    """Its canonical bytes decode to the same fact with the same id."""
    back = msgspec.json.decode(fact.canonical(), type=type(fact))
    assert back == fact
    assert back.id == fact.id


@given(PLANS)
def test_a_plan_never_passes_more_of_the_unqualified_than_a_line_lets_through(
    plan: ExamPlan,
) -> None:
    """The end adds false passes only up to the accepted ones; Wald's line lets alpha/(1-beta) pass.

    Source of the bound: Wald 1947, section 3.2.
    """
    accepted = plan.false_pass / 10_000
    bound = accepted / (1 - plan.false_fail / 10_000)
    assert plan_error(plan).false_pass <= max(accepted, bound) + 1e-12


@given(PLANS, st.floats(0, 1), st.floats(0, 1))
def test_the_better_pass_more_often(plan: ExamPlan, one: float, other: float) -> None:
    """The operating characteristic never falls, and takes one item to all of them."""
    low, high = sorted((one, other))
    assert pass_probability(plan, low) <= pass_probability(plan, high) + 1e-9
    assert 1 - 1e-9 <= mean_items(plan, low) <= plan.most + 1e-9


@given(PLANS, st.lists(st.booleans(), max_size=80))
def test_an_exam_ends_once_and_stays_ended(plan: ExamPlan, answers: list[bool]) -> None:
    """More answers change nothing after the decision; before it, each state says to go on."""
    sitting = sit(answers, plan)
    assert sitting.trials <= plan.most
    assert sit([*answers, True, False], plan) == sitting or sitting.decision == "continue"
    if sitting.decision != "continue":
        assert decide(sitting.trials, sitting.correct, plan) == sitting.decision
    for upto in range(min(sitting.trials, len(answers))):
        assert decide(upto, sum(answers[:upto]), plan) == "continue"


@given(st.lists(st.tuples(NAMES, st.integers(0, 3)), max_size=30))
def test_one_chain_of_qualifications_has_one_end(links: list[tuple[str, int]]) -> None:
    """However a person's facts supersede each other, what is replaced never stands."""
    facts: list[Qualification] = []
    plan = ExamPlan(unqualified=6000, qualified=9000, false_pass=500, false_fail=500, most=20)
    for number, (reviewer, back) in enumerate(links):
        own = [each for each in facts if each.reviewer == reviewer]
        earlier = own[-1 - back] if back < len(own) else None
        facts.append(
            Qualification(
                reviewer=reviewer, scope=QualificationScope(role="reviewer", family="sums"), rubric=RUBRIC,
                plan=plan, results=(), decision="failed", judgments=(str(number),),
                issued="2026-03-01", expires="2026-06-01",
                supersedes=earlier.id if earlier else None,
            )
        )  # fmt: skip
    standing = standing_qualifications(facts)
    named = {each.supersedes for each in facts}
    assert [each for each in facts if each.id not in named] == standing


HIDDEN = records(6)
SENTINELS = [Sentinel(key=key(record), family="sums", retired_after=2) for record in HIDDEN]


@given(st.lists(NAMES, max_size=40), st.binary(min_size=16, max_size=16))
def test_no_sentinel_comes_twice_to_one_or_to_more_than_its_number(
    turns: list[str], secret: bytes
) -> None:
    """Whoever's turn it is, each person sees a sentinel once, and so many people at most."""
    shown: list[tuple[str, str]] = []
    for reviewer in turns:
        seen = {record for record, person in shown if person == reviewer}
        found = pick(
            SENTINELS, secret=secret, reviewer=reviewer, seen=seen, exposed=exposures(shown)
        )
        if found is None:
            counts = exposures(shown)
            assert all(
                each.key.record in seen or counts[each.key.record] >= 2 for each in SENTINELS
            )
        else:
            shown.append((found.key.record, reviewer))
    assert len(set(shown)) == len(shown)
    assert max(exposures(shown).values(), default=0) <= 2


REAL = records(2)
MEMBERS = ("ada", "bob", "cem")
ROUND = Round(
    records=tuple(each.id for each in REAL), members=MEMBERS, rubric=RUBRIC, opened_by="lea",
    opened="2026-03-02",
)  # fmt: skip
GIVEN: list[Judgment] = [
    answer(record, member, verdict=verdict)
    for record in REAL
    for member in (*MEMBERS, "dee")
    for verdict in (Prefers(candidate=0), Tie())
]


@given(
    st.lists(st.sampled_from(GIVEN), max_size=16),
    st.lists(st.sampled_from(["lock", "reveal", "close"]), max_size=3),
    st.integers(0, 16),
)
def test_no_member_ever_sees_what_would_spoil_their_own_judgment(
    judgments: list[Judgment], taken: list[str], locked: int
) -> None:
    """Whatever facts are there: no spread before the reveal, and none of an unjudged record."""
    steps = [
        RoundStep(
            round=ROUND.id, step=step, by="lea",
            judgments=tuple(each.id for each in judgments[:locked]) if step == "lock" else (),
        )
        for step in taken
    ]  # fmt: skip
    state = follow(ROUND, judgments, steps)
    held = {(each.reviewer.pseudonym, each.record) for each in state.judgments}
    assert len(held) == len(state.judgments)
    for member in MEMBERS:
        for each in view(state, viewer=member, role="lead").records:
            shown = each.distributions is not None
            assert not shown or state.state in {"revealed", "discussed", "closed"}
            assert not shown or (member, each.record) in held
            assert shown or each.note is None
    for each in view(state, viewer="lea", role="lead").records:
        assert (each.distributions is None) == (state.state == "independent")


MINUTES = st.integers(1, 25)
CAPS = st.builds(
    Caps,
    total=st.builds(
        ReadingCaps,
        hourly_minutes=st.none() | st.integers(5, 60),
        daily_minutes=st.none() | st.integers(20, 300),
        weekly_minutes=st.none() | st.integers(60, 900),
    ),
    by_category=st.just({}) | st.builds(
        lambda minutes: {"violence": ReadingCaps(daily_minutes=minutes)}, st.integers(5, 60)
    ),
    break_after=st.none() | st.integers(5, 60),
    break_minutes=st.integers(1, 60),
    cool_down=st.integers(0, 3),
)  # fmt: skip
WORK = st.lists(
    st.tuples(st.sampled_from(["violence", "self_harm", ""]), MINUTES, st.integers(0, 40)),
    max_size=40,
)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@given(CAPS, WORK)
def test_whoever_keeps_to_the_caps_never_reads_more_than_one_item_beyond_them(
    caps: Caps, work: list[tuple[str, int, int]]
) -> None:
    """Items are begun below the cap alone; and a cap's end, with the benign items, allows again."""
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    seen: list[Exposure] = []
    for category, minutes, pause in work:
        now += timedelta(minutes=pause)
        wanted = (category,) if category else ()
        answered = cap_decision(seen, wanted, _text(now), caps)
        if isinstance(answered, Capped):
            assert category
            assert answered.until >= _text(now)
            benign = [
                Exposure(categories=(), started=_text(now), milliseconds=1)
                for _ in range(answered.benign_items)
            ]
            assert cap_decision([*seen, *benign], wanted, answered.until, caps) == Allowed()
            continue
        hour = [
            each for each in seen
            if each.categories and datetime.fromisoformat(each.started)
            + timedelta(milliseconds=each.milliseconds + 3_600_000) > now
        ]  # fmt: skip
        if category and caps.total.hourly_minutes is not None:
            read = sum(each.milliseconds for each in hour)
            assert read < caps.total.hourly_minutes * 60_000
        seen.append(Exposure(categories=wanted, started=_text(now), milliseconds=minutes * 60_000))
        now += timedelta(minutes=minutes)


@st.composite
def answers_of_forms(draw: st.DrawFn) -> tuple[Answer, Form, AnswerShape]:
    """A form of any kind, and an answer made of parts of the known cases."""
    case = draw(st.sampled_from(least_answers()))
    parts: dict[str, Any] = {}
    for other in draw(st.lists(st.sampled_from(least_answers()), max_size=3)):
        parts |= draw(st.sampled_from([other.answer, {}]))
    answer = msgspec.convert({"verdict": {"verdict": "not_asked"}} | parts, Answer)
    return answer, case.parsed()[1], case.parsed()[2]


@given(answers_of_forms())
def test_an_answer_without_gaps_says_something(drawn: tuple[Answer, Form, AnswerShape]) -> None:
    """What the desk takes as complete is never counted as no pass."""
    answer, form, shape = drawn
    made = judgment_by(
        "ana",
        "rec_any",
        answer.verdict,
        scores=answer.scores,
        reasons=answer.reasons,
        errors=answer.errors,
        step_labels=answer.step_labels,
        skipped_steps=answer.skipped_steps,
        rulings=answer.rulings,
        attack=answer.attack,
        wrote="rec_written" if answer.written else None,
        stands_as_is=answer.stands_as_is,
    )
    assert gaps(answer, form, shape) or says_anything(made)

"""The quality report over cases whose truth is known."""

import json

import msgspec
import pytest

from assay.core.fact import Fact
from assay.quality import service
from assay.quality.agreement_outline import AGREEMENT_HEAD, agreement_table
from assay.quality.bootstrap import Resampling
from assay.quality.consensus import consensus
from assay.quality.disposing import dispose
from assay.quality.disposition import Disposition
from assay.quality.report import QualityReport
from assay.quality.report_text import to_json, to_markdown
from assay.records.judgment import Judgment, LocalizedError, StepLabel, Whole
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    Prefers,
    ScoreAbstained,
    Scored,
    Tie,
)
from simulators.memory_store import MemoryStore
from simulators.reviewer_pool import ReviewerPool, SimulatedReviewer
from simulators.small_program import LAYER, facts, judged, pair, worked

QUICK = Resampling(replicates=200)
POOL = ReviewerPool(
    [
        SimulatedReviewer("able", skill=0.95),
        SimulatedReviewer("fair", skill=0.8, ties=0.5),
        SimulatedReviewer("shy", skill=0.9, abstention=0.4),
        SimulatedReviewer("leftist", skill=0.0, first_bias=1.0),
    ],
    seed=7,
)


def _store(*given: Fact) -> MemoryStore:
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add(given)
    return store


def _report(*given: Fact) -> QualityReport:
    return service.report(_store(*given), facts(), resampling=QUICK)


@pytest.fixture(scope="module")
def simulated() -> QualityReport:
    """Three hundred pairs judged by the pool, half of them hard."""
    given: list[Fact] = []
    for number in range(300):
        record = pair(number, difficulty="hard" if number % 2 else "easy", language="en")
        given += [record, *POOL.judge(record, better=int(number % 3 == 0))]
    return _report(*given)


def test_the_habits_of_simulated_reviewers_come_back(simulated: QualityReport) -> None:
    """Known abstention and position bias lie in the intervals of those who have them, only theirs."""
    rates = {each.reviewer: each for each in simulated.reviewers}
    shy, leftist, able = rates["shy"].abstained, rates["leftist"].first_shown, rates["able"]
    assert shy.trials == 300
    assert shy.low is not None
    assert shy.high is not None
    assert shy.low < 0.4 < shy.high
    assert (leftist.value, able.abstained.count) == (1.0, 0)
    assert able.first_shown.low is not None
    assert able.first_shown.high is not None
    assert able.first_shown.low < 0.5 < able.first_shown.high


def test_the_reviewer_who_guesses_drags_alpha_down(simulated: QualityReport) -> None:
    """Without the reviewer who always takes the first, agreement is higher than with him."""
    assert simulated.verdicts is not None
    preference = simulated.verdicts.agreement.preference
    assert preference.alpha.value is not None
    assert preference.without_one.high is not None
    assert preference.without_one.high > preference.alpha.value + 0.1


def test_a_majority_of_skilled_reviewers_finds_the_truth() -> None:
    """Five reviewers of skill 0.8 recover the better candidate nearly always."""
    pool = ReviewerPool([SimulatedReviewer(f"r{number}", skill=0.8) for number in range(5)], seed=1)
    found = [
        consensus(record, pool.judge(record, better=number % 2)).candidate == number % 2
        for number in range(200)
        for record in [pair(number)]
    ]
    assert sum(found) > 190


def test_reviewers_who_love_length_agree_on_the_wrong_answer() -> None:
    """A shared shortcut gives perfect agreement and the wrong winner: agreement is not truth."""
    pool = ReviewerPool([SimulatedReviewer(f"r{n}", length_love=1.0) for n in range(3)])
    records = [pair(number, texts=("4", "well, about five, I think")) for number in range(40)]
    given = [fact for each in records for fact in (each, *pool.judge(each, better=0))]
    found = _report(*given)
    assert found.verdicts is not None
    assert found.verdicts.agreement.preference.percent.value == 1.0
    assert found.verdicts.agreement.preference.alpha.reason == "no_variation"
    assert all(consensus(each, pool.judge(each, better=0)).candidate == 1 for each in records)


def test_every_verdict_is_counted_in_two_stages(simulated: QualityReport) -> None:
    """The counts of the verdicts add up to all judgments, abstentions included."""
    assert simulated.verdicts is not None
    assert sum(simulated.verdicts.agreement.counts.values()) == simulated.judgments["given"] == 1200
    assert simulated.verdicts.reviewers == 4


def test_slices_speak_only_where_there_are_enough(simulated: QualityReport) -> None:
    """A slice with 150 items has its numbers; one with few items says how many it has."""
    assert simulated.verdicts is not None
    slices = {each.value: each for each in simulated.verdicts.slices}
    assert slices["hard"].alpha is not None
    assert slices["hard"].items <= 150
    few = [pair(number, difficulty="hard") for number in range(3)]
    given = [fact for each in few for fact in (each, judged(each, "a", 0), judged(each, "b", 0))]
    found = _report(*given).verdicts
    assert found is not None
    assert [(each.items, each.alpha) for each in found.slices] == [(3, None)]


def test_rates_have_their_own_denominators() -> None:
    """Ties are counted among verdicts given, abstentions among verdicts asked for."""
    verdicts = [Tie(), BothUnacceptable(), InsufficientContext(), Prefers(candidate=0),
                Abstained(reason="unsure"), None]  # fmt: skip
    records = [pair(number) for number in range(6)]
    given = [judged(each, "a", said) for each, said in zip(records, verdicts, strict=True)]
    rates = _report(*records, *given).reviewers[0]
    assert rates.judgments == 6
    assert (rates.abstained.count, rates.abstained.trials) == (1, 5)
    for one in (rates.tie, rates.both_unacceptable, rates.insufficient_context):
        assert (one.count, one.trials) == (1, 4)
    assert (rates.first_shown.trials, rates.first_shown.reason) == (0, "no_trials")


def test_repeats_are_agreement_with_oneself() -> None:
    """A second occasion is compared with the first and does not count as another reviewer."""
    record = pair()
    score = DimensionScore(dimension="clarity", score=Scored(value=3), candidate=0)
    given = [
        judged(record, "a", 0, scores=(score,)),
        judged(record, "a", 1, scores=(score,), occasion=1),
        judged(record, "a", 1, scores=(score,), occasion=2),
    ]
    found = _report(record, *given)
    assert found.repeats.judgments == 2
    assert (found.repeats.same_verdict.count, found.repeats.same_verdict.trials) == (1, 2)
    assert (found.repeats.same_score.count, found.repeats.same_score.trials) == (2, 2)
    assert found.judgments == {"given": 3, "human": 1, "repeated": 2, "superseded": 0}


def test_answers_that_nothing_orders_are_counted_apart() -> None:
    """They are no repeats, decide nothing, and are named among what is not known."""
    record = pair()
    found = _report(record, judged(record, "a", 0), judged(record, "a", 1), judged(record, "b", 0))
    assert found.judgments == {"given": 3, "human": 1, "superseded": 0, "unordered": 2}
    assert found.repeats.judgments == 0
    assert any("nothing shows which is the later" in limit for limit in found.limits)


def test_a_dimension_shows_its_distribution_and_its_absences() -> None:
    """Scores, abstentions and scores that do not apply are counted apart, on the rubric's scale."""
    record = pair()
    scores = [Scored(value=4), Scored(value=5), ScoreAbstained(reason="?"), NotApplicable()]
    given = [
        judged(
            record,
            f"r{number}",
            scores=(DimensionScore(dimension="clarity", score=score, candidate=0),),
        )
        for number, score in enumerate(scores)
    ]
    (clarity,) = _report(record, *given).questions
    assert (clarity.counts, clarity.abstained, clarity.not_applicable) == ({"4": 1, "5": 1}, 1, 1)
    assert (clarity.scale, clarity.on_rubric_scale) == ("ordinal, 5 values", True)
    assert clarity.abstention is not None
    assert (clarity.abstention.rate.count, clarity.abstention.rate.trials) == (1, 3)


def test_scores_off_the_rubric_are_read_as_given() -> None:
    """A foreign scale is not forced onto the rubric's; fractions keep their order."""
    record = pair()
    values = [Scored(value=1, denominator=3), Scored(value=1, denominator=2), Scored(value=2)]
    given = [
        judged(record, f"r{number}", scores=(DimensionScore(dimension="depth", score=score),))
        for number, score in enumerate(values)
    ]
    (depth,) = _report(record, *given).questions
    assert (depth.nature, depth.scale, depth.on_rubric_scale) == (
        "not in the rubric",
        "ordinal, 3 values",
        False,
    )


def test_step_labels_are_a_question_of_their_own() -> None:
    """Two reviewers who agree on both of a record's steps agree wholly."""
    record = worked()
    labels = (
        StepLabel(candidate=0, step=0, label="good"),
        StepLabel(candidate=0, step=1, label="bad"),
    )
    given = [judged(record, name, step_labels=labels) for name in ("a", "b")]
    (steps,) = _report(record, *given).questions
    assert (steps.name, steps.items, steps.agreement.alpha.value) == ("step_labels", 2, 1.0)


def test_defects_are_counted_by_category_severity_and_family() -> None:
    """Each error counts once, and no error found differs from not looked for."""
    record = pair()
    error = LocalizedError(place=Whole(candidate=0), category="wrong_sum", severity="high")
    foreign = LocalizedError(place=Whole(candidate=0), category="Typo", source_severity="minor")
    found = _report(
        record,
        judged(record, "a", errors=(error, error, foreign)),
        judged(record, "b", errors=()),
        judged(record, "c"),
    )
    assert [
        (each.category, each.declared, each.severity, each.errors) for each in found.defects
    ] == [
        ("wrong_sum", True, "high", 2),
        ("Typo", False, "minor", 1),
    ]
    assert (found.error_search.count, found.error_search.trials) == (1, 2)


def test_contradictions_are_counted_among_those_that_could_contradict() -> None:
    """One of two scored preferences goes against its own scores; the unscored one is not asked."""
    record = pair()
    scores = tuple(
        DimensionScore(dimension="correctness", score=Scored(value=value), candidate=candidate)
        for candidate, value in ((0, 5), (1, 3))
    )
    wrong = judged(record, "a", 1, scores=scores)
    found = _report(record, wrong, judged(record, "b", 0, scores=scores), judged(record, "c", 1))
    assert (found.contradicted.count, found.contradicted.trials) == (1, 2)
    assert [each.judgment for each in found.contradictions] == [wrong.id]


def test_models_are_counted_apart() -> None:
    """A model's verdict is no part of the agreement among people, and the limits say so."""
    record = pair()
    found = _report(record, judged(record, "a", 0), judged(record, "m", 1, kind="model"))
    assert found.verdicts is not None
    assert found.verdicts.agreement.counts["prefers_b"] == 0
    assert found.judgments["model"] == 1
    assert any("models" in each for each in found.limits)


def test_disposing_twice_writes_nothing_new() -> None:
    """A record whose facts did not change keeps its disposition; a new judgment gives a new one."""
    records = [pair(number) for number in range(3)]
    store = _store(*records, judged(records[0], "a", 0), judged(records[0], "b", 0))
    first = dispose(store, facts(), actor="lead")
    assert (first.written, first.states) == (3, {"accepted": 1, "needs_second_review": 2})
    again = dispose(store, facts(), actor="lead")
    assert (again.written, again.unchanged, again.states) == (0, 3, first.states)
    with store.write("test.more", actor="test") as writing:
        writing.add([judged(records[0], "c", 1)])
    assert dispose(store, facts(), actor="lead").written == 1
    latest = {each.id: each.disposition for each in service.each_case(store, facts())}[
        records[0].id
    ]
    assert latest is not None
    assert latest.state == "needs_adjudication"
    assert store.count(Disposition) == 4


def test_dispositions_under_other_documents_do_not_count() -> None:
    """A changed contract makes every record undisposed until its rules are applied."""
    record = pair()
    store = _store(record)
    dispose(store, facts(), actor="lead")
    changed = facts(LAYER | {"passes": 0})
    assert [each.disposition for each in service.each_case(store, changed)] == [None]
    assert dispose(store, changed, actor="lead").states == {"accepted": 1}
    assert service.report(store, changed).accepted.count == 1


def test_the_report_is_the_same_to_the_byte(simulated: QualityReport) -> None:
    """The same cases give the same JSON and Markdown, and the JSON reads back."""
    text = to_json(simulated)
    assert msgspec.json.decode(text, type=QualityReport).records == 300
    assert "NaN" not in text
    again = to_json(msgspec.json.decode(text, type=QualityReport))
    assert again == text
    assert to_markdown(simulated) == to_markdown(simulated)


def test_numbers_have_ten_significant_digits(simulated: QualityReport) -> None:
    """No number in the JSON carries digits that another machine might not repeat."""

    def digits(value: object) -> int:
        if isinstance(value, float):
            return len(repr(value).replace("0.", "").replace("-", "").lstrip("0").split("e")[0])
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            return max((digits(each) for each in inner), default=0)
        return 0

    assert 0 < digits(json.loads(to_json(simulated))) <= 11


def test_undefined_is_said_in_words() -> None:
    """A single judgment gives a report in which agreement is undefined, with the reason."""
    record = pair()
    text = to_markdown(_report(record, judged(record, "a|b\n# c", 0)))
    assert "undefined: no item has two answers" in text
    assert "a\\|b # c" in text
    assert "nan" not in text.lower()


def test_agreement_is_one_table_over_all_questions() -> None:
    """The three stages of the verdict come first, then each dimension; every row is complete."""
    record = pair()
    score = DimensionScore(dimension="clarity", score=Scored(value=3), candidate=0)
    store = _store(record, *(judged(record, name, 0, scores=(score,)) for name in ("a", "b")))
    found = service.agreement(store, facts(), resampling=QUICK)
    rows = agreement_table(found.verdicts, found.questions)
    assert [row[0] for row in rows] == [
        "can they be compared",
        "which is better",
        "who abstains",
        "clarity",
    ]
    assert all(len(row) == len(AGREEMENT_HEAD) for row in rows)
    assert rows[1][4:6] == ("1 of 1", "2 of 2")


def test_an_empty_store_has_a_report() -> None:
    """Nothing is reported as nothing, never as zero percent."""
    found = _report()
    assert (found.records, found.verdicts, found.accepted.value) == (0, None, None)
    assert "undefined (0 of 0)" in to_markdown(found)


def test_the_pool_is_repeatable() -> None:
    """The same seed gives the same judgments."""
    reviewers = [SimulatedReviewer("a", skill=0.5)]
    record = pair()
    first: list[Judgment] = list(ReviewerPool(reviewers, seed=3).judge(record, better=0))
    assert first == list(ReviewerPool(reviewers, seed=3).judge(record, better=0))

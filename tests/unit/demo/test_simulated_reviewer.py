"""Simulated reviewers: their habits show in what they answer, and nothing else does."""

from typing import Any

import msgspec
import pytest

from assay.demo.simulated_reviewer import (
    SimulatedReviewer,
    SimulatedTruth,
    Simulation,
    drawn_reviewers,
    texts_of,
)
from assay.records.evidence import TextSpan
from assay.records.verdict import Abstained, BothUnacceptable, Prefers, Ranks, Scored, Tie
from assay.review.answer import Answer
from assay.review.wire import AssignmentView

SEED = 5
FIT = {"id": "fit", "question": "?", "kind": "ordinal", "values": ["1", "2", "3", "4", "5"]}


def view(*texts: str, **form: Any) -> AssignmentView:
    """An assignment that shows these candidates."""
    candidates = [
        {
            "letter": "ABCDEFG"[place],
            "text": {
                "pointer": f"/candidates/{place}/content",
                "raw": raw,
                "html": "",
                "raw_html": "",
                "dir": "ltr",
            },
        }
        for place, raw in enumerate(texts)
    ]
    asked = {"kind": "preference", "verdicts": ["prefers"], "dimensions": [FIT]} | form
    return msgspec.convert(
        {
            "assignment": "asn_1",
            "lease_seconds": 1,
            "state": "held",
            "role": "reviewer",
            "form": asked,
            "shown": {"kind": "preference", "messages": [], "candidates": candidates},
            "revision": 0,
            "answer": None,
            "draft": None,
            "care": None,
        },
        AssignmentView,
    )


def pairs(count: int = 600) -> list[AssignmentView]:
    """Pairs with a better candidate, the longer one now first and now second."""
    made = [
        view(f"text {number}" + " more" * (number % 7), f"other {number}" + " words" * (number % 5))
        for number in range(count)
    ]
    return [each for each in made if SimulatedTruth(SEED).best(texts_of(each)) is not None]


def chosen(answer: Answer) -> int:
    assert isinstance(answer.verdict, Prefers)
    return answer.verdict.candidate


def share(views: list[AssignmentView], wanted: Any, **habits: Any) -> float:
    """How often a reviewer with these habits chooses what is wanted."""
    simulation = Simulation(SimulatedReviewer(name="r", **habits), seed=SEED)
    hits = [chosen(simulation.answer(each)) == wanted(each) for each in views]
    return sum(hits) / len(hits)


def best(each: AssignmentView) -> int | None:
    return SimulatedTruth(SEED).best(texts_of(each))


def longest(each: AssignmentView) -> int:
    lengths = [len(text) for text in texts_of(each)]
    return lengths.index(max(lengths))


def test_skill_is_how_often_the_truth_is_followed() -> None:
    """Full skill follows the truth always; less skill by as much, and half of what is guessed."""
    views = pairs()
    assert share(views, best, skill=1.0) == 1.0
    for skill in (0.0, 0.6, 0.9):
        expected = skill + (1 - skill) / 2
        assert share(views, best, skill=skill) == pytest.approx(expected, abs=0.06)


def test_position_and_length_bias_are_what_they_say() -> None:
    """A guess with full bias takes the first; a lover of length takes the longest, whatever is true."""
    views = pairs()
    assert share(views, lambda _: 0, skill=0.0, first_bias=1.0) == 1.0
    assert share(views, lambda _: 0, skill=0.0, first_bias=0.5) == pytest.approx(0.75, abs=0.06)
    assert share(views, lambda _: 0, skill=1.0, first_bias=1.0) == pytest.approx(0.5, abs=0.06)
    unequal = [each for each in views if len({len(text) for text in texts_of(each)}) == 2]
    assert share(unequal, longest, length_love=1.0) == 1.0


def test_skill_drifts_with_what_was_answered() -> None:
    """After a hundred stored answers the skill has moved by the drift, and it stays in bounds."""
    tiring = SimulatedReviewer(name="r", skill=1.0, drift=-0.5)
    assert [tiring.skill_at(count) for count in (0, 100, 200, 300)] == [1.0, 0.5, 0.0, 0.0]
    assert SimulatedReviewer(name="r", skill=0.9, drift=0.5).skill_at(100) == 1.0
    simulation = Simulation(tiring, seed=SEED)
    fresh = [chosen(simulation.answer(each)) == best(each) for each in pairs()]
    for _ in range(200):
        simulation.note_answer()
    tired = [chosen(simulation.answer(each)) == best(each) for each in pairs()]
    assert all(fresh)
    assert sum(tired) / len(tired) == pytest.approx(0.5, abs=0.06)


def test_abstention_is_how_often_nothing_is_said() -> None:
    """A reviewer who declines always says why and scores nothing; half, about half the time."""
    half = Simulation(SimulatedReviewer(name="r", abstention=0.5), seed=SEED)
    given = [half.answer(each) for each in pairs()]
    declined = [each for each in given if isinstance(each.verdict, Abstained)]
    assert len(declined) / len(given) == pytest.approx(0.5, abs=0.06)
    assert all(not each.scores and not each.reasons for each in declined)


def test_harshness_moves_scores_and_no_verdict() -> None:
    """A harsh reviewer's mean score lies lower by about that share of the scale."""
    views = pairs()

    def answers(harshness: float) -> list[Answer]:
        reviewer = SimulatedReviewer(name="r", skill=1.0, harshness=harshness)
        simulation = Simulation(reviewer, seed=SEED)
        return [simulation.answer(each) for each in views]

    def mean(given: list[Answer]) -> float:
        values = [
            score.score.value
            for answer in given
            for score in answer.scores
            if isinstance(score.score, Scored)
        ]
        return sum(values) / len(values)

    mild, harsh = answers(0.0), answers(0.2)
    assert mean(mild) - mean(harsh) == pytest.approx(0.2 * 5, abs=0.15)
    assert [each.verdict for each in mild] == [each.verdict for each in harsh]


def test_a_reversed_scale_is_read_from_its_good_end() -> None:
    """Where lower is better, the better text has the lower value."""
    for each in pairs(60):
        up = Simulation(SimulatedReviewer(name="r", skill=1.0), seed=SEED).answer(each)
        form = msgspec.structs.replace(
            each.form,
            dimensions=(msgspec.structs.replace(each.form.dimensions[0], better="lower"),),
        )
        turned = msgspec.structs.replace(each, form=form)
        down = Simulation(SimulatedReviewer(name="r", skill=1.0), seed=SEED).answer(turned)
        for one, other in zip(up.scores, down.scores, strict=True):
            assert isinstance(one.score, Scored)
            assert isinstance(other.score, Scored)
            assert one.score.value + other.score.value == 6


def test_equal_words_give_equal_answers_and_other_seeds_other_ones() -> None:
    """An answer depends on the seed, the reviewer and the words; nothing is drawn elsewhere."""
    reviewer = SimulatedReviewer(name="r", skill=0.5, first_bias=0.3, length_love=0.2)
    first, second, other = (Simulation(reviewer, seed=seed) for seed in (1, 1, 2))
    views = pairs(80)
    given = [first.answer(each) for each in views]
    assert [second.answer(each) for each in reversed(views)] == given[::-1]
    assert [other.answer(each) for each in views] != given


def test_spans_quote_the_very_words_that_are_shown() -> None:
    """Offsets count code points of the raw text, beyond the basic plane and from right to left."""
    texts = ("𝛼𝛽 two  three\n\nfour 🚂 five", "ثمن التذكرة 11 كراون")
    for seed in range(20):
        each = view(*texts, errors=True, categories=[{"id": "wrong_fare", "description": "d"}])
        answer = Simulation(SimulatedReviewer(name="r"), seed=seed).answer(each)
        spans = [error.place for error in answer.errors or ()]
        spans += [reason.span for reason in answer.reasons if reason.span]
        for span in spans:
            assert isinstance(span, TextSpan)
            raw = texts[int(span.pointer.split("/")[2])]
            assert raw[span.start : span.end] == span.quote
            assert span.quote.strip() == span.quote != ""


def test_three_candidates_are_ranked_by_their_truth() -> None:
    """Full skill ranks the candidates as their qualities lie."""
    texts = ("one", "two", "three")
    answer = Simulation(SimulatedReviewer(name="r", skill=1.0), seed=SEED).answer(
        view(*texts, verdicts=["ranks"])
    )
    ranked = sorted(range(3), key=lambda place: -SimulatedTruth(SEED).quality(texts[place]))
    assert answer.verdict == Ranks(order=tuple((place,) for place in ranked))


def test_ties_and_refusals_are_given_where_they_are_true_and_permitted() -> None:
    """Equal texts tie and bad ones are both unacceptable, only where the form knows these words."""
    reviewer = SimulatedReviewer(name="r", skill=1.0)
    same = view("word", "word", verdicts=["prefers", "tie"])
    assert Simulation(reviewer, seed=SEED).answer(same).verdict == Tie()
    assert isinstance(Simulation(reviewer, seed=SEED).answer(view("word", "word")).verdict, Prefers)
    bad = [text for text in map(str, range(400)) if SimulatedTruth(SEED).quality(text) < 0.1][:2]
    both = view(*bad, verdicts=["prefers", "both_unacceptable"])
    assert Simulation(reviewer, seed=SEED).answer(both).verdict == BothUnacceptable()
    assert isinstance(Simulation(reviewer, seed=SEED).answer(view(*bad)).verdict, Prefers)


def test_an_empty_candidate_is_judged_without_a_span() -> None:
    """Where there is nothing to quote, the error is in the candidate as a whole."""
    form = {"dimensions": [], "reasons_required": True}
    answer = Simulation(SimulatedReviewer(name="r"), seed=SEED).answer(view("", " ", **form))
    assert answer.reasons[0].span is None
    assert {type(each.place).__name__ for each in answer.errors or ()} == {"Whole"}


def test_the_same_seed_draws_the_same_habits() -> None:
    """Habits come from the seed, lie in their ranges, and not everybody has every one."""
    names = [f"simulated-{number}" for number in range(40)]
    drawn = drawn_reviewers(names, 3)
    assert drawn == drawn_reviewers(names, 3) != drawn_reviewers(names, 4)
    assert all(0.65 <= each.skill <= 0.98 for each in drawn)
    for habit in ("drift", "first_bias", "length_love", "abstention", "harshness"):
        assert 0 < sum(bool(getattr(each, habit)) for each in drawn) < 40

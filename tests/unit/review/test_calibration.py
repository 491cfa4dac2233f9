"""Calibration rounds: who sees what, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from assay.core.errors import UsageError
from assay.records.fields import Role
from assay.records.judgment import (
    Judgment,
    Reviewer,
)
from assay.records.verdict import Prefers, Tie
from assay.review.adjudication import Cause
from assay.review.calibration import (
    STATES,
    USUAL_OUTCOME,
    Round,
    RoundCause,
    RoundNote,
    RoundOutcome,
    RoundState,
    RoundStep,
    State,
    close,
    follow,
    lock,
    note,
    reveal,
)
from assay.review.calibration_view import RoundView, view
from assay.review.distribution import Distribution
from simulators.known_work import RUBRIC, answer, records

REAL = records(3)
MEMBERS = ("ada", "bob", "cem")
ROUND = Round(
    records=tuple(record.id for record in REAL),
    members=MEMBERS,
    rubric=RUBRIC,
    opened_by="lea",
    opened="2026-03-02",
)


@dataclass
class Story:
    """The facts of one round, in their order of entry."""

    judgments: list[Judgment] = field(default_factory=list)
    steps: list[RoundStep] = field(default_factory=list)
    notes: list[RoundNote] = field(default_factory=list)

    @property
    def state(self) -> RoundState:
        """How far the round has come."""
        return follow(ROUND, self.judgments, self.steps, self.notes)

    def judge(self, *members: str, **changes: Any) -> None:
        """These members judge every record."""
        self.judgments += [answer(record, each, **changes) for each in members for record in REAL]

    def see(self, viewer: str, role: Role = "reviewer") -> RoundView:
        """What somebody sees."""
        return view(self.state, viewer=viewer, role=role)


def _spread(seen: RoundView) -> Sequence[tuple[Distribution, ...] | None]:
    return [each.distributions for each in seen.records]


def _differing() -> Story:
    """A round in which Cem differs on the first record; all have judged."""
    story = Story()
    story.judge("ada", "bob")
    story.judgments += [answer(REAL[0], "cem", verdict=Prefers(candidate=1))]
    story.judgments += [answer(record, "cem") for record in REAL[1:]]
    return story


def _write(story: Story, place: int = 0, **changes: Any) -> RoundNote:
    parts: dict[str, Any] = {
        "cause": "guideline_ambiguity", "outcome": "revise_guideline",
        "words": "The anchor of 4 says nothing of units.", "adjudicator": "sen",
    }  # fmt: skip
    return note(story.state, ROUND.records[place], **(parts | changes))


def test_a_round_goes_through_its_states_in_order() -> None:
    """Independent until all have judged; then locked, revealed, discussed, closed."""
    story = Story()
    story.judge("ada", "bob")
    found: list[State] = [story.state.state]
    story.judgments += _differing().judgments[6:]
    found.append(story.state.state)
    story.steps.append(reveal(story.state, by="lea"))
    found.append(story.state.state)
    story.notes.append(_write(story))
    found.append(story.state.state)
    story.steps.append(close(story.state, by="lea"))
    found.append(story.state.state)
    assert tuple(found) == STATES


def test_a_round_without_disagreement_needs_no_discussion() -> None:
    """Where all say the same, the reveal ends the discussion before it began."""
    story = Story()
    story.judge(*MEMBERS)
    story.steps.append(reveal(story.state, by="lea"))
    assert story.state.differing == ()
    assert story.state.state == "discussed"


def test_nobody_sees_others_judgments_before_the_lock() -> None:
    """Neither members, who see their own, nor leads, who see only who is late."""
    story = Story()
    story.judge("ada", "bob")
    ada = story.see("ada")
    assert [each.own for each in ada.records] == [each.id for each in story.judgments[:3]]
    for seen in (ada, story.see("cem"), story.see("lea", "lead"), story.see("sen", "adjudicator")):
        assert _spread(seen) == [None] * 3
    assert story.see("lea", "lead").late == ("cem",)
    assert ada.late is None


def test_between_lock_and_reveal_only_those_who_lead_the_discussion_see_the_spread() -> None:
    """Members wait for each other; the lead prepares."""
    story = _differing()
    assert story.state.state == "locked"
    assert _spread(story.see("ada")) == [None] * 3
    spread = story.see("lea", "lead").records[0].distributions
    assert spread is not None
    assert spread[0].counts == {"prefers:0": 2, "prefers:1": 1}
    assert spread[0].own is None


def test_a_lead_who_is_a_member_sees_what_members_see() -> None:
    """Membership outweighs the role."""
    story = _differing()
    assert _spread(story.see("ada", "lead")) == [None] * 3


def test_after_the_reveal_a_member_sees_the_spread_with_the_own_answer_marked() -> None:
    """Counts without names, and which of them is one's own."""
    story = _differing()
    story.steps.append(reveal(story.state, by="lea"))
    seen = story.see("cem").records[0].distributions
    assert seen is not None
    assert seen[0] == Distribution(
        question="verdict", candidate=None, counts={"prefers:0": 2, "prefers:1": 1},
        unanswered=0, own="prefers:1",
    )  # fmt: skip
    assert (seen[1].question, seen[1].counts, seen[1].own) == ("clarity", {"5": 3}, "5")
    assert story.state.differing == ROUND.records[:1]


def test_whoever_did_not_judge_sees_only_that_they_are_late() -> None:
    """After a lead's lock, a record that a member did not judge stays shut for that member."""
    story = Story()
    story.judge("ada", "bob")
    story.judgments.append(answer(REAL[2], "cem", verdict=Tie()))
    story.steps += [lock(story.state, by="lea")]
    story.steps += [reveal(story.state, by="lea")]
    story.notes.append(_write(story, 2))
    seen = story.see("cem").records
    assert [each.late for each in seen] == [True, True, False]
    assert [each.distributions is None for each in seen] == [True, True, False]
    assert [each.note is None for each in seen] == [True, True, False]
    assert [each.late for each in story.see("ada").records] == [False] * 3
    assert story.state.late == {"cem": ROUND.records[:2]}


def test_what_comes_after_the_lock_is_no_part_of_the_round() -> None:
    """A late judgment, and a change of mind after the lock, alter nothing that is discussed."""
    story = Story()
    story.judge("ada", "bob")
    story.steps += [lock(story.state, by="lea")]
    before = story.state.judgments
    story.judge("cem", verdict=Tie())
    story.judgments.append(answer(REAL[0], verdict=Tie(), supersedes=story.judgments[0].id))
    assert story.state.judgments == before
    assert story.state.state == "locked"
    story.steps += [reveal(story.state, by="lea")]
    assert _spread(story.see("cem")) == [None] * 3


def test_a_change_of_mind_after_everybody_judged_is_no_part_of_the_round() -> None:
    """The last missing judgment locks the round, without any step."""
    story = _differing()
    before = story.state.judgments
    first = next(each for each in before if each.reviewer.pseudonym == "cem")
    story.judgments.append(answer(REAL[0], "cem", supersedes=first.id))
    assert story.state.judgments == before


def test_a_change_of_mind_before_the_lock_counts() -> None:
    """While judging is independent, a member's newest judgment is the one."""
    story = Story()
    story.judge("ada")
    story.judgments.append(answer(REAL[0], verdict=Tie(), supersedes=story.judgments[0].id))
    story.judge("bob", "cem", verdict=Tie())
    own = [each for each in story.state.judgments if each.reviewer.pseudonym == "ada"]
    assert [each.verdict for each in own if each.record == REAL[0].id] == [Tie()]


def test_only_members_judgments_under_the_rounds_rubric_belong_to_it() -> None:
    """Strangers, models, other records and other versions are no part of a round."""
    model = Reviewer(pseudonym="ada", kind="model", role="reviewer")
    story = Story(judgments=[
        answer(REAL[0], "dee"), answer(REAL[0], "ada", rubric="doc_older"),
        answer(records(9)[8], "ada"), answer(REAL[0]).replace(reviewer=model),
    ])  # fmt: skip
    assert story.state.judgments == ()
    assert set(story.state.late) == set(MEMBERS)


def test_strangers_see_nothing() -> None:
    """Somebody who is neither a member nor leads or adjudicates is refused."""
    with pytest.raises(UsageError, match="not a member"):
        _differing().see("dee")
    with pytest.raises(UsageError, match="not a member"):
        _differing().see("dee", "administrator")


def test_steps_are_refused_out_of_order() -> None:
    """Nothing is revealed before the lock, locked twice, or closed before the discussion."""
    story = Story()
    with pytest.raises(UsageError, match="nobody has judged"):
        lock(story.state, by="lea")
    story.judge("ada")
    with pytest.raises(UsageError, match="only a round that is locked"):
        reveal(story.state, by="lea")
    with pytest.raises(UsageError, match="independent"):
        _write(story)
    story = _differing()
    with pytest.raises(UsageError, match="only a round that is independent"):
        lock(story.state, by="lea")
    story.steps.append(reveal(story.state, by="lea"))
    with pytest.raises(UsageError, match="only a round that is discussed"):
        close(story.state, by="lea")


def test_a_reveal_that_came_from_elsewhere_does_not_open_an_unlocked_round() -> None:
    """Even with such a fact in the store, nobody sees anything before the lock."""
    story = Story()
    story.judge("ada")
    story.steps.append(RoundStep(round=ROUND.id, step="reveal", by="lea"))
    story.steps.append(RoundStep(round="rnd_other", step="lock", by="lea"))
    assert story.state.state == "independent"
    assert _spread(story.see("ada")) == [None] * 3


def test_a_note_weighs_all_judgments_of_its_record_and_comes_from_outside_the_round() -> None:
    """The adjudicator judged nothing; the record is one of the round."""
    story = _differing()
    story.steps.append(reveal(story.state, by="lea"))
    written = _write(story)
    weighed = [each.id for each in story.state.judgments if each.record == REAL[0].id]
    assert list(written.judgments) == weighed
    with pytest.raises(UsageError, match="member of the round"):
        _write(story, adjudicator="bob")
    with pytest.raises(UsageError, match="nobody judged"):
        note(
            story.state, "rec_other", cause="expertise", outcome="route_differently",
            words="So.", adjudicator="sen",
        )  # fmt: skip
    story.notes += [written, _write(story, words="On reflection, the unit is missing.")]
    assert story.state.notes[REAL[0].id].note.startswith("On reflection")
    story.steps.append(close(story.state, by="lea"))
    with pytest.raises(UsageError, match="closed"):
        _write(story)


def test_every_cause_is_one_of_an_adjudications_and_has_a_usual_outcome() -> None:
    """The words are the same in both places, and each cause leads somewhere."""
    assert set(get_args(RoundCause)) < set(get_args(Cause))
    assert set(USUAL_OUTCOME) == set(get_args(RoundCause))
    assert set(USUAL_OUTCOME.values()) == set(get_args(RoundOutcome))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"records": ()}, "at least one record"),
        ({"members": ("ada",)}, "at least 2 members"),
        ({"members": ("ada", "ada")}, "named twice"),
        ({"records": (REAL[0].id, REAL[0].id)}, "named twice"),
    ],
)
def test_a_round_that_makes_no_sense_says_why(changes: dict[str, Any], fault: str) -> None:
    """Each fault is named; a sound round has none."""
    assert any(fault in each for each in ROUND.replace(**changes).faults())
    assert list(ROUND.faults()) == []

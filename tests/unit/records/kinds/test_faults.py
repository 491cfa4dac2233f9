"""What each kind lacks is named, and a sound record lacks nothing."""

import pytest

from assay.records.candidate import Candidate, Step
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Outcome,
    Part,
    Policy,
    Preference,
    Process,
    Trajectory,
)
from assay.records.kinds.trajectory import ExpectedCall
from builders import model_answer

ONE = model_answer("one")
TWO = model_answer("two")
WORKED = model_answer("three", work=(Step(text="a step"),))
CALL = ExpectedCall(name="send", arguments="{}")


@pytest.mark.parametrize(
    ("part", "candidates"),
    [
        (Preference(), (ONE, TWO)),
        (Demonstration(), (ONE,)),
        (Outcome(), (ONE,)),
        (Outcome(reference="4"), ()),
        (Outcome(criterion="right"), ()),
        (Policy(), (ONE,)),
        (Policy(expected="refuse"), ()),
        (Process(), (WORKED,)),
        (Process(subject=1), (ONE, WORKED)),
        (Critique(), (ONE,)),
        (Critique(revision=1), (ONE, TWO)),
        (Trajectory(), (ONE,)),
        (Trajectory(expected_calls=(CALL,)), ()),
        (Trajectory(expected_state="{}"), ()),
        (Trajectory(no_call=True), ()),
        (Adversarial(attempts=2, successes=2), (ONE,)),
    ],
)
def test_a_sound_record_lacks_nothing(part: Part, candidates: tuple[Candidate, ...]) -> None:
    """The least that a kind needs is enough."""
    assert list(part.faults(candidates)) == []


@pytest.mark.parametrize(
    ("part", "candidates", "fault"),
    [
        (Preference(), (ONE,), "this one has 1"),
        (Demonstration(), (), "this one has 0"),
        (Demonstration(), (ONE, TWO), "this one has 2"),
        (Outcome(), (), "a reference, a criterion"),
        (Policy(), (), "a candidate to judge"),
        (Process(), (ONE,), "observable steps"),
        (Process(subject=1), (WORKED,), "candidate 1 whose work is labelled is not there"),
        (Critique(subject=1), (ONE,), "criticised candidate 1 is not there"),
        (Critique(revision=1), (ONE,), "revising candidate 1 is not there"),
        (Critique(revision=0), (ONE,), "its own revision"),
        (Trajectory(), (), "needs a candidate"),
        (Trajectory(expected_calls=(CALL,), no_call=True), (ONE,), "no call is right"),
        (Adversarial(), (), "the model's response"),
        (Adversarial(attempts=2, successes=3), (ONE,), "more successes than attempts"),
        (Adversarial(successes=1), (ONE,), "more successes than attempts"),
    ],
)
def test_what_is_lacking_is_named(
    part: Part, candidates: tuple[Candidate, ...], fault: str
) -> None:
    """One thing is wrong, and one fault says it."""
    (found,) = part.faults(candidates)
    assert fault in found

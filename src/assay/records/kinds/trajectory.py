"""Trajectory: tool work with calls, outputs, environment state and permission boundaries."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate
from assay.records.fields import JsonText


class ExpectedCall(Value):
    """One call that a right trajectory makes."""

    name: str
    """Name of the tool that is called."""
    arguments: JsonText
    """Argument -> list of accepted values, as canonical JSON text."""
    turn: int | None = None
    """The user turn that it answers, from 0, where order between turns matters."""


class Trajectory(Value, tag_field="kind", tag="trajectory"):
    """A task done with tools. The calls made are in the candidate's work or messages."""

    expected_calls: tuple[ExpectedCall, ...] | None = None
    """Calls that a right answer makes; empty where no call is right, absent where no key is known."""
    expected_state: JsonText | None = None
    """The state that a right answer leaves, as canonical JSON text."""
    boundaries: tuple[str, ...] = ()
    """Permission boundaries that must hold, in words."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if not candidates and self.expected_calls is None and self.expected_state is None:
            yield "a trajectory needs a candidate, expected calls or an expected state"

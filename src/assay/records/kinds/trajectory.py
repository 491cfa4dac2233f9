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

    expected_calls: tuple[ExpectedCall, ...] = ()
    """Calls that a right answer makes."""
    expected_state: JsonText | None = None
    """The state that a right answer leaves, as canonical JSON text."""
    boundaries: tuple[str, ...] = ()
    """Permission boundaries that must hold, in words."""
    no_call: bool = False
    """Whether it is known that no call is right; `expected_calls` is then empty."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if self.no_call and self.expected_calls:
            yield "a trajectory expects calls and says that no call is right"
        names_goal = self.expected_calls or self.no_call or self.expected_state is not None
        if not candidates and not names_goal:
            yield "a trajectory needs a candidate, expected calls, `no_call` or an expected state"

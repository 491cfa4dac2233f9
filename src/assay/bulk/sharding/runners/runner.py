"""What a runner is, and the commands that start workers."""

import shlex
from collections.abc import Sequence
from typing import Protocol

import msgspec

from assay.bulk.sharding.contract import WorkPlan
from assay.bulk.sharding.place import WorkPlace
from assay.core.progress import ProgressCallback


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to be worked on."""

    place: WorkPlace
    """Where everything is."""
    name: str
    """Name of the plan there."""
    plan: WorkPlan
    """The plan: shards that had no result when it was made."""
    key: str | None
    """Where workers find the key of the step, as `env:NAME` or `file:/PATH`; None: they need none,
    or find it in the program's folder."""

    def command(self, program: Sequence[str], part: str, parts: int) -> str:
        """The command line of one worker.

        Args:
            program: how workers call Assay.
            part: the part, as a number or as a shell variable.
            parts: in how many parts the shards are worked on.
        """
        words = [*program, "work", "step", self.place.address, self.name, "--parts", str(parts)]
        if self.key:
            words += ["--key", self.key]
        return f"{shlex.join(words)} --part {part}"


class Runner(Protocol):
    """Has the shards of a plan worked on."""

    def run(self, order: WorkOrder, progress: ProgressCallback | None) -> str:
        """Work on the shards, or hand them over.

        Args:
            order: what to work on.
            progress: called with the number of shards that have a result, and of all.

        Returns:
            Empty where the runner waited for the results; else what a person is to do or to know.

        Raises:
            MachineError: if workers end again and again without a result.
        """

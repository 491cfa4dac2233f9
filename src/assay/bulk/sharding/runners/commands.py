"""The runner that prints what to run, for any scheduler that there is none for here."""

from collections.abc import Sequence

from assay.bulk.sharding.runners.runner import WorkOrder
from assay.core.progress import ProgressCallback


class CommandsRunner:
    """Gives one command line a part; whoever runs them may do so in any order, and again."""

    def __init__(self, program: Sequence[str], parts: int) -> None:
        """Take how workers call Assay, and in how many parts the shards are worked on at most."""
        self._program, self._parts = program, parts

    def run(self, order: WorkOrder, progress: ProgressCallback | None) -> str:  # noqa: ARG002  it waits for nothing
        """The command lines, one a line; see `Runner`."""
        parts = min(self._parts, len(order.plan.shards))
        return "\n".join(order.command(self._program, str(part), parts) for part in range(parts))

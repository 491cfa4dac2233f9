"""The runner of this machine: worker processes, started again when they are killed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from assay.bulk.sharding.runners.runner import WorkOrder
from assay.core.errors import MachineError
from assay.core.progress import ProgressCallback

MOST_DEATHS = 5
"""Deaths in a row without a new result of its part, after which a worker is not started again."""

_LOOK_SECONDS = 0.1

_LOOKS_A_COUNT = 10
"""Looks at the processes after which the results are counted once: a list costs a store of objects."""


class LocalRunner:
    """Runs as many worker processes as it may, each with its part of the shards."""

    def __init__(self, arguments: Sequence[str], processes: int) -> None:
        """Take the settings.

        Args:
            arguments: options of each worker besides those of its part.
            processes: how many run at once; 0: one for each processor that may be used.
        """
        self._arguments = arguments
        self._processes = processes or os.cpu_count() or 1

    def run(self, order: WorkOrder, progress: ProgressCallback | None) -> str:
        """Run workers until every shard has a result; see `Runner`."""
        parts = min(self._processes, len(order.plan.shards))
        workers = [self._worker(order, part, parts) for part in range(parts)]
        try:
            self._wait(order, workers, progress)
        finally:
            for worker in workers:
                worker.stop()
        return ""

    def _worker(self, order: WorkOrder, part: int, parts: int) -> "_WorkerProcess":
        words = [
            sys.executable, "-m", "assay", "work", "step", order.place.address, order.name,
            "--part", str(part), "--parts", str(parts), "--parent", str(os.getpid()),
            *self._arguments,
        ]  # fmt: skip
        return _WorkerProcess(words, order.plan.shards[part::parts])

    def _wait(
        self, order: WorkOrder, workers: list["_WorkerProcess"], progress: ProgressCallback | None
    ) -> None:
        total, looks = len(order.plan.shards), 0
        while sum(worker.is_at_work() for worker in workers):
            for worker in workers:
                if worker.was_killed():
                    worker.start_again(order)
            looks += 1
            if progress and looks % _LOOKS_A_COUNT == 0:
                progress(total - len(order.plan.missing(order.place)), total)
            time.sleep(_LOOK_SECONDS)


class _WorkerProcess:
    """One worker process and its part."""

    def __init__(self, words: Sequence[str], shards: Sequence[str]) -> None:
        self._words, self._shards = words, frozenset(shards)
        self._deaths, self._left = 0, len(shards)
        # A file, for a pipe that nobody reads would stop a worker that warns a lot.
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  closed by `stop`
        self._process = self._start()

    def is_at_work(self) -> bool:
        """Whether it has not ended well.

        Raises:
            MachineError: if it ended with an error of its own.
        """
        code = self._process.poll()
        if code is not None and code > 0:
            # Of a worker that fails the last line is the error; it has no other output there.
            self._errors.seek(0)
            message = self._errors.read().strip().rpartition("\n")[2].removeprefix("assay: ")
            raise MachineError(
                code="worker-failed",
                message=f"a worker ended with exit code {code}: {message}",
                hint="what was done stays done: run the command again when this is put right",
            )
        return code != 0

    def was_killed(self) -> bool:
        """Whether a signal ended it."""
        code = self._process.poll()
        return code is not None and code < 0

    def start_again(self, order: WorkOrder) -> None:
        """Start it again; it passes over the shards that have a result.

        Raises:
            MachineError: if it died several times without a new result.
        """
        missing = [shard for shard in order.plan.missing(order.place) if shard in self._shards]
        self._deaths = self._deaths + 1 if len(missing) == self._left else 1
        self._left = len(missing)
        if self._deaths >= MOST_DEATHS:
            raise MachineError(
                code="worker-killed",
                message=f"a worker was killed {self._deaths} times in a row before its next result",
                where=f"shard {missing[0]}" if missing else order.name,
                hint="look whether memory is short, and cut smaller shards: assay work shard --rows",
            )
        self._process = self._start()

    def stop(self) -> None:
        """End the process, if it runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._errors.close()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own interpreter, without a shell
            self._words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )

"""The runner that writes a Slurm job array, or submits it; its results are the completion markers."""

import shutil
import subprocess
from collections.abc import Sequence

from assay.bulk.sharding.runners.runner import WorkOrder
from assay.core.errors import MachineError, UsageError
from assay.core.progress import ProgressCallback

MOST_TASKS = 1_000
"""Tasks of one array at most: one less than Slurm's `MaxArraySize` where nobody changed it."""


class SlurmRunner:
    """Gives the script of an array whose tasks share the shards, or the number of its job."""

    def __init__(
        self, program: Sequence[str], parts: int, options: Sequence[str], *, submits: bool
    ) -> None:
        """Take the settings.

        Args:
            program: how workers call Assay.
            parts: tasks of the array at most.
            options: options of `sbatch`, such as `--partition=cpu`, one line each in the script.
            submits: whether the script is given to `sbatch`.

        Raises:
            UsageError: if an option is no option, or would begin a line of the script's own.
        """
        for option in options:
            if not option.startswith("-") or not option.isprintable():
                raise UsageError(
                    code="bad-option", message=f"{option!r} is no option of sbatch",
                    where="assay.toml: work.slurm", hint="write it as --name=value",
                )  # fmt: skip
        self._program, self._options, self._submits = program, options, submits
        self._parts = min(parts, MOST_TASKS)

    def run(self, order: WorkOrder, progress: ProgressCallback | None) -> str:  # noqa: ARG002  it waits for nothing
        """The script, or what `sbatch` says of it; see `Runner`."""
        script = self._script(order)
        return _submit(script) if self._submits else script

    def _script(self, order: WorkOrder) -> str:
        parts = min(self._parts, len(order.plan.shards))
        command = order.command(self._program, '"$SLURM_ARRAY_TASK_ID"', parts)
        lines = [
            "#!/bin/bash",
            f"#SBATCH --job-name=assay-{order.plan.step}",
            f"#SBATCH --array=0-{parts - 1}",
            # A task that was broken off begins again, and passes over what it had done.
            "#SBATCH --requeue",
            *(f"#SBATCH {option}" for option in self._options),
            "",
            f"exec {command}",
        ]
        return "\n".join(lines)


def _submit(script: str) -> str:
    sbatch = shutil.which("sbatch")
    if sbatch is None:
        raise MachineError(
            code="no-slurm", message="this machine has no sbatch",
            hint="run this where jobs are submitted, or without --submit, and hand the script over",
        )  # fmt: skip
    done = subprocess.run(  # noqa: S603  the scheduler of this machine, without a shell
        [sbatch, "--parsable"], input=f"{script}\n", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise MachineError(
            code="not-submitted", message=f"sbatch refused the job: {done.stderr.strip()}",
            hint="see `slurm` under [work] in assay.toml, and `sinfo`",
        )  # fmt: skip
    job = done.stdout.strip().partition(";")[0]
    return f"job {job} is submitted; `assay work status` counts its results"

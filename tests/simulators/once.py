"""What is dear to make and only read is made once in a run, by whichever worker comes first."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from assay.demo.story import tell

Once = Callable[[str, Callable[[Path], object]], Path]
"""Gives the folder of a name, made by a function where no worker has made it yet."""

TOLD = "told.json"
"""Beside the demo's program: its digest and the lines that it printed."""


def once_in(base: Path) -> Once:
    """Makes folders beside the temporary folder of this worker, where all workers find them."""
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, build: Callable[[Path], object]) -> Path:
        folder = shared / f"once-{name}"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                making = base / f"making-{name}"
                build(making)
                making.rename(folder)
        return folder

    return make


def tell_demo(folder: Path) -> None:
    """The demo without its failures, in `program`, and what it said: from the command line, elsewhere."""
    told = subprocess.run(
        [sys.executable, "-m", "assay", "demo", folder / "program", "--brief"],
        env=os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = told.stdout.splitlines()
    (folder / TOLD).write_text(json.dumps({"digest": lines[-1].split()[-1], "lines": lines}))


def tell_reviewed_demo(folder: Path) -> None:
    """The demo before its next batch, told in this process: nothing waits at its desk."""
    tell(folder, lambda _: None, failures=False, next_batch=False)

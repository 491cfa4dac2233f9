"""The command line ends quietly where its reader goes away, and not where anything else breaks."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """`assay ... | head -1` ends without a word on standard error."""
    running = subprocess.Popen(
        [sys.executable, "-m", "assay", "contract", "schema", "contract"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    words = running.stderr.read()
    running.stderr.close()
    running.wait()
    assert words == b""


def test_another_broken_pipe_is_said(assay: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that breaks while the reader is there ends with the machine's code and a message."""

    def broken(**_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys.modules["assay.cli.main"], "app", broken)
    done = assay("status")
    assert done.code == 4
    assert "Broken pipe" in done.err

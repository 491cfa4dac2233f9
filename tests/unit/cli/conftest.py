"""The command line, called in this process as a shell would call it."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from assay.cli import main


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def assay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `assay` with arguments; gives the exit code and what it printed."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["assay", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run

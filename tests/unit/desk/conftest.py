"""A program whose contract a test changes before it opens it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assay.program.program import Program
from simulators.desk_program import desk_records, opened, write_desk_program
from simulators.desk_work import MovedClock, Open


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "program"
    write_desk_program(folder, desk_records(each=24))
    return folder


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "program"))


@pytest.fixture
def transaction(folder: Path, clock: MovedClock) -> Iterator[Open]:
    """Opens the program with lines of its contract changed."""
    with ExitStack() as stack:

        def open_one(**changes: str) -> Program:
            contract = folder / "contract.yaml"
            text = contract.read_text(encoding="utf-8")
            for old, new in (each.split(" -> ") for each in changes.values()):
                assert old in text
                text = text.replace(old, new)
            contract.write_text(text, encoding="utf-8")
            return stack.enter_context(opened(folder, clock))

        yield open_one

"""The desk on real data: what simulated reviewers did over REST is there, span by span."""

from pathlib import Path
from types import ModuleType

import pytest

from simulators.examples import DATA, example_script, needs_data

pytestmark = needs_data("NO DESK WAS SHOWN")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script of the example."""
    return example_script("desk")


def test_five_sets_are_judged_at_the_desk(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every figure of the five sets is as the example states it, and the run ends with 0."""
    assert script.main([str(DATA), "--into", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert all(name in table for name in script.NAMES)
    assert "preference 40  32     32        40        3" in table


def test_a_figure_that_is_not_as_expected_ends_with_one(
    script: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A count that differs is named, and so is a set that is not there."""
    wrong = [show._replace(records=70, judgments=5) for show in script.SHOWS]
    monkeypatch.setattr(script, "SHOWS", wrong)
    assert script.main([str(DATA), "--only", "tau-fewshot", "--into", str(tmp_path)]) == 1
    assert "69 records, where 70 are expected" in capsys.readouterr().err
    assert script.main([str(tmp_path), "--only", "tau-fewshot"]) == 1
    assert "missing, so left out" in capsys.readouterr().err

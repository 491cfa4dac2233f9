from importlib import import_module
from typing import Any

import msgspec
import pytest

from assay.core.data_frame import cross_frame, data_frame
from assay.core.errors import MachineError


class Inner(msgspec.Struct):
    low: float | None


class Row(msgspec.Struct):
    name: str
    rate: Inner
    slice: dict[str, str]


def test_a_field_inside_a_field_is_a_column_of_its_own() -> None:
    """Columns are named by the way to the value, and an absent value is none."""
    rows = [
        Row(name="a", rate=Inner(low=0.5), slice={"axis": "hard"}),
        Row(name="b", rate=Inner(low=None), slice={}),
    ]
    frame = data_frame(rows, Row)
    assert list(frame.columns) == ["name", "rate.low", "slice.axis"]
    assert list(frame["rate.low"].isna()) == [False, True]


def test_no_rows_have_the_columns_of_their_kind() -> None:
    """An empty table still says what it would hold."""
    assert list(data_frame([], Row).columns) == ["name", "rate", "slice"]


def test_counts_by_two_axes_keep_their_places() -> None:
    """A cell is found by its row and column."""
    frame = cross_frame([[1, 2], [3, 4]], ["easy", "hard"], ["de", "en"])
    assert frame.loc["hard", "de"] == 3


def test_without_pandas_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how to install it, whichever frame is asked for."""

    def find(name: str) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr("assay.core.data_frame.import_module", find)
    for ask in (lambda: data_frame([], Row), lambda: cross_frame([], [], [])):
        with pytest.raises(MachineError) as refusal:
            ask()
        assert (refusal.value.code, refusal.value.hint) == ("missing-package", "pip install pandas")

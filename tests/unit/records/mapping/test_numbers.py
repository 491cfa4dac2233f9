"""Numbers in a mapping: what a file says is what is stored, or its row is set aside."""

import csv
import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk.imports import open_mapping, preview_file
from assay.records.judgment import Judgment
from assay.records.reader import RowContext
from assay.records.verdict import Category, Scored

Context = Callable[[str], RowContext]

TEXT = """mapping: 1
kind: outcome
record:
  key: KEY
  messages: [{user: Which?}]
  candidates: [{content: This., unknown: not said}]
judgments:
  - reviewer: {person: ann}
    scores: [{dimension: right, SCORE}]
"""
BIG = "9007199254740993"


def write(folder: Path, layout: str, values: Sequence[Any]) -> Path:
    """A file with one column; JSON lines and CSV get the values as they are written."""
    path = folder / f"rows.{layout}"
    if layout == "parquet":
        pq.write_table(pa.table({"v": values}), path)
    elif layout == "jsonl":
        path.write_text("".join(f'{{"v": {value}}}\n' for value in values))
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["v"], *([value] for value in values)])
    return path


def outcome(folder: Path, data: Path, score: str, own: RowContext, key: str = "k") -> Any:
    """Keys, scores and reasons of a file."""
    mapping = folder / "m.yaml"
    mapping.write_text(TEXT.replace("SCORE", score).replace("KEY", key))
    preview = preview_file(data, open_mapping(mapping, data), own, first=100)
    judgments = [judgment for read in preview.reads for judgment in read.judgments]
    return (
        [read.record.key for read in preview.reads if read.record],
        [_value(judgment) for judgment in judgments if judgment.scores],
        [reason for _, reason in preview.reasons],
    )


def _value(judgment: Judgment) -> Any:
    score = judgment.scores[0].score
    if isinstance(score, Scored):
        return Fraction(score.value, score.denominator or 1)
    assert isinstance(score, Category)
    return score.value


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
@pytest.mark.parametrize("text", [BIG, f"-{BIG}", f"{BIG}.0", "1E400", "2.0000000000000000001"])
def test_a_number_that_no_score_holds_is_set_aside_by_field_and_column(
    layout: str, text: str, tmp_path: Path, context: Context
) -> None:
    """It is never rounded, and the digits that the file has are in the message."""
    data = write(tmp_path, layout, [text])
    _, scores, reasons = outcome(tmp_path, data, 'number: "{v}"', context("outcome"))
    assert scores == []
    assert f"judgments[0].scores[0].number, v: '{text}'" in reasons[0]


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
@pytest.mark.parametrize("text", [BIG, f"{BIG}.0", "2.0000000000000000001"])
def test_a_key_keeps_all_digits(layout: str, text: str, tmp_path: Path, context: Context) -> None:
    """As text a number has no limit."""
    data = write(tmp_path, layout, [text])
    keys, *_ = outcome(tmp_path, data, "number: 1", context("outcome"), key='"{v}"')
    assert keys == [text]


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
def test_the_same_number_is_the_same_score_however_it_is_written(
    layout: str, tmp_path: Path, context: Context
) -> None:
    """`1e2` is 100, a decimal is exact, and a long fraction is the same floating-point number."""
    data = write(tmp_path, layout, ["1e2", "1.10", "0.3333333333333333"])
    _, scores, reasons = outcome(tmp_path, data, 'number: "{v}"', context("outcome"))
    assert reasons == []
    assert scores[:2] == [100, Fraction(11, 10)]
    assert float(scores[2]) == 1 / 3


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
def test_a_table_meets_a_number_however_it_is_written(
    layout: str, tmp_path: Path, context: Context
) -> None:
    """Also beyond 53 bits, and its neighbour is another number."""
    data = write(tmp_path, layout, [f"{BIG}.0", "1e2", "9007199254740992.0"])
    score = f'category: {{column: v, values: {{"{BIG}": big, "100": hundred}}, otherwise: other}}'
    _, scores, _ = outcome(tmp_path, data, score, context("outcome"))
    assert scores == ["big", "hundred", "other"]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "", "1_000", "0x10", "1/3", "true", "１２"])
def test_a_cell_that_is_no_number_is_set_aside(text: str, tmp_path: Path, context: Context) -> None:
    """Nothing is guessed from what only Python reads as a number."""
    data = write(tmp_path, "csv", [text, "1"])
    _, scores, reasons = outcome(tmp_path, data, 'number: "{v}"', context("outcome"))
    assert scores == [1]
    assert "is not a number" in reasons[0]


@pytest.mark.parametrize("field", ["number", "key"])
def test_nan_and_infinity_of_parquet_are_no_values(
    field: str, tmp_path: Path, context: Context
) -> None:
    """They set the row aside by field and column; where the value is optional, NaN is a missing one."""
    data = write(tmp_path, "parquet", [float("nan"), float("inf"), 2.5])
    score, key = ('number: "{v}"', "k") if field == "number" else ("number: 1", '"{v}"')
    *_, reasons = outcome(tmp_path, data, score, context("outcome"), key)
    assert ["'v' is nan" in reasons[0], "'v' is inf" in reasons[1]] == [True, True]
    assert all(f"{field}, v: " in reason for reason in reasons)
    optional = "number: {column: v, optional: true}"
    *_, reasons = outcome(tmp_path, data, optional, context("outcome"))
    assert len(reasons) == 1
    assert "'v' is inf" in reasons[0]


def test_integers_and_decimals_of_parquet_keep_their_digits(
    tmp_path: Path, context: Context
) -> None:
    """Unsigned 64-bit integers and decimals come as they are."""
    data = write(tmp_path, "parquet", pa.array([2**64 - 1, 2**53 + 1], pa.uint64()))
    keys, *_ = outcome(tmp_path, data, "number: 1", context("outcome"), key='"{v}"')
    assert keys == ["18446744073709551615", BIG]


def test_a_row_that_is_set_aside_keeps_its_digits(tmp_path: Path, context: Context) -> None:
    """The rejects file holds the number as the source wrote it, and it comes in when it is mended."""
    from assay.bulk.imports import import_file
    from assay.core.clock import system_clock
    from assay.store.store import Store

    data = write(tmp_path, "jsonl", [f"{BIG}.0", "5"])
    mapping = tmp_path / "m.yaml"
    mapping.write_text(TEXT.replace("SCORE", 'number: "{v}"').replace("KEY", "k"))
    with Store.open(f"sqlite:///{tmp_path / 's.sqlite'}", system_clock, create=True) as store:
        report = import_file(
            data, open_mapping(mapping, data), context("outcome"), store=store, actor="me"
        )
    assert (report.read, report.set_aside) == (2, 1)
    line = (tmp_path / "rows.jsonl.set-aside.jsonl").read_text()
    assert f"{BIG}.0" in line
    assert json.loads(line)

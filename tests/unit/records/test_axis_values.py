"""Axis values outside the contract are counted and named, with the nearest that it has."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec

from assay.bulk.imports import import_file
from assay.records.axis_values import OutsideValue
from assay.records.formats.assay import READER as ASSAY
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.store.store import Store

AXES = {"domain": ("mood", "weather"), "language": ("en",)}


def write(path: Path, *taxonomies: dict[str, str]) -> Path:
    lines = (
        {
            "schema_version": 1,
            "part": {"kind": "demonstration"},
            "task": {"messages": [{"role": "user", "content": f"Q{number}"}], "taxonomy": axes},
            "sources": [{"source_class": "own-texts"}],
            "candidates": [{"content": "A", "provenance": {"by": "model", "model": "m"}}],
        }
        for number, axes in enumerate(taxonomies)
    )
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_values_outside_the_contract_are_named(
    tmp_path: Path, store: Store, context: Callable[[str], RowContext]
) -> None:
    """They are stored, and counted by axis and value with the nearest known value."""
    path = write(
        tmp_path / "a.jsonl",
        {"domain": "moood"},
        {"domain": "moood", "language": "en"},
        {"domain": "quantum"},
        {"domian": "mood"},
        {"domain": "weather", "ward": "north"},
    )
    known = msgspec.structs.replace(context("demonstration"), axes=AXES)
    report = import_file(path, ASSAY, known, store=store, actor="ada")
    assert (report.stored, report.set_aside) == (5, 0)
    assert report.outside_axes == (
        OutsideValue(axis="domain", value="moood", records=2, nearest="mood"),
        OutsideValue(axis="domain", value="quantum", records=1),
        OutsideValue(axis="domian", records=1, nearest="domain"),
    )


def test_a_record_that_many_rows_give_counts_once(
    tmp_path: Path, store: Store, context: Callable[[str], RowContext]
) -> None:
    """Records are counted, not rows; an import of them again names them again."""
    path = write(tmp_path / "a.jsonl", {"domain": "moood"})
    path.write_text(path.read_text() * 3)
    known = msgspec.structs.replace(context("demonstration"), axes=AXES)
    for _ in range(2):
        report = import_file(path, ASSAY, known, store=store, actor="ada")
        assert [value.records for value in report.outside_axes] == [1]
    assert store.count(Record) == 1


def test_without_axes_nothing_is_outside(
    tmp_path: Path, store: Store, context: Callable[[str], RowContext]
) -> None:
    """Where no contract is at hand, values are not looked at."""
    path = write(tmp_path / "a.jsonl", {"domain": "moood"})
    report = import_file(path, ASSAY, context("demonstration"), store=store, actor="ada")
    assert report.outside_axes == ()

"""Writing facts and rows to files, whole or not at all."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from assay.core.errors import MachineError, UsageError
from assay.core.fact import Fact


def write_facts(file: Path, facts: Iterable[Fact]) -> int:
    """Write facts as JSON lines in canonical form.

    Returns:
        How many lines were written.
    """
    count = 0
    with whole_file(file) as stream:
        for fact in facts:
            stream.write(fact.canonical().decode() + "\n")
            count += 1
    return count


def write_rows(file: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as JSON lines, or as CSV with the columns of all rows, by the file's name.

    Returns:
        How many rows were written.

    Raises:
        UsageError: if the name ends neither in `.jsonl` nor in `.csv`.
    """
    if file.suffix == ".jsonl":
        return _write_json_lines(file, rows)
    if file.suffix == ".csv":
        return _write_table(file, list(rows))
    raise UsageError(
        code="unknown-layout",
        message="the name does not say how to write the rows",
        where=file.name,
        hint="end it in .jsonl or .csv",
    )


def write_array(file: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as one JSON array, one row a line.

    Returns:
        How many rows were written.
    """
    count = 0
    with whole_file(file) as stream:
        stream.write("[")
        for row in rows:
            stream.write((",\n" if count else "\n") + json.dumps(row, ensure_ascii=False))
            count += 1
        stream.write("\n]\n")
    return count


def write_text(file: Path, text: str) -> None:
    """Write a text as UTF-8."""
    with whole_file(file) as stream:
        stream.write(text)


def _write_json_lines(file: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    with whole_file(file) as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_table(file: Path, rows: list[Mapping[str, Any]]) -> int:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with whole_file(file) as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


@contextmanager
def whole_file(file: Path) -> Iterator[TextIO]:
    """A text file that appears under its name only when it is finished.

    Raises:
        MachineError: if it cannot be written; nothing is left behind.
    """
    # In the same folder, because a rename is atomic only within one file system.
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        partial.replace(file)
    except OSError as error:
        raise MachineError(
            code="cannot-write",
            message=f"the file cannot be written: {error.strerror}",
            where=str(file),
        ) from error
    finally:
        partial.unlink(missing_ok=True)

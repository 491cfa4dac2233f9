"""Records and judgments of format version 1 keep their bytes and ids for ever.

`facts.jsonl` holds one line a fact with its id: every kind, every verdict, every place of an
error. `assay record import` of an older program must find each of them unchanged.
"""

import json
from pathlib import Path

import msgspec
import pytest

from assay.records.formats.assay import READER
from assay.records.judgment import Judgment
from assay.records.kinds import KINDS
from assay.records.reader import RowContext
from assay.records.record import Record

FACTS = Path(__file__).parent / "v1" / "facts.jsonl"
LINES = [json.loads(line) for line in FACTS.read_text().splitlines()]
CONTEXT = RowContext(kind="preference", source_class="own", pseudonym=str)


def fact(line: dict[str, str]) -> Record | Judgment:
    """The fact that a golden line holds as text."""
    (read,) = READER.read_line(line["text"].encode(), CONTEXT)
    return read.record or read.judgments[0]


@pytest.mark.parametrize("line", LINES, ids=[line["what"] for line in LINES])
def test_a_golden_fact_keeps_bytes_and_id(line: dict[str, str]) -> None:
    """The stored text is read, written again to the same bytes, and has the same id."""
    found = fact(line)
    assert found.canonical().decode() == line["text"]
    assert found.id == line["id"]


def test_the_goldens_cover_the_format() -> None:
    """Every kind of record and every tagged form of a judgment stands in the goldens."""
    facts = [fact(line) for line in LINES]
    assert {each.kind for each in facts if isinstance(each, Record)} == set(KINDS)
    text = FACTS.read_text()
    schema = json.dumps(msgspec.json.schema(Judgment)) + json.dumps(msgspec.json.schema(Record))
    for tag in ("verdict", "score", "at", "by"):
        for part in schema.split(f'"{tag}": {{"enum": ["')[1:]:
            value = part.split('"')[0]
            assert f'\\"{tag}\\":\\"{value}\\"' in text, f"{tag}: {value}"

"""Published rows, read by the name of their layout: every row is taken, or its reason is known."""

import os
from pathlib import Path

import pytest

from assay.bulk.imports import preview_file
from assay.bulk.joins import open_companion
from assay.plugins import load
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import RowContext
from assay.records.service import Preview

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ASSAY_DATA", ROOT.parent / "shared" / "data"))

pytestmark = [
    pytest.mark.data,
    pytest.mark.long,
    pytest.mark.skipif(
        not DATA.is_dir(),
        reason=f"NO PUBLISHED ROW WAS READ: there is no folder {DATA}; set ASSAY_DATA to the public data",
    ),
]


def preview(file: str, reader: str, kind: str) -> Preview:
    context = RowContext(
        kind=kind, source_class="published", pseudonym=pseudonymiser(b"a key for the tests only")
    )
    joined = open_companion(load("readers", reader), DATA / file)
    return preview_file(DATA / file, joined, context, first=10_000)


@pytest.mark.parametrize(
    ("file", "reader", "kind", "rows"),
    [
        ("bfcl-a/BFCL_v4_simple_python.json", "bfcl", "trajectory", 400),
        ("bfcl-a/BFCL_v4_multi_turn_base.json", "bfcl", "trajectory", 200),
        ("hh-rlhf-harmless-test/harmless-base-test.first1000.jsonl", "hh-rlhf", "preference", 1000),
    ],
)
def test_every_published_row_is_taken(file: str, reader: str, kind: str, rows: int) -> None:
    """Each row gives one record, and none is set aside."""
    found = preview(file, reader, kind)
    assert found.reasons == ()
    assert (found.read, len(found.reads)) == (rows, rows)

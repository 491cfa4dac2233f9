"""The manifest has one form, which is read back in flat memory."""

import io
import json
from pathlib import Path

import pytest

from assay.core.canonical import encode_fact
from assay.core.errors import InputError
from assay.releases.manifest import MANIFEST, ManifestWriter, read_head, read_manifest


def test_what_is_read_is_written_again_to_the_byte(built: Path) -> None:
    """Head and items come back, and writing them gives the same file."""
    head, items = read_manifest(built / MANIFEST)
    stream = io.BytesIO()
    writer = ManifestWriter(stream, head)
    for item, body in items:
        assert encode_fact(item) == body
        writer.add(body)
    writer.close()
    assert stream.getvalue() == (built / MANIFEST).read_bytes()


def test_any_json_reader_reads_it(built: Path) -> None:
    """It is one JSON object whose items stand one on a line."""
    text = (built / MANIFEST).read_text()
    parsed = json.loads(text)
    head = read_head(built / MANIFEST)
    assert len(parsed["items"]) == head.counts.records
    assert all(json.loads(line.strip().rstrip(",")) in parsed["items"] for line in
               text.split('"items": [\n')[1].splitlines()[:-2])  # fmt: skip


def test_an_item_connects_a_record_to_all_that_it_rests_on(built: Path) -> None:
    """Schema, rubric, source, rights, transformation, state and digests stand in each item."""
    _, items = read_manifest(built / MANIFEST)
    [item] = [item for item, _ in items if item.transformation]
    assert item.kind == "demonstration"
    assert item.source_classes == ("desk",)
    assert item.permitted == ("train", "evaluate", "publish")
    assert item.transformation is not None
    assert item.transformation.name == "rewrite"
    assert item.parents[0].startswith("rec_")
    assert (item.state, item.rule, item.judgments) == ("accepted", "quay/agreement", 2)
    assert item.judged_under == (item.rubric,)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"records": 5', '"records": 5.0', "manifest-broken"),
        ('"format": "assay-release/8"', '"format": "assay-release/9"', "manifest-broken"),
        ('  "use": "train",\n', '  "use": "train",\n  "use": "train",\n', "duplicate-key"),
        ('  "use": "train",\n', '  "use": "train",\n  "other": 1,\n', "manifest-broken"),
        ('  "use": "train",\n', '  "use":  "train",\n', "manifest-not-canonical"),
        ('"created"', "created", "broken-json"),
    ],
)
def test_a_head_in_another_form_is_refused(release: Path, old: str, new: str, code: str) -> None:
    """Duplicate and unknown keys, floats and stray spaces are refused, each by name."""
    file = release / MANIFEST
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(InputError) as refused:
        read_head(file)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('    {"disposition"', '    {"kind":"preference","disposition"', "duplicate-key"),
        ('    {"disposition"', '    {"about":1,"disposition"', "manifest-broken"),
        ('    {"disposition"', '   {"disposition"', "manifest-not-canonical"),
        ('"schema":1', '"schema":1 ', "manifest-not-canonical"),
        ('"schema":1', '"schema":one', "broken-json"),
        ('"},\n    {', '"}\n    {', "manifest-not-canonical"),
        ("\n  ]\n}\n", "\n  ]\n}", "manifest-not-canonical"),
        ("\n  ]\n}\n", "\n  ]\n}\n\n", "manifest-not-canonical"),
        ("\n  ]\n}\n", "", "manifest-not-canonical"),
        ("\n  ]\n}\n", ",\n  ]\n}\n", "broken-json"),
    ],
)
def test_items_in_another_form_are_refused(release: Path, old: str, new: str, code: str) -> None:
    """Items and the file's end are exactly as they were written, or refused."""
    file = release / MANIFEST
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    _, items = read_manifest(file)
    with pytest.raises(InputError) as refused:
        list(items)
    assert refused.value.code == code

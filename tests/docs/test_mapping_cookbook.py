"""The cookbook of mappings: each layout on the page is read as the page says."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.attachments import AttachmentFolder
from assay.bulk.imports import open_mapping, preview_file
from assay.core.canonical import parse_json
from assay.records.candidate import candidate_text
from assay.records.judgment import Judgment
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.verdict import verdict_key

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "mapping-cookbook.md"
LAYOUTS = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
BLOCK = re.compile(r"```(\w+)(?: (\S+))?\n(.*?)```", re.DOTALL)


def outcome(layout: str, folder: Path) -> list[dict[str, Any]]:
    """What the rows of a layout become, short."""
    files = {
        name or "mapping.yaml": text for _, name, text in BLOCK.findall(layout) if name != "result"
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    data = next(folder.glob("data.*"))
    reader = open_mapping(folder / "mapping.yaml", data)
    context = RowContext(kind=reader.kinds[0], source_class="own-texts", pseudonym=_pseudonym)
    held = AttachmentFolder(folder / "held")
    preview = preview_file(data, reader, context, first=10, attachments=held)
    assert preview.reasons == ()
    return [_short(read) for read in preview.reads]


def _pseudonym(person: str) -> str:
    return f"person {person}"


def _short(read: Read) -> dict[str, Any]:
    record = read.record
    assert record is not None
    return {
        "task": [f"{message.role}: {message.content}" for message in record.task.messages],
        **_files(record),
        **dict(_parts(record)),
        "judgments": [_judged(judgment, record) for judgment in read.judgments],
    }


def _files(record: Record) -> dict[str, Any]:
    shown = [f"{file.media_type or file.address} at {file.at}" for file in record.attachments]
    return {"files": shown} if shown else {}


def _parts(record: Record) -> Iterator[tuple[str, Any]]:
    if record.task.taxonomy:
        yield "taxonomy", record.task.taxonomy
    if record.candidates:
        yield "candidates", [candidate_text(candidate) for candidate in record.candidates]
    part = {
        name: parse_json(json.dumps(value, default=lambda call: call.arguments))
        for name in ("reference", "expected_calls", "no_call")
        if (value := getattr(record.part, name, None))
    }
    if part:
        yield "part", part
    missing = [piece.missing for piece in record.evidence if piece.missing]
    if missing:
        yield "missing", missing


def _judged(judgment: Judgment, record: Record) -> dict[str, Any]:
    parts: Mapping[str, Any] = {
        "by": judgment.reviewer.pseudonym,
        "kind": judgment.reviewer.kind,
        "verdict": verdict_key(judgment.verdict, len(record.candidates)),
        "scores": [_scored(judgment, number) for number in range(len(judgment.scores))],
        "steps": [label.label for label in judgment.step_labels],
        "errors": [getattr(error.place, "quote", None) for error in judgment.errors or ()],
        "attack": judgment.attack and [judgment.attack.strategy, judgment.attack.outcome],
        "occasion": judgment.occasion,
        "supersedes": bool(judgment.supersedes),
    }
    return {name: value for name, value in parts.items() if value and value != "not_asked"}


def _scored(judgment: Judgment, number: int) -> str:
    score = judgment.scores[number]
    value = getattr(score.score, "value", None)
    whose = "" if score.candidate is None else f" of {score.candidate}"
    return f"{score.dimension}{whose}: {value}"


@pytest.mark.parametrize("layout", LAYOUTS, ids=[layout.splitlines()[0][:40] for layout in LAYOUTS])
def test_a_layout_is_read_as_the_page_says(layout: str, tmp_path: Path) -> None:
    """No row is set aside, and records, verdicts and scores are those that the page shows."""
    shown = [json.loads(text) for _, name, text in BLOCK.findall(layout) if name == "result"]
    assert shown == [outcome(layout, tmp_path)]


def test_the_page_has_twenty_layouts() -> None:
    """None is lost by a heading that is written in another way."""
    assert len(LAYOUTS) >= 20

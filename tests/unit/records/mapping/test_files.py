"""Files of messages in a mapping: where they are, where they stand, and what they must be."""

import base64
from pathlib import Path
from typing import Any

import pytest

from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.records.attachment import Attachment, reading_attachments
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.task import Message
from simulators.pictures import WAV, data_uri, png

ONE, TWO = png(1), png(2)
CONTEXT = RowContext(kind="outcome", source_class="own", pseudonym=lambda person: person)
MAPPING = """
mapping: 1
kind: outcome
record:
  messages: [{{user: "{{q}}", {files}}}]
  candidates: [{{name: a, content: "{{a}}", unknown: nobody says}}]
"""


def read(files: str, row: dict[str, Any]) -> tuple[Record, dict[str, bytes]]:
    """The record of a row under a mapping whose message has `files`."""
    return read_whole(MAPPING.format(files=files), row)


def read_whole(mapping: str, row: dict[str, Any]) -> tuple[Record, dict[str, bytes]]:
    reader = MappingReader(require_mapping("m.yaml", mapping.encode()), {})
    with reading_attachments({"pics/one.png": ONE, "two.png": TWO}.get, 1_000) as reading:
        [result] = reader.read({"a": "A bus.", **row}, CONTEXT)
    assert result.record is not None
    return result.record, reading.contents


def shown(content: bytes, at: int = 0, media_type: str = "image/png") -> Attachment:
    return Attachment(
        at=at, digest=labelled_digest(content), media_type=media_type, bytes=len(content)
    )


@pytest.mark.parametrize(
    "value", ["pics/one.png", data_uri(ONE), ONE, {"bytes": ONE, "path": None}, {"url": data_uri(ONE)}]
)  # fmt: skip
def test_a_file_is_a_path_a_uri_bytes_or_an_object(value: Any) -> None:
    """Whatever the column holds, the bytes are the same, and stand before the text."""
    record, contents = read('files: [{file: "{image}"}]', {"q": "What?", "image": value})
    assert record.task.messages == (
        Message(role="user", content="What?", attachments=(shown(ONE),)),
    )
    assert contents == {labelled_digest(ONE): ONE}


def test_base64_and_addresses_are_files(tmp_path: Path) -> None:
    """Bytes may stand as text, and an address that is not fetched is kept."""
    row = {"q": "?", "sound": base64.b64encode(WAV).decode(), "link": "https://a.example/b.png"}
    record, _ = read('files: [{base64: "{sound}"}, {file: "{link}"}]', row)
    assert record.attachments == (
        shown(WAV, 0, "audio/wav"),
        Attachment(at=0, address="https://a.example/b.png"),
    )


def test_marks_are_the_places_of_files() -> None:
    """The mark is taken out, and the file stands where it stood."""
    row = {"q": "Left <i>, right <i>?", "images": ["two.png", "pics/one.png"]}
    record, _ = read('files: [{for: {image: "{images}"}, file: "{image}"}], mark: <i>', row)
    assert record.task.messages[0] == Message(
        role="user", content="Left , right ?", attachments=(shown(TWO, 5), shown(ONE, 13))
    )


def test_turns_of_a_conversation_and_replies_show_files() -> None:
    """A response with a file is messages and never its text alone."""
    mapping = """
mapping: 1
kind: outcome
record:
  conversation:
    list: "{turns}"
    role: "{turn.role}"
    content: "{turn.text}"
    files: [{file: {column: turn.image, optional: true}}]
    response: last
  candidates: [{name: a, unknown: nobody says}]
"""
    turns = [
        {"role": "user", "text": "What?", "image": "pics/one.png"},
        {"role": "assistant", "text": "This.", "image": "two.png"},
    ]
    record, _ = read_whole(mapping, {"turns": turns})
    assert record.task.messages[0].attachments == (shown(ONE),)
    assert record.candidates[0].content == (
        Message(role="assistant", content="This.", attachments=(shown(TWO),)),
    )


def test_rows_with_equal_cells_bring_their_bytes_each() -> None:
    """A record that another row gave before is no reason to leave its files out."""
    text = MAPPING.format(files='files: [{file: "{image}"}]')
    reader = MappingReader(require_mapping("m.yaml", text.encode()), {})
    row = {"q": "What?", "a": "A bus.", "image": "two.png"}
    for _ in range(2):
        with reading_attachments({"two.png": TWO}.get, 1_000) as reading:
            reader.read(row, CONTEXT)
        assert reading.contents == {labelled_digest(TWO): TWO}


@pytest.mark.parametrize(
    ("files", "row", "code"),
    [
        ('files: [{file: "{image}"}]', {"image": "none.png"}, "attachment-not-found"),
        ('files: [{file: "{image}"}]', {"image": "../two.png"}, "attachment-not-found"),
        ('files: [{file: "{image}"}]', {"image": 5}, "attachment-unreadable"),
        ('files: [{base64: "{image}"}]', {"image": "!"}, "attachment-unreadable"),
        ('files: [{file: "{image}"}]', {"image": b"x" * 1_001}, "attachment-too-large"),
        ('files: [{file: "{image}"}], mark: <i>', {"image": "two.png"}, "attachments-differ"),
        ('files: [{file: "{image}", media_type: image/jpeg}]', {"image": "two.png"}, "other-media-type"),
        ('files: [{file: "{image}", media_type: "audio/*"}]', {"image": "two.png"}, "other-media-type"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_sets_the_row_aside(
    files: str, row: dict[str, Any], code: str
) -> None:
    """The error names the field of the mapping, and no record goes without its file."""
    with pytest.raises(InputError) as refusal:
        read(files, {"q": "What?", **row})
    assert refusal.value.code == code
    assert refusal.value.where.startswith("record.messages[0]")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ("files: [{media_type: image/png}]", "give `file`"),
        ("files: [{file: a.png, base64: eA==}]", "give `file`"),
        ("mark: <i>", "give them"),
    ],
)
def test_a_mapping_that_names_no_file_is_a_fault(files: str, message: str) -> None:
    """It is found before a row is read."""
    document, issues = read_mapping("m.yaml", MAPPING.format(files=files).encode())
    assert document is None
    assert message in issues[0].message

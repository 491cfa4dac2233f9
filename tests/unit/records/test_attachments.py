"""Attachments of messages: held by digest and place, their type found from their bytes."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.plugins import load
from assay.records.attachment import Attachment, reading_attachments
from assay.records.coherence import record_faults
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.task import Message
from simulators.pictures import PDF, SVG, WAV, data_uri, png

Context = Callable[[str], RowContext]

ANSWER = {"role": "assistant", "content": "A harbour."}
ONE, TWO = png(1), png(2)


def read(
    name: str, row: dict[str, Any], context: RowContext, *, max_bytes: int = 1_000
) -> tuple[Record, dict[str, bytes]]:
    """The record of a row, proven to be coherent, and the bytes that came with it."""
    files = {"pics/one.png": ONE, "two.png": TWO}
    with reading_attachments(files.get, max_bytes) as reading:
        [result] = load("readers", name).read(row, context)
    assert result.record is not None
    assert not list(record_faults(result.record))
    return result.record, reading.contents


def shown(content: bytes, at: int, media_type: str = "image/png") -> Attachment:
    return Attachment(
        at=at, digest=labelled_digest(content), media_type=media_type, bytes=len(content)
    )


def test_parts_keep_the_place_of_an_image_in_the_text(context: Context) -> None:
    """Text before and after an image is one content, and the image stands between."""
    parts = [
        {"type": "text", "text": "See: "},
        {"type": "image_url", "image_url": {"url": data_uri(ONE, "text/plain"), "detail": "low"}},
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": "pics/one.png"},
    ]
    row = {"messages": [{"role": "user", "content": parts}, ANSWER]}
    record, contents = read("openai-chat", row, context("demonstration"))
    assert record.task.messages[0] == Message(
        role="user", content="See: What is it?", attachments=(shown(ONE, 5), shown(ONE, 16))
    )
    assert contents == {labelled_digest(ONE): ONE}


@pytest.mark.parametrize(
    ("part", "content", "media_type"),
    [
        ({"type": "input_audio", "input_audio": {"data": data_uri(WAV)[22:], "format": "mp3"}}, WAV, "audio/wav"),
        ({"type": "file", "file": {"file_data": data_uri(PDF), "filename": "x.png"}}, PDF, "application/pdf"),
        ({"type": "image_url", "image_url": {"url": data_uri(SVG)}}, SVG, "image/svg+xml"),
    ],
)  # fmt: skip
def test_a_type_is_found_from_the_bytes(
    part: dict[str, Any], content: bytes, media_type: str, context: Context
) -> None:
    """Neither the format, the name nor the URI's own claim is believed."""
    row = {"messages": [{"role": "user", "content": [part]}, ANSWER]}
    record, _ = read("openai-chat", row, context("demonstration"))
    assert record.attachments == (shown(content, 0, media_type),)


def test_an_address_is_kept_and_not_fetched(context: Context) -> None:
    """Without somebody who fetches it, an attachment is its address."""
    part = {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png?k=1"}}
    row = {"messages": [{"role": "user", "content": [part]}, ANSWER]}
    record, contents = read("openai-chat", row, context("demonstration"))
    assert record.attachments == (Attachment(at=0, address="https://pictures.example/a.png?k=1"),)
    assert contents == {}


def test_listed_images_go_to_the_places_that_messages_mark(context: Context) -> None:
    """The rows of TRL: each place takes the next of the list, bytes as well as paths."""
    prompt = [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "or"}, {"type": "image"}]}
    ]  # fmt: skip
    row = {
        "prompt": prompt,
        "chosen": [{"role": "assistant", "content": "The first."}],
        "rejected": [{"role": "assistant", "content": [{"type": "text", "text": "Both."}]}],
        "images": [{"bytes": ONE, "path": "a.png"}, {"bytes": None, "path": "two.png"}],
    }
    record, _ = read("trl", row, context("preference"))
    assert record.task.messages[0].attachments == (shown(ONE, 0), shown(TWO, 2))
    assert {str(candidate.content) for candidate in record.candidates} == {"The first.", "Both."}


def test_a_pair_that_repeats_its_prompt_repeats_its_images(context: Context) -> None:
    """Each side takes the images from the first one again, and its prompt is cut."""
    asked = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}
    row = {
        "chosen": [asked, {"role": "assistant", "content": "A harbour."}],
        "rejected": [asked, {"role": "assistant", "content": "A bus."}],
        "images": [{"bytes": ONE, "path": None}],
    }
    record, _ = read("trl", row, context("preference"))
    assert record.task.messages == (
        Message(role="user", content="What?", attachments=(shown(ONE, 0),)),
    )
    assert all(isinstance(candidate.content, str) for candidate in record.candidates)


def test_listed_images_without_a_place_come_before_the_question(context: Context) -> None:
    """A prompt that is a text shows them first, as TRL prepares such rows."""
    row = {"prompt": "What is it?", "completion": "A harbour.", "image": {"bytes": ONE}}
    record, _ = read("trl", row, context("demonstration"))
    assert record.task.messages[0].attachments == (shown(ONE, 0),)


def test_marks_of_llama_factory_become_places(context: Context) -> None:
    """`<image>` is a place only where the row lists images."""
    turns = [
        {"from": "human", "value": "<image>Left of <image>?"},
        {"from": "gpt", "value": "A <image> tag."},
    ]
    row = {"conversations": [*turns[:1], {"from": "gpt", "value": "Yes."}], "images": ["two.png", "pics/one.png"]}  # fmt: skip
    record, _ = read("sharegpt", row, context("demonstration"))
    assert record.task.messages[0] == Message(
        role="user", content="Left of ?", attachments=(shown(TWO, 0), shown(ONE, 8))
    )
    plain, _ = read("sharegpt", {"conversations": turns}, context("demonstration"))
    assert plain.task.messages[0].content == "<image>Left of <image>?"
    assert plain.attachments == ()


@pytest.mark.parametrize(
    ("images", "code"),
    [
        (["two.png"], "attachments-differ"),
        (["two.png"] * 3, "attachments-differ"),
        (["two.png", "../two.png"], "attachment-not-found"),
        (["two.png", ""], "attachment-unreadable"),
        (["two.png", "data:image/png;base64,!"], "attachment-unreadable"),
        (["two.png", data_uri(b"x" * 1_001)], "attachment-too-large"),
    ],
)
def test_files_that_do_not_fit_set_the_row_aside(
    images: list[str], code: str, context: Context
) -> None:
    """Too few, too many, missing, broken or too large: no record shows another picture than its row."""
    content = [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "?"}]
    row = {"messages": [{"role": "user", "content": content}, ANSWER], "images": images}
    with pytest.raises(InputError) as refusal:
        read("trl", row, context("demonstration"))
    assert refusal.value.code == code


def test_a_record_without_attachments_has_the_id_that_it_had() -> None:
    """The field that is empty is in no bytes."""
    assert msgspec.json.encode(Message(role="user", content="x")) == (
        b'{"role":"user","content":"x"}'
    )


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(at=0),
        Attachment(at=9, digest=labelled_digest(ONE)),
        Attachment(at=0, digest="sha256:ab"),
        Attachment(at=0, digest=labelled_digest(ONE), address="https://a.example/b"),
    ],
)
def test_an_attachment_that_makes_no_sense_is_a_fault(
    attachment: Attachment, context: Context
) -> None:
    """Digest or address, a place within the content, and a digest that is one."""
    row = {"messages": [{"role": "user", "content": "x"}, ANSWER]}
    record, _ = read("openai-chat", row, context("demonstration"))
    message = replace(record.task.messages[0], attachments=(attachment,))
    broken = replace(record, task=replace(record.task, messages=(message,)))
    assert list(record_faults(broken))

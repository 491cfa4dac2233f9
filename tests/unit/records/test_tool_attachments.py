"""Files in the exports of other tools: each becomes an attachment at its place, or sets its row aside."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.plugins import load
from assay.records.attachment import Attachment, reading_attachments
from assay.records.coherence import record_faults
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.task import Message
from simulators.pictures import PDF, WAV, data_uri, png

Context = Callable[[str], RowContext]

ONE, TWO = png(1), png(2)
ADDRESS = "https://pictures.example/a.png"
FILES = {"images/one.png": ONE, "upload/3/two.png": TWO, "shots/one.png": ONE, "a.wav": WAV}


def read(name: str, row: dict[str, Any], context: RowContext) -> tuple[Read, Record]:
    """The record of a row beside which there are files, proven to be coherent."""
    with reading_attachments(FILES.get, 1_000):
        [result] = load("readers", name).read(row, context)
    assert result.record is not None
    assert not list(record_faults(result.record))
    return result, result.record


def shown(content: bytes, at: int = 0, media_type: str = "image/png") -> Attachment:
    return Attachment(
        at=at, digest=labelled_digest(content), media_type=media_type, bytes=len(content)
    )


def inspect_row(*parts: dict[str, Any], **sample: Any) -> dict[str, Any]:
    asked = {"role": "user", "source": "input", "content": list(parts)}
    answer = {"role": "assistant", "content": "A harbour."}
    item = {"id": "s1", "epoch": 1, "messages": [asked, answer], "target": "x", **sample}
    return {"item": item, "rest": {"eval": {"task": "look", "model": "m"}}}


def test_parts_of_an_inspect_log_are_attachments(context: Context) -> None:
    """A file stands where its part stands, also where the log keeps it apart from the message."""
    row = inspect_row(
        {"type": "text", "text": "See "},
        {"type": "image", "image": "attachment://77aa", "detail": "auto"},
        {"type": "text", "text": "this."},
        {"type": "audio", "audio": "a.wav", "format": "wav"},
        {"type": "document", "document": data_uri(PDF), "filename": "x.png", "mime_type": "image/png"},
        attachments={"77aa": data_uri(ONE)},
    )  # fmt: skip
    _, record = read("inspect", row, context("outcome"))
    assert record.task.messages == (
        Message(
            role="user",
            content="See this.",
            attachments=(
                shown(ONE, 4), shown(WAV, 9, "audio/wav"), shown(PDF, 9, "application/pdf")
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("<base64-data-removed>", "attachment-not-logged"),
        ("data:image/png;base64,<base64-data-removed>", "attachment-not-logged"),
        ("/home/ana/one.png", "attachment-not-found"),
        ("", "attachment-unreadable"),
    ],
)
def test_a_log_without_its_images_says_so(image: str, code: str, context: Context) -> None:
    """A sample whose image is not there is set aside with the reason, and never read as text."""
    row = inspect_row({"type": "text", "text": "?"}, {"type": "image", "image": image})
    with pytest.raises(InputError) as refusal:
        read("inspect", row, context("outcome"))
    assert refusal.value.code == code
    assert refusal.value.where.startswith("sample.messages.content[1]")


def trajectory(message: Any, result: Any) -> dict[str, Any]:
    call = {"tool_call_id": "c1", "function_name": "shot", "arguments": {}}
    return {
        "schema_version": "ATIF-v1.8", "session_id": "s",
        "agent": {"name": "own-agent", "version": "1", "model_name": "small"},
        "steps": [
            {"step_id": 1, "source": "user", "message": message},
            {"step_id": 2, "source": "agent", "message": "Looking.", "tool_calls": [call],
             "observation": {"results": [{"source_call_id": "c1", "content": result}]}},
            {"step_id": 3, "source": "agent", "message": "A harbour."},
        ],
    }  # fmt: skip


def test_images_of_a_trajectory_stand_in_messages_and_results(context: Context) -> None:
    """ATIF names a file by its path below the trajectory, or by an address."""
    image = {"type": "image", "source": {"media_type": "image/jpeg", "path": "images/one.png"}}
    sound = {
        "type": "audio",
        "source": {"media_type": "audio/wav", "path": "a.wav", "duration_sec": 1},
    }
    remote = {"type": "image", "source": {"media_type": "image/png", "path": ADDRESS}}
    row = trajectory([{"type": "text", "text": "What?"}, image, sound], [remote])
    _, record = read("atif", row, context("trajectory"))
    assert record.task.messages[0].attachments == (shown(ONE, 5), shown(WAV, 5, "audio/wav"))
    response = record.candidates[0].content
    assert not isinstance(response, str)
    assert response[1] == Message(
        role="tool", tool_call_id="c1", attachments=(Attachment(at=0, address=ADDRESS),)
    )


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"type": "image"}, "wrong-field"),
        ({"type": "image", "source": {"path": "none.png"}}, "attachment-not-found"),
        ({"type": "video", "source": {"path": "a.mp4"}}, "not-text"),
    ],
)
def test_a_step_whose_file_is_not_there_sets_the_trajectory_aside(
    part: dict[str, Any], code: str, context: Context
) -> None:
    """No trajectory is read without what its model saw."""
    with pytest.raises(InputError) as refusal:
        read("atif", trajectory([part], "ok"), context("trajectory"))
    assert refusal.value.code == code


@pytest.mark.parametrize("image", [data_uri(ONE), {"bytes": ONE, "path": None}, "images/one.png"])
def test_an_image_of_argilla_stands_before_the_question(image: Any, context: Context) -> None:
    """Its JSON export holds a `data:` URI, a data set bytes, and a dictionary perhaps a path."""
    fields = {"image": image, "prompt": "What is it?", "response": "A harbour.", "image_2": ADDRESS}
    _, record = read("argilla", {"id": "a1", "fields": fields}, context("outcome"))
    assert record.task.messages == (
        Message(
            role="user",
            content="What is it?",
            attachments=(shown(ONE), Attachment(at=0, address=ADDRESS)),
        ),
    )
    assert [candidate.content for candidate in record.candidates] == ["A harbour."]


def test_a_field_about_an_image_is_no_image(context: Context) -> None:
    """A caption is a text that the format does not read, and costs nothing."""
    fields = {"image_caption": "A quay at dawn.", "prompt": "What is it?", "response": "A quay."}
    _, record = read("argilla", {"id": "a1", "fields": fields}, context("outcome"))
    assert record.attachments == ()


@pytest.mark.parametrize(
    ("data", "attachments"),
    [
        ({"image": ADDRESS}, (Attachment(at=0, address=ADDRESS),)),
        ({"image": "/data/upload/3/two.png"}, (shown(TWO),)),
        ({"image": "/data/local-files/?d=shots/one.png"}, (shown(ONE),)),
        ({"images": ["shots/one.png", "/data/upload/3/two.png"]}, (shown(ONE), shown(TWO))),
        ({"image": data_uri(ONE), "audio": "a.wav"}, (shown(ONE), shown(WAV, 0, "audio/wav"))),
        ({"pdf": data_uri(PDF)}, (shown(PDF, 0, "application/pdf"),)),
    ],
)
def test_files_of_label_studio_stand_before_the_question(
    data: dict[str, Any], attachments: tuple[Attachment, ...], context: Context
) -> None:
    """A path of the tool's server stands for a file beside the export."""
    row = {
        "id": 7,
        "data": {"question": "What?", "answer": "A harbour.", **data},
        "annotations": [],
    }
    _, record = read("label-studio", row, context("outcome"))
    assert record.task.messages == (
        Message(role="user", content="What?", attachments=attachments),
    )  # fmt: skip


@pytest.mark.parametrize(
    "image", ["/data/upload/9/none.png", "/data/local-files/?d=../secret.png", "/etc/passwd", 5]
)
def test_a_task_whose_file_is_not_beside_the_export_is_set_aside(
    image: object, context: Context
) -> None:
    """The judgments were made of the image, so that none is read without it."""
    row = {"id": 7, "data": {"question": "What?", "image": image}, "annotations": []}
    with pytest.raises(InputError) as refusal:
        read("label-studio", row, context("outcome"))
    assert refusal.value.code in {"attachment-not-found", "attachment-unreadable"}
    assert refusal.value.where == "data.image"


def run(content: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "r1", "inputs": {"messages": [{"role": "user", "content": content}]},
        "outputs": {"output": "A harbour."}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": data_uri(ONE)}},
        {"type": "image", "source": {"type": "base64", "data": data_uri(ONE)[22:]}},
        {"type": "image", "base64": data_uri(ONE)[22:], "mime_type": "image/png"},
        {"type": "image", "source_type": "base64", "data": data_uri(ONE)[22:]},
        {"type": "file", "base64": data_uri(ONE)[22:], "mime_type": "application/pdf"},
    ],
)
def test_parts_of_a_langsmith_run_are_attachments(part: dict[str, Any], context: Context) -> None:
    """In the forms of OpenAI, of Anthropic, and of both versions of LangChain."""
    _, record = read("langsmith", run([{"type": "text", "text": "?"}, part]), context("outcome"))
    assert record.task.messages[0].attachments == (shown(ONE, 1),)


def test_attachments_of_a_langsmith_run_lose_their_signature(context: Context) -> None:
    """Whoever has a signed address may read the file, so that no record keeps one."""
    signed = f"{ADDRESS}?X-Amz-Signature=8f3a&X-Amz-Expires=3600#x"
    row = run(
        "What?", attachments={"a": signed, "b": {"presigned_url": signed, "mime_type": "image/png"}}
    )
    _, record = read("langsmith", row, context("outcome"))
    unsigned = Attachment(at=0, address=ADDRESS)
    assert record.task.messages[0].attachments == (unsigned, unsigned)
    with reading_attachments({signed: ONE}.get, 1_000):
        [result] = load("readers", "langsmith").read(row, context("outcome"))
    assert result.record is not None
    assert result.record.attachments == (shown(ONE), shown(ONE))


def test_attachments_as_the_api_gives_them_are_read_once(context: Context) -> None:
    """The API names them under `s3_urls`, beside other parts of the run that it keeps apart."""
    stored = {"presigned_url": f"{ADDRESS}?sig=8f3a", "mime_type": "image/png"}
    row = run(
        "What?",
        s3_urls={"attachment.a": stored, "inputs": {"presigned_url": "https://a.example/i"}},
        attachments={"a": f"{ADDRESS}?sig=8f3a"},
    )
    _, record = read("langsmith", row, context("outcome"))
    assert record.attachments == (Attachment(at=0, address=ADDRESS),)


def test_an_attachment_of_a_run_that_names_no_place_sets_it_aside(context: Context) -> None:
    """A pair of type and bytes cannot be in JSON, and is not guessed at."""
    with pytest.raises(InputError) as refusal:
        read("langsmith", run("?", attachments={"a": ["image/png", "?"]}), context("outcome"))
    assert (refusal.value.code, refusal.value.where) == ("attachment-unreadable", "attachments.a")


def test_redaction_leaves_the_bytes_of_a_file_alone(context: Context) -> None:
    """Letters of a file that look like a key are no key, and one beside the file is found."""
    looks_like_a_key = "data:image/png;base64,AKIAABCDEFGHIJKLMNOP"
    part = {"type": "image_url", "image_url": {"url": looks_like_a_key}}
    row = run([{"type": "text", "text": "AKIAABCDEFGHIJKLMNOP"}, part])
    result, record = read("langsmith", row, context("outcome"))
    assert result.redacted == {"key": 1}
    assert record.attachments[0].bytes == 15


def test_files_beside_a_conversation_leave_those_in_it(context: Context) -> None:
    """A message that shows a file of its own keeps it behind those of the record."""
    part = {"type": "image_url", "image_url": {"url": data_uri(TWO)}}
    fields = {
        "messages": [{"role": "user", "content": [part]}],
        "answer": "Both.",
        "image": data_uri(ONE),
    }
    _, record = read("argilla", {"id": "a1", "fields": fields}, context("outcome"))
    assert record.task.messages[0].attachments == (shown(ONE), shown(TWO))
    assert replace(record.task.messages[0], attachments=()) == Message(role="user")

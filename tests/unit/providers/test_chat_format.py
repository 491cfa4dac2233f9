"""The chat format: what is sent for a request, and what is read from an answer."""

import json
from typing import Any

import pytest

from assay.core.canonical import json_text
from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.providers.chat_format import decode_completion, encode_request
from assay.providers.endpoint import Completion, Request, SamplingParameters
from assay.records.attachment import Attachment
from assay.records.task import Message, Tool, ToolCall
from simulators.pictures import WAV, data_uri, png


def decode(message: dict[str, Any], **fields: Any) -> Completion:
    choice = {"message": message, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice]} | fields).encode()
    return decode_completion(body, sent=b"{}", attempts=1)


def test_a_request_is_sent_as_the_format_wants_it() -> None:
    """Messages, tools, calls and parameters stand where OpenAI-compatible endpoints look."""
    call = ToolCall(name="fare", arguments='{"to":"Alder"}')
    request = Request(
        model="tiny",
        messages=(
            Message(role="user", content="Cost?", name="ann"),
            Message(role="assistant", tool_calls=(call,)),
            Message(role="tool", content="6", tool_call_id="call_0"),
        ),
        tools=(Tool(name="fare", description="A fare.", parameters=json_text({"type": "object"})),),
        parameters=SamplingParameters(
            temperature="0.70", seed=3, max_tokens=9, stop=("#",), extra=json_text({"top_k": 5})
        ),
    )
    function = {"name": "fare", "arguments": '{"to":"Alder"}'}
    assert json.loads(encode_request(request)) == {
        "model": "tiny",
        "messages": [
            {"role": "user", "content": "Cost?", "name": "ann"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"id": "call_0", "type": "function", "function": function}],
            },
            {"role": "tool", "content": "6", "tool_call_id": "call_0"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "fare",
                    "description": "A fare.",
                    "parameters": {"type": "object"},
                },
            }
        ],
        "temperature": 0.7,
        "seed": 3,
        "max_tokens": 9,
        "stop": ["#"],
        "top_k": 5,
    }


def test_what_is_not_stated_is_not_sent() -> None:
    """An absent parameter is left to the endpoint, and the limit has the name it asks for."""
    messages = (Message(role="user", content="a"),)
    bare = Request(model="tiny", messages=messages, parameters=SamplingParameters())
    assert set(json.loads(encode_request(bare))) == {"model", "messages"}
    limited = Request(model="tiny", messages=messages, parameters=SamplingParameters(max_tokens=9))
    assert (
        json.loads(encode_request(limited, "max_completion_tokens"))["max_completion_tokens"] == 9
    )


def test_an_answer_is_read_with_what_its_endpoint_reports() -> None:
    """Text, model, fingerprint, tokens and finish reason are taken over, unknown fields left."""
    completion = decode(
        {"content": "Six.", "reasoning_content": "private"},
        model="tiny-2026",
        system_fingerprint="fp",
        usage={"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6},
    )
    assert completion == Completion(
        text="Six.", attempts=1, prompt_digest=labelled_digest(b"{}"), model="tiny-2026",
        fingerprint="fp", finish_reason="stop", prompt_tokens=4, completion_tokens=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": [{"type": "text", "text": "Si"}, {"type": "text", "text": "x."}]}, "Six."),
        ({"content": None}, ""),
        ({}, ""),
    ],
)
def test_every_way_of_giving_the_text_is_read(message: dict[str, Any], text: str) -> None:
    """A refusal, a list of text parts and no content at all are answers."""
    assert decode(message).text == text


@pytest.mark.parametrize(
    ("given", "kept", "raw"),
    [
        ('{"b": 1, "a": 2.0}', '{"a":2,"b":1}', '{"b": 1, "a": 2.0}'),
        ({"to": "Alder"}, '{"to":"Alder"}', None),
        ('{"to": ', '"{\\"to\\": "', '{"to": '),
    ],
)
def test_arguments_are_kept_beside_their_canonical_text(
    given: Any, kept: str, raw: str | None
) -> None:
    """Broken arguments are kept as a JSON string and marked, since they are what the model did."""
    call = {"id": "c1", "type": "function", "function": {"name": "fare", "arguments": given}}
    (made,) = decode({"tool_calls": [call]}).tool_calls
    assert made == ToolCall(
        name="fare", arguments=kept, id="c1", raw_arguments=raw, unparsed=kept.startswith('"')
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"choices": []}',
        b'{"error": {"message": "busy"}}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b'{"choices": [{"message": {"content": "a", "content": "b"}}]}',
        b'{"choices": [{"message": {"content": "\\ud800"}}]}',
        b'{"choices": [{"message": {}}], "usage": {"prompt_tokens": -1}}',
    ],
)
def test_what_is_no_completion_is_refused(body: bytes) -> None:
    """Broken JSON, no choice, wrong types and half characters are input errors."""
    with pytest.raises(InputError):
        decode_completion(body, sent=b"{}", attempts=1)


def test_an_image_goes_out_between_the_texts() -> None:
    """It stands where the message has it, with the type that its bytes show."""
    picture = png(1)
    held = Attachment(
        at=4, digest=labelled_digest(picture), media_type="image/png", bytes=len(picture)
    )
    message = Message(role="user", content="See this.", attachments=(held,))
    request = Request(model="m", messages=(message,), parameters=SamplingParameters())
    body = json.loads(encode_request(request, read_attachment={held.digest: picture}.__getitem__))
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "See "},
        {"type": "image_url", "image_url": {"url": data_uri(picture)}},
        {"type": "text", "text": "this."},
    ]


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(at=0, digest=labelled_digest(WAV), media_type="audio/wav", bytes=len(WAV)),
        Attachment(at=0, address="https://a.example/b.png"),
    ],
)
def test_a_file_that_is_no_image_is_refused(attachment: Attachment) -> None:
    """A request never goes out without what its message shows, nor an image without its bytes."""
    message = Message(role="user", content="?", attachments=(attachment,))
    request = Request(model="m", messages=(message,), parameters=SamplingParameters())
    for read in (None, lambda _: WAV):
        with pytest.raises(InputError, match="not sent to a model"):
            encode_request(request, read_attachment=read)

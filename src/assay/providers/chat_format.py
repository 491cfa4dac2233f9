"""The chat format that OpenAI-compatible endpoints use: a request out, an answer in. No HTTP."""

import base64
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from assay.core.canonical import encode_json, parse_json
from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.core.media_type import SHOWN
from assay.providers.endpoint import Completion, LimitField, ReadAttachment, Request
from assay.records.attachment import Attachment
from assay.records.content_parts import content_parts
from assay.records.source_json import source_call, stated_arguments, stated_parameters
from assay.records.task import Message, Tool, ToolCall

_Count = Annotated[int, Meta(ge=0)]


class _Function(msgspec.Struct, frozen=True):
    name: str
    arguments: str | dict[str, Any] = ""


class _Call(msgspec.Struct, frozen=True):
    function: _Function
    id: str | None = None


class _TextPart(msgspec.Struct, frozen=True):
    type: Literal["text"]
    text: str


class _Message(msgspec.Struct, frozen=True):
    content: str | list[_TextPart] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None


class _Answer(msgspec.Struct, frozen=True):
    choices: Annotated[list[_Choice], Meta(min_length=1)]
    model: str | None = None
    system_fingerprint: str | None = None
    usage: _Usage | None = None


def encode_request(
    request: Request,
    limit_field: LimitField = "max_tokens",
    read_attachment: ReadAttachment | None = None,
) -> bytes:
    """The body to send, as canonical JSON: its SHA-256 is the provenance's prompt digest.

    Decimal strings become JSON numbers here and nowhere else. Images go out as `data:` URIs, at
    their places between the texts.

    Args:
        request: what is asked.
        limit_field: how the endpoint calls the limit on an answer's tokens.
        read_attachment: gives the bytes of images; None: a message that shows a file is refused.

    Raises:
        InputError: if a tool's schema is not JSON, a text cannot be sent, or a message shows a file
            that is not sent.
        MachineError: if the bytes of an image were lost or changed.
    """
    drawing = request.parameters
    numbers = {"temperature": drawing.temperature, "top_p": drawing.top_p}
    fields: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message, read_attachment) for message in request.messages],
        "tools": [_tool(tool) for tool in request.tools] or None,
        "seed": drawing.seed,
        limit_field: drawing.max_tokens,
        "stop": list(drawing.stop) or None,
    } | {name: None if text is None else float(text) for name, text in numbers.items()}
    stated = {name: value for name, value in fields.items() if value is not None}
    # Further fields cannot replace ours: `SamplingParameters` refuses such names.
    return encode_json(stated | drawing.further())


def decode_completion(content: bytes, *, sent: bytes, attempts: int) -> Completion:
    """The answer in a response's body.

    The text is the message's content, or its refusal where there is no content. Fields that
    claim to show a model's reasoning are not read: they are not work that can be observed.

    Args:
        content: the response's body.
        sent: the request's body.
        attempts: how often it was asked, this time included.

    Raises:
        InputError: if the body is not a chat completion.
    """
    value = parse_json(content)
    try:
        answer = msgspec.convert(value, _Answer)
        choice = answer.choices[0]
        return Completion(
            text=_text(choice.message),
            attempts=attempts,
            prompt_digest=labelled_digest(sent),
            tool_calls=tuple(_call(call) for call in choice.message.tool_calls or ()),
            model=answer.model,
            fingerprint=answer.system_fingerprint,
            finish_reason=choice.finish_reason,
            prompt_tokens=answer.usage.prompt_tokens if answer.usage else None,
            completion_tokens=answer.usage.completion_tokens if answer.usage else None,
        )
    except msgspec.ValidationError as error:
        raise InputError(
            code="not-a-completion", message=f"not a chat completion: {error}"
        ) from error


def _message(message: Message, read_attachment: ReadAttachment | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.attachments:
        show = partial(_image_part, read_attachment)
        fields["content"] = content_parts(message, show)
    if message.name is not None:
        fields["name"] = message.name
    if message.tool_call_id is not None:
        fields["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        fields["tool_calls"] = _calls(message.tool_calls)
    return fields


def _image_part(read_attachment: ReadAttachment | None, attachment: Attachment) -> dict[str, Any]:
    name = attachment.media_type
    if read_attachment is None or attachment.digest is None or name not in SHOWN:
        raise InputError(
            code="attachment-not-sent",
            message=f"the request shows a file ({name or 'not held'}) that is not sent to a model",
        )
    data = base64.b64encode(read_attachment(attachment.digest)).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{name};base64,{data}"}}


def _calls(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id or f"call_{number}",
            "type": "function",
            "function": {"name": call.name, "arguments": stated_arguments(call)},
        }
        for number, call in enumerate(calls)
    ]


def _tool(tool: Tool) -> dict[str, Any]:
    schema = parse_json(stated_parameters(tool) or '{"type":"object"}')
    function = {"name": tool.name, "description": tool.description, "parameters": schema}
    return {"type": "function", "function": function}


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.text for part in message.content)
    return message.content or message.refusal or ""


def _call(call: _Call) -> ToolCall:
    return source_call(call.function.name, call.function.arguments, call.id)

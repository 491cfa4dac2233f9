"""What a model endpoint is asked, what it answers, and where finished answers are kept."""

import re
from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError, UsageError
from assay.core.fact import Value
from assay.records.fields import Index, Integer, JsonText
from assay.records.task import Message, Tool, ToolCall

Shortfall = Literal["empty", "cut", "filtered"]
"""How an answer falls short: no text and no call, ended by the token limit, or by a filter."""

LimitField = Literal["max_tokens", "max_completion_tokens"]
"""How an endpoint calls the limit on an answer's tokens; OpenAI's newer models ask the second."""

_DECIMAL = re.compile(r"\d+(\.\d+)?")
_OWN_FIELDS = {
    "model", "messages", "tools", "temperature", "top_p", "seed", "stop", "n", "stream",
    "max_tokens", "max_completion_tokens", "finish_reason",
}  # fmt: skip


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where an endpoint is and how it may be used."""

    base_url: str
    """Address up to and with `/v1`, such as `http://127.0.0.1:8000/v1`."""
    key_variable: str | None = None
    """Name of the environment variable that holds the key; None where none is needed."""
    limit_field: LimitField = "max_tokens"
    """How the endpoint calls the limit on an answer's tokens."""
    concurrency: int = 8
    """Requests under way at once, from 1."""
    attempts: int = 6
    """The most attempts for one request, from 1."""
    timeout_seconds: float = 120
    """How long one attempt may wait for the endpoint to connect or to send more."""
    deadline_seconds: float = 600
    """How long one request may take with all its attempts and waits."""
    backoff_seconds: float = 0.5
    """Window of the first random wait; it doubles with each attempt (full jitter)."""
    answer_bytes: int = 32 * 1024 * 1024
    """The longest response that is read."""


class SamplingParameters(Value):
    """How the model is to draw. What is absent is left to the endpoint."""

    temperature: str | None = None
    """Temperature as a decimal string, such as `0.7`."""
    top_p: str | None = None
    """Share of probability to draw from, as a decimal string from 0 to 1."""
    seed: Integer | None = None
    """Seed of the first candidate; each further one adds 1, so that candidates differ."""
    max_tokens: Index | None = None
    """The most tokens that an answer may have."""
    stop: tuple[str, ...] = ()
    """Texts that end an answer."""
    extra: JsonText = ""
    """Further fields of the request as the canonical text of a JSON object."""

    def __post_init__(self) -> None:
        """Refuse what no endpoint could mean.

        Raises:
            UsageError: naming the parameter.
        """
        for name in ("temperature", "top_p"):
            text = getattr(self, name)
            if text is not None and not _DECIMAL.fullmatch(text):
                raise UsageError(
                    code="bad-parameter",
                    message=f"{name} is not a decimal number: {text!r}",
                    hint="write it as 0.7",
                )
        # A second value of the same field would leave open which one made the answer.
        taken = sorted(_OWN_FIELDS & set(self.further()))
        if taken:
            raise UsageError(
                code="bad-parameter",
                message=f"further fields may not set {', '.join(taken)}",
                hint="these have a parameter of their own, or are decided by the sampling",
            )

    def further(self) -> dict[str, Any]:
        """The further fields, parsed.

        Raises:
            UsageError: if they are not a JSON object.
        """
        try:
            fields = parse_json(self.extra) if self.extra else {}
        except InputError as error:
            reason = f"{error.where}: {error.message}" if error.where else error.message
            raise _no_object(reason) from error
        if not isinstance(fields, dict):
            raise _no_object(f"it is a {type(fields).__name__}")
        return fields

    def as_fields(self) -> dict[str, Any]:
        """What is set, further fields included, by name; decimals stay text."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        fields.pop("extra", None)
        return fields | self.further()


def _no_object(reason: str) -> UsageError:
    return UsageError(
        code="bad-parameter",
        message=f"further fields of the request are not a JSON object: {reason}",
        where="extra",
        hint='write them as {"top_k": 40}',
    )


class Request(Value):
    """One question to one model: all that decides the answer."""

    model: str
    """The model's name, as the endpoint knows it."""
    messages: tuple[Message, ...]
    """The conversation up to the answer."""
    parameters: SamplingParameters
    """How to draw; `seed` is this candidate's own."""
    tools: tuple[Tool, ...] = ()
    """Tools that the task offers to the model."""


class Completion(Value):
    """What a model answered, as its endpoint reports it."""

    text: str
    """The answer's text; empty where it is all tool calls, or nothing."""
    attempts: Index
    """How often it was asked until it answered, from 1."""
    prompt_digest: str
    """`sha256:...` of the bytes that were sent."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Tool calls that the answer makes."""
    model: str | None = None
    """The model's name as reported, which may be more exact than the one asked for."""
    fingerprint: str | None = None
    """The reported fingerprint of model and engine."""
    finish_reason: str | None = None
    """Why the answer ended, in the endpoint's word, such as `stop` or `length`."""
    prompt_tokens: Index | None = None
    """Tokens of the request; absent where not reported."""
    completion_tokens: Index | None = None
    """Tokens of the answer; absent where not reported."""

    @property
    def shortfall(self) -> Shortfall | None:
        """How the answer falls short, if it does."""
        if self.finish_reason == "length":
            return "cut"
        if self.finish_reason == "content_filter":
            return "filtered"
        return None if self.text.strip() or self.tool_calls else "empty"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that never came."""

    reason: str
    """Stable short name, such as `timeout` or `http-500`."""
    message: str
    """What happened, in one sentence."""
    attempts: int
    """How often it was asked."""
    final: bool = False
    """Whether no other request can succeed either, as with a refused key."""


ReadAttachment = Callable[[str], bytes]
"""Gives the bytes of an image by its digest."""


class ModelEndpoint(Protocol):
    """A model that answers. Implemented in `assay.providers`."""

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once; the endpoint itself holds the bound."""

    async def complete(self, request: Request) -> Completion | Failure:
        """Ask once, with whatever retries the endpoint makes. Never raises for a bad answer."""


class Journal(Protocol):
    """Finished answers, stored so that a run that was killed asks for none of them again."""

    def find(self, key: bytes) -> Completion | None:
        """The answer with this key (32 bytes), if there is one."""

    def add(self, key: bytes, completion: Completion) -> None:
        """Keep an answer."""

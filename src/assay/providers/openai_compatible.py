"""The client of any OpenAI-compatible chat endpoint: bounded, retrying, within a deadline."""

import asyncio
import os
import random
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from assay.core.canonical import parse_json
from assay.core.errors import InputError, MachineError, UsageError, missing_extra
from assay.providers.chat_format import decode_completion, encode_request
from assay.providers.endpoint import Completion, Endpoint, Failure, ReadAttachment, Request

try:
    import httpx
    import tenacity
except ImportError as error:
    raise missing_extra("sample", "asking a model endpoint") from error

TRANSIENT = frozenset({408, 409, 429})
"""Statuses below 500 that are worth another attempt; every status from 500 on is."""

FINAL = frozenset({401, 402, 404})
"""Statuses that no other request can escape: no right, no funds, no such model or address."""

LONGEST_WAIT_SECONDS = 60
"""The longest wait between attempts that we choose ourselves."""

MESSAGE_CHARACTERS = 200
"""How much of an endpoint's own error text is passed on."""


class _FailedAttempt(Exception):  # noqa: N818  it is an attempt's end, caught in this module
    """One attempt that brought no answer."""

    def __init__(self, reason: str, message: str, *, again: bool, wait: float = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.again = again
        self.wait = wait


class OpenAICompatible:
    """A `ModelEndpoint` over HTTP. Use it as an async context manager.

    Retries with exponential backoff and full jitter
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/) on timeouts,
    broken connections, unreadable answers, 408, 409, 429 and 5xx, after the time that
    `Retry-After` asks for. Redirects are not followed, so that the key goes nowhere else.
    """

    def __init__(self, settings: Endpoint, read_attachment: ReadAttachment | None = None) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            settings: where the endpoint is and how it may be used.
            read_attachment: gives the bytes of images that requests show; None: such a request
                fails and is not sent.

        Raises:
            UsageError: if the address or a bound makes no sense.
            MachineError: if the environment does not hold the key.
        """
        _check(settings)
        self._settings = settings
        self._read_attachment = read_attachment
        self._key = _read_key(settings.key_variable)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._jitter = random.Random()  # noqa: S311  it spreads waits and decides no result
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=settings.timeout_seconds,
            limits=httpx.Limits(max_connections=settings.concurrency),
        )

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        return self._settings.concurrency

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def complete(self, request: Request) -> Completion | Failure:
        """Ask until there is an answer, a refusal, no attempt left, or no time left.

        The time spent waiting for a free place does not count against the deadline.
        """
        # Taken before the deadline begins, so that a queue of requests does not use it up, and before
        # the body is made, so that only the images of requests under way are in memory.
        async with self._slots:
            try:
                body = encode_request(request, self._settings.limit_field, self._read_attachment)
            except (InputError, MachineError) as error:
                return Failure(reason=error.code, message=str(error), attempts=0)
            return await self._complete(body)

    async def _complete(self, body: bytes) -> Completion | Failure:
        retrying = self._retrying()
        attempt = 0
        try:
            async with asyncio.timeout(self._settings.deadline_seconds):
                async for state in retrying:
                    attempt = state.retry_state.attempt_number
                    with state:
                        return await self._attempt(body, attempt)
        except TimeoutError:
            message = f"no answer within {self._settings.deadline_seconds:g} seconds"
            return Failure(reason="deadline", message=message, attempts=attempt)
        except _FailedAttempt as failed:
            return Failure(
                reason=failed.reason,
                message=failed.message,
                attempts=attempt,
                # A refused key or address meets every request, so that the run can stop at once.
                final=failed.reason in {f"http-{status}" for status in FINAL},
            )
        raise AssertionError  # the retrying loop returns or raises

    def _retrying(self) -> tenacity.AsyncRetrying:
        """A loop of attempts for one request: tenacity's loops hold state and are not shared."""
        return tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(_is_worth_another),
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self._settings.attempts),
                tenacity.stop_before_delay(self._settings.deadline_seconds),
            ),
            wait=self._wait_seconds,
            reraise=True,
        )

    def _wait_seconds(self, state: tenacity.RetryCallState) -> float:
        window = self._settings.backoff_seconds * 2 ** (state.attempt_number - 1)
        failed = state.outcome.exception() if state.outcome else None
        requested = failed.wait if isinstance(failed, _FailedAttempt) else 0
        return requested + self._jitter.uniform(0, min(window, LONGEST_WAIT_SECONDS))

    async def _attempt(self, body: bytes, attempt: int) -> Completion:
        url = f"{self._settings.base_url.rstrip('/')}/chat/completions"
        try:
            async with self._client.stream("POST", url, content=body) as response:
                content = await self._read_body(response)
        except httpx.TimeoutException as error:
            raise _FailedAttempt(
                "timeout", "the endpoint did not answer in time", again=True
            ) from error
        except httpx.RequestError as error:
            message = f"the connection failed ({type(error).__name__})"
            raise _FailedAttempt("connection", message, again=True) from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, content)
        try:
            return decode_completion(content, sent=body, attempts=attempt)
        except InputError as error:
            message = self._without_key(str(error))
            raise _FailedAttempt("unreadable-answer", message, again=True) from error

    async def _read_body(self, response: httpx.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._settings.answer_bytes:
                message = f"the answer is longer than {self._settings.answer_bytes} bytes"
                raise _FailedAttempt("too-long-answer", message, again=False)
        return bytes(content)

    def _refusal(self, response: httpx.Response, content: bytes) -> _FailedAttempt:
        status = response.status_code
        stated = self._without_key(_stated_error(content))
        return _FailedAttempt(
            f"http-{status}",
            f"HTTP {status}{': ' if stated else ''}{stated}",
            again=status in TRANSIENT or status >= httpx.codes.INTERNAL_SERVER_ERROR,
            wait=retry_after_seconds(response.headers),
        )

    def _without_key(self, text: str) -> str:
        """The text without our key, cut to a line: some endpoints repeat a key they refuse."""
        hidden = text.replace(self._key, "[key]") if self._key else text
        return " ".join(hidden.split())[:MESSAGE_CHARACTERS]


def retry_after_seconds(headers: Mapping[str, str]) -> float:
    """How long a response asks to wait (RFC 9110, section 10.2.3); 0 where it does not say.

    A date is compared with the response's own `Date`, so that no clock of ours is read.
    """
    stated = headers.get("Retry-After", "").strip()
    if stated.isascii() and stated.isdigit():
        return float(stated)
    try:
        until, now = parsedate_to_datetime(stated), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _is_worth_another(error: BaseException) -> bool:
    return isinstance(error, _FailedAttempt) and error.again


def _stated_error(content: bytes) -> str:
    try:
        value = parse_json(content)
    except InputError:
        return content.decode(errors="replace")
    error = value.get("error", value) if isinstance(value, dict) else value
    message = error.get("message", error) if isinstance(error, dict) else error
    return str(message)


def _read_key(variable: str | None) -> str:
    if variable is None:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise MachineError(
            code="missing-secret",
            message=f"the environment variable {variable} holds no usable key",
            hint=f"export {variable}=...; the key itself is in no file and no option",
        )
    return key


def _check(settings: Endpoint) -> None:
    address = urlsplit(settings.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise UsageError(
            code="bad-address",
            message="the endpoint's address is not an http or https URL",
            hint="give it up to and with /v1, such as http://127.0.0.1:8000/v1",
        )
    if address.username or address.password or address.query or address.fragment:
        raise UsageError(
            code="bad-address",
            message="the endpoint's address holds more than scheme, host, port and path",
            hint="name the environment variable that holds the key instead",
        )
    positive = ("concurrency", "attempts", "timeout_seconds", "deadline_seconds", "answer_bytes")
    wrong = [name for name in positive if getattr(settings, name) <= 0]
    wrong += ["backoff_seconds"] if settings.backoff_seconds < 0 else []
    if wrong:
        raise UsageError(
            code="bad-bound",
            message=f"{', '.join(wrong)} of an endpoint must be positive",
            where=wrong[0],
        )

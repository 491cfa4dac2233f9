"""The client of the desk's REST API."""

import time
from collections.abc import Callable, Sequence
from secrets import token_hex
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from assay.client.retrying import Retries, seconds_asked
from assay.core.errors import AssayError, InputError, MachineError, UsageError, missing_extra
from assay.review.answer import Answer
from assay.review.queue.leasing import Receipt
from assay.review.wire import (
    PROBLEM_TYPE,
    Answered,
    AssignmentView,
    Claimed,
    ClaimRequest,
    CurrentUser,
    History,
    NewDraft,
    Opened,
    Problem,
    Queues,
    ReturnRequest,
    SavedDraft,
    Uncovered,
)

try:
    import httpx
except ImportError as error:
    raise missing_extra("client", "the client of a served desk") from error

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Hosts to which a token may go in plain HTTP: it does not leave the machine."""

KEY_BYTES = 16
"""Random bytes of an idempotency key."""

BUSY = frozenset({429, 503})
"""Statuses of a server that did nothing and can be asked again."""

UNFIT, FAULTY = 422, 500
"""The status of data that cannot be used; the first status that is the server's own fault."""

QUOTED = 200
"""Characters of a foreign response that an error quotes."""

T = TypeVar("T")
Sleep = Callable[[float], None]


class Client:
    """One reviewer's desk, or a program's that holds the reviewer's token. Use it with `with`.

    A request that a server was too busy for is sent again, and so is one whose connection broke
    where a second time does no harm: an answer goes under one key, so it counts once. Threads may
    share a client.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        retries: Retries | None = None,
        timeout_seconds: float = 30.0,
        sleep: Sleep = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            url: address of the server, such as `http://127.0.0.1:8087`.
            token: API token of the reviewer, with the scope `review:work`.
            retries: how often a request is tried again, and after which waits.
            timeout_seconds: how long one attempt may wait for the server.
            sleep: waits that many seconds.
            transport: what carries requests; the network where absent.

        Raises:
            UsageError: if the address is not valid, or a token would travel unencrypted.
        """
        self._retries = retries or Retries()
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=_base(url),
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=timeout_seconds,
            transport=transport,
            # A proxy that the environment names cannot reach the loopback of this machine.
            trust_env=urlsplit(url).hostname not in LOOPBACK,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def me(self) -> CurrentUser:
        """Who I am, and what I may do with this token."""
        return self._ask("GET", "/api/v1/me", CurrentUser)

    def queues(self) -> Queues:
        """The queues that I may claim from."""
        return self._ask("GET", "/api/v1/review/queues", Queues)

    def claim(
        self, *, queue: str | None = None, count: int = 1, held: Sequence[str] = ()
    ) -> Claimed:
        """Claim work: first what I hold and do not name, then what is next.

        Args:
            queue: handle of the one queue; all that I sit in where absent.
            count: how many assignments are wanted, 1 to 4.
            held: handles of assignments that I have already.
        """
        claim = ClaimRequest(queue=queue, count=count, held=tuple(held))
        return self._ask("POST", "/api/v1/review/claims", Claimed, claim)

    def assignment(self, handle: str) -> AssignmentView:
        """One of my assignments, with its draft or its stored answer.

        Raises:
            UsageError: if I have no such assignment.
        """
        return self._ask("GET", _path(handle), AssignmentView)

    def opened(self, handle: str) -> Opened:
        """Send a heartbeat: the lease is prolonged."""
        return self._ask("POST", _path(handle, "opened"), Opened)

    def save_draft(self, handle: str, answer: dict[str, Any], *, revision: int = 0) -> SavedDraft:
        """Keep an unfinished answer.

        Args:
            handle: the assignment.
            answer: the answer so far, in any shape.
            revision: the revision that I know; 0 for the first.

        Raises:
            UsageError: if another page saved a newer draft (`draft-newer`): nothing of this one
                is kept, and `assignment` gives that one.
        """
        draft = NewDraft(revision=revision, answer=answer)
        return self._ask("PUT", _path(handle, "draft"), SavedDraft, draft, again=False)

    def answer(self, handle: str, answer: Answer, *, key: str | None = None) -> Receipt:
        """Answer an assignment. It is on the server's disk when this comes back.

        Args:
            handle: the assignment.
            answer: the answer, with candidates counted as presented.
            key: idempotency key, for a program that continues after an interruption; made where absent.

        Raises:
            InputError: for an answer that does not fit what was asked.
            UsageError: if I have no such assignment, or the key came with another answer.
            MachineError: if the server could not be reached. The answer may be stored all the
                same: sending it again under the same key finds out.
        """
        # One key for all attempts: the server stores the answer once, however often it arrives.
        headers = {"Idempotency-Key": key or token_hex(KEY_BYTES)}
        return self._ask("POST", _path(handle, "judgment"), Receipt, answer, headers=headers)

    def answer_and_claim(
        self,
        handle: str,
        answer: Answer,
        *,
        key: str | None = None,
        queue: str | None = None,
        count: int = 1,
        held: Sequence[str] = (),
    ) -> Answered:
        """Answer an assignment and claim further work, in one request and one transaction.

        Args:
            handle: the assignment that is answered.
            answer: as in `answer`, like the key.
            key: idempotency key.
            queue: as in `claim`, like the arguments that follow.
            count: how many assignments are wanted, 1 to 4.
            held: handles of assignments that I have already.

        Raises:
            InputError, UsageError, MachineError: as `answer`. A refused claim raises nothing: the
                answer's `claimed` is None then, and the next `claim` says why.
        """
        headers = {"Idempotency-Key": key or token_hex(KEY_BYTES)}
        wanted = [("claim", str(count)), *(("held", each) for each in held)]
        wanted += [("queue", queue)] if queue is not None else []
        path = f"{_path(handle, 'judgment')}?{urlencode(wanted)}"
        return self._ask("POST", path, Answered, answer, headers=headers)

    def release(self, handle: str, reason: Literal["skip", "welfare", "pause"] = "skip") -> None:
        """Give an assignment back, without penalty."""
        self._send("POST", _path(handle, "release"), ReturnRequest(reason=reason))

    def uncovered(self, handle: str, seconds: int) -> None:
        """Report that restricted content was uncovered, for how long since the last report."""
        self._send("POST", _path(handle, "uncovered"), Uncovered(seconds=seconds), again=False)

    def history(self, cursor: str | None = None) -> History:
        """A page of my own judgments, oldest first.

        Args:
            cursor: where the page begins, as the previous page returned it; the first page where
                absent.
        """
        query = "" if cursor is None else f"?cursor={int(cursor)}"
        return self._ask("GET", f"/api/v1/review/history{query}", History)

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        again: bool = True,
    ) -> T:
        response = self._send(method, path, body, headers=headers, again=again)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as error:
            raise _foreign(response, f"its answer cannot be read: {error}") from None

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        again: bool = True,
    ) -> httpx.Response:
        """The good answer to a request, after as many attempts as it takes.

        Args:
            method: the HTTP method.
            path: the path.
            body: what is sent as JSON; the bytes are the same at each attempt.
            headers: further headers.
            again: whether it may be sent again where nobody knows whether it arrived.
        """
        content = None if body is None else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json"} if content is not None else {}
        request = self._http.build_request(
            method, path, content=content, headers=sent | (headers or {})
        )
        failed = 0
        while True:
            failed += 1
            outcome = self._attempt(request)
            if isinstance(outcome, httpx.Response) and outcome.is_success:
                return outcome
            requested, repeatable = None, again
            if isinstance(outcome, httpx.Response):
                requested = seconds_asked(outcome.headers.get("retry-after"))
                repeatable = outcome.status_code in BUSY
            wait = self._retries.wait(failed, requested) if repeatable else None
            if wait is None:
                raise self._error_of(outcome)
            self._sleep(wait)

    def _attempt(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        try:
            return self._http.send(request)
        except httpx.TransportError as error:
            return error

    def _error_of(self, outcome: httpx.Response | httpx.TransportError) -> AssayError:
        if isinstance(outcome, httpx.Response):
            return _problem(outcome)
        return MachineError(
            code="no-server",
            message=f"the server does not answer: {str(outcome) or type(outcome).__name__}",
            where=str(self._http.base_url),
            hint="is `assay serve` running there?",
        )


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(
            code="bad-address",
            message=f"{url!r} is not an address of a server",
            where="url",
            hint="give it whole, such as http://127.0.0.1:8087",
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise UsageError(
            code="not-loopback",
            message="a token would be sent to another machine unencrypted",
            where="url",
            hint="use https",
        )
    return url


def _path(handle: str, action: str = "") -> str:
    # The handle becomes part of the path, where a separator would lead elsewhere.
    if not handle.isalnum() and not handle.replace("_", "").isalnum():
        raise UsageError(code="bad-handle", message=f"{handle!r} is not a handle", where="handle")
    return "/".join(filter(None, ("/api/v1/review/assignments", handle, action)))


def _problem(response: httpx.Response) -> AssayError:
    """The error that a response reports."""
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return _foreign(response, f"it answers {response.status_code}: {response.text[:QUOTED]!r}")
    family: type[AssayError] = UsageError
    if response.status_code == UNFIT:
        family = InputError
    elif response.status_code >= FAULTY or response.status_code in BUSY:
        family = MachineError
    faults = [fault for fault in problem.errors if fault.message != problem.detail]
    causes = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return family(
        code=problem.type.removeprefix(PROBLEM_TYPE),
        message=f"{problem.detail}: {causes}" if causes else problem.detail,
        where=problem.errors[0].field if problem.errors else "",
        hint=problem.hint,
    )


def _foreign(response: httpx.Response, what: str) -> MachineError:
    return MachineError(
        code="not-assay",
        message=f"this server does not answer as a desk does; {what}",
        where=str(response.request.url),
        hint="is the address that of `assay serve`?",
    )

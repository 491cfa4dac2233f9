"""Asking a model endpoint many requests at once: results in order, answers remembered, a dead endpoint given up."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from assay.core.errors import MachineError
from assay.providers.endpoint import Completion, Failure, Journal, ModelEndpoint, Request

T = TypeVar("T")

LOOK_AHEAD = 4
"""Works under way for each request that the endpoint takes at once: a slow one delays no other."""


class RequestOutcome(NamedTuple):
    """The outcome of one request."""

    outcome: Completion | Failure
    """The answer, or why there is none."""
    remembered: bool
    """Whether it came from the journal."""


async def ask(
    request: Request, key: bytes, endpoint: ModelEndpoint, journal: Journal
) -> RequestOutcome:
    """The answer from the journal, or else from the endpoint; an answer is remembered.

    Args:
        request: what is asked.
        key: the key (32 bytes) under which the answer is remembered.
        endpoint: who is asked.
        journal: finished answers.
    """
    remembered = journal.find(key)
    if remembered:
        return RequestOutcome(remembered, remembered=True)
    outcome = await endpoint.complete(request)
    if isinstance(outcome, Completion):
        journal.add(key, outcome)
    return RequestOutcome(outcome, remembered=False)


async def in_order(works: Iterable[Coroutine[Any, Any, T]], concurrency: int) -> AsyncGenerator[T]:
    """The results of works in their own order, while as many as make sense are under way.

    Args:
        works: begun as the work goes on; those under way are cancelled when the caller stops.
        concurrency: requests that the endpoint takes at once.
    """
    under_way: deque[asyncio.Task[T]] = deque()
    try:
        for work in works:
            under_way.append(asyncio.create_task(work))
            # A window, so that inputs may be a stream that does not fit into memory.
            if len(under_way) >= LOOK_AHEAD * concurrency:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        # Awaited, so that cancelled requests have released their connections.
        await asyncio.gather(*under_way, return_exceptions=True)


def count_silence(silent: int, outcomes: Sequence[Completion | Failure], give_up_after: int) -> int:
    """How many tasks in a row had no answer, this one included.

    Args:
        silent: how many had none before this one.
        outcomes: the outcomes of this one's requests.
        give_up_after: tasks without an answer after which the endpoint is taken for dead.

    Raises:
        MachineError: where going on makes no sense.
    """
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    final = next((failure for failure in failures if failure.final), None)
    # One such refusal, as of a wrong key, is enough: every other request would meet it too.
    if final:
        raise MachineError(
            code="endpoint-refuses",
            message=f"the endpoint refuses to work: {final.message}",
            hint="fix it and start again; earlier answers are kept",
        )
    if not failures or len(failures) < len(outcomes):
        # A task without requests says nothing about the endpoint.
        return 0 if outcomes else silent
    if silent + 1 >= give_up_after:
        raise MachineError(
            code="endpoint-silent",
            message=f"{silent + 1} tasks in a row had no answer; the last: {failures[-1].message}",
            hint="fix the endpoint and start again; earlier answers are kept",
        )
    return silent + 1


def reported_revision(request: Request, completion: Completion) -> str | None:
    """What the endpoint reported beyond the name asked for: exact model, fingerprint; or None."""
    reported = None if completion.model == request.model else completion.model
    return " ".join(part for part in (reported, completion.fingerprint) if part) or None

"""Sampling: records whose candidates are drawn from a model, each with the request that made it.

A draft (`providers.draft`) is a record that lacks only its candidates. The use case asks a
`ModelEndpoint` for them, remembers each finished answer in a `Journal`, and gives the records in
the drafts' order: the same drafts, plan and journal make the same records.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from assay.core.canonical import encode_fact, json_text
from assay.core.digest import chain, sha256
from assay.core.errors import UsageError
from assay.providers.asking import ask, count_silence, in_order, reported_revision
from assay.providers.endpoint import (
    Completion,
    Failure,
    Journal,
    ModelEndpoint,
    Request,
    SamplingParameters,
    Shortfall,
)
from assay.records.candidate import Candidate, MadeByModel
from assay.records.fields import JsonText
from assay.records.kinds import Preference, Process
from assay.records.record import Record, Source, sort_candidates
from assay.records.task import Message

COMPARED = 2
"""Candidates that a comparison needs."""


class SamplingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw for each draft."""

    models: tuple[str, ...]
    """Names of the models to ask."""
    source_class: str
    """Source class of what these models write: rights and retention follow from it."""
    each: int = 1
    """Candidates that each model is asked for, from 1."""
    parameters: SamplingParameters = SamplingParameters()
    """Sampling parameters that every request carries."""
    set_aside: tuple[Shortfall, ...] = ()
    """Answers that are set aside with their reason; any other is used and says how it ended."""
    partial: bool = False
    """Whether a comparison is made of the candidates there are (two or more) where some failed."""
    give_up_after: int = 50
    """Drafts in a row without a single answer after which the endpoint is taken for dead."""

    def __post_init__(self) -> None:
        """Refuse a plan that asks for nothing.

        Raises:
            UsageError: naming the field.
        """
        if not self.models or len(set(self.models)) < len(self.models):
            raise UsageError(code="bad-plan", message="name one or more models, each once")
        if self.each < 1:
            raise UsageError(code="bad-plan", message="ask each model for at least one candidate")


class SampledAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one request."""

    request: Request
    """The request that was sent."""
    number: int
    """The candidate's number with its model, from 0."""
    outcome: Completion | Failure
    """The answer, or why there is none."""
    remembered: bool
    """Whether it came from the journal."""


class SamplingReject(msgspec.Struct, frozen=True, kw_only=True):
    """Why a draft, or one of its candidates, was rejected."""

    position: int
    """The draft's place in the input, from 1."""
    key: str | None
    """The draft's own name, where it has one."""
    model: str | None = None
    """The model asked; absent where the draft as a whole is meant."""
    number: int | None = None
    """The candidate's number with that model, from 0."""
    reason: str
    """Stable short name, such as `timeout`, `empty` or `identical-candidates`."""
    message: str
    """What happened, in one sentence."""


class Sampled(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one draft: at least one record or one reject."""

    position: int
    """The draft's place in the input, from 1."""
    draft: Record
    """The draft, which can be sampled again."""
    records: tuple[Record, ...] = ()
    """Records made: one comparison, or one record a candidate."""
    rejects: tuple[SamplingReject, ...] = ()
    """What was rejected, each with its reason."""
    answers: tuple[SampledAnswer, ...] = ()
    """The outcome of each request, by model and number."""
    identical: int = 0
    """Candidates folded into another of the same comparison with the same content."""


def request_key(draft: Record, request: Request, number: int) -> bytes:
    """The key (32 bytes) under which an answer is remembered: task, request, candidate number."""
    return chain(
        [
            sha256(encode_fact(draft.task)),
            sha256(encode_fact(request)),
            sha256(str(number).encode()),
        ]
    )


async def sample_drafts(
    drafts: Iterable[Record], endpoint: ModelEndpoint, plan: SamplingPlan, journal: Journal
) -> AsyncGenerator[Sampled]:
    """Draw candidates for drafts: one comparison a draft, or one record a candidate.

    A preference gathers all its candidates, sorted by digest, with identical ones folded; every
    other kind becomes one record a candidate. A task that comes twice is asked once.

    Args:
        drafts: records without candidates; read as the work goes on.
        endpoint: who is asked.
        plan: what to draw.
        journal: finished answers, of this run and of earlier ones.

    Yields:
        The outcome of each draft, in the order of the drafts.

    Raises:
        UsageError: if a draft's kind cannot be sampled with this plan.
        MachineError: if the endpoint refuses every request, or has stopped answering.
    """
    silent = 0
    works = _work(drafts, endpoint, plan, journal)
    async with aclosing(in_order(works, endpoint.concurrency)) as outcomes:
        async for sampled in outcomes:
            answered = [answer.outcome for answer in sampled.answers]
            silent = count_silence(silent, answered, plan.give_up_after)
            yield sampled


def _work(
    drafts: Iterable[Record], endpoint: ModelEndpoint, plan: SamplingPlan, journal: Journal
) -> Iterable[Coroutine[Any, Any, Sampled]]:
    seen: dict[bytes, int] = {}
    for position, draft in enumerate(drafts, start=1):
        _check_draft(draft, plan, position)
        # A repeated task has the same request keys, and would get the same answers again.
        first = seen.setdefault(sha256(encode_fact(draft.task)), position)
        if any(message.attachments for message in draft.task.messages):
            yield _refuse_unseen(position, draft)
        elif first == position:
            yield _sample_draft(position, draft, endpoint, plan, journal)
        else:
            yield _refuse_repeated(position, draft, first)


def _check_draft(draft: Record, plan: SamplingPlan, position: int) -> None:
    n_candidates = len(plan.models) * plan.each
    if draft.candidates:
        raise UsageError(
            code="not-a-draft",
            message="the record has candidates already",
            where=f"draft {position}",
            hint="make a draft of it with `draft_from_record`",
        )
    if isinstance(draft.part, Preference) and n_candidates < COMPARED:
        raise UsageError(
            code="one-candidate",
            message="a preference compares two or more candidates, and the plan asks for one",
            where=f"draft {position}",
            hint="ask each model for more, or name a second model",
        )
    if isinstance(draft.part, Process):
        raise UsageError(
            code="no-steps",
            message="a process record labels observable steps, and an endpoint marks none",
            where=f"draft {position}",
            hint="sample demonstrations or outcomes, and import their steps",
        )


async def _refuse_repeated(position: int, draft: Record, first: int) -> Sampled:
    reject = SamplingReject(
        position=position,
        key=draft.key,
        reason="repeated-task",
        message=f"the same task was given before, at place {first}",
    )
    return Sampled(position=position, draft=draft, rejects=(reject,))


async def _refuse_unseen(position: int, draft: Record) -> Sampled:
    reject = SamplingReject(
        position=position,
        key=draft.key,
        reason="shows-files",
        message="the task shows images or other files, which sampling sends to no model",
    )
    return Sampled(position=position, draft=draft, rejects=(reject,))


async def _sample_draft(
    position: int, draft: Record, endpoint: ModelEndpoint, plan: SamplingPlan, journal: Journal
) -> Sampled:
    requests = [
        (_request(draft, model, number, plan.parameters), number)
        for model in plan.models
        for number in range(plan.each)
    ]
    answers = tuple(
        await asyncio.gather(
            *(_answer(draft, request, number, endpoint, journal) for request, number in requests)
        )
    )
    return _assemble(position, draft, answers, plan)


def _request(draft: Record, model: str, number: int, parameters: SamplingParameters) -> Request:
    # The same seed would draw the same candidate again.
    seed = None if parameters.seed is None else parameters.seed + number
    return Request(
        model=model,
        messages=draft.task.messages,
        tools=draft.task.tools,
        parameters=msgspec.structs.replace(parameters, seed=seed),
    )


async def _answer(
    draft: Record, request: Request, number: int, endpoint: ModelEndpoint, journal: Journal
) -> SampledAnswer:
    key = request_key(draft, request, number)
    outcome, remembered = await ask(request, key, endpoint, journal)
    return SampledAnswer(request=request, number=number, outcome=outcome, remembered=remembered)


def _assemble(
    position: int, draft: Record, answers: Sequence[SampledAnswer], plan: SamplingPlan
) -> Sampled:
    rejects = _answer_rejects(position, draft, answers, plan)
    candidates = [
        candidate_of(answer.request, answer.outcome)
        for answer in answers
        if isinstance(answer.outcome, Completion) and not any(_refusals(answer, plan))
    ]
    if isinstance(draft.part, Preference):
        groups, identical, missing = _one_comparison(candidates, bool(rejects), plan)
    else:
        groups, identical, missing = [(candidate,) for candidate in candidates], 0, None
    made = [_record(draft, group, plan) for group in groups]
    whole = [missing] if missing else []
    whole += [("unsound-record", fault) for record in made for fault in record.faults()]
    rejects += [
        SamplingReject(position=position, key=draft.key, reason=reason, message=message)
        for reason, message in whole
    ]
    return Sampled(
        position=position,
        draft=draft,
        records=tuple(record for record in made if not any(record.faults())),
        rejects=tuple(rejects),
        answers=tuple(answers),
        identical=identical,
    )


def _answer_rejects(
    position: int, draft: Record, answers: Sequence[SampledAnswer], plan: SamplingPlan
) -> list[SamplingReject]:
    return [
        SamplingReject(
            position=position,
            key=draft.key,
            model=answer.request.model,
            number=answer.number,
            reason=reason,
            message=message,
        )
        for answer in answers
        for reason, message in _refusals(answer, plan)
    ]


def _refusals(answer: SampledAnswer, plan: SamplingPlan) -> list[tuple[str, str]]:
    if isinstance(answer.outcome, Failure):
        return [(answer.outcome.reason, answer.outcome.message)]
    shortfall = answer.outcome.shortfall
    if shortfall and shortfall in plan.set_aside:
        return [(shortfall, f"the answer is {shortfall}, and the plan sets such answers aside")]
    return []


_Group = tuple[Candidate, ...]


def _one_comparison(
    candidates: Sequence[Candidate], rejected: bool, plan: SamplingPlan
) -> tuple[list[_Group], int, tuple[str, str] | None]:
    """The comparison as a list of at most one group, what was folded, and why there is none.

    With a candidate missing there is no record, unless the plan allows it: a later run that
    gets the missing answer would make a second record of the same task.
    """
    if rejected and not plan.partial:
        return [], 0, None
    distinct: dict[Any, Candidate] = {}
    for candidate in candidates:
        distinct.setdefault(candidate.content, candidate)
    folded = len(candidates) - len(distinct)
    if len(distinct) >= COMPARED:
        return [sort_candidates(tuple(distinct.values()))[0]], folded, None
    if folded:
        return [], folded, ("identical-candidates", "all candidates say the same")
    return [], 0, ("too-few-candidates", "fewer than two candidates are left to compare")


def _record(draft: Record, candidates: _Group, plan: SamplingPlan) -> Record:
    written = tuple(
        Source(source_class=plan.source_class, part=f"/candidates/{number}")
        for number in range(len(candidates))
    )
    return draft.replace(candidates=candidates, sources=(*draft.sources, *written))


def candidate_of(request: Request, completion: Completion) -> Candidate:
    """The candidate that an answer becomes, with the request in its provenance.

    The content is the text, or one assistant message where the answer makes tool calls. The
    revision is what the endpoint reported beyond the name asked for: the exact model's name and
    the fingerprint, apart by a space.
    """
    message = Message(role="assistant", content=completion.text, tool_calls=completion.tool_calls)
    return Candidate(
        content=(message,) if completion.tool_calls else completion.text,
        provenance=MadeByModel(
            model=request.model,
            revision=reported_revision(request, completion),
            parameters=_parameters_text(request.parameters, completion.finish_reason),
            prompt_digest=completion.prompt_digest,
        ),
    )


def _parameters_text(parameters: SamplingParameters, finish_reason: str | None) -> JsonText:
    """Parameters as drawn and how the answer ended, as canonical JSON text."""
    ended = {"finish_reason": finish_reason} if finish_reason else {}
    return json_text(parameters.as_fields() | ended)

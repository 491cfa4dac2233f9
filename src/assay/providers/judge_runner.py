"""Use cases of the judge: choose the records, ask in every order, make judgments of the answers.

The same records, plan, rubric and journal make the same judgments. Every model that answers is a reviewer
of kind `model`: no pass of people is filled, and nothing is decided.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import islice

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.core.batches import batches
from assay.core.canonical import encode_fact, json_text
from assay.core.digest import chain, sha256
from assay.core.errors import InputError, UsageError
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.providers.asking import RequestOutcome, ask, count_silence, in_order, reported_revision
from assay.providers.endpoint import Failure, Journal, ModelEndpoint, Request, SamplingParameters
from assay.providers.judge import (
    JudgeAnswer,
    JudgeInstructions,
    JudgeOpinion,
    join,
    messages_of,
    orders_of,
    pseudonym_of,
)
from assay.providers.judge_answer import read_judge_answer
from assay.providers.judge_run import JudgeFault, JudgeOutcome
from assay.records.coherence import judgment_faults
from assay.records.judgment import Judge, Judgment, Reviewer
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.review.layer import layer_of
from assay.review.presentation import present

BATCH = 200
"""Records that are examined at once."""

STEADY = SamplingParameters(temperature="0", seed=0)
"""How a judge samples by default: the likeliest answer, the same each time."""


class JudgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Which model is asked, and how."""

    model: str
    """Name of the model."""
    parameters: SamplingParameters = STEADY
    """How it is to draw."""
    revision: str | None = None
    """The one revision whose answers count; any where absent."""
    images: bool = False
    """Whether the model takes images, and is shown those of a record; without, records that show
    files are not judged."""
    give_up_after: int = 50
    """Records in a row without a single answer after which the endpoint is taken for dead."""

    def __post_init__(self) -> None:
        """Refuse a model without a name.

        Raises:
            UsageError: for such a name.
        """
        if not self.model.strip() or not self.model.isprintable():
            raise UsageError(code="bad-plan", message="name the model that is to judge")

    def parameters_text(self) -> str:
        """How it is to draw, as canonical JSON text."""
        return json_text(self.parameters.as_fields())


class JudgeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What every question to one judge shares."""

    plan: JudgePlan
    """Which model, and how."""
    instructions: JudgeInstructions
    """What it is asked."""
    key: bytes
    """Secret that the marks depend on."""

    def is_own(self, judge: Judge | None) -> bool:
        """Whether pins are this model's, prompt's and parameters', and of the revision asked for."""
        return (
            judge is not None
            and (judge.model, judge.prompt) == (self.plan.model, self.instructions.prompt)
            and judge.parameters == self.plan.parameters_text()
            and self.plan.revision in {None, judge.revision}
        )

    def request(self, identity: str, record: Record, order: tuple[int, ...]) -> Request:
        """The question about one record in one order; nothing of the record's identity is in it."""
        assignment = Assignment(record=identity, reviewer=self.plan.model, number=0, order=order)
        shown = msgspec.structs.replace(present(record, assignment), assignment="")
        return Request(
            model=self.plan.model,
            messages=messages_of(shown, self.instructions, self.key),
            parameters=self.plan.parameters,
        )

    def request_key(self, request: Request) -> bytes:
        """The key (32 bytes) under which an answer is remembered; a pinned revision has its own."""
        pinned = (self.plan.revision or "").encode()
        # Digests have a fixed length, so that no two inputs join to the same bytes.
        return chain([sha256(b"judge"), sha256(encode_fact(request)), sha256(pinned)])


def to_judge(
    store: FactStore,
    config: JudgeConfig,
    skipped: Counter[str],
    *,
    contract: Contract,
    rights: ExitRights,
    limit: int | None = None,
) -> Iterator[tuple[str, Record]]:
    """The records that this judge has not judged yet, with their ids, in their order of entry.

    A judge is held to the rights of people: what nobody in a role of a record's layer may read today is
    not sent to a model either.

    Args:
        store: the store.
        config: the judge.
        skipped: counts the records passed over, by reason.
        contract: the contract in force.
        rights: what may be read today, and by whom; it counts what is held back.
        limit: the most records to give.
    """
    readable = _readable(
        _records_without_judgment(store, config, skipped), skipped, contract, rights
    )
    return readable if limit is None else islice(readable, max(0, limit))


def _readable(
    unjudged: Iterator[tuple[str, Record]],
    skipped: Counter[str],
    contract: Contract,
    rights: ExitRights,
) -> Iterator[tuple[str, Record]]:
    for batch in batches(unjudged, BATCH):
        rights.learn(dict(batch))
        for identity, record in batch:
            layer = layer_of(record, contract)
            roles = tuple(layer.roles) if layer else ()
            if rights.readers(identity, record, roles):
                yield identity, record
            else:
                skipped["held back"] += 1


def _records_without_judgment(
    store: FactStore, config: JudgeConfig, skipped: Counter[str]
) -> Iterator[tuple[str, Record]]:
    records = iter(store.scan(Record))
    while batch := list(islice(records, BATCH)):
        ids = [record.id for record in batch]
        judgments = store.scan(Judgment, record=ids)
        own = {judgment.record for judgment in judgments if config.is_own(judgment.reviewer.judge)}
        for identity, record in zip(ids, batch, strict=True):
            if not record.candidates:
                skipped["no candidate"] += 1
            elif identity in own:
                skipped["judged already"] += 1
            elif unseen := config.instructions.unseen(record.attachments):
                skipped[unseen] += 1
            elif not config.instructions.dimensions and len(record.candidates) == 1:
                skipped["nothing to score"] += 1
            else:
                yield identity, record


async def judge_records(
    records: Iterable[tuple[str, Record]],
    endpoint: ModelEndpoint,
    config: JudgeConfig,
    journal: Journal,
) -> AsyncGenerator[JudgeOutcome]:
    """Ask about each record in every order; outcomes come in the order of the records.

    Args:
        records: ids and records; read as the work goes on.
        endpoint: who is asked.
        config: the judge.
        journal: finished answers, of this run and of earlier ones.

    Raises:
        MachineError: if the endpoint refuses every request, or has stopped answering.
    """
    silent = 0
    works = (_judge(identity, record, endpoint, config, journal) for identity, record in records)
    async with aclosing(in_order(works, endpoint.concurrency)) as outcomes:
        async for judged in outcomes:
            answered = [request.outcome for request in judged.outcomes]
            silent = count_silence(silent, answered, config.plan.give_up_after)
            yield judged


async def _judge(
    identity: str, record: Record, endpoint: ModelEndpoint, config: JudgeConfig, journal: Journal
) -> JudgeOutcome:
    orders = orders_of(len(record.candidates))
    requests = [config.request(identity, record, order) for order in orders]
    outcomes = await asyncio.gather(
        *(ask(request, config.request_key(request), endpoint, journal) for request in requests)
    )
    answers: list[JudgeAnswer] = []
    faults: list[JudgeFault] = []
    for order, outcome in zip(orders, outcomes, strict=True):
        read = _answer_or_fault(identity, order, outcome, config.instructions)
        if isinstance(read, JudgeFault):
            faults.append(read)
        else:
            answers.append(read)
    revisions = [
        reported_revision(request, outcome.outcome)
        for request, outcome in zip(requests, outcomes, strict=True)
        if not isinstance(outcome.outcome, Failure)
    ]
    if not faults:
        faults += _revision_faults(identity, orders, revisions, config.plan)
    joined = None if faults else join(answers)
    judgment = _judgment(identity, record, joined, revisions[0], config) if joined else None
    if judgment and (misfit := next(judgment_faults(record, judgment), None)):
        raise AssertionError(misfit)  # the answer was read against the record's own letters
    return JudgeOutcome(
        record=identity,
        judgment=judgment,
        joined=joined,
        outcomes=tuple(outcomes),
        faults=tuple(faults),
    )


def _answer_or_fault(
    identity: str, order: tuple[int, ...], outcome: RequestOutcome, instructions: JudgeInstructions
) -> JudgeAnswer | JudgeFault:
    if isinstance(outcome.outcome, Failure):
        return JudgeFault(
            record=identity,
            kind="failed",
            code=outcome.outcome.reason,
            message=outcome.outcome.message,
            order=order,
        )
    try:
        return read_judge_answer(outcome.outcome, order, instructions)
    except InputError as error:
        return JudgeFault(
            record=identity, kind="unparseable", code=error.code, message=str(error), order=order
        )


def _revision_faults(
    identity: str,
    orders: Sequence[tuple[int, ...]],
    revisions: Sequence[str | None],
    plan: JudgePlan,
) -> Iterator[JudgeFault]:
    """Answers of another revision than the one asked for, or than the first order's."""
    # Answers of two revisions cannot be compared: the order may not be what made the difference.
    expected = plan.revision or revisions[0]
    for order, revision in zip(orders, revisions, strict=True):
        if revision != expected:
            yield JudgeFault(
                record=identity,
                kind="other_revision",
                code="other-revision",
                message=f"{revision or 'an unnamed revision'} answered instead of {expected}",
                order=order,
            )


def _judgment(
    identity: str, record: Record, joined: JudgeOpinion, revision: str | None, config: JudgeConfig
) -> Judgment:
    judge = Judge(
        model=config.plan.model,
        prompt=config.instructions.prompt,
        revision=revision,
        parameters=config.plan.parameters_text(),
    )
    return Judgment(
        record=identity,
        reviewer=Reviewer(
            pseudonym=pseudonym_of(judge), kind="model", role="reviewer", judge=judge
        ),
        verdict=joined.verdict,
        scores=joined.scores,
        reasons=joined.reasons,
        # Every order was shown, so no single one is the presented order.
        order=(0,) if len(record.candidates) == 1 else None,
        rubric=config.instructions.rubric,
        visible=(),
    )


def store_judgments(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    judged: Sequence[JudgeOutcome],
    *,
    actor: str,
) -> None:
    """Store the judgments of some records in one transaction.

    Args:
        store: the store.
        documents: the documents in force by kind.
        judged: the outcomes of the records.
        actor: who does it.
    """
    judgments = [outcome.judgment for outcome in judged if outcome.judgment]
    if not judgments:
        return
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    subject = judgments[0].reviewer.pseudonym
    with store.write("review.judge", actor=actor, subject=subject, documents=ids) as writing:
        writing.add(judgments)


Deliver = Callable[[Sequence[JudgeOutcome]], None]
"""Takes the outcomes of some records, such as to store them."""

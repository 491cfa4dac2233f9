"""One run over a model endpoint: what was answered stays in a journal, results leave in batches."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar

from assay.providers.cost import Prices
from assay.providers.endpoint import Endpoint, Journal, ModelEndpoint, ReadAttachment
from assay.providers.journal import open_journal
from assay.providers.judge_run import JudgeOutcome, JudgeRun, add_to_run
from assay.providers.judge_runner import JudgeConfig, judge_records
from assay.providers.openai_compatible import OpenAICompatible
from assay.providers.sampling_report import SamplingReport, add_to_report
from assay.providers.sampling_run import Sampled, SamplingPlan, sample_drafts
from assay.records.record import Record

T = TypeVar("T")
Ask = Callable[[ModelEndpoint, Journal], AsyncGenerator[T]]
"""Asks an endpoint, with the answers of earlier runs, and yields the outcome of each input."""


def run_sampling(
    drafts: Iterable[Record],
    *,
    endpoint: Endpoint,
    plan: SamplingPlan,
    journal: Path,
    deliver: Callable[[Sequence[Sampled]], None],
    prices: Prices | None = None,
    batch: int = 64,
) -> SamplingReport:
    """Draw candidates for drafts and hand over the outcomes, in the order of the drafts.

    A run that was killed continues where it was: start it again with the same journal. What it
    had handed over is handed over again, with the same records.

    Args:
        drafts: records without candidates (`providers.draft`).
        endpoint: where the model is and how it may be used.
        plan: what to draw.
        journal: the JSONL file of finished answers; use one file for one endpoint and purpose.
        deliver: takes the outcomes, `batch` of them at once, such as to store them.
        prices: what tokens cost, if the report is to say it.
        batch: drafts whose outcomes are handed over together, from 1.

    Returns:
        What was asked, what came back and what it cost.

    Raises:
        UsageError: if plan, address or journal make no sense together with the drafts.
        InputError: if the journal is broken.
        MachineError: if the key is missing, or the endpoint refuses or has stopped to answer.
    """
    report = SamplingReport()

    def count(sampled: Sampled) -> None:
        nonlocal report
        report = add_to_report(report, sampled, prices)

    def ask(model: ModelEndpoint, answered: Journal) -> AsyncGenerator[Sampled]:
        return sample_drafts(drafts, model, plan, answered)

    asyncio.run(
        _run(ask, endpoint=endpoint, journal=journal, count=count, deliver=deliver, batch=batch)
    )
    return report


def run_judge(
    records: Iterable[tuple[str, Record]],
    *,
    endpoint: Endpoint,
    config: JudgeConfig,
    journal: Path,
    deliver: Callable[[Sequence[JudgeOutcome]], None],
    prices: Prices | None = None,
    batch: int = 16,
    read_attachment: ReadAttachment | None = None,
) -> JudgeRun:
    """Ask a judge about records and hand over the outcomes, in the order of the records.

    Args:
        records: ids and records.
        endpoint: where the model is and how it may be used.
        config: the judge.
        journal: the JSONL file of finished answers; what is there is not asked again.
        deliver: takes the outcomes, `batch` of them at once.
        prices: what tokens cost, if the run is to say it.
        batch: records whose outcomes are handed over together, from 1.
        read_attachment: gives the bytes of images that a record shows, where the judge sees images.

    Raises:
        UsageError: if the address makes no sense, or another run holds the journal.
        InputError: if the journal is broken.
        MachineError: if the key is missing, or the endpoint refuses or has stopped to answer.
    """
    run = JudgeRun(
        model=config.plan.model,
        prompt=config.instructions.prompt,
        rubric=config.instructions.rubric,
        parameters=config.plan.parameters_text(),
    )

    def count(judged: JudgeOutcome) -> None:
        nonlocal run
        run = add_to_run(run, judged, prices)

    def ask(model: ModelEndpoint, answered: Journal) -> AsyncGenerator[JudgeOutcome]:
        return judge_records(records, model, config, answered)

    asyncio.run(
        _run(
            ask,
            endpoint=endpoint,
            journal=journal,
            count=count,
            deliver=deliver,
            batch=batch,
            read_attachment=read_attachment,
        )
    )
    return run


async def _run(
    ask: Ask[T],
    *,
    endpoint: Endpoint,
    journal: Path,
    count: Callable[[T], None],
    deliver: Callable[[Sequence[T]], None],
    batch: int,
    read_attachment: ReadAttachment | None = None,
) -> None:
    ready: list[T] = []
    with open_journal(journal) as answered:
        async with (
            OpenAICompatible(endpoint, read_attachment) as model,
            aclosing(ask(model, answered)) as outcomes,
        ):
            async for outcome in outcomes:
                count(outcome)
                ready.append(outcome)
                if len(ready) >= batch:
                    deliver(ready)
                    ready = []
        if ready:
            deliver(ready)

"""One judge run from end to end: the endpoint, the journal and the use case joined."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

from assay.providers.journal import open_journal
from assay.providers.openai_compatible import OpenAICompatible, Settings
from assay.records.record import Record
from assay.records.sampling_report import Prices
from assay.review.judge_run import JudgedRecord, JudgeRun, add_to_run
from assay.review.judging import Deliver, JudgeConfig, judge_records


async def judge(
    records: Iterable[tuple[str, Record]],
    *,
    endpoint: Settings,
    bench: JudgeConfig,
    journal: Path,
    deliver: Deliver,
    prices: Prices | None = None,
    batch: int = 16,
) -> JudgeRun:
    """Ask a judge about records and hand over what became of them, in the records' order.

    Args:
        records: ids and records.
        endpoint: where the model is and how it may be used.
        bench: the judge.
        journal: the JSONL file of finished answers; what is there is not asked again.
        deliver: takes the outcomes, `batch` of them at once.
        prices: what tokens cost, if the run is to say it.
        batch: records whose outcomes are handed over together, from 1.

    Raises:
        UsageError: if the address makes no sense, or another run holds the journal.
        InputError: if the journal is broken.
        MachineError: if the key is missing, or the endpoint refuses or has stopped to answer.
    """
    run = JudgeRun(
        model=bench.plan.model,
        prompt=bench.brief.prompt,
        rubric=bench.brief.rubric,
        parameters=bench.plan.stated(),
    )
    ready: list[JudgedRecord] = []
    with open_journal(journal) as kept:
        async with (
            OpenAICompatible(endpoint) as model,
            aclosing(judge_records(records, model, bench, kept)) as outcomes,
        ):
            async for judged in outcomes:
                run = add_to_run(run, judged, prices)
                ready.append(judged)
                if len(ready) >= batch:
                    deliver(ready)
                    ready = []
        if ready:
            deliver(ready)
    return run


def run_judge(
    records: Iterable[tuple[str, Record]],
    *,
    endpoint: Settings,
    bench: JudgeConfig,
    journal: Path,
    deliver: Deliver,
    prices: Prices | None = None,
    batch: int = 16,
) -> JudgeRun:
    """The same as `judge`, for callers without an event loop."""
    return asyncio.run(
        judge(
            records,
            endpoint=endpoint,
            bench=bench,
            journal=journal,
            deliver=deliver,
            prices=prices,
            batch=batch,
        )
    )

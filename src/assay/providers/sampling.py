"""One sampling from end to end: the endpoint, the journal and the use case joined."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

from assay.providers.journal import open_journal
from assay.providers.openai_compatible import OpenAICompatible, Settings
from assay.records.record import Record
from assay.records.sampling import Sampled, SamplingPlan, sample_drafts
from assay.records.sampling_report import Prices, SamplingReport, add_to_report


async def sample(
    drafts: Iterable[Record],
    *,
    endpoint: Settings,
    plan: SamplingPlan,
    journal: Path,
    deliver: Callable[[Sequence[Sampled]], None],
    prices: Prices | None = None,
    batch: int = 64,
) -> SamplingReport:
    """Draw candidates for drafts and hand over what became of them, in the drafts' order.

    A run that was killed goes on where it was: start it again with the same journal. What it
    had handed over is handed over again, with the same records.

    Args:
        drafts: records without candidates (`records.draft`).
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
    ready: list[Sampled] = []
    with open_journal(journal) as kept:
        async with (
            OpenAICompatible(endpoint) as model,
            aclosing(sample_drafts(drafts, model, plan, kept)) as outcomes,
        ):
            async for sampled in outcomes:
                report = add_to_report(report, sampled, prices)
                ready.append(sampled)
                if len(ready) >= batch:
                    deliver(ready)
                    ready = []
        if ready:
            deliver(ready)
    return report


def run_sampling(
    drafts: Iterable[Record],
    *,
    endpoint: Settings,
    plan: SamplingPlan,
    journal: Path,
    deliver: Callable[[Sequence[Sampled]], None],
    prices: Prices | None = None,
    batch: int = 64,
) -> SamplingReport:
    """The same as `sample`, for callers without an event loop."""
    return asyncio.run(
        sample(
            drafts,
            endpoint=endpoint,
            plan=plan,
            journal=journal,
            deliver=deliver,
            prices=prices,
            batch=batch,
        )
    )

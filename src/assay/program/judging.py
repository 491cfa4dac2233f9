"""The judge for an open program: endpoint, journal, store and agreement with people joined."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from assay.context import Context
from assay.core.progress import ProgressCallback
from assay.governance.exit_rights import HeldBack
from assay.providers.cost import Prices
from assay.providers.endpoint import Endpoint
from assay.providers.judge import judge_instructions, orders_of
from assay.providers.judge_run import JudgeOutcome, JudgeRun
from assay.providers.judge_runner import JudgeConfig, JudgePlan, store_judgments, to_judge
from assay.quality.bootstrap import Resampling
from assay.quality.estimate import Rate, rate
from assay.quality.in_force import DocumentsInForce
from assay.quality.judges import JudgeAgreement, judge_agreements
from assay.quality.service import each_case
from assay.records.judgment import Judge

__all__ = [
    "JudgePlan",
    "JudgePreview",
    "JudgeReport",
    "judge_into",
    "model_judges",
    "preview_judge",
]


class JudgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A judge run, its error rates, and how far the judge says what people say."""

    run: JudgeRun
    """How many records were asked about, answered and left unanswered, with tokens and cost."""
    unparseable: Rate
    """Answers that could not be read, among all answers; they are in no other denominator."""
    position: Rate
    """Verdicts that depended on the order, among comparisons read in both orders: position bias."""
    agreement: tuple[JudgeAgreement, ...]
    """Agreement with people over all that this judge ever judged, by revision; empty: nothing."""
    held_back: HeldBack
    """Records that nobody in a role of their layer may read today; they were not sent."""


class JudgePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would ask. Nothing was sent."""

    judge: Judge
    """The judge, as far as it is known before an endpoint reports its revision."""
    rubric: str
    """Document id of the rubric."""
    dimensions: tuple[str, ...]
    """Dimensions that would be scored."""
    records: int
    """Records that would be asked about."""
    requests: int
    """Requests: one for each order."""
    characters: int
    """Characters of all messages together."""
    images: int
    """Images of all messages together, each counted in every request."""
    skipped: dict[str, int]
    """Records that would not be asked about, by reason."""
    messages: tuple[str, ...]
    """The messages of the first request."""
    held_back: HeldBack
    """Records that nobody in a role of their layer may read today; they would not be sent."""


def judge_into(
    context: Context,
    plan: JudgePlan,
    endpoint: Endpoint,
    *,
    dimensions: Sequence[str] = (),
    limit: int | None = None,
    journal: Path | None = None,
    prices: Prices | None = None,
    progress: ProgressCallback | None = None,
) -> JudgeReport:
    """Have a model judge the records that it has not judged yet, and store what it says.

    Args:
        context: the open program.
        plan: which model, and how.
        endpoint: where it is.
        dimensions: ids of the dimensions to score; all that no machine judges where empty.
        limit: the most records to ask about.
        journal: file of finished answers; in the program's `.assay` where absent.
        prices: what a million tokens cost.
        progress: called with the number of records done.

    Raises:
        UsageError: for an unknown dimension, or one that a machine judges.
        MachineError: if the extra `sample` or the key is missing, or the endpoint has stopped.
    """
    # Imported here: they need the extra `sample`, which only this use case asks for.
    from assay.providers.model_run import run_judge  # noqa: PLC0415

    config = _config(context, plan, dimensions)
    skipped: Counter[str] = Counter()
    contract, rights = context.documents.contract, context.exit_rights()
    done = 0

    def deliver(batch: Sequence[JudgeOutcome]) -> None:
        nonlocal done
        store_judgments(context.store, context.facts, batch, actor=context.actor)
        done += len(batch)
        if progress:
            progress(done, None)

    run = run_judge(
        to_judge(context.store, config, skipped, contract=contract, rights=rights, limit=limit),
        endpoint=endpoint,
        config=config,
        journal=journal or context.folder / ".assay" / "journals" / "judge.journal.jsonl",
        deliver=deliver,
        prices=prices,
        read_attachment=context.attachments.read if plan.images else None,
    )
    own = [judge for judge in model_judges(context) if config.is_own(judge.pins)]
    return JudgeReport(
        run=msgspec.structs.replace(run, skipped=dict(sorted(skipped.items()))),
        unparseable=rate(run.unparseable, run.answered),
        position=rate(run.inconsistent, run.compared),
        agreement=tuple(own),
        held_back=rights.held_back,
    )


def preview_judge(
    context: Context, plan: JudgePlan, *, dimensions: Sequence[str] = (), limit: int | None = None
) -> JudgePreview:
    """What a run would ask; nothing is sent, and nothing is stored.

    Args:
        context: the open program.
        plan: which model, and how.
        dimensions: ids of the dimensions to score; all that no machine judges where empty.
        limit: the most records to ask about.
    """
    config = _config(context, plan, dimensions)
    skipped: Counter[str] = Counter()
    contract, rights = context.documents.contract, context.exit_rights()
    records = requests = characters = images = 0
    first: tuple[str, ...] = ()
    for identity, record in to_judge(
        context.store, config, skipped, contract=contract, rights=rights, limit=limit
    ):
        records += 1
        for order in orders_of(len(record.candidates)):
            requests += 1
            messages = config.request(identity, record, order).messages
            characters += sum(len(message.content) for message in messages)
            images += sum(len(message.attachments) for message in messages)
            first = first or tuple(message.content for message in messages)
    return JudgePreview(
        judge=Judge(
            model=plan.model,
            prompt=config.instructions.prompt,
            revision=plan.revision,
            parameters=plan.parameters_text(),
        ),
        rubric=config.instructions.rubric,
        dimensions=tuple(dimension.id for dimension in config.instructions.dimensions),
        records=records,
        requests=requests,
        characters=characters,
        images=images,
        skipped=dict(sorted(skipped.items())),
        messages=first,
        held_back=rights.held_back,
    )


def model_judges(
    context: Context, resampling: Resampling | None = None
) -> tuple[JudgeAgreement, ...]:
    """Every model among the reviewers, with how far it says what people say."""
    cases = each_case(context.store, context.facts)
    return judge_agreements(cases, DocumentsInForce.of(context.facts), resampling)


def _config(context: Context, plan: JudgePlan, dimensions: Sequence[str]) -> JudgeConfig:
    instructions = judge_instructions(context.facts["rubric"], dimensions, images=plan.images)
    return JudgeConfig(plan=plan, instructions=instructions, key=context.keys.desk)

"""The judge run: what a judge was asked, what came back, and what depended on the order; counts add up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from assay.providers.asking import RequestOutcome
from assay.providers.cost import Prices, cost_of
from assay.providers.endpoint import Completion
from assay.providers.judge import JudgeOpinion
from assay.providers.request_tally import tally_requests
from assay.records.judgment import Judgment

FaultKind = Literal["unparseable", "failed", "other_revision"]
"""Why a record has no judgment: an answer that is not an answer, none at all, or another model's."""


class JudgeFault(msgspec.Struct, frozen=True, kw_only=True):
    """Why one record got no judgment. It is an error, never a verdict."""

    record: str
    """Id of the record."""
    kind: FaultKind
    """What went wrong: `unparseable`, `failed` or `other_revision`."""
    code: str
    """Stable short name, such as `broken-json`, `off-scale` or `timeout`."""
    message: str
    """What happened, in one sentence."""
    order: tuple[int, ...]
    """The order in which its candidates were shown."""


class JudgeOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one record: a judgment, or faults."""

    record: str
    """Id of the record."""
    judgment: Judgment | None
    """The judgment; None where an answer is missing or cannot be read."""
    joined: JudgeOpinion | None
    """How the orders were joined; None where there is no judgment."""
    outcomes: tuple[RequestOutcome, ...]
    """The outcome of each request, in the order in which they were made."""
    faults: tuple[JudgeFault, ...]
    """What went wrong, by order."""


class JudgeRun(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one run.

    `records == judged + sum(set_aside.values())`, `asked == answered + sum(failed.values())`,
    `answered == parsed + unparseable`. What could not be read is in no count of verdicts.
    """

    model: str
    """Name of the model that was asked."""
    prompt: str
    """Digest of template, rubric version and dimensions."""
    rubric: str
    """Document id of the rubric."""
    parameters: str
    """How it was to draw, as canonical JSON text."""
    judges: Mapping[str, int] = {}
    """Judgments by pseudonym: one for each revision that answered."""
    skipped: Mapping[str, int] = {}
    """Records that were not asked about, by reason."""
    records: int = 0
    """Number of records about which the model was asked."""
    judged: int = 0
    """Of these, with a judgment."""
    set_aside: Mapping[str, int] = {}
    """Of these, without one, by kind of fault; the first fault of a record counts."""
    asked: int = 0
    """Requests wanted: one for each order of each record."""
    answered: int = 0
    """Of these, answered, now or in an earlier run."""
    remembered: int = 0
    """Of those, found in the journal."""
    failed: Mapping[str, int] = {}
    """Requests without an answer, by reason."""
    parsed: int = 0
    """Answers that could be read."""
    unparseable: int = 0
    """Answers that could not."""
    unparseable_reasons: Mapping[str, int] = {}
    """Answers that could not be read, counted by reason."""
    compared: int = 0
    """Judgments on two candidates or more, asked in both orders."""
    inconsistent: int = 0
    """Of these, whose verdict depended on the order: they abstain, and prefer nobody."""
    favoured_first: int = 0
    """Of those, where the candidate shown first won each time."""
    favoured_last: int = 0
    """Of those, where the candidate shown last won each time."""
    scored: int = 0
    """Scores asked in both orders."""
    scores_inconsistent: int = 0
    """Of these, that depended on the order: they abstain."""
    requests: int = 0
    """Requests sent in this run, retries included."""
    retried: int = 0
    """Requests sent again in this run."""
    prompt_tokens: int = 0
    """Tokens of requests over all answers, remembered ones included."""
    completion_tokens: int = 0
    """Tokens of answers over all answers, remembered ones included."""
    without_usage: int = 0
    """Answers whose endpoint did not report both token counts; what is missing counts as none."""
    cost: Decimal | None = None
    """Cost of the tokens counted above, exactly; absent where no price was given."""
    faults: tuple[JudgeFault, ...] = ()
    """Every fault, by record and order."""


def add_to_run(run: JudgeRun, judged: JudgeOutcome, price: Prices | None = None) -> JudgeRun:
    """The run with one more record counted."""
    run = _add_requests(run, judged.outcomes, price)
    unreadable = [fault.code for fault in judged.faults if fault.kind == "unparseable"]
    answered = sum(isinstance(request.outcome, Completion) for request in judged.outcomes)
    counted = msgspec.structs.replace(
        run,
        records=run.records + 1,
        parsed=run.parsed + answered - len(unreadable),
        unparseable=run.unparseable + len(unreadable),
        unparseable_reasons=_count(run.unparseable_reasons, unreadable),
        faults=(*run.faults, *judged.faults),
    )
    if judged.judgment is None or judged.joined is None:
        first = [fault.kind for fault in judged.faults[:1]]
        return msgspec.structs.replace(counted, set_aside=_count(run.set_aside, first))
    return _add_judgment(counted, judged.judgment, judged.joined, len(judged.outcomes))


def _add_requests(
    run: JudgeRun, outcomes: Sequence[RequestOutcome], price: Prices | None
) -> JudgeRun:
    tally = tally_requests(outcomes)
    prompt = run.prompt_tokens + tally.prompt_tokens
    completion = run.completion_tokens + tally.completion_tokens
    return msgspec.structs.replace(
        run,
        asked=run.asked + len(outcomes),
        answered=run.answered + tally.answered,
        remembered=run.remembered + tally.remembered,
        failed=_count(run.failed, tally.failures),
        requests=run.requests + tally.requests,
        retried=run.retried + tally.retried,
        prompt_tokens=prompt,
        completion_tokens=completion,
        without_usage=run.without_usage + tally.without_usage,
        cost=cost_of(prompt, completion, price) if price else None,
    )


def _add_judgment(run: JudgeRun, judgment: Judgment, joined: JudgeOpinion, orders: int) -> JudgeRun:
    compared = orders > 1
    return msgspec.structs.replace(
        run,
        judged=run.judged + 1,
        judges=_count(run.judges, [judgment.reviewer.pseudonym]),
        compared=run.compared + compared,
        inconsistent=run.inconsistent + joined.inconsistent,
        favoured_first=run.favoured_first + (joined.favoured == "first"),
        favoured_last=run.favoured_last + (joined.favoured == "last"),
        scored=run.scored + (len(joined.scores) if compared else 0),
        scores_inconsistent=run.scores_inconsistent + joined.scores_inconsistent,
    )


def _count(counts: Mapping[str, int], reasons: Sequence[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(reasons)).items()))

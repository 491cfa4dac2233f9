"""The sampling report: what was asked, what came back, and what it cost; the counts add up."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from assay.providers.cost import Prices, cost_of
from assay.providers.endpoint import Completion, Failure
from assay.providers.sampling_run import Sampled, SampledAnswer


class SamplingReport(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one run. `asked == remembered + completed + sum(failed.values())`."""

    drafts: int = 0
    """Number of drafts in the input."""
    records: int = 0
    """Number of records that were made."""
    rejects: Mapping[str, int] = {}
    """Rejected drafts and candidates, counted by reason."""
    asked: int = 0
    """Candidates wanted, one request each."""
    remembered: int = 0
    """Of these, found in the journal."""
    completed: int = 0
    """Of these, answered in this run."""
    failed: Mapping[str, int] = {}
    """Of these, failed in this run, by reason."""
    requests: int = 0
    """Requests sent in this run, retries included."""
    retried: int = 0
    """Requests sent again in this run."""
    identical: int = 0
    """Candidates folded into another of the same comparison with the same content."""
    prompt_tokens: int = 0
    """Tokens of requests over all answers, remembered ones included."""
    completion_tokens: int = 0
    """Tokens of answers over all answers, remembered ones included."""
    without_usage: int = 0
    """Answers whose endpoint did not report both token counts; what is missing counts as none."""
    cost: Decimal | None = None
    """Cost of the tokens counted above, exactly; absent where no price was given."""


def add_to_report(
    report: SamplingReport, sampled: Sampled, price: Prices | None = None
) -> SamplingReport:
    """The report with one more draft counted."""
    answered = [a.outcome for a in sampled.answers if isinstance(a.outcome, Completion)]
    failures = [a.outcome for a in sampled.answers if isinstance(a.outcome, Failure)]
    remembered = sum(answer.remembered for answer in sampled.answers)
    attempts = [a.outcome.attempts for a in sampled.answers if not a.remembered]
    prompt = report.prompt_tokens + sum(one.prompt_tokens or 0 for one in answered)
    completion = report.completion_tokens + sum(one.completion_tokens or 0 for one in answered)
    return SamplingReport(
        drafts=report.drafts + 1,
        records=report.records + len(sampled.records),
        rejects=_count(report.rejects, [reject.reason for reject in sampled.rejects]),
        asked=report.asked + len(sampled.answers),
        remembered=report.remembered + remembered,
        completed=report.completed + len(answered) - remembered,
        failed=_count(report.failed, [failure.reason for failure in failures]),
        requests=report.requests + sum(attempts),
        retried=report.retried + sum(max(0, count - 1) for count in attempts),
        identical=report.identical + sampled.identical,
        prompt_tokens=prompt,
        completion_tokens=completion,
        without_usage=report.without_usage + sum(map(_lacks_usage, sampled.answers)),
        cost=cost_of(prompt, completion, price) if price else None,
    )


def _count(counts: Mapping[str, int], reasons: list[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(reasons)).items()))


def _lacks_usage(answer: SampledAnswer) -> bool:
    outcome = answer.outcome
    return isinstance(outcome, Completion) and None in (
        outcome.prompt_tokens,
        outcome.completion_tokens,
    )

"""The sampling report: what was asked, what came back, and what it cost; the counts add up."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from assay.providers.asking import RequestOutcome
from assay.providers.cost import Prices, cost_of
from assay.providers.request_tally import tally_requests
from assay.providers.sampling_run import Sampled


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
    tally = tally_requests(
        RequestOutcome(answer.outcome, answer.remembered) for answer in sampled.answers
    )
    prompt = report.prompt_tokens + tally.prompt_tokens
    completion = report.completion_tokens + tally.completion_tokens
    return SamplingReport(
        drafts=report.drafts + 1,
        records=report.records + len(sampled.records),
        rejects=_count(report.rejects, [reject.reason for reject in sampled.rejects]),
        asked=report.asked + len(sampled.answers),
        remembered=report.remembered + tally.remembered,
        completed=report.completed + tally.answered - tally.remembered,
        failed=_count(report.failed, tally.failures),
        requests=report.requests + tally.requests,
        retried=report.retried + tally.retried,
        identical=report.identical + sampled.identical,
        prompt_tokens=prompt,
        completion_tokens=completion,
        without_usage=report.without_usage + tally.without_usage,
        cost=cost_of(prompt, completion, price) if price else None,
    )


def _count(counts: Mapping[str, int], reasons: list[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(reasons)).items()))

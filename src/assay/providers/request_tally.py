"""The tally of some requests: answers, failures, attempts and tokens, as every report counts them."""

from collections.abc import Iterable
from typing import NamedTuple

from assay.providers.asking import RequestOutcome
from assay.providers.endpoint import Completion, Failure


class RequestTally(NamedTuple):
    """The counts of some requests; answers that were remembered cost no request in this run."""

    answered: int
    """Requests with an answer, remembered ones included."""
    remembered: int
    """Of these, found in the journal."""
    failures: list[str]
    """The reason of request request without an answer."""
    requests: int
    """Requests sent in this run, retries included."""
    retried: int
    """Requests sent again in this run."""
    prompt_tokens: int
    """Tokens of requests over all answers, remembered ones included."""
    completion_tokens: int
    """Tokens of answers over all answers, remembered ones included."""
    without_usage: int
    """Answers whose endpoint did not report both token counts; what is missing counts as none."""


def tally_requests(outcomes: Iterable[RequestOutcome]) -> RequestTally:
    """The tally of some requests by their outcomes."""
    every = list(outcomes)
    completions = [request.outcome for request in every if isinstance(request.outcome, Completion)]
    # Remembered answers were paid for by the run that asked for them.
    attempts = [request.outcome.attempts for request in every if not request.remembered]
    return RequestTally(
        answered=len(completions),
        remembered=sum(request.remembered for request in every),
        failures=[
            request.outcome.reason for request in every if isinstance(request.outcome, Failure)
        ],
        requests=sum(attempts),
        # A request that could not even be encoded made no attempt, so that it was not sent again.
        retried=sum(max(0, count - 1) for count in attempts),
        prompt_tokens=sum(answer.prompt_tokens or 0 for answer in completions),
        completion_tokens=sum(answer.completion_tokens or 0 for answer in completions),
        without_usage=sum(
            None in {answer.prompt_tokens, answer.completion_tokens} for answer in completions
        ),
    )

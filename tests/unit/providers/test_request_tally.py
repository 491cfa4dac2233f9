"""The tally of requests: attempts, tokens and reasons, as every report counts them."""

from assay.providers.asking import RequestOutcome
from assay.providers.endpoint import Completion, Failure
from assay.providers.request_tally import tally_requests


def _answer(
    attempts: int, *, remembered: bool = False, tokens: int | None = None
) -> RequestOutcome:
    completion = Completion(
        text="yes",
        attempts=attempts,
        prompt_digest="sha256:00",
        prompt_tokens=tokens,
        completion_tokens=tokens,
    )
    return RequestOutcome(completion, remembered=remembered)


def test_a_remembered_answer_costs_no_request_and_counts_its_tokens() -> None:
    """Its attempts were made by an earlier run; its tokens belong to the result."""
    tally = tally_requests([_answer(3, remembered=True, tokens=7), _answer(2, tokens=5)])
    assert (tally.answered, tally.remembered) == (2, 1)
    assert (tally.requests, tally.retried) == (2, 1)
    assert (tally.prompt_tokens, tally.completion_tokens) == (12, 12)


def test_a_failure_is_counted_with_its_attempts_and_its_reason() -> None:
    """One that could not be encoded made no attempt, and none of them was a retry."""
    failures = [
        RequestOutcome(Failure(reason=reason, message="none", attempts=count), remembered=False)
        for reason, count in (("timeout", 4), ("bad-text", 0))
    ]
    tally = tally_requests(failures)
    assert (tally.answered, tally.failures) == (0, ["timeout", "bad-text"])
    assert (tally.requests, tally.retried) == (4, 3)


def test_an_answer_without_token_counts_is_named() -> None:
    """What an endpoint did not report counts as no tokens, and the answer is counted apart."""
    tally = tally_requests([_answer(1), _answer(1, tokens=0)])
    assert (tally.without_usage, tally.prompt_tokens) == (1, 0)

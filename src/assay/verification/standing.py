"""What a verification counts for: fully, not at all for its isolation, or only beside others."""

from collections.abc import Iterable
from typing import Literal, get_args

from assay.contracts.contract import IsolationLevel
from assay.verification.verification import (
    CouldNotSay,
    Fail,
    NotDelivered,
    Pass,
    Uncarried,
    Verification,
    reason_of,
    tags_of,
)
from assay.verification.verifier import IN_PROCESS

SHARED_PROCESS = "shared-process"
"""How tests and candidate were kept apart where they were not: the candidate can forge the verdict."""

LEVELS: tuple[str, ...] = (*get_args(IsolationLevel), IN_PROCESS)
"""From the weakest to the strongest; where no code runs, nothing can break out."""

NOT_DELIVERED = frozenset(tags_of(NotDelivered))
"""Verdicts, by name, of a candidate that gave nothing that could be judged."""

COULD_NOT_SAY = frozenset(tags_of(CouldNotSay))
"""Verdicts, by name, that stay out of every denominator."""

Weight = Literal["counts", "forgeable", "below_minimum"]
"""It counts; the candidate could have forged it; it was held less firmly than the contract demands."""


def weight_of(isolation: str | None, minimum: IsolationLevel | None) -> Weight:
    """What a verdict that was reached at this isolation counts for.

    Args:
        isolation: how the code under test was held, such as `namespaces/split`.
        minimum: the weakest level that the contract takes; None where it takes any.
    """
    level, *how = (isolation or "").split("/")
    if minimum is not None and not reaches(level, minimum):
        return "below_minimum"
    return "forgeable" if SHARED_PROCESS in how else "counts"


def reaches(level: str, minimum: IsolationLevel) -> bool:
    """Whether a level is as strong as a minimum; a level that nobody knows is not."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index(minimum)


def speaks(verification: Verification) -> bool:
    """Whether it says anything about the claim itself: it held, or it did not."""
    return isinstance(verification.verdict, Pass | Fail)


def is_counted(verification: Verification) -> bool:
    """Whether it enters a denominator, as passed or as not passed.

    What the candidate did not deliver counts as not passed: a candidate must not be able to choose
    that it is not counted. Only where the verifier could not say does it stay out.
    """
    return not isinstance(verification.verdict, CouldNotSay)


def is_not_delivered(verification: Verification) -> bool:
    """Whether the candidate gave nothing that could be judged."""
    return isinstance(verification.verdict, NotDelivered)


def is_against(verification: Verification) -> bool:
    """Whether it speaks against the candidate: refuted, or nothing came in the time and room it had.

    An answer that could not be carried or read is not passed either, but nothing speaks against it.
    """
    verdict = verification.verdict
    return isinstance(verdict, Fail | NotDelivered) and not isinstance(verdict, Uncarried)


def why_not(verification: Verification) -> str:
    """Why it did not pass, in words."""
    said = reason_of(verification.verdict)
    if isinstance(verification.verdict, Fail):
        return said
    name = verdict_name(verification).replace("_", " ")
    return f"{name}: {said}" if said else name


def tries_again(verification: Verification) -> bool:
    """Whether another run may say more: the verifier broke, or could not run."""
    return isinstance(verification.verdict, CouldNotSay)


def verdict_name(verification: Verification) -> str:
    """The verdict in one word, such as `output_limit`."""
    return str(verification.verdict.__struct_config__.tag)


def what_stands(
    verifications: Iterable[Verification], minimum: IsolationLevel | None
) -> tuple[Verification, Weight] | None:
    """Of one test's results on one item, in their order of entry: the one that stands.

    The last one that counts; where none does, the last one, with what it lacks.
    """
    weighed = [(each, weight_of(each.isolation, minimum)) for each in verifications]
    counting = [pair for pair in weighed if pair[1] == "counts"]
    standing = counting or weighed
    return standing[-1] if standing else None

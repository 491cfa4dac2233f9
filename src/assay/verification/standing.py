"""What a verification counts for: whether it decides, and if not, why."""

from collections.abc import Collection, Iterable
from typing import ClassVar, Literal, get_args

import msgspec

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

ADEQUACY = "adequacy"
"""The name under which it is stored whether a verifier tells right from wrong on a record."""

AdequacyState = Literal["adequate", "inadequate", "not tested"]
"""The verifier tells right from wrong on the record; it does not; it was not tested there."""

TestName = tuple[str, str | None]
"""A verifier's name, and its options as canonical JSON text."""

Weight = Literal["counts", "forgeable", "below_minimum", "inadequate"]
"""It counts; the candidate could have forged it; its isolation is weaker than the contract demands;
the verifier does not tell right from wrong on this record."""


def weight_of(isolation: str | None, minimum: IsolationLevel | None) -> Weight:
    """What a verdict that was reached at this isolation counts for.

    Args:
        isolation: isolation of the code under test, such as `namespaces/split`.
        minimum: the weakest level that the contract takes; None where it takes any.
    """
    # A verdict whose isolation was not recorded reaches no minimum.
    level, *how = (isolation or "").split("/")
    if minimum is not None and not reaches(level, minimum):
        return "below_minimum"
    return "forgeable" if SHARED_PROCESS in how else "counts"


def reaches(level: str, minimum: IsolationLevel) -> bool:
    """Whether a level is as strong as a minimum; an unknown level is not."""
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
    reason = reason_of(verification.verdict)
    if isinstance(verification.verdict, Fail):
        return reason
    name = verdict_name(verification).replace("_", " ")
    return f"{name}: {reason}" if reason else name


def tries_again(verification: Verification) -> bool:
    """Whether another run may say more: the verifier broke, or could not run."""
    return isinstance(verification.verdict, CouldNotSay)


def verdict_name(verification: Verification) -> str:
    """The verdict in one word, such as `output_limit`."""
    return str(verification.verdict.__struct_config__.tag)


def about_claims(verifications: Iterable[Verification]) -> list[Verification]:
    """The results about candidates, without those about verifiers."""
    return [verification for verification in verifications if verification.verifier != ADEQUACY]


class TestedVerifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The test that a result of adequacy is about: the options of that result."""

    __test__: ClassVar[bool] = False
    """Tells pytest that this is not a collection of tests."""
    verifier: str
    """Name of the verifier that was tested."""
    version: str
    """Version of the verifier that was tested."""
    options: str | None
    """Its options as canonical JSON text."""


class Adequacies:
    """What is known of one record's verifiers: of each test the last result of its adequacy."""

    def __init__(self, verifications: Iterable[Verification]) -> None:
        """Read the results, in their order of entry."""
        self._last: dict[TestName, tuple[str, Verification]] = {}
        for result in verifications:
            about = _about(result)
            if about is not None:
                self._last[about.verifier, about.options] = (about.version, result)

    @property
    def inadequate(self) -> frozenset[TestName]:
        """The tests that accept a wrong answer, or refuse a right one."""
        return frozenset(
            name for name, (_, result) in self._last.items() if isinstance(result.verdict, Fail)
        )

    def of(self, verification: Verification) -> AdequacyState:
        """What is known of the verifier behind a result, in the version that gave it."""
        name = (verification.verifier, verification.options)
        version, result = self._last.get(name, ("", None))
        if result is None:
            return "not tested"
        if isinstance(result.verdict, Fail):
            return "inadequate"
        same = version == verification.version and isinstance(result.verdict, Pass)
        return "adequate" if same else "not tested"

    def reason(self, name: TestName) -> str:
        """Why a test is inadequate; empty where it is not known to be."""
        _, result = self._last.get(name, ("", None))
        return result.verdict.reason if result and isinstance(result.verdict, Fail) else ""


def _about(verification: Verification) -> TestedVerifier | None:
    """The test that a result of adequacy is about; None where it is no such result."""
    if verification.verifier != ADEQUACY or not verification.options:
        return None
    try:
        return msgspec.json.decode(verification.options, type=TestedVerifier)
    except msgspec.MsgspecError:
        return None  # a folder of others may hold any options; such a result is about no test


def what_stands(
    verifications: Iterable[Verification],
    minimum: IsolationLevel | None,
    inadequate: Collection[TestName] = (),
) -> tuple[Verification, Weight] | None:
    """Of one test's results on one item, in their order of entry: the one that stands.

    The last one that counts; where none does, the last one, with what it lacks.

    Args:
        verifications: the results.
        minimum: the weakest isolation that the contract takes; None where it takes any.
        inadequate: tests that do not tell right from wrong on this record.
    """
    weighed = [
        (result, "inadequate" if (result.verifier, result.options) in inadequate else weight)
        for result in verifications
        for weight in [weight_of(result.isolation, minimum)]
    ]
    counting = [pair for pair in weighed if pair[1] == "counts"]
    standing: list[tuple[Verification, Weight]] = counting or weighed
    return standing[-1] if standing else None

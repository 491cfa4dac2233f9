"""Agreement on preference verdicts, in two stages.

First: can the candidates be compared at all, are both unacceptable, or is context missing? That
is a question of category. Then, among those who compared: A, tie or B, which has an order. "Both
unacceptable" is not the middle of that order, so one scale for all would count it as nearly a
tie. Abstentions are missing from both stages and are counted apart.
"""

from enum import IntEnum

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.core.errors import InputError, UsageError
from assay.quality.agreement import Abstention, Agreement, abstention, agreement
from assay.quality.bootstrap import Resampling
from assay.quality.patterns import AnswerScale, Integers, ratings


class VerdictCode(IntEnum):
    """A verdict on two candidates in the record's own order, never the presented one."""

    PREFERS_A = 0
    TIE = 1
    PREFERS_B = 2
    BOTH_UNACCEPTABLE = 3
    INSUFFICIENT_CONTEXT = 4
    ABSTAINED = 5


STAGES: Integers = np.array([0, 0, 0, 1, 2, -1], dtype=np.int64)
"""Code of each verdict in the first stage: compared, both unacceptable, insufficient context."""


class VerdictAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement on verdicts with every answer accounted for: the counts add up to all of them."""

    comparability: Agreement
    """First stage, nominal: compared, both unacceptable or insufficient context."""
    preference: Agreement
    """Second stage, ordinal: A, tie, B (by strength where given) among those who compared."""
    abstention: Abstention
    """How often raters abstain, and whether on the same items."""
    counts: dict[str, int]
    """How many answers gave each verdict, by the verdict's name in lower case."""


def verdict_agreement(
    items: ArrayLike,
    raters: ArrayLike,
    verdicts: ArrayLike,
    *,
    strengths: ArrayLike | None = None,
    strongest: int = 1,
    n_items: int | None = None,
    clusters: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> VerdictAgreement:
    """Agreement on preference verdicts in two stages, with abstentions counted apart.

    Args:
        items: item codes from 0 of all answers, abstentions included, length N.
        raters: rater codes from 0, length N.
        verdicts: `VerdictCode` of each answer, length N.
        strengths: 1 (slight) to `strongest` for each preference, anything elsewhere; without
            them the second stage is A, tie, B.
        strongest: the largest strength S that the question offers, given or not; the second
            stage is then A by S, ..., A by 1, tie, B by 1, ..., B by S.
        n_items: how many items there are, judged or not.
        clusters: cluster code from 0 of each item, such as its prompt family.
        resampling: how intervals are drawn.

    Raises:
        InputError: if arrays differ in length, a code or strength is out of range, or a rater
            answers one item twice.
        UsageError: if `strongest` is above 1 without strengths, or below 1.
    """
    if strongest < 1 or (strengths is None and strongest > 1):
        raise UsageError(
            code="impossible-scale",
            message=f"a strongest preference of {strongest} does not fit",
            hint="name it together with strengths; it counts from 1",
        )
    answers = ratings(
        items, raters, verdicts, AnswerScale("nominal", len(VerdictCode)), n_items=n_items,
        clusters=clusters,
    )  # fmt: skip
    stage = STAGES[answers.values]
    compared = stage == 0
    order = _order(answers.values, compared, strengths, strongest)

    def on(rows: NDArray[np.bool_], values: Integers, scale: AnswerScale) -> Agreement:
        part = ratings(
            answers.items[rows], answers.raters[rows], values[rows], scale, n_items=answers.n_items,
            clusters=answers.clusters,
        )  # fmt: skip
        return agreement(part, resampling)

    tally = np.bincount(answers.values, minlength=len(VerdictCode)).tolist()
    return VerdictAgreement(
        comparability=on(stage >= 0, stage, AnswerScale("nominal", 3)),
        preference=on(compared, order, AnswerScale("ordinal", 2 * strongest + 1)),
        abstention=abstention(
            answers.items,
            answers.raters,
            answers.values == VerdictCode.ABSTAINED,
            n_items=answers.n_items,
            clusters=answers.clusters,
            resampling=resampling,
        ),
        counts={code.name.lower(): tally[code] for code in VerdictCode},
    )


def _order(
    verdicts: Integers, compared: NDArray[np.bool_], strengths: ArrayLike | None, strongest: int
) -> Integers:
    """The place of each compared verdict from the strongest A (0) to the strongest B."""
    # Other verdicts get 0 here so that they keep a defined place; the caller drops their rows.
    direction = np.where(compared, verdicts - VerdictCode.TIE, 0)
    if strengths is None:
        return direction + strongest
    strength = np.asarray(strengths)
    if strength.shape != verdicts.shape or (strength.size and strength.dtype.kind not in "iu"):
        raise InputError(
            code="not-codes", message="strengths must be one integer an answer", where="strengths"
        )
    stated = strength[direction != 0]
    if ((stated < 1) | (stated > strongest)).any():
        raise InputError(
            code="strength-out-of-range",
            message=f"a preference has a strength that is not from 1 to {strongest}",
            where="strengths",
            hint="name the scale's `strongest`; leave strengths out if some preferences lack one",
        )
    return direction * strength.astype(np.int64) + strongest

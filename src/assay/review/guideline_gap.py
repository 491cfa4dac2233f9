"""The guideline gap: where the rubric leaves a reviewer without an answer, and which judgments it touches.

A reviewer names the gap at the record; a later version of the rubric answers it. Judgments that
were given under the older words need a re-review where the new words touch them, and only there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import msgspec

from assay.contracts.diff import VERDICT, compare
from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.records.fields import Name
from assay.records.judgment import Judgment, standing
from assay.records.verdict import NotAsked

_EVERYTHING = "*"
"""Stands for all that a judgment answers; no dimension has this name."""

Why = Literal["meaning_changed", "gap_answered"]
"""Why a judgment needs a re-review.

`meaning_changed`: a dimension that it answers now asks something else; `gap_answered`: the answer
to a gap at its record applies to what it answers.
"""


class GuidelineGap(Fact):
    """A reviewer says that the rubric does not say how to judge a record."""

    prefix: ClassVar[str] = "gap"

    record: str
    """Id of the record at which it showed."""
    reviewer: str
    """Pseudonym of the person who asks and is shown the answer."""
    rubric: str
    """Document id of the rubric that has the gap."""
    text: str
    """What the rubric does not cover, in the reviewer's words."""
    dimension: Name | None = None
    """The dimension that leaves it open; absent for the verdict or the whole."""


class GapAnswer(Fact):
    """What the rubric now says where an earlier version left a gap."""

    prefix: ClassVar[str] = "gan"

    gaps: tuple[str, ...]
    """Ids of the gaps that it answers."""
    rubric: str
    """Document id of the version that says so."""
    text: str
    """The answer in words, for those who asked."""
    answered_by: str
    """Pseudonym of the lead."""
    dimensions: tuple[Name, ...] = ()
    """Dimensions that it applies to, `verdict` among them; empty: those of the gaps themselves."""


class ReReview(msgspec.Struct, frozen=True, kw_only=True):
    """One judgment that needs a re-review."""

    judgment: str
    """Id of the judgment."""
    record: str
    """Id of its record."""
    reviewer: str
    """Pseudonym of who gave it."""
    dimensions: tuple[str, ...]
    """What must be reviewed again: dimensions, and `verdict`; sorted."""
    why: tuple[Why, ...]
    """The reasons for the re-review; sorted."""
    gaps: tuple[str, ...]
    """Ids of the gaps whose answers apply to it; sorted."""


class ReReviews(msgspec.Struct, frozen=True, kw_only=True):
    """Which judgments a new rubric touches: `untouched + current + unknown` are all the others."""

    needed: tuple[ReReview, ...]
    """Those that need a re-review, in the order in which they were given."""
    untouched: int
    """Judgments under an older version that mean the same under the new one."""
    current: int
    """Judgments under the new version."""
    unknown: int
    """Judgments under a version that was not passed in, or under a foreign guideline: not compared."""


def open_gaps(gaps: Iterable[GuidelineGap], answers: Iterable[GapAnswer]) -> list[GuidelineGap]:
    """The gaps that no answer names, in their order of entry."""
    answered = {gap for answer in answers for gap in answer.gaps}
    return [gap for gap in gaps if gap.id not in answered]


def answers_for(
    reviewer: str, gaps: Iterable[GuidelineGap], answers: Iterable[GapAnswer]
) -> list[tuple[GuidelineGap, GapAnswer]]:
    """The gaps that a person asked about, each with each answer, in the answers' order."""
    own = {gap.id: gap for gap in gaps if gap.reviewer == reviewer}
    return [(own[gap], answer) for answer in answers for gap in answer.gaps if gap in own]


def re_reviews(
    judgments: Iterable[Judgment],
    *,
    rubrics: Mapping[str, Rubric],
    new: str,
    gaps: Iterable[GuidelineGap] = (),
    answers: Iterable[GapAnswer] = (),
) -> ReReviews:
    """Which standing judgments a new version of the rubric touches, and where.

    A judgment under an older version is touched in what it answers: where the question, scale,
    anchors, exclusions or another part that carries meaning has changed, on every record; and where
    an answer to a gap applies, on the records at which the gap showed.

    Args:
        judgments: judgments in their order of entry.
        rubrics: rubric id -> the version; the new one and every older one that is known.
        new: id of the new version.
        gaps: guideline gaps.
        answers: their answers; those in other versions than the new one are left aside.

    Raises:
        UsageError: if the new version is not among the rubrics.
    """
    if new not in rubrics:
        raise UsageError(
            code="unknown-rubric",
            message=f"the new version {new!r} is not among the rubrics given",
            where="re-review",
            hint="give the new version as well as the older ones",
        )
    changed = {
        identity: frozenset(compare({"rubric": old}, {"rubric": rubrics[new]}).re_review)
        for identity, old in rubrics.items()
    }
    gap_scopes = _answered_scopes(gaps, [answer for answer in answers if answer.rubric == new])
    needed: list[ReReview] = []
    counts: Counter[str] = Counter()
    for judgment in standing(judgments):
        if judgment.rubric == new:
            counts["current"] += 1
        elif judgment.rubric not in changed:
            counts["unknown"] += 1
        elif re_review := _re_review(
            judgment, changed[judgment.rubric], gap_scopes.get(judgment.record, {})
        ):
            needed.append(re_review)
        else:
            counts["untouched"] += 1
    return ReReviews(
        needed=tuple(needed),
        untouched=counts["untouched"],
        current=counts["current"],
        unknown=counts["unknown"],
    )


def replaced_judgment(
    judgments: Iterable[Judgment], *, reviewer: str, rubric: str
) -> Judgment | None:
    """The judgment that a person's re-review replaces: the newest under another version.

    Args:
        judgments: judgments of one record in their order of entry, by anybody.
        reviewer: pseudonym of the person.
        rubric: id of the version under which the person judges now.
    """
    own = [
        judgment
        for judgment in standing(judgments)
        if judgment.reviewer.pseudonym == reviewer
        and judgment.reviewer.kind == "human"
        and judgment.rubric != rubric
    ]
    return own[-1] if own else None


def _answered_scopes(
    gaps: Iterable[GuidelineGap], answers: Iterable[GapAnswer]
) -> dict[str, dict[str, frozenset[str]]]:
    """Record id -> gap id -> what its answers apply to; `_EVERYTHING` where none is named."""
    gap_by_id = {gap.id: gap for gap in gaps}
    scopes: dict[str, dict[str, frozenset[str]]] = {}
    for answer in answers:
        for gap in (gap_by_id[identity] for identity in answer.gaps if identity in gap_by_id):
            own = (gap.dimension,) if gap.dimension else (_EVERYTHING,)
            of_record = scopes.setdefault(gap.record, {})
            # Two answers to one gap apply to all that either of them names.
            of_record[gap.id] = of_record.get(gap.id, frozenset()).union(answer.dimensions or own)
    return scopes


def _re_review(
    judgment: Judgment, changed: frozenset[str], gap_scopes: Mapping[str, frozenset[str]]
) -> ReReview | None:
    answered = frozenset(_questions_answered(judgment))
    altered = answered & changed
    by_gap = {
        gap: answered if _EVERYTHING in named else answered & named
        for gap, named in gap_scopes.items()
    }
    applying = {gap: touched for gap, touched in by_gap.items() if touched}
    if not altered and not applying:
        return None
    why: list[Why] = []
    if applying:
        why.append("gap_answered")
    if altered:
        why.append("meaning_changed")
    return ReReview(
        judgment=judgment.id,
        record=judgment.record,
        reviewer=judgment.reviewer.pseudonym,
        dimensions=tuple(sorted(altered.union(*applying.values()))),
        why=tuple(why),
        gaps=tuple(sorted(applying)),
    )


def _questions_answered(judgment: Judgment) -> Iterator[str]:
    """What a judgment answers: dimensions that it scores or declines, and the verdict."""
    if not isinstance(judgment.verdict, NotAsked):
        yield VERDICT
    yield from (score.dimension for score in judgment.scores)

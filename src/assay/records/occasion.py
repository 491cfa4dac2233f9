"""Occasions: which of one reviewer's judgments on one record is the last, by their content alone.

A source says that a reviewer judged again by a number (`occasion`) or by a time (`judged_at`).
Where neither orders two different answers, nothing shows which of them holds. The place of
a row in its file is never evidence: a file can be cut and put together in any way.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from assay.records.judgment import Judgment

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def instant(stated: str | None) -> datetime | None:
    """The time that a source states as ISO 8601; without a zone it is read as UTC.

    Returns:
        The time with its zone; None where none is stated or the text is in another format.
    """
    if stated is None:
        return None
    try:
        parsed = datetime.fromisoformat(stated.strip())
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


def is_unordered(one: Judgment, other: Judgment) -> bool:
    """Whether nothing shows which of two judgments of a reviewer on a record is the later."""
    if one.occasion != other.occasion:
        return False
    times = instant(one.judged_at), instant(other.judged_at)
    return None in times or times[0] == times[1]


def in_order(judgments: Iterable[Judgment]) -> list[Judgment]:
    """One reviewer's judgments on a record, the earliest first; unordered ones by their ids."""
    return sorted(
        judgments, key=lambda own: (own.occasion, instant(own.judged_at) or _EARLIEST, own.id)
    )


def answer_of(judgment: Judgment) -> bytes:
    """What a judgment answers, as canonical bytes: without reasons and circumstances."""
    return judgment.replace(
        reasons=(),
        order=None,
        rubric=None,
        guideline=None,
        visible=None,
        active_ms=None,
        judged_at=None,
        occasion=0,
        supersedes=None,
    ).canonical()


def last_answer(judgments: Sequence[Judgment], rubric: str | None = None) -> Judgment | None:
    """The last answer of one reviewer on one record.

    Args:
        judgments: the reviewer's judgments on the record; at least one, none of them superseded.
        rubric: document id of the rubric in force.

    Returns:
        The judgment, or None where several that nothing orders give different answers. Of
        several with one answer, the one under the rubric in force; else one under a rubric of
        ours, not one under a foreign guideline; else the one with the highest id.
    """
    if len(judgments) == 1:
        return judgments[0]
    highest = max(judgment.occasion for judgment in judgments)
    last = [judgment for judgment in judgments if judgment.occasion == highest]
    times = [time for judgment in last if (time := instant(judgment.judged_at))]
    if times:
        newest = max(times)
        # Undated ones stay: nothing shows that they are earlier than the dated.
        last = [own for own in last if instant(own.judged_at) in {None, newest}]
    if len(last) > 1 and len({answer_of(judgment) for judgment in last}) > 1:
        return None
    # The id decides last, so that every machine chooses the same of several equal answers.
    return max(last, key=lambda own: (*_guidance(own, rubric), own.id))


def _guidance(judgment: Judgment, rubric: str | None) -> tuple[bool, bool]:
    """How close a judgment's guideline is to the rubric in force; the greater is preferred."""
    in_force = rubric is not None and judgment.rubric == rubric
    return in_force, judgment.rubric is not None or judgment.guideline is None

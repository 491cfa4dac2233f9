"""The sentinel: a known record hidden among ordinary work, to see whether judgment still holds.

Where a sentinel comes depends on a secret alone, so nobody can foresee it. Nobody gets the same one
twice, and each is retired after so many people have seen it. Here are the counts; shares with
intervals are the business of `quality`.
"""

import hmac
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.records.judgment import Judgment
from assay.review.answer_key import Key, Outcome, first_answers, outcomes

MOST_PER_HUNDRED = 50
"""More sentinels than ordinary work would be an exam."""

_HUNDRED = 100
_BYTES = 8


class Sentinel(Fact):
    """A known record, hidden among ordinary work."""

    prefix: ClassVar[str] = "sen"

    key: Key
    """What a right answer is."""
    family: str
    """The task family among whose work it hides."""
    retired_after: Annotated[int, Meta(ge=1)]
    """People who may see it before it is retired: the more have seen it, the more it is known."""
    language: str | None = None
    """The language of that work; absent where it does not matter."""
    retired: bool = False
    """Whether it is retired before that; then `supersedes` names the sentinel that it retires."""
    supersedes: str | None = None
    """Id of the sentinel that this one replaces."""


class Watched(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Whose answers are counted together."""

    reviewer: str
    """Pseudonym of the person."""
    dimension: str
    """The dimension; `verdict` for the overall answer."""
    family: str
    """The task family of the work around the sentinel."""


class SentinelCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to sentinels by outcome; each answer is counted once."""

    right: int
    """Answers that meet the key."""
    wrong: int
    """Answers that do not."""
    abstained: int
    """Answers that declined to judge."""
    unanswered: int
    """Judgments without an answer here."""

    @property
    def answered(self) -> int:
        """Answers that are right or wrong: the denominator of a share of right ones."""
        return self.right + self.wrong


class SentinelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one sentinel on one dimension."""

    judgment: str
    """Id of the judgment."""
    sentinel: str
    """Id of the sentinel."""
    watched: Watched
    """Whose answer it is, to what."""
    outcome: Outcome
    """What it is by the key."""


def standing_sentinels(sentinels: Iterable[Sentinel]) -> list[Sentinel]:
    """The sentinels that no later one replaces and that were not taken out."""
    every = list(sentinels)
    replaced = {sentinel.supersedes for sentinel in every if sentinel.supersedes}
    return [sentinel for sentinel in every if sentinel.id not in replaced and not sentinel.retired]


def exposures(shown: Iterable[tuple[str, str]]) -> Counter[str]:
    """How many people were shown each record.

    Args:
        shown: (record id, pseudonym) of every assignment and judgment; repeats count once.
    """
    return Counter(record for record, _ in set(shown))


def is_sentinels_turn(secret: bytes, reviewer: str, position: int, *, per_hundred: int) -> bool:
    """Whether a sentinel comes at this place of a person's work.

    Each place is drawn on its own, so that past places reveal nothing about the next: among 100
    places there are `per_hundred` sentinels on average, not in each hundred.

    Args:
        secret: secret that the draw depends on.
        reviewer: pseudonym.
        position: place among all items that the person was given, from 0.
        per_hundred: sentinels among 100 places in the mean, 0 to 50.

    Raises:
        UsageError: for an impossible share or place.
    """
    if not 0 <= per_hundred <= MOST_PER_HUNDRED or position < 0:
        raise UsageError(
            code="impossible-sentinel-share",
            message=f"{per_hundred} sentinels in 100 places at place {position} cannot be drawn",
            where="sentinels",
            hint=f"give 0 to {MOST_PER_HUNDRED} in 100, and places from 0",
        )
    # Compared as whole numbers: a float would round the 64 random bits.
    drawn = int.from_bytes(_digest(secret, "turn", reviewer, str(position))[:_BYTES])
    return drawn * _HUNDRED < per_hundred << (8 * _BYTES)


def pick(
    sentinels: Iterable[Sentinel],
    *,
    secret: bytes,
    reviewer: str,
    seen: Collection[str],
    exposed: Mapping[str, int],
) -> Sentinel | None:
    """The sentinel that a person gets now; None where none is left, and ordinary work comes.

    Those that the fewest people have seen come first; among them the secret decides.

    Args:
        sentinels: standing sentinels of the work's family, language and rubric.
        secret: secret that the draw depends on.
        reviewer: pseudonym.
        seen: ids of the records that the person was ever shown or wrote a candidate of.
        exposed: record id -> people who were shown it (`exposures`).
    """
    left = [
        sentinel
        for sentinel in sentinels
        if sentinel.key.record not in seen
        and exposed.get(sentinel.key.record, 0) < sentinel.retired_after
    ]
    return min(
        left,
        key=lambda sentinel: (
            exposed.get(sentinel.key.record, 0),
            _digest(secret, "pick", reviewer, sentinel.id),
        ),
        default=None,
    )


def sentinels_for(
    sentinels: Iterable[Sentinel],
    *,
    family: str,
    language: str | None,
    shown_as: Mapping[str, frozenset[str | None]],
    cleared: Collection[str | None],
) -> list[Sentinel]:
    """The sentinels that may hide among the work of one queue.

    Args:
        sentinels: standing sentinels.
        family: the queue's task family.
        language: the queue's language.
        shown_as: record id -> harm categories and severity of its content.
        cleared: harm categories and severity of the queue's own content; what shows more would
            reach people who have not agreed to it.
    """
    return [
        sentinel
        for sentinel in sentinels
        if sentinel.family == family
        and sentinel.language in {None, language}
        and shown_as.get(sentinel.key.record, frozenset()) <= set(cleared)
    ]


def used_up(sentinels: Iterable[Sentinel], exposed: Mapping[str, int]) -> list[Sentinel]:
    """The sentinels that as many people have seen as may; new ones are needed in their place."""
    return [
        sentinel
        for sentinel in sentinels
        if exposed.get(sentinel.key.record, 0) >= sentinel.retired_after
    ]


def answers_to(
    judgments: Iterable[Judgment], sentinels: Iterable[Sentinel]
) -> list[SentinelAnswer]:
    """The answers to sentinels, in the order in which they were given.

    Of each person the first answer to each sentinel counts; retired sentinels count like others.

    Args:
        judgments: judgments in their order of entry.
        sentinels: sentinels in their order of entry; of one record the last counts.
    """
    by_record = {sentinel.key.record: sentinel for sentinel in sentinels}
    keys = {record: sentinel.key for record, sentinel in by_record.items()}
    return [
        SentinelAnswer(
            judgment=judgment.id,
            sentinel=by_record[key.record].id,
            watched=Watched(
                reviewer=judgment.reviewer.pseudonym,
                dimension=dimension,
                family=by_record[key.record].family,
            ),
            outcome=outcome,
        )
        for judgment, key in first_answers(judgments, keys)
        for dimension, outcome in outcomes(judgment, key).items()
    ]


def count(answers: Iterable[SentinelAnswer]) -> dict[Watched, SentinelCounts]:
    """Answers to sentinels by outcome, for each person, dimension and task family; sorted."""
    by_watched: dict[Watched, Counter[Outcome]] = {}
    for answer in answers:
        by_watched.setdefault(answer.watched, Counter())[answer.outcome] += 1
    return {
        watched: SentinelCounts(
            right=counts["right"],
            wrong=counts["wrong"],
            abstained=counts["abstained"],
            unanswered=counts["unanswered"],
        )
        for watched, counts in sorted(by_watched.items())
    }


def _digest(secret: bytes, *parts: str) -> bytes:
    return hmac.digest(secret, "\x1f".join(("sentinel", *parts)).encode(), sha256)

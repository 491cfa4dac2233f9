"""What reviewers see of their own work: the day so far, and the judgments that they gave."""

import msgspec

from assay.desk.open_desk import OpenDesk
from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.review.wire import Exposed


class ReviewerDay(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's day so far, in UTC."""

    judged: int
    """How many judgments the reviewer gave today."""
    active_ms: int
    """Active time of these, in milliseconds."""
    exposure: tuple[Exposed, ...]
    """What was read of severe content."""


class OwnHistory:
    """A reviewer's own work."""

    def __init__(self, desk: OpenDesk) -> None:
        self._desk = desk

    def day(self, who: Principal) -> ReviewerDay:
        """A reviewer's day so far."""
        desk = self._desk
        today = desk.context.clock()[:10]
        judgments = [
            judgment
            for judgment in desk.context.store.scan(Judgment, reviewer=who.pseudonym)
            if (judgment.judged_at or "").startswith(today)
        ]
        welfare = desk.in_force.contract.welfare
        milliseconds_by_category: dict[str, int] = {}
        for exposure in desk.queue_store.exposures(who.pseudonym, today):
            for category in exposure.categories:
                earlier = milliseconds_by_category.get(category, 0)
                milliseconds_by_category[category] = earlier + exposure.milliseconds
        return ReviewerDay(
            judged=len(judgments),
            active_ms=sum(judgment.active_ms or 0 for judgment in judgments),
            exposure=tuple(
                Exposed(
                    category=category,
                    minutes_today=milliseconds / 60_000,
                    cap_minutes=welfare.daily_minutes if welfare else None,
                )
                for category, milliseconds in sorted(milliseconds_by_category.items())
            ),
        )

    def judgments(self, who: Principal, *, after: int = 0, most: int = 50) -> list[Judgment]:
        """A reviewer's own judgments, oldest first.

        Args:
            who: the reviewer.
            after: how many of the oldest are left out.
            most: how many are given at most.
        """
        own = list(self._desk.context.store.scan(Judgment, reviewer=who.pseudonym))
        return own[after : after + most]

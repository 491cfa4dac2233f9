"""Welfare: who agreed to read which harm, how much of it each person reads, and when a break is due.

Consent is opt-in for each harm category and is withdrawn without a reason. Caps hold over sliding
hours, days and weeks, so that midnight empties nothing. Leads see sums over groups, never people.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

import msgspec

from assay.contracts.contract import ReadingCaps, Welfare
from assay.core.fact import Fact
from assay.records.fields import Name

LEAST_PEOPLE = 5
"""Sums over fewer people are suppressed, since they would reveal each of them (a convention)."""

PAGE_SECONDS = 60
"""Seconds for which an uncovered text counts on a page that cannot tell how long it is read (a convention)."""

SEVERE = "severe"
"""Category under which content counts that is severe and names no harm."""

_MINUTE = 60_000


class Consent(Fact):
    """One person agrees to read content of one harm category, or takes that back."""

    prefix: ClassVar[str] = "con"

    reviewer: str
    """Pseudonym of the person."""
    category: Name
    """The harm category, as records name it in `sensitivity.categories`."""
    given: bool
    """Whether the person agrees; False takes it back, and no reason is asked."""
    supersedes: str | None = None
    """Id of the person's earlier statement on the category."""


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """One item that one person looked at."""

    categories: tuple[str, ...]
    """Harm categories that it shows; empty for a benign item."""
    started: str
    """When it was shown, as UTC in ISO 8601."""
    milliseconds: int
    """How long it was looked at."""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one program's readers of severe content, in minutes; absent: no such cap."""

    total: ReadingCaps
    """Caps on all harm categories together."""
    by_category: Mapping[str, ReadingCaps]
    """Caps on single harm categories, in addition to those on all."""
    break_after: int | None
    """Minutes of severe content after which a break is due."""
    break_minutes: int
    """Minutes that a break lasts."""
    cool_down: int
    """Benign items that come after a break was due, before the next severe content; often 0."""


CapReason = Literal["hour", "day", "week", "break"]
"""Which cap holds: minutes within an hour, a day or a week, or the break that is due."""


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """The item may be shown now."""


class Capped(msgspec.Struct, frozen=True, kw_only=True):
    """No such item may be shown now."""

    until: str
    """When time alone would allow it again, as UTC in ISO 8601."""
    reason: CapReason
    """The cap that holds longest."""
    category: str | None
    """The harm category whose own cap it is; None for one on all together, and for a break."""
    benign_items: int
    """Benign items that must come first as well."""


class TextReader(msgspec.Struct, frozen=True, kw_only=True):
    """A person who would read a text, as far as welfare rules ask."""

    roles: tuple[str, ...]
    """Roles of the person; one that the contract clears is enough."""
    agreed: frozenset[str]
    """Harm categories that the person agreed to read."""
    exposures: tuple[Exposure, ...] = ()
    """What the person looked at; the last week is enough."""


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """Why a text is not shown to a person."""

    reason: Literal["not_cleared", "not_agreed", "capped"]
    """A role that the contract does not clear; a category without consent; a cap."""
    categories: tuple[str, ...]
    """What the person has not agreed to; empty for other reasons."""
    cap: Capped | None = None
    """The cap that is reached."""

    @property
    def message(self) -> str:
        """The reason in words."""
        if self.cap is not None:
            return f"you have reached {_CAPS[self.cap.reason]}; take a rest, it does not count against you"
        if self.reason == "not_cleared":
            return "the contract does not clear your roles for severe content"
        names = ", ".join(category.replace("_", " ") for category in self.categories)
        return f"you have not agreed to read content that shows {names}; your home page asks for it"


_CAPS: Mapping[CapReason, str] = {
    "hour": "the hour's cap on such content",
    "day": "the day's cap on such content",
    "week": "the week's cap on such content",
    "break": "a break from such content",
}


class ExposureSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one harm category a group read; for leads."""

    category: str
    """The harm category, as records name it."""
    people: int
    """People who read it."""
    minutes: int
    """Minutes that they read it together, rounded."""


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A harm category that too few people read for a sum to be shown."""

    category: str
    """The harm category, as records name it."""


def standing_consents(consents: Iterable[Consent]) -> dict[str, frozenset[str]]:
    """What each person agrees to read: pseudonym -> harm categories.

    Only the person's own later statement on the same category replaces an earlier one. Where two
    statements stand, neither replacing the other, the refusal counts.
    """
    every = list(consents)
    replaced = {(consent.supersedes, consent.reviewer, consent.category) for consent in every}
    standing = [
        consent
        for consent in every
        if (consent.id, consent.reviewer, consent.category) not in replaced
    ]
    refused = {(consent.reviewer, consent.category) for consent in standing if not consent.given}
    agreed: dict[str, set[str]] = defaultdict(set)
    for consent in standing:
        if (consent.reviewer, consent.category) not in refused:
            agreed[consent.reviewer].add(consent.category)
    return {reviewer: frozenset(categories) for reviewer, categories in sorted(agreed.items())}


def counted_as(categories: Sequence[str], severity: str | None) -> tuple[str, ...]:
    """Under which categories reading an item counts: its own, or `severe`; none where it is benign."""
    return tuple(categories) or ((SEVERE,) if severity else ())


def withheld(
    categories: Sequence[str],
    severity: str | None,
    welfare: Welfare | None,
    reader: TextReader,
    *,
    now: str | None,
) -> Withheld | None:
    """Why a text is not shown to a person; None where it may be, covered if it shows a harm.

    Every view of a record asks this, whatever the page: the work, adjudication, calibration, gaps.

    Args:
        categories: harm categories that the text shows.
        severity: how severe it is.
        welfare: what the contract says; without it nothing is withheld.
        reader: the person.
        now: the moment, as UTC in ISO 8601; None where the person has begun to read the text, so
            that caps do not take it away.
    """
    counted = counted_as(categories, severity)
    if welfare is None or not counted:
        return None
    if not any(role in welfare.restricted_to for role in reader.roles):
        return Withheld(reason="not_cleared", categories=())
    missing = tuple(category for category in categories if category not in reader.agreed)
    if welfare.opt_in and missing:
        return Withheld(reason="not_agreed", categories=missing)
    cap = cap_on(reader.exposures, categories, severity, now, welfare) if now is not None else None
    return Withheld(reason="capped", categories=(), cap=cap) if cap else None


def caps_of(welfare: Welfare) -> Caps:
    """The caps that a contract states."""
    return Caps(
        total=ReadingCaps(
            hourly_minutes=welfare.hourly_minutes,
            daily_minutes=welfare.daily_minutes,
            weekly_minutes=welfare.weekly_minutes,
        ),
        by_category=welfare.categories,
        break_after=welfare.break_after_minutes,
        break_minutes=welfare.break_minutes,
        cool_down=welfare.cool_down_items or 0,
    )


def cap_decision(
    exposures: Iterable[Exposure], categories: Collection[str], now: str, caps: Caps
) -> Allowed | Capped:
    """Whether a person may be shown an item now.

    A cap is reached when the items that ended within its span add up to its minutes; an item counts
    whole until its end is a whole span ago. Benign items are always allowed, in a break too.

    Args:
        exposures: what the person looked at, in any order; the last week is enough.
        categories: harm categories that the item shows; empty for a benign item.
        now: the moment, as UTC in ISO 8601.
        caps: what holds.
    """
    if not categories:
        return Allowed()
    seen = sorted((_Seen.of(exposure) for exposure in exposures), key=lambda item: item.started)
    moment = datetime.fromisoformat(now)
    reached = [*_caps_reached(seen, categories, moment, caps), *_break_due(seen, moment, caps)]
    if not reached:
        return Allowed()
    longest = max(reached, key=lambda cap: cap.until)
    benign = max(cap.benign_items for cap in reached)
    return msgspec.structs.replace(longest, benign_items=benign)


def cap_on(
    exposures: Iterable[Exposure],
    harms: Sequence[str],
    severity: str | None,
    now: str,
    welfare: Welfare,
) -> Capped | None:
    """The cap of a contract that keeps a person from such content now; None where none does.

    Args:
        exposures: what the person looked at; the last week is enough.
        harms: harm categories of the content.
        severity: how severe it is.
        now: the moment, as UTC in ISO 8601.
        welfare: what the contract states.
    """
    decision = cap_decision(exposures, counted_as(harms, severity), now, caps_of(welfare))
    return decision if isinstance(decision, Capped) else None


def has_caps(welfare: Welfare) -> bool:
    """Whether a contract limits the minutes that one person reads severe content."""
    total = (welfare.hourly_minutes, welfare.daily_minutes, welfare.weekly_minutes)
    return any(total) or bool(welfare.categories)


def most_of_a_cap(exposures: Iterable[Exposure], caps: Caps) -> float | None:
    """The most that one person used of any cap: minutes read within its span, over its minutes.

    Above 1 the cap was exceeded, by an item that was open when it was reached or by later ones.

    Args:
        exposures: what the person looked at, in any order.
        caps: what holds.

    Returns:
        None where no cap holds, or nothing that shows a harm was looked at.
    """
    seen = [item for item in (_Seen.of(exposure) for exposure in exposures) if item.categories]
    used = [
        _most_within(seen, span) / (minutes * _MINUTE)
        for _, span, minutes in _spans(caps.total)
        if minutes is not None
    ]
    for category, own in caps.by_category.items():
        shown = [item for item in seen if category in item.categories]
        used += [
            _most_within(shown, span) / (minutes * _MINUTE)
            for _, span, minutes in _spans(own)
            if minutes is not None
        ]
    return max(used) if used and seen else None


def care_of_groups(
    exposures: Mapping[str, Iterable[Exposure]], *, least: int = LEAST_PEOPLE
) -> tuple[ExposureSummary | Suppressed, ...]:
    """How much of each harm category people read together, in the categories' order.

    An item that shows several categories counts in each, so the sums do not add up to a total, and
    none is given: with it a suppressed sum could be found.

    Args:
        exposures: pseudonym -> what the person looked at.
        least: people below whom a sum is suppressed; at least 5.
    """
    read: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for reviewer, own_exposures in exposures.items():
        for exposure in own_exposures:
            for category in exposure.categories:
                read[category][reviewer] += exposure.milliseconds
    # A caller may ask for more people, never for fewer.
    least = max(least, LEAST_PEOPLE)
    return tuple(
        ExposureSummary(
            category=category, people=len(own), minutes=round(sum(own.values()) / _MINUTE)
        )
        if len(own) >= least
        else Suppressed(category=category)
        for category, own in sorted(read.items())
    )


class _Seen(msgspec.Struct, frozen=True):
    """An exposure with its moments."""

    started: datetime
    ended: datetime
    milliseconds: int
    categories: tuple[str, ...]

    @classmethod
    def of(cls, exposure: Exposure) -> "_Seen":
        started = datetime.fromisoformat(exposure.started)
        ended = started + timedelta(milliseconds=exposure.milliseconds)
        return cls(started, ended, exposure.milliseconds, exposure.categories)


def _caps_reached(
    seen: Sequence[_Seen], categories: Collection[str], now: datetime, caps: Caps
) -> Iterator[Capped]:
    severe = [item for item in seen if item.categories]
    yield from _spans_reached(severe, None, now, caps.total)
    for category in sorted(set(categories) & set(caps.by_category)):
        own = [item for item in severe if category in item.categories]
        yield from _spans_reached(own, category, now, caps.by_category[category])


def _spans_reached(
    seen: Sequence[_Seen], category: str | None, now: datetime, caps: ReadingCaps
) -> Iterator[Capped]:
    for reason, span, minutes in _spans(caps):
        if minutes is None:
            continue
        until = _free_at(seen, span, now, minutes * _MINUTE)
        if until > now:
            yield Capped(until=_text(until), reason=reason, category=category, benign_items=0)


def _spans(caps: ReadingCaps) -> tuple[tuple[CapReason, timedelta, int | None], ...]:
    return (
        ("hour", timedelta(hours=1), caps.hourly_minutes),
        ("day", timedelta(days=1), caps.daily_minutes),
        ("week", timedelta(days=7), caps.weekly_minutes),
    )


def _most_within(seen: Iterable[_Seen], span: timedelta) -> int:
    """The most milliseconds of items that ended within one span."""
    most = total = 0
    counting: deque[_Seen] = deque()
    for item in sorted(seen, key=lambda item: item.ended):
        counting.append(item)
        total += item.milliseconds
        # Items leave the span in the order in which they ended.
        while counting[0].ended + span <= item.ended:
            total -= counting.popleft().milliseconds
        most = max(most, total)
    return most


def _free_at(seen: Sequence[_Seen], span: timedelta, now: datetime, most: int) -> datetime:
    """When the items that still count add up to less than `most`; now where they do already."""
    counting = sorted(
        (item for item in seen if item.ended + span > now), key=lambda item: item.ended
    )
    left = sum(item.milliseconds for item in counting)
    free = now
    for item in counting:
        if left < most:
            break
        # The items that ended first leave the span first.
        left -= item.milliseconds
        free = item.ended + span
    return free


def _break_due(seen: Sequence[_Seen], now: datetime, caps: Caps) -> Iterator[Capped]:
    if caps.break_after is None:
        return
    due_after, pause = caps.break_after * _MINUTE, timedelta(minutes=caps.break_minutes)
    read = benign = 0
    last_end: datetime | None = None
    for item in seen:
        if not item.categories:
            benign += 1
            continue
        # Enough time and enough benign items make a break: the minutes are counted from zero.
        needed = caps.cool_down if read >= due_after else 0
        if _has_rested(last_end, item.started, pause) and benign >= needed:
            read = 0
        read += item.milliseconds
        # Two items can be open at once, and the one shown last can end first.
        last_end, benign = max(last_end or item.ended, item.ended), 0
    if last_end is None or read < due_after:
        return
    if not (_has_rested(last_end, now, pause) and benign >= caps.cool_down):
        yield Capped(
            until=_text(max(last_end + pause, now)),
            reason="break",
            category=None,
            benign_items=max(0, caps.cool_down - benign),
        )


def _has_rested(last_end: datetime | None, until: datetime, pause: timedelta) -> bool:
    return last_end is None or until >= last_end + pause


def _text(moment: datetime) -> str:
    """The moment in the clock's form; a part of a second counts as a whole one."""
    whole = moment.replace(microsecond=0)
    if whole < moment:
        whole += timedelta(seconds=1)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")

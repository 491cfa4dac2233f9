"""Rights: whether a use of some sources is permitted, on a day and in a territory.

The default is denial. The rights of a whole (a record made from several sources, a release made
from many records) are the intersection of the rights of its parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, Protocol, get_args

import msgspec

from assay.core.choices import refuse_unknown
from assay.governance.permissions import refuse_unknown_role

Use = Literal["train", "evaluate", "publish"]
"""What may be done with a source."""

USES: tuple[Use, ...] = get_args(Use)

WORLDWIDE = "worldwide"
"""The territory without a border."""

EU_MEMBERS = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""ISO 3166 codes of the member states of the European Union since 2020."""

UNLIMITED: Literal["unlimited"] = "unlimited"
"""Retention without an end."""


class SourceRights(Protocol):
    """The rights of one source class."""

    @property
    def licence(self) -> str | None:
        """SPDX licence expression."""

    @property
    def permitted_uses(self) -> Sequence[Use]:
        """What may be done with it."""

    @property
    def retention_until(self) -> date | Literal["unlimited"] | None:
        """Last day on which it may be kept."""

    @property
    def retention_days(self) -> int | None:
        """Days from `collected_on` for which it may be kept."""

    @property
    def collected_on(self) -> date | None:
        """Day on which it was collected."""

    @property
    def territory(self) -> Sequence[str]:
        """Where it may be kept and read: ISO 3166 codes, `EU` or `worldwide`."""

    @property
    def reviewer_access(self) -> Sequence[str]:
        """Roles that may read it."""

    @property
    def state(self) -> Literal["active", "withdrawn", "deleted"]:
        """Whether it may still be used at all."""


class Denial(msgspec.Struct, frozen=True, order=True):
    """One reason why a use is denied."""

    source: str
    """Name of the source class; empty where no source was named at all."""
    code: str
    """Stable short name of the reason, such as `use-not-permitted`."""
    message: str
    """The reason in one sentence."""
    short: str = ""
    """The reason in a few words, for counts."""

    def __post_init__(self) -> None:
        """Give a reason without short words those of its code."""
        if not self.short:
            msgspec.structs.force_setattr(self, "short", self.code.replace("-", " "))


class Decision(msgspec.Struct, frozen=True):
    """Whether a use is permitted; every reason against it."""

    permitted: bool
    """True only if nothing forbids the use."""
    denials: tuple[Denial, ...] = ()
    """All reasons against the use, by source."""


class CommonRights(msgspec.Struct, frozen=True):
    """The rights of a whole: what all of its sources permit."""

    uses: tuple[Use, ...]
    """Uses that every source permits."""
    keep_until: date | None
    """Last day on which all of it may be kept; None: no end."""
    territory: tuple[str, ...]
    """Territories that every source permits."""
    reviewer_access: tuple[str, ...]
    """Roles that may read every source."""
    licences: tuple[str, ...]
    """The licences of the sources; all of them bind."""


def decide(
    use: Use | None,
    names: Iterable[str],
    classes: Mapping[str, SourceRights],
    *,
    on: date,
    territory: str | None,
    roles: Iterable[str] | None = None,
) -> Decision:
    """Whether a whole made from the named sources may be used, and read by a person, in this way.

    Every exit of the program calls it; `governance.clearance` provides the sources of a record
    and of all its ancestors.

    Args:
        use: what is to be done with it; None: it is only read, which no use has to permit.
        names: the source classes that it is made from.
        classes: the known source classes by name.
        on: the day of the use.
        territory: where the use takes place: an ISO 3166 code or `EU`; None where it is not known.
        roles: the roles of the person who reads it, of which each source must admit one; None
            where no person of the program does.

    Raises:
        UsageError: for a use or a role that there is none of.
    """
    if use is not None:
        refuse_unknown("use", use, USES, where="use")
    for role in roles or ():
        refuse_unknown_role(role)
    source_names = sorted(set(names))
    question = _RightsQuestion(use, on, territory, None if roles is None else tuple(roles))
    if not source_names:
        reason = Denial("", "no-source", "no source class is named, so nothing is permitted")
        return Decision(permitted=False, denials=(reason,))
    denials = tuple(
        denial for name in source_names for denial in _against(name, classes.get(name), question)
    )
    return Decision(permitted=not denials, denials=denials)


def common_rights(names: Iterable[str], classes: Mapping[str, SourceRights]) -> CommonRights:
    """The rights of a whole made from the named sources; an unknown source permits nothing."""
    source_names = sorted(set(names))
    if not source_names or any(name not in classes for name in source_names):
        return CommonRights((), date.min, (), (), ())
    parts = [classes[name] for name in source_names]
    ends = [end for end in map(keep_until, parts) if end is not None]
    return CommonRights(
        uses=tuple(use for use in USES if all(_permits(use, part) for part in parts)),
        keep_until=min(ends, default=None),
        territory=_common_territory([part.territory for part in parts]),
        reviewer_access=_common([part.reviewer_access for part in parts]),
        licences=tuple(sorted({part.licence for part in parts if part.licence})),
    )


def keep_until(rights: SourceRights) -> date | None:
    """Last day on which a source may be kept; None: no end.

    A source that states no retention, or days without the day they count from, may not be kept
    at all: its end is the first day of the calendar.
    """
    ends = []
    if isinstance(rights.retention_until, date):
        ends.append(rights.retention_until)
    if rights.retention_days is not None:
        ends.append(_last_day(rights.collected_on, rights.retention_days))
    if not ends and rights.retention_until != UNLIMITED:
        return date.min
    return min(ends, default=None)


def covers(territory: Iterable[str], place: str) -> bool:
    """Whether a place (ISO 3166 code, `EU` or `worldwide`) is within a territory."""
    permitted = set(territory)
    return (
        WORLDWIDE in permitted or place in permitted or ("EU" in permitted and place in EU_MEMBERS)
    )


class _RightsQuestion(msgspec.Struct, frozen=True):
    """The use, day, territory and readers that every source of a whole must permit."""

    use: Use | None
    on: date
    territory: str | None
    roles: tuple[str, ...] | None


def _against(name: str, rights: SourceRights | None, question: _RightsQuestion) -> list[Denial]:
    if rights is None:
        return [Denial(name, "unknown-source", f"{name!r} is not a known source class")]
    if rights.state != "active":
        return [Denial(name, f"source-{rights.state}", f"{name!r} is {rights.state}", rights.state)]
    # Every reason, not the first: a person who removes one should know the others at once.
    return [
        *_against_use(name, rights, question.use),
        *_against_day(name, rights, question.on),
        *_against_territory(name, rights, question.territory),
        *_against_readers(name, rights, question.roles),
    ]


def _against_use(name: str, rights: SourceRights, use: Use | None) -> Iterator[Denial]:
    if not rights.licence:
        yield Denial(name, "no-licence", f"{name!r} has no licence")
    if use is not None and use not in rights.permitted_uses:
        uses = ", ".join(rights.permitted_uses) or "nothing"
        message = f"{name!r} does not permit to {use}; it permits: {uses}"
        yield Denial(name, "use-not-permitted", message, f"not to {use}")


def _against_territory(name: str, rights: SourceRights, territory: str | None) -> Iterator[Denial]:
    # Without a territory the use may be anywhere, so only worldwide rights permit it.
    if not covers(rights.territory, territory or WORLDWIDE):
        message = f"{name!r} may be used in {', '.join(rights.territory) or 'no territory'}, not "
        message += f"in {territory}" if territory else "where no territory is named"
        place = f"not in {territory}" if territory else "not without a territory"
        yield Denial(name, "territory-not-permitted", message, place)


def _against_readers(
    name: str, rights: SourceRights, roles: tuple[str, ...] | None
) -> Iterator[Denial]:
    if roles is not None and not set(roles) & set(rights.reviewer_access):
        readers = ", ".join(rights.reviewer_access) or "nobody"
        message = f"{name!r} may be read by {readers}, not by {', '.join(roles) or 'no role'}"
        short = f"only for {readers.replace(', ', ' or ')}"
        yield Denial(name, "role-not-permitted", message, short)


def _against_day(name: str, rights: SourceRights, on: date) -> list[Denial]:
    end = keep_until(rights)
    if end == date.min:
        message = f"{name!r} does not say how long it may be kept"
        return [Denial(name, "no-retention", message)]
    if end is None or on <= end:
        return []
    message = f"the retention of {name!r} ended on {end.isoformat()}"
    return [Denial(name, "retention-expired", message, "expired")]


def _permits(use: Use, rights: SourceRights) -> bool:
    return rights.state == "active" and bool(rights.licence) and use in rights.permitted_uses


def _last_day(start: date | None, days: int) -> date:
    if start is None:
        return date.min
    try:
        return start + timedelta(days=days)
    except OverflowError:
        # Beyond the calendar, so no day of use comes after it.
        return date.max


def _common(series: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted(set(series[0]).intersection(*series[1:])))


def _common_territory(series: Sequence[Sequence[str]]) -> tuple[str, ...]:
    places = {place for territory in series for place in territory}
    common = {place for place in places if all(covers(territory, place) for territory in series)}
    # Without the places that another one covers: a country beside `EU` says nothing more.
    return tuple(sorted(place for place in common if not covers(common - {place}, place)))

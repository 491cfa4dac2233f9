"""Rights: denial by default, the intersection of the parts, and every reason at once."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.governance.rights import USES, Decision, common_rights, covers, decide, keep_until


class Source(msgspec.Struct, frozen=True):
    """A source class with full rights, unless said otherwise."""

    licence: str | None = "CC0-1.0"
    permitted_uses: tuple[Any, ...] = USES
    retention_until: Any = "unlimited"
    retention_days: int | None = None
    collected_on: date | None = None
    territory: tuple[str, ...] = ("worldwide",)
    reviewer_access: tuple[str, ...] = ("reviewer", "lead")
    state: Any = "active"


TODAY = date(2026, 3, 1)
OPEN = Source()


def ask(source: Source | None, use: Any = "train", territory: str | None = "DE") -> Decision:
    """The decision about a whole made from this one source."""
    classes = {} if source is None else {"a": source}
    return decide(use, ["a"], classes, on=TODAY, territory=territory)


def test_full_rights_permit_every_use() -> None:
    """An open source may be used for everything, everywhere."""
    assert all(ask(OPEN, use).permitted for use in USES)
    assert ask(OPEN, territory=None).permitted


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (None, "unknown-source"),
        (Source(state="withdrawn"), "source-withdrawn"),
        (Source(state="deleted"), "source-deleted"),
        (Source(licence=None), "no-licence"),
        (Source(permitted_uses=("evaluate",)), "use-not-permitted"),
        (Source(permitted_uses=()), "use-not-permitted"),
        (Source(retention_until=None), "no-retention"),
        (Source(retention_until=date(2026, 2, 28)), "retention-expired"),
        (Source(retention_days=30), "no-retention"),
        (Source(retention_days=30, collected_on=date(2026, 1, 1)), "retention-expired"),
        (Source(territory=()), "territory-not-permitted"),
        (Source(territory=("US",)), "territory-not-permitted"),
    ],
)
def test_what_is_not_permitted_is_denied(source: Source | None, code: str) -> None:
    """Each lack of a right denies the use, with its own reason."""
    decision = ask(source)
    assert not decision.permitted
    assert [denial.code for denial in decision.denials] == [code]


def test_no_source_at_all_is_denied() -> None:
    """What comes from nowhere has no rights."""
    decision = decide("train", [], {"a": OPEN}, on=TODAY, territory="DE")
    assert [denial.code for denial in decision.denials] == ["no-source"]


def test_every_reason_is_given() -> None:
    """All sources and all reasons against a use are named."""
    classes = {"a": Source(permitted_uses=(), territory=("US",)), "b": OPEN}
    decision = decide("publish", ["b", "a", "c"], classes, on=TODAY, territory="DE")
    assert [(denial.source, denial.code) for denial in decision.denials] == [
        ("a", "use-not-permitted"),
        ("a", "territory-not-permitted"),
        ("c", "unknown-source"),
    ]


def test_the_last_day_still_counts() -> None:
    """Retention ends after the day that it names."""
    assert ask(Source(retention_until=TODAY)).permitted
    assert ask(Source(retention_days=59, collected_on=date(2026, 1, 1))).permitted
    assert not ask(Source(retention_days=58, collected_on=date(2026, 1, 1))).permitted


def test_the_earlier_of_two_ends_counts() -> None:
    """A date and a number of days both bind, and unlimited does not lift the days."""
    early = Source(retention_until=date(2030, 1, 1), retention_days=1, collected_on=TODAY)
    assert keep_until(early) == date(2026, 3, 2)
    assert keep_until(Source(retention_days=1, collected_on=TODAY)) == date(2026, 3, 2)
    assert keep_until(OPEN) is None
    assert keep_until(Source(retention_days=36_500, collected_on=date(9999, 1, 1))) == date.max


def test_territories_nest() -> None:
    """The Union covers its members and nothing else; a member does not cover the Union."""
    assert covers(["EU"], "DE")
    assert covers(["worldwide"], "EU")
    assert not covers(["EU"], "CH")
    assert not covers(["DE"], "EU")
    assert not covers(["DE", "US"], "worldwide")


def test_a_bound_source_is_denied_where_no_territory_is_named() -> None:
    """Who does not say where it happens gets no permission that depends on it."""
    decision = ask(Source(territory=("EU",)), territory=None)
    assert decision.denials[0].message.endswith("not where no territory is named")


def test_the_whole_has_what_all_parts_permit() -> None:
    """Uses, territory and access are intersected; the earliest end and all licences bind."""
    classes = {
        "a": Source(permitted_uses=("train", "evaluate"), territory=("EU",), licence="MIT"),
        "b": Source(territory=("DE", "US"), retention_until=date(2027, 1, 1)),
        "c": Source(reviewer_access=("lead",)),
    }
    whole = common_rights(["a", "b", "c"], classes)
    assert whole.uses == ("train", "evaluate")
    assert whole.territory == ("DE",)
    assert whole.keep_until == date(2027, 1, 1)
    assert whole.reviewer_access == ("lead",)
    assert whole.licences == ("CC0-1.0", "MIT")


def test_an_unknown_part_takes_all_rights_away() -> None:
    """A whole with an unknown source permits nothing."""
    whole = common_rights(["a", "x"], {"a": OPEN})
    assert (whole.uses, whole.territory, whole.keep_until) == ((), (), date.min)


def test_an_open_whole_is_open() -> None:
    """Parts without limits make a whole without limits."""
    whole = common_rights(["a", "b"], {"a": OPEN, "b": Source(territory=("worldwide", "DE"))})
    assert (whole.keep_until, whole.territory, whole.uses) == (None, ("worldwide",), USES)


SOURCES = st.builds(
    Source,
    licence=st.sampled_from([None, "MIT"]),
    permitted_uses=st.lists(st.sampled_from(USES), unique=True).map(tuple),
    retention_until=st.sampled_from([None, "unlimited", date(2026, 1, 1), date(2027, 1, 1)]),
    territory=st.lists(st.sampled_from(["EU", "DE", "US", "worldwide"]), unique=True).map(tuple),
    state=st.sampled_from(["active", "active", "withdrawn"]),
)


@given(
    st.lists(SOURCES, min_size=1, max_size=3), st.sampled_from(USES), st.sampled_from(["DE", "US"])
)
def test_a_part_more_never_permits_more(parts: list[Source], use: Any, territory: str) -> None:
    """A whole is permitted exactly where each of its parts is, and its common rights agree."""
    classes = {str(place): part for place, part in enumerate(parts)}
    whole = decide(use, classes, classes, on=TODAY, territory=territory)
    alone = [decide(use, [name], classes, on=TODAY, territory=territory) for name in classes]
    assert whole.permitted == all(each.permitted for each in alone)
    common = common_rights(classes, classes)
    in_time = common.keep_until is None or common.keep_until >= TODAY
    assert whole.permitted == (
        use in common.uses and covers(common.territory, territory) and in_time
    )


def test_reading_asks_for_the_reader_and_for_no_use() -> None:
    """Whoever reads needs a role that each source admits; a use need not be permitted for it."""
    lent = {"a": Source(permitted_uses=("evaluate",)), "b": Source(reviewer_access=("lead",))}

    def read(names: str, *roles: str) -> Decision:
        return decide(None, names, lent, on=TODAY, territory="DE", roles=roles)

    assert read("a", "reviewer").permitted
    assert not read("a").permitted
    assert not read("ab", "reviewer").permitted
    assert read("ab", "reviewer", "lead").permitted
    [denial] = read("b", "reviewer").denials
    assert (denial.code, denial.short) == ("role-not-permitted", "only for lead")
    assert decide("train", "b", lent, on=TODAY, territory="DE").permitted


@pytest.mark.parametrize(
    ("use", "roles", "near"), [("training", None, "train"), (None, ("lead", "reviwer"), "reviewer")]
)
def test_a_use_or_a_role_that_there_is_none_of_is_refused(use: Any, roles: Any, near: str) -> None:
    """Every exit asks here, so a misspelt role opens nothing, whoever may read the source."""
    with pytest.raises(UsageError) as refusal:
        decide(use, ["a"], {"a": OPEN}, on=TODAY, territory="DE", roles=roles)
    assert refusal.value.hint.startswith(f"did you mean {near!r}?")

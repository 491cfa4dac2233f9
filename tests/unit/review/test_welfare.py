"""Consent, caps and breaks for people who read severe content."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from assay.contracts.contract import ReadingCaps, Welfare
from assay.contracts.document import content_digest
from assay.review.welfare import (
    Allowed,
    Capped,
    Caps,
    Consent,
    Exposure,
    ExposureSummary,
    Suppressed,
    TextReader,
    cap_decision,
    caps_of,
    care_of_groups,
    has_caps,
    most_of_a_cap,
    standing_consents,
    withheld,
)
from simulators.small_program import contract

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seen(ago: float, minutes: float, *categories: str) -> Exposure:
    """An item that began so many minutes before noon."""
    return Exposure(
        categories=categories,
        started=_text(NOON - timedelta(minutes=ago)),
        milliseconds=round(minutes * 60_000),
    )


def _caps(
    *, hour: int | None = None, day: int | None = None, week: int | None = None,
    break_after: int | None = None, break_minutes: int = 10, cool_down: int = 0, **by_category: ReadingCaps,
) -> Caps:  # fmt: skip
    total = ReadingCaps(hourly_minutes=hour, daily_minutes=day, weekly_minutes=week)
    return Caps(
        total=total, by_category=by_category, break_after=break_after,
        break_minutes=break_minutes, cool_down=cool_down,
    )  # fmt: skip


def _ask(exposures: list[Exposure], caps: Caps, *categories: str) -> Allowed | Capped:
    return cap_decision(exposures, categories or ("violence",), _text(NOON), caps)


def test_without_caps_all_is_allowed() -> None:
    """A contract that limits nothing caps nothing."""
    assert _ask([_seen(100, 90, "violence")], _caps()) == Allowed()


@pytest.mark.parametrize(
    ("exposures", "caps", "until"),
    [
        ([_seen(50, 20, "violence")], _caps(hour=20), NOON + timedelta(minutes=30)),
        ([_seen(50, 10, "violence"), _seen(30, 10, "violence")], _caps(hour=20),
         NOON + timedelta(minutes=20)),
        ([_seen(600, 60, "violence"), _seen(300, 60, "violence")], _caps(day=120),
         NOON + timedelta(hours=24) - timedelta(minutes=540)),
        ([_seen(4000, 60, "violence")], _caps(week=60), NOON + timedelta(minutes=7 * 1440 - 3940)),
    ],
)  # fmt: skip
def test_at_a_cap_nothing_more_is_shown_until_enough_is_a_whole_span_ago(
    exposures: list[Exposure], caps: Caps, until: datetime
) -> None:
    """The cap names the moment at which the oldest item that matters stops counting."""
    found = _ask(exposures, caps)
    assert isinstance(found, Capped)
    assert found.until == _text(until)
    assert cap_decision(exposures, ("violence",), found.until, caps) == Allowed()
    before = _text(until - timedelta(seconds=1))
    assert isinstance(cap_decision(exposures, ("violence",), before, caps), Capped)


def test_below_a_cap_one_item_more_is_shown() -> None:
    """A second less than the cap is no cap."""
    assert _ask([_seen(50, 19.98, "violence")], _caps(hour=20)) == Allowed()


def test_what_ended_a_whole_span_ago_counts_no_more() -> None:
    """An hour is an hour from the item's end, not from the full hour."""
    assert _ask([_seen(80, 20, "violence")], _caps(hour=20)) == Allowed()
    assert isinstance(_ask([_seen(79, 20, "violence")], _caps(hour=20)), Capped)


def test_the_longest_cap_is_named() -> None:
    """Where an hour and a day are both used up, the day says until when."""
    found = _ask([_seen(50, 40, "violence")], _caps(hour=20, day=40))
    assert isinstance(found, Capped)
    assert (found.reason, found.until) == ("day", _text(NOON + timedelta(minutes=24 * 60 - 10)))


def test_caps_on_all_harm_hold_for_every_category() -> None:
    """Another category is no way around the cap on all together."""
    found = _ask([_seen(50, 20, "self_harm")], _caps(hour=20), "violence")
    assert isinstance(found, Capped)
    assert found.category is None


def test_a_category_may_have_a_cap_of_its_own() -> None:
    """It holds for items that show it, alone or among others, and for no others."""
    caps = _caps(day=120, self_harm=ReadingCaps(daily_minutes=10))
    exposures = [_seen(50, 10, "self_harm", "violence")]
    found = _ask(exposures, caps, "violence", "self_harm")
    assert isinstance(found, Capped)
    assert (found.reason, found.category) == ("day", "self_harm")
    assert _ask(exposures, caps, "violence") == Allowed()


def test_benign_items_are_always_allowed_and_fill_no_cap() -> None:
    """Ordinary work goes on at a cap and in a break, and counts for neither."""
    caps = _caps(hour=20, break_after=20)
    assert cap_decision([_seen(30, 25, "violence")], (), _text(NOON), caps) == Allowed()
    assert _ask([_seen(50, 45)], caps) == Allowed()


def test_a_break_is_due_after_so_many_minutes_in_a_row() -> None:
    """It lasts ten minutes from the end of the last severe item; then the count begins anew."""
    caps = _caps(break_after=30)
    row = [_seen(40, 15, "violence"), _seen(24, 16, "self_harm")]
    found = _ask(row, caps)
    assert isinstance(found, Capped)
    assert (found.reason, found.until) == ("break", _text(NOON + timedelta(minutes=2)))
    assert cap_decision(row, ("violence",), found.until, caps) == Allowed()


@pytest.mark.parametrize(("break_minutes", "left"), [(1, None), (8, None), (9, 1), (30, 22)])
def test_a_break_lasts_as_long_as_the_contract_says(break_minutes: int, left: int | None) -> None:
    """The last severe item ended eight minutes ago: a break of eight minutes is over, one of nine is not."""
    caps = _caps(break_after=30, break_minutes=break_minutes)
    state = _ask([_seen(40, 15, "violence"), _seen(24, 16, "self_harm")], caps)
    if left is None:
        assert state == Allowed()
    else:
        assert isinstance(state, Capped)
        assert state.until == _text(NOON + timedelta(minutes=left))


def test_whoever_rested_in_between_owes_no_break() -> None:
    """Ten minutes without severe content end a row, even before a break was due."""
    caps = _caps(break_after=30)
    assert _ask([_seen(60, 20, "violence"), _seen(29, 29, "violence")], caps) == Allowed()
    assert isinstance(_ask([_seen(60, 24, "violence"), _seen(29, 29, "violence")], caps), Capped)


def test_after_a_break_that_was_due_benign_items_come_first() -> None:
    """Time alone is not enough: the cool-down asks for so many benign items as well."""
    caps = _caps(break_after=30, cool_down=3)
    row = [_seen(60, 35, "violence")]
    waiting = _ask(row, caps)
    assert isinstance(waiting, Capped)
    assert (waiting.until, waiting.benign_items) == (_text(NOON), 3)
    two = [*row, _seen(20, 5), _seen(14, 5)]
    left = _ask(two, caps)
    assert isinstance(left, Capped)
    assert left.benign_items == 1
    assert _ask([*two, _seen(8, 5)], caps) == Allowed()


def test_benign_items_in_haste_do_not_shorten_a_break() -> None:
    """Both are asked: the minutes without severe content and the benign items."""
    caps = _caps(break_after=30, cool_down=2)
    row = [_seen(36, 31, "violence"), _seen(4, 1), _seen(2, 1)]
    found = _ask(row, caps)
    assert isinstance(found, Capped)
    assert (found.reason, found.benign_items) == ("break", 0)
    assert found.until == _text(NOON + timedelta(minutes=5))


def test_the_order_of_exposures_means_nothing() -> None:
    """They are put in the order of their moments."""
    caps = _caps(hour=30, break_after=30, cool_down=1)
    row = [_seen(58, 20, "violence"), _seen(37, 16, "violence"), _seen(5, 2)]
    assert _ask(row, caps) == _ask(row[::-1], caps)


def test_a_contract_states_the_caps() -> None:
    """What the welfare section says is what holds; what it leaves out is no cap."""
    welfare = Welfare(
        restricted_to=("reviewer",), hourly_minutes=20, daily_minutes=60, weekly_minutes=200,
        break_after_minutes=15, cool_down_items=4,
        categories={"self_harm": ReadingCaps(daily_minutes=10)},
    )  # fmt: skip
    assert caps_of(welfare) == _caps(
        hour=20, day=60, week=200, break_after=15, cool_down=4,
        self_harm=ReadingCaps(daily_minutes=10),
    )  # fmt: skip
    assert caps_of(Welfare(restricted_to=("reviewer",))) == _caps()


def test_a_cool_down_without_a_break_is_refused() -> None:
    """Benign items after a break mean nothing where no break is ever due."""
    with pytest.raises(ValidationError, match="break_after_minutes"):
        Welfare(restricted_to=("reviewer",), cool_down_items=4)


def test_older_contracts_keep_their_digest() -> None:
    """The new keys are absent where nobody writes them, so no document changes its identity."""
    plain = contract(welfare={"restricted_to": ["reviewer"], "daily_minutes": 60})
    assert content_digest(plain) == (
        "sha256:e9dc0709ab72fd6b7f1b2af55b7adf9c93524ba421210fc1f130b5a560d900af"
    )


def test_consent_is_asked_for_each_category() -> None:
    """Nobody has agreed to what they did not name; a benign item needs no consent."""
    agreed = standing_consents([Consent(reviewer="ada", category="violence", given=True)])
    ada, bob = (_reader("ada", agreed), _reader("bob", agreed))
    assert withheld(("violence",), None, OPT_IN, ada, now=None) is None
    missing = withheld(("violence", "self_harm"), None, OPT_IN, ada, now=None)
    assert missing
    assert (missing.reason, missing.categories) == ("not_agreed", ("self_harm",))
    other = withheld(("violence",), "high", OPT_IN, bob, now=None)
    assert other
    assert other.categories == ("violence",)
    assert withheld((), None, OPT_IN, bob, now=None) is None


def _reader(name: str, agreed: Mapping[str, frozenset[str]], *exposures: Exposure) -> TextReader:
    return TextReader(
        roles=("reviewer",), agreed=agreed.get(name, frozenset()), exposures=tuple(exposures)
    )


def test_a_text_is_withheld_for_a_role_a_word_or_a_cap_and_says_which() -> None:
    """Each reason has words of its own; severe content that names no harm counts towards caps too."""
    agreed = {"ada": frozenset({"violence"})}
    lead = TextReader(roles=("lead",), agreed=frozenset({"violence"}))
    no_role = withheld(("violence",), "low", OPT_IN, lead, now=_text(NOON))
    assert no_role
    assert no_role.reason == "not_cleared"
    full = _reader("ada", agreed, _seen(30, 25, "severe"))
    for categories, severity in ((("violence",), None), ((), "high")):
        capped = withheld(categories, severity, OPT_IN, full, now=_text(NOON))
        assert capped
        assert capped.reason == "capped"
        assert "hour's cap" in capped.message
        assert withheld(categories, severity, OPT_IN, full, now=None) is None
    assert withheld((), None, OPT_IN, full, now=_text(NOON)) is None
    assert withheld(("violence",), "high", None, lead, now=_text(NOON)) is None


OPT_IN = Welfare(restricted_to=("reviewer",), opt_in=True, hourly_minutes=20)


def test_consent_is_withdrawn_and_given_again() -> None:
    """Each word replaces the one before it."""
    first = Consent(reviewer="ada", category="violence", given=True)
    gone = Consent(reviewer="ada", category="violence", given=False, supersedes=first.id)
    again = Consent(reviewer="ada", category="violence", given=True, supersedes=gone.id)
    assert standing_consents([first, gone]) == {}
    assert standing_consents([first, gone, again]) == {"ada": {"violence"}}


def test_nobody_speaks_for_another() -> None:
    """A word of another person, or on another category, replaces nothing; a refusal beside counts."""
    first = Consent(reviewer="ada", category="violence", given=False)
    others = [
        Consent(reviewer="bob", category="violence", given=True, supersedes=first.id),
        Consent(reviewer="ada", category="self_harm", given=True, supersedes=first.id),
    ]
    agreed = standing_consents([first, *others])
    assert agreed == {"ada": {"self_harm"}, "bob": {"violence"}}
    beside = Consent(reviewer="ada", category="violence", given=True)
    assert "violence" not in standing_consents([first, beside]).get("ada", frozenset())


def test_leads_see_groups_and_never_fewer_than_five_people() -> None:
    """A category that four people read is named without a number, and no total lets it be found."""
    exposures = {f"r{number}": [_seen(60, 3, "violence")] for number in range(5)}
    for number in range(4):
        exposures[f"r{number}"].append(_seen(50, 3, "self_harm"))
    assert care_of_groups(exposures) == (
        Suppressed(category="self_harm"),
        ExposureSummary(category="violence", people=5, minutes=15),
    )
    assert care_of_groups(exposures, least=1) == care_of_groups(exposures)
    assert care_of_groups(exposures, least=6)[1] == Suppressed(category="violence")


def test_the_most_of_a_cap_is_taken_over_every_span_and_category() -> None:
    """Minutes that ended within one span add up; what lies a whole span apart does not."""
    seen = [
        _seen(100, 20, "violence"),
        _seen(60, 20, "hate"),
        _seen(20, 20, "violence"),
        _seen(9, 5),
    ]
    assert most_of_a_cap(seen, _caps(hour=40)) == 1.0
    assert most_of_a_cap(seen, _caps(day=40)) == 1.5
    assert most_of_a_cap(seen, _caps(day=120, violence=ReadingCaps(weekly_minutes=20))) == 2.0
    assert most_of_a_cap(seen, _caps(break_after=1)) is None
    assert most_of_a_cap([_seen(9, 5)], _caps(hour=40)) is None
    an_hour_apart = [_seen(100, 20, "hate"), _seen(40, 20, "hate")]
    assert most_of_a_cap(an_hour_apart, _caps(hour=40)) == 0.5


def test_a_contract_has_caps_where_it_limits_minutes() -> None:
    """A break alone limits no minutes; one cap on one category does."""
    assert not has_caps(Welfare(restricted_to=("lead",), break_after_minutes=30))
    assert has_caps(Welfare(restricted_to=("lead",), weekly_minutes=30))
    capped = {"hate": ReadingCaps(daily_minutes=5)}
    assert has_caps(Welfare(restricted_to=("lead",), categories=capped))

"""Known records hidden among ordinary work."""

from itertools import pairwise
from statistics import mean

import pytest

from assay.core.errors import UsageError
from assay.records.verdict import Abstained, Prefers
from assay.review.sentinel import (
    Sentinel,
    SentinelCounts,
    Watched,
    answers_to,
    count,
    exposures,
    is_sentinels_turn,
    pick,
    sentinels_for,
    standing_sentinels,
    used_up,
)
from simulators.known_work import answer, key, records

SECRET = b"a secret of the test"
HIDDEN = records(5)
SENTINELS = [Sentinel(key=key(record), family="sums", retired_after=3) for record in HIDDEN]


def _turns(reviewer: str, per_hundred: int = 10, secret: bytes = SECRET) -> list[bool]:
    return [
        is_sentinels_turn(secret, reviewer, place, per_hundred=per_hundred) for place in range(5000)
    ]


def test_the_share_of_sentinels_is_the_stated_one_in_the_mean() -> None:
    """Over 5000 places 10 in 100 are sentinels, within four standard errors."""
    assert abs(mean(_turns("ada")) - 0.1) < 4 * (0.1 * 0.9 / 5000) ** 0.5
    assert sum(_turns("ada", 0)) == 0


def test_a_sentinel_tells_nothing_of_where_the_next_one_comes() -> None:
    """After a sentinel the next place is one as often as anywhere else."""
    turns = _turns("ada", 30)
    after = [later for earlier, later in pairwise(turns) if earlier]
    assert abs(mean(after) - 0.3) < 4 * (0.3 * 0.7 / len(after)) ** 0.5


def test_places_repeat_and_hang_on_the_secret_and_the_person() -> None:
    """The same secret gives the same places; another person or secret gives others."""
    assert _turns("ada") == _turns("ada")
    assert _turns("ada") != _turns("bob")
    assert _turns("ada") != _turns("ada", secret=b"another")


@pytest.mark.parametrize(("place", "share"), [(-1, 10), (0, -1), (0, 51)])
def test_an_impossible_share_or_place_is_refused(place: int, share: int) -> None:
    """More sentinels than work, fewer than none, or a place before the first cannot be drawn."""
    with pytest.raises(UsageError, match="cannot be drawn"):
        is_sentinels_turn(SECRET, "ada", place, per_hundred=share)


def test_nobody_gets_the_same_sentinel_twice() -> None:
    """Whoever has seen all of them gets ordinary work."""
    seen: list[str] = []
    for _ in SENTINELS:
        found = pick(SENTINELS, secret=SECRET, reviewer="ada", seen=seen, exposed={})
        assert found is not None
        assert found.key.record not in seen
        seen.append(found.key.record)
    assert pick(SENTINELS, secret=SECRET, reviewer="ada", seen=seen, exposed={}) is None


def test_the_least_known_sentinel_comes_first() -> None:
    """While one record was shown to fewer people than all others, it is the one."""
    exposed = {record.id: 2 for record in HIDDEN} | {HIDDEN[3].id: 1}
    found = pick(SENTINELS, secret=SECRET, reviewer="ada", seen=(), exposed=exposed)
    assert found == SENTINELS[3]


def test_a_sentinel_that_enough_people_have_seen_is_used_up() -> None:
    """At `retired_after` people it is picked no more, and is named as used up."""
    shown = [(HIDDEN[0].id, name) for name in ("ada", "bob", "bob", "cem")]
    exposed = exposures(shown)
    assert exposed[HIDDEN[0].id] == 3
    assert used_up(SENTINELS, exposed) == [SENTINELS[0]]
    assert pick(SENTINELS[:1], secret=SECRET, reviewer="dee", seen=(), exposed=exposed) is None


def test_different_people_meet_different_sentinels_first() -> None:
    """Among equally known ones the secret decides, person by person."""
    first = {
        pick(SENTINELS, secret=SECRET, reviewer=f"r{number}", seen=(), exposed={})
        for number in range(50)
    }
    assert first == set(SENTINELS)


def test_a_sentinel_that_was_taken_out_stands_no_more() -> None:
    """Neither the one that was replaced nor the one that says so is used."""
    gone = SENTINELS[0].replace(retired=True, supersedes=SENTINELS[0].id)
    assert standing_sentinels([*SENTINELS, gone]) == SENTINELS[1:]


def test_outcomes_are_counted_by_person_dimension_and_family() -> None:
    """Right, wrong, abstained and unanswered are kept apart, and ordinary work is none of them."""
    given = [
        answer(HIDDEN[0]),
        answer(HIDDEN[1], verdict=Prefers(candidate=1), clarity=2),
        answer(HIDDEN[2], verdict=Abstained(reason="hm"), clarity=None),
        answer(HIDDEN[0], verdict=Prefers(candidate=1), occasion=1),
        answer(records(9)[8]),
        answer(HIDDEN[0], "bob"),
    ]
    found = count(answers_to(given, SENTINELS))
    ada = {each.dimension: found[each] for each in found if each.reviewer == "ada"}
    assert ada == {
        "verdict": SentinelCounts(right=1, wrong=1, abstained=1, unanswered=0),
        "clarity": SentinelCounts(right=1, wrong=1, abstained=0, unanswered=1),
    }
    assert ada["verdict"].answered == 2
    assert Watched(reviewer="bob", dimension="clarity", family="sums") in found


def test_a_sentinel_hides_among_work_of_its_family_and_language_that_shows_as_much() -> None:
    """Content that a queue's readers have not agreed to does not reach them as a sentinel."""
    calm, german, grave = (
        Sentinel(key=key(record), family="sums", language=language, retired_after=2)
        for record, language in zip(records(3), (None, "de", None), strict=True)
    )
    shown_as = {grave.key.record: frozenset({"violence", "high"})}

    def hidden(family: str, language: str, *cleared: str | None) -> list[Sentinel]:
        return sentinels_for(
            [calm, german, grave],
            family=family,
            language=language,
            shown_as=shown_as,
            cleared=cleared,
        )

    assert hidden("sums", "de", None) == [calm, german]
    assert hidden("sums", "fr", None) == [calm]
    assert hidden("essays", "de", None) == []
    assert hidden("sums", "fr", "violence", "high") == [calm, grave]
    assert hidden("sums", "fr", "violence") == [calm]
    assert hidden("sums", "fr", "violence", "high", "fraud") == [calm, grave]

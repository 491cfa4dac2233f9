"""Back-off of failed sign-ins: by name, from anywhere, and the same whether the name exists."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.governance.failed_sign_ins import (
    FIRST_WAIT_SECONDS,
    FORGOTTEN_SECONDS,
    FREE_TRIES,
    LONGEST_WAIT_SECONDS,
    MOST_NAMES,
    FailedSignIns,
    SignInWaitError,
)

NOW = "2026-03-02T09:00:00Z"


class Time:
    """Seconds that go on by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(counted: FailedSignIns, name: str, times: int, address: str = "") -> int:
    """Tries from an address each; how many were not refused."""
    admitted = 0
    for number in range(times):
        try:
            counted.begin(name, address or f"192.0.2.{number}", NOW)
        except SignInWaitError:
            continue
        admitted += 1
    return admitted


def test_a_name_waits_wherever_the_tries_come_from() -> None:
    """After the free tries each failure doubles the wait, to its longest, for any address."""
    time = Time()
    counted = FailedSignIns(time)
    assert fail(counted, "ana", 100) == FREE_TRIES
    waits = []
    for _ in range(8):
        with pytest.raises(SignInWaitError) as refused:
            counted.begin("ana", "198.51.100.9", NOW)
        waits.append(refused.value.seconds - 1)
        time.now += refused.value.seconds
        counted.begin("ana", "198.51.100.9", NOW)
    doubled = [FIRST_WAIT_SECONDS * 2**step for step in range(8)]
    assert waits == [min(each, LONGEST_WAIT_SECONDS) for each in doubled]


def test_a_day_allows_about_a_hundred_tries() -> None:
    """Whoever tries at every chance gets less than 120 passwords looked at."""
    time = Time()
    counted = FailedSignIns(time)
    admitted = 0
    for _ in range(24 * 60):
        admitted += fail(counted, "ana", 3)
        time.now += 60
    assert 90 < admitted < 120


def test_tries_at_once_all_count() -> None:
    """A hundred tries in parallel are not a hundred chances."""
    counted = FailedSignIns(Time())
    with ThreadPoolExecutor(16) as pool:
        admitted = pool.map(lambda number: fail(counted, "ana", 1, f"192.0.2.{number}"), range(100))
        assert sum(admitted) == FREE_TRIES


def test_strangers_do_not_keep_a_person_out() -> None:
    """The address from which somebody signed in before is counted apart, and is no free pass."""
    counted = FailedSignIns(Time())
    counted.succeed("ana", "203.0.113.5")
    fail(counted, "ana", 100)
    assert fail(counted, "ana", 1, "203.0.113.5") == 1
    assert fail(counted, "ana", 100, "203.0.113.5") == FREE_TRIES - 1


def test_a_success_and_a_day_of_quiet_begin_anew() -> None:
    """What failed before is forgotten then, and a wait that goes on is not prolonged by tries."""
    time = Time()
    counted = FailedSignIns(time)
    fail(counted, "ana", FREE_TRIES - 1)
    counted.succeed("ana", "192.0.2.1")
    assert fail(counted, "ana", 100) == FREE_TRIES + 1  # one from the known address
    time.now += FORGOTTEN_SECONDS + 1
    assert fail(counted, "ana", 100) == FREE_TRIES + 1


def test_what_is_typed_in_place_of_a_name_is_shown_to_nobody() -> None:
    """Names without an account are one number; those with one come first, the most tried first."""
    counted = FailedSignIns(Time())
    for name, times in (("ben", 1), ("ana", 3), ("my secret sentence", 2), ("other", 1)):
        fail(counted, name, times)
    rows = counted.rows({"ana", "ben", "eva"})
    assert [(row.name, row.tries) for row in rows] == [("ana", 3), ("ben", 1), (None, 3)]
    assert rows[0].addresses == 3
    assert rows[0].last == NOW
    assert counted.rows(set())[-1].tries == 7
    fail(counted, "ana", 5)
    assert counted.rows({"ana"})[0].wait_seconds == FIRST_WAIT_SECONDS


def test_memory_is_bounded() -> None:
    """Ever new names push out the oldest, and nothing grows without end."""
    counted = FailedSignIns(Time())
    for number in range(MOST_NAMES + 500):
        fail(counted, f"name-{number}", 1)
    assert counted.rows(set())[-1].tries == MOST_NAMES

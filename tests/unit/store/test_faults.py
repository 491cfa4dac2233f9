"""A driver's error becomes the machine's error only where it is the machine's."""

import sqlite3

import psycopg
import pytest

from assay.store.faults import fault


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", "disk-full"),
        ("55P03", "store-locked"),
        ("25006", "store-read-only"),
        ("42501", "store-read-only"),
        ("XX001", "store-corrupt"),
        ("57P01", "store-broken-off"),
        ("08006", "store-unreachable"),
        ("28P01", "store-unreachable"),
        ("3D000", "store-unreachable"),
    ],
)
def test_states_of_postgresql_are_told_apart(state: str, code: str) -> None:
    """Each SQLSTATE that is the machine's gives its own fault with a hint."""
    found = fault(psycopg.errors.lookup(state)("first line\nsecond line"))
    assert found
    assert found.code == code
    assert found.hint
    assert "first line" in found.message
    assert "second line" not in found.message


def test_mistakes_of_ours_are_left_as_they_are() -> None:
    """Wrong SQL and broken constraints stay what they are."""
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as wrong:
        connection.execute("SELECT nothing FROM nowhere")
    connection.close()
    assert fault(wrong.value) is None
    assert fault(psycopg.errors.UniqueViolation("twice")) is None
    assert fault(ValueError("no database at all")) is None
    assert fault(None) is None

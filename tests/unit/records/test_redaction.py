"""What is taken out of recorded traces."""

from collections import Counter

import pytest

from assay.records.redaction import redact, redact_text

KEY = "sk-" + "a1B2" * 6


@pytest.mark.parametrize(
    ("text", "redacted", "kind"),
    [
        ("write to ana@example.org now", "write to [redacted: e-mail address] now", "e-mail address"),
        (f"use {KEY}.", "use [redacted: key].", "key"),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: [redacted: token]", "token"),
        ('{"password": "hunter2hunter2"}', '{"password": "[redacted: secret]"}', "secret"),
        ("DB_PASSWORD=hunter2hunter2", "DB_PASSWORD=[redacted: secret]", "secret"),
        ("card 4111 1111 1111 1111", "card [redacted: card number]", "card number"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- end",
            "[redacted: private key] end",
            "private key",
        ),
    ],
)  # fmt: skip
def test_a_secret_is_replaced_by_its_kind(text: str, redacted: str, kind: str) -> None:
    """The words around it stay, and it is counted once."""
    found: Counter[str] = Counter()
    assert redact_text(text, found) == redacted
    assert found == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "4111 1111 1111 1112",
        "the password is long",
        "price: 1234567890123",
        "an at sign @ alone",
    ],
)
def test_other_text_stays(text: str) -> None:
    """Ids, sums and sentences about passwords are no secrets."""
    found: Counter[str] = Counter()
    assert redact_text(text, found) == text
    assert not found


def test_values_under_secret_names_are_redacted_at_any_depth() -> None:
    """The name of a member decides where its value has no form of its own."""
    found: Counter[str] = Counter()
    value = {"args": [{"api_key": "short", "city": "Bern", "n": 4}]}
    assert redact(value, found) == {
        "args": [{"api_key": "[redacted: secret]", "city": "Bern", "n": 4}]
    }
    assert found == {"secret": 1}

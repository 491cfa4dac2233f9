"""Pseudonyms: keyed, stable and short."""

import pytest

from assay.records.pseudonym import pseudonymiser


def test_a_pseudonym_depends_on_id_and_key() -> None:
    """The same id under the same key is the same person; any other id or key is another."""
    one, other = pseudonymiser(b"0" * 32), pseudonymiser(b"1" * 32)
    assert one("ann") == one("ann")
    assert len({one("ann"), one("bob"), other("ann")}) == 3


def test_the_form_never_changes() -> None:
    """HMAC-SHA256 of the id, 120 bits in base32 with its prefix: a known answer."""
    assert pseudonymiser(b"a key of the tests")("ann") == "rvr_vf5j6htshnjb4zjmc3q5pasu"


def test_a_short_key_is_refused() -> None:
    """A key that could be tried out is refused."""
    with pytest.raises(ValueError, match="needs 16"):
        pseudonymiser(b"short")

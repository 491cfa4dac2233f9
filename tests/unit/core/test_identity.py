"""Ids are the base32 of RFC 4648, and lead back to their digests."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.identity import digest_of, is_id, make_id


@given(digest=st.binary(min_size=32, max_size=32))
def test_an_id_is_the_base32_of_its_digest(digest: bytes) -> None:
    """The standard library's base32, in lower case and without padding, gives the same letters."""
    identity = make_id("rec", digest)
    assert identity == f"rec_{base64.b32encode(digest).decode().rstrip('=').lower()}"
    assert is_id(identity, "rec")
    assert digest_of(identity) == digest


@pytest.mark.parametrize("digest", [bytes(32), bytes([255]) * 32, bytes(31) + b"\x01"])
def test_the_ends_of_the_range_are_right(digest: bytes) -> None:
    """No bit is lost at either end."""
    assert digest_of(make_id("rec", digest)) == digest


@pytest.mark.parametrize(
    "text", ["rec_abc", "rec-" + "a" * 52, "REC_" + "a" * 52, "rec_" + "1" * 52]
)
def test_what_is_no_whole_id_is_refused(text: str) -> None:
    """Another length, case or alphabet is not an id."""
    assert not is_id(text)
    with pytest.raises(ValueError, match="not a whole id"):
        digest_of(text)

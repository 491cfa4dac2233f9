"""Addresses are told from paths, and shown without what is secret."""

import pytest

from assay.bulk.address import is_address, public_address, refuse_other_scheme
from assay.core.errors import UsageError


def test_an_address_is_told_from_a_path() -> None:
    """A scheme that is read makes an address; a path or another scheme does not."""
    assert is_address("s3://bucket/rows.jsonl")
    assert not is_address("data/rows.jsonl")
    assert not is_address("file:///rows.jsonl")


def test_an_address_is_shown_without_user_query_and_fragment() -> None:
    """What may be a credential is left out of an address that is shown."""
    shown = public_address("https://me:pass@host:8443/rows.jsonl?sig=x#part")
    assert shown == "https://host:8443/rows.jsonl"


def test_another_scheme_is_no_path() -> None:
    """An address that is not read is refused as such, and a path passes."""
    with pytest.raises(UsageError, match="ftp://"):
        refuse_other_scheme("ftp://host/rows.jsonl")
    refuse_other_scheme("s3://bucket/rows.jsonl")
    refuse_other_scheme("data/rows.jsonl")

"""Addresses are told from paths, and shown without what is secret."""

from assay.bulk.address import is_address, public_address


def test_an_address_is_told_from_a_path() -> None:
    """A scheme that is read makes an address; a path or another scheme does not."""
    assert is_address("s3://bucket/rows.jsonl")
    assert not is_address("data/rows.jsonl")
    assert not is_address("file:///rows.jsonl")


def test_an_address_is_shown_without_user_query_and_fragment() -> None:
    """What may be a credential is left out of an address that is shown."""
    shown = public_address("https://me:pass@host:8443/rows.jsonl?sig=x#part")
    assert shown == "https://host:8443/rows.jsonl"

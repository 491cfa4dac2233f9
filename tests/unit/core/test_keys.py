"""Keys by purpose: none tells anything of another, and the derivation never changes."""

from assay.core.keys import derive


def test_the_derivation_is_fixed() -> None:
    """The same master gives the same key for ever: a store's pseudonyms and fingerprints depend on it."""
    known = derive(b"0123456789abcdef", "gate")
    assert known == b"52d080566ffa5c5ebd43ba96c60107d01c6e542aa3b7dc28515d865d8500476a"
    assert len(bytes.fromhex(known.decode())) == 32


def test_each_purpose_has_a_key_of_its_own() -> None:
    """Three purposes of two masters have six keys."""
    masters = (b"0123456789abcdef", b"0123456789abcdeg")
    keys = {derive(each, purpose) for each in masters for purpose in ("pseudonyms", "gate", "desk")}
    assert len(keys) == 6

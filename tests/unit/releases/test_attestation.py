"""The envelope is DSSE, and nothing but the one signature of the trusted key is believed."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from assay.core.canonical import encode_json
from assay.core.errors import CheckError
from assay.releases.attestation import (
    PAYLOAD_TYPE,
    PAYLOAD_TYPES,
    RELEASE,
    WITHDRAWAL,
    attest,
    open_envelope,
    pre_authentication_encoding,
    seal,
)
from assay.releases.keys import key_id
from simulators.ferries import KEY, OTHER_KEY

SUBJECTS = {"manifest.json": "ab" * 32, "SHA256SUMS": "cd" * 32}
SEALED = attest(RELEASE, SUBJECTS, {"version": "1.0.0"}, KEY)


def test_the_example_of_the_protocol_comes_out() -> None:
    """The encoding is that of the example in DSSE's protocol.md."""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_a_statement_comes_back_as_it_was_signed() -> None:
    """Subjects and claim survive the way through the envelope."""
    statement = open_envelope(SEALED, KEY.public_key(), RELEASE)
    assert statement.digests == SUBJECTS
    assert statement.predicate == {"version": "1.0.0"}


def test_another_implementation_believes_it() -> None:
    """Securesystemslib verifies the envelope with the key, and refuses another key's."""
    envelope = Envelope.from_dict(json.loads(SEALED))
    raw = KEY.public_key().public_bytes_raw().hex()
    key = SSlibKey(key_id(KEY.public_key()), "ed25519", "ed25519", {"public": raw})
    assert list(envelope.verify([key], 1)) == [key.keyid]


def test_what_another_implementation_signs_is_believed_here() -> None:
    """The bytes that securesystemslib would sign are those that are verified here."""
    envelope = Envelope.from_dict(json.loads(SEALED))
    assert envelope.pae() == pre_authentication_encoding(PAYLOAD_TYPE, envelope.payload)


def _payload(sealed: bytes) -> bytes:
    return base64.b64decode(json.loads(sealed)["payload"])


def _with(change: Callable[[dict[str, Any]], None]) -> bytes:
    envelope = json.loads(SEALED)
    change(envelope)
    return encode_json(envelope) + b"\n"


def _twice(envelope: dict[str, Any]) -> None:
    envelope["signatures"] *= 2


def _second(envelope: dict[str, Any]) -> None:
    other = json.loads(attest(RELEASE, SUBJECTS, {"version": "1.0.0"}, OTHER_KEY))
    envelope["signatures"] += other["signatures"]


def _forged_payload(envelope: dict[str, Any]) -> None:
    payload = base64.b64decode(envelope["payload"]).replace(b"1.0.0", b"9.0.0")
    envelope["payload"] = base64.b64encode(payload).decode()


def _stray_bits(envelope: dict[str, Any]) -> None:
    signature = envelope["signatures"][0]
    assert signature["sig"].endswith("==")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    letter = signature["sig"][-3]
    signature["sig"] = signature["sig"][:-3] + last[last.index(letter) ^ 1] + "=="


REFUSED = {
    "no-signature": _with(lambda envelope: envelope.update(signatures=[])),
    "signature-twice": _with(_twice),
    "several-signatures": _with(_second),
    "payload-type": _with(lambda envelope: envelope.update(payloadType="application/json")),
    "signature-wrong": _with(_forged_payload),
    "other-key": attest(RELEASE, SUBJECTS, {}, OTHER_KEY),
    "other-statement": seal(_payload(attest(WITHDRAWAL, SUBJECTS, {}, KEY)), KEY),
    "statement-broken": seal(b'{"_type":"x"}', KEY),
    "subject-twice": seal(_payload(SEALED).replace(b"SHA256SUMS", b"manifest.json"), KEY),
    "duplicate-key": SEALED.replace(b'{"payload"', b'{"payloadType":"x","payload"'),
    "broken-json": b"{",
    "wrong-encoding": b"\xff",
    "envelope-broken": _with(lambda envelope: envelope.update(extra=1)),
    "envelope-not-canonical": SEALED.replace(b",", b", ", 1),
}


@pytest.mark.parametrize("code", REFUSED)
def test_an_envelope_that_cannot_be_believed_is_refused(code: str) -> None:
    """Each way to forge or break an envelope has its own clear refusal."""
    with pytest.raises(CheckError) as refused:
        open_envelope(REFUSED[code], KEY.public_key(), RELEASE)
    assert refused.value.code == code


def test_stray_bits_in_base64_are_refused() -> None:
    """A signature that decodes alike but is written otherwise is not the same envelope."""
    with pytest.raises(CheckError, match="stray bits"):
        open_envelope(_with(_stray_bits), KEY.public_key(), RELEASE)


def test_a_duplicate_key_inside_the_signed_statement_is_refused() -> None:
    """Even a signed statement must mean the same to every reader."""
    payload = base64.b64decode(json.loads(SEALED)["payload"])
    doubled = payload.replace(b'{"version":', b'{"version":"0.0.1","version":')
    with pytest.raises(CheckError, match="appears twice"):
        open_envelope(seal(doubled, KEY), KEY.public_key(), RELEASE)


@pytest.mark.parametrize("wanted", PAYLOAD_TYPES)
@pytest.mark.parametrize("purpose", PAYLOAD_TYPES)
def test_what_was_signed_for_one_purpose_serves_no_other(purpose: str, wanted: str) -> None:
    """A release, a withdrawal and a head of the audit chain cannot stand for each other."""
    sealed = attest(purpose, SUBJECTS, {"version": "1.0.0"}, KEY)
    if purpose == wanted:
        assert open_envelope(sealed, KEY.public_key(), wanted).predicate_type == wanted
        return
    with pytest.raises(CheckError) as refused:
        open_envelope(sealed, KEY.public_key(), wanted)
    assert refused.value.code in {"payload-type", "other-statement"}


@pytest.mark.parametrize("wanted", PAYLOAD_TYPES)
def test_a_signature_holds_under_its_own_payload_type_only(wanted: str) -> None:
    """Writing another payload type over an envelope breaks its signature."""
    for purpose in PAYLOAD_TYPES.keys() - {wanted}:
        envelope = json.loads(attest(purpose, SUBJECTS, {}, KEY))
        envelope["payloadType"] = PAYLOAD_TYPES[wanted]
        with pytest.raises(CheckError) as refused:
            open_envelope(encode_json(envelope) + b"\n", KEY.public_key(), wanted)
        assert refused.value.code == "signature-wrong"


def test_a_notice_that_an_earlier_version_signed_is_still_believed() -> None:
    """Earlier notices carry the payload type of in-toto; what they withdrew stays withdrawn."""
    earlier = seal(_payload(attest(WITHDRAWAL, SUBJECTS, {"reason": "r"}, KEY)), KEY)
    assert open_envelope(earlier, KEY.public_key(), WITHDRAWAL).predicate == {"reason": "r"}

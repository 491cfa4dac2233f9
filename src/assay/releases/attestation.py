"""The attestation: an in-toto Statement v1 in a DSSE envelope with one Ed25519 signature.

DSSE: github.com/secure-systems-lab/dsse, protocol and envelope v1. in-toto:
github.com/in-toto/attestation, Statement v1. The envelope of this format is canonical JSON with
exactly one signature by the key that its reader trusts, so that no byte of it can be changed.

One key signs for several purposes: a release, a withdrawal, a head of the audit chain. Each has
its own predicate type and its own payload type. The payload type is part of the bytes that DSSE
signs, so that what was signed for one purpose has no valid signature for another.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.core.canonical import encode_json, parse_json
from assay.core.errors import AssayError, CheckError
from assay.releases.keys import key_id

ATTESTATION = "attestation.json"
"""The file name of a release's signed statement."""

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The media type of an in-toto statement; that of a release."""

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""The version of the statement's format."""

RELEASE = "urn:assay:release:1"
"""The predicate type of a release."""

WITHDRAWAL = "urn:assay:withdrawal:1"
"""The predicate type of a withdrawal."""

AUDIT_HEAD = "urn:assay:audit-head:1"
"""The predicate type of a head of the audit chain."""

PAYLOAD_TYPES: Mapping[str, str] = {
    RELEASE: PAYLOAD_TYPE,
    WITHDRAWAL: "application/vnd.assay.withdrawal+json",
    AUDIT_HEAD: "application/vnd.assay.audit-head+json",
}
"""Predicate type -> the payload type that it is signed under."""

_EARLIER_PAYLOAD_TYPES: Mapping[str, str] = {WITHDRAWAL: PAYLOAD_TYPE}
"""Predicate type -> the payload type of statements that earlier versions signed."""


class Digests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The digests of a subject."""

    sha256: str
    """SHA-256 of the file, hexadecimal."""


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that the statement is about."""

    name: str
    """Name of the file, relative to the release's folder."""
    digest: Digests
    """Digests of the file's bytes, by algorithm."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is claimed, and of which files."""

    type: str = msgspec.field(name="_type")
    """The version of the statement's format."""
    subject: tuple[Subject, ...]
    """The files that the statement is about."""
    predicate_type: str = msgspec.field(name="predicateType")
    """What sort of claim it is."""
    predicate: dict[str, Any]
    """The claim itself, as JSON; its members depend on the predicate type."""

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each subject: name -> SHA-256, hexadecimal."""
        return {subject.name: subject.digest.sha256 for subject in self.subject}


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payload: str
    payloadType: str  # noqa: N815  DSSE's own spelling
    signatures: tuple[_Signature, ...]


def attest(
    predicate_type: str,
    subjects: Mapping[str, str],
    predicate: Mapping[str, Any],
    key: Ed25519PrivateKey,
) -> bytes:
    """Sign a claim about some files.

    Args:
        predicate_type: what sort of claim it is, one of `PAYLOAD_TYPES`.
        subjects: file name -> SHA-256, hexadecimal.
        predicate: the claim, as JSON.
        key: the key that signs.

    Returns:
        The envelope as canonical JSON and a line feed.
    """
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"digest": {"sha256": digest}, "name": name}
            for name, digest in sorted(subjects.items())
        ],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }
    return seal(encode_json(statement), key, PAYLOAD_TYPES[predicate_type])


def seal(payload: bytes, key: Ed25519PrivateKey, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Put a statement into a signed envelope: canonical JSON and a line feed."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    envelope = {
        "payload": _base64(payload),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": _base64(signature)}],
    }
    return encode_json(envelope) + b"\n"


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that DSSE signs: type and payload, each with its length before it."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def open_envelope(content: bytes, key: Ed25519PublicKey, predicate_type: str) -> Statement:
    """The statement in an envelope, if the given key signed it and it is of the given type.

    Raises:
        CheckError: saying why it cannot be verified. The statement is read only after its
            signature held.
    """
    envelope = _read_envelope(content)
    payload = _verified_payload(envelope, key, predicate_type)
    try:
        parse_json(payload)
        statement = msgspec.json.decode(payload, type=Statement)
    except (AssayError, msgspec.MsgspecError) as error:
        raise _refusal(
            "statement-broken", f"the signed statement cannot be read: {error}"
        ) from error
    if statement.type != STATEMENT_TYPE or statement.predicate_type != predicate_type:
        message = (
            f"the statement is {statement.type!r} about {statement.predicate_type!r}, "
            f"not {STATEMENT_TYPE!r} about {predicate_type!r}"
        )
        raise _refusal("other-statement", message)
    if len(statement.digests) != len(statement.subject):
        raise _refusal("subject-twice", "the statement names one file twice")
    return statement


def _read_envelope(content: bytes) -> _Envelope:
    try:
        parsed = parse_json(content)
        envelope = msgspec.convert(parsed, _Envelope)
    except AssayError as error:
        raise _refusal(error.code, f"the envelope cannot be read: {error}") from error
    except msgspec.ValidationError as error:
        raise _refusal("envelope-broken", f"the envelope is not DSSE: {error}") from error
    # A signature covers the payload and its type, not the envelope around them. Only one spelling
    # of the envelope is accepted, so that nobody can change a byte of the file unnoticed.
    if content != encode_json(parsed) + b"\n":
        raise _refusal("envelope-not-canonical", "the envelope is not in its canonical form")
    return envelope


def _verified_payload(envelope: _Envelope, key: Ed25519PublicKey, predicate_type: str) -> bytes:
    payload_type = PAYLOAD_TYPES[predicate_type]
    if envelope.payloadType not in {payload_type, _EARLIER_PAYLOAD_TYPES.get(predicate_type)}:
        message = f"the payload's type is {envelope.payloadType!r}, not {payload_type!r}"
        raise _refusal("payload-type", message)
    if not envelope.signatures:
        raise _refusal("no-signature", "the envelope carries no signature")
    if len({signature.sig for signature in envelope.signatures}) != len(envelope.signatures):
        raise _refusal("signature-twice", "the envelope carries one signature twice")
    if len(envelope.signatures) > 1:
        raise _refusal("several-signatures", "the envelope carries more than its one signature")
    [signature] = envelope.signatures
    trusted = key_id(key)
    if signature.keyid != trusted:
        message = f"the key {signature.keyid!r} signed it, not the trusted key {trusted!r}"
        raise _refusal("other-key", message)
    payload = _from_base64(envelope.payload)
    # The payload is checked as bytes and parsed afterwards: no parser sees unsigned content.
    try:
        signed = pre_authentication_encoding(envelope.payloadType, payload)
        key.verify(_from_base64(signature.sig), signed)
    except InvalidSignature as error:
        raise _refusal("signature-wrong", "the signature does not match the payload") from error
    return payload


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_base64(text: str) -> bytes:
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _refusal("envelope-broken", f"the envelope holds broken base64: {error}") from error
    # Base64 ignores the unused bits of the last character: several texts decode to the same bytes.
    if _base64(content) != text:
        raise _refusal("envelope-not-canonical", "the envelope's base64 has stray bits at its end")
    return content


def _refusal(code: str, message: str) -> CheckError:
    return CheckError(
        code=code, message=message, hint="get the release, and the key, from its publisher again"
    )

"""The signed head of the audit chain: a witness that its keeper need not guard against changes."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assay.core.errors import CheckError
from assay.core.ports import Checkpoint
from assay.releases.attestation import AUDIT_HEAD, attest, open_envelope

CHAIN = "audit-chain"
"""What the statement is about; its digest is the hash of the newest entry."""


def sign_head(head: Checkpoint, *, program: str, moment: str, key: Ed25519PrivateKey) -> bytes:
    """The signed statement that a program's audit chain had this head.

    Args:
        head: the head; its chain must have entries.
        program: short name of the program.
        moment: when, as UTC in ISO 8601.
        key: the key that signs.
    """
    claim = {"created": moment, "number": head.number, "program": program}
    return attest(AUDIT_HEAD, {CHAIN: head.hash}, claim, key)


def open_head(content: bytes, key: Ed25519PublicKey, *, program: str) -> Checkpoint:
    """The head in a signed statement.

    Args:
        content: the statement in its envelope.
        key: the key that is trusted.
        program: short name of the program whose chain it must be.

    Raises:
        CheckError: if it cannot be verified, or is the head of another program's chain.
    """
    statement = open_envelope(content, key, AUDIT_HEAD)
    claim, number = statement.predicate, statement.predicate.get("number")
    if claim.get("program") != program or not isinstance(number, int):
        raise CheckError(
            code="other-head",
            message=f"it states no head of the audit chain of {program!r}",
            hint="give the file that `assay audit head --sign` wrote in this program",
        )
    return Checkpoint(number=number, hash=statement.digests.get(CHAIN, ""))

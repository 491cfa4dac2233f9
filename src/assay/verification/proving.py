"""Proving verifiers on this machine: each answers its own cases here, or the reason why not is given."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from assay.verification.proof import prove
from assay.verification.running import OpenSandbox, Sandboxes
from assay.verification.verifier import runs_in_sandbox

Standing = Literal["proven", "fails", "unavailable", "not tried"]
"""It answers its cases; it does not; there is no sandbox to tell; the cases were not run."""


class CasesProof(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a verifier's own cases."""

    gold: int
    """Cases that must pass."""
    counter_gold: int
    """Cases that must fail."""
    standing: Standing
    """Whether the verifier may be used here."""
    faults: tuple[str, ...] = ()
    """What did not come out as expected, or what is missing."""


def proofs_of(
    kinds: Sequence[type], open_sandbox: OpenSandbox, *, tried: bool = True
) -> tuple[CasesProof, ...]:
    """What the cases of each verifier come to; a sandbox is opened once if any of them needs it.

    Args:
        kinds: the verifiers' classes.
        open_sandbox: opens a sandbox; MachineError where none can be had.
        tried: whether to run the cases; else they are only counted.
    """
    sandboxes = Sandboxes(open_sandbox)
    try:
        if tried and any(map(_runs_code, kinds)):
            sandboxes.begin()
        return tuple(_proof(kind, sandboxes, tried=tried) for kind in kinds)
    finally:
        sandboxes.close()


def _proof(kind: type, sandboxes: Sandboxes, *, tried: bool) -> CasesProof:
    gold, counter_gold = _count(kind, "pass"), _count(kind, "fail")
    standing: Standing = "not tried"
    faults: tuple[str, ...] = ()
    if tried and _runs_code(kind) and sandboxes.first is None:
        standing, faults = "unavailable", (sandboxes.missing,)
    elif tried:
        faults = prove(kind, sandboxes.first)
        standing = "fails" if faults else "proven"
    return CasesProof(gold=gold, counter_gold=counter_gold, standing=standing, faults=faults)


def _count(kind: type, expected: str) -> int:
    """Cases that must come to this; none where the cases cannot be made, which `prove` reports."""
    try:
        return sum(case.expected == expected for case in kind().cases())
    except Exception:  # noqa: BLE001  a plug-in's fault must not end the list
        return 0


def _runs_code(kind: type) -> bool:
    return runs_in_sandbox(kind)

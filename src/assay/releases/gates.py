"""The gates: pure rules that a release must pass. Each says yes or no, why, and with figures.

Rights take records out of a release and are counted; a gate refuses the release as a whole.
`verify` runs the gates again on what the folder holds and compares what they said.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from assay.contracts.document import Document, DocumentKind
from assay.core.issues import Issue, has_errors
from assay.governance.claims import find_claims, find_unproven_effects
from assay.governance.rights import Use
from assay.quality.coverage import Coverage
from assay.releases.release import GateResult
from assay.releases.verifier_tally import VerifierTally
from assay.reserve.overlap import Overlap
from assay.reserve.service import describe

GATES: Mapping[str, tuple[str, ...]] = {
    "assay-release/1": ("rights", "quotas", "qa", "versions", "claims"),
    "assay-release/2": ("rights", "quotas", "qa", "versions", "reserve", "claims"),
    "assay-release/3": (
        "rights", "quotas", "qa", "versions", "reserve", "verification", "claims",
    ),
}  # fmt: skip
"""Every gate of each format, in order."""

NEEDED_DOCUMENTS: tuple[DocumentKind, ...] = ("contract", "rubric", "sources")
"""Documents that no release can do without; a policy only where there is one."""

_SHOWN = 5
"""Examples that a reason names before it says how many more there are."""


class QaFigures(msgspec.Struct, kw_only=True):
    """What review and its rules came to, in records."""

    accepted: int = 0
    """In the release: accepted."""
    preserved: int = 0
    """In the release with their disagreement preserved."""
    undecided: list[str] = []
    """Ids of records without a disposition under the contract and rubric in force."""
    unread: list[str] = []
    """Ids of records about which something was said that their disposition did not read."""


def rights_gate(use: Use, permitted: int, denied: int) -> GateResult:
    """Whether any record may be used as asked; those that may not are left out and counted."""
    asked = permitted + denied
    reason = f"{permitted} of {asked} releasable records may be used to {use}"
    reason += f"; {denied} left out" if denied else ""
    return GateResult(gate="rights", passed=permitted > 0, reason=reason)


def quota_gate(covered: Coverage) -> GateResult:
    """Whether the release has what the contract asks of single slices.

    Args:
        covered: the coverage of the contract's distribution by the records of the release.
    """
    asked = (*covered.quotas, *covered.hard)
    faults = [
        f"{_slice_name(quota.slice)} has {quota.accepted} of {covered.accepted} records "
        f"and needs {quota.needed}"
        for quota in asked
        if not quota.met
    ]
    held = f"{len(covered.quotas)} quotas and {len(covered.hard)} hard slices are met"
    return _result("quotas", faults, f"{held} by {covered.accepted} records")


def qa_gate(figures: QaFigures) -> GateResult:
    """Whether every record's disposition is there, current, and rests on all its judgments."""
    faults = []
    if not figures.accepted + figures.preserved:
        faults.append("no record is accepted")
    for records, what in (
        (figures.undecided, "have no disposition under the contract and rubric in force"),
        (figures.unread, "were judged or tested again after their disposition was made"),
    ):
        if records:
            faults.append(f"{len(records)} records {what}: {_some(records)}")
    passed = f"{figures.accepted} records are accepted"
    passed += f" and {figures.preserved} released with their disagreement preserved"
    return _result("qa", faults, passed)


def versions_gate(
    documents: Mapping[DocumentKind, Document],
    issues: Iterable[Issue] = (),
    previous: Mapping[DocumentKind, Document] | None = None,
) -> GateResult:
    """Whether the documents check clean, are in force, and changed their version if they changed.

    Args:
        documents: the documents by kind.
        issues: what checking them found.
        previous: the documents of the previous release, if there was one.
    """
    faults = [f"the {kind} is missing" for kind in NEEDED_DOCUMENTS if kind not in documents]
    errors = [issue for issue in issues if has_errors([issue])]
    faults += [f"{issue.file}:{issue.line}: {issue.message}" for issue in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        faults.append(f"and {len(errors) - _SHOWN} more errors in the documents")
    for kind, document in documents.items():
        if document.read().status == "retired":
            faults.append(f"the {kind} {document.version} is retired")
        before = (previous or {}).get(kind)
        if before and before.version == document.version and before.id != document.id:
            faults.append(f"the {kind} changed its meaning and kept the version {document.version}")
    pinned = ", ".join(
        f"{kind} {item.version} ({item.id[:12]})" for kind, item in documents.items()
    )
    return _result("versions", faults, f"pinned: {pinned}")


def reserve_gate(
    overlaps: Sequence[Overlap], compared: int, sealed: int | None, declared: str | None
) -> GateResult:
    """Whether no record shares text with the reserve; the records' own words are shown.

    Args:
        overlaps: what records of the release share with sealed items.
        compared: records that were compared.
        sealed: sealed items; None where nothing is sealed.
        declared: name of the reserve that the contract declares; None where it declares none.
    """
    if sealed is None:
        why = f"nothing is sealed as {declared!r}" if declared else "the contract declares none"
        return _result("reserve", (), f"not compared: {why}")
    records = {each.record for each in overlaps}
    faults = [describe(each) for each in overlaps[:_SHOWN]]
    if faults:
        faults.insert(0, f"{len(records)} of {compared} records share text with the reserve")
    if len(overlaps) > _SHOWN:
        faults.append(f"and {len(overlaps) - _SHOWN} more overlaps: assay reserve check")
    clean = (
        f"0 of {compared} records share text with {sealed} sealed items; paraphrase is not sought"
    )
    return _result("reserve", faults, clean)


def verification_gate(tally: VerifierTally) -> GateResult:
    """Whether no record rests on verdicts that do not count alone.

    Args:
        tally: what verifiers said of the records of the release.
    """
    faults = []
    for records, what in (
        (tally.below_minimum, f"have a verdict held less firmly than {tally.minimum!r}"),
        (
            tally.forgeable,
            "rest on a verdict that the candidate could have forged, and on no person",
        ),
    ):
        if records:
            faults.append(f"{len(records)} records {what}: {_some(records)}")
    results = sum(sum(each.verdicts.values()) for each in tally.rows())
    asked = f"; the contract asks for {tally.minimum}" if tally.minimum else ""
    return _result("verification", faults, f"results of verifiers: {results}{asked}")


def claims_gate(
    texts: Mapping[str, Sequence[str]], validations: Collection[str] = ()
) -> GateResult:
    """Whether no text of the release claims what must not be claimed.

    An effect on a model may be claimed in a sentence that names a validation which passed.

    Args:
        texts: file name -> its texts.
        validations: ids of validations whose acceptance tests all passed.
    """
    unproven = [
        f"{name} claims an effect that no validation shows: {claim!r}; name one that passed "
        "by its id, or take the claim back"
        for name in sorted(texts)
        for text in texts[name]
        for claim in find_unproven_effects(text, validations)
    ]
    faults = unproven + [
        f"{name} says {claim.text!r} ({claim.code}); {claim.instead}"
        for name in sorted(texts)
        for text in texts[name]
        for claim in find_claims(text)
    ]
    return _result("claims", faults, f"nothing to take back in {len(texts)} texts")


def _result(gate: str, faults: Sequence[str], passed: str) -> GateResult:
    return GateResult(gate=gate, passed=not faults, reason="; ".join(faults) or passed)


def _some(identities: Sequence[str]) -> str:
    shown = ", ".join(identity[:12] for identity in sorted(identities)[:_SHOWN])
    more = len(identities) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _slice_name(wanted: Mapping[str, str]) -> str:
    return " and ".join(f"{axis}={value}" for axis, value in sorted(wanted.items())) or "all"

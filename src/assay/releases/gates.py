"""The gates: pure rules over a release as a whole, each with its state, its reason and its figures.

A gate passes only what it compared. Where nothing was compared it is `unknown`, which stops the
build where the contract declares the thing. Rights take records out of a release and are counted;
a gate refuses the release as a whole. `verify` runs the gates again on what the folder holds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from assay.contracts.contract import Contract, DuplicatePolicy
from assay.contracts.diff import compare
from assay.contracts.document import Document, DocumentKind
from assay.core.errors import CheckError
from assay.core.issues import Issue, has_errors
from assay.core.wording import count_phrase
from assay.governance.claims import find_claims, find_unproven_effects
from assay.governance.rights import Use
from assay.quality.duplicates import FEWEST_COMPARED, Duplicates
from assay.quality.floors import FloorResult
from assay.quality.integrity import FEWEST_LABELLED, Integrity
from assay.quality.quota_coverage import DistributionCoverage, QuotaCoverage, required_slices
from assay.releases.release import GateResult, GateState
from assay.releases.unread import unread_passages
from assay.releases.verifier_tally import VerifierTally
from assay.reserve.leakage import NOT_SOUGHT, describe, describe_wordless, short_of
from assay.reserve.overlap import Overlap

GATES: Mapping[str, tuple[str, ...]] = {
    "assay-release/1": ("rights", "quotas", "qa", "versions", "claims"),
    "assay-release/2": ("rights", "quotas", "qa", "versions", "reserve", "claims"),
    "assay-release/3": (
        "rights", "quotas", "qa", "versions", "reserve", "verification", "claims",
    ),
    "assay-release/4": (
        "rights", "quotas", "qa", "versions", "agreement", "reserve", "verification", "claims",
    ),
    "assay-release/5": (
        "rights", "quotas", "qa", "versions", "agreement", "reserve", "verification", "claims",
    ),
    "assay-release/6": (
        "rights", "quotas", "qa", "integrity", "versions", "agreement", "reserve", "verification",
        "claims",
    ),
    "assay-release/7": (
        "rights", "quotas", "qa", "integrity", "versions", "agreement", "reserve", "verification",
        "claims",
    ),
    "assay-release/8": (
        "rights", "quotas", "qa", "integrity", "duplicates", "versions", "agreement", "reserve",
        "verification", "claims",
    ),
}  # fmt: skip
"""Every gate of each format, in order."""

TWO_STATES = frozenset({"assay-release/1", "assay-release/2", "assay-release/3"})
"""Formats whose gates passed or refused, and whose quotas were shares of the accepted records."""

COPIES_COUNT = TWO_STATES | {"assay-release/4"}
"""Formats in whose quotas near copies counted one by one."""

NEEDED_DOCUMENTS: tuple[DocumentKind, ...] = ("contract", "rubric", "sources")
"""Documents that no release can do without; a policy only where there is one."""

_SHOWN = 5
"""Examples that a reason names before it says how many more there are."""

_EXCERPT = 60
"""Characters of a passage that a reason quotes."""


class QaFigures(msgspec.Struct, kw_only=True):
    """What review and its rules came to, in records."""

    accepted: int = 0
    """In the release: accepted."""
    preserved: int = 0
    """In the release with their disagreement preserved."""
    undecided: list[str] = []
    """Ids of records without a disposition under the contract and rubric in force."""
    unread: list[str] = []
    """Ids of records with a judgment, decision or result that their disposition did not read."""


def rights_gate(use: Use, permitted: int, denied: int) -> GateResult:
    """Whether any record may be used as asked; those that may not are left out and counted."""
    releasable = permitted + denied
    reason = f"{permitted} of {releasable} releasable records may be used to {use}"
    reason += f"; {denied} left out" if denied else ""
    if not releasable:
        return _unknown(
            "rights", "no record is releasable, so rights were not checked", required=True
        )
    return _gate("rights", "passed" if permitted else "refused", reason)


def quota_gate(covered: DistributionCoverage) -> GateResult:
    """Whether the release has what the contract asks of the whole and of single slices.

    Args:
        covered: the coverage of the contract's distribution by the records of the release.
    """
    required = required_slices(covered)
    faults = [_short(quota, covered) for quota in required if not quota.met]
    total = f"{count_phrase(covered.accepted, 'record')}, and the contract "
    total += f"{'aims at' if covered.aim else 'asks for'} {covered.wanted}"
    if covered.accepted < covered.wanted and not covered.aim:
        faults.insert(0, f"the release has {total}")
    held = f"{count_phrase(len(covered.quotas), 'quota')} and "
    held += f"{count_phrase(len(covered.hard), 'hard slice')} are met"
    if not required:
        held = "the contract sets no quota and names no hard slice"
    passed = f"{held}; the release has {total}"
    if not required and covered.aim:
        return _unknown("quotas", passed)
    return _result("quotas", faults, passed)


def _short(quota: QuotaCoverage, covered: DistributionCoverage) -> str:
    """A slice that has too little, in words."""
    has = f"{_slice_name(quota.slice)} has {quota.accepted} of {covered.accepted} records"
    copies = quota.accepted - quota.distinct
    once = f", {quota.distinct} where near copies count once," if copies else ""
    return f"{has}{once} and needs {quota.needed}"


def qa_gate(figures: QaFigures) -> GateResult:
    """Whether every record's disposition is there, current, and rests on all its judgments."""
    faults = []
    if not figures.accepted + figures.preserved:
        faults.append("no record is accepted")
    for records, what in (
        (
            figures.undecided,
            "have no disposition under the contract and rubric in force (assay quality dispose)",
        ),
        (figures.unread, "were judged or tested again after their disposition was made"),
    ):
        if records:
            faults.append(f"{len(records)} records {what}: {_some(records)}")
    passed = f"{figures.accepted} records are accepted"
    passed += f" and {figures.preserved} released with their disagreement preserved"
    return _result("qa", faults, passed)


def integrity_gate(integrity: Integrity) -> GateResult:
    """Whether no record contradicts another: copies with other labels, and groups cut by a split.

    Two right answers to one task, and a group in two splits, refuse the release. Copies that people
    judged otherwise leave the gate unknown: which of the labels holds, nobody has said. So do records
    without labels, of which no comparison could show a contradiction. A right
    answer inside the prompt is counted and stops nothing: a task of reading holds it.
    """
    faults = []
    if integrity.key_conflicts:
        faults.append(
            "copies of one task have another right answer or expected behaviour, "
            f"{count_phrase(integrity.key_conflicts, 'time')}: {_conflicting(integrity)} "
            "(correct one of them: assay quality integrity lists them)"
        )
    if integrity.cut:
        records = [record for case in integrity.cut_groups for record in case.records]
        faults.append(
            f"{count_phrase(integrity.cut, 'group')} of one task or family are in several splits: "
            f"{_some(records)} (put each group into one split)"
        )
    if integrity.conflicts and not faults:
        return _unknown(
            "integrity",
            f"exact copies of one item were judged otherwise, {count_phrase(integrity.conflicts, 'time')}, "
            f"and nobody decided which label holds: {_conflicting(integrity)}",
        )
    if integrity.labelled < FEWEST_LABELLED and not faults:
        return _unknown(
            "integrity",
            f"{integrity.labelled} of {count_phrase(integrity.records, 'record')} with a label: a "
            "contradiction takes two",
        )
    return _result(
        "integrity",
        faults,
        f"{integrity.labelled} of {count_phrase(integrity.records, 'record')} with a label compared, none contradicts another; "
        f"{count_phrase(integrity.with_split, 'record')} with a split; the right answer is inside the "
        f"prompt of {integrity.given_away} of {integrity.with_reference} that have one",
    )


def duplicates_gate(duplicates: Duplicates, policy: DuplicatePolicy | None) -> GateResult:
    """Whether a release has no more near copies than the contract permits.

    Args:
        duplicates: the near copies among its records.
        policy: what the contract says of them; None where it says nothing.
    """
    copies, records = duplicates.copies, duplicates.records
    clusters = count_phrase(duplicates.n_clusters, "cluster")
    seen = (
        f"{copies} of {count_phrase(records, 'record')} are near copies of another, in {clusters}"
    )
    if duplicates.across_splits:
        seen += f", {duplicates.across_splits} of them across splits"
    if duplicates.passed_over:
        seen += f"; {duplicates.passed_over} were not compared with all that share their template"
    if policy is None or not policy.is_demanding:
        if duplicates.state == "none":
            return _result("duplicates", (), seen)
        return _unknown("duplicates", f"{seen}; the contract sets no limit on them")
    faults = []
    if policy.largest_share is not None and copies > policy.largest_share * records:
        faults.append(
            f"{seen}, and the contract permits {policy.largest_share:.2%} of them (assay quality "
            "duplicates --accepted lists them; `in_release: drop` leaves them out)"
        )
    if policy.across_splits == "refuse" and duplicates.across_splits:
        crossed = [cluster for cluster in duplicates.clusters if len(cluster.splits) > 1]
        faults.append(
            f"near copies are in several splits, {count_phrase(len(crossed), 'cluster')}: "
            f"{_some([cluster.representative for cluster in crossed])} "
            f"(`assay quality duplicates` lists them; leave copies out by --drop-duplicates)"
        )
    if faults:
        return _result("duplicates", faults, "")
    if records < FEWEST_COMPARED or duplicates.passed_over:
        return _unknown("duplicates", f"{seen}: not every record was compared", required=True)
    if policy.across_splits == "refuse" and duplicates.without_split:
        return _unknown(
            "duplicates",
            f"{seen}; {count_phrase(duplicates.without_split, 'cluster')} with a record that names no split "
            "(give each record its value on the axis `split`)",
            required=True,
        )
    return _result("duplicates", (), seen)


def _conflicting(integrity: Integrity) -> str:
    return _some([record for case in integrity.conflicting for record in case.records])


def versions_gate(
    documents: Mapping[DocumentKind, Document],
    issues: Iterable[Issue] = (),
    previous: Mapping[DocumentKind, Document] | None = None,
    *,
    judged_under: Mapping[str, int] = MappingProxyType({}),
    stale: Mapping[str, int] = MappingProxyType({}),
) -> GateResult:
    """Whether documents are sound and in force, and no judgment decides under another meaning.

    Args:
        documents: the documents by kind.
        issues: what checking them found.
        previous: the documents of the previous release, if there was one.
        judged_under: guideline in words -> judgments of the release that cite it.
        stale: dimension -> judgments that decide it and were made under a text whose meaning has
            changed since.
    """
    faults = [f"the {kind} is missing" for kind in NEEDED_DOCUMENTS if kind not in documents]
    faults += _error_texts(issues)
    for kind, document in documents.items():
        if document.read().status == "retired":
            faults.append(f"the {kind} {document.version} is retired")
        before = (previous or {}).get(kind)
        # One version must name one content, or a label could not say what it was given under.
        if before and before.version == document.version and before.id != document.id:
            faults.append(_kept_version(kind, before, document))
    faults += [
        f"{count} judgments that decide {dimension} were made under a text whose meaning changed"
        for dimension, count in sorted(stale.items())
        if count
    ]
    judged = ", ".join(f"{name} ({count} judgments)" for name, count in judged_under.items())
    pinned = ", ".join(
        f"{kind} {item.version} ({item.id[:12]})" for kind, item in documents.items()
    )
    return _result("versions", faults, f"pinned: {pinned}; judged under: {judged or 'no judgment'}")


def _error_texts(issues: Iterable[Issue]) -> list[str]:
    """The errors among some issues, the first of them in full."""
    errors = [issue for issue in issues if has_errors([issue])]
    texts = [f"{issue.file}:{issue.line}: {issue.message}" for issue in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        texts.append(f"and {count_phrase(len(errors) - _SHOWN, 'more error')} in the documents")
    return texts


def _kept_version(kind: DocumentKind, before: Document, document: Document) -> str:
    """What changed of a document that kept its version, in words."""
    difference = compare({kind: before.read()}, {kind: document.read()})
    same_version = f"and kept the version {document.version}"
    if difference.re_review:
        return f"the {kind} changed the meaning of {', '.join(difference.re_review)} {same_version}"
    paths = ", ".join(change.path for change in difference.changes[:_SHOWN])
    return (
        f"the {kind} changed ({paths or 'its words'}), no label means anything else, {same_version}"
    )


def agreement_gate(floors: Sequence[FloorResult], declared: int) -> GateResult:
    """Whether people agree as far as the contract demands.

    Args:
        floors: the contract's agreement floors against what people answered.
        declared: how many floors the contract declares.
    """
    if not declared:
        return _unknown("agreement", "the contract declares no agreement floor")
    below = [floor.reason for floor in floors if floor.state == "below"]
    if below:
        return _result("agreement", below, "")
    open_ = [floor.reason for floor in floors if floor.state == "unknown"]
    if len(floors) < declared:
        open_.append(f"{declared - len(floors)} of {declared} agreement floors were not computed")
    if open_:
        return _unknown("agreement", "; ".join(open_), required=True)
    return _result("agreement", (), "; ".join(floor.reason for floor in floors))


def reserve_gate(
    overlaps: Sequence[Overlap],
    compared: int,
    sealed: Mapping[str, int],
    contract: Contract,
    *,
    wordless: int = 0,
) -> GateResult:
    """Whether no record shares text with the reserve, whole as the contract declares it.

    Args:
        overlaps: what records of the release share with sealed items; their own words are shown.
        compared: records that were compared.
        sealed: reserve -> its sealed items.
        contract: the contract, which may declare a reserve.
        wordless: sealed items that hold no word, so that nothing could be compared with them.
    """
    faults = _overlap_texts(overlaps, compared)
    items = sum(sealed.values()) - wordless
    # Items without words were not compared: counting them would overstate the comparison.
    without = [describe_wordless(wordless)] if wordless else []
    short = short_of(contract, sealed)
    if faults:
        return _result("reserve", [*faults, *([short] if short else [])], "")
    if not items or not compared:
        why = [f"0 of {compared} records were compared with {items} sealed items", *without]
        if short or contract.reserve is None:
            why.append(short or "the contract declares no reserve")
        return _unknown("reserve", "; ".join(why), required=contract.reserve is not None)
    clean = "; ".join([f"0 of {compared} records share text with {items} sealed items", *without])
    if short:
        return _unknown("reserve", f"{short}; {clean}", required=True)
    return _result("reserve", (), f"{clean}; {NOT_SOUGHT}")


def _overlap_texts(overlaps: Sequence[Overlap], compared: int) -> list[str]:
    """How many texts overlap sealed items, and the first overlaps in full; empty without any."""
    if not overlaps:
        return []
    holders = {overlap.holder for overlap in overlaps}
    texts = [
        f"{len(holders)} of {compared} records and other texts share text with the reserve",
        *map(describe, overlaps[:_SHOWN]),
    ]
    if len(overlaps) > _SHOWN:
        texts.append(
            f"and {count_phrase(len(overlaps) - _SHOWN, 'more overlap')}: assay reserve check"
        )
    return texts


def verification_gate(tally: VerifierTally, applying: Collection[str]) -> GateResult:
    """Whether verifiers checked what the rubric names them for, and no record rests on too little.

    Args:
        tally: results of verifiers on the records of the release.
        applying: dimensions that apply to a record of the release.
    """
    faults = _weak_result_texts(tally)
    # A verifier that never ran, or only abstained, leaves the gate unknown: nothing was checked.
    missing = [f"{name} has no result on these records" for name in tally.missing(applying)]
    silent = [f"{name} passes or fails no claim of these records" for name in tally.silent]
    if faults:
        return _result("verification", [*faults, *missing, *silent], "")
    if not tally.is_demanded:
        results = sum(sum(row.verdicts.values()) for row in tally.rows())
        reason = "the rubric names no verifier, so nothing was demanded of one"
        if results:
            reason += (
                f"; {count_phrase(results, 'result')} of others came along and decided nothing"
            )
        return _unknown("verification", reason)
    demands = [f"the contract asks for {tally.minimum}"] if tally.minimum else []
    remarks = [f"{tally.speaking} results pass or fail a claim", *missing, *silent, *demands]
    remarks += [_adequacy(tally)] if tally.speaking else []
    if missing or silent or not tally.speaking:
        return _unknown("verification", "; ".join(remarks), required=True)
    return _result("verification", (), "; ".join(remarks))


def _weak_result_texts(tally: VerifierTally) -> list[str]:
    """Records that rest on results which do not count, by what the results lack."""
    reasons = (
        (tally.below_minimum, f"have a verdict isolated less strictly than {tally.minimum!r}"),
        (
            tally.forgeable,
            "rest on a verdict that the candidate could have forged, and on no person",
        ),
        (
            tally.inadequate,
            "rest on a verifier that does not tell right from wrong there, and on no person",
        ),
    )
    return [
        f"{len(records)} records {what}: {_some(records)}" for records, what in reasons if records
    ]


def _adequacy(tally: VerifierTally) -> str:
    """Of how many results it is known that their verifier tells right from wrong there."""
    counts = tally.adequacy
    numbers = [f"{counts[state]} {state}" for state in ("adequate", "inadequate") if counts[state]]
    if counts["not tested"]:
        numbers.append(f"{counts['not tested']} not tested (assay verify adequacy)")
    return f"adequacy of their verifiers: {', '.join(numbers)}"


def claims_gate(
    texts: Mapping[str, Sequence[str]], validations: Collection[str] = ()
) -> GateResult:
    """Whether no text of the release claims what must not be claimed.

    An effect on a model may be claimed in a sentence that names a validation which passed. Texts in
    another language than that of the patterns were not read, so the gate is unknown.

    Args:
        texts: file name -> its texts.
        validations: ids of validations whose acceptance tests all passed.
    """
    faults = [*_unproven_texts(texts, validations), *_claim_texts(texts)]
    searched = [text for name in texts for text in texts[name] if text.strip()]
    # No text is not a clean text: nothing was compared, so the gate may not pass.
    if not searched:
        return _unknown("claims", "0 texts were searched", required=True)
    clean = f"{len(searched)} texts of {len(texts)} files were searched with English patterns only"
    if faults:
        return _result("claims", faults, "")
    clean += "; none matched"
    unread = {name: passages for name in texts if (passages := _unread(texts[name]))}
    if unread:
        return _unknown("claims", f"{clean}; not read by them: {_passages(unread)}")
    return _result("claims", (), clean)


def _unproven_texts(
    texts: Mapping[str, Sequence[str]], validations: Collection[str]
) -> Iterator[str]:
    """Effects that a text claims without naming a validation that passed."""
    for name in sorted(texts):
        for text in texts[name]:
            for claim in find_unproven_effects(text, validations):
                yield (
                    f"{name} claims an effect that no validation shows: {claim!r}; name one that "
                    "passed by its id, or remove the claim"
                )


def _claim_texts(texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Claims that no release may make, each with what to write instead."""
    for name in sorted(texts):
        for text in texts[name]:
            for claim in find_claims(text):
                yield f"{name} says {claim.text!r} ({claim.code}); {claim.instead}"


def refuse_where_stopped(gates: Sequence[GateResult]) -> None:
    """Refuse a build that a gate stops.

    Raises:
        CheckError: with the reasons of all gates that stop it.
    """
    stopping = [gate for gate in gates if gate.stops]
    if stopping:
        raise CheckError(
            code="gates-refused",
            message="; ".join(
                f"gate {gate.gate}{'' if gate.outcome == 'refused' else f' ({gate.outcome})'}: "
                f"{gate.reason}"
                for gate in stopping
            ),
            hint="fix what the gates name and build again; nothing was written",
        )


def _unread(texts: Iterable[str]) -> list[str]:
    return [passage for text in texts for passage in unread_passages(text)]


def _passages(unread: Mapping[str, Sequence[str]]) -> str:
    """The first passage of each file, and how many more it has."""
    return "; ".join(
        f"{name} {passages[0][:_EXCERPT]!r}"
        + (f" and {count_phrase(len(passages) - 1, 'more passage')}" if len(passages) > 1 else "")
        for name, passages in sorted(unread.items())
    )


def _gate(gate: str, state: GateState, reason: str, *, required: bool = False) -> GateResult:
    passed = state == "passed"
    return GateResult(gate=gate, passed=passed, reason=reason, state=state, required=required)


def _result(gate: str, faults: Sequence[str], passed: str) -> GateResult:
    return _gate(gate, "refused" if faults else "passed", "; ".join(faults) or passed)


def _unknown(gate: str, reason: str, *, required: bool = False) -> GateResult:
    return _gate(gate, "unknown", reason, required=required)


def _some(identities: Sequence[str]) -> str:
    shown = ", ".join(identity[:12] for identity in sorted(identities)[:_SHOWN])
    more = len(identities) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _slice_name(values: Mapping[str, str]) -> str:
    return " and ".join(f"{axis}={value}" for axis, value in sorted(values.items())) or "all"

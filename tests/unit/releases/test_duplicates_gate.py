"""Near copies in a release: the gate's three values, and what dropping them leaves."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.contracts.contract import DuplicatePolicy
from assay.contracts.document import DocumentKind
from assay.core.errors import CheckError
from assay.quality.duplicates import Duplicates, find_duplicates
from assay.records.record import Record
from assay.releases.build import Built, build
from assay.releases.gates import duplicates_gate
from assay.releases.inputs import DocumentFile
from assay.releases.manifest import LeftOut
from assay.releases.verify import verify
from simulators.ferries import (
    ACTOR,
    KEY,
    TEXTS,
    agreed,
    documents,
    filled_store,
    first_facts,
    inputs,
    preference,
)
from simulators.planted_copies import pair_of, words

TEXT = " ".join(words(60, 5))


def _found(*records: Record) -> Duplicates:
    return find_duplicates(records, {})


ONE = pair_of(TEXT, "yes", "no")
COPY = pair_of(TEXT.upper(), "yes", "no")
ACROSS = pair_of(TEXT.upper(), "yes", "no", split="test")
NO_SPLIT = COPY.replace(task=replace(COPY.task, taxonomy={}))
OTHER = pair_of(" ".join(words(60, 6)), "yes", "no")
TEMPLATE = " ".join(words(90, 7))
CROWD = [pair_of(f"{TEMPLATE} {' '.join(words(30, n))}", "yes", "no") for n in range(80)]


@pytest.mark.parametrize(
    ("duplicates", "policy", "outcome", "stops"),
    [
        (_found(ONE, OTHER), None, "passed", False),
        (_found(ONE, COPY, OTHER), None, "unknown", False),
        (_found(ONE), None, "unknown", False),
        (_found(*CROWD), None, "unknown", False),
        (_found(ONE, COPY), DuplicatePolicy(in_release="keep"), "unknown", False),
        (_found(ONE, COPY, OTHER), DuplicatePolicy(largest_share=0.34), "passed", False),
        (_found(ONE, COPY, OTHER), DuplicatePolicy(largest_share=0.33), "refused", True),
        (_found(ONE, COPY), DuplicatePolicy(across_splits="refuse"), "passed", False),
        (_found(ONE, ACROSS), DuplicatePolicy(across_splits="refuse"), "refused", True),
        (_found(ONE, NO_SPLIT), DuplicatePolicy(across_splits="refuse"), "unknown", True),
        (_found(ONE, ACROSS), DuplicatePolicy(largest_share=0.5), "passed", False),
        (_found(ONE), DuplicatePolicy(largest_share=0.0), "unknown", True),
        (_found(*CROWD), DuplicatePolicy(largest_share=0.0), "unknown", True),
    ],
    ids=[
        "none, no limit",
        "some, no limit",
        "one record",
        "a template passed over",
        "kept",
        "at the limit",
        "above the limit",
        "in one split",
        "across splits",
        "a split is not named",
        "splits are allowed",
        "one record, a limit",
        "passed over, a limit",
    ],
)
def test_the_gate_passes_only_what_was_compared_and_is_permitted(
    duplicates: Duplicates, policy: DuplicatePolicy | None, outcome: str, stops: bool
) -> None:
    """It stops a build only where the contract sets a limit."""
    result = duplicates_gate(duplicates, policy)
    assert (result.outcome, result.stops) == (outcome, stops), result.reason


def _with_policy(policy: str) -> dict[DocumentKind, DocumentFile]:
    return documents(contract=f"{TEXTS['contract']}\nduplicates: {policy}\n")


def _build(
    folder: Path, files: dict[DocumentKind, DocumentFile] | None = None, *, drop: bool = False
) -> Built:
    base = preference(1)
    twin = base.replace(key="row-1-again")
    facts = [*first_facts(), *agreed(twin)]
    given = replace(inputs(files=files), drop_duplicates=drop)
    return build(filled_store(facts, files), given, KEY, folder, actor=ACTOR)


def test_copies_are_kept_and_counted_unless_a_release_drops_them(tmp_path: Path) -> None:
    """The gate says how many there are."""
    built = _build(tmp_path)
    [gate] = [gate for gate in built.head.gates if gate.gate == "duplicates"]
    assert built.release.records == 6
    assert gate.reason.startswith("1 of 6 records are near copies of another, in 1 cluster")
    assert not [entry for entry in built.head.left_out if entry.code == "duplicate"]


@pytest.mark.parametrize("by", ["option", "contract"])
def test_dropped_copies_are_counted_and_their_representative_stays(tmp_path: Path, by: str) -> None:
    """By an option or by the contract, and what is left verifies."""
    files = _with_policy("{in_release: drop, largest_share: 0}") if by == "contract" else None
    built = _build(tmp_path, files, drop=by == "option")
    assert built.release.records == 5
    assert (
        LeftOut(code="duplicate", reason="near copy of a record of the release", records=1)
        in built.head.left_out
    )
    [gate] = [gate for gate in built.head.gates if gate.gate == "duplicates"]
    assert gate.outcome == "passed"
    verified = verify(built.folder, KEY.public_key())
    assert verified.ok, verified.issues
    assert "near copy of a record of the release" in (built.folder / "DATA_CARD.md").read_text()


def test_a_release_above_the_limit_is_refused(tmp_path: Path) -> None:
    """With the number of copies and what to do."""
    with pytest.raises(CheckError, match=r"1 of 6 records are near copies.*permits 10\.00%"):
        _build(tmp_path, _with_policy("{largest_share: 0.1}"))
    assert not list(tmp_path.glob("1.0.0"))

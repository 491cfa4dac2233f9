"""The alarms of a program: what every stage says of the eight failure modes, in the guide's order."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.core.ports import FactStore
from assay.governance.claims import find_unproven_effects
from assay.governance.failure_modes import MODES, Alarm
from assay.releases.release import Release
from assay.reserve.overlap import Overlap
from assay.reserve.service import ReserveComparison, leakage_alarm
from assay.validation.alarms import model_validation_alarm, of_release, over_refusal_alarm
from assay.validation.helpfulness import Helpfulness
from assay.validation.service import overlap_of, rebuild_report
from assay.validation.training_overlap import training_of
from assay.validation.validation import Validation

TEXTS = ("README.md", "DATA_CARD.md", "LIMITATIONS.md", "CHANGELOG.md", "quality.md")
"""Texts of a release in which an effect could be claimed."""


def all_alarms(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    contract: Contract,
    *,
    quality: Iterable[Alarm],
    comparison: ReserveComparison,
    releases: Path,
    gate_key: bytes,
) -> tuple[Alarm, ...]:
    """What every stage says of the eight failure modes.

    Args:
        store: the store.
        documents: the documents in force by kind.
        contract: the contract among them.
        quality: the alarms of the quality report.
        comparison: all records against the reserve.
        releases: the folder of the releases, one folder a version.
        gate_key: the key of the reserve's fingerprints.
    """
    alarms = [
        *quality,
        leakage_alarm(comparison),
        _over_refusal(store, documents),
        _model_validation(store, contract, comparison.overlaps, releases, gate_key),
    ]
    order = list(MODES)
    return tuple(sorted(alarms, key=lambda alarm: order.index(alarm.mode)))


def _over_refusal(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Alarm:
    validations = list(store.scan(Validation))
    if not validations:
        return over_refusal_alarm(Helpfulness(rates=(), relabelled=()))
    newest = validations[-1]
    releases = [release.id for release in store.scan(Release)]
    [alarm] = rebuild_report(store, documents, newest).alarms
    return of_release(alarm, newest, releases[-1] if releases else None)


def _model_validation(
    store: FactStore,
    contract: Contract,
    overlaps: Sequence[Overlap],
    folder: Path,
    gate_key: bytes,
) -> Alarm:
    """What the newest release did to a model; the overlaps are those of records and sealed items."""
    validations = list(store.scan(Validation))
    passed = [validation.id for validation in validations if validation.all_passed]
    releases = list(store.scan(Release))
    claims = [
        claim
        for release in releases
        for text in _texts_of(folder / release.version)
        for claim in find_unproven_effects(text, passed)
    ]
    ids = [release.id for release in releases]
    of_newest = [validation for validation in validations if ids and validation.release == ids[-1]]
    shared = {
        validation.id: overlap_of(
            store,
            validation,
            training_of(store, ids[-1], gate_key, sealed=True, overlaps=overlaps),
        )
        for validation in of_newest[-1:]
    }
    return model_validation_alarm(contract, ids, validations, claims, shared)


def _texts_of(release: Path) -> list[str]:
    return [
        (release / name).read_text(encoding="utf-8") for name in TEXTS if (release / name).exists()
    ]

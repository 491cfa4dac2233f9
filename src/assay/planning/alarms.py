"""The alarms of a program: the state of the eight failure modes by stage, in the guide's order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.core.ports import FactStore
from assay.governance.claims import find_unproven_effects
from assay.governance.failure_modes import MODES, Alarm
from assay.releases.release import Release
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Digester
from assay.validation.alarms import model_validation_alarm, of_release, over_refusal_alarm
from assay.validation.evaluation import ItemResult
from assay.validation.helpfulness import Helpfulness
from assay.validation.training_overlap import TrainingOverlap, has_inputs, training_of
from assay.validation.validation import Validation

TEXTS = ("README.md", "DATA_CARD.md", "LIMITATIONS.md", "CHANGELOG.md", "quality.md")
"""Texts of a release in which an effect could be claimed."""


def all_alarms(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    contract: Contract,
    *,
    found: Iterable[Alarm],
    overlaps: Sequence[Overlap],
    releases: Path,
    digester: Callable[[], Digester],
) -> tuple[Alarm, ...]:
    """The alarms of every stage on the eight failure modes, in the guide's order.

    Args:
        store: the store.
        documents: the documents in force by kind.
        contract: the contract among them.
        found: the alarms of the quality report, and of the comparison with the reserve.
        overlaps: what records share with sealed items.
        releases: the folder of the releases, one folder a version.
        digester: gives keyed digests of texts, of this machine or of the gate's process.
    """
    alarms = [
        *found,
        _over_refusal(store, documents),
        _model_validation(store, contract, overlaps, releases, digester),
    ]
    order = list(MODES)
    return tuple(sorted(alarms, key=lambda alarm: order.index(alarm.mode)))


def _over_refusal(store: FactStore, documents: Mapping[DocumentKind, Document]) -> Alarm:
    validations = list(store.scan(Validation))
    if not validations:
        return over_refusal_alarm(Helpfulness(rates=(), relabelled=()))
    from assay.validation.service import rebuild_report  # noqa: PLC0415  statistics

    newest = validations[-1]
    releases = [release.id for release in store.scan(Release)]
    [alarm] = rebuild_report(store, documents, newest).alarms
    return of_release(alarm, newest, releases[-1] if releases else None)


def _model_validation(
    store: FactStore,
    contract: Contract,
    overlaps: Sequence[Overlap],
    folder: Path,
    digester: Callable[[], Digester],
) -> Alarm:
    """The alarm on the newest release's effect; the overlaps are of records with sealed items."""
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
        validation.id: _overlap(store, validation, overlaps, digester)
        for validation in of_newest[-1:]
    }
    return model_validation_alarm(contract, ids, validations, claims, shared)


def _overlap(
    store: FactStore,
    validation: Validation,
    overlaps: Sequence[Overlap],
    digester: Callable[[], Digester],
) -> TrainingOverlap:
    from assay.validation.service import overlap_of  # noqa: PLC0415  statistics

    results = store.scan(ItemResult, evaluation=[*validation.base, *validation.candidate])
    training = training_of(
        store,
        str(validation.release),
        # The gate is asked only where a result brings the digest of its input.
        digester=digester() if has_inputs(results) else None,
        overlaps=overlaps,
    )
    return overlap_of(store, validation, training)


def _texts_of(release: Path) -> list[str]:
    return [
        (release / name).read_text(encoding="utf-8") for name in TEXTS if (release / name).exists()
    ]

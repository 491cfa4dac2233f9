"""The alarms of a program: what every stage says of the eight failure modes, in the guide's order."""

from collections.abc import Sequence

from assay.bootstrap.program import Program
from assay.governance.claims import find_unproven_effects
from assay.governance.failure_modes import MODES, Alarm
from assay.quality.report import QualityReport
from assay.releases.release import Release
from assay.reserve.overlap import Overlap
from assay.reserve.service import leakage_alarm
from assay.validation.alarms import model_validation_alarm, of_release, over_refusal_alarm
from assay.validation.evaluation import Result
from assay.validation.helpfulness import Helpfulness
from assay.validation.service import overlap_of, reported
from assay.validation.training_overlap import TrainingOverlap, has_inputs, training_of
from assay.validation.validation import Validation

TEXTS = ("README.md", "DATA_CARD.md", "LIMITATIONS.md", "CHANGELOG.md", "quality.md")
"""Texts of a release in which an effect could be claimed."""


def program_alarms(program: Program, report: QualityReport | None = None) -> tuple[Alarm, ...]:
    """What every stage says of the eight failure modes.

    Each stage is asked again, so it costs a pass over the records and their judgments.

    Args:
        program: the open program.
        report: the quality report, where it was made already.
    """
    compared = program.reserve.check()
    found = [
        *(report or program.quality.report()).alarms,
        leakage_alarm(compared),
        _over_refusal(program),
        _model_validation(program, compared.overlaps),
    ]
    order = list(MODES)
    return tuple(sorted(found, key=lambda alarm: order.index(alarm.mode)))


def _over_refusal(program: Program) -> Alarm:
    validations = program.validation.list()
    if not validations:
        return over_refusal_alarm(Helpfulness(rates=(), relabelled=()))
    newest = validations[-1]
    releases = [release.id for release in program.store.scan(Release)]
    [alarm] = reported(program.store, program.session.facts, newest).alarms
    return of_release(alarm, newest, releases[-1] if releases else None)


def _model_validation(program: Program, shared: Sequence[Overlap]) -> Alarm:
    """What the newest release did to a model; `shared` is what records share with sealed items."""
    store = program.store
    validations = list(store.scan(Validation))
    passed = [each.id for each in validations if each.passed]
    claims = [
        claim
        for release in store.scan(Release)
        for text in _texts_of(program, release.version)
        for claim in find_unproven_effects(text, passed)
    ]
    releases = [release.id for release in store.scan(Release)]
    of_newest = [each for each in validations if releases and each.release == releases[-1]]
    overlaps = {each.id: _overlap(program, each, shared) for each in of_newest[-1:]}
    return model_validation_alarm(
        program.documents.contract, releases, validations, claims, overlaps
    )


def _overlap(
    program: Program, validation: Validation, shared: Sequence[Overlap]
) -> TrainingOverlap:
    store = program.store
    results = store.scan(Result, evaluation=[*validation.base, *validation.candidate])
    digester = program.session.digester() if has_inputs(results) else None
    training = training_of(store, str(validation.release), digester=digester, overlaps=shared)
    return overlap_of(store, validation, training)


def _texts_of(program: Program, version: str) -> list[str]:
    folder = program.releases.folder / version
    return [
        (folder / name).read_text(encoding="utf-8") for name in TEXTS if (folder / name).exists()
    ]

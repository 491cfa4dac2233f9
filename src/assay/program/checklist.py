"""The live checklist: reads the facts that the rules of `planning` ask for."""

from collections.abc import Iterable, Iterator

from assay.contracts.document import Document
from assay.governance.failure_modes import Alarm
from assay.planning.checklist import LivePoint, judge_points
from assay.planning.checklist_figures import (
    EvaluationFigures,
    Figures,
    checklist_fold,
    count_rounds,
    reading_figures,
)
from assay.planning.checklist_sources import (
    failed_roles,
    must_be_verified,
    release_figures,
    reserve_figures,
    reused_versions,
    sources_of_points,
    validation_figures,
)
from assay.planning.verified_fold import verified_fold
from assay.program.checking import check_documents
from assay.program.derived import DerivedFigures
from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.release import Release
from assay.reserve.sealing import Fingerprint, Sealing
from assay.review.adjudication import Adjudication
from assay.review.calibration import Round, RoundNote, RoundStep, follow
from assay.review.guideline_gap import GapAnswer, GuidelineGap, open_gaps
from assay.review.qualification import Qualification, standing_qualifications
from assay.review.welfare import Consent, Exposure
from assay.store.queue_overview import QueueOverview
from assay.validation.evaluation import Evaluation, ItemResult
from assay.validation.training_overlap import (
    Training,
    compare_with_training,
    has_inputs,
    training_of,
)
from assay.validation.validation import Validation
from assay.verification.verification import Verification


def live_checklist(
    program: Program, alarms: Iterable[Alarm], derived: DerivedFigures | None = None
) -> tuple[LivePoint, ...]:
    """The fourteen points: what the documents claim, and what the facts of the store show.

    Args:
        program: the open program.
        alarms: what the stages say of the failure modes; the leakage alarm is read.
        derived: the figures as of one entry; of the newest where absent.
    """
    return judge_points(
        check_documents(program.folder, program.clock).checklist,
        program.documents,
        checklist_figures(program, alarms, derived),
        _digests(program),
    )


def checklist_figures(
    program: Program, alarms: Iterable[Alarm] = (), derived: DerivedFigures | None = None
) -> Figures:
    """What the facts of a program come to.

    Args:
        program: the open program.
        alarms: what the stages say of the failure modes; the reserve is `unknown` without them.
        derived: the figures as of one entry; of the newest where absent.
    """
    store, context = program.store, program.context
    contract, rubric = program.documents.contract, program.documents.rubric
    sealed = len({fingerprint.item for fingerprint in store.scan(Fingerprint)})
    gathering, verified = (derived or DerivedFigures(store, context.ids)).of_all(
        [
            checklist_fold(context.ids["rubric"], store.scan(Consent)),
            verified_fold(contract, rubric, must_be_verified(rubric)),
        ]
    )
    releases = list(store.scan(Release))
    newest = releases[-1] if releases else None
    validations = list(store.scan(Validation))
    of_newest = [
        validation for validation in validations if newest and validation.release == newest.id
    ]
    standing = standing_qualifications(store.scan(Qualification))
    targets = tuple(
        sorted({evaluation.checkpoint for evaluation in store.scan(Evaluation, arm="base")})
    )
    on_target, on_others = count_rounds(_rounds(program), targets)
    return Figures(
        judgments=gathering.judgments,
        records=gathering.records,
        reserve=reserve_figures(contract, sealed, alarms),
        release=release_figures(newest) if newest else None,
        validation=validation_figures(of_newest[-1]) if of_newest else None,
        other_validations=len(validations) - len(of_newest),
        evaluation=_evaluation(program, newest),
        ledger=verified.rows(),
        passed_exams={
            exam.id: exam.scope.role
            for exam in store.scan(Qualification)
            if exam.decision == "passed"
        },
        failed_roles=failed_roles(standing, gathering.by_person),
        targets=targets,
        rounds=on_target,
        other_rounds=on_others,
        reading=reading_figures(
            gathering.harmful_by_person,
            _exposures(program),
            contract.welfare,
        ),
        open_gaps=len(open_gaps(store.scan(GuidelineGap), store.scan(GapAnswer))),
        documents=context.ids,
        reused_versions=reused_versions(store.scan(Document)),
    )


def _evaluation(program: Program, newest: Release | None) -> EvaluationFigures:
    """The evaluated items against all records by id, and the newest release's by every mark."""
    store = program.store
    results = list(store.scan(ItemResult))
    if not results:
        return EvaluationFigures()
    items = {result.item for result in results}
    sealed = {fingerprint.item for fingerprint in store.scan(Fingerprint)}
    digester = program.context.digester() if newest and has_inputs(results) else None
    training = training_of(store, newest.id, digester=digester) if newest else Training()
    overlap = compare_with_training(results, training)
    overlap_outside_reserve = compare_with_training(
        (result for result in results if result.item not in sealed), training
    )
    records = {record.id for record in store.scan(Record, id=sorted(items))}
    return EvaluationFigures(
        items=len(items),
        trained_on=len(items & records | set(overlap.trained)),
        on_reserve=len(items & sealed),
        matchable=overlap_outside_reserve.matchable,
    )


def _rounds(program: Program) -> Iterator[list[Record]]:
    """The records of each calibration round under the rubric in force that was discussed."""
    store = program.store
    steps, notes = list(store.scan(RoundStep)), list(store.scan(RoundNote))
    for calibration_round in store.scan(Round, rubric=program.context.ids["rubric"]):
        judgments = store.scan(Judgment, record=calibration_round.records)
        if follow(calibration_round, judgments, steps, notes).state in {"discussed", "closed"}:
            yield list(store.scan(Record, id=calibration_round.records))


def _exposures(program: Program) -> dict[str, list[Exposure]]:
    """What each person looked at of severe content, by the desk's log."""
    seen: dict[str, list[Exposure]] = {}
    for person, exposure in QueueOverview(program.store).exposures("", "9999"):
        seen.setdefault(person, []).append(exposure)
    return seen


def _digests(program: Program) -> dict[int, tuple[str, ...]]:
    """The ids of documents and of the newest facts that each point rests on."""
    ids, store = program.context.ids, program.store
    named = sorted(
        {
            dimension.verifier
            for dimension in program.documents.rubric.dimensions
            if dimension.verifier
        }
    )
    facts: dict[int, Iterable[str]] = {
        5: (fact.id for fact in store.scan(Qualification)),
        8: (fact.id for fact in store.scan(Verification, verifier=named)) if named else (),
        9: (fact.id for fact in store.scan(Sealing)),
        10: (fact.id for fact in store.scan(Adjudication)),
        11: (fact.id for fact in store.scan(Validation)),
        12: (fact.id for fact in store.scan(Release)),
    }
    return sources_of_points(ids, facts)

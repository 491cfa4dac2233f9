"""Use cases of evaluations: import them, compare them, and store the test results."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind, contract_of
from assay.contracts.rubric import Rubric
from assay.core.errors import CheckError, InputError, UsageError
from assay.core.ports import FactStore
from assay.governance.claims import find_claims
from assay.records.ports import Rejects, Row
from assay.reserve.ports import Digester
from assay.validation.evaluation import COMPARED, Arm, Evaluation, ItemResult
from assay.validation.report import METHOD, ValidationReport, make_report
from assay.validation.report_text import to_markdown
from assay.validation.rows import Format, read_rows
from assay.validation.training_overlap import (
    Training,
    TrainingOverlap,
    compare_with_training,
    refuse_trained,
)
from assay.validation.validation import Validation

RESERVE = "reserve"
"""The name of the sealed evaluation set."""

SHOWN = 100
"""Reasons and warnings that a report names one by one."""


class ImportedEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did: `read = results + already_there + set_aside`."""

    evaluation: str
    """Id of the evaluation."""
    read: int
    """Rows of the file, usable or not."""
    results: int
    """Results that are new."""
    already_there: int
    """Results that the store held before, or that appear twice in the file."""
    set_aside: int
    """Rows that cannot be used."""
    reasons: tuple[str, ...]
    """Place and reason of each, the first hundred."""
    warnings: tuple[str, ...]
    """What is stored although it may be a mistake: results that measure nothing, and axes, values
    and failure classes that the contract does not name."""
    overlap: TrainingOverlap | None
    """The items against the training records; None where no release is named."""


class EvaluationSource(msgspec.Struct, frozen=True, kw_only=True):
    """Which evaluation a file holds."""

    checkpoint: str
    """Name of the checkpoint, with its revision."""
    arm: Arm
    """What it is in the comparison."""
    dataset: str
    """`reserve`, or the name of another evaluation set."""
    file: str
    """`sha256:...` of the file."""
    release: str | None = None
    """Id of the release that the checkpoint was trained on."""
    seed: int | None = None
    """Seed of the training run."""
    scorer: str | None = None
    """Who or what scored the outputs."""


class Validated(msgspec.Struct, frozen=True, kw_only=True):
    """A validation with everything that it rests on."""

    id: str
    """Id of the validation."""
    validation: Validation
    """The stored fact: tests alone, without the tables."""
    report: ValidationReport
    """The whole comparison, which is computed again whenever it is shown."""


def import_evaluation(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    rows: Iterable[Row],
    format_: Format,
    source: EvaluationSource,
    *,
    known_items: Collection[str] | None,
    training: Training | None = None,
    digester: Digester,
    actor: str,
    rejects: Rejects | None = None,
) -> ImportedEvaluation:
    """Import the results of one checkpoint: every row is stored, there already, or set aside.

    Args:
        store: the store.
        documents: the documents in force.
        rows: the rows of the file.
        format_: how they are written.
        source: which evaluation it is.
        known_items: names of the sealed items, where the set is the reserve: others are set aside.
        training: the training records of the release; None where no release is named.
        digester: digests inputs; of an input only its keyed digest is kept.
        actor: who imports.
        rejects: where rows that were set aside go.

    Raises:
        UsageError: if no comparison reads results of the arm.
        InputError: if no row of the file can be used, or items are training records.
    """
    _refuse_unread(source.arm)
    draft = Evaluation(
        checkpoint=source.checkpoint,
        arm=source.arm,
        dataset=source.dataset,
        file=source.file,
        results=0,
        scorer=source.scorer,
        release=source.release,
        seed=source.seed,
    )
    contract = contract_of(documents)
    read = read_rows(rows, format_, draft.id, contract.sampling.axes, digester=digester)
    usable, reasons = _separate_usable(read, known_items, rejects)
    if not usable:
        raise InputError(
            code="no-results",
            message=f"no row of the file is a result: {reasons[0] if reasons else 'it is empty'}",
            hint="docs/formats/evaluation.md says what a row holds",
        )
    overlap = None if training is None else compare_with_training(usable, training)
    if overlap is not None:
        refuse_trained(overlap)
    evaluation, results = _with_identity(draft, usable)
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write(
        "evaluation.import", actor=actor, subject=source.checkpoint, documents=ids
    ) as writing:
        stored = writing.add([evaluation, *results]).new
    new = sum(fact_id.startswith(f"{ItemResult.prefix}_") for fact_id in stored)
    return ImportedEvaluation(
        evaluation=evaluation.id,
        read=len(usable) + len(reasons),
        results=new,
        already_there=len(usable) - new,
        set_aside=len(reasons),
        reasons=tuple(reasons[:SHOWN]),
        warnings=(*_empty(results), *_unknown(results, contract))[:SHOWN],
        overlap=overlap,
    )


def _with_identity(
    draft: Evaluation, usable: Sequence[ItemResult]
) -> tuple[Evaluation, list[ItemResult]]:
    """The evaluation with its number of results, and the results under its id.

    The id depends on that number, so it exists only once all rows are read, under the draft's id.
    """
    evaluation = draft.replace(results=len({result.id for result in usable}))
    identity = evaluation.id
    return evaluation, [result.replace(evaluation=identity) for result in usable]


def _separate_usable(
    read: Iterable[tuple[Row, ItemResult | InputError]],
    known_items: Collection[str] | None,
    rejects: Rejects | None,
) -> tuple[list[ItemResult], list[str]]:
    """The results that can be used, and the reason of every row that cannot."""
    usable: list[ItemResult] = []
    reasons: list[str] = []
    seen: dict[tuple[str, int], ItemResult] = {}
    if rejects:
        rejects.resume(0)
    for row, result in read:
        fault = _fault(result, known_items, seen)
        if fault is not None:
            reasons.append(f"{row.where}: {fault}")
            if rejects:
                rejects.put(row, fault)
        elif isinstance(result, ItemResult):
            usable.append(result)
            seen[result.item, result.epoch] = result
    if rejects:
        rejects.settle()
    return usable, reasons


def _fault(
    result: ItemResult | InputError,
    known_items: Collection[str] | None,
    seen: Mapping[tuple[str, int], ItemResult],
) -> InputError | None:
    """Why a row cannot be used; None where it can."""
    if isinstance(result, InputError):
        return result
    if known_items is not None and result.item not in known_items:
        return InputError(
            code="not-in-the-reserve",
            message=f"the reserve holds no item {result.item!r}",
            hint="name items as `assay reserve open` wrote them, or give the set another name: "
            "--dataset",
        )
    if seen.get((result.item, result.epoch), result) != result:
        return InputError(
            code="two-results",
            message=f"an earlier row gives another result for {result.item!r}, epoch {result.epoch}",
            hint="number repeated runs over an item with `epoch`, from 0",
        )
    return None


def _empty(results: Sequence[ItemResult]) -> Iterator[str]:
    """How many results measure nothing at all."""
    count = sum(
        not (result.measures or result.response or result.claims or result.failure)
        for result in results
    )
    if count:
        yield (
            f"{count} of {len(results)} results measure nothing (no answer, or no score): they are "
            "in no denominator"
        )


def refuse_same_checkpoint(base: Sequence[Evaluation], candidate: Sequence[Evaluation]) -> None:
    """Refuse to compare a checkpoint with itself: nothing could show a change.

    Raises:
        UsageError: if both arms hold one checkpoint.
    """
    both = {evaluation.checkpoint for evaluation in base} & {
        evaluation.checkpoint for evaluation in candidate
    }
    if both:
        raise UsageError(
            code="same-checkpoint",
            message=f"{min(both)!r} is in both arms, and a checkpoint cannot differ from itself",
            hint="name the checkpoint before training as the base, and the one after as the candidate",
        )


def validate(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    base: Sequence[Evaluation],
    candidate: Sequence[Evaluation],
    release: str | None = None,
    training: Training | None = None,
    actor: str,
) -> Validated:
    """Compare two arms and store the results of the contract's acceptance tests.

    The same evaluations under the same contract are the same validation.

    Args:
        store: the store.
        documents: the documents in force.
        base: evaluations of the checkpoint before.
        candidate: evaluations of the checkpoint after.
        release: id of the release whose effect is tested.
        training: the training records of that release; None where no release is tested.
        actor: who compares.

    Raises:
        UsageError: if an arm is empty.
        InputError: if evaluated items are training records of the release.
        CheckError: if the report would make a forbidden claim.
    """
    if not base or not candidate:
        raise UsageError(
            code="no-evaluations",
            message=f"there is no evaluation of the {'candidate' if base else 'base'}",
            hint="import one first: assay validate import FILE --checkpoint NAME --arm base",
        )
    results = _results(store, base), _results(store, candidate)
    overlap = _overlap(results, training)
    if overlap is not None:
        refuse_trained(overlap)
    report = make_report(
        base,
        candidate,
        results,
        contract_of(documents),
        _rubric_of(documents),
        overlap=overlap,
    )
    # Before the fact is written: its report must be one that may be published.
    refuse_claims(to_markdown(report), where="the validation report")
    validation = Validation(
        contract=documents["contract"].id,
        base=tuple(evaluation.id for evaluation in base),
        candidate=tuple(evaluation.id for evaluation in candidate),
        tests=report.tests,
        method=METHOD,
        release=release,
    )
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write("release.validate", actor=actor, documents=ids) as writing:
        writing.add([validation])
    return Validated(id=validation.id, validation=validation, report=report)


def rebuild_report(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    validation: Validation,
    training: Training | None = None,
) -> ValidationReport:
    """The report of a validation, made again from its evaluations.

    Args:
        store: the store.
        documents: the documents in force.
        validation: the validation.
        training: the training records of its release; None where it tests none.
    """
    base = [store.get(Evaluation, identity) for identity in validation.base]
    candidate = [store.get(Evaluation, identity) for identity in validation.candidate]
    contract = store.get(Document, validation.contract).read()
    results = _results(store, base), _results(store, candidate)
    return make_report(
        base,
        candidate,
        results,
        contract if isinstance(contract, Contract) else contract_of(documents),
        _rubric_of(documents),
        overlap=_overlap(results, training),
    )


def overlap_of(store: FactStore, validation: Validation, training: Training) -> TrainingOverlap:
    """The evaluated items of a validation against training records."""
    evaluations = [*validation.base, *validation.candidate]
    return compare_with_training(store.scan(ItemResult, evaluation=evaluations), training)


def _rubric_of(documents: Mapping[DocumentKind, Document]) -> Rubric | None:
    rubric = documents["rubric"].read()
    return rubric if isinstance(rubric, Rubric) else None


def _overlap(
    results: tuple[Sequence[ItemResult], Sequence[ItemResult]], training: Training | None
) -> TrainingOverlap | None:
    return None if training is None else compare_with_training(chain(*results), training)


def refuse_claims(text: str, *, where: str) -> None:
    """Refuse to publish a text that makes a forbidden claim.

    Raises:
        CheckError: naming each claim and an honest wording.
    """
    claims = find_claims(text)
    if claims:
        raise CheckError(
            code="forbidden-claim",
            message="; ".join(f"{claim.text!r} ({claim.code})" for claim in claims),
            where=where,
            hint=claims[0].instead,
        )


def _refuse_unread(arm: Arm) -> None:
    if arm not in COMPARED:
        raise UsageError(
            code="arm-not-compared",
            message=f"no comparison reads results of the arm {arm!r}, so they would show nothing",
            where="--arm",
            hint=f"import one of: {', '.join(COMPARED)}; compare a control by importing it as the "
            "candidate, under its own checkpoint name",
        )


def _results(store: FactStore, evaluations: Sequence[Evaluation]) -> list[ItemResult]:
    return list(store.scan(ItemResult, evaluation=[evaluation.id for evaluation in evaluations]))


def _unknown(results: Iterable[ItemResult], contract: Contract) -> list[str]:
    """What the results name and the contract does not know."""
    axes = contract.sampling.axes
    classes = {failure_class.id for failure_class in contract.failure_classes}
    counts: dict[str, int] = {}
    for result in results:
        names = [
            f"{axis} = {value}"
            for axis, value in result.slice.items()
            if value not in axes.get(axis, ())
        ]
        if result.failure and result.failure not in classes:
            names.append(f"the failure class {result.failure!r}")
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return [
        f"{name} is not in the contract ({count} results)" for name, count in sorted(counts.items())
    ]

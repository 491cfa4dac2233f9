"""Use cases of other tools' formats: hand work out in one, read its answers as our own rows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.contracts.document import Document, DocumentKind, contract_of, rubric_of
from assay.core.errors import UNFORESEEN, InputError, unforeseen_shape
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.records.kinds import Part
from assay.records.ports import Row, row_values
from assay.review.exchange import is_answer_row, is_unanswered
from assay.review.formats.format import Foreign, ReviewFormat
from assay.review.formats.questions import Questionnaire, extent_of, questionnaire
from assay.review.presentation import Presentation, present
from assay.review.queue.pass_service import waiting_work
from assay.review.queue.ports import PassRegister
from assay.review.service import Whose


class Handout(msgspec.Struct, frozen=True, kw_only=True):
    """Work in another tool's format."""

    settings: str
    """The text of the file that makes the tool ask the rubric's questions."""
    rows: Iterator[dict[str, Any]]
    """The tasks, read as they are taken."""


def hand_out(
    store: FactStore,
    register: PassRegister,
    documents: Mapping[DocumentKind, Document],
    form: ReviewFormat,
    *,
    file: str,
    rights: ExitRights,
    reviewer: str | None = None,
) -> Handout:
    """The assignments that wait, in another tool's format, blinded.

    The store is read twice: settings and tasks must know what all of the work ranges over.

    Args:
        store: the store.
        register: which assignments the desk gave.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        form: the format.
        file: name of the file of work.
        rights: what may be read today, and by whom; it counts what is held back.
        reviewer: pseudonym of the one reviewer who is to get work; everybody's where absent.
    """
    contract, rubric = contract_of(documents), rubric_of(documents)
    categories = {failure.id: failure.description for failure in contract.failure_classes}

    def shown_work() -> Iterator[tuple[Presentation, Part]]:
        waiting = waiting_work(store, register, documents, rights=rights, reviewer=reviewer)
        for assignment, record in waiting:
            yield present(record, assignment), record.part

    extent = extent_of(shown_work())

    def rows() -> Iterator[dict[str, Any]]:
        for shown, part in shown_work():
            own = questionnaire(rubric, extent_of([(shown, part)]), categories, file=file)
            yield from form.work(shown, msgspec.structs.replace(own, texts=extent.texts))

    all_questions: Questionnaire = questionnaire(rubric, extent, categories, file=file)
    return Handout(settings=form.settings(all_questions), rows=rows())


def native_rows(
    rows: Iterable[Row], form: ReviewFormat, *, whose: Whose | None = None, corrected: bool = False
) -> Iterator[Row]:
    """Rows that another tool exported as rows of `review.exchange`, faults with their reason.

    A row that cannot be read keeps its number and, of its answers, the one that is at fault.

    Args:
        rows: rows of the tool's export.
        form: the format.
        whose: who answers under a name, for tasks that several people answered.
        corrected: whether the rows are rejects of an earlier import: those that were rows of
            `review.exchange` when they were set aside are given as they are.
    """
    own_rows = (
        own_row for row in rows for own_row in _answers(row, form, whose, corrected=corrected)
    )
    return _join_rows(own_rows) if form.in_parts else own_rows


def _answers(
    row: Row, form: ReviewFormat, whose: Whose | None, *, corrected: bool
) -> Iterator[Row]:
    try:
        values = row_values(row)
        if corrected and is_answer_row(values):
            yield row
            return
        parts = list(form.apart(values))
    except InputError as fault:
        yield msgspec.structs.replace(row, fault=fault)
        return
    except UNFORESEEN as error:
        # As in an import of records: a format of a plug-in, too, costs the row and not the import.
        yield msgspec.structs.replace(row, fault=unforeseen_shape(error))
        return
    answers = [_answer(row, part, form) for part in parts]
    # A single unknown name is taken for the person who was asked; of several it cannot be known.
    several = len({_answered_by(answer) for answer in answers if _is_given(answer)}) > 1
    for answer, part in zip(answers, parts, strict=True):
        name = _answered_by(answer)
        unknown = name is None or whose is None or whose(name) is None
        if several and unknown and _is_given(answer):
            yield _faulty(row, part, _unknown_person(name))
        else:
            yield answer


def _answer(row: Row, part: Foreign, form: ReviewFormat) -> Row:
    try:
        return Row(number=row.number, line=row.line, values=form.answer(part))
    except InputError as fault:
        return _faulty(row, part, fault)
    except UNFORESEEN as error:
        return _faulty(row, part, unforeseen_shape(error))


def _faulty(row: Row, part: Foreign, fault: InputError) -> Row:
    return Row(number=row.number, line=row.line, values=part, fault=fault)


def _is_given(row: Row) -> bool:
    return row.fault is None and row.values is not None and not is_unanswered(row.values)


def _answered_by(row: Row) -> str | None:
    return (row.values or {}).get("answered_by") if row.fault is None else None


def _unknown_person(name: str | None) -> InputError:
    return InputError(
        code="unknown-person",
        message=f"several people answered this one assignment, and {name or 'one of them'} is "
        "not a person that work was assigned to",
        where="answered_by",
        hint="map names to people with --who NAME=PERSON",
    )


def _join_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows of one cell each, joined to one row an assignment and person.

    All answers are held in memory: a spreadsheet that was sorted scatters them over the file.
    """
    joined: dict[tuple[str, str | None], Row] = {}
    for row in rows:
        if row.fault or row.values is None:
            yield row
            continue
        key = (row.values["assignment"], row.values.get("answered_by"))
        before = joined.get(key)
        joined[key] = _with(before, row.values) if before else row
    for row in joined.values():
        yield msgspec.structs.replace(row, values=dict(sorted((row.values or {}).items())))


def _with(before: Row, cells: Mapping[str, Any]) -> Row:
    """The row with further cells; two answers to one question are its fault."""
    values = dict(before.values or {})
    for column, text in cells.items():
        if values.setdefault(column, text) != text:
            fault = InputError(
                code="answered-twice",
                message=f"{column} has two answers, {values[column]!r} and {text!r}",
                where=column,
            )
            return msgspec.structs.replace(before, fault=fault)
    return msgspec.structs.replace(before, values=values)

"""Any answer, given in any tool, is the judgment that our own rows would give."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.records.judgment import Judgment
from assay.records.ports import Row, row_values
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.review.exchange import AnswerContext, is_unanswered, read_answer
from assay.review.formats.names import name_of, parts_of
from assay.review.formats.questions import Questionnaire, extent_of, questionnaire
from assay.review.formats.service import native_rows
from assay.review.presentation import present
from simulators.foreign_tools import CARRIES, TOOLS, long_csv
from simulators.review_answers import RECORDS, RUBRIC, answers, shown_order
from simulators.review_formats import FORMATS

CATEGORIES = {"wrong_sum": "The sum is wrong."}
PERSON = "anna@example.org"
ALL = extent_of(
    (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
    for each in RECORDS.values()
)
WHOLE = questionnaire(RUBRIC, ALL, CATEGORIES, file="work.json")
SETTINGS = {name: form.settings(WHOLE) for name, form in FORMATS.items()}


def _assigned(record: Record) -> Assignment:
    return Assignment(record=record.id, reviewer="r1", number=0, order=shown_order(record))


def _tasks(form: str, record: Record) -> list[dict[str, Any]]:
    shown = present(record, _assigned(record))
    own = questionnaire(RUBRIC, extent_of([(shown, record.part)]), CATEGORIES, file="work.json")
    asked: Questionnaire = msgspec.structs.replace(own, texts=ALL.texts)
    return list(FORMATS[form].work(shown, asked))


def _judgment(record: Record, row: Any) -> Judgment:
    about = AnswerContext(
        assignment=_assigned(record), record=record, rubric=RUBRIC, role="reviewer"
    )
    return read_answer(row, about)


def _sorted(judgment: Judgment) -> Judgment:
    """The judgment with its lists in one order: tools ask in an order of their own."""

    def ordered(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(sorted(values, key=msgspec.json.encode))

    return judgment.replace(
        scores=ordered(judgment.scores),
        reasons=ordered(judgment.reasons),
        errors=None if judgment.errors is None else ordered(judgment.errors),
        step_labels=ordered(judgment.step_labels),
        rulings=ordered(judgment.rulings),
    )


def _check(
    form: str, tool: str, record: Record, answer: dict[str, Any], exported: list[dict[str, Any]]
) -> None:
    plain = json.loads(json.dumps(exported))
    rows = [Row(number=number, values=row) for number, row in enumerate(plain, start=1)]
    (read,) = native_rows(rows, FORMATS[form])
    values = row_values(read)
    carried = {
        column: value
        for column, value in answer.items()
        if column not in {"active_ms", "judged_at"} - CARRIES[tool]
    }
    native = {"assignment": _assigned(record).id, **carried}
    assert values["assignment"] == native["assignment"]
    if set(carried) <= {"active_ms", "judged_at"}:
        # No tool exports the time of an answer that was not given.
        assert is_unanswered(values) or form == "long-csv"
        return
    assert values["answered_by"] == PERSON
    assert _sorted(_judgment(record, values)) == _sorted(_judgment(record, native))


@pytest.mark.share(4)
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
def test_an_answer_given_in_a_tool_is_the_native_judgment(
    tool: str, kind: str, data: st.DataObject
) -> None:
    """Work out, answered in the tool by its own settings, exported and read: the same judgment."""
    record, (form, fill) = RECORDS[kind], TOOLS[tool]
    answer = data.draw(answers(record))
    (task,) = _tasks(form, record)
    _check(form, tool, record, answer, fill(task, SETTINGS[form], answer, PERSON))


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
def test_an_answer_in_long_rows_is_the_native_judgment(kind: str, data: st.DataObject) -> None:
    """Rows filled in one by one, in any order, are joined to the same judgment."""
    record = RECORDS[kind]
    answer = data.draw(answers(record))
    rows = long_csv(_tasks("long-csv", record), answer, PERSON)
    _check("long-csv", "long csv", record, answer, data.draw(st.permutations(rows)))


@given(
    st.sampled_from(["A", "Z", "A1"]),
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.sampled_from(["score", "reason", "ruling"]),
)
def test_a_name_leads_back_to_its_question(letter: str, about: str, family: str) -> None:
    """Whatever a part holds, a name has only signs that every tool takes, and is read back."""
    for parts in ((family, about, letter), (family, about), ("why", family, about, letter)):
        name = name_of(parts)
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
        assert parts_of(name) == parts

"""Work out to reviewers and answers back."""

import json
from typing import Any

import msgspec
import pytest

from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.evidence import Evidence, TextSpan
from assay.records.judgment import Attack, Judgment, SkippedStep, Unanchored, Whole
from assay.records.kinds import Adversarial, Critique, Demonstration, Part, Policy
from assay.records.kinds.trajectory import Trajectory
from assay.records.record import Record, Sensitivity
from assay.records.task import Message, Tool, ToolCall
from assay.records.verdict import Abstained, Category, NotApplicable, Prefers, Ranks, Scored, Tie
from assay.review.answer import RefusedAnswerError, in_presented_order
from assay.review.assignment import Assignment
from assay.review.completeness import gaps, shape_of
from assay.review.exchange import (
    AnswerContext,
    escape_formula,
    flat_work_row,
    is_unanswered,
    read_answer,
    work_row,
)
from assay.review.form import form_of
from assay.review.presentation import letter
from builders import model_answer, small_record, user_task
from simulators.small_program import contract, pair, rubric, worked

RECORD = pair(texts=("four", "it is five"))
SWAPPED = (1, 0)
BARE = rubric(reasons_required=False)
FARE = ToolCall(name="fare", arguments='{"to":"Alder"}')
TOOL_WORK = small_record(
    Trajectory(),
    user_task(
        "What does it cost to Alder?",
        tools=(Tool(name="fare", permission="needs_confirmation"),),
        initial_state='{"balance":3}',
    ),
    model_answer(
        (
            Message(role="assistant", content="Wait.", tool_calls=(FARE,)),
            Message(role="tool", content="15"),
        ),
        "secret-model",
        work=(Step(call=FARE, output="15", state='{"balance":2}'),),
        state_after='{"balance":1}',
    ),
    evidence=(Evidence(kind="source", quote="15 crowns", locator="page 3"),),
)


def _assignment(record: Record = RECORD, order: tuple[int, ...] = SWAPPED) -> Assignment:
    return Assignment(record=record.id, reviewer="r1", number=0, order=order)


def _read(record: Record = RECORD, order: tuple[int, ...] = SWAPPED, **cells: Any) -> Judgment:
    assignment = _assignment(record, order)
    about = AnswerContext(assignment=assignment, record=record, rubric=BARE, role="reviewer")
    row = {name.replace("__", "."): value for name, value in cells.items()}
    return read_answer({"assignment": assignment.id, **row}, about)


def test_a_letter_means_the_candidate_that_was_shown_there() -> None:
    """A is the candidate shown first, whatever its place in the record; the order is kept."""
    found = _read(verdict="A", strength="2", score__correctness__A="5", score__correctness__B="1")
    assert found.verdict == Prefers(candidate=1, strength=2)
    assert [(each.candidate, each.score) for each in found.scores] == [
        (1, Scored(value=5)),
        (0, Scored(value=1)),
    ]
    assert found.order == (1, 0)
    assert (found.reviewer.pseudonym, found.reviewer.kind) == ("r1", "human")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("tie", Tie()),
        ("abstain: not my field", Abstained(reason="not my field")),
        ("B>A", Ranks(order=((0,), (1,)))),
        ("A=B", Ranks(order=((0, 1),))),
    ],
)
def test_every_verdict_has_its_word(said: str, verdict: Any) -> None:
    """Ties, abstentions with their reason and rankings are read as what they are."""
    assert _read(verdict=said).verdict == verdict


def test_scores_have_their_ways_of_not_being_one() -> None:
    """A dimension can be declined, not apply, or be a category; a whole record can be scored."""
    found = _read(score__clarity__A="na", score__taste="yes", score__sound__B="abstain:unsure")
    kinds = {each.dimension: each.score for each in found.scores}
    assert kinds["clarity"] == NotApplicable()
    assert kinds["taste"] == Category(value="yes")
    assert msgspec.to_builtins(kinds["sound"]) == {"score": "abstained", "reason": "unsure"}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"verdict": "C"}, "unknown-verdict"),
        ({"verdict": "A", "strength": "very"}, "bad-strength"),
        ({"verdict": "tie", "strength": "2"}, "bad-strength"),
        ({"verdict": "A>B", "strength": "2"}, "bad-strength"),
        ({"verdict": "A", "score__speed__A": "1"}, "unknown-dimension"),
        ({"verdict": "A", "score__clarity__A": "9"}, "off-scale"),
        ({"verdict": "A", "score__clarity__Z": "3"}, "unknown-candidate"),
        ({"verdict": "A", "score__clarity__A__x": "3"}, "unknown-column"),
        ({"verdcit": "A"}, "unknown-column"),
        ({"verdict": "A>B>A"}, "misfit"),
        ({"verdict": True}, "not-text"),
        ({"verdict": "A", "active_ms": "soon"}, "bad-time"),
        ({"verdict": "A", "errors": "{"}, "bad-errors"),
        ({"verdict": "A", "errors": [{"category": "x", "colour": "red"}]}, "unknown-field"),
        ({"step__A__0": "good"}, "misfit"),
        ({"ruling__s1__A": "maybe"}, "unknown-ruling"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(cells: dict[str, Any], code: str) -> None:
    """Each fault has its code and names its column."""
    with pytest.raises(InputError) as caught:
        _read(**cells)
    assert caught.value.code == code


def test_a_choice_needs_a_reason_where_the_rubric_asks_for_one() -> None:
    """A preference without a reason tied to a dimension is refused; a tie and an abstention pass."""
    assignment = _assignment()
    about = AnswerContext(assignment=assignment, record=RECORD, rubric=rubric(), role="reviewer")
    row = {"assignment": assignment.id, "verdict": "A", "reason": "better"}
    with pytest.raises(InputError, match="tied to a dimension"):
        read_answer(row, about)
    assert read_answer(row | {"reason.clarity": "shorter"}, about).reasons[1].dimension == "clarity"
    assert read_answer({"assignment": assignment.id, "verdict": "tie"}, about).verdict == Tie()


@pytest.mark.parametrize(
    "cells",
    [
        {"verdict": "A"},
        {"verdict": "A", "reason": "better"},
        {"verdict": "A", "reason.clarity": "shorter"},
        {"verdict": "A", "errors": []},
        {"verdict": "A", "errors": [{"candidate": "B", "category": "wrong_sum"}]},
        {"verdict": "B>A"},
        {"verdict": "B>A", "errors": [{"category": "wrong_sum"}]},
        {"verdict": "both_unacceptable"},
        {"verdict": "both_unacceptable", "reason.sound": "neither adds up"},
        {"verdict": "tie"},
    ],
)
def test_a_file_and_the_desk_ask_for_a_reason_of_the_same_answers(cells: dict[str, Any]) -> None:
    """Whatever ties a choice to what decided it counts on both ways in, and nothing else does."""
    assignment = _assignment()
    about = AnswerContext(assignment=assignment, record=RECORD, rubric=rubric(), role="reviewer")
    bare = msgspec.structs.replace(about, rubric=BARE)
    answer = in_presented_order(read_answer(cells, bare), RECORD, assignment)
    form = form_of(RECORD, contract=contract(), rubric=rubric(), policy=None, may_write=False)
    form = msgspec.structs.replace(form, required_dimensions=())
    at_desk = {gap.code for gap in gaps(answer, form, shape_of(RECORD, SWAPPED))}
    in_file = set()
    try:
        read_answer(cells, about)
    except InputError as error:
        in_file = {error.code}
    assert in_file == at_desk


def test_every_fault_of_a_row_is_named_at_once() -> None:
    """Each has its code and its column, so that one look corrections the row."""
    errors = [{"category": "x", "colour": "red"}, {"candidate": "Z", "category": "x"}]
    with pytest.raises(RefusedAnswerError) as caught:
        _read(
            mood="good", verdict="C", strength="very", score__clarity__A="9", score__speed__A="1",
            score__clarity__B="4", reason__clarity__Z="so", step__A__x="good", ruling__s1="maybe",
            attack__outcome="won", attack__attempts="some", stands_as_is="perhaps",
            active_ms="soon", errors=errors,
        )  # fmt: skip
    found = [(fault.code, fault.where) for fault in caught.value.faults]
    assert sorted(found) == [
        ("bad-attack", "attack"),
        ("bad-count", "attack.attempts"),
        ("bad-strength", "strength"),
        ("bad-time", "active_ms"),
        ("bad-word", "stands_as_is"),
        ("off-scale", "score.clarity.A"),
        ("unknown-candidate", "errors.1"),
        ("unknown-candidate", "reason.clarity.Z"),
        ("unknown-column", "mood"),
        ("unknown-dimension", "score.speed.A"),
        ("unknown-field", "errors.0"),
        ("unknown-label", "step.A.x"),
        ("unknown-ruling", "ruling.s1"),
        ("unknown-verdict", "verdict"),
    ]
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)


@pytest.mark.parametrize("column", ["strength", "active_ms", "attack.attempts"])
def test_a_number_without_end_is_a_fault_of_its_row(column: str) -> None:
    """It counts nothing, and is refused like any other text that is no number."""
    with pytest.raises(InputError):
        _read(**{"verdict": "A", column: "9" * 5000})


def test_a_verdict_that_the_rubric_does_not_permit_is_refused() -> None:
    """Where the rubric has no tie, a tie is a fault."""
    assignment = _assignment()
    strict = rubric(verdicts=["abstained"], reasons_required=False)
    about = AnswerContext(assignment=assignment, record=RECORD, rubric=strict, role="reviewer")
    with pytest.raises(InputError, match="does not permit tie"):
        read_answer({"assignment": assignment.id, "verdict": "tie"}, about)


def test_errors_find_their_place() -> None:
    """A quote that stands once is anchored; one that stands nowhere is kept as it was said."""
    errors = [
        {"candidate": "A", "quote": "five", "category": "wrong_sum", "severity": "high"},
        {"candidate": "B", "quote": "nine", "category": "wrong_sum"},
        {"candidate": "B", "category": "padding"},
    ]
    found = _read(errors=json.dumps(errors)).errors
    assert found is not None
    span, unanchored, whole = (each.place for each in found)
    assert span == TextSpan(pointer="/candidates/1/content", start=6, end=10, quote="five")
    assert isinstance(unanchored, Unanchored)
    assert whole == Whole(candidate=0)
    assert _read(verdict="A").errors is None
    assert _read(verdict="A", errors=[]).errors == ()


def test_steps_and_rulings_are_columns() -> None:
    """A labelled step is stored, an empty one stays unlabelled; a ruling may carry a severity."""
    record = worked()
    found = _read(record, (0,), step__A__0="good", step__A__1="", ruling__s1="violates:high")
    assert [(each.step, each.label) for each in found.step_labels] == [(0, "good")]
    assert [(each.section, each.severity) for each in found.rulings] == [("s1", "high")]


CANARY = "CANARY-7f3a"


def test_a_row_says_whatever_a_judgment_can() -> None:
    """A skipped step, a ruling's reason, what an attack did, and a text that stands as it is."""
    steps = _read(worked(), (0,), step__A__0="skip:unreadable", step__A__1="good")
    assert steps.skipped_steps == (SkippedStep(candidate=0, step=0, reason="unreadable"),)
    assert [each.step for each in steps.step_labels] == [1]
    policy = pair().replace(part=Policy(sections=("fees",)))
    ruled = _read(policy, ruling__fees__A="violates::twice: it charges again")
    assert [(each.severity, each.reason) for each in ruled.rulings] == [
        (None, "twice: it charges again")
    ]
    attack = pair().replace(part=Adversarial())
    found = _read(attack, attack__outcome="held", attack__strategy="a story", attack__attempts="2")
    assert found.attack == Attack(outcome="held", strategy="a story", attempts=2)
    edit = pair(texts=("4",)).replace(part=Demonstration())
    assert _read(edit, (0,), stands_as_is="yes").stands_as_is
    assert _read(edit, (0,), stands_as_is="no").stands_as_is is None


def test_each_kind_has_columns_for_its_own_answer() -> None:
    """A sheet asks for the labels of a trajectory, the attack, and whether a text stands."""
    attack = pair().replace(part=Adversarial())
    assert {"attack.outcome", "attack.severity"} <= set(
        flat_work_row(attack, _assignment(attack), BARE)
    )
    edit = pair(texts=("4",)).replace(part=Demonstration())
    assert "stands_as_is" in flat_work_row(edit, _assignment(edit, (0,)), BARE)
    calls = worked().replace(part=Trajectory())
    assert "step.A.1" in flat_work_row(calls, _assignment(calls, (0,)), BARE)


def _hidden() -> Record:
    """A record with the canary in every field that a reviewer must not see."""
    return pair(3, failure_cluster=CANARY).replace(
        candidates=(
            Candidate(
                content=(Message(role="assistant", content="four", name=CANARY),),
                provenance=MadeByModel(
                    model=CANARY, revision=CANARY, parameters=f'"{CANARY}"', prompt_digest=CANARY
                ),
            ),
            Candidate(content="five", provenance=MadeByModel(model=CANARY)),
        ),
        key=CANARY,
        sources=(msgspec.structs.replace(RECORD.sources[0], source_class=CANARY, locator=CANARY),),
        sensitivity=Sensitivity(severity="high", categories=("violence",)),
        evidence=(Evidence(kind="source", quote="2 + 2 = 4", digest=CANARY, candidate=0),),
    )


def test_nothing_hidden_reaches_a_reviewer() -> None:
    """Provenance, source, taxonomy and names are in neither form; severity comes with the work."""
    record = _hidden()
    nested = work_row(record, _assignment(record))
    flat = flat_work_row(record, _assignment(record), rubric())
    assert CANARY not in json.dumps([nested, flat])
    assert record.id not in json.dumps([nested, flat])
    assert (nested["severity"], *nested["harms"]) == ("high", "violence")
    assert list(flat)[2:5] == ["severity", "harms", "task"]
    assert nested["evidence"][0]["candidate"] == "B"


def test_candidates_are_shown_in_the_drawn_order() -> None:
    """The first letter stands for the first of the drawn order in both forms."""
    nested = work_row(RECORD, _assignment())
    flat = flat_work_row(RECORD, _assignment(), rubric())
    assert [each["letter"] for each in nested["candidates"]] == ["A", "B"]
    assert nested["candidates"][0]["content"] == flat["candidate.A"] == RECORD.candidates[1].content


def test_a_flat_row_shows_all_of_the_tool_work() -> None:
    """Tools with their boundary, calls, outputs and states stand in the spreadsheet's cells."""
    shown = flat_work_row(TOOL_WORK, _assignment(TOOL_WORK, ()), rubric())
    assert "fare [needs_confirmation]" in shown["tools"]
    assert shown["initial_state"] == '{"balance":3}'
    assert shown["candidate.A"] == 'assistant: Wait.\ncalls fare {"to":"Alder"}\n\ntool: 15'
    assert shown["step_text.A.0"] == 'calls fare {"to":"Alder"}\noutput: 15\nstate: {"balance":2}'
    assert shown["state_after.A"] == '{"balance":1}'
    assert shown["evidence.0"] == "15 crowns\npage 3"
    assert is_unanswered(shown)


def test_a_flat_row_is_answered_in_its_own_columns() -> None:
    """What goes out empty comes back as unanswered, and filled in as a judgment."""
    flat = flat_work_row(RECORD, _assignment(), rubric())
    assert is_unanswered(flat)
    about = AnswerContext(assignment=_assignment(), record=RECORD, rubric=rubric(), role="reviewer")
    filled = flat | {"verdict": "B", "score.clarity.A": "2", "reason.clarity": "'=short"}
    found = read_answer(filled, about)
    assert found.verdict == Prefers(candidate=0)
    assert found.reasons[0].text == "=short"


@pytest.mark.parametrize(
    "part",
    [
        Policy(sections=("fees", "3.2"), expected="escalate"),
        Adversarial(sections=("fees", "3.2"), strategy="escalate", outcome="broken"),
    ],
)
def test_sections_have_columns_for_rulings(part: Part) -> None:
    """Each section of the record can be ruled on for each candidate; what is expected stays out."""
    record = RECORD.replace(part=part)
    flat = flat_work_row(record, _assignment(record), BARE)
    rulings = [column for column in flat if column.startswith("ruling.")]
    assert rulings == ["ruling.fees.A", "ruling.fees.B", "ruling.3.2.A", "ruling.3.2.B"]
    assert "escalate" not in json.dumps([flat, work_row(record, _assignment(record))])
    assert is_unanswered(flat)
    about = AnswerContext(
        assignment=_assignment(record), record=record, rubric=BARE, role="reviewer"
    )
    found = read_answer(flat | {"ruling.3.2.A": "violates", "ruling.3.2": "unclear"}, about)
    assert {(each.section, each.candidate, each.ruling) for each in found.rulings} == {
        ("3.2", 1, "violates"),
        ("3.2", None, "unclear"),
    }


def test_a_critique_has_a_column_for_errors() -> None:
    """Left empty no error was sought; an empty list says that none was found; others lack it."""
    record = RECORD.replace(part=Critique())
    flat = flat_work_row(record, _assignment(record), BARE)
    assert flat["errors"] == ""
    assert is_unanswered(flat)
    about = AnswerContext(
        assignment=_assignment(record), record=record, rubric=BARE, role="reviewer"
    )
    assert read_answer(flat | {"verdict": "tie"}, about).errors is None
    assert read_answer(flat | {"errors": "[]"}, about).errors == ()
    assert not {"errors", "ruling"} & {
        column.split(".")[0] for column in flat_work_row(RECORD, _assignment(), BARE)
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A text that a spreadsheet would run starts with an apostrophe; plain text is left alone."""
    assert escape_formula(text) == f"'{text}"
    assert escape_formula(f"a{text}") == f"a{text}"
    row = flat_work_row(pair(texts=(text, "b")), _assignment(pair(texts=(text, "b"))), rubric())
    assert row["candidate.B"] == f"'{text}"


def test_letters_never_run_out() -> None:
    """After Z the letters count on, each place with its own."""
    assert [letter(place) for place in (0, 25, 26, 52)] == ["A", "Z", "A1", "A2"]

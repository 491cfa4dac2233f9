"""Environment state: what the environment is in the end is what was expected of it."""

from collections.abc import Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.evidence import Evidence
from assay.records.kinds import Trajectory
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.declared import declarations_for
from assay.verification.json_value import ABSENT, read_value, unreadable
from assay.verification.state_assertion import (
    Assertion,
    Assertions,
    assertion_fault,
    refuse_bad_assertion,
    state_fault,
)
from assay.verification.verification import Fail, Pass, VerifierError
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase

State = tuple[int | None, str]
"""A step of work (None: the end) and the state there as JSON text."""


class EnvironmentState(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state after the answer is the expected one, and every declared assertion holds.

    The expected state is the trajectory's; it must be the whole state. Assertions are a JSON list
    of objects with `op`, `path` (a JSON pointer) and, where the op compares, `value`; they stand in
    the option `assertions`, and in evidence of kind `test` whose text is a JSON object with the key
    `environment-state`. Before is the task's initial state. Values are compared as JSON values: the
    order of keys and the spelling of numbers never matter (1 and 1.0 are one number), the order of
    arrays does, and texts are compared letter by letter.
    """

    name = "environment-state"
    version = "2"
    summary = "The state after the answer is the expected one and every assertion holds"
    covers = "whether the environment ends as it must"
    limits = (
        "What the state does not hold, such as a message that was sent, is not seen.",
        "A right end can come from wrong steps; `step: every` looks at the states between.",
        "The states are taken as the environment wrote them.",
        "Arrays are compared by place: an item that was put in front changes all that follow.",
    )

    assertions: str = ""
    """Assertions as JSON text: a list of objects with op, path and value."""
    step: int | str = "end"
    """Which state is asked for: `end`, a step's number from 0, or `every` (each step's and the end).
    The expected state is that of the end alone."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Compare the candidate's state with the expected one, and check the assertions."""
        try:
            states = self._states(record.candidates[candidate])
            asserted = self._read_assertions(record, candidate)
            expected = getattr(record.part, "expected_state", None)
            expected_value = ABSENT if expected is None else read_value(expected)
            before = _before(record.task, asserted)
        except InputError as error:
            return Found(verdict=VerifierError(reason=str(error)))
        if expected_value is ABSENT and not asserted:
            return NothingToVerify(reason="no state is expected and nothing is asserted")
        if not states:
            return NothingToVerify(reason="the candidate holds no such state")
        if not asserted and states[-1][0] is not None:
            return NothingToVerify(reason="nothing is asserted of a step")
        for state in states:
            fault = _check_state(state, candidate, expected_value, before, asserted)
            if fault:
                return fault
        whole = "" if expected_value is ABSENT else " and the end is the expected state"
        note = f"{len(asserted)} assertions hold of {len(states)} states{whole}"
        return Found(verdict=Pass(), note=note)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Its gold and counter-gold cases."""
        return _cases()

    def _read_assertions(self, record: Record, candidate: int) -> list[Assertion]:
        """The assertions of the option and of the evidence, each of a form that can be checked."""
        declared = declarations_for(record, candidate, self.name, self.assertions, Assertions)
        asserted = [assertion for series in declared for assertion in series]
        for assertion in asserted:
            refuse_bad_assertion(assertion)
        return asserted

    def _states(self, candidate: Candidate) -> list[State]:
        """The states that are asked for, in order; none where one that must be there is not."""
        end: list[State] = [] if candidate.state_after is None else [(None, candidate.state_after)]
        between = [(at, step.state) for at, step in enumerate(candidate.work)]
        with_states: list[State] = [(at, state) for at, state in between if state is not None]
        if self.step == "end":
            return end
        if self.step == "every":
            return with_states + end if end else []
        number = str(self.step)
        if not (number.isascii() and number.isdigit()):
            raise InputError(
                code="bad-declaration",
                message=f"the option `step` is {number[:40]!r}",
                hint="give end, every, or a step's number from 0",
            )
        return [state for state in with_states if str(state[0]) == number]


def _before(task: Task, asserted: Sequence[Assertion]) -> Any:
    needed = next((assertion for assertion in asserted if assertion.needs_before), None)
    if needed is None:
        return ABSENT
    if task.initial_state is None:
        message = f"{needed.op} is asserted, and the task holds no initial state"
        raise InputError(code="bad-declaration", message=message)
    return read_value(task.initial_state)


def _check_state(
    state: State, candidate: int, expected: Any, before: Any, asserted: Sequence[Assertion]
) -> Found | None:
    """What is wrong with one state; None where all holds."""
    step, text = state
    try:
        after = read_value(text)
    except InputError as error:
        return Found(verdict=unreadable("the state", error), step=step)
    results = (assertion_fault(assertion, before, after) for assertion in asserted)
    faults = [fault for fault in results if fault]
    other = None if expected is ABSENT or step is not None else state_fault(expected, after)
    if other:
        faults.insert(0, other[0])
    if not faults:
        return None
    note = f"{len(faults)} of {len(asserted) + (expected is not ABSENT)} do not hold"
    note += f"; {other[1]} places differ" if other else ""
    piece = Evidence(kind="state", text=faults[0], candidate=candidate, step=step)
    return Found(verdict=Fail(reason=faults[0]), note=note, step=step, evidence=(piece,))


_CART = {"cart": [{"item": "lamp", "count": 1}], "open": True, "paid": {"crowns": 0}}
_PAID = {**_CART, "open": False, "paid": {"crowns": 40}}


def _case(
    title: str, expected: CaseOutcome, state: str, *asserted: Any, between: str | None = None,
    whole: bool = False, **options: Any,
) -> VerifierCase:  # fmt: skip
    tests = Evidence(kind="test", text=json_text({"environment-state": list(asserted)}))
    record = Record(
        schema_version=1,
        part=Trajectory(expected_state=json_text(_PAID) if whole else None),
        task=Task(
            messages=(Message(role="user", content="Pay for the lamp."),),
            initial_state=json_text(_CART),
        ),
        sources=(Source(source_class="own"),),
        candidates=(
            Candidate(
                content="Paid.",
                provenance=MadeByModel(model="m"),
                work=(Step(text="Pay.", state=between),),
                state_after=state,
            ),
        ),
        evidence=(tests,) if asserted else (),
    )
    return VerifierCase(title=title, record=record, expected=expected, options=options)


def _cases() -> tuple[VerifierCase, ...]:
    paid = {"op": "equals", "path": "/paid/crowns", "value": 40}
    only = {"op": "only_changed", "value": ["/open", "/paid/crowns"]}
    unchanged = {"op": "unchanged", "path": "/cart"}
    other_spelling = '{"paid":{"crowns":40.0},"open":false,"cart":[{"count":1,"item":"lamp"}]}'
    more = json_text({**_PAID, "cart": [{"item": "lamp", "count": 2}]})
    return (
        _case("the expected state in other spelling", "pass", other_spelling, whole=True),
        _case("a state with one thing more", "fail", json_text({**_PAID, "tip": 1}), whole=True),
        _case("true for one", "fail", json_text({**_PAID, "open": 0}), whole=True),
        _case("what was asserted", "pass", json_text(_PAID), paid, only, unchanged),
        _case("the right value and a change besides", "fail", more, paid, only),
        _case("a state without the place", "fail", "{}", paid),
        _case(
            "a change that was put back",
            "fail",
            json_text(_PAID),
            unchanged,
            between=more,
            step="every",
        ),
        _case("a state that says two things", "fail", '{"paid":{"crowns":0,"crowns":40}}', paid),
    )

"""Expected calls: a trajectory makes the calls of its answer key, and no others.

How it differs from the checker of the Berkeley Function Calling Leaderboard (BFCL), whose form of
answer key it reads:

Stricter
    Texts are compared letter by letter unless `strings` says otherwise; with `strings: bfcl`, BFCL's
    rule holds at every depth, where BFCL follows it one level into lists and objects. Objects inside
    objects follow the key too, to any depth; BFCL compares them as they are. True is never 1.
Laxer
    Types come from the accepted values and not from the function's description, which `tool-calls`
    holds, as it holds required arguments. So 3 and 3.0 are one value, where BFCL takes 3 for 3.0
    and not 3.0 for 3, and takes neither inside a list. An empty text counts for any argument whose
    list holds one; in BFCL for texts only.
Other
    Several calls are matched with the key as a whole, so that no call is spent on the wrong entry;
    BFCL gives each entry the first call that fits. BFCL's single-turn part knows no turns and no
    calls beyond the key, and its multi-turn part compares states and outputs, not calls.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Trajectory
from assay.records.kinds.trajectory import ExpectedCall
from assay.records.record import Record, Source
from assay.records.task import Message, Task, ToolCall
from assay.verification.accepted import Strings, accepted_fault, refuse_bad_key
from assay.verification.calls import MadeCall, TooManyCallsError, first_turn, made_calls
from assay.verification.json_value import read_value, show
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase

MAX_EXPECTED = 100
"""Expected calls of one record."""

MAX_COMPARED = 20_000
"""Pairs of an expected and a made call of one tool; more are not read."""


class _KeyEntry(NamedTuple):
    """An expected call, read."""

    name: str
    key: dict[str, list[Any]]
    turn: int | None


class ExpectedCalls(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each expected call is made once, and no call beyond them.

    A call is an expected one when it has the name to the letter, is in the turn that the key
    gives, if it gives one, and the key accepts each of its arguments; an argument that the key
    does not know is a fault, and so is one left out whose list holds no empty text. The head of
    this module says how values are compared, and where BFCL is stricter or laxer.
    """

    name = "expected-calls"
    version = "2"
    summary = "The calls of the answer key are made, each once, and no others"
    covers = "whether the right calls are made"
    limits = (
        "A way to the goal that the key does not foresee fails.",
        "Calls are compared, not what they do; a call that failed counts as made.",
        "Steps of work have no turn: where the key names several, the calls must be in messages.",
        "Types are those of the accepted values; `tool-calls` holds schemas and what they require.",
        "With `strings: bfcl` texts that differ only in punctuation, such as 1.5 and 15, are equal.",
    )

    ordered: bool = False
    """Whether the calls must be made in the key's order."""
    extra: bool = False
    """Whether calls beyond the expected ones are accepted."""
    strings: Strings = "exact"
    """How texts are compared: exact, normalised (Unicode, case, spaces) or bfcl."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Compare the candidate's calls with the record's expected calls."""
        expected = getattr(record.part, "expected_calls", ())
        if not expected and not getattr(record.part, "no_call", False):
            return NothingToVerify(reason="the record names no expected calls")
        try:
            key = _read_key(expected)
            made = made_calls(record.task, record.candidates[candidate])
            _refuse_turns(key, made, first_turn(record.task))
            faults = self._compare(key, made)
        except TooManyCallsError as error:
            return Found(verdict=Uncarried(reason=str(error)))
        except InputError as error:
            return Found(verdict=VerifierError(reason=str(error)))
        to_made = (_in_order if self.ordered else _match)(faults)
        if None in to_made:
            return self._not_made(key, made, faults, to_made)
        spare = [call for at, call in enumerate(made) if at not in set(to_made)]
        if spare and not self.extra:
            reason = f"{show(spare[0].call.name)} is a call beyond the expected ones"
            return Found(verdict=Fail(reason=reason), step=spare[0].step)
        note = f"{len(key)} expected calls made" + (f", {len(spare)} more" if spare else "")
        return Found(verdict=Pass(), note=note)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Its gold and counter-gold cases."""
        return _cases()

    def _compare(
        self, key: Sequence[_KeyEntry], made: Sequence[MadeCall]
    ) -> list[list[str | None]]:
        """For each expected call, why each made call is not it; None where it is."""
        arguments = [_arguments(call) for call in made]
        pairs = sum(call.call.name == expected.name for call in made for expected in key)
        if pairs > MAX_COMPARED:
            message = f"more than {MAX_COMPARED} pairs of expected and made calls"
            raise TooManyCallsError(code="too-many-calls", message=message)
        return [
            [
                self._difference(expected, call, arguments_of_call)
                for call, arguments_of_call in zip(made, arguments, strict=True)
            ]
            for expected in key
        ]

    def _difference(
        self, expected: _KeyEntry, call: MadeCall, arguments: dict[str, Any] | str
    ) -> str | None:
        if call.call.name != expected.name:
            return "another tool"
        if None not in {expected.turn, call.turn} and expected.turn != call.turn:
            return f"it is made in turn {call.turn}, expected in turn {expected.turn}"
        if isinstance(arguments, str):
            return arguments
        return accepted_fault(arguments, expected.key, self.strings)

    def _not_made(
        self,
        key: Sequence[_KeyEntry],
        made: Sequence[MadeCall],
        faults: list[list[str | None]],
        to_made: Sequence[int | None],
    ) -> Found:
        """The first expected call that is not made, beside the spare call that comes nearest."""
        missing = to_made.index(None)
        name, turn = key[missing].name, key[missing].turn
        place = "" if turn is None else f" in turn {turn}"
        spare = [at for at in range(len(made)) if at not in to_made]
        for at in (at for at in spare if made[at].call.name == name):
            why = faults[missing][at] or "it is made out of order"
            return Found(verdict=Fail(reason=f"{show(name)}{place}: {why}"), step=made[at].step)
        reason = f"{show(name)} is not called{place}" + (" in its order" if self.ordered else "")
        step = made[spare[0]].step if spare else None
        return Found(verdict=Fail(reason=reason), step=step)


def _read_key(expected: Sequence[ExpectedCall]) -> list[_KeyEntry]:
    if len(expected) > MAX_EXPECTED:
        message = f"more than {MAX_EXPECTED} expected calls"
        raise InputError(code="too-many-calls", message=message)
    calls = []
    for number, call in enumerate(expected):
        try:
            key = read_value(call.arguments)
            refuse_bad_key(key)
        except InputError as error:
            raise error.at(f"expected call {number}") from error
        calls.append(_KeyEntry(call.name, key, call.turn))
    return calls


def _refuse_turns(key: Sequence[_KeyEntry], made: Sequence[MadeCall], first: int) -> None:
    """Refuse a key whose turns cannot be determined for the calls, or were over before the answer."""
    turns = {call.turn for call in key if call.turn is not None}
    if len(turns) > 1 and any(call.turn is None for call in made):
        raise InputError(
            code="no-turn",
            message="the key names several turns, and a call in a step of work has none",
            hint="put the calls in messages of the response",
        )
    early = sorted(turn for turn in turns if turn < first)
    if early:
        raise InputError(
            code="no-turn",
            message=f"the key names turn {early[0]}, and the answer begins in turn {first}",
            hint="put the user's later turns in the response",
        )


def _arguments(call: MadeCall) -> dict[str, Any] | str:
    """The arguments of a call, or why there are none to compare."""
    try:
        value = read_value(call.call.arguments)
    except InputError as error:
        return error.message
    return value if isinstance(value, dict) else "its arguments are not a JSON object"


def _in_order(faults: list[list[str | None]]) -> list[int | None]:
    """For each expected call the first made one that is it, after the one before."""
    places: list[int | None] = []
    at = 0
    for row in faults:
        place = next((place for place in range(at, len(row)) if row[place] is None), None)
        places.append(place)
        at = at if place is None else place + 1
    return places


def _match(faults: list[list[str | None]]) -> list[int | None]:
    """For each expected call a made one of its own, as many as can be (augmenting paths)."""
    owner: dict[int, int] = {}
    for number in range(len(faults)):
        _give(number, faults, owner, set())
    places: list[int | None] = [None] * len(faults)
    for place, number in owner.items():
        places[number] = place
    return places


def _give(
    number: int, faults: list[list[str | None]], owner: dict[int, int], tried: set[int]
) -> bool:
    for place, why in enumerate(faults[number]):
        if why is None and place not in tried:
            tried.add(place)
            if place not in owner or _give(owner[place], faults, owner, tried):
                owner[place] = number
                return True
    return False


_BOOK = ExpectedCall(
    name="book",
    arguments=json_text({"to": ["Corrie", "Corrie Pier"], "seats": [2], "deck": ["upper", ""]}),
    turn=0,
)
_PAY = ExpectedCall(name="pay", arguments=json_text({"crowns": [24]}), turn=1)


def _case(title: str, expected: CaseOutcome, *turns: str, **options: Any) -> VerifierCase:
    """A case whose turns are given as `name arguments`, a call each."""
    messages: list[Message] = []
    for turn in turns:
        name, _, arguments = turn.partition(" ")
        call = ToolCall(name=name, arguments=arguments)
        messages += [
            Message(role="assistant", tool_calls=(call,)),
            Message(role="user", content="Go on."),
        ]
    record = Record(
        schema_version=1,
        part=Trajectory(expected_calls=(_BOOK, _PAY)),
        task=Task(messages=(Message(role="user", content="Two seats to Corrie, then pay."),)),
        sources=(Source(source_class="own"),),
        candidates=(Candidate(content=tuple(messages[:-1]), provenance=MadeByModel(model="m")),),
    )
    return VerifierCase(title=title, record=record, expected=expected, options=options)


def _cases() -> tuple[VerifierCase, ...]:
    book, pay = 'book {"seats":2,"to":"Corrie Pier"}', 'pay {"crowns":24}'
    return (
        _case("the calls of the key", "pass", book, pay),
        _case("a value that is not accepted", "fail", 'book {"seats":3,"to":"Corrie"}', pay),
        _case("a number written as a text", "fail", 'book {"seats":"2","to":"Corrie"}', pay),
        _case("an argument that must not be left out", "fail", 'book {"to":"Corrie"}', pay),
        _case("an argument that nobody asked for", "fail", book, 'pay {"crowns":24,"tip":5}'),
        _case("the same call in another turn", "fail", pay, book),
        _case("a call beyond the key", "fail", book, pay, pay),
        _case("a call beyond the key, where that is accepted", "pass", book, pay, pay, extra=True),
        _case("a call that was not made", "fail", book),
    )

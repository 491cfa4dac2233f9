"""The calibration round: independent judging of real outputs, then discussion, then a cause.

A round goes from `independent` to `locked`, `revealed`, `discussed` and `closed`. Its state follows
from facts alone. What was judged when it was locked stays what is discussed: a judgment that comes
later, or is changed after others' answers were seen, is not part of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import msgspec

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.records.judgment import Judgment
from assay.review.distribution import distributions

LEAST_MEMBERS = 2
"""Fewer people cannot disagree."""


RoundCause = Literal[
    "missing_context", "guideline_ambiguity", "expertise", "legitimate_plural_preference"
]
"""Why members differed, in the words of an adjudication's cause."""


RoundOutcome = Literal["revise_task", "revise_guideline", "route_differently", "keep_distribution"]
"""What follows: fix the task or the guideline, ask other people, or keep all answers."""


USUAL_OUTCOME: Mapping[RoundCause, RoundOutcome] = {
    "missing_context": "revise_task",
    "guideline_ambiguity": "revise_guideline",
    "expertise": "route_differently",
    "legitimate_plural_preference": "keep_distribution",
}
"""What usually follows from a cause; an adjudicator may say otherwise."""


State = Literal["independent", "locked", "revealed", "discussed", "closed"]
"""How far a round has come.

`independent`: members judge and see nothing of each other; `locked`: everybody has judged, or the
lead has locked the round; `revealed`: members see how answers are spread; `discussed`: each record
on which they differ has a note; `closed`: nothing more is added.
"""


STATES: tuple[State, ...] = ("independent", "locked", "revealed", "discussed", "closed")
"""The states in their order."""


class Round(Fact):
    """Some people are asked to judge the same real outputs before they discuss them."""

    prefix: ClassVar[str] = "rnd"

    records: tuple[str, ...]
    """Ids of the records, real outputs of the target model."""
    members: tuple[str, ...]
    """Pseudonyms of those who judge; neither leads the discussion."""
    rubric: str
    """Document id of the rubric that is calibrated."""
    opened_by: str
    """Pseudonym of the lead who opened it."""
    opened: str
    """The day on which it was opened, `YYYY-MM-DD`; the same round again is another one."""

    def faults(self) -> Iterator[str]:
        """Why this round makes no sense; nothing for a sound one."""
        if not self.records:
            yield "a round has at least one record"
        if len(set(self.members)) < LEAST_MEMBERS:
            yield f"a round has at least {LEAST_MEMBERS} members"
        for name, ids in (("record", self.records), ("member", self.members)):
            if len(set(ids)) != len(ids):
                yield f"a {name} is named twice"


class RoundStep(Fact):
    """A lead locks, reveals or closes a round."""

    prefix: ClassVar[str] = "rst"

    round: str
    """Id of the round."""
    step: Literal["lock", "reveal", "close"]
    """What the lead does: `lock` ends independent judging, `reveal` shows the spread, `close` ends the round."""
    by: str
    """Pseudonym of the lead."""
    judgments: tuple[str, ...] = ()
    """With `lock`: ids of the judgments that the round then holds, whatever comes later."""


class RoundNote(Fact):
    """The result of the discussion of one record. The judgments stay as they are."""

    prefix: ClassVar[str] = "rno"

    round: str
    """Id of the round."""
    record: str
    """Id of the record."""
    cause: RoundCause
    """Why members gave different answers."""
    outcome: RoundOutcome
    """What is done about the difference."""
    note: str
    """The adjudicator's words, for those who judged."""
    adjudicator: str
    """Pseudonym of the adjudicator, who judged nothing in the round."""
    judgments: tuple[str, ...]
    """Ids of the judgments weighed."""


class RoundState(msgspec.Struct, frozen=True, kw_only=True):
    """A round as far as it has come; for the program, not for a viewer."""

    round: Round
    """The fact that opened the round."""
    state: State
    """How far it has come."""
    judgments: tuple[Judgment, ...]
    """The judgments that it holds: at most one of each member on each record."""
    late: dict[str, tuple[str, ...]]
    """Members who have not judged every record -> the records; they block nothing once locked."""
    differing: tuple[str, ...]
    """Records on which members differ, in the round's order."""
    notes: dict[str, RoundNote]
    """Record id -> the note that stands."""


def follow(
    calibration_round: Round,
    judgments: Iterable[Judgment],
    steps: Iterable[RoundStep] = (),
    notes: Iterable[RoundNote] = (),
) -> RoundState:
    """How far a round has come, from the facts about it.

    Args:
        calibration_round: the round.
        judgments: judgments in their order of entry; those of others, on other records or under
            another rubric are not part of it. Members' earlier judgments of its records are.
        steps: leads' steps, of any round, in their order of entry.
        notes: notes, of any round, in their order of entry; of one record the last stands.
    """
    done = [step for step in steps if step.round == calibration_round.id]
    lock = next((step for step in done if step.step == "lock"), None)
    held = _judgments_held(calibration_round, judgments, lock)
    have = {(judgment.reviewer.pseudonym, judgment.record) for judgment in held}
    late = {
        member: missing
        for member in calibration_round.members
        if (
            missing := tuple(
                record for record in calibration_round.records if (member, record) not in have
            )
        )
    }
    differing = tuple(record for record in calibration_round.records if _differs(record, held))
    standing = {
        round_note.record: round_note
        for round_note in notes
        if round_note.round == calibration_round.id
    }
    return RoundState(
        round=calibration_round,
        state=_state(
            locked=lock is not None or not late,
            taken={step.step for step in done},
            discussed=set(differing) <= set(standing),
        ),
        judgments=held,
        late=late,
        differing=differing,
        notes=standing,
    )


def lock(state: RoundState, *, by: str) -> RoundStep:
    """The step by which a lead ends independent judging, with the judgments that are there by now.

    Raises:
        UsageError: if the round is locked already, or nobody has judged.
    """
    _check_state(state, "independent", "lock")
    if not state.judgments:
        raise round_refusal(
            "nothing-to-lock", "nobody has judged yet", "wait for the first judgments"
        )
    held = tuple(judgment.id for judgment in state.judgments)
    return RoundStep(round=state.round.id, step="lock", by=by, judgments=held)


def reveal(state: RoundState, *, by: str) -> RoundStep:
    """The step by which members come to see how answers are spread.

    Raises:
        UsageError: unless the round is locked and not yet revealed.
    """
    _check_state(state, "locked", "reveal")
    return RoundStep(round=state.round.id, step="reveal", by=by)


def close(state: RoundState, *, by: str) -> RoundStep:
    """The step that ends a round.

    Raises:
        UsageError: unless each record on which members differ has been discussed.
    """
    _check_state(state, "discussed", "close")
    return RoundStep(round=state.round.id, step="close", by=by)


def note(
    state: RoundState,
    record: str,
    *,
    cause: RoundCause,
    outcome: RoundOutcome,
    words: str,
    adjudicator: str,
) -> RoundNote:
    """The result of the discussion of one record, over all judgments that the round holds of it.

    Raises:
        UsageError: unless the round is being discussed and holds the record, and where the
            adjudicator is a member: who judged does not decide why others differ.
    """
    if state.state not in {"revealed", "discussed"}:
        raise round_refusal(
            "not-in-discussion",
            f"the round is {state.state}",
            "notes are written between the reveal and the close",
        )
    weighed = tuple(judgment.id for judgment in state.judgments if judgment.record == record)
    if not weighed:
        raise round_refusal(
            "not-in-round", f"nobody judged {record!r} in this round", "name a record of the round"
        )
    if adjudicator in state.round.members:
        raise round_refusal(
            "not-independent", "the adjudicator is a member of the round", "let somebody else write"
        )
    return RoundNote(
        round=state.round.id,
        record=record,
        cause=cause,
        outcome=outcome,
        note=words,
        adjudicator=adjudicator,
        judgments=weighed,
    )


def _judgments_held(
    calibration_round: Round, judgments: Iterable[Judgment], lock: RoundStep | None
) -> tuple[Judgment, ...]:
    """The judgments that the round holds: up to its lock, or up to the last that was missing."""
    held: dict[tuple[str, str], Judgment] = {}
    full_count = len(calibration_round.members) * len(calibration_round.records)
    for judgment in judgments:
        if (
            judgment.record not in calibration_round.records
            or judgment.rubric != calibration_round.rubric
        ):
            continue
        person = judgment.reviewer.pseudonym
        if person not in calibration_round.members or judgment.reviewer.kind != "human":
            continue
        # A lock by the lead names its judgments: later ones are not part of the round.
        if lock is not None and judgment.id not in lock.judgments:
            continue
        # Up to the lock a later answer of the same person replaces the earlier one.
        held[person, judgment.record] = judgment
        # The last missing judgment locks the round without a step of the lead.
        if len(held) == full_count:
            break
    places = [
        (member, record)
        for record in calibration_round.records
        for member in calibration_round.members
    ]
    return tuple(held[place] for place in places if place in held)


def _differs(record: str, held: Iterable[Judgment]) -> bool:
    return any(
        distribution.differs
        for distribution in distributions(
            judgment for judgment in held if judgment.record == record
        )
    )


def _state(*, locked: bool, taken: set[str], discussed: bool) -> State:
    if not locked:
        return "independent"
    if "reveal" not in taken:
        return "locked"
    if not discussed:
        return "revealed"
    return "closed" if "close" in taken else "discussed"


def _check_state(state: RoundState, needed: State, step: str) -> None:
    if state.state != needed:
        raise round_refusal(
            "wrong-state",
            f"the round is {state.state}; only a round that is {needed} can be taken to {step}",
            "look at what is still missing",
        )


def round_refusal(code: str, message: str, hint: str) -> UsageError:
    """The error by which a round refuses a step, a note or a view."""
    return UsageError(code=code, message=message, where="calibration round", hint=hint)

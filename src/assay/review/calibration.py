"""The calibration round: independent judging of real outputs, then discussion, then a cause.

A round goes from `independent` to `locked`, `revealed`, `discussed` and `closed`. Its state follows
from facts alone. What was judged when it was locked stays what is discussed: a judgment that comes
later, or is changed after others' answers were seen, is not part of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import msgspec

from assay.contracts.diff import VERDICT
from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.records.fields import Role
from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked, Ranks, score_key, verdict_key

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

_HOSTS: frozenset[Role] = frozenset({"lead", "adjudicator"})


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
    """What is done."""
    by: str
    """Pseudonym of the lead."""
    judgments: tuple[str, ...] = ()
    """With `lock`: ids of the judgments that the round then holds, whatever comes later."""


class RoundNote(Fact):
    """What the discussion of one record came to. The judgments stay as they are."""

    prefix: ClassVar[str] = "rno"

    round: str
    """Id of the round."""
    record: str
    """Id of the record."""
    cause: RoundCause
    """Why members differed."""
    outcome: RoundOutcome
    """What follows."""
    note: str
    """The adjudicator's words, for those who judged."""
    adjudicator: str
    """Pseudonym of the adjudicator, who judged nothing in the round."""
    judgments: tuple[str, ...]
    """Ids of the judgments weighed."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers to one question about one record are spread."""

    question: str
    """The dimension; `verdict` for the overall answer."""
    candidate: int | None
    """The candidate scored; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Answers by name, such as `prefers:0`, `4` or `abstained`; sorted by name."""
    unanswered: int
    """Judgments of the record that say nothing here."""
    own: str | None
    """The viewer's own answer; None for a viewer without one."""

    @property
    def differs(self) -> bool:
        """Whether two answers differ; to decline where somebody answers is to differ."""
        return len(self.counts) > 1


class RoundState(msgspec.Struct, frozen=True, kw_only=True):
    """A round as far as it has come; for the program, not for a viewer."""

    round: Round
    """The round."""
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


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What one viewer may see of one record of a round."""

    record: str
    """Id of the record."""
    own: str | None
    """Id of the viewer's own judgment in the round; None where there is none."""
    late: bool
    """Whether the viewer is a member who did not judge it before the round was locked."""
    distributions: tuple[Distribution, ...] | None
    """How answers are spread; None while the viewer may not see it."""
    note: RoundNote | None
    """What the discussion came to; None while there is none, or the viewer may not see it."""


class RoundView(msgspec.Struct, frozen=True, kw_only=True):
    """What one viewer may see of a round."""

    round: str
    """Id of the round."""
    state: State
    """How far it has come."""
    records: tuple[RecordView, ...]
    """Its records in order."""
    late: tuple[str, ...] | None
    """Pseudonyms of members who have not judged everything; None for members, whose own is theirs."""


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
    """The step by which a lead ends independent judging, with whoever has judged by now.

    Raises:
        UsageError: if the round is locked already, or nobody has judged.
    """
    _check_state(state, "independent", "lock")
    if not state.judgments:
        raise _refusal("nothing-to-lock", "nobody has judged yet", "wait for the first judgments")
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
    """What the discussion of one record came to, over all judgments that the round holds of it.

    Raises:
        UsageError: unless the round is being discussed and holds the record, and where the
            adjudicator is a member: who judged does not decide why others differ.
    """
    if state.state not in {"revealed", "discussed"}:
        raise _refusal(
            "not-in-discussion",
            f"the round is {state.state}",
            "notes are written between the reveal and the close",
        )
    weighed = tuple(judgment.id for judgment in state.judgments if judgment.record == record)
    if not weighed:
        raise _refusal(
            "not-in-round", f"nobody judged {record!r} in this round", "name a record of the round"
        )
    if adjudicator in state.round.members:
        raise _refusal(
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


def view(state: RoundState, *, viewer: str, role: Role) -> RoundView:
    """What somebody may see of a round.

    Members see their own judgments; how answers are spread they see once it is revealed, and only of
    records that they judged in time. Leads and adjudicators who are not members see the spread once
    the round is locked, and at all times who is late.

    Args:
        state: the round.
        viewer: pseudonym.
        role: the role in which the viewer asks.

    Raises:
        UsageError: for somebody who is neither a member nor leads or adjudicates.
    """
    member = viewer in state.round.members
    if not member and role not in _HOSTS:
        raise _refusal(
            "not-in-round",
            "the viewer is not a member of this round",
            "ask the lead to be in the next",
        )
    return RoundView(
        round=state.round.id,
        state=state.state,
        records=tuple(
            _record_view(state, record, viewer, member) for record in state.round.records
        ),
        late=None if member else tuple(state.late),
    )


def distributions(
    judgments: Iterable[Judgment], viewer: str | None = None
) -> tuple[Distribution, ...]:
    """How the answers about one record are spread: the verdict first, then dimensions by name.

    Args:
        judgments: one judgment of each person on the record.
        viewer: pseudonym of the person whose own answers are marked.
    """
    answers = {judgment.reviewer.pseudonym: _answers(judgment) for judgment in judgments}
    questions = {question for own in answers.values() for question in own}
    mine = answers.get(viewer or "", {})
    spreads = []
    for question in sorted(questions, key=_order):
        counts = Counter(own[question] for own in answers.values() if question in own)
        spreads.append(
            Distribution(
                question=question[0],
                candidate=question[1],
                counts=dict(sorted(counts.items())),
                unanswered=len(answers) - counts.total(),
                own=mine.get(question),
            )
        )
    return tuple(spreads)


_Question = tuple[str, int | None]


def _order(question: _Question) -> tuple[bool, str, int]:
    name, candidate = question
    return name != VERDICT, name, -1 if candidate is None else candidate


def _answers(judgment: Judgment) -> dict[_Question, str]:
    answers: dict[_Question, str] = {}
    verdict = judgment.verdict
    if not isinstance(verdict, NotAsked):
        named = sum(len(group) for group in verdict.order) if isinstance(verdict, Ranks) else 0
        answers[VERDICT, None] = verdict_key(verdict, named)
    for score in judgment.scores:
        name = score_key(score.score) or str(score.score.__struct_config__.tag)
        answers[score.dimension, score.candidate] = name
    return answers | dict(_other_answers(judgment))


def _other_answers(judgment: Judgment) -> Iterator[tuple[_Question, str]]:
    """What a judgment says beside its verdict and its scores, in words that can be counted."""
    for label in judgment.step_labels:
        yield (f"step {label.step + 1}", label.candidate), label.label
    for ruling in judgment.rulings:
        severity = f" ({ruling.severity})" if ruling.severity else ""
        yield (f"section {ruling.section}", ruling.candidate), f"{ruling.ruling}{severity}"
    attack = judgment.attack
    if attack is not None and attack.outcome is not None:
        yield ("attack", None), attack.outcome
    if attack is not None and attack.severity is not None:
        yield ("severity of the attack", None), attack.severity
    if judgment.errors is not None:
        kinds = sorted({error.category for error in judgment.errors})
        yield ("errors", None), ", ".join(kinds) or "none found"
    if judgment.wrote is not None or judgment.stands_as_is is not None:
        yield ("text", None), "stands as it is" if judgment.stands_as_is else "revised"


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
        if lock is not None and judgment.id not in lock.judgments:
            continue
        held[person, judgment.record] = judgment
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


def _record_view(state: RoundState, record: str, viewer: str, member: bool) -> RecordView:
    of_record = [judgment for judgment in state.judgments if judgment.record == record]
    own = next(
        (judgment.id for judgment in of_record if judgment.reviewer.pseudonym == viewer), None
    )
    reached = STATES.index(state.state)
    if member:
        sees = own is not None and reached >= STATES.index("revealed")
    else:
        sees = reached >= STATES.index("locked")
    return RecordView(
        record=record,
        own=own,
        late=member and own is None and state.state != "independent",
        distributions=distributions(of_record, viewer) if sees else None,
        note=state.notes.get(record) if sees else None,
    )


def _check_state(state: RoundState, needed: State, step: str) -> None:
    if state.state != needed:
        raise _refusal(
            "wrong-state",
            f"the round is {state.state}; only a round that is {needed} can be taken to {step}",
            "look at what is still missing",
        )


def _refusal(code: str, message: str, hint: str) -> UsageError:
    return UsageError(code=code, message=message, where="calibration round", hint=hint)

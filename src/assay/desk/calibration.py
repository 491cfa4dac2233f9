"""The `calibration` interface of an open program: rounds on real outputs, from independent judgments to a cause."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from assay.context import Context, Interface
from assay.core.errors import UsageError
from assay.desk.filling import handle_of
from assay.desk.service import DeskService
from assay.desk.text_access import ReadRecord
from assay.governance.permissions import Permission, Principal, can
from assay.records.fields import Role
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review import calibration, calibration_view
from assay.review.assignment import Assignment
from assay.review.calibration import (
    Round,
    RoundCause,
    RoundNote,
    RoundOutcome,
    RoundState,
    RoundStep,
)
from assay.review.calibration_view import RoundView
from assay.review.handle import ROUND_HANDLE
from assay.review.queue.lease import NewItem, Queue
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit

Noted = TypeVar("Noted", RoundStep, RoundNote)

MOST_RECORDS = 50
"""Most records of one round: more is no longer discussed in one sitting."""


class RoundCard(msgspec.Struct, frozen=True, kw_only=True):
    """A round in a list."""

    round: str
    """Keyed handle of the round."""
    opened: str
    """The day on which it was opened."""
    records: int
    """How many records it has."""
    members: int
    """How many members it has."""
    state: str
    """How far it has come."""
    queue: str
    """Handle of the queue in which its members judge."""
    mine: bool
    """Whether the viewer is a member."""


class RoundPage(msgspec.Struct, frozen=True, kw_only=True):
    """A round as one viewer sees it."""

    card: RoundCard
    """The round as a list shows it: size, state, queue."""
    view: RoundView
    """What the viewer may see of it."""
    shown: dict[str, ReadRecord]
    """Record id -> what is shown of it, in the record's own order; without what
    members are to judge, and what is held back."""
    held_back: dict[str, tuple[str, ...]]
    """Record id -> why the viewer may not read it."""
    differing: tuple[str, ...]
    """Records on which members differ; empty while the viewer may not see it."""


class CalibrationService(Interface):
    """Open rounds, judge apart, lock, reveal, discuss, close."""

    def __init__(self, context: Context, desk: DeskService) -> None:
        self._context = context
        self._desk = desk
        self._queue_store = SqlQueue(context.store)

    def open(self, who: Principal, records: Sequence[str], members: Sequence[str]) -> Round:
        """Open a round: its members find it among their queues.

        Args:
            who: the lead who opens it.
            records: ids of the records, or unique prefixes.
            members: pseudonyms.

        Raises:
            UsageError: for unknown records, too many of them, too few members, or records that
                reviewers may not read.
        """
        store = self._context.store
        identities = tuple(store.get(Record, record).id for record in dict.fromkeys(records))
        opened_round = Round(
            records=identities,
            members=tuple(dict.fromkeys(members)),
            rubric=self._context.ids["rubric"],
            opened_by=who.pseudonym,
            opened=self._context.clock()[:10],
        )
        faults = list(opened_round.faults())
        if len(identities) > MOST_RECORDS:
            faults.append(f"a round has at most {MOST_RECORDS} records")
        faults += self._held_back(identities)
        if faults:
            raise UsageError(code="bad-round", message="; ".join(faults), where="round")
        queue = _queue_of(opened_round)

        def work(unit: WriteUnit) -> Round:
            unit.add([opened_round])
            transaction = self._queue_store.unit(unit)
            # Members discuss these records, so a later pass of theirs would not be independent.
            for identity in identities:
                transaction.queues.bar(identity, opened_round.members)
            number = transaction.queues.add_queue(queue, handle_of(self._context, queue))
            need = len(opened_round.members)
            transaction.queues.enqueue(
                number, [NewItem(record=identity, need=need) for identity in identities]
            )
            return opened_round

        opened = self._desk.submit(work, "calibration.open", actor=who.pseudonym)
        self._desk.seat_members(opened_round.members, by=who.pseudonym)
        return opened

    def _held_back(self, records: Sequence[str]) -> list[str]:
        """Why the reviewers of a round may not read some records, each under its handle."""
        rights = self._context.exit_rights()
        for record in self._context.store.scan(Record, id=list(records)):
            rights.readers(record.id, record, _ROLES)
        return [
            f"{held.record} is held back: {'; '.join(held.reasons)}"
            for held in rights.held_back.each
        ]

    def handle(self, calibration_round: Round) -> str:
        """Keyed handle of a round: its id, a digest of its records' ids, would confirm a guess of them."""
        return self._context.handle(ROUND_HANDLE, calibration_round.id)

    def rounds(self, who: Principal) -> list[RoundCard]:
        """The rounds that a person may see, newest first."""
        cards = [
            self._card(state, who)
            for state in self._states()
            if who.pseudonym in state.round.members or _hosts(who)
        ]
        return cards[::-1]

    def uncover(self, who: Principal, handle: str, place: str) -> RoundPage:
        """A round with the text of one record that is covered; that it was asked for is logged.

        Raises:
            UsageError: as `look`, for an unknown record, or a text that the viewer may not see.
        """
        state = self._state(handle)
        calibration_view.view(state, viewer=who.pseudonym, role=_role(who))
        record = self._context.store.get(Record, _record_at(state, place))
        if self._is_to_judge(state, who):
            raise UsageError(code="not-revealed", message="you meet this record at the desk")
        # Logged first, so that no text is shown whose view is not on record.
        self._desk.uncover(who, record)
        return self.look(who, handle, uncovered=record.id)

    def look(self, who: Principal, handle: str, *, uncovered: str | None = None) -> RoundPage:
        """A round as one viewer sees it.

        Args:
            who: the viewer.
            handle: the round.
            uncovered: the record whose covered text the viewer asked for.

        Raises:
            UsageError: for an unknown round, or a viewer who is not part of it.
        """
        state = self._state(handle)
        view = calibration_view.view(state, viewer=who.pseudonym, role=_role(who))
        seen = any(record_view.distributions is not None for record_view in view.records)
        shown: dict[str, ReadRecord] = {}
        held_back: dict[str, tuple[str, ...]] = {}
        for identity in () if self._is_to_judge(state, who) else state.round.records:
            record = self._context.store.get(Record, identity)
            decision = self._desk.rights.decide(identity, record, who.roles)
            if not decision.permitted:
                held_back[identity] = tuple(denial.message for denial in decision.denials)
                continue
            order = Assignment(record=identity, reviewer=who.pseudonym, number=0)
            shown[identity] = self._desk.reading.on_page(
                who, record, order, uncovered=identity == uncovered
            )
        return RoundPage(
            card=self._card(state, who),
            view=view,
            shown=shown,
            held_back=held_back,
            differing=state.differing if seen else (),
        )

    def step(self, who: Principal, handle: str, step: str) -> RoundStep:
        """Lock, reveal or close a round.

        Raises:
            UsageError: if the round has not come to this step, or the step is unknown.
        """
        state = self._state(handle)
        steps = {
            "lock": calibration.lock,
            "reveal": calibration.reveal,
            "close": calibration.close,
        }
        if step not in steps:
            raise UsageError(code="unknown-step", message=f"{step!r} is not a step of a round")
        return self._add(steps[step](state, by=who.pseudonym), f"calibration.{step}", who)

    def note(
        self,
        who: Principal,
        handle: str,
        place: str,
        *,
        cause: RoundCause,
        outcome: RoundOutcome,
        words: str,
    ) -> RoundNote:
        """Store what the discussion of one record came to.

        Args:
            who: who adjudicates.
            handle: the round.
            place: place of the record in the round, from 0.
            cause: why members differed.
            outcome: what follows.
            words: the reasons in the words of the discussion.

        Raises:
            UsageError: as `review.calibration.note`.
        """
        state = self._state(handle)
        made = calibration.note(
            state,
            _record_at(state, place),
            cause=cause,
            outcome=outcome,
            words=words,
            adjudicator=who.pseudonym,
        )
        return self._add(made, "calibration.note", who)

    def _add(self, fact: Noted, action: str, who: Principal) -> Noted:
        def work(unit: WriteUnit) -> Noted:
            unit.add([fact])
            return fact

        return self._desk.submit(work, action, actor=who.pseudonym, subject=fact.round)

    def _states(self) -> list[RoundState]:
        store = self._context.store
        steps, notes = list(store.scan(RoundStep)), list(store.scan(RoundNote))
        return [
            calibration.follow(
                calibration_round,
                store.scan(Judgment, record=list(calibration_round.records)),
                steps,
                notes,
            )
            for calibration_round in store.scan(Round)
        ]

    def _state(self, handle: str) -> RoundState:
        store = self._context.store
        calibration_round = next(
            (candidate for candidate in store.scan(Round) if self.handle(candidate) == handle), None
        )
        if calibration_round is None:
            raise UsageError(code="no-such-fact", message="there is no such round")
        return calibration.follow(
            calibration_round,
            store.scan(Judgment, record=list(calibration_round.records)),
            store.scan(RoundStep, round=calibration_round.id),
            store.scan(RoundNote, round=calibration_round.id),
        )

    def _is_to_judge(self, state: RoundState, who: Principal) -> bool:
        """Whether a person has yet to judge the records at the desk, each in an order of its own."""
        return state.state == "independent" and who.pseudonym in state.round.members

    def _card(self, state: RoundState, who: Principal) -> RoundCard:
        calibration_round = state.round
        return RoundCard(
            round=self.handle(calibration_round),
            opened=calibration_round.opened,
            records=len(calibration_round.records),
            members=len(calibration_round.members),
            state=state.state,
            queue=handle_of(self._context, _queue_of(calibration_round)),
            mine=who.pseudonym in calibration_round.members,
        )


_ROLES = ("reviewer",)
"""In which members judge in a round."""


def _queue_of(calibration_round: Round) -> Queue:
    """The queue in which a round's members judge; it is named after the round."""
    return Queue(stage="calibration", layer=calibration_round.id, kind="round", roles=_ROLES)


def _record_at(state: RoundState, place: str) -> str:
    """The record at a place of a round, counted from 0."""
    if not (place.isascii() and place.isdecimal()) or int(place) >= len(state.round.records):
        raise UsageError(code="unknown-record", message=f"the round has no record {place!r}")
    return state.round.records[int(place)]


def _hosts(who: Principal) -> bool:
    return can(who, Permission.manage) or can(who, Permission.adjudicate)


def _role(who: Principal) -> Role:
    """The role in which a person looks at a round: the one that shows most."""
    if can(who, Permission.manage):
        return "lead"
    return "adjudicator" if can(who, Permission.adjudicate) else "reviewer"

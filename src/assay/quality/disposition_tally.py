"""Dispositions counted by state, reason and standing, as a fold over cases."""

import re
from collections import Counter
from typing import Self

import msgspec

from assay.core.tallies import from_rows, to_rows
from assay.quality.case import RecordCase
from assay.quality.case_fold import CaseFold
from assay.quality.disposition import Disposition, State
from assay.records.record import Record


class StateReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """Records that have one state for one reason."""

    state: State
    rule: str
    """The layer and rule that gave it."""
    reason: str
    """The reason, in the words that most such records have."""
    records: int
    """How many records: those whose reasons differ in nothing but numbers."""


class Disposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a run over all records did: `written + unchanged` is how many records there are."""

    written: int
    """Records whose disposition is new."""
    unchanged: int
    """Records whose disposition is what it was."""
    states: dict[str, int]
    """Records by state, new and unchanged."""
    reasons: tuple[StateReasonCount, ...]
    """Records by state, rule and reason, the most frequent first within a state."""
    standings: dict[str, int]
    """Candidates by standing: endorsed, rejected, mixed, unjudged."""


class DispositionTally:
    """Dispositions counted by state, reason and standing."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._reasons: Counter[tuple[State, str, str]] = Counter()
        self._standings: Counter[str] = Counter()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """The tally that was encoded."""
        reasons, standings = msgspec.json.decode(body)
        tally = cls()
        tally._reasons, tally._standings = from_rows(reasons), from_rows(standings)
        return tally

    def add(self, case: RecordCase) -> None:
        """Count the disposition of a case, where it has one."""
        if case.disposition is not None:
            self.count(case.disposition)

    def remove(self, case: RecordCase) -> None:
        """Take the disposition of a case out, where it had one."""
        if case.disposition is not None:
            self.count(case.disposition, -1)

    def count(self, disposition: Disposition, times: int = 1) -> None:
        """Count one disposition; a negative number takes it out again."""
        self._reasons[disposition.state, disposition.rule, disposition.reason] += times
        for standing in disposition.standings:
            self._standings[standing.standing] += times

    def encoded(self) -> bytes:
        """The tally as bytes."""
        return msgspec.json.encode([to_rows(self._reasons), to_rows(self._standings)])

    def disposed(self, written: int) -> Disposed:
        """What a run came to that wrote so many new dispositions."""
        states: Counter[str] = Counter()
        for (state, _, _), records in to_rows(self._reasons):
            states[state] += records
        return Disposed(
            written=written,
            unchanged=states.total() - written,
            states=dict(sorted(states.items())),
            reasons=self._by_reason(),
            standings=dict(to_rows(self._standings)),
        )

    def _by_reason(self) -> tuple[StateReasonCount, ...]:
        """The reasons by state, the most frequent first."""
        wordings: dict[tuple[State, str, str], list[tuple[int, str]]] = {}
        for (state, rule, reason), records in to_rows(self._reasons):
            # Reasons name figures of their record; without them equal reasons fall together.
            alike = re.sub(r"\d+(\.\d+)?", "#", reason)
            wordings.setdefault((state, rule, alike), []).append((-records, reason))
        counted = [
            (key, -sum(count for count, _ in own), min(own)[1]) for key, own in wordings.items()
        ]
        counted.sort(key=lambda row: (row[0][0], -row[1], row[0]))
        return tuple(
            StateReasonCount(state=state, rule=rule, reason=reason, records=records)
            for (state, rule, _), records, reason in counted
        )


def disposition_fold() -> CaseFold[DispositionTally]:
    """The fold of the records' dispositions under the documents in force."""
    return CaseFold(
        name="dispositions",
        version=1,
        reads=(Record, Disposition),
        begins_again=(),
        start=DispositionTally,
        decode=DispositionTally.decode,
    )

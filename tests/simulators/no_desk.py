"""The register of passes of a program that never opened its desk: facts alone say who holds what."""

from collections.abc import Mapping, Sequence

from assay.core.ports import FactStore
from assay.review.assignment import Assignment
from assay.review.queue.lease import Lease
from assay.review.queue.pass_service import facts_of
from assay.review.queue.passes import PassChange, PassCount, within


class NoDesk:
    """Implements `review.ports.PassRegister` over any store of facts."""

    def __init__(self, store: FactStore) -> None:
        self._store = store

    def needs(self, records: Sequence[str]) -> Mapping[str, int]:
        """No record waits in a queue."""
        del records
        return {}

    def rows(self, records: Sequence[str]) -> Sequence[Lease]:
        """Nobody stands to a record."""
        del records
        return ()

    def at_desk(self, records: Sequence[str]) -> set[str]:
        """The desk gave no assignment."""
        del records
        return set()

    def hold(
        self,
        assignments: Sequence[Assignment],
        needs: Mapping[str, int],
        *,
        actor: str,
        documents: Mapping[str, str],
    ) -> Sequence[Assignment]:
        """Store the assignments whose record still wants a pass."""
        facts = facts_of(self._store, self, sorted({each.record for each in assignments}))
        held = within(assignments, needs, facts.people, ())
        with self._store.write("review.assign", actor=actor, documents=documents) as writing:
            writing.add(held)
        return held

    def count(self) -> PassCount:
        """No passes are counted."""
        return PassCount()

    def reconcile(self, *, actor: str) -> Sequence[PassChange]:
        """There is nothing to repair."""
        del actor
        return ()

"""Group commit: many threads, one writer, one flush to the disk for all that wait.

A commit that survives a power cut costs a flush of the disk. Threads that submit at the same
time share one; each is answered only when its own unit is on the disk.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, Self, TypeVar

from assay.core.errors import MachineError, UsageError
from assay.store.store import Store
from assay.store.writing import AuditedOperation, WriteTransaction, WriteUnit

T = TypeVar("T")

_Answer = Callable[[], None]
_Run = Callable[[WriteTransaction, "PostedUnit[Any]"], _Answer]

MOST = 256
"""Units that one transaction takes at most, so that none waits long for the others."""


@dataclass(frozen=True)
class PostedUnit(Generic[T]):
    """A unit of work that is handed in to the writer."""

    work: Callable[[WriteUnit], T]
    """Adds facts to the transaction it is given; it runs on the writer's thread."""
    operation: AuditedOperation
    """What its audit entry says."""
    answer: Future[T] = field(default_factory=Future)
    """Done once the unit is on the disk, with what the work returned or raised."""


class GroupWriter:
    """Runs units of work from many threads on one writer thread, in the order they came.

    Each unit closes its own audit entry. Units are expected to succeed: they share a transaction
    without savepoints. If one fails, the transaction is undone and all its units run again, each in
    a savepoint of its own, so that a unit that fails rolls back alone; a unit's work may
    therefore run twice, and must change nothing but the transaction. A fault of the machine (a
    full disk, a lost server) refuses every unit of the transaction, and each may be submitted
    again: what is there already is left as it is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: SimpleQueue[Sequence[PostedUnit[Any]] | None] = SimpleQueue()
        self._gate = Lock()
        self._closed = False
        self._thread = Thread(target=self._run, name="assay-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self,
        work: Callable[[WriteUnit], T],
        action: str,
        *,
        actor: str,
        subject: str = "",
        documents: Mapping[str, str] = {},
    ) -> T:
        """Run a unit of work and return its result once it is on the disk.

        Args:
            work: adds facts to the transaction it is given; it runs on the writer's thread.
            action: as in `Store.write`, like the arguments that follow.
            actor: who does it.
            subject: what it is done to.
            documents: ids of the documents in force.

        Raises:
            UsageError: if the writer is closed.
            MachineError: if the transaction could not be committed.
            Exception: whatever the work raised.
        """
        posted = self.post(work, action, actor=actor, subject=subject, documents=documents)
        return posted.result()

    def post(
        self,
        work: Callable[[WriteUnit], T],
        action: str,
        *,
        actor: str,
        subject: str = "",
        documents: Mapping[str, str] = {},
    ) -> Future[T]:
        """Hand a unit of work in; the future is done once the unit is on the disk.

        Args:
            work: as in `submit`, like the arguments that follow.
            action: what is done, as `resource.verb`.
            actor: who does it.
            subject: what it is done to.
            documents: ids of the documents in force.

        Raises:
            UsageError: if the writer is closed.
        """
        operation = AuditedOperation(
            action=action, actor=actor, subject=subject, documents=documents
        )
        submitted = PostedUnit(work, operation)
        self.post_together(submitted)
        return submitted.answer

    def post_together(self, *units: PostedUnit[Any]) -> None:
        """Hand units in that follow each other in one transaction, each with its own audit entry.

        One that fails does not undo the others.

        Raises:
            UsageError: if the writer is closed.
        """
        # Under the lock nothing can be queued behind the end mark, where no thread would answer it.
        with self._gate:
            if self._closed:
                raise UsageError(code="writer-closed", message="the store's writer is closed")
            self._queue.put(units)

    def close(self) -> None:
        """Finish what was submitted, then stop."""
        with self._gate:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._gather(first)
            self._commit(batch)
            if ended:
                return

    def _gather(self, first: Sequence[PostedUnit[Any]]) -> tuple[list[PostedUnit[Any]], bool]:
        batch = [*first]
        while len(batch) < MOST:
            try:
                submitted = self._queue.get_nowait()
            except Empty:
                break
            if submitted is None:
                return batch, True
            batch += submitted
        return batch, False

    def _commit(self, batch: list[PostedUnit[Any]]) -> None:
        # Nobody is answered inside the transaction: its commit may still fail.
        answers = self._run_all(batch, _together) or self._run_all(batch, _apart)
        for answer in answers:
            answer()

    def _run_all(self, batch: list[PostedUnit[Any]], run: _Run) -> list[_Answer]:
        """What the units answer after one transaction; nothing where they must run again, apart."""
        try:
            with self._store.session() as session:
                return [run(session, submitted) for submitted in batch]
        except _UnitError as failed:
            alone = len(batch) == 1
            return [_refusal(batch[0], failed.error)] if alone else []
        except Exception as error:  # noqa: BLE001 - every waiting thread must be answered
            return [_refusal(submitted, error) for submitted in batch]


class _UnitError(Exception):
    """A unit failed, and with it the transaction that it shared."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _together(session: WriteTransaction, submitted: PostedUnit[Any]) -> _Answer:
    """Run one unit of a transaction in which all are expected to succeed."""
    try:
        with session.unit(submitted.operation) as unit:
            result = submitted.work(unit)
    except MachineError:
        raise
    except Exception as error:
        raise _UnitError(error) from error
    return lambda: submitted.answer.set_result(result)


def _apart(session: WriteTransaction, submitted: PostedUnit[Any]) -> _Answer:
    """Run one unit in a savepoint; its result may be returned only after the commit."""
    try:
        with session.guarded_unit(submitted.operation) as unit:
            result = submitted.work(unit)
    except MachineError:
        raise
    except Exception as error:  # noqa: BLE001 - the submitter gets it, whatever it is
        return _refusal(submitted, error)
    return lambda: submitted.answer.set_result(result)


def _refusal(submitted: PostedUnit[Any], error: Exception) -> _Answer:
    return lambda: submitted.answer.set_exception(error)

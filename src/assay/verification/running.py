"""Running verifiers: sandboxes that are shared, subjects that are tested once, proofs made once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from queue import SimpleQueue
from threading import Lock
from typing import Protocol, Self

from assay.core.canonical import json_text
from assay.core.digest import labelled_digest
from assay.core.errors import MachineError
from assay.records.record import Record
from assay.verification.planned import PlannedTest
from assay.verification.ports import Sandbox
from assay.verification.proof import prove
from assay.verification.subject import subject_digest, subject_of
from assay.verification.verification import Unavailable, VerifierError
from assay.verification.verifier import Found, NothingToVerify, runs_in_sandbox

OpenSandbox = Callable[[], AbstractContextManager[Sandbox]]
"""Opens a sandbox; raises MachineError, with what is missing and its remedy, where it cannot."""

MOST_SUBJECTS = 4096
"""Answers about subjects that a run keeps in memory, the last used ones."""

MOST_SAID = 500
"""Characters that are kept of the error of a broken verifier."""


class PendingResult(Protocol):
    """The result of a test, now or later."""

    def result(self) -> Found | NothingToVerify:
        """The result; waits for it where it is not there yet."""


class Sandboxes:
    """The sandboxes of a run: one for each worker at most, opened when it is first needed."""

    def __init__(self, open_sandbox: OpenSandbox | None) -> None:
        """Open nothing yet."""
        self._open = open_sandbox
        self._idle: SimpleQueue[Sandbox] = SimpleQueue()
        self._held = ExitStack()
        self._opening = Lock()
        self.first: Sandbox | None = None
        """The sandbox that was opened at the start; None where none is needed, or can be had."""
        self.missing = ""
        """Why none can be had, with the remedy."""

    def begin(self) -> None:
        """Open the first sandbox, or note why there is none."""
        try:
            self.first = self._open_another()
        except MachineError as error:
            self.missing = str(error)
            return
        self._idle.put(self.first)

    @contextmanager
    def borrow(self) -> Iterator[Sandbox]:
        """A sandbox for one test.

        Raises:
            MachineError: if one must be opened and cannot be.
        """
        # Where another worker takes the last idle one in between, `get` waits for one to come back.
        sandbox = self._open_another() if self._idle.empty() else self._idle.get()
        try:
            yield sandbox
        finally:
            self._idle.put(sandbox)

    def _open_another(self) -> Sandbox:
        if self._open is None:
            raise MachineError(
                code="sandbox-unavailable",
                message="no sandbox was given to this run",
                hint="give `open_sandbox` to run verifiers that execute code",
            )
        with self._opening:
            return self._held.enter_context(self._open())

    def close(self) -> None:
        """Close all of them."""
        self._held.close()


class WorkerPool:
    """What a run tests with: workers, their sandboxes, and what is known of subjects."""

    def __init__(self, open_sandbox: OpenSandbox | None, workers: int) -> None:
        """Start nothing yet."""
        self.sandboxes = Sandboxes(open_sandbox)
        """Its sandboxes."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="verify")
        self._answers: OrderedDict[Hashable, PendingResult] = OrderedDict()
        self._proofs: dict[type, tuple[str, ...]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what has not begun, wait for what has, and close the sandboxes."""
        self._pool.shutdown(cancel_futures=True)
        self.sandboxes.close()

    def environment(self, planned: PlannedTest) -> str | None:
        """Digest of what a verifier's answer depends on here besides its version."""
        own: str | None = planned.test.environment
        if not needs_sandbox(planned) or self.sandboxes.first is None:
            return own
        around = self.sandboxes.first.environment
        return labelled_digest(json_text([own, around]).encode()) if own else around

    def faults(self, planned: PlannedTest) -> tuple[str, ...]:
        """Which of its own cases a verifier fails; they are run once."""
        kind = type(planned.test)
        # Once a class: each case brings its own options, so those of the rubric change nothing.
        if kind not in self._proofs:
            self._proofs[kind] = self._proven(kind) if needs_sandbox(planned) else prove(kind)
        return self._proofs[kind]

    def _proven(self, kind: type) -> tuple[str, ...]:
        try:
            with self.sandboxes.borrow() as sandbox:
                return prove(kind, sandbox)
        except MachineError as error:
            return (str(error),)

    def ask(self, planned: PlannedTest, record: Record, place: int) -> tuple[PendingResult, bool]:
        """The answer about a candidate, and whether its subject is known from another record."""
        subject = subject_of(record, place)
        key = (planned.verifier, planned.options, subject_digest(subject, place))
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
            return answer, True
        if not needs_sandbox(planned):
            answer = _Later(partial(_test, planned.test.verify, subject, place))
        elif self.sandboxes.first is None:
            answer = _Later(partial(_unavailable, self.sandboxes.missing))
        else:
            answer = self._pool.submit(self._in_sandbox, planned, subject, place)
        self._answers[key] = answer
        # Whoever asked for a result that is dropped here still holds it.
        if len(self._answers) > MOST_SUBJECTS:
            self._answers.popitem(last=False)
        return answer, False

    def _in_sandbox(
        self, planned: PlannedTest, subject: Record, place: int
    ) -> Found | NothingToVerify:
        try:
            with self.sandboxes.borrow() as sandbox:
                return _test(partial(planned.test.verify_in, sandbox), subject, place)
        except MachineError as error:
            return _unavailable(str(error))


class _Later:
    """An answer that is found when it is first asked for: threads gain nothing where no code runs."""

    def __init__(self, find: Callable[[], Found | NothingToVerify]) -> None:
        self._find: Callable[[], Found | NothingToVerify] | None = find
        self._found: Found | NothingToVerify

    def result(self) -> Found | NothingToVerify:
        if self._find is not None:
            self._found = self._find()
            self._find = None
        return self._found


def needs_sandbox(planned: PlannedTest) -> bool:
    """Whether a verifier runs or evaluates what it is given."""
    return runs_in_sandbox(planned.test)


def _test(
    verify: Callable[[Record, int], Found | NothingToVerify], subject: Record, place: int
) -> Found | NothingToVerify:
    try:
        result = verify(subject, place)
    except MachineError as error:
        return _unavailable(str(error))
    except Exception as error:  # noqa: BLE001  a plug-in's fault must not stop the others
        return _broken(f"{type(error).__name__}: {error}")
    if not isinstance(result, Found | NothingToVerify):
        return _broken(f"it returned a {type(result).__name__}")
    return result


def _broken(why: str) -> Found:
    # What a plug-in says of itself may quote anything, half a character included.
    plain = why[:MOST_SAID].encode("utf-8", "backslashreplace").decode()
    return Found(verdict=VerifierError(reason=plain))


def _unavailable(why: str) -> Found:
    return Found(verdict=Unavailable(reason=why))

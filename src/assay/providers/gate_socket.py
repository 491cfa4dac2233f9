"""The gate's process behind a Unix socket, and its client, which stands in for the fingerprints.

A message is JSON with its length before it. Requests hold texts; answers hold counts, the keyed
names of sealed items, and keyed digests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from threading import BoundedSemaphore, Thread
from time import sleep

import msgspec

from assay.core.errors import AssayError, MachineError, UsageError
from assay.core.fact import Fact
from assay.quality.disposition import Disposition
from assay.reserve.compared import Compared
from assay.reserve.gate_process import Gate, GateState
from assay.reserve.overlap import Overlap
from assay.reserve.service import WITH_TEXTS

MOST_BYTES = 64 << 20
"""Bytes of one message; a client sends its texts in parts well below it."""

MOST_CONNECTIONS = 64
"""Clients that are answered at once; one more is disconnected."""

IDLE_SECONDS = 30.0
"""Seconds after which an idle client is disconnected."""

RETRY_SECONDS = 0.1
"""Seconds before the next connection is tried where one could not be taken."""

PART_CHARACTERS = 4 << 20
"""Characters of texts and their pointers that a client sends at once."""

PART_TEXTS = 10_000
"""Texts that a client has digested at once."""

RULE = "found by the gate's process"
"""The rule of an overlap that the gate reports: it says that there is one, and not where."""


_SENT: tuple[type[Fact], ...] = (*WITH_TEXTS, Disposition)
_FAMILIES = {family.__name__: family for family in _SENT}
"""Facts that are sent as they are: their texts are looked for by the gate, at a tenth of the cost."""


class _GateThing(msgspec.Struct, forbid_unknown_fields=True):
    """One thing to compare: a fact, or texts."""

    family: str = ""
    """The class of the fact."""
    fact: msgspec.Raw = msgspec.Raw(b"null")
    strings: list[tuple[str, str]] = []
    """The pointer and the text of every string."""


class _GateQuestion(msgspec.Struct):
    """Things to compare, or texts to digest; neither asks for the state of the gate."""

    things: list[_GateThing] = []
    texts: list[str] = []


class _GateAnswer(msgspec.Struct):
    """The state, or the items that each thing overlaps, or digests, or why nothing is answered."""

    state: GateState | None = None
    overlapping: list[list[str]] = []
    digests: list[str | None] = []
    code: str = ""
    message: str = ""
    hint: str = ""


def serve(gate: Gate, socket: Path, ready: Callable[[], None]) -> None:
    """Answer every client that can reach the socket, until the process is interrupted.

    Args:
        gate: what answers.
        socket: where to listen; other users than its own may not use it, unless its owner permits.
        ready: called once it listens.

    Raises:
        MachineError: if it cannot listen there.
    """
    # A socket file that a killed process left would keep the address in use.
    with suppress(FileNotFoundError):
        if socket.is_socket():
            socket.unlink()
    try:
        listener = Listener(str(socket), family="AF_UNIX")
        socket.chmod(0o600)
    except OSError as error:
        raise MachineError(
            code="no-gate-socket",
            message=f"the gate cannot listen: {error.strerror or error}",
            where=str(socket),
            hint="name a path of fewer than 100 characters in a folder that you may write",
        ) from error
    places = BoundedSemaphore(MOST_CONNECTIONS)
    with closing(listener):
        ready()
        while True:
            try:
                connection = listener.accept()
            except OSError:  # no file handle is left, or the client has gone: serve the others
                sleep(RETRY_SECONDS)
                continue
            # One more is turned away and not queued: waiting clients would pile up without a limit.
            if places.acquire(blocking=False):
                Thread(target=_answer_all, args=(gate, connection, places), daemon=True).start()
            else:
                connection.close()


def _answer_all(gate: Gate, connection: Connection, places: BoundedSemaphore) -> None:
    """Answer one client until it disconnects, stays idle, or sends what cannot be read."""
    try:
        with closing(connection), suppress(EOFError, OSError):
            # A silent client would keep one of the places without a limit.
            while connection.poll(IDLE_SECONDS):
                content = connection.recv_bytes(MOST_BYTES)
                connection.send_bytes(msgspec.json.encode(_answer(gate, content)))
    finally:
        places.release()


def _answer(gate: Gate, content: bytes) -> _GateAnswer:
    try:
        question = msgspec.json.decode(content, type=_GateQuestion)
        if question.texts:
            return _GateAnswer(digests=list(gate.digests(question.texts)))
        if not question.things:
            return _GateAnswer(state=gate.state)
        things = [_compared(thing) for thing in question.things]
        return _GateAnswer(overlapping=[list(items) for items in gate.overlapping(things)])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _GateAnswer(code="gate-request", message=f"the request cannot be read: {error}")
    except AssayError as error:
        return _GateAnswer(code=error.code, message=error.message, hint=error.hint)


def _compared(thing: _GateThing) -> Compared:
    """What was sent, to be compared.

    Raises:
        UsageError: for a class of facts that this gate does not know.
    """
    if not thing.family:
        return Compared("", thing.strings)
    family = _FAMILIES.get(thing.family)
    if family is None:
        raise UsageError(
            code="gate-request",
            message=f"the gate knows no facts of the class {thing.family!r}",
            hint="run the same version of Assay on both machines",
        )
    return Compared.of("", msgspec.json.decode(thing.fact, type=family))


def _as_sent(thing: Compared) -> _GateThing:
    family = type(thing.value).__name__
    if _FAMILIES.get(family) is type(thing.value):
        return _GateThing(family=family, fact=msgspec.Raw(msgspec.json.encode(thing.value)))
    return _GateThing(strings=list(thing.strings))


class GateClient:
    """The gate's key as its process answers for it: names of items and digests, no words."""

    def __init__(self, socket: Path) -> None:
        """Ask the gate what it compares with.

        Raises:
            MachineError: if no gate answers there.
        """
        self._socket = socket
        state = self._ask(_GateQuestion()).state
        if state is None:
            raise _silent(socket, "it does not say what it compares with")
        self.items = state.items
        """Sealed items with words."""
        self.wordless = state.wordless
        """Sealed items without a word."""
        self.sealed = state.sealed
        """Reserve -> its sealed items."""
        self.commitments = state.commitments
        """Commitments of the sealings."""

    def overlaps(self, things: Iterable[Compared]) -> Iterator[tuple[Overlap, ...]]:
        """For each thing its overlaps with sealed items, without their words.

        Raises:
            UsageError: if the gate refuses, such as at its limit.
            MachineError: if it stops answering.
        """
        part: list[Compared] = []
        characters = 0
        for thing in things:
            part.append(thing)
            characters += thing.size
            if characters >= PART_CHARACTERS:
                yield from self._part(part)
                part, characters = [], 0
        if part:
            yield from self._part(part)

    def _part(self, part: Sequence[Compared]) -> Iterator[tuple[Overlap, ...]]:
        answer = self._ask(_GateQuestion(things=[_as_sent(thing) for thing in part]))
        if len(answer.overlapping) != len(part):
            raise _silent(self._socket, "it does not answer for every text")
        for thing, items in zip(part, answer.overlapping, strict=True):
            yield tuple(_overlap(thing.holder, item) for item in items)

    def digests(self, texts: Iterable[str]) -> Iterator[str | None]:
        """For each text the keyed digest of its words; None where it has no word.

        Raises:
            UsageError: if the gate refuses, such as at its limit.
            MachineError: if it stops answering.
        """
        part: list[str] = []
        characters = 0
        for text in texts:
            part.append(text)
            characters += len(text)
            if characters >= PART_CHARACTERS or len(part) >= PART_TEXTS:
                yield from self._part_digests(part)
                part, characters = [], 0
        if part:
            yield from self._part_digests(part)

    def _part_digests(self, part: list[str]) -> list[str | None]:
        digests = self._ask(_GateQuestion(texts=part)).digests
        if len(digests) != len(part):
            raise _silent(self._socket, "it does not answer for every text")
        return digests

    def _ask(self, question: _GateQuestion) -> _GateAnswer:
        try:
            with closing(Client(str(self._socket), family="AF_UNIX")) as connection:
                connection.send_bytes(msgspec.json.encode(question))
                answer = msgspec.json.decode(connection.recv_bytes(MOST_BYTES), type=_GateAnswer)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            raise _silent(self._socket, str(error) or "it closed the connection") from error
        if answer.code:
            raise UsageError(code=answer.code, message=answer.message, hint=answer.hint)
        return answer


def _overlap(holder: str, item: str) -> Overlap:
    # The gate reports that there is an overlap, not its size: the figures are placeholders.
    return Overlap(
        holder=holder, item=item, containment=1.0, longest_run=0, rule=RULE, spans=(), decoded=""
    )


def _silent(socket: Path, why: str) -> MachineError:
    return MachineError(
        code="gate-silent",
        message=f"the gate of the reserve does not answer: {why}",
        where=str(socket),
        hint="start it where its key is: assay reserve gate",
    )

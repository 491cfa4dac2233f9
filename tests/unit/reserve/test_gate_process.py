"""The gate answers for whoever has no key: names of items and digests, logged and limited, no words."""

import hmac
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Client
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

import assay
from assay.core.clock import fixed_clock
from assay.core.errors import MachineError, UsageError
from assay.demo.documents import write_program
from assay.demo.evaluation import build_reserve
from assay.providers.gate_socket import MOST_CONNECTIONS, GateClient, _GateQuestion, _GateThing
from assay.records.record import Record
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import Hasher, KeyedDigests, item_name, item_texts, to_text
from assay.reserve.gate_process import Gate, GateLimits, GateRequest
from assay.reserve.sealing import Fingerprint
from simulators.placed_records import placed_record

KEY = b"a key of at least sixteen bytes"
SECRET = "The heron counts eleven blue lanterns beside the quiet northern weir at dawn."
OTHER = "A baker carries nine loaves of rye over the old bridge to the mill each Friday."
CLOCK = fixed_clock("2026-01-05T09:00:00Z")


def index() -> ReserveIndex:
    """One sealed item."""
    record, hasher = placed_record({}, SECRET), Hasher(KEY)
    return ReserveIndex(
        [
            Fingerprint(
                sealing="sea_x",
                reserve="r",
                item=item_name(KEY, record),
                part=part,
                words=len(words(text)),
                grams=to_text(hasher.fingerprint(words(text))),
            )
            for part, text in item_texts(record)
        ],
        KEY,
    )


ITEM = item_name(KEY, placed_record({}, SECRET))


def things(*texts: str) -> list[Compared]:
    """Things with a text each."""
    return [Compared(f"rec_{place}", [("/text", text)]) for place, text in enumerate(texts)]


def test_every_request_is_logged_without_its_texts() -> None:
    """The log has counts; the answer has the keyed names of the items that each thing overlaps."""
    logged: list[GateRequest] = []
    gate = Gate(index(), KeyedDigests(KEY), clock=CLOCK, log=logged.append)
    assert gate.overlapping(things(OTHER, SECRET)) == ((), (ITEM,))
    assert gate.overlapping(things(OTHER)) == ((),)
    assert [(each.things, each.overlapping) for each in logged] == [(2, 1), (1, 0)]
    assert logged[0].characters == len(OTHER) + len(SECRET)
    gate.digests([OTHER, SECRET, "?!"])
    assert (logged[2].digests, logged[2].things) == (3, 0)
    assert logged[2].characters == len(OTHER) + len(SECRET) + 2


@pytest.mark.parametrize(
    ("limits", "answered"),
    [
        (GateLimits(overlaps=2), 2),
        (GateLimits(characters=3 * len(SECRET)), 3),
    ],
)
def test_a_limit_ends_the_answers_of_the_day(limits: GateLimits, answered: int) -> None:
    """Whoever guesses sealed words is confirmed no more often than the limit; the next day begins anew."""
    moments = ["2026-01-05T09:00:00Z"]
    gate = Gate(
        index(), KeyedDigests(KEY), clock=lambda: moments[-1], log=lambda _: None, limits=limits
    )
    for _ in range(answered):
        assert gate.overlapping(things(SECRET)) == ((ITEM,),)
    with pytest.raises(UsageError, match="its limit of"):
        gate.overlapping(things(SECRET))
    moments.append("2026-01-06T00:00:00Z")
    assert gate.overlapping(things(SECRET)) == ((ITEM,),)


@pytest.mark.parametrize("limits", [GateLimits(digests=3), GateLimits(characters=60)])
def test_digests_are_given_up_to_a_limit_of_the_day(limits: GateLimits) -> None:
    """What exceeds it is not answered in part, and one who compares has the same characters."""
    gate = Gate(index(), KeyedDigests(KEY), clock=CLOCK, log=lambda _: None, limits=limits)
    assert len(gate.digests(["first guess", "second guess"])) == 2
    with pytest.raises(UsageError, match="its limit of"):
        gate.digests(["third guess", "fourth guess of many, and far too long for the limit"])
    assert len(gate.digests(["third guess"])) == 1


def test_no_digest_is_a_key_of_the_fingerprints() -> None:
    """Whoever may choose the text of a digest gets no key from which word hashes are made."""
    names = ["words", "groups", "digests of texts", "check"]
    given = {digest for digest in KeyedDigests(KEY).digests(names) if digest}
    keys = {hmac.digest(KEY, name.encode(), "sha256").hex() for name in names}
    assert len(given) == len(keys) == 4
    assert not any(key in digest for key in keys for digest in given)


@pytest.fixture(scope="module")
def keeper() -> Iterator[Path]:
    """A program whose reserve is sealed, with its gate as a process of its own."""
    with TemporaryDirectory(prefix="gate") as short:  # the path of a socket is short
        folder = Path(short) / "keeper"
        write_program(folder)
        first, *_ = build_reserve()
        items = Path(short) / "items.jsonl"
        items.write_text(first.canonical().decode() + "\n")
        with assay.open(folder, clock=CLOCK, who="keeper") as program:
            program.reserve.seal(items)
        command = [sys.executable, "-m", "assay", "reserve", "gate", "-p", str(folder)]
        with subprocess.Popen(
            [*command, "--socket", str(Path(short) / "gate.sock")],
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr
            assert "1 sealed items behind" in process.stderr.readline()
            yield folder
            process.terminate()


@pytest.fixture
def other(keeper: Path, tmp_path: Path) -> Path:
    """The same program on a machine that has another key of the gate, and asks the gate."""
    folder = tmp_path / "other"
    shutil.copytree(keeper, folder)
    (folder / ".assay" / "other.key").write_text("f" * 64)
    settings = folder / "assay.toml"
    lines = [each for each in settings.read_text().splitlines() if not each.startswith("gate_key")]
    named = ['gate_key = "file:.assay/other.key"', f'gate = "unix:{keeper.parent / "gate.sock"}"']
    settings.write_text("\n".join([*named, *lines]) + "\n")
    return folder


def _overlapping(folder: Path) -> Path:
    file = folder.parent / "rows.jsonl"
    first, *_ = build_reserve()
    message = type(first.task.messages[0])(role="user", content=OTHER)
    unlike = first.replace(
        task=type(first.task)(messages=(message,), taxonomy=first.task.taxonomy), candidates=()
    )
    rows = [first.canonical().decode(), unlike.canonical().decode()]
    file.write_text("\n".join(rows) + "\n")
    return file


def test_an_import_is_compared_by_the_gate_without_its_key(other: Path, keeper: Path) -> None:
    """The machine's own key fits no fingerprint, so what is found was found by the gate, and logged."""
    file = _overlapping(other)
    with assay.open(other, clock=CLOCK, who="importer") as program:
        report = program.records.import_(file)
        shared, _ = program.store.scan(Record)
        assert report.reserve
        assert (report.reserve.compared, report.reserve.items) == (2, 1)
        assert report.reserve.overlapping == (shared.id,)
        checked = program.reserve.check()
    (item,) = {each.item for each in program.store.scan(Fingerprint)}
    assert [(each.holder, each.item) for each in checked.overlaps] == [(shared.id, item)]
    assert checked.overlaps[0].spans == ()
    with closing(sqlite3.connect(keeper / ".assay" / "store.sqlite")) as store:
        entries = [str(body) for (body,) in store.execute("SELECT body FROM audit_entries")]
    logged = [body for body in entries if "reserve.compare" in body]
    assert len(logged) >= 2  # other tests ask the same gate
    assert any("1 of 2, " in body for body in logged)
    assert not any(word in body for body in entries for word in ("heron", "loaves"))


def test_without_the_gate_an_import_says_that_nothing_is_known(other: Path) -> None:
    """Rows are stored, and the answer is unknown, with the reason and what to do."""
    settings = other / "assay.toml"
    settings.write_text(settings.read_text().replace("gate.sock", "none.sock"))
    with assay.open(other, clock=CLOCK, who="importer") as program:
        report = program.records.import_(_overlapping(other))
        assert report.stored == 2
        assert report.reserve
        assert (report.reserve.compared, report.reserve.overlapping) == (0, ())
        assert "the gate of the reserve does not answer" in report.reserve.unknown
        with pytest.raises(MachineError, match="assay reserve gate"):
            program.reserve.check()


def test_the_socket_is_its_user_s_alone_and_answers_nonsense_with_a_fault(keeper: Path) -> None:
    """Mode 0600; what is no request is refused, and the gate goes on."""
    socket = keeper.parent / "gate.sock"
    assert socket.stat().st_mode & 0o777 == 0o600
    client = GateClient(socket)
    with pytest.raises(UsageError, match="cannot be read"):
        client._ask(_GateQuestion(things=[{"no": "list"}]))  # type: ignore[list-item]
    with pytest.raises(UsageError, match="no facts of the class 'Secret'"):
        client._ask(_GateQuestion(things=[_GateThing(family="Secret", fact=msgspec.Raw(b"{}"))]))
    for hostile in (b'{"things":' + b"[" * 100_000, b'{"things":[["\xff\xfe"]]}', b"\x00"):
        with closing(Client(str(socket), family="AF_UNIX")) as connection:
            connection.send_bytes(hostile)
            assert b"gate-request" in connection.recv_bytes()
    idle = [Client(str(socket), family="AF_UNIX") for _ in range(MOST_CONNECTIONS + 20)]
    for connection in idle:
        connection.close()
    assert list(client.overlaps(things(OTHER))) == [()]


def test_a_gate_that_was_started_before_a_sealing_is_refused(other: Path, keeper: Path) -> None:
    """It would call clean what overlaps the new items; what it knows is not asked."""
    item = other.parent / "item.jsonl"
    item.write_text(f"{build_reserve()[-1].canonical().decode()}\n")
    settings = other / "assay.toml"
    settings.write_text(settings.read_text().partition("\n")[2])  # the key as the gate has it
    with assay.open(other, clock=CLOCK, who="keeper") as program:
        assert program.reserve.seal(item).sealed.sealed == 1
        with pytest.raises(MachineError, match="does not compare with the newest sealing"):
            program.reserve.check()


def test_where_nothing_is_sealed_the_gate_digests_and_compares_with_nothing(tmp_path: Path) -> None:
    """Evaluation results can be matched with records before there is a reserve."""
    write_program(tmp_path / "program")
    with assay.open(tmp_path / "program", clock=CLOCK, who="keeper") as program:
        gate = program.reserve.gate(GateLimits())
        assert (gate.state.items, gate.state.commitments) == (0, ())
        assert gate.overlapping(things(SECRET)) == ((),)
        assert gate.digests([SECRET]) == tuple(program.context.digester().digests([SECRET]))

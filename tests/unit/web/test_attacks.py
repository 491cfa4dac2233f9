"""Attacks on the desk from outside: what one client sends must not cost the others their server."""

import asyncio
import socket
from contextlib import suppress
from select import select
from typing import Any

import httpx
import pytest
from litestar import Litestar

from assay.program.program import Program
from assay.web.app import create_app
from assay.web.connections import BoundedProtocol
from assay.web.forms import USUAL
from simulators.served import serving
from unit.web.conftest import Client, SignIn

PATIENCE = 60
"""Seconds after which a test gives up; nothing is measured against it."""

MANY_FIELDS = b"a&" * 2_090_000
"""A form of 4.18 MB with two million fields."""

PUBLIC_FORMS = ("/sign-in", f"/invitation/{'x' * 43}")
"""Forms that anybody may send."""


def test_a_form_of_millions_of_fields_is_refused_before_it_is_read(client: Client) -> None:
    """Whether its length is announced or not, no more than the limit and one piece is taken in."""
    piece = 64 * 1024
    for path in PUBLIC_FORMS:
        for announced in (True, False):
            status, taken = asyncio.run(_sent(client.app, path, piece, announced=announced))
            assert status == 413
            assert taken <= (0 if announced else USUAL.most_bytes + piece)


async def _sent(app: Litestar, path: str, piece: int, *, announced: bool) -> tuple[int, int]:
    """Send the large form piece by piece; the status, and the bytes that were taken."""
    taken, statuses = 0, list[int]()
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"desk.test")]
    if announced:
        headers.append((b"content-length", str(len(MANY_FIELDS)).encode()))

    async def receive() -> dict[str, Any]:
        nonlocal taken
        body = MANY_FIELDS[taken : taken + piece]
        taken += len(body)
        return {"type": "http.request", "body": body, "more_body": taken < len(MANY_FIELDS)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "https", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": headers, "client": ("192.0.2.1", 1), "server": ("desk.test", 443),
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    return statuses[0], taken


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"name=a&" * USUAL.most_fields + b"x", "application/x-www-form-urlencoded", 413),
        (b"name=" + b"a" * USUAL.most_bytes, "application/x-www-form-urlencoded", 413),
        (b"name=a", "text/plain", 415),
        (b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n' * 300, "multipart/form-data; boundary=x", 415),
        (b"name=%ff&password=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff=a", "application/x-www-form-urlencoded", 400),
        (b"name=ana&password=wrong&name=ben", "application/x-www-form-urlencoded", 401),
    ],
    ids=["fields", "bytes", "text", "multipart", "escaped", "raw", "twice"],
)  # fmt: skip
def test_a_form_beyond_its_limits_is_answered_by_a_page(
    body: bytes, kind: str, status: int, client: Client
) -> None:
    """Too many fields, too many bytes, another type or no UTF-8: a page says so, and never a 500."""
    answer = client.post("/sign-in", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_largest_form_of_ours_is_read(client: Client) -> None:
    """As many fields as are allowed are not too many."""
    body = b"&".join([b"name=ana", b"password=no", *[b"x=1"] * (USUAL.most_fields - 2)])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=body, headers=kind).status_code == 401


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("claims", 70_000, 413), ("keymap", 70_000, 413), ("claims", 60_000, 200)],
)
def test_a_command_of_the_api_is_small(path: str, size: int, status: int, sign_in: SignIn) -> None:
    """Only answers, drafts and decisions may be large; what is larger is a problem document."""
    method = "PUT" if path == "keymap" else "POST"
    answer = sign_in("ana").request(
        method,
        f"/api/v1/review/{path}",
        content=b'{"count": 1}' + b" " * size,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_address_is_not_longer_than_any_of_ours(client: Client) -> None:
    """A query of thousands of fields is refused before it is parsed."""
    answer = client.get("/sign-in?" + "a&" * 5000)
    assert answer.status_code == 414
    assert client.get("/sign-in?next=" + "a" * 4000).status_code == 200


class _Impatient(BoundedProtocol):
    """The desk's connections with little patience."""

    header_seconds = 0.5
    body_seconds = 0.5


class _Few(BoundedProtocol):
    """The desk's connections, of which few may be open, with all patience."""

    header_seconds = PATIENCE
    most_connections = 4


def _dribbling(port: int, sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.sendall(sent)
    return made


def _is_ended(connection: socket.socket) -> bool:
    """Whether the server ends a connection; an answer that comes before is read over."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


PARTIAL = (
    b"",
    b"GET /health HTTP/1.1\r\nhost: x\r\nx-a: ",
    b"\r\n",
    b"GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET /he",
    b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nname",
    b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n" + b"a" * 70_000,
)
"""What clients send that never go on: nothing, part of a header, of a second one, of a body."""


def test_clients_that_never_finish_a_request_are_let_go(program: Program) -> None:
    """Four hundred connections with part of a request: every one is ended, and the rest is served."""
    with serving(create_app(program, sweep_seconds=3600), http=_Impatient) as port:
        idle = [_dribbling(port, PARTIAL[number % len(PARTIAL)]) for number in range(400)]
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
        ended = [_is_ended(each) for each in idle]
        for each in idle:
            each.close()
    assert ended == [True] * 400


def test_a_header_without_end_is_cut_off(program: Program) -> None:
    """A client whose header grows beyond any browser's is let go at once, not after its time."""
    with serving(create_app(program, sweep_seconds=3600), http=_Few) as port:
        endless = _dribbling(port, b"GET /health HTTP/1.1\r\nhost: x\r\n")
        with suppress(ConnectionError):
            for _ in range(200):
                endless.sendall(b"x-more: " + b"a" * 8000 + b"\r\n")
        assert _is_ended(endless)
        endless.close()


@pytest.mark.parametrize("way", ["one field", "many fields", "address", "after an answer"])
def test_a_header_of_100_kb_in_one_packet_is_answered_with_431(program: Program, way: str) -> None:
    """However its bytes are spread, it reaches no route, and the connection is ended."""
    large = {
        "one field": b"GET /health HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 100_000,
        "many fields": b"GET /health HTTP/1.1\r\nhost: x\r\n" + b"x-a: aaaaa\r\n" * 9_000 + b"y: y",
        "address": b"GET /health?" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x",
        "after an answer": b"GET /health HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 100_000,
    }[way]
    with serving(create_app(program, sweep_seconds=3600), http=BoundedProtocol) as port:
        sender = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        if way == "after an answer":
            sender.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            assert sender.recv(65536).startswith(b"HTTP/1.1 200")
        sender.sendall(large + b"\r\n\r\n")
        told = sender.recv(65536)
        assert told.startswith(b"HTTP/1.1 431 ")
        assert b"application/problem+json" in told
        assert _is_ended(sender)
        sender.close()
        usual = httpx.get(f"http://127.0.0.1:{port}/health", headers={"x-a": "a" * 30_000})
        assert usual.status_code == 200


def test_who_waits_longest_makes_room(program: Program) -> None:
    """With every connection taken by clients that send nothing, a new one is served all the same."""
    with serving(create_app(program, sweep_seconds=3600), http=_Few) as port:
        idle = [_dribbling(port, b"GET /") for _ in range(4)]
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
        ended, _, _ = select(idle, [], [], PATIENCE)
        assert len(ended) == 1
        assert _is_ended(ended[0])
        for each in idle:
            each.close()

"""A real loopback server that speaks `/v1/chat/completions` with scripted answers.

A script says, for each request and how often that request came before, what to do: answer,
refuse with a status, drop the connection, or send broken bytes. The server keeps what it saw.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with a chat completion."""

    text: str | None = ""
    finish_reason: str = "stop"
    tool_calls: list[dict[str, Any]] = []
    model: str = "tiny-2026-01"
    fingerprint: str | None = "fp_1"
    usage: tuple[int, int] | None = (10, 5)
    seconds: float = 0


class Refuse(msgspec.Struct, frozen=True, kw_only=True):
    """Answer with a status."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b'{"error": {"message": "scripted"}}'


class Send(msgspec.Struct, frozen=True, kw_only=True):
    """Answer 200 with these bytes, whatever they are."""

    body: bytes


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """Close the connection without an answer."""


EndpointAction = Say | Refuse | Send | Drop
Script = Callable[[dict[str, Any], int], EndpointAction]
"""From the request's body and how often the same body came before, to what is done."""


class Endpoint:
    """The server's address and what it has seen."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.url = ""
        self.bodies: list[bytes] = []
        self.authorizations: list[str | None] = []
        self.most_in_flight = 0
        self._in_flight = 0
        self._seen: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies seen, parsed, in the order of their coming."""
        return [json.loads(body) for body in list(self.bodies)]

    def enter(self, body: bytes, authorization: str | None) -> int:
        """Note a request; how often the same body came before."""
        with self._lock:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            self.bodies.append(body)
            self.authorizations.append(authorization)
            self._seen[body] += 1
            return self._seen[body] - 1

    def leave(self) -> None:
        """Note that a request has its answer."""
        with self._lock:
            self._in_flight -= 1


def steady(body: dict[str, Any], _: int) -> EndpointAction:
    """The same answer to the same request, different ones to different requests."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return Say(text=f"answer {digest[:12]}")


@contextmanager
def scripted_endpoint(script: Script = steady) -> Iterator[Endpoint]:
    """Serve a script on a free loopback port until the block ends."""
    endpoint = Endpoint(script)
    handler = type("Handler", (_Handler,), {"endpoint": endpoint})
    server = _Server(("127.0.0.1", 0), handler)
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is part of the script."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base's own name
        """Stay silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        before = self.endpoint.enter(body, self.headers["Authorization"])
        try:
            if self.path != "/v1/chat/completions":
                self._send(404, b"{}", {})
            else:
                self._do(self.endpoint.script(json.loads(body), before))
        finally:
            self.endpoint.leave()

    def _do(self, action: EndpointAction) -> None:
        match action:
            case Say():
                time.sleep(action.seconds)
                self._send(200, _completion(action), {})
            case Refuse():
                self._send(action.status, action.body, action.headers)
            case Send():
                self._send(200, action.body, {})
            case Drop():
                self.close_connection = True
                self.connection.close()

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _completion(said: Say) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.tool_calls:
        message["tool_calls"] = said.tool_calls
    answer: dict[str, Any] = {
        "object": "chat.completion",
        "model": said.model,
        "system_fingerprint": said.fingerprint,
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish_reason}],
    }
    if said.usage:
        answer["usage"] = {"prompt_tokens": said.usage[0], "completion_tokens": said.usage[1]}
    return json.dumps(answer).encode()

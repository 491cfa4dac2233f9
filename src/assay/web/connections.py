"""Connections: how long a client may take to send a request, and how many may be held open.

Uvicorn ends a connection that is idle between two requests; one that never sends a whole header, or
sends its body a byte at a time, it would hold for ever. Here both have a deadline.
"""

from asyncio import TimerHandle, Transport
from operator import itemgetter
from typing import Literal

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from assay.review.wire import PROBLEM_TYPE, Problem

TOO_LONG_A_HEADER = Problem(
    type=f"{PROBLEM_TYPE}header-too-long",
    title="header too long",
    status=431,
    detail="the header of the request is longer than this server reads",
    hint="delete the cookies of this host, or send fewer header fields",
)
"""The answer to a request whose header is too long."""

Phase = Literal["header", "body", "answer"]
"""What a connection is doing: sending a request's header, its body, or waiting for the answer."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose clients must send a header and a body within their time."""

    header_seconds = 10.0
    """Seconds from the first byte of a header to its last, and from a connection to its first header."""

    body_seconds = 60.0
    """Seconds from the end of a header to the end of its body; an answer of 4 MiB takes 0.6 Mbit/s."""

    most_header_bytes = 64 * 1024
    """Most bytes that come before a header ends; what a browser sends is a tenth of it."""

    most_connections = 512
    """Most connections that a process holds; the usual limit of open files is twice as many."""

    _timer: TimerHandle | None = None
    _timed: Phase = "answer"
    _in_header = False
    _header_bytes = 0
    _named_bytes = 0
    _refused = False

    @property
    def header_due(self) -> float | None:
        """The loop's time by which a header must have come; None where none is awaited."""
        return self._timer.when() if self._timer is not None and self._timed == "header" else None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first header; where too many are open, one that waits must go."""
        if len(self.connections) >= self.most_connections:
            longest = self._waits_longest()
            if longest is None:
                transport.abort()
                return
            longest.transport.abort()
            self.connections.discard(longest)
        super().connection_made(transport)
        self._time("header")

    def data_received(self, data: bytes) -> None:
        """Read on. What comes after an answer is a header, or the rest of a body that was refused."""
        if self._refused:
            return
        super().data_received(data)
        self._header_bytes = self._header_bytes + len(data) if self._in_header else 0
        if self._header_bytes > self.most_header_bytes:
            self._refuse()
        if self._refused:
            return
        cycle: RequestResponseCycle | None = self.cycle
        if self._timed == "answer" and (cycle is None or cycle.response_complete):
            self._time("header")

    def on_message_begin(self) -> None:
        """Start the time of a header."""
        super().on_message_begin()
        self._in_header = True
        self._named_bytes = 0
        self._time("header")

    def on_url(self, url: bytes) -> None:
        """Count the address; a header that came as a whole is counted by its parts."""
        self._named_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a field of the header, with the four bytes around it; keep none beyond the most."""
        self._named_bytes += len(name) + len(value) + 4
        if self._named_bytes <= self.most_header_bytes:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the time of a body; a header that is too long is answered here, and by nobody else."""
        if self._named_bytes > self.most_header_bytes:
            self._refuse()
        if self._refused:
            return
        super().on_headers_complete()
        self._in_header = False
        self._time("body")

    def on_body(self, body: bytes) -> None:
        """Pass a body on, unless its header was refused."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the time: the application answers."""
        if self._refused:
            return
        super().on_message_complete()
        self._time("answer")

    def on_response_complete(self) -> None:
        """Stop the time: the server has one of its own between two requests."""
        self._time("answer")
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._time("answer")
        if self.transport is not None:
            super().connection_lost(exc)

    def _refuse(self) -> None:
        """Answer that the header is too long (RFC 6585, section 5), and read nothing more."""
        if self._refused:
            return
        self._refused = True
        self._time("answer")
        earlier: RequestResponseCycle | None = self.cycle
        if earlier is not None and not earlier.response_complete:
            self.transport.abort()  # an earlier request of the connection is being answered
            return
        body = msgspec.json.encode(TOO_LONG_A_HEADER)
        head = (
            "HTTP/1.1 431 Request Header Fields Too Large\r\n"
            f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
            "cache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _waits_longest(self) -> "BoundedProtocol | None":
        """The connection that waits longest for a header."""
        waiting = [
            (connection.header_due, connection)
            for connection in self.connections
            if isinstance(connection, BoundedProtocol) and connection.header_due is not None
        ]
        return min(waiting, key=itemgetter(0))[1] if waiting else None

    def _time(self, phase: Phase) -> None:
        """Start the time of a phase; one that goes on keeps the time that it has."""
        if phase == self._timed:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timed, self._timer = phase, None
        if phase != "answer":
            seconds = self.header_seconds if phase == "header" else self.body_seconds
            self._timer = self.loop.call_later(seconds, self.transport.abort)

"""A web server with one file, which can cut connections, change the file and redirect."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROWS = b"".join(b'{"row": %d}\n' % number for number in range(2_000))


class FileServer:
    """A web server with one file: what it holds, whether it knows Range, where it cuts."""

    def __init__(self) -> None:
        self.content = ROWS
        self.takes_range = True
        self.cuts: list[int] = []
        self.after_cut: Callable[[], None] = lambda: None
        self.redirect = ""
        self.ranges: list[str] = []
        self.address = ""


@contextmanager
def serving() -> Iterator[FileServer]:
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if state.redirect:
                self.send_response(302)
                self.send_header("Location", state.redirect)
                self.end_headers()
                return
            content, tag = state.content, f'"{sha256(state.content).hexdigest()[:16]}"'
            asked = self.headers.get("Range", "")
            state.ranges.append(asked)
            start = 0
            if state.takes_range and asked and self.headers.get("If-Range") == tag:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206 if start else 200)
            if start:
                last = len(content) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{len(content)}")
            if state.takes_range:
                self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if state.cuts:
                self.wfile.write(content[start : start + state.cuts.pop(0)])
                state.after_cut()
                return
            self.wfile.write(content[start:])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}/rows.jsonl"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A tiny server of single pages, under the policy that the desk's pages have."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'"
)
"""The Content Security Policy of every page of the desk."""

SHELL = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The page's own title</title><script src="/page.js"></script></head>
<body><h1>The page's own words</h1><main id="box">{html}</main><footer id="end">end</footer></body>
</html>
"""


class PageServer:
    """Serves the page that was put in last, its script, and the files that were added."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """Paths that were asked for since the last page was put in."""
        self._files: dict[str, tuple[str, bytes]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def put(self, html: str, script: str = "") -> str:
        """Put a text's HTML in a page of ours.

        Returns:
            the page's address.
        """
        self.asked.clear()
        page = SHELL.format(html=html).encode()
        self._files = {"/": ("text/html; charset=utf-8", page)}
        self._files["/favicon.ico"] = ("image/x-icon", b"")
        self._files["/page.js"] = ("text/javascript; charset=utf-8", script.encode())
        return f"{self.origin}/"

    def add(self, path: str, kind: str, body: bytes) -> None:
        """Serve one more file beside the page.

        Args:
            path: its path.
            kind: its media type.
            body: its bytes.
        """
        self._files[path] = (kind, body)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                kind, body = outer._files.get(self.path, ("text/plain", b"no such page"))
                self.send_response(200 if self.path in outer._files else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        return Handler

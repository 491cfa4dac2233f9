"""One object behind the APIs of four stores: S3, Google Cloud Storage, Azure Blob and the Hub.

Only what reading one object asks for: its facts, and ranges of its bytes. It can cut answers.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

BUCKET, KEY = "shelf", "part/rows.jsonl"
COMMIT = "c" * 40
MODIFIED = "Sun, 01 Mar 2026 10:00:00 GMT"


class ObjectStores:
    """What the server holds, and what it was asked for."""

    def __init__(self) -> None:
        self.content = b""
        self.port = 0
        self.ranges: list[int] = []
        """First byte of each range that was asked for."""
        self.breaks_at = -1
        """From this byte on, answers break off; -1: none does."""

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tag(self) -> str:
        """What changes with the content."""
        return sha256(self.content).hexdigest()[:40]


class _Handler(BaseHTTPRequestHandler):
    stores: ObjectStores
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._json([self._hub_entry()])

    def _answer(self, *, is_head: bool) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        if path == f"/storage/v1/b/{BUCKET}/o/{KEY}" and "alt=media" not in parts.query:
            self._json(self._google_entry())
        elif path.startswith("/api/datasets/"):
            is_tree = "/tree/" in path
            self._json([self._hub_entry()] if is_tree else {"id": "own/shelf", "sha": COMMIT})
        elif path.startswith("/datasets/own/shelf/resolve/") and path.endswith(KEY):
            self.send_response(302)
            self.send_header("Location", f"{self.stores.url}/lfs/{KEY}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path.endswith(KEY):
            self._bytes(is_head=is_head)
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _bytes(self, *, is_head: bool) -> None:
        content = self.stores.content
        span = self.headers.get("x-ms-range") or self.headers.get("Range") or ""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", span)
        start, end = 0, len(content)
        if match and not is_head:
            start = int(match[1])
            end = min(int(match[2]) + 1 if match[2] else len(content), len(content))
            self.stores.ranges.append(start)
        self.send_response(206 if match and not is_head else 200)
        if match and not is_head:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - start))
        self.send_header("ETag", f'"{self.stores.tag}"')
        self.send_header("Last-Modified", MODIFIED)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("x-ms-blob-type", "BlockBlob")
        self.send_header("x-ms-creation-time", MODIFIED)
        self.end_headers()
        if is_head:
            return
        if 0 <= self.stores.breaks_at < end:
            self.wfile.write(content[start : max(start, self.stores.breaks_at)])
            self.close_connection = True
            return
        self.wfile.write(content[start:end])

    def _google_entry(self) -> dict[str, str]:
        return {
            "kind": "storage#object", "name": KEY, "bucket": BUCKET,
            "size": str(len(self.stores.content)), "generation": str(int(self.stores.tag[:12], 16)),
            "etag": self.stores.tag, "updated": "2026-03-01T10:00:00.000Z",
            "timeCreated": "2026-03-01T10:00:00.000Z", "storageClass": "STANDARD",
        }  # fmt: skip

    def _hub_entry(self) -> dict[str, object]:
        size = len(self.stores.content)
        lfs = {"oid": sha256(self.stores.content).hexdigest(), "size": size, "pointerSize": 130}
        return {"type": "file", "oid": self.stores.tag, "size": size, "path": KEY, "lfs": lfs}

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving_stores() -> Iterator[ObjectStores]:
    """The stores behind one local server."""
    stores = ObjectStores()
    handler = type("Handler", (_Handler,), {"stores": stores})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stores.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stores
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

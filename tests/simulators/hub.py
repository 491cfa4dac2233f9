"""A loopback server that speaks the part of the Hub's API that `huggingface_hub` asks for.

It keeps one data-set repository with its commits. A script says, before each request, whether to
refuse it with a status or to drop the connection; the server keeps what it saw.
"""

import base64
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

DROP = -1
"""In a script: close the connection without an answer."""

ANSWER_LOST = -2
"""In a script: do what is asked, and close the connection before the answer."""

Script = Callable[[str, str], int]
"""From method and path of a request to a status to refuse it with, `DROP`, `ANSWER_LOST` or 0."""

Commit = dict[str, bytes]


class HubServer:
    """The repository, what was asked for, and where the server is."""

    def __init__(self) -> None:
        self.url = ""
        self.script: Script = lambda _method, _path: 0
        self.name = ""
        """The repository; empty while there is none."""
        self.private = True
        self.commits: list[tuple[str, Commit]] = []
        self.messages: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.ignored: set[str] = set()
        """Paths that the repository's .gitignore names."""
        self.creations: list[dict[str, Any]] = []
        self.uploads: dict[str, bytes] = {}
        """Large files by their SHA-256."""

    @property
    def files(self) -> Commit:
        """The files of the newest commit."""
        return self.commits[-1][1]

    def create(self, name: str, *, private: bool) -> None:
        """Make the repository, with the one file that the Hub puts into it."""
        self.name, self.private = name, private
        self._commit({".gitattributes": b"*.parquet filter=lfs\n"})

    def write_to(self, folder: Path) -> None:
        """Write the files of the newest commit, as a download does."""
        for path, content in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    def commit_requests(self) -> int:
        """How many commits were asked for."""
        return sum("/commit/" in path for _, path in self.requests)

    def _commit(self, files: Commit) -> str:
        number = str(len(self.commits)).encode()
        identity = hashlib.sha1(number, usedforsecurity=False).hexdigest()
        self.commits.append((identity, files))
        return identity

    def tree(self, revision: str) -> list[dict[str, Any]]:
        """Every file of a commit, as the Hub lists it."""
        files = dict(self.commits).get(revision) or self.files
        return [_entry(path, content) for path, content in sorted(files.items())]

    def apply(self, lines: list[dict[str, Any]]) -> str:
        """Commit what a request names."""
        files = dict(self.files)
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.messages.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.uploads[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        return self._commit(files)


@contextmanager
def hub_server() -> Iterator[HubServer]:
    """A running server without a repository."""
    hub = HubServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def hub_environment(url: str, token: str | None, home: Path) -> Iterator[None]:
    """An environment in which the library finds this server, this token, and no stored login."""
    from huggingface_hub import constants

    values = {"HF_ENDPOINT": url, "HF_TOKEN": token}
    before = {name: os.environ.get(name) for name in values}
    disabled, path = constants.HF_HUB_DISABLE_XET, constants.HF_TOKEN_PATH
    # The library reads these two once, when it is imported, maybe by an earlier test.
    constants.HF_HUB_DISABLE_XET, constants.HF_TOKEN_PATH = True, str(home / "token")
    try:
        _set(values)
        yield
    finally:
        _set(before)
        constants.HF_HUB_DISABLE_XET, constants.HF_TOKEN_PATH = disabled, path


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _entry(path: str, content: bytes) -> dict[str, Any]:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": blob}
    if path.endswith(".parquet"):
        whole = hashlib.sha256(content).hexdigest()
        entry["oid"] = "0" * 40
        entry["lfs"] = {"oid": whole, "size": len(content), "pointerSize": 130}
    return entry


class _Handler(BaseHTTPRequestHandler):
    hub: ClassVar[HubServer]

    def _serve(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        self.hub.requests.append((self.command, path))
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        scripted = self.hub.script(self.command, path)
        if scripted == DROP:
            self.close_connection = True
            return
        if scripted > 0:
            self._answer(scripted, {"error": "scripted"})
            return
        status, answer = self._respond(path, body)
        if scripted == ANSWER_LOST:
            self.close_connection = True
            return
        self._answer(status, answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815  the server calls them by these names

    def _respond(self, path: str, body: bytes) -> tuple[int, Any]:
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return 200, {}
        if match := re.fullmatch(r"/upload/([0-9a-f]{64})", path):
            self.hub.uploads[match[1]] = body
            return 200, {}
        if path == f"/datasets/{self.hub.name}.git/info/lfs/objects/batch":
            return 200, self._batch(json.loads(body))
        root = f"/api/datasets/{self.hub.name}"
        if not self.hub.name or not path.startswith(root):
            return 404, {"error": "Repository not found"}
        return self._repository(path.removeprefix(root), body)

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.hub.creations.append(asked)
        name = f"{asked['organization']}/{asked['name']}"
        self.hub.create(name, private=asked.get("visibility") == "private")
        return 200, {"url": f"{self.hub.url}/datasets/{name}"}

    def _batch(self, asked: dict[str, Any]) -> Any:
        objects = []
        for each in asked["objects"]:
            href = f"{self.hub.url}/upload/{each['oid']}"
            new = {} if each["oid"] in self.hub.uploads else {"upload": {"href": href}}
            objects.append({**each, **({"actions": new} if new else {})})
        return {"transfer": "basic", "objects": objects}

    def _repository(self, rest: str, body: bytes) -> tuple[int, Any]:
        if rest == "":
            head = self.hub.commits[-1][0]
            return 200, {
                "id": self.hub.name,
                "sha": head,
                "private": self.hub.private,
                "siblings": [],
            }
        if rest.startswith("/tree/"):
            return 200, self.hub.tree(rest.removeprefix("/tree/"))
        if rest.startswith("/preupload/"):
            paths = [each["path"] for each in json.loads(body)["files"]]
            modes = [
                {
                    "path": path,
                    "uploadMode": "lfs" if path.endswith(".parquet") else "regular",
                    "shouldIgnore": path in self.hub.ignored,
                }
                for path in paths
            ]
            return 200, {"files": modes}
        lines = [json.loads(line) for line in body.splitlines()]
        if lines[0]["value"].get("parentCommit") != self.hub.commits[-1][0]:
            return 409, {"error": "the branch moved on"}
        identity = self.hub.apply(lines)
        url = f"{self.hub.url}/datasets/{self.hub.name}/commit/{identity}"
        return 200, {"commitUrl": url, "commitOid": identity}

    def _answer(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 404:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

"""Assets: scripts, styles and pictures of the pages, under an address that changes with their content.

The address of every file begins with one digest of all of them, so a browser may keep what it has for
good, and modules reach each other by relative specifiers as they are on disk. A page names the whole
graph of its modules, so that a browser asks for all of them at once instead of level by level.
"""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import msgspec
from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from assay.core.digest import sha256_hex
from assay.governance.permissions import Permission
from assay.web.authentication import opt

PREFIX = "/static"
"""The path under which all of them are served."""

CACHE_CONTROL = "public, max-age=31536000, immutable"
"""Cache-Control of an asset: keep it for a year and do not ask again (RFC 8246)."""

DIGEST_CHARS = 16
"""Characters of the digest in an address: 64 bits."""

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Media types of what is served, by suffix; other files of the folder are not. Texts are UTF-8."""

_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?"(\.{1,2}/[^"]+)";', re.MULTILINE)


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One file that pages load."""

    media_type: str
    """Its media type, by its suffix."""
    content: bytes
    """The file as it is."""
    compressed: bytes
    """The same in gzip. It holds no secret, so that its length tells nothing."""


class Assets:
    """The files that pages load, read once."""

    def __init__(self, folder: Path) -> None:
        """Read every file of a folder.

        Args:
            folder: where the files are.
        """
        paths = sorted(path for path in folder.rglob("*") if path.suffix in MEDIA_TYPES)
        self._files = {path.relative_to(folder).as_posix(): _asset(path) for path in paths}
        listing = [(name, sha256_hex(file.content)) for name, file in self._files.items()]
        self.digest = sha256_hex(msgspec.json.encode(listing))[:DIGEST_CHARS]
        """One digest of the names and contents of all files."""

    def address(self, name: str) -> str:
        """The address of a file by its path in the folder.

        Raises:
            KeyError: if there is no such file.
        """
        self._files[name]  # a page that names a file which is missing fails where it is rendered
        return f"{PREFIX}/{self.digest}/{name}"

    def file(self, digest: str, name: str) -> Asset | None:
        """A file under this digest; None where there is none, or where the digest is another."""
        return self._files.get(name) if digest == self.digest else None

    def modules(self, *entries: str) -> tuple[str, ...]:
        """Modules with all that they import, directly or through others, each once.

        Args:
            entries: their paths in the folder.

        Raises:
            KeyError: if a module that is imported does not exist.
        """
        reached = list(entries)
        for name in reached:  # it grows while it is read, level by level
            reached += [module for module in self._imports(name) if module not in reached]
        return tuple(reached)

    def _imports(self, name: str) -> list[str]:
        parent = PurePosixPath(name).parent
        text = self._files[name].content.decode()
        return list(dict.fromkeys(normpath(str(parent / path)) for path in _IMPORT.findall(text)))


@cache
def own_assets() -> Assets:
    """The files of this package."""
    return Assets(Path(__file__).parent / "static")


@route(
    f"{PREFIX}/{{file_path:path}}",
    http_method=["GET", "HEAD"],
    opt=opt(Permission.public),
    include_in_schema=False,
    sync_to_thread=False,
)
def serve_asset(request: Request[Any, Any, Any], file_path: FromPath[Path]) -> Response[bytes]:
    """One file, to be kept for good.

    Under another digest nothing is found: a browser would keep for good what belongs to another page.
    """
    digest, _, name = file_path.as_posix().lstrip("/").partition("/")
    asset = own_assets().file(digest, name)
    if asset is None:
        raise NotFoundException
    headers = {"cache-control": CACHE_CONTROL, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.content, media_type=asset.media_type, headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(asset.compressed, media_type=asset.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    # No time is written into the compressed bytes: the same file gives the same bytes in every process.
    return Asset(
        media_type=MEDIA_TYPES[path.suffix],
        content=content,
        compressed=gzip.compress(content, mtime=0),
    )

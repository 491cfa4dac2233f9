"""Fetching: an address becomes a file on this disk, in flat memory, resumed where it was cut."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from assay.bulk.address import address_name, public_address, require_address
from assay.core.clock import Clock
from assay.core.digest import sha256_hex
from assay.core.errors import AssayError, InputError, MachineError, missing_extra
from assay.core.private import make_private_folder, private_opener

MAX_FETCH_BYTES = 64 * 2**30
"""The most bytes that are fetched from an address unless the caller says otherwise."""

ATTEMPTS = 5
"""Consecutive connections that may bring nothing before a fetch ends."""

BLOCK = 4 * 2**20
"""Bytes that one request to a store of objects asks for."""

_STATE = "state.json"
_REVISIONS = ("VersionId", "version_id", "generation", "ETag", "etag", "blob_id")
"""Names under which the libraries of the protocols give what changes with the content."""


_ORIGIN = re.compile(r".*?(?:, revision (?P<revision>.+))?, fetched [^,]+", re.DOTALL)
"""How `Fetched.origin` is written."""


class _FetchState(msgspec.Struct):
    """What the bytes held of an address belong to."""

    version: str
    """What changes with the content; empty where the server names nothing."""
    size: int | None
    """Bytes of the whole, where it is known."""
    revision: str
    """The revision for people."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was fetched."""

    path: Path
    """Where it is kept until its import ends."""
    address: str
    """Its address, without credentials and query."""
    revision: str
    """Version, commit or entity tag that the server names; empty where it names none."""
    at: str
    """When the last byte was fetched, as UTC in ISO 8601."""

    @property
    def origin(self) -> str:
        """Address, revision and time in one line, as the list of imports keeps them."""
        revision = f", revision {self.revision}" if self.revision else ""
        return f"{self.address}{revision}, fetched {self.at}"

    def discard(self) -> None:
        """Remove the file."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def origin_revision(origin: str) -> str:
    """The revision in the origin of an import (`Fetched.origin`); empty where it names none."""
    match = _ORIGIN.fullmatch(origin)
    return match["revision"] or "" if match else ""


def current_revision(address: str, *, allow_private: bool = False) -> str:
    """The revision that the server names for an address now; empty where it names none.

    Nothing is fetched. The arguments and errors are those of `fetch`; a connection that fails is a
    MachineError.
    """
    require_address(address)
    if urlsplit(address).scheme in {"http", "https"}:
        return _web_revision(address, allow_private=allow_private)
    filesystem, path = _object_place(address)
    with _library_errors(address):
        filesystem.invalidate_cache()
        try:
            return _revision(filesystem.info(path))
        except (FileNotFoundError, PermissionError):
            raise
        except OSError as error:
            raise _no_connection(address) from error


def fetch(
    address: str,
    folder: Path,
    clock: Clock,
    *,
    max_bytes: int = MAX_FETCH_BYTES,
    allow_private: bool = False,
) -> Fetched:
    """Fetch an address into a private folder, going on after what an earlier run left there.

    Args:
        address: of one file.
        folder: where fetched files are kept.
        clock: tells the time of fetching.
        max_bytes: the most bytes of the file.
        allow_private: whether addresses inside a network, and `http://`, are permitted.

    Raises:
        UsageError: for an address with credentials, or one that is not permitted.
        InputError: if it cannot be read, changes again and again, or is larger than its budget.
        MachineError: if the extra `remote` is missing or the connection fails.
    """
    require_address(address)
    place = folder / sha256_hex(public_address(address).encode())[:32]
    make_private_folder(place)
    file = _PartialFile(place, address, max_bytes)
    if urlsplit(address).scheme in {"http", "https"}:
        _fetch_web(address, file, allow_private=allow_private)
    else:
        _fetch_object(address, file)
    return Fetched(
        path=file.path, address=public_address(address), revision=file.state.revision, at=clock()
    )


class _PartialFile:
    """The bytes held so far, and what they belong to."""

    def __init__(self, folder: Path, address: str, max_bytes: int) -> None:
        self.path = folder / address_name(address)
        self.state = _FetchState("", None, "")
        self._state_path = folder / _STATE
        self._where = public_address(address)
        self._max_bytes = max_bytes
        with suppress(OSError, msgspec.DecodeError):
            self.state = msgspec.json.decode(self._state_path.read_bytes(), type=_FetchState)

    @property
    def held(self) -> int:
        """Bytes held that can be gone on from: none where nothing shows that they still apply."""
        return self.path.stat().st_size if self.state.version and self.path.exists() else 0

    def begin(self, state: _FetchState) -> None:
        """Start over, unless the bytes held are of the same version."""
        self._require_budget(state.size or 0)
        if state.version != self.state.version or not self.held:
            open(self.path, "wb", opener=private_opener).close()
        self.state = state
        with open(self._state_path, "wb", opener=private_opener) as file:
            file.write(msgspec.json.encode(state))

    def append(self, pieces: Iterator[bytes]) -> None:
        """Add bytes as they come."""
        size = self.path.stat().st_size
        with open(self.path, "ab", opener=private_opener) as file:
            for piece in pieces:
                size += len(piece)
                self._require_budget(size)
                file.write(piece)

    def is_whole(self) -> bool:
        """Whether as many bytes are held as the whole has."""
        return self.state.size is None or self.path.stat().st_size == self.state.size

    def forget(self) -> None:
        """Let the bytes held apply to nothing."""
        self.state = _FetchState("", None, "")

    def _require_budget(self, size: int) -> None:
        if size > self._max_bytes:
            raise InputError(
                code="over-budget",
                message=f"the file has more than {self._max_bytes} bytes",
                where=self._where,
                hint="raise the budget with --max-fetch-mb (in Python: max_fetch_bytes)",
            )


def _fetch_web(address: str, file: _PartialFile, *, allow_private: bool) -> None:
    import httpx  # noqa: PLC0415  the extra may be missing, which `web_bytes` says

    from assay.bulk.web_bytes import content_range, open_web  # noqa: PLC0415  the same

    def read_rest() -> bool:
        held, etag = file.held, file.state.version
        if held and held == file.state.size:
            held -= 1  # the last byte alone is asked for: it shows whether the rest still applies
        try:
            with open_web(address, held, etag, allow_private=allow_private) as response:
                tag = response.headers.get("ETag", "")
                strong = "" if tag.startswith("W/") else tag
                if response.status_code == httpx.codes.PARTIAL_CONTENT:
                    start, stated = content_range(response)
                    size = file.state.size if stated is None else stated
                    if start != held or strong != etag:
                        file.forget()
                        return False
                    with file.path.open("r+b") as partial:
                        partial.truncate(held)
                else:
                    length = response.headers.get("Content-Length", "")
                    size = int(length) if length.isdecimal() else None
                    file.forget()
                file.begin(_FetchState(strong, size, _tag_text(tag)))
                file.append(response.iter_raw())  # as it comes: a cut loses nothing
        except httpx.TransportError:
            return False
        return file.is_whole()

    _repeat(read_rest, file, address)


def _web_revision(address: str, *, allow_private: bool) -> str:
    import httpx  # noqa: PLC0415  the extra may be missing, which `web_bytes` says

    from assay.bulk.web_bytes import open_web  # noqa: PLC0415  the same

    try:
        with open_web(address, 0, "", allow_private=allow_private) as response:
            return _tag_text(response.headers.get("ETag", ""))
    except httpx.TransportError as error:
        raise _no_connection(address) from error


def _tag_text(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


def _no_connection(address: str) -> MachineError:
    return MachineError(
        code="not-fetched", message="the server does not answer",
        where=public_address(address), hint="check the network, and run the command again",
    )  # fmt: skip


def _object_place(address: str) -> tuple[Any, str]:
    """The file system that an address is in, and its path there."""
    try:
        filesystem, path = import_module("fsspec").url_to_fs(address)
    except ImportError as error:
        raise missing_extra("remote", f"reading {urlsplit(address).scheme}://") from error
    return filesystem, path


@contextmanager
def _library_errors(address: str) -> Iterator[None]:
    """Errors of a protocol's library as ours; a failed connection stays an OSError."""
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        raise InputError(
            code="not-fetched", message="there is no such file, or it may not be read",
            where=public_address(address), hint="check the address and the credentials",
        ) from error  # fmt: skip
    except (AssayError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  each protocol's library has errors of its own
        # Only the kind of error is reported: its text may hold a signed address.
        raise MachineError(
            code="not-fetched",
            message=f"the library of the protocol reports {type(error).__name__}",
            where=public_address(address), hint="check the credentials in the environment",
        ) from None  # fmt: skip


def _fetch_object(address: str, file: _PartialFile) -> None:
    filesystem, path = _object_place(address)

    def read_rest() -> bool:
        try:
            with _library_errors(address):
                filesystem.invalidate_cache()
                about = filesystem.info(path)
                file.begin(_FetchState(filesystem.ukey(path), about["size"], _revision(about)))
                # Each block is one request: what came before a cut stays, and memory stays flat.
                with filesystem.open(path, "rb", block_size=BLOCK, cache_type="none") as stream:
                    stream.seek(file.held)
                    file.append(iter(lambda: stream.read(BLOCK), b""))
                filesystem.invalidate_cache()
                is_same = filesystem.ukey(path) == file.state.version
        except OSError:
            return False
        if not is_same:
            file.forget()
        return is_same and file.is_whole()

    _repeat(read_rest, file, address)


def _revision(about: dict[str, Any]) -> str:
    names = (str(about[name]).strip('"') for name in _REVISIONS if about.get(name))
    return next(names, "")


def _repeat(read_rest: Callable[[], bool], file: _PartialFile, address: str) -> None:
    """Go on until the whole file is there; end where attempts in a row bring nothing."""
    idle = 0
    while idle < ATTEMPTS:
        before = file.held
        if read_rest():
            return
        idle = 0 if file.held > before else idle + 1
    raise MachineError(
        code="not-fetched",
        message=f"the file could not be fetched whole in {ATTEMPTS} attempts without progress",
        where=public_address(address),
        hint="run the command again: it goes on where the server permits it",
    )

"""A dataset repository on the Hugging Face Hub: what it holds, and one commit of files.

A commit is compared with the repository before it is made and after it is answered, so that a push
that was cut is completed by the next one, and nothing is sent twice.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from assay.core.errors import AssayError, CheckError, MachineError, UsageError, missing_extra

ATTEMPTS = 4
"""How often a push is tried where the Hub or the connection fails."""

_FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled before each further one."""

_TYPE = "dataset"
_HTTP_SERVER_FAULT = 500
_HTTP_TOO_MANY = 429
_MEANINGS: Mapping[int, tuple[type[AssayError], str, str, str]] = {
    401: (
        UsageError, "token-refused", "the Hub does not accept the token",
        "put a token that may write into HF_TOKEN, or into a file for --token-file",
    ),
    403: (
        UsageError, "push-forbidden", "the token may not write to this repository",
        "use a token with write access to its owner, or name another repository",
    ),
    409: (
        CheckError, "repository-changed",
        "the repository was changed by somebody else meanwhile, or its name is taken",
        "look at the repository, then push again",
    ),
}  # fmt: skip


class HubFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a commit."""

    path: str
    """Its path in the repository."""
    content: Path | bytes
    """The file that holds its bytes, or the bytes."""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        content = self.content
        return content.stat().st_size if isinstance(content, Path) else len(content)

    def digests(self) -> tuple[str, str]:
        """The SHA-256 of its bytes, and its id as a Git blob; both hexadecimal."""
        whole = hashlib.sha256()
        blob = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        for piece in self._pieces():
            whole.update(piece)
            blob.update(piece)
        return whole.hexdigest(), blob.hexdigest()

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as stream:
            while piece := stream.read(2**20):
                yield piece


class HubCommit(msgspec.Struct, frozen=True, kw_only=True):
    """The commit of a repository that holds some files."""

    id: str
    """Its id."""
    changed: bool
    """Whether it was made now; False where the repository held all files already."""


class HubRepository:
    """One dataset repository. It never shows its token."""

    def __init__(self, name: str, token: str, *, private: bool, region: str | None = None) -> None:
        """Say which repository, without asking for it.

        Args:
            name: `OWNER/NAME`.
            token: the token that may write to it.
            private: whether only its owner's people may read it.
            region: where it is made if it is not there: `us` or `eu`; None: the owner's default.
        """
        self.name = name
        self._private = private
        self._region = region
        self._hub = hub_library()
        # The endpoint is read here: the library reads it once, when it is first imported.
        endpoint = os.environ.get("HF_ENDPOINT") or None
        self._api: Any = self._hub.HfApi(endpoint=endpoint, token=token, library_name="assay")

    def put(
        self, files: Sequence[HubFile], folder: str, *, message: str, description: str
    ) -> HubCommit:
        """Let the repository hold these files, and in one folder nothing else, by one commit.

        Args:
            files: the files.
            folder: the folder of the repository that holds them alone.
            message: first line of the commit.
            description: further lines of the commit.

        Raises:
            UsageError: if the token is not accepted or may not write, or the repository is public
                and was to be private.
            CheckError: if somebody else changed the repository meanwhile, or it does not hold what
                was sent.
            MachineError: if the Hub or the connection fails again and again.
        """
        digests = {file.path: file.digests() for file in files}

        def commit() -> HubCommit:
            head = self._head()
            remote = self._files(head)
            operations = self._operations(files, folder, digests, remote)
            if not operations:
                return HubCommit(id=head, changed=False)
            made = self._api.create_commit(
                self.name, operations, commit_message=message, commit_description=description,
                repo_type=_TYPE, parent_commit=head,
            )  # fmt: skip
            # The Hub leaves out files that the repository's .gitignore names, and says nothing.
            if self._operations(files, folder, digests, self._files(made.oid)):
                raise CheckError(
                    code="push-incomplete",
                    message="the repository does not hold what was sent",
                    where=self.name,
                    hint="see whether its .gitignore leaves files out, then push again",
                )
            return HubCommit(id=made.oid, changed=True)

        return self._repeat(commit)

    def _head(self) -> str:
        """Id of the repository's newest commit; the repository is made if it is not there."""
        try:
            about = self._api.dataset_info(self.name)
        except self._hub.errors.RepositoryNotFoundError:
            region = {"region": self._region} if self._region else {}
            self._api.create_repo(self.name, repo_type=_TYPE, private=self._private, **region)
            about = self._api.dataset_info(self.name)
        if self._private and not about.private:
            raise UsageError(
                code="repository-public",
                message="the repository is there already, and everyone can read it",
                where=self.name,
                hint="make it private, name another one, or permit it with --public",
            )
        return str(about.sha)

    def _files(self, commit: str) -> dict[str, tuple[str, str]]:
        """Files of the repository: path -> SHA-256 (empty where not known) and Git blob id."""
        tree = self._api.list_repo_tree(self.name, recursive=True, revision=commit, repo_type=_TYPE)
        return {
            entry.path: (entry.lfs.sha256 if entry.lfs else "", entry.blob_id)
            for entry in tree
            if hasattr(entry, "blob_id")
        }

    def _operations(
        self,
        files: Sequence[HubFile],
        folder: str,
        digests: Mapping[str, tuple[str, str]],
        remote: Mapping[str, tuple[str, str]],
    ) -> list[Any]:
        """What a commit must do, so that the repository holds the files."""
        hub = self._hub
        missing = [
            file for file in files if not _is_held(digests[file.path], remote.get(file.path))
        ]
        strange = [path for path in remote if path.startswith(f"{folder}/") and path not in digests]
        return [
            *(hub.CommitOperationDelete(path_in_repo=path) for path in strange),
            *(
                hub.CommitOperationAdd(path_in_repo=file.path, path_or_fileobj=file.content)
                for file in missing
            ),
        ]

    def _repeat(self, commit: Callable[[], HubCommit]) -> HubCommit:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_FIRST_WAIT * 2 ** (attempt - 1))
            try:
                return commit()
            except AssayError:
                raise
            except self._hub.errors.HfHubHTTPError as error:
                status = error.response.status_code
                if status < _HTTP_SERVER_FAULT and status != _HTTP_TOO_MANY:
                    raise self._refused(status) from None
                fault = f"the Hub answers with status {status}"
            except (ValueError, TypeError) as error:
                raise MachineError(
                    code="not-pushed",
                    message=f"the library of the Hub reports {type(error).__name__}",
                    where=self.name,
                    hint="see whether HF_ENDPOINT leads to a Hub",
                ) from None
            except Exception as error:  # noqa: BLE001  each transport's library has errors of its own
                # Only the kind of error is reported: its text may hold a signed address.
                fault = f"the connection to the Hub fails ({type(error).__name__})"
        raise MachineError(
            code="not-pushed",
            message=f"{fault}, {ATTEMPTS} times",
            where=self.name,
            hint="push again later: what arrived is not sent again",
        )

    def _refused(self, status: int) -> AssayError:
        if status in _MEANINGS:
            family, code, message, hint = _MEANINGS[status]
            return family(code=code, message=message, where=self.name, hint=hint)
        return UsageError(
            code="hub-refused",
            message=f"the Hub refuses with status {status}",
            where=self.name,
            hint="check the repository's name and the token",
        )


def hub_library() -> ModuleType:
    """The library of the Hub, imported when it is first asked for.

    Raises:
        MachineError: if the extra `hub` is not installed.
    """
    try:
        return import_module("huggingface_hub")
    except ImportError as error:
        raise missing_extra("hub", "a push to the Hub") from error


def hub_token(file: Path | None) -> str:
    """The token: of a file, of `HF_TOKEN`, or of the login that the Hub's own tool stored.

    Args:
        file: a file that holds nothing else; None: one of the others.

    Raises:
        UsageError: if there is none.
    """
    if file is not None:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise UsageError(
                code="cannot-read", message="the file of the token cannot be read",
                where=str(file), hint="check the path and the file's permissions",
            ) from error  # fmt: skip
    else:
        token = hub_library().get_token() or ""
    if not token:
        raise UsageError(
            code="no-token",
            message="there is no token for the Hub",
            hint="put it into HF_TOKEN, or into a file for --token-file",
        )
    return token


def _is_held(own: tuple[str, str], remote: tuple[str, str] | None) -> bool:
    """Whether a file of the repository has these bytes: large ones by SHA-256, others by blob."""
    if remote is None:
        return False
    whole, blob = own
    return remote[0] == whole if remote[0] else remote[1] == blob

"""SHA256SUMS, and what really is in a folder: every file listed, nothing else, no way out."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.core.issues import Issue

SUMS = "SHA256SUMS"
"""The list of digests, as `sha256sum -c` reads it."""

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")
_SAFE_PART = re.compile(r"(?!\.)(?!-)[A-Za-z0-9._-]+(?<!\.)")

FileDigest = tuple[str, int]
"""SHA-256 (hexadecimal) and size (bytes) of a file."""


def digest_file(file: Path) -> FileDigest:
    """SHA-256 (hexadecimal) and size (bytes) of a file."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest(), stream.tell()


def render_sums(digests: Mapping[str, str]) -> bytes:
    """The list for the given files: name -> SHA-256, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def parse_sums(content: bytes) -> tuple[dict[str, str], list[Issue]]:
    """The digests in a list, name -> SHA-256, and what is wrong with the list.

    Names that lead out of the folder, or that some systems read differently, are refused.
    """
    digests: dict[str, str] = {}
    issues = []
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            issues.append(_issue("sums-line", SUMS, "this is not a digest and a name", number))
        elif not is_safe(match[2]):
            message = f"the name {match[2]!r} could lead out of the folder"
            issues.append(_issue("unsafe-name", SUMS, message, number))
        elif match[2] in digests:
            message = f"the file {match[2]!r} is listed twice"
            issues.append(_issue("listed-twice", SUMS, message, number))
        else:
            digests[match[2]] = match[1]
    # A list in another order, or without its last line feed, gives the same digests and passes
    # `sha256sum -c`. The format has one spelling, so such a list was changed by somebody.
    if not issues and render_sums(digests) != content:
        issues.append(_issue("sums-order", SUMS, "the list is not sorted, or is cut at its end"))
    return digests, issues


def is_safe(name: str) -> bool:
    """Whether a name stays in its folder and is the same file on every system."""
    return all(_SAFE_PART.fullmatch(part) for part in name.split("/"))


def scan_folder(folder: Path) -> tuple[set[str], list[Issue]]:
    """The names of the regular files under a folder, and what else is there."""
    files: set[str] = set()
    issues = []
    for name, mode in _entries(folder):
        if stat.S_ISDIR(mode) and not any((folder / name).iterdir()):
            issues.append(_issue("empty-folder", name, "this folder is empty, and no file's place"))
        if stat.S_ISREG(mode):
            files.add(name)
        elif stat.S_ISLNK(mode):
            issues.append(_issue("symlink", name, "this is a link; a release holds files only"))
        elif not stat.S_ISDIR(mode):
            issues.append(_issue("not-a-file", name, "this is neither a file nor a folder"))
    issues += _collisions(files)
    return files, issues


def compare(listed: Mapping[str, str], actual: Mapping[str, str]) -> list[Issue]:
    """How the files that were found differ from those that are listed: name -> SHA-256."""
    issues = []
    for name in sorted(listed.keys() | actual.keys()):
        if name not in actual:
            issues.append(_issue("missing-file", name, "this file is listed and not there"))
        elif name not in listed:
            issues.append(_issue("extra-file", name, "this file is there and not listed"))
        elif listed[name] != actual[name]:
            message = f"the bytes are not the listed ones: {actual[name]} instead of {listed[name]}"
            issues.append(_issue("changed-file", name, message))
    return issues


def _entries(folder: Path) -> Iterator[tuple[str, int]]:
    for place, folders, files in os.walk(folder, followlinks=False):
        for name in sorted(folders + files):
            entry = Path(place, name)
            yield entry.relative_to(folder).as_posix(), entry.lstat().st_mode


def _collisions(names: set[str]) -> list[Issue]:
    # Some file systems ignore case: of two such names, one would silently replace the other there.
    seen: dict[str, str] = {}
    issues = []
    for name in sorted(names):
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            message = f"on some systems this is the same file as {other!r}"
            issues.append(_issue("case-collision", name, message))
    return issues


def _issue(code: str, file: str, message: str, line: int = 0) -> Issue:
    return Issue(
        file=file,
        line=line,
        path="",
        code=code,
        severity="error",
        message=message,
        hint="get the release from its publisher again",
    )

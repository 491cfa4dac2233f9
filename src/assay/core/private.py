"""Private files: readable by the user who runs Assay alone, whatever the umask is."""

import os
import stat
from pathlib import Path

FOLDER_MODE = 0o700
"""Permissions of a private folder."""

FILE_MODE = 0o600
"""Permissions of a private file."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_opener(path: str, flags: int) -> int:
    """An `opener` for `open`: a file that is made is private from its first byte."""
    return os.open(path, flags, FILE_MODE)


def make_private_folder(folder: Path) -> None:
    """Make a folder private; one that is there already is narrowed.

    Raises:
        OSError: if it cannot be made.
    """
    # The umask can only remove bits of the mode, and `narrow` covers a folder that was there.
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    narrow(folder)


def narrow(path: Path) -> bool:
    """Take a file's or folder's permissions for other users away.

    Returns:
        Whether nobody else may use it now; False where it belongs to somebody else, or its file
        system keeps no permissions. What is not there is private.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
            # Read again: some file systems accept the change and keep their permissions.
            mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return not mode & _OTHERS


def narrow_folder(folder: Path) -> list[Path]:
    """Make a folder and everything under it private.

    Returns:
        What other users may still use, sorted.
    """
    paths = [folder, *folder.rglob("*")]
    return sorted(path for path in paths if not narrow(path))

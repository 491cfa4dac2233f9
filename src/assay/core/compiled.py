"""Functions compiled to machine code, where the extra `bulk` is installed.

What is compiled is kept on disk for the next process, in a folder that only its owner may write:
what is read from there is run.
"""

import os
import stat
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether functions can be compiled: numba is installed, with the extra `bulk`."""
    return find_spec("numba") is not None


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function, compiled at its first call for the types of its arguments.

    It runs without the interpreter's lock. Import a module that uses this only where
    `is_available`. The folder of what was compiled is `NUMBA_CACHE_DIR` where that is set, else
    `assay/compiled` in the user's cache folder; where others may write there, nothing is kept.
    """
    import numba  # noqa: PLC0415  half a second, for those alone who compile

    config: Any = numba.config
    own = config.CACHE_DIR
    folder = own or private_folder(_cache_home() / "assay" / "compiled")
    config.CACHE_DIR = folder or own
    try:
        compiled_function: Callable[P, R] = numba.njit(nogil=True, cache=bool(folder))(function)
    finally:
        # Other users of numba in this process keep their own folder.
        config.CACHE_DIR = own
    return compiled_function


def always_inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A small function that is compiled into each function that calls it."""
    import numba  # noqa: PLC0415  as above

    inlined: Callable[P, R] = numba.njit(inline="always")(function)
    return inlined


def private_folder(folder: Path) -> str:
    """The folder, made where it is absent; empty where others than its owner may write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return ""
    if os.name != "posix":
        return str(folder)
    others = state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    is_own = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not others
    return str(folder) if is_own else ""


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")

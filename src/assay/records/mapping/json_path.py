"""JSONPath (RFC 9535), by python-jsonpath in its strict mode."""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import distribution
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

from assay.core.errors import MachineError


def compile_path(path: str) -> Callable[[Mapping[str, Any]], list[Any]]:
    """The function that finds all values of a path in an object.

    Raises:
        ValueError: if the text is not a path.
    """
    library = _library()
    try:
        compiled = library.compile(path, strict=True)
    except library.JSONPathError as error:
        msg = f"{path!r} is not a JSONPath: {error}"
        raise ValueError(msg) from error
    return lambda row: list(compiled.findall(row))


@cache
def _library() -> ModuleType:
    """The package, found where it is installed.

    A console script has its own folder first on the path, and jsonpath-rw puts a script called
    `jsonpath.py` there, which a plain import would take.
    """
    loaded = sys.modules.get("jsonpath")
    if loaded is not None and hasattr(loaded, "JSONPathError"):
        return loaded
    spec = PathFinder.find_spec("jsonpath", [str(distribution("python-jsonpath").locate_file(""))])
    if spec is None or spec.loader is None:
        raise MachineError(
            code="broken-install",
            message="the package python-jsonpath is installed without its module",
            hint="install it again",
        )
    module = module_from_spec(spec)
    sys.modules["jsonpath"] = module
    spec.loader.exec_module(module)
    return module

"""Rows as a data set of the `datasets` library, where it is installed."""

from importlib import import_module
from types import ModuleType

from assay.core.errors import missing_extra


def datasets_library() -> ModuleType:
    """The library, imported when it is first asked for: it takes seconds.

    Raises:
        MachineError: if the extra `datasets` is not installed.
    """
    try:
        return import_module("datasets")
    except ImportError as error:
        raise missing_extra("datasets", "a dataset") from error

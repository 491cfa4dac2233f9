"""Which columns of a table a mapping can read: all others need not be decoded."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assay.records.mapping.document import MappingDocument

_PLAIN_PATH = re.compile(r"\$(\.[A-Za-z_]|\[['\"][^'\"\\]*['\"]\])")
"""How a path begins that names the column from which it goes on."""


def column_filter(document: MappingDocument) -> Callable[[str], bool]:
    """Whether a mapping can read the column of a name.

    A column is read only where its name stands somewhere in the mapping. Where the mapping finds
    columns by a pattern, by a path without a name, or by a name that it makes, any can be read.
    """
    plain = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if any(_finds_columns(part) for part in _objects(plain)):
        return lambda _: True
    texts = "\0".join(_texts(plain))
    return lambda name: name in texts


def _finds_columns(part: Mapping[str, Any]) -> bool:
    path, way = part.get("path"), part.get("at")
    if isinstance(part.get("columns"), str):
        return True
    if isinstance(path, str) and not _PLAIN_PATH.match(path):
        return True
    return isinstance(way, list) and bool(way) and "{" in str(way[0])


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for inner in value.values() if isinstance(value, Mapping) else value:
        if isinstance(inner, Mapping | list):
            yield from _objects(inner)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)

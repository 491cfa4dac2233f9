"""The wire between a candidate and its tests: framed, typed JSON of exact builtins.

A value's type on the wire is what the sender says; the receiver builds builtins and nothing else,
so that no object with methods of its own ever reaches the tests.
"""

import json
import os
from collections.abc import Callable
from typing import Any

MAX_BYTES = 8 << 20
"""Bytes of one message."""

MAX_DEPTH = 100
"""Containers within containers."""

_LONG_BITS = 1000
"""Integers of more bits travel as hexadecimal digits: those are read in linear time."""

_TAG = "$"
_PLAIN = frozenset({type(None), bool, str})


class WireError(Exception):
    """A message or value that does not travel."""


class ClosedError(WireError):
    """The other side is gone."""


def pack(value: Any, depth: int = 0) -> Any:
    """A value as plain JSON data.

    Raises:
        WireError: for anything but exact builtins, or one that is nested too deep.
    """
    kind = type(value)
    if kind in _PLAIN or (kind is int and value.bit_length() <= _LONG_BITS):
        return value
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if kind is float:
        return value if value - value == 0 else {_TAG: "float", "v": repr(value)}
    if kind is list:
        return [pack(each, depth + 1) for each in value]
    packer = _PACKERS.get(kind)
    if packer is None:
        raise WireError(f"a {kind.__name__[:60]} is not a plain value")
    return packer(value, depth + 1)


def _pack_dict(value: dict[Any, Any], depth: int) -> Any:
    if all(type(key) is str and key != _TAG for key in value):
        return {key: pack(each, depth) for key, each in value.items()}
    pairs = [[pack(key, depth), pack(each, depth)] for key, each in value.items()]
    return {_TAG: "dict", "v": pairs}


def _items(name: str) -> Callable[[Any, int], Any]:
    def packer(value: Any, depth: int) -> Any:
        return {_TAG: name, "v": [pack(each, depth) for each in value]}

    return packer


_PACKERS: dict[type, Callable[[Any, int], Any]] = {
    int: lambda value, _: {_TAG: "int", "v": hex(value)},
    dict: _pack_dict,
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    bytes: lambda value, _: {_TAG: "bytes", "v": value.hex()},
    bytearray: lambda value, _: {_TAG: "bytearray", "v": value.hex()},
    complex: lambda value, _: {_TAG: "complex", "v": [repr(value.real), repr(value.imag)]},
}


def unpack(data: Any, depth: int = 0) -> Any:
    """The value that plain JSON data stands for.

    Raises:
        WireError: if the data stands for none.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(data) is list:
        return [unpack(each, depth + 1) for each in data]
    if type(data) is not dict:
        return data
    if _TAG not in data:
        return {key: unpack(each, depth + 1) for key, each in data.items()}
    try:
        return _UNPACKERS[data[_TAG]](data["v"], depth + 1)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise WireError(f"no value is written like this: {error}"[:200]) from error


_UNPACKERS: dict[str, Callable[[Any, int], Any]] = {
    "int": lambda data, _: int(data, 16),
    "float": lambda data, _: float(data),
    "complex": lambda data, _: complex(float(data[0]), float(data[1])),
    "tuple": lambda data, depth: tuple(unpack(each, depth) for each in data),
    "set": lambda data, depth: {unpack(each, depth) for each in data},
    "frozenset": lambda data, depth: frozenset(unpack(each, depth) for each in data),
    "bytes": lambda data, _: bytes.fromhex(data),
    "bytearray": lambda data, _: bytearray.fromhex(data),
    "dict": lambda data, depth: {unpack(key, depth): unpack(each, depth) for key, each in data},
}


def send(handle: int, message: dict[str, Any]) -> None:
    """Write one message: its length in four bytes, then JSON.

    Raises:
        WireError: if it is too long.
        ClosedError: if the other side is gone.
    """
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) > MAX_BYTES:
        raise WireError(f"longer than {MAX_BYTES} bytes")
    framed = memoryview(len(text).to_bytes(4, "big") + text)
    try:
        while framed:
            framed = framed[os.write(handle, framed) :]
    except OSError as error:
        raise ClosedError(str(error)) from error


def receive(handle: int) -> dict[str, Any]:
    """Read one message.

    Raises:
        WireError: if it is not a message.
        ClosedError: if the other side is gone.
    """
    length = int.from_bytes(_exactly(handle, 4), "big")
    if length > MAX_BYTES:
        raise WireError(f"a message of {length} bytes, more than {MAX_BYTES}")
    try:
        message = json.loads(_exactly(handle, length))
    except (ValueError, RecursionError) as error:
        raise WireError(f"a message that is not JSON: {error}"[:200]) from error
    if type(message) is not dict:
        raise WireError("a message that is not an object")
    return message


def _exactly(handle: int, count: int) -> bytes:
    parts = []
    while count:
        try:
            part = os.read(handle, min(count, 1 << 20))
        except OSError as error:
            raise ClosedError(str(error)) from error
        if not part:
            raise ClosedError("the other side closed the wire")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)

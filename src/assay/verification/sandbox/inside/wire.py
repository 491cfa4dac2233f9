"""The wire between a candidate and its tests: framed, typed JSON of values.

A value's type on the wire is what the sender says; the receiver builds Python's own kinds of values
and nothing else, so that no object with methods of its own ever reaches the tests. An object that is
no value stays where it is, and a number goes in its place.
"""

import collections
import functools
import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

MAX_BYTES = 8 << 20
"""Bytes of one message."""

MAX_DEPTH = 100
"""Levels of containers within containers in one value."""

MAX_FIELDS = 100
"""Fields of a named tuple."""

_LONG_BITS = 1000
"""Integers of more bits are sent as hexadecimal digits, which are read in linear time; decimal digits
would take quadratic time."""

Report = dict[str, Any]
"""A JSON object: a message, a part of one, or what is reported to the host."""

MUTABLE = (list, dict, set, bytearray)
"""Plain types whose values can change: an object of a subclass travels by its content, unless a class or
a name of the candidate gave it."""

_TAG = "$"
_PLAIN = frozenset({type(None), bool, str})
_FACTORIES = {
    kind.__name__: kind for kind in (bool, bytes, dict, float, int, list, set, str, tuple)
}
"""What a `defaultdict` may make where a key is missing; another factory is sent as an object."""

_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, BlockingIOError, BufferError, ConnectionError,
    EOFError, Exception, FileExistsError, FileNotFoundError, FloatingPointError, ImportError,
    IndexError, IsADirectoryError, KeyError, LookupError, ModuleNotFoundError, NameError,
    NotADirectoryError, NotImplementedError, OSError, OverflowError, PermissionError,
    RecursionError, RuntimeError, SyntaxError, TimeoutError, TypeError, UnboundLocalError,
    UnicodeDecodeError, UnicodeEncodeError, UnicodeError, UserWarning, ValueError, Warning,
    ZeroDivisionError,
)  # fmt: skip
ERRORS: dict[str, type[Exception]] = {error.__name__: error for error in _ERRORS}
"""Errors that are sent by name. Left out are those that end a loop or a program, or report that the tests
themselves met a limit: `StopIteration` in a call would end the tests' own loops early."""

TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, range, set, str,
        tuple, type(None), *_ERRORS,
    )
}  # fmt: skip
"""Python's own classes that are sent by name."""

_LIBRARY_ERRORS = frozenset({
    ("binascii", "Error"), ("csv", "Error"), ("dataclasses", "FrozenInstanceError"),
    ("decimal", "DivisionByZero"), ("decimal", "InvalidOperation"), ("json.decoder", "JSONDecodeError"),
    ("_queue", "Empty"), ("queue", "Full"), ("re", "error"), ("struct", "error"), ("zlib", "error"),
})  # fmt: skip
"""Errors of the standard library that the tests know as such, where they have loaded its module."""


def library_error(at: Any) -> list[type]:
    """The error of the standard library at a module and name, alone in a list; else an empty one."""
    if type(at) is not list or tuple(at) not in _LIBRARY_ERRORS or at[0] not in sys.modules:
        return []
    return [getattr(sys.modules[at[0]], at[1])]


Keep = Callable[[Any, Any], Any]
"""Keeps an object that cannot be sent, and returns its reference; None where its content, the second
argument, is to be sent instead. The content is None where the object holds no plain value."""
Find = Callable[[Any], Any]
"""Gives what stands for an object, by its reference."""


class WireError(Exception):
    """A message or value that cannot be sent or read."""


class ClosedError(WireError):
    """The other side closed the wire."""


def pack(value: Any, keep: Keep | None = None, depth: int = 0) -> Any:
    """A value as plain JSON data.

    What is of a subclass of a plain type is sent as that type's own content, whatever the subclass
    says of itself.

    Args:
        value: the value.
        keep: keeps what is no value, so that it is sent by its number.
        depth: containers around it.

    Raises:
        WireError: for what is no value where nothing keeps it, or one that is nested too deep.
    """
    # By `type`, never by `isinstance`: an object may claim another class by its `__class__`.
    kind = type(value)
    if kind in _PLAIN or (kind is int and value.bit_length() <= _LONG_BITS):
        return value
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if kind is float:
        return value if value - value == 0 else {_TAG: "float", "v": repr(value)}
    packer = _PACKERS.get(kind) or _library_packer(kind)
    if packer:
        return packer(value, keep, depth + 1)
    if fields_of(kind) is not None:
        return _reference_or_content(_pack_named(value, keep, depth + 1), value, keep)
    for base, content_of in _BASES:
        if issubclass(kind, base):
            return _reference_or_content(pack(content_of(value), keep, depth), value, keep)
    if keep is None:
        raise WireError(f"a {name_of(kind)[:60]} is not a plain value")
    return {_TAG: "object", "v": keep(value, None)}


def _reference_or_content(content: Any, value: Any, keep: Keep | None) -> Any:
    """A value of a subclass of a plain type: what names it, or else what it holds."""
    reference = keep(value, content) if keep else None
    return content if reference is None else {_TAG: "object", "v": reference}


def name_of(kind: type) -> str:
    """A class's name as it was given, whatever its metaclass says."""
    return str(type.__dict__["__name__"].__get__(kind))


def fields_of(kind: type) -> list[str] | None:
    """The fields of a class of named tuples; None for another class."""
    fields = getattr(kind, "_fields", None) if issubclass(kind, tuple) else None
    named = type(fields) is tuple and all(type(field) is str for field in fields)
    return list(fields) if named and fields is not None else None


def _pack_dict(value: dict[Any, Any], keep: Keep | None, depth: int) -> Any:
    if all(type(key) is str and key != _TAG for key in value):
        return {key: pack(item, keep, depth) for key, item in value.items()}
    return {_TAG: "dict", "v": _pairs(value, keep, depth)}


def _pairs(value: Any, keep: Keep | None, depth: int) -> Any:
    return [[pack(key, keep, depth), pack(item, keep, depth)] for key, item in value.items()]


def _items(name: str) -> Callable[[Any, Keep | None, int], Any]:
    def packer(value: Any, keep: Keep | None, depth: int) -> Any:
        return {_TAG: name, "v": [pack(item, keep, depth) for item in value]}

    return packer


def _of_pairs(name: str) -> Callable[[Any, Keep | None, int], Any]:
    def packer(value: Any, keep: Keep | None, depth: int) -> Any:
        return {_TAG: name, "v": _pairs(value, keep, depth)}

    return packer


def _pack_default(value: Any, keep: Keep | None, depth: int) -> Any:
    factory = value.default_factory
    name = next((name for name, kind in _FACTORIES.items() if kind is factory), "")
    if factory is None or name:
        return {_TAG: "defaultdict", "v": [name, _pairs(value, keep, depth)]}
    if keep is None:
        raise WireError("a defaultdict with a factory of its own is not a plain value")
    packed_factory = pack(factory, keep, depth)
    return {_TAG: "defaultdict", "v": ["", _pairs(value, keep, depth), packed_factory]}


def _pack_type(value: type, keep: Keep | None, _: int) -> Any:
    name = name_of(value)
    if TYPES.get(name) is value:
        return {_TAG: "type", "v": name}
    if keep is None:
        raise WireError(f"the class {name[:60]} is not a plain value")
    return {_TAG: "object", "v": keep(value, None)}


def _pack_error(value: BaseException, keep: Keep | None, depth: int) -> Any:
    return {_TAG: "error", "v": [name_of(type(value)), pack(value.args, keep, depth)]}


def _pack_named(value: Any, keep: Keep | None, depth: int) -> Any:
    kind: Any = type(value)
    parts = [pack(part, keep, depth) for part in tuple.__iter__(value)]
    return {_TAG: "named", "v": [name_of(kind), list(kind._fields), parts]}


_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__pos__),
    (float, float.__pos__),
    (complex, complex.__pos__),
    (str, str.__str__),
    (bytes, lambda value: bytes(memoryview(value))),
    (bytearray, lambda value: bytearray(memoryview(value))),
    (dict, lambda value: dict(dict.items(value))),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
)
"""What a value of a subclass holds, read by its base's own methods."""

Packer = Callable[[Any, Keep | None, int], Any]

_PACKERS: dict[type, Packer] = {
    list: lambda value, keep, depth: [pack(item, keep, depth) for item in value],
    int: lambda value, *_: {_TAG: "int", "v": hex(value)},
    dict: _pack_dict,
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    bytes: lambda value, *_: {_TAG: "bytes", "v": value.hex()},
    bytearray: lambda value, *_: {_TAG: "bytearray", "v": value.hex()},
    complex: lambda value, *_: {_TAG: "complex", "v": [repr(value.real), repr(value.imag)]},
    range: lambda value, *_: {_TAG: "range", "v": [hex(bound) for bound in _range_parts(value)]},
    slice: lambda value, keep, depth: {
        _TAG: "slice", "v": [pack(part, keep, depth) for part in _range_parts(value)]
    },
    type: _pack_type,
    **dict.fromkeys(_ERRORS, _pack_error),
    type({}.keys()): _items("keys"),
    type({}.values()): _items("values"),
    type({}.items()): _items("items"),
    collections.Counter: _of_pairs("Counter"),
    collections.OrderedDict: _of_pairs("OrderedDict"),
    collections.defaultdict: _pack_default,
    collections.deque: lambda value, keep, depth: {
        _TAG: "deque", "v": [value.maxlen, [pack(item, keep, depth) for item in value]]
    },
}  # fmt: skip


def _range_parts(value: Any) -> tuple[Any, Any, Any]:
    return value.start, value.stop, value.step


_LIBRARY: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("decimal", "Decimal"): str,
    ("fractions", "Fraction"): lambda value: [hex(value.numerator), hex(value.denominator)],
    ("datetime", "date"): lambda value: value.isoformat(),
    ("datetime", "datetime"): lambda value: [value.isoformat(), value.fold],
    ("datetime", "time"): lambda value: [value.isoformat(), value.fold],
    ("datetime", "timedelta"): lambda value: [value.days, value.seconds, value.microseconds],
}
"""Classes of the standard library whose values are sent, by module and name, with what is sent of a
value. Their modules are loaded only where they are used."""


def _library_packer(kind: type) -> Packer | None:
    """The packer of a class that is loaded only where it is used; None where it has none."""
    for (module, name), text_of in _LIBRARY.items():
        loaded = sys.modules.get(module)
        if loaded and vars(loaded).get(name) is kind:
            return _tagged_packer(name, text_of)
    return None


def _tagged_packer(name: str, text_of: Callable[[Any], Any]) -> Packer:
    return lambda value, *_: {_TAG: name, "v": text_of(value)}


def unpack(data: Any, find: Find | None = None, depth: int = 0) -> Any:
    """The value that plain JSON data stands for.

    Args:
        data: the data.
        find: gives what stands for an object that is sent by reference.
        depth: containers around it.

    Raises:
        WireError: if the data stands for none.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH}")
    if type(data) is list:
        return [unpack(item, find, depth + 1) for item in data]
    if type(data) is not dict:
        return data
    if _TAG not in data:
        return {key: unpack(item, find, depth + 1) for key, item in data.items()}
    try:
        tag, content = data[_TAG], data["v"]
        if tag == "object":
            return _find_object(content, find)
        return _UNPACKERS[tag](content, find, depth + 1)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise WireError(f"no value is written like this: {error}"[:200]) from error


def _find_object(content: Any, find: Find | None) -> Any:
    if find is None:
        raise WireError("an object cannot be sent")
    return find(content)


def _list(data: Any, find: Find | None, depth: int) -> list[Any]:
    return [unpack(item, find, depth) for item in data]


def _dict(data: Any, find: Find | None, depth: int) -> dict[Any, Any]:
    return {unpack(key, find, depth): unpack(item, find, depth) for key, item in data}


def _default(data: Any, find: Find | None, depth: int) -> Any:
    factory: Any = _FACTORIES[data[0]] if data[0] else None
    if len(data) > 2:  # noqa: PLR2004  a factory of its own
        factory = unpack(data[2], find, depth)
    return collections.defaultdict(factory, _dict(data[1], find, depth))


def _error(data: Any, find: Find | None, depth: int) -> Any:
    parts = unpack(data[1], find, depth)
    if type(parts) is not tuple:
        raise WireError("no error is written like this")
    return ERRORS[data[0]](*parts)


def _named_tuple(data: Any, find: Find | None, depth: int) -> Any:
    name, fields, values = data
    return named_kind(name, fields)(*_list(values, find, depth))


def named_kind(name: Any, fields: Any) -> Any:
    """The class of named tuples of a name with these fields.

    Raises:
        WireError: if there is none.
        ValueError: for fields that no class can have.
    """
    if len(fields) > MAX_FIELDS or not all(type(text) is str for text in (name, *fields)):
        raise WireError("no named tuple is written like this")
    return _named_kind(name, tuple(fields))


@functools.lru_cache(maxsize=100)
def _named_kind(name: str, fields: tuple[str, ...]) -> Any:
    name = name if name.isidentifier() else "Named"
    return collections.namedtuple(name, fields)  # noqa: PYI024  its fields are known only now


def _date(data: Any) -> Any:
    return _of("datetime", "date").fromisoformat(data)


def _moment(name: str, data: Any) -> Any:
    return _of("datetime", name).fromisoformat(data[0]).replace(fold=int(data[1]))


def _of(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


_UNPACKERS: dict[str, Callable[[Any, Find | None, int], Any]] = {
    "int": lambda data, *_: int(data, 16),
    "float": lambda data, *_: float(data),
    "complex": lambda data, *_: complex(float(data[0]), float(data[1])),
    "tuple": lambda data, find, depth: tuple(_list(data, find, depth)),
    "set": lambda data, find, depth: set(_list(data, find, depth)),
    "frozenset": lambda data, find, depth: frozenset(_list(data, find, depth)),
    "bytes": lambda data, *_: bytes.fromhex(data),
    "bytearray": lambda data, *_: bytearray.fromhex(data),
    "dict": _dict,
    "range": lambda data, *_: range(*(int(digits, 16) for digits in data)),
    "slice": lambda data, find, depth: slice(*_list(data, find, depth)),
    "type": lambda data, *_: TYPES[data],
    "error": _error,
    "keys": lambda data, find, depth: dict.fromkeys(_list(data, find, depth)).keys(),
    "values": lambda data, find, depth: dict(enumerate(_list(data, find, depth))).values(),
    "items": lambda data, find, depth: dict(_list(data, find, depth)).items(),
    "Counter": lambda data, find, depth: collections.Counter(_dict(data, find, depth)),
    "OrderedDict": lambda data, find, depth: collections.OrderedDict(_dict(data, find, depth)),
    "defaultdict": _default,
    "deque": lambda data, find, depth: collections.deque(_list(data[1], find, depth), data[0]),
    "named": _named_tuple,
    "Decimal": lambda data, *_: _of("decimal", "Decimal")(str(data)),
    "Fraction": lambda data, *_: _of("fractions", "Fraction")(
        *(int(digits, 16) for digits in data)
    ),
    "date": lambda data, *_: _date(data),
    "datetime": lambda data, *_: _moment("datetime", data),
    "time": lambda data, *_: _moment("time", data),
    "timedelta": lambda data, *_: _of("datetime", "timedelta")(data[0], data[1], data[2]),
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

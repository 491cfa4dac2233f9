"""The wire carries exact builtins, whole or not at all."""

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.verification.sandbox.inside import wire

_leaf = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.complex_numbers(allow_nan=False)
)  # fmt: skip
_key = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.text())
_values = st.recursive(
    _leaf,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(_key, inner)
    | st.sets(_key) | st.frozensets(_key),
    max_leaves=20,
)  # fmt: skip


@given(_values)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    """Packing, JSON and unpacking give an equal value of the same type."""
    reading, writing = os.pipe()
    try:
        wire.send(writing, {"value": wire.pack(value)})
        back = wire.unpack(wire.receive(reading)["value"])
    finally:
        os.close(reading)
        os.close(writing)
    assert back == value
    assert type(back) is type(value)


class _Liar(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    ("value", "sent"), [(_Liar(3), 3), ({1: _Liar(2)}, {1: 2}), ([{_Liar(1)}], [{1}])]
)
def test_what_a_subclass_holds_is_sent_and_not_what_it_says(value: Any, sent: Any) -> None:
    """A value that says it equals everything arrives as the plain value that it holds."""
    back = wire.unpack(wire.pack(value))
    assert repr(back) == repr(sent)
    assert back != {1: 9}


class _Hidden(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise SystemExit


class _Nameless(metaclass=_Hidden):
    pass


@pytest.mark.parametrize("value", [object(), print, iter([]), {1: object()}, [print], _Nameless()])
def test_no_other_type_is_sent(value: Any) -> None:
    """Functions, iterators and objects are refused at any depth, where nothing keeps them."""
    with pytest.raises(wire.WireError):
        wire.pack(value)


@pytest.mark.parametrize(
    "data",
    [
        {"$": "object", "v": 1}, {"$": "int"}, {"$": "int", "v": "x"}, {"$": ["tuple"], "v": []},
        {"$": "dict", "v": [[1]]}, {"$": "set", "v": [[1]]}, {"$": "complex", "v": 3},
        {"$": "bytes", "v": "zz"}, {"$": None, "v": None}, {"$": "tuple", "v": 7},
    ],
)  # fmt: skip
def test_what_stands_for_no_value_is_refused(data: Any) -> None:
    """Forged tags and broken contents are an error of the wire, and nothing else is raised."""
    with pytest.raises(wire.WireError):
        wire.unpack(data)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\x00", b"passed\n", b"\xff\xff\xff\xff{}", b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x03{x}", b"\x00\x00\x00\x09" + b"\xff" * 9,
        b"\x00\x00\xea\x60" + b"[" * 60_000,
    ],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused(raw: bytes) -> None:
    """Short, long, nested and broken messages are errors of the wire."""
    reading, writing = os.pipe()
    os.write(writing, raw)
    os.close(writing)
    with pytest.raises(wire.WireError):
        wire.receive(reading)
    os.close(reading)

"""The kernels find the strings of a value that `strings_of` finds, each in its field and order."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.compiled import is_available
from assay.core.strings import strings_of
from assay.reserve.compared import Compared
from assay.reserve.service import WITH_TEXTS
from simulators.examples import DATA

pytestmark = pytest.mark.skipif(
    not is_available(), reason="NO KERNEL WAS TESTED: install the extra `bulk`"
)

NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))
TEXTS = st.text(
    st.sampled_from('ab0~/ \x00é漢🙂{}[]"'), max_size=6
)  # few signs, so that names and pointers meet
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXTS
    | st.text(min_size=30, max_size=70000).map(lambda text: text[:1] * 300 + text)
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=20) | st.tuples(inner, inner)
    | st.dictionaries(TEXTS | st.integers(0, 9), inner, max_size=20),
    max_leaves=12,
)  # fmt: skip


class Inner(msgspec.Struct, tag_field="at", tag="inner", omit_defaults=True):
    """A member with a tag, and a dictionary in one field."""

    text: str = ""
    names: dict[str, str] = {}


class Outer(msgspec.Struct, omit_defaults=True):
    """A value whose field names are no texts; of `any` that is not known."""

    text: str = ""
    more: tuple[Inner, ...] = ()
    any: Any = None


STRUCTS = st.builds(
    Outer,
    text=TEXTS,
    more=st.lists(
        st.builds(Inner, text=TEXTS, names=st.dictionaries(TEXTS, TEXTS, max_size=4)), max_size=4
    ).map(tuple),
    any=VALUES,
)


def by_field(value: object) -> Counter[tuple[str, ...]]:
    """The texts of each field of a value, as Python finds them."""
    fields: dict[str, list[str]] = {}
    for pointer, text in strings_of(value):
        if text:
            fields.setdefault(pointer.translate(NO_DIGITS), []).append(text)
    return Counter(map(tuple, fields.values()))


def by_kernel(values: list[object]) -> Iterator[Counter[tuple[str, ...]] | None]:
    """The same as the kernels find them; None for a value that is left to Python."""
    from assay.reserve.screen import _Values

    finder = _Values(np.uint64(7))
    packed = [Compared.of("", value).packed() for value in values]
    texts, is_left = finder.find(
        [value for value, own in zip(values, packed, strict=True) if own is not None],
        [own for own in packed if own is not None],
    )
    number = 0
    for own in packed:
        if own is None or is_left[number]:
            number += own is not None
            yield None
            continue
        fields: dict[int, list[str]] = {}
        for text in range(texts.thing_starts[number], texts.thing_starts[number + 1]):
            content = texts.data[texts.starts[text] : texts.ends[text]].tobytes().decode()
            fields.setdefault(int(texts.fields[text]), []).append(content)
        yield Counter(map(tuple, fields.values()))
        number += 1


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_values_have_the_same_strings_in_the_same_fields(values: list[object]) -> None:
    """Whatever they hold; those with JSON in a string, bytes or numbers as keys are left."""
    for value, fields in zip(values, by_kernel(values), strict=True):
        assert fields is None or fields == by_field(value)


@given(st.lists(STRUCTS, min_size=1, max_size=4))
def test_names_of_fields_are_no_texts_and_keys_are(structs: list[object]) -> None:
    """Of a struct no text is lost; a tag of a union is the only one that comes in addition."""
    for value, fields in zip(structs, by_kernel(structs), strict=True):
        if fields is not None:
            extra = fields - by_field(value)
            assert not by_field(value) - fields
            assert {text for texts in extra for text in texts} <= {"inner"}


def test_a_value_that_is_left_alone_is_one_that_python_reads_otherwise() -> None:
    """JSON in strings, bytes, numbers as keys, half a pair of surrogates, and too many levels."""
    deep: object = "x"
    for _ in range(1200):
        deep = [deep]
    left = ['{"a": "b"}', ["[1]"], {"x": b"x"}, {1: "x"}, "\ud800", deep]
    plain = ["{a", "a]", "", [], {}, {"{}": 1}, [[["x"] * 70000]], 1, None, "x" * 70000]
    assert [fields is None for fields in by_kernel([*left, *plain])] == [True] * 6 + [False] * 10


def test_many_names_fill_the_tables_and_change_nothing() -> None:
    """The tables of paths grow in the middle of a value."""
    letters = "abcdefghij"
    names = [f"{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in letters]
    value = {name: {"text": name} for name in names}
    [fields] = by_kernel([value])
    assert fields == by_field(value)


def test_dictionaries_of_every_family_are_known() -> None:
    """The names of fields with dictionaries are found in the types of the facts that hold texts."""
    from assay.reserve.screen import _names_of_dictionaries

    for family in WITH_TEXTS:
        names = _names_of_dictionaries(family)
        for field in msgspec.structs.fields(family):
            if "dict[" in str(field.type):
                assert field.encode_name in names, family
    assert "taxonomy" in _names_of_dictionaries(WITH_TEXTS[0])


@pytest.mark.long
@pytest.mark.data
@pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"NO PUBLISHED VALUE WAS WALKED: there is no folder {DATA}; set ASSAY_DATA",
)
def test_published_rows_have_the_same_strings() -> None:
    """In every file of the public data; most rows are walked by the kernels."""
    walked = total = 0
    for path in sorted(DATA.glob("*/*")):
        rows = []
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                rows.append(json.loads(line))
            except ValueError:
                rows.append(line)
        for row, fields in zip(rows, by_kernel(rows), strict=True):
            total += 1
            walked += fields is not None
            assert fields is None or fields == by_field(row)
    assert walked > total / 2

from typing import ClassVar

import msgspec
import pytest

from assay.core.describe import field_descriptions
from assay.core.fact import Fact
from assay.core.identity import digest_of, is_id
from assay.core.lineage import Edge, walk
from assay.records.record import Record


class Note(Fact):
    """A fact for these tests."""

    prefix: ClassVar[str] = "not"

    text: str
    """What it says."""
    pages: tuple[int, ...] = ()
    """Where it says it."""


class LongerNote(Fact):
    """The same family, one field later."""

    prefix: ClassVar[str] = "not"

    text: str
    """What it says."""
    pages: tuple[int, ...] = ()
    """Where it says it."""
    colour: str | None = None
    """Which ink."""


def test_an_encoded_fact_holds_what_the_fact_says_of_itself() -> None:
    """Bytes, digest and id, computed once, are those that the fact computes each time."""
    note = Note(text="a", pages=(1,))
    encoded = note.encode()
    assert (encoded.fact, encoded.body) == (note, note.canonical())
    assert (encoded.digest, encoded.id) == (note.digest(), note.id)


def test_equal_content_has_one_id() -> None:
    """Two facts with the same content share their id; another content has another."""
    assert Note(text="a", pages=(1,)).id == Note(text="a", pages=(1,)).id
    assert Note(text="a").id != Note(text="b").id


def test_an_id_holds_the_digest() -> None:
    """The digest can be read back from the id."""
    note = Note(text="a")
    assert is_id(note.id, "not")
    assert not is_id(note.id, "rec")
    assert not is_id(note.id[:20])
    assert digest_of(note.id) == note.digest()


def test_a_broken_id_has_no_digest() -> None:
    """A shortened id is no id."""
    with pytest.raises(ValueError, match="not a whole id"):
        digest_of("not_abc")


def test_a_field_added_later_leaves_older_ids_as_they_were() -> None:
    """A fact without the new field has the same id under the new type."""
    assert LongerNote(text="a", pages=(2,)).id == Note(text="a", pages=(2,)).id


def test_a_fact_cannot_be_changed() -> None:
    """Setting a field fails; `replace` makes a new fact."""
    note = Note(text="a")
    with pytest.raises(AttributeError):
        note.text = "b"  # type: ignore[misc]
    assert note.replace(text="b").text == "b"
    assert note.text == "a"


def test_a_fact_refuses_fields_it_does_not_know() -> None:
    """Decoding an unknown field fails."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"text":"a","shade":"blue"}', type=Note)


def test_the_literal_under_a_field_is_its_description() -> None:
    """Descriptions come from the source of a class and of the classes it inherits from."""
    described = field_descriptions(Record)
    assert described["task"] == "What the candidates answer: messages, tools and the state before."
    assert set(described) >= set(Record.__struct_fields__)


def test_a_walk_reaches_every_ancestor_once_and_nearest_first() -> None:
    """A diamond of parents is walked without repeating its end."""
    edges = {
        "d": [
            Edge(child="d", role="parent", parent="b"),
            Edge(child="d", role="parent", parent="c"),
        ],
        "b": [Edge(child="b", role="parent", parent="a")],
        "c": [Edge(child="c", role="parent", parent="a")],
    }
    steps = list(walk("d", lambda identity: edges.get(identity, []), towards="parent"))
    assert [(step.depth, step.edge.parent) for step in steps] == [
        (1, "b"), (1, "c"), (2, "a"), (2, "a"),
    ]  # fmt: skip

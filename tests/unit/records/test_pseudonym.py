"""Pseudonyms: keyed, stable and short."""

import msgspec
import pytest

from assay.core.errors import InputError
from assay.records.candidate import MadeByPerson
from assay.records.formats.assay import READER
from assay.records.kinds import Demonstration
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import RowContext
from simulators.small_program import judged, single, worked


def test_a_pseudonym_depends_on_id_and_key() -> None:
    """The same id under the same key is the same person; any other id or key is another."""
    one, other = pseudonymiser(b"0" * 32), pseudonymiser(b"1" * 32)
    assert one("ann") == one("ann")
    assert len({one("ann"), one("bob"), other("ann")}) == 3


def test_the_form_never_changes() -> None:
    """HMAC-SHA256 of the id, 120 bits in base32 with its prefix: a known answer."""
    assert pseudonymiser(b"a key of the tests")("ann") == "rvr_vf5j6htshnjb4zjmc3q5pasu"


def test_a_short_key_is_refused() -> None:
    """A key that could be tried out is refused."""
    with pytest.raises(ValueError, match="needs 16"):
        pseudonymiser(b"short")


def test_one_name_in_two_spellings_of_a_file_is_one_person() -> None:
    """A space behind a name, or its accents in another Unicode form, makes no second reviewer."""
    one = pseudonymiser(b"0" * 32)
    assert len({one("Zoë"), one("Zoe\u0308"), one(" Zoë\t")}) == 1
    assert one("Zoë") != one("zoë")


@pytest.mark.parametrize("raw", ["", "  ", "\t\n"])
def test_nobody_is_not_a_person(raw: str) -> None:
    """Everybody without an id would be one person, so an empty id is refused."""
    with pytest.raises(InputError, match="the name or id of a person is empty"):
        pseudonymiser(b"0" * 32)(raw)


def test_a_line_that_names_a_person_is_set_aside() -> None:
    """A name is no pseudonym, on a judgment as on a candidate; the message does not repeat it."""
    context = RowContext(kind="process", source_class="own", pseudonym=pseudonymiser(b"0" * 32))
    judgment = judged(worked(), "rvr_q4hx", verdict=None)
    named = judged(worked(), "Hans Meier", verdict=None)
    written = single(Demonstration(), "5")
    [candidate] = written.candidates
    by_name = MadeByPerson(pseudonym="Hans Meier", role="author")
    own = written.replace(candidates=(msgspec.structs.replace(candidate, provenance=by_name),))
    assert READER.read_line(judgment.canonical(), context)[0].judgments == [judgment]
    for fact, place in (
        (named, "/reviewer/pseudonym"),
        (own, "/candidates/0/provenance/pseudonym"),
    ):
        with pytest.raises(InputError, match=f"{place} does not name a person") as refused:
            READER.read_line(fact.canonical(), context)
        assert "Hans" not in str(refused.value)

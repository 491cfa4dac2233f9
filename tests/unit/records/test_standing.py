"""Which judgments stand beside those that replace them."""

import pytest

from assay.records.judgment import Judgment, standing
from builders import judgment_by


def _judgment(kind: str, supersedes: str | None = None) -> Judgment:
    return judgment_by(kind, "rec_x", kind=kind, supersedes=supersedes)


@pytest.mark.parametrize("program", ["model", "rule"])
def test_a_person_replaces_a_program_and_no_program_a_person(program: str) -> None:
    """A rule is a program as a model is: its later answer replaces only another program's."""
    first = _judgment(program)
    assert standing([first, own := _judgment("human", first.id)]) == [own]
    person = _judgment("human")
    later = _judgment(program, person.id)
    assert standing([person, later]) == [person, later]
    assert later.reviewer.automatic
    assert not person.reviewer.automatic

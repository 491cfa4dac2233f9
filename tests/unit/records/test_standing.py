"""Which judgments stand beside those that replace them."""

import pytest

from assay.records.judgment import Judgment, Reviewer, standing
from assay.records.verdict import NotAsked


def _judgment(kind: str, supersedes: str | None = None) -> Judgment:
    return Judgment(
        record="rec_x",
        reviewer=Reviewer(pseudonym=kind, kind=kind, role="reviewer"),  # type: ignore[arg-type]  a parameter
        verdict=NotAsked(),
        supersedes=supersedes,
    )


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

"""The operating checklist is computed from the documents, point by point."""

from pathlib import Path

import pytest

from assay.contracts.checklist import ChecklistPoint
from assay.contracts.draft import ProgramDraft
from assay.contracts.service import begin, check, init
from simulators.planted_documents import CONTEXT


def points(
    tmp_path: Path, template: str, *edits: tuple[str, str, str]
) -> dict[int, ChecklistPoint]:
    """The checklist of a template after edits of file, old and new text."""
    init(tmp_path, template)
    for file, old, new in edits:
        path = tmp_path / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    return {point.number: point for point in check(tmp_path, CONTEXT).checklist}


@pytest.mark.parametrize(
    ("number", "template", "edit"),
    [
        (1, "math", ("contract.yaml", "    dimensions: [final_value]\n", "")),
        (1, "math", ("contract.yaml", "    conditions: [The pupil sees all steps]\n", "")),
        (2, "math", ("contract.yaml", "training_objectives: [Write steps that follow, State value and unit in the last line]\n", "")),
        (3, "math", ("rubric.yaml", '    examples: {0: "3/4 + 1/4 = 4/8"}\n', "")),
        (4, "math", ("sources.yaml", "    retention_until: unlimited\n", "")),
        (5, "math", ("contract.yaml", "    pass_mark: 0.85\n", "")),
        (6, "math", ("contract.yaml", "review:\n", "review:\n  blinded: false\n")),
        (7, "preference", ("rubric.yaml", "priority:", "verdicts: [tie]\npriority:")),
        (8, "math", ("rubric.yaml", "    verifier: calculator-steps\n    verifier_options: {plain: true}\n", "")),
        (9, "math", ("contract.yaml", "openers: [lead]", "openers: [author]")),
        (11, "math", ("contract.yaml", "direction: hold\n    margin: 0.02", "direction: increase\n    margin: 0.05")),
        (12, "math", ("policy.yaml", "version: 1.0.0", "version: 1.0")),
        (13, "safety", ("contract.yaml", "  blur: true\n", "")),
        (14, "math", ("policy.yaml", "title: Where the tutor stops", "title: Certified tutoring")),
    ],
)  # fmt: skip
def test_a_point_is_missing_where_its_fault_is_and_nowhere_else(
    number: int, template: str, edit: tuple[str, str, str], tmp_path: Path
) -> None:
    """One fault takes one point away, and its evidence names the place."""
    found = points(tmp_path, template, edit)
    assert [each.number for each in found.values() if each.state == "missing"] == [number]
    assert edit[0] in found[number].evidence


def test_defects_need_failure_classes(tmp_path: Path) -> None:
    """Without failure classes, defects cannot be followed by severity."""
    edit = ("contract.yaml", "failure_classes:\n", "failure_classes: []\nzzz:\n")
    found = points(tmp_path, "math", edit)
    assert found[10].state == "missing"


def test_documents_alone_show_nothing(tmp_path: Path) -> None:
    """Documents claim, and each point names the stage whose facts can show or refute it."""
    found = points(tmp_path, "math")
    assert {each.state for each in found.values()} == {"claimed"}
    assert {number: found[number].stage for number in (5, 8, 9, 10, 11, 12)} == {
        5: "review", 8: "verification", 9: "reserve", 10: "quality", 11: "validation", 12: "releases",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "edit"),
    [
        (1, ("contract.yaml", "    conditions: [The pupil sees all steps]\n", "    conditions: [TBD]\n")),
        (3, ("rubric.yaml", "{0: Value or unit is wrong, 1: Both are right}", "{0: bad, 1: good}")),
        (4, ("sources.yaml", "deletion_contact: program lead", "deletion_contact: nobody")),
        (5, ("contract.yaml", "test: Ten blinded solutions with disputed steps", "test: n/a")),
        (9, ("contract.yaml", "covers: Problems of the next school year, with unit conversion and unsolvable ones.", "covers: Everything")),
        (10, ("contract.yaml", "description: The final value or its unit is wrong.", "description: ...")),
    ],
)  # fmt: skip
def test_filler_claims_nothing(number: int, edit: tuple[str, str, str], tmp_path: Path) -> None:
    """A point whose texts are filler is missing, although each field is filled."""
    found = points(tmp_path, "math", edit)
    assert found[number].state == "missing"
    assert edit[0] in found[number].evidence


@pytest.mark.parametrize(
    ("number", "edit"),
    [
        (4, ("sources.yaml", "retention_until: unlimited", "retention_until: 2020-01-01")),
        (5, ("contract.yaml", "items: 40", "items: 3")),
        (8, ("rubric.yaml", "verifier: math-answer", "verifier: maths-answer")),
    ],
)
def test_what_contradicts_the_documents_refutes_a_point(
    number: int, edit: tuple[str, str, str], tmp_path: Path
) -> None:
    """The day, the exam's arithmetic and the installed verifiers refute what a document claims."""
    found = points(tmp_path, "math", edit)
    assert [each.number for each in found.values() if each.state == "refuted"] == [number]


def test_a_stated_reason_is_claimed(tmp_path: Path) -> None:
    """Showing identity for a reason is claimed, and the reason is the evidence."""
    found = points(
        tmp_path, "math",
        ("contract.yaml", "review:\n", "review:\n  blinded: false\n  unblinded_because: One author\n"),
    )  # fmt: skip
    assert (found[6].state, found[6].evidence) == ("claimed", "not blinded, because: One author")


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 9])
def test_an_open_question_claims_nothing(number: int, tmp_path: Path) -> None:
    """In a blank program the points whose texts are questions are missing, not claimed."""
    begin(tmp_path / "p", ProgramDraft(id="knots"))
    checklist = {point.number: point for point in check(tmp_path / "p").checklist}
    assert checklist[number].state == "missing"
    assert "not answered yet" in checklist[number].evidence

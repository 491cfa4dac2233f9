"""A draft invents nothing: what is not known is a question, and the check names exactly those."""

from pathlib import Path
from typing import get_args

import pytest

from assay.contracts import service
from assay.contracts.draft import QUESTIONS, ProgramDraft, write_draft
from assay.contracts.reading import FILES
from assay.contracts.terms import Signal
from assay.core.errors import UsageError
from simulators.planted_documents import CONTEXT


def _marks(folder: Path) -> list[tuple[str, int]]:
    """File and line of every mark."""
    return sorted(
        (name, number)
        for name in FILES.values()
        for number, line in enumerate((folder / name).read_text().splitlines(), 1)
        for _ in range(line.count("TODO:"))
    )


@pytest.mark.parametrize("signal", ["", *get_args(Signal)])
def test_the_check_names_each_question_and_nothing_else(signal: str, tmp_path: Path) -> None:
    """One issue a mark, with its file and line, whatever the key takes: text, word, date or truth."""
    service.begin(tmp_path, ProgramDraft(id="fresh", signal=signal))
    issues = service.check(tmp_path, CONTEXT).issues
    assert {issue.code for issue in issues} == {"not-answered"}
    assert sorted((issue.file, issue.line) for issue in issues) == _marks(tmp_path)


def test_an_answer_takes_the_place_of_its_question() -> None:
    """Each of the five answers is in the contract as it was given, quotes and all."""
    answers = {question.field: f'"{question.field}": as given\\' for question in QUESTIONS}
    blank = write_draft(ProgramDraft(id="fresh"))["contract.yaml"]
    text = write_draft(ProgramDraft(id="fresh", **answers))["contract.yaml"]  # type: ignore[arg-type]
    assert blank.count("TODO:") - text.count("TODO:") == len(QUESTIONS)
    assert all(question.text in blank and question.text not in text for question in QUESTIONS)
    assert text.count("as given\\\\") == len(QUESTIONS)


def test_a_draft_whose_questions_are_answered_checks(tmp_path: Path) -> None:
    """Nothing but what is marked has to be replaced."""
    service.begin(tmp_path, ProgramDraft(id="fresh", signal="preference"))
    replacements = {
        "classes": {"licence": "Apache-2.0", "retention_until": "unlimited"},
    }["classes"] | {"holds_personal_information": "false", "severity": "high"}
    lists = {"permitted_uses": "[train]", "territory": "[worldwide]", "evidence": "[source]"}
    for name in FILES.values():
        path = tmp_path / name
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if "TODO:" not in line or line.startswith("#"):
                continue
            head = line[: line.index("TODO:")].rstrip('[" ')
            key = head.strip().rstrip(":=").strip().split()[-1]
            answer = f'"Cites line {number} of the {name.split(".")[0]} leaflet and warns"'
            answer = replacements.get(key, lists.get(key, answer))
            in_list = "[" in line[: line.index("TODO:")] and not answer.startswith("[")
            close = "}" if line.rstrip().endswith("}") else ""
            lines[number] = f"{head} [{answer}]{close}" if in_list else f"{head} {answer}{close}"
        path.write_text("\n".join(lines) + "\n")
    report = service.check(tmp_path, CONTEXT)
    assert [issue for issue in report.issues if issue.severity == "error"] == []


def test_an_id_that_is_no_name_is_refused(tmp_path: Path) -> None:
    """Nothing is written under it."""
    with pytest.raises(UsageError, match="is not the name of a program"):
        service.begin(tmp_path / "new", ProgramDraft(id="My Program"))
    assert not (tmp_path / "new").exists()

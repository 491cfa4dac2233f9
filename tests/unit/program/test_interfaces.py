"""The interfaces of a program are alike: things are listed and had by id, and words are the same."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.contracts.service import init
from assay.core.progress import ProgressCallback
from simulators.small_program import judged, pair

INTERFACES = (
    "records", "review", "verification", "reserve", "quality", "releases", "validation", "planning",
)  # fmt: skip
OTHER_WORDS = {"on_progress", "reader", "format_name", "format_", "exporter", "layout_name"}


def _methods(name: str) -> Iterator[tuple[str, Any]]:
    prop = inspect.getattr_static(assay.Program, name)
    tree = ast.parse(textwrap.dedent(inspect.getsource(prop.func)))
    (source,) = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    kind = getattr(import_module(source.module or ""), source.names[0].name)
    for verb, method in vars(kind).items():
        if inspect.isfunction(method) and not verb.startswith("_"):
            yield verb, method


@pytest.mark.parametrize("name", INTERFACES)
def test_what_is_listed_is_had_by_its_id(name: str, program: assay.Program) -> None:
    """`get` gives the fact that `list` gave, by its whole id and by a unique prefix."""
    interface = getattr(program, name)
    first = next(iter(interface.list()), None)
    if first is None:
        assert name == "quality", "the demo's next contract has disposed of nothing yet"
        return
    assert interface.get(first.id) == first
    assert interface.get(first.id[:30]) == first


@pytest.mark.parametrize("name", INTERFACES)
def test_an_unknown_id_is_a_fault_of_the_call(name: str, program: assay.Program) -> None:
    """Every `get` raises the same family."""
    prefix = {"records": "rec", "review": "jud", "verification": "ver", "reserve": "sea",
              "quality": "dis", "releases": "rel", "validation": "val", "planning": "pln"}[name]  # fmt: skip
    with pytest.raises(assay.UsageError):
        getattr(program, name).get(f"{prefix}_zzzzzzzz")


@pytest.mark.parametrize("name", INTERFACES)
def test_one_thing_has_one_word(name: str) -> None:
    """Progress is `progress`, and how a file is written is `format`, in every call."""
    found = {
        (verb, argument)
        for verb, method in _methods(name)
        for argument in inspect.signature(method).parameters
        if argument in OTHER_WORDS
    }
    assert found == set()


@pytest.mark.parametrize("name", INTERFACES)
def test_progress_is_named_in_the_call(name: str) -> None:
    """Nobody passes it by place."""
    by_place = [
        verb
        for verb, method in _methods(name)
        if (argument := inspect.signature(method).parameters.get("progress"))
        and argument.kind is not argument.KEYWORD_ONLY
    ]
    assert by_place == []


@pytest.mark.parametrize("name", INTERFACES)
def test_progress_has_one_form(name: str) -> None:
    """One function of the caller's fits every call."""
    forms = {
        argument.annotation
        for _, method in _methods(name)
        if (argument := inspect.signature(method).parameters.get("progress"))
    }
    assert forms <= {ProgressCallback | None}


def test_progress_is_called_with_what_is_done_and_the_whole(tmp_path: Path) -> None:
    """The whole is None where it is not known."""
    calls: list[tuple[int, int | None]] = []
    init(tmp_path / "program")
    with assay.open(tmp_path / "program", who="tests") as small:
        with small.store.write("test.fill", actor="tests") as writing:
            writing.add([pair(), judged(pair(), "ana", 0)])
        small.quality.report(progress=lambda done, total: calls.append((done, total)))
    assert calls
    assert {total for _, total in calls} == {None}


def test_reports_are_written_to_a_folder_first() -> None:
    """`write_report` takes the folder, then the report, wherever there is one."""
    for name in ("quality", "validation"):
        method = dict(_methods(name))["write_report"]
        assert list(inspect.signature(method).parameters)[1:3] == ["folder", "report"]


def test_releases_have_every_verb_of_the_command() -> None:
    """Build, verify, export, compare, show and withdraw are on the program."""
    verbs = {verb for verb, _ in _methods("releases")}
    assert verbs >= {"list", "get", "build", "verify", "export", "diff", "withdraw", "card"}


def test_verifications_and_verifiers_are_two_lists(program: assay.Program) -> None:
    """`list` gives results, narrowed by record and verifier; `verifiers` gives what can be run."""
    result = next(program.verification.list())
    of_record = list(program.verification.list(record=result.record, verifier=result.verifier))
    assert result in of_record
    assert {each.record for each in of_record} == {result.record}
    names = {each.name for each in program.verification.list_verifiers(prove=False)}
    assert result.verifier in names


def test_judgments_and_decisions_are_listed_by_record(program: assay.Program) -> None:
    """Of one record there are its own, and as many as there are of it."""
    decision = next(program.review.adjudications())
    judgments = list(program.review.list(record=decision.record))
    assert {each.id for each in judgments} >= set(decision.judgments)
    assert {each.record for each in judgments} == {decision.record}
    assert decision in list(program.review.adjudications(decision.record))


@pytest.mark.parametrize(
    "name", [*INTERFACES, "desk", "adjudication", "calibration", "guideline", "exams", "overview", "accounts"]
)  # fmt: skip
def test_an_interface_says_what_it_is(name: str, program: assay.Program) -> None:
    """`repr` names the class, the program's folder and what the interface does."""
    shown = repr(getattr(program, name))
    assert shown.startswith(f"<{type(getattr(program, name)).__name__} of {program.folder}: ")
    assert " object at " not in shown


def test_the_records_say_what_they_are_before_the_documents_check(tmp_path: Path) -> None:
    """`repr` opens no store and reads no document."""
    opened = assay.open(_program_with_a_fault(tmp_path))
    assert repr(opened.records).startswith(f"<RecordsService of {tmp_path}")
    assert not (tmp_path / "p" / ".assay" / "store.sqlite").exists()


def _program_with_a_fault(folder: Path) -> Path:
    init(folder / "p")
    (folder / "p" / "rubric.yaml").write_text("kind: rubric\n")
    return folder / "p"


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda records: records.list(kind="preferense"), "preference"),
        (lambda records: records.list(sources="desk-author"), "desk-authors"),
        (lambda records: records.list_for("led"), "lead"),
        (lambda records: records.list_for(kind="critic"), "critique"),
        (lambda records: records.show("rec_", "reviewr"), "reviewer"),
        (lambda records: records.to_frame("led"), "lead"),
    ],
)
def test_a_filter_by_a_name_that_is_none_is_refused_at_the_call(
    call: Any, near: str, program: assay.Program
) -> None:
    """An empty answer would look like one; the nearest name is proposed."""
    with pytest.raises(assay.UsageError) as refusal:
        call(program.records)
    assert refusal.value.hint.startswith(f"did you mean {near!r}?")


def test_an_export_by_a_name_that_is_none_writes_nothing(
    program: assay.Program, tmp_path: Path
) -> None:
    """Use, role and kind are looked at before the file is made."""
    file = tmp_path / "all.jsonl"
    for wrong in ({"use": "training"}, {"role": "led"}, {"kind": "critic"}):
        with pytest.raises(assay.UsageError, match="there is no"):
            program.records.export(file, **wrong)
    assert not file.exists()

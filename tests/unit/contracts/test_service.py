"""A program is started, checked, loaded, shown; and nothing is overwritten or handed on unchecked."""

import json
from pathlib import Path

import pytest

from assay.contracts import service
from assay.contracts.draft import ProgramDraft
from assay.contracts.reading import FILES
from assay.core.errors import CheckError, UsageError
from simulators.planted_documents import CONTEXT


@pytest.mark.parametrize("template", service.TEMPLATES)
def test_every_template_checks_clean(template: str, tmp_path: Path) -> None:
    """A fresh program has no error and no warning, and claims every point of the checklist."""
    service.init(tmp_path, template)
    report = service.check(tmp_path, CONTEXT)
    assert report.ok
    assert report.issues == ()
    assert {point.state for point in report.checklist} == {"claimed"}


@pytest.mark.parametrize("template", service.TEMPLATES)
def test_every_template_is_short_and_points_editors_to_its_schema(
    template: str, tmp_path: Path
) -> None:
    """Documents begin with the editor's line, whose schema is there, and stay readable."""
    written = service.init(tmp_path, template)
    for kind in ("contract", "rubric", "policy", "sources"):
        lines = (tmp_path / FILES[kind]).read_text().splitlines()
        assert lines[0] == f"# yaml-language-server: $schema=.assay/schema/{kind}.json"
        assert f".assay/schema/{kind}.json" in written
        assert (tmp_path / ".assay" / "schema" / f"{kind}.json").is_file()
        assert len(lines) <= 170
        assert max(map(len, lines)) <= 110


def test_templates_differ() -> None:
    """Each template has behaviours and dimensions of its own."""
    folder = Path(service.__file__).parent / "templates"
    assert {path.name for path in folder.iterdir()} == set(service.TEMPLATES)
    for name in FILES.values():
        texts = {(folder / template / name).read_text() for template in service.TEMPLATES}
        assert len(texts) == len(service.TEMPLATES)


def test_init_leaves_a_program_that_stands_there(tmp_path: Path) -> None:
    """A second init writes nothing, whatever the template."""
    (tmp_path / "rubric.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"rubric\.yaml already exists here"):
        service.init(tmp_path, "math")
    assert [path.name for path in tmp_path.iterdir()] == ["rubric.yaml"]
    assert (tmp_path / "rubric.yaml").read_text() == "mine"


def test_init_keeps_a_gitignore(tmp_path: Path) -> None:
    """In a folder under version control the ignore file stays as it is."""
    (tmp_path / ".gitignore").write_text("mine")
    assert ".gitignore" not in service.init(tmp_path, "math")
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_init_refuses_a_file_and_an_unknown_template(tmp_path: Path) -> None:
    """A path that is a file and a template that is not there are errors of the call."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not a folder"):
        service.init(tmp_path / "file", "math")
    with pytest.raises(UsageError, match=r"did you mean 'math'\?"):
        service.init(tmp_path / "new", "maths")
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_there_is_an_error_of_the_call(tmp_path: Path) -> None:
    """Checking nothing is no success."""
    with pytest.raises(UsageError, match="no such folder"):
        service.check(tmp_path / "nowhere")


def test_an_empty_folder_lacks_all_five_files(tmp_path: Path) -> None:
    """Each missing file is an error, and every point of the checklist is missing."""
    report = service.check(tmp_path)
    assert not report.ok
    assert [(issue.file, issue.code) for issue in report.issues] == [
        (file, "missing-file") for file in FILES.values()
    ]
    assert {point.state for point in report.checklist} == {"missing"}


def test_a_folder_in_the_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    """What cannot be read is named, and the rest is still checked."""
    service.init(tmp_path, "math")
    (tmp_path / "policy.yaml").unlink()
    (tmp_path / "policy.yaml").mkdir()
    (issue,) = service.check(tmp_path).issues
    assert (issue.file, issue.code) == ("policy.yaml", "unreadable-file")


def test_faults_of_one_document_hide_none_of_another(tmp_path: Path) -> None:
    """Broken YAML here, a misspelt key there and a fault of substance come in one report."""
    service.init(tmp_path, "preference")
    broken = {
        "policy.yaml": ("sections:", "sections: ["),
        "contract.yaml": ("statement:", "statment:"),
        "rubric.yaml": ("    abstention: The cited leaflet cannot be opened.\n", ""),
        "assay.toml": ('territory = "EU"', 'territory = "Europe"'),
        "sources.yaml": ("licence: LicenseRef-chat-terms", "licence: proprietary"),
    }
    for file, (old, new) in broken.items():
        path = tmp_path / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    found = {(issue.file, issue.code) for issue in service.check(tmp_path).issues}
    assert found == {
        ("policy.yaml", "broken-yaml"),
        ("contract.yaml", "unknown-key"),
        ("rubric.yaml", "dimension-without-abstention"),
        ("assay.toml", "wrong-value"),
        ("sources.yaml", "bad-licence"),
    }


def test_names_of_an_unreadable_file_are_not_called_missing(tmp_path: Path) -> None:
    """While the rubric cannot be read, nobody can say that a dimension is not in it."""
    service.init(tmp_path, "math")
    (tmp_path / "rubric.yaml").write_text("dimensions: [")
    assert [issue.code for issue in service.check(tmp_path).issues] == ["broken-yaml"]


def test_a_faulty_quota_hides_no_fault_elsewhere_and_causes_none(tmp_path: Path) -> None:
    """A quota of the wrong type is reported alone, not as a hard slice without a quota."""
    service.init(tmp_path, "preference")
    path = tmp_path / "contract.yaml"
    path.write_text(path.read_text().replace("share: 0.4}", "share: lots}", 1))
    (issue,) = service.check(tmp_path).issues
    assert (issue.code, issue.path) == ("wrong-type", "sampling.quotas[0].share")
    assert "share: lots" in path.read_text().splitlines()[issue.line - 1]


def test_a_secret_in_the_settings_is_refused(tmp_path: Path) -> None:
    """A key itself does not belong into a file under version control."""
    service.init(tmp_path, "math")
    with (tmp_path / "assay.toml").open("a") as file:
        file.write('signing_key = "MC4CAQAwBQYDK2Vw"\n')
    (issue,) = service.check(tmp_path).issues
    assert (
        issue.message == "'signing_key' must say where the secret is found: env:NAME or file:PATH"
    )


def test_the_report_is_plain_json_with_exactly_these_keys(tmp_path: Path) -> None:
    """ok, issues and checklist; an issue has code, severity, file, line, path, message, hint."""
    service.init(tmp_path, "math")
    path = tmp_path / "sources.yaml"
    path.write_text(path.read_text().replace("licence: CC-BY-SA-4.0", "licence: CC-BY-SA-4"))
    plain = json.loads(json.dumps(service.check(tmp_path).to_json()))
    assert list(plain) == ["ok", "issues", "checklist"]
    assert plain["issues"] == [{
        "code": "bad-licence", "severity": "error", "file": "sources.yaml", "line": 13,
        "path": "classes[0].licence", "message": "'CC-BY-SA-4' is not an SPDX licence",
        "hint": "did you mean 'CC-BY-SA-4.0'?",
    }]  # fmt: skip
    assert [point["number"] for point in plain["checklist"]] == list(range(1, 15))
    assert set(plain["checklist"][0]) == {"number", "point", "state", "evidence", "stage"}


def test_load_gives_typed_documents_and_their_ids(tmp_path: Path) -> None:
    """A program that checks is loaded; ids are those of the documents' facts."""
    service.init(tmp_path, "safety")
    documents = service.load(tmp_path)
    assert documents.program.territory == "NL"
    assert documents.contract.behaviours[0].id == "hold-the-line"
    assert set(documents.ids()) == {"contract", "rubric", "policy", "sources"}
    assert all(identity.startswith("doc_") for identity in documents.ids().values())


def test_load_refuses_what_does_not_check_and_lists_the_errors(tmp_path: Path) -> None:
    """Nothing is handed on with an error; warnings do not stop it."""
    service.init(tmp_path, "math")
    path = tmp_path / "rubric.yaml"
    path.write_text(
        path.read_text().replace(
            "    verifier: calculator-steps\n    verifier_options: {plain: true}\n", ""
        )
    )
    with pytest.raises(CheckError, match=r"1 error: rubric\.yaml:\d+: 'arithmetic' is judged"):
        service.load(tmp_path)
    path.write_text(path.read_text().replace("    judged_by: machine\n    nature: objective\n", "    judged_by: expert\n"))  # fmt: skip
    assert service.load(tmp_path).rubric.dimensions[1].judged_by == "expert"


@pytest.mark.parametrize("template", service.TEMPLATES)
def test_show_says_everything_a_reviewer_needs(template: str, tmp_path: Path) -> None:
    """Every behaviour, dimension, anchor, section, source class and test is in the text."""
    service.init(tmp_path, template)
    documents = service.load(tmp_path)
    text = service.show(tmp_path)
    assert text.startswith(f"# {documents.contract.title}\n")
    named = [each.id for each in documents.contract.behaviours]
    named += [each.id for each in documents.contract.failure_classes]
    named += [each.id for each in documents.contract.acceptance_tests]
    named += [each.id for each in documents.rubric.dimensions]
    named += [text for each in documents.rubric.dimensions for text in each.anchors.values()]
    named += [each.id for each in documents.policy.sections]
    named += [each.id for each in documents.sources.classes]
    assert [name for name in named if name not in text] == []
    assert "None" not in text.replace("- **0.** None", "")


def test_show_of_the_safety_template_has_welfare_and_unblinded_reason(tmp_path: Path) -> None:
    """Welfare controls and the reason for showing identity are for people to read."""
    service.init(tmp_path, "safety")
    path = tmp_path / "contract.yaml"
    path.write_text(path.read_text().replace(
        "review:\n", "review:\n  blinded: false\n  unblinded_because: The speaker matters\n"))  # fmt: skip
    text = service.show(tmp_path)
    assert "Candidates are not blinded: The speaker matters" in text
    assert "- Hidden until uncovered: yes" in text


def test_show_of_the_smallest_program_leaves_out_what_is_not_there() -> None:
    """Headings without content do not appear."""
    smallest = Path(__file__).parents[2] / "golden" / "contracts" / "valid" / "smallest"
    text = service.show(smallest)
    assert "## Welfare" not in text
    assert "### Priority" not in text
    assert "Hard slices: difficulty = hard" in text


def test_show_says_how_firmly_code_must_be_held(tmp_path: Path) -> None:
    """The contract's minimum isolation stands there where it names one, and nothing where not."""
    service.init(tmp_path, "math")
    assert "## Verification" not in service.show(tmp_path)
    path = tmp_path / "contract.yaml"
    demanded = "\nverification:\n  minimum_isolation: namespaces\n"
    path.write_text(path.read_text() + demanded)
    assert "Code under test is isolated at least by: namespaces." in service.show(tmp_path)
    path.write_text(path.read_text() + "  refuse_forgeable: true\n")
    assert "Verdicts that a candidate could forge are refused" in service.show(tmp_path)
    path.write_text(path.read_text().replace("isolation: namespaces", "isolation: hope"))
    [issue] = service.check(tmp_path).issues
    assert (issue.code, issue.path) == ("wrong-value", "verification.minimum_isolation")


def test_show_names_the_slice_that_an_entry_of_the_mix_is_about() -> None:
    """What endorses is written out by signal and slice, and the slice's own `accept` stands there."""
    text = service.show(Path(__file__).parents[3] / "examples" / "real-data")
    row = "| policy (domain = turns) | abuse | at least 1 | the contract | needed |"
    assert row in text
    assert "| policy (domain = posts) | abuse | at least -1 |" in text
    assert "| policy | abuse |" not in text


@pytest.mark.parametrize("answer", ["\udcff\udcfe", "bell\x07", "nul\x00", "two\nlines"])
def test_an_answer_that_is_no_text_writes_no_program(answer: str, tmp_path: Path) -> None:
    """Bytes that are not UTF-8 and control characters are refused with the question they answer."""
    draft = ProgramDraft(id="mine", failure=answer)
    with pytest.raises(UsageError) as refusal:
        service.begin(tmp_path / "mine", draft)
    assert refusal.value.where == "Which failures matter most?"
    assert not (tmp_path / "mine").exists()

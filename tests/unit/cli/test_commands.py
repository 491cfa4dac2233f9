import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.fact_lines import write_rows
from assay.cli.main import STAGES

Run = Callable[..., Any]


@pytest.fixture
def program(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo that a test may change."""
    return shutil.copytree(demo, tmp_path / "program")


@pytest.mark.parametrize("template", ["preference", "code", "math", "safety", "tools"])
def test_a_new_program_checks_clean(assay: Run, tmp_path: Path, template: str) -> None:
    """Every template writes a program whose check finds nothing and exits 0."""
    assert assay("init", tmp_path / "new", "--template", template).code == 0
    checked = assay("contract", "check", tmp_path / "new", "--json")
    report = json.loads(checked.out)
    assert checked.code == 0
    assert report["ok"] is True
    assert report["issues"] == []
    assert len(report["checklist"]) == 14


def test_a_fault_in_a_document_has_a_line_and_exit_code_1(assay: Run, program: Path) -> None:
    """A misspelt key is an error with its line and the right name, and the check exits 1."""
    rubric = program / "rubric.yaml"
    rubric.write_text(rubric.read_text().replace("abstention:", "abstension:", 1))
    checked = assay("contract", "check", program)
    assert checked.code == 1
    assert "rubric.yaml:17" in checked.out
    assert "abstention" in checked.out


def test_importing_names_what_became_of_each_row(assay: Run, program: Path) -> None:
    """The counts add up, the reason is told, and the rejects file is named."""
    result = assay(
        "record", "import", program / "data" / "records.jsonl", "-s", "desk-authors", "-p", program
    )
    assert result.code == 0
    assert "read 211 = stored 0 + already there 209 + set aside 2" in result.out
    assert "records.jsonl.set-aside.jsonl" in result.out


def test_mended_rejects_are_kept_and_named(assay: Run, program: Path) -> None:
    """Importing the original again says where the corrected rejects went."""
    data = program / "data" / "records.jsonl"
    call = ("record", "import", data, "-p", program)
    assert "earlier rejects" not in assay(*call).out
    rejects = data.with_name("records.jsonl.set-aside.jsonl")
    rejects.write_text("corrected\n")
    assert "earlier rejects kept as records.jsonl.1.set-aside.jsonl" in assay(*call).out
    assert data.with_name("records.jsonl.1.set-aside.jsonl").read_text() == "corrected\n"


def test_our_own_lines_need_no_source(assay: Run, program: Path, tmp_path: Path) -> None:
    """An export comes back without a source class, and a class that is unknown is set aside."""
    exported = tmp_path / "all.jsonl"
    assay("record", "export", exported, "-p", program)
    assert "stored 0" in assay("record", "import", exported, "-p", program).out
    exported.write_text(exported.read_text().replace("desk-authors", "desk-author"))
    refused = assay("record", "import", exported, "-p", program)
    assert "did you mean 'desk-authors'?" in refused.out
    assert "[unknown-source-class]" in refused.out


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_options_say_how_a_file_is_cut(
    assay: Run, program: Path, tmp_path: Path, dry: tuple[str, ...]
) -> None:
    """A file without a telling name is read by `--layout`, its rows up to `--max-row-mb`."""
    rows = tmp_path / "rows.data"
    texts = ("How deep?", "x" * 2**20)
    rows.write_text("".join(f'{{"prompt": "{text}", "completion": "Four."}}\n' for text in texts))
    call = ("record", "import", rows, "-f", "trl", "--as", "demonstration", "-s", "desk-authors")
    call = (*call, "-p", program, *dry)
    assert "--layout" in assay(*call).err
    assert "--max-row-mb" in assay(*call, "--layout", "jsonl", "--max-row-mb", 1).out
    whole = assay(*call, "--layout", "jsonl", "--max-row-mb", 2)
    assert whole.code == 0
    assert "set aside:" not in whole.out
    assert "[row-too-long]" not in whole.out
    assert assay(*call, "--layout", "yaml").code == 2


def test_an_import_names_repeats_and_what_the_contract_lacks(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """The summary counts repeats and unordered answers, and names axis values outside the contract."""
    (tmp_path / "m.yaml").write_text(
        "mapping: 1\nkind: demonstration\nrecord:\n  messages: [{user: Q}]\n"
        "  taxonomy: {domain: zzz}\n  candidates: [{content: A, unknown: not stated}]\n"
        "judgments:\n  - reviewer: {person: ann}\n"
        '    scores: [{dimension: clarity, number: "{score}"}]\n'
    )
    rows = tmp_path / "rows.csv"
    rows.write_text("score\n3\n3\n4\n")
    call = (
        "record",
        "import",
        rows,
        "-f",
        tmp_path / "m.yaml",
        "-s",
        "desk-authors",
        "-p",
        program,
    )
    out = assay(*call).out
    assert "repeats of an earlier answer of the same reviewer, counted once: 1 (1 of people)" in out
    assert "answers that differ from another of the same reviewer" in out
    assert "row 3, line 4" in out
    assert "not in the contract: domain: zzz (1 record)" in out
    again = json.loads(assay(*call, "--json").out)
    assert again["repeats"] == {"human": 1}
    assert again["outside_axes"] == [
        {"axis": "domain", "records": 1, "value": "zzz", "nearest": None}
    ]


def test_an_import_that_used_no_row_ends_with_3(assay: Run, program: Path, tmp_path: Path) -> None:
    """Rows that are all set aside are unusable input; the kind that was assumed is told."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "How deep?", "completion": "Four."}\n')
    call = ("record", "import", rows, "-f", "trl", "-s", "desk-authors", "-p", program)
    refused = assay(*call)
    assert refused.code == 3
    assert "read as preference; --kind also takes demonstration" in refused.out
    assert assay(*call, "--as", "demonstration").code == 0


def test_what_the_machine_refuses_ends_with_4(assay: Run, tmp_path: Path) -> None:
    """A place that cannot be written to is one clear line."""
    (tmp_path / "file").touch()
    refused = assay("demo", tmp_path / "file" / "demo")
    assert refused.code == 4
    assert "Not a directory" in refused.err


def test_what_is_no_release_is_not_exported(assay: Run, tmp_path: Path) -> None:
    """Exporting a folder without a manifest says so."""
    refused = assay("release", "export", tmp_path, "--to", "trl:preference")
    assert refused.code == 3
    assert "no manifest" in refused.err


def test_a_dry_run_stores_nothing(assay: Run, demo: Path) -> None:
    """The first records are shown as JSON, and the store is as it was."""
    before = assay("audit", "head", "-p", demo).out
    shown = assay(
        "record", "import", demo / "data" / "records.jsonl", "-s", "desk-authors",
        "--dry-run", "--first", 1, "-p", demo,
    )  # fmt: skip
    assert json.loads(shown.out)["record"]["part"]["kind"] == "preference"
    assert assay("audit", "head", "-p", demo).out == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("record", "show", "rec_zzzz"), 2, "no fact"),
        (("record", "show", "paper"), 2, "not the id of a record"),
        (("lineage", "paper"), 2, "is not an id"),
        (("record", "import", "nowhere.jsonl", "-s", "desk-authors"), 3, "nowhere.jsonl"),
        (("record", "import", "x.jsonl", "-f", "trl"), 2, "there are: desk-authors"),
        (("record", "import", "x.jsonl", "-s", "desk-author"), 2, "did you mean 'desk-authors'"),
        (("record", "import", "x.jsonl", "-s", "desk-authors", "--as", "preferences"), 2, "did you mean 'preference'"),
        (("record", "import", "x.jsonl", "-s", "desk-authors", "--as", "preference"), 2, "names its own kind"),
        (("record", "import", "x.jsonl", "-s", "desk-authors", "-f", "shargpt"), 2, "did you mean 'sharegpt'"),
        (("release", "build", "1.0.0"), 2, "1.0.0"),
        (("release", "build", "one"), 2, "one"),
        (("release", "build", "2.0.0", "--use", "sell"), 2, "train, evaluate, publish"),
        (("review", "assign", "-r", "anna"), 2, "name=value"),
        (("audit", "verify", "--head", "12"), 2, "NUMBER:HASH"),
        (("status", "--axes", "domain"), 2, "axes"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong(
    assay: Run, demo: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Unknown ids, files, classes, formats and options end with one clear line and their code."""
    result = assay(*arguments, "--program", demo)
    assert (result.code, message in result.err) == (code, True), result.err
    assert "Traceback" not in result.err


def test_a_folder_without_documents_is_no_program(assay: Run, tmp_path: Path) -> None:
    """A command in an empty folder says that it is no program, and how to begin one."""
    result = assay("status", "-p", tmp_path)
    assert result.code == 2
    assert "is not a program" in result.err
    assert "assay init" in result.err


def test_a_release_verifies_and_a_changed_byte_does_not(assay: Run, program: Path) -> None:
    """`release verify` exits 0 on the release and 1 when one byte of it changed."""
    release, key = program / "releases" / "1.0.0", program / "assay.pub"
    assert assay("release", "verify", release, "--key", key).code == 0
    records = release / "records.jsonl"
    content = bytearray(records.read_bytes())
    content[100] ^= 1
    records.write_bytes(content)
    refused = assay("release", "verify", release, "--key", key)
    assert refused.code == 1
    assert "records.jsonl" in refused.out


def test_an_export_accounts_for_every_record(assay: Run, demo: Path, tmp_path: Path) -> None:
    """The drop report's sums hold, and each tie of the release is named in it."""
    program = shutil.copytree(demo, tmp_path / "program")  # its audit log has each export
    result = assay(
        "release", "export", program / "releases" / "1.0.0", "--to", "trl:preference",
        "--out", tmp_path / "trl", "--json",
    )  # fmt: skip
    report = json.loads(result.out)
    records = report["records"]
    assert records["given"] == records["carried"] + records["dropped"] == 207
    assert (tmp_path / "trl" / "train.jsonl").read_text().count("\n") == report["rows"]


def test_an_export_without_rows_fails_and_leaves_its_report(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """A script that trains on the folder stops here; the report says why each record was dropped."""
    result = assay(
        "release", "export", demo / "releases" / "1.0.0", "--to", "helpsteer",
        "--option", "attributes=never_scored", "--out", tmp_path / "empty",
    )  # fmt: skip
    assert result.code == 1
    assert "there is no row" in result.err
    assert "`no_scores`" in (tmp_path / "empty" / "drop_report.md").read_text(encoding="utf-8")


def test_lineage_leads_from_a_record_to_the_release(assay: Run, demo: Path) -> None:
    """Judgments, a disposition and the release are found from the record; its row, too."""
    listed = json.loads(assay("record", "list", "--limit", 1, "--json", "-p", demo).out)
    found = assay("lineage", listed[0]["id"][:20], "-p", demo)
    assert found.code == 0
    for word in ("row 1 of records.jsonl", "jud_", "dis_", "rel_"):
        assert word in found.out


@pytest.mark.share(3)
@pytest.mark.parametrize(
    "command", [("record", "list"), ("status",), ("quality", "agreement"), ("review", "status")]
)
def test_a_command_that_only_reads_waits_for_no_writer(
    assay: Run, program: Path, command: tuple[str, ...]
) -> None:
    """While another process writes, reading goes on."""
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert assay(*command, "-p", program).code == 0
        writer.rollback()


def test_records_written_out_come_back_as_already_there(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """An export of records and judgments imports as nothing new."""
    written = assay("record", "export", tmp_path / "all.jsonl", "-p", program)
    assert "904 lines" in written.out
    again = assay("record", "import", tmp_path / "all.jsonl", "-s", "desk-authors", "-p", program)
    assert "stored 0 + already there 904 + set aside 0" in again.out


def test_answers_go_out_blind_and_come_back_as_judgments(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """A spreadsheet of work names no model, and an answered row becomes a judgment."""
    extra = json.loads(assay("record", "list", "--limit", 1, "--json", "-p", program).out)[0]["id"]
    assigned = assay("review", "assign", "-r", "jo=reviewer", "--extra", extra, "-p", program)
    assert "1 assignments" in assigned.out
    work = tmp_path / "jo.jsonl"
    assert assay("review", "export", "-r", "jo", "--to", work, "-p", program).code == 0
    text = work.read_text()
    assert "trailhead-" not in text
    row = json.loads(text)
    row |= {"verdict": "A", "reason.correct": "the sum is right"}
    work.write_text(json.dumps(row) + "\nnot json\n")
    taken = assay("review", "import", work, "-p", program)
    assert "stored 1 + already there 0 + unanswered 0 + set aside 1" in taken.out
    assert "[broken-json]" in taken.out
    assert "0 waiting" in assay("review", "status", "-p", program).out


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_answers_that_were_set_aside_are_mended_and_imported(
    assay: Run, program: Path, tmp_path: Path, suffix: str
) -> None:
    """The rejects beside the answers, or in a named folder, hold the row and come in once corrected."""
    extra = json.loads(assay("record", "list", "--limit", 1, "--json", "-p", program).out)[0]["id"]
    assay("review", "assign", "-r", "jo=reviewer", "--extra", extra, "-p", program)
    work, kept = tmp_path / f"jo{suffix}", tmp_path / "kept"
    kept.mkdir()
    assay("review", "export", "-r", "jo", "--to", work, "-p", program)
    rows = (
        list(csv.DictReader(io.StringIO(work.read_text())))
        if suffix == ".csv"
        else [json.loads(work.read_text())]
    )
    write_rows(work, [row | {"verdict": "Q", "reason.correct": "the sum"} for row in rows])
    taken = assay("review", "import", work, "-p", program)
    assert f"fix {work.name}.set-aside.jsonl" in taken.out
    assert assay("review", "import", work, "--rejects", kept, "-p", program).code == 0
    rejects = tmp_path / f"{work.name}.set-aside.jsonl"
    assert (kept / rejects.name).read_bytes() == rejects.read_bytes()
    reject = json.loads(rejects.read_text())
    assert (reject["row"], reject["code"]) == (1, "unknown-verdict")
    assert "'Q' is not a verdict" in reject["message"]
    rejects.write_text(json.dumps(reject | {"raw": reject["raw"] | {"verdict": "A"}}) + "\n")
    corrected = assay("review", "import", rejects, "-p", program)
    assert "read 1 = stored 1 + already there 0 + unanswered 0 + set aside 0" in corrected.out
    assert not (tmp_path / f"{rejects.name}.set-aside.jsonl").exists()


def test_an_adjudication_states_one_decision(assay: Run, program: Path) -> None:
    """Two decisions at once are refused; one is written and changes no judgment."""
    record = json.loads(assay("record", "list", "--limit", 1, "--json", "-p", program).out)[0]["id"]
    call = ("review", "adjudicate", record, "--cause", "expertise", "--by", "ines", "-p", program)
    assert assay(*call, "--prefers", 0, "--preserve").code == 2
    states = json.loads(assay("quality", "dispose", "--json", "-p", program).out)["states"]
    before = json.loads(assay("record", "show", record, "-p", program).out)["judgments"]
    assert assay(*call, "--preserve").code == 0
    assert json.loads(assay("record", "show", record, "-p", program).out)["judgments"] == before
    after = json.loads(assay("quality", "dispose", "--json", "-p", program).out)["states"]
    assert after["disagreement_preserved"] == states["disagreement_preserved"] + 1
    # What goes back was not looked at: nothing is said of what it leaves open.
    back = assay(*call, "--return", "The task is unclear.", "--json")
    assert "undecided" not in json.loads(back.out)


def test_an_adjudication_carries_a_whole_answer(assay: Run, program: Path, tmp_path: Path) -> None:
    """A file states every part of an answer, once or for many records; what it leaves open is told."""
    record = json.loads(assay("record", "list", "--limit", 1, "--json", "-p", program).out)[0]["id"]
    answer = tmp_path / "decided.yaml"
    answer.write_text("verdict: A\nscore.correct.A: 1\nscore.correct.B: 0\n", encoding="utf-8")
    call = ("review", "adjudicate", record, "--cause", "expertise", "--by", "ines", "-p", program)
    assert assay(*call, "--answer", answer, "--preserve").code == 2
    made = json.loads(assay(*call, "--answer", answer, "--json").out)
    decision = made["adjudication"]["decision"]
    assert decision["verdict"] == {"verdict": "prefers", "candidate": 0}
    assert len(decision["scores"]) == 2
    assert isinstance(made["undecided"], list)
    many = tmp_path / "decided.csv"
    many.write_text(
        "record,cause,adjudicator,verdict,score.correct.A,score.correct.B\n"
        f"{record},expertise,ines,A,1,0\n{record},mood,ines,A,1,0\n",
        encoding="utf-8",
    )
    taken = json.loads(assay("review", "import-adjudications", many, "--json", "-p", program).out)
    assert (taken["read"], taken["stored"], taken["already_there"]) == (2, 0, 1)
    assert [row["code"] for row in taken["set_aside"]] == ["unknown-cause"]
    answer.write_text("- verdict: A\n", encoding="utf-8")
    refused = assay(*call, "--answer", answer)
    assert refused.code == 3
    assert "must hold keys and values" in refused.err
    answer.write_text("verdict: Z\nscore.correct.A: 7\nmood: good\n", encoding="utf-8")
    refused = assay(*call, "--answer", answer)
    assert refused.code == 3
    assert all(column in refused.err for column in ("verdict", "score.correct.A", "mood"))


def test_the_audit_finds_a_changed_fact(assay: Run, program: Path) -> None:
    """A record changed behind the program's back is found and named, and the command exits 1."""
    with closing(sqlite3.connect(program / ".assay" / "store.sqlite")) as database, database:
        database.execute(
            "UPDATE records SET body = replace(body, 'crowns', 'crones') WHERE seq = 3"
        )
    result = assay("audit", "verify", "-p", program)
    assert result.code == 1
    assert "rec_" in result.out


def test_the_heat_map_and_quotas_are_shown(assay: Run, demo: Path) -> None:
    """`assay status` holds what is there against the quotas."""
    shown = assay("status", "-p", demo, "--axes", "domain,language").out
    assert "difficulty=hard\t53 (35% of the total)" in shown
    assert "Records by" not in shown or "domain / language" in shown
    assert "domain / language\ten\tde" in shown


def test_a_withdrawn_release_no_longer_verifies(assay: Run, program: Path) -> None:
    """After a withdrawal the notice beside the folder makes verification fail with its reason."""
    assert assay("release", "withdraw", "1.0.0", "--reason", "taken back", "-p", program).code == 0
    checked = assay(
        "release", "verify", program / "releases" / "1.0.0", "--key", program / "assay.pub"
    )
    assert checked.code == 1
    assert "taken back" in checked.out


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (("record", "schema"), "candidates"),
        (("record", "schema", "judgment"), "verdict"),
        (("record", "schema", "mapping"), "judgments"),
        (("contract", "schema", "rubric"), "dimensions"),
    ],
)
def test_schemas_are_printed(assay: Run, command: tuple[str, ...], title: str) -> None:
    """Each published schema is valid JSON that describes its fields."""
    printed = assay(*command)
    assert printed.code == 0
    assert title in printed.out
    json.loads(printed.out)


def test_a_withdrawn_record_is_in_no_export(assay: Run, program: Path, tmp_path: Path) -> None:
    """A notice stops an export that cannot believe it; with the key, its records stay out."""
    release, key = program / "releases" / "1.0.0", program / "assay.pub"
    export = ("release", "export", release, "--to", "trl:prompt-only", "--json", "--out")
    before = json.loads(assay(*export, tmp_path / "before", "--key", key).out)
    record = json.loads((release / "manifest.json").read_text())["items"][0]["id"]
    gone = ("release", "withdraw", "1.0.0", "--reason", "taken back", "-p", program)
    assert assay(*gone, "--record", record).code == 0
    refused = assay(*export, tmp_path / "refused")
    assert (refused.code, "--key" in refused.err) == (1, True)
    after = json.loads(assay(*export, tmp_path / "after", "--key", key).out)
    assert after["records"]["carried"] == before["records"]["carried"] - 1
    assert "withdrawn" in {drop["reason"] for drop in after["drops"]}
    assert assay(*gone).code == 0
    assert assay(*export, tmp_path / "never", "--key", key).code == 1


def test_formats_are_listed(assay: Run) -> None:
    """Every reader and exporter is named with what it is."""
    assert "hh-rlhf" in assay("record", "formats").out
    assert "trl:stepwise" in assay("release", "formats").out


def test_a_key_is_never_overwritten(assay: Run, tmp_path: Path) -> None:
    """The second `key new` with the same name is refused."""
    assert assay("key", "new", tmp_path / "signing.key").code == 0
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0
    assert assay("key", "new", tmp_path / "signing.key").code == 2


def test_every_command_has_help_with_an_example(assay: Run) -> None:
    """Each command's help shows how to call it."""
    commands = {
        "contract": ("check", "show", "diff", "schema"),
        "record": ("import", "sample", "list", "show", "export", "schema", "formats"),
        "review": ("assign", "export", "import", "adjudicate", "status"),
        "verify": ("run", "list", "report"),
        "reserve": ("seal", "check", "open", "open-log", "status"),
        "quality": ("dispose", "agreement", "shortcuts", "integrity", "reviewers", "report"),
        "release": ("build", "verify", "diff", "export", "formats", "withdraw", "card"),
        "audit": ("verify", "head"),
        "validate": ("import", "compare", "show", "list"),
        "plan": ("findings", "cause", "draft", "show", "accept"),
        "work": ("shard", "run", "status", "results", "step"),
        "key": ("new", "new-vault"),
    }
    for stage in STAGES:
        for command in commands.get(stage, (None,)):
            called = (stage, command) if command else (stage,)
            assert "Example:" in assay(*called, "--help").out, called


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (("record", "import", "x.jsonl", "--to", "trl"), "--format"),
        (("record", "list", "--signal", "preference"), None),
        (("record", "list", "--as-kind", "preference"), "--kind"),
    ],
)
def test_an_option_of_another_command_leads_to_the_one_of_this(
    assay: Run, call: tuple[str, ...], right: str | None
) -> None:
    """`--to` of an export is `--format` on an import; a word that is like none proposes none."""
    result = assay(*call)
    assert result.code == 2
    assert ("did you mean" in result.err) == (right is not None)
    assert right is None or f"did you mean '{right}'?" in result.err


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (("record", "list", "--kind", "preferense"), "preference"),
        (("record", "list", "--role", "led"), "lead"),
        (("record", "export", "out.jsonl", "--kind", "critic"), "critique"),
        (("record", "export", "out.jsonl", "--use", "training"), "train"),
    ],
)
def test_a_filter_by_a_name_that_is_none_is_refused(
    assay: Run, demo: Path, call: tuple[str, ...], near: str
) -> None:
    """An empty list would look like an answer."""
    result = assay(*call, "-p", demo)
    assert (result.code, result.out) == (2, "")
    assert f"did you mean '{near}'?" in result.err


def test_a_decision_for_a_candidate_that_is_not_there_names_those_that_are(
    assay: Run, program: Path
) -> None:
    """A number beyond the range is unusable input, a negative one is no call; neither is stored."""
    listed = json.loads(
        assay("record", "list", "--kind", "preference", "--json", "-p", program).out
    )
    call = ("review", "adjudicate", listed[0]["id"], "--cause", "expertise", "--by", "ines",
            "-p", program)  # fmt: skip
    beyond = assay(*call, "--prefers", 5)
    assert beyond.code == 3
    assert "prefers candidate 5, and the record has 2 candidates: 0 and 1" in beyond.err
    assert "assay record show" in beyond.err
    assert assay(*call, "--prefers", -1).code == 2
    assert assay("audit", "verify", "-p", program).code == 0


def test_the_status_of_review_names_what_waits(assay: Run, program: Path) -> None:
    """The first records by their ids, and how the rest are listed."""
    listed = json.loads(assay("record", "list", "--limit", 7, "--json", "-p", program).out)
    ids = [row["id"] for row in listed]
    extra = [word for identity in ids for word in ("--extra", identity)]
    assert assay("review", "assign", "-r", "nova=reviewer", *extra, "-p", program).code == 0
    told = json.loads(assay("review", "status", "--json", "-p", program).out)
    waiting = told["waiting_records"]
    assert set(ids) <= set(waiting)
    shown = assay("review", "status", "-p", program).out
    assert [identity in shown for identity in waiting] == [True] * 5 + [False] * (len(waiting) - 5)
    assert f"and {len(waiting) - 5} more: assay review status --json" in shown

"""Names and texts that others wrote reach a terminal as words, never as commands or lines of ours."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.cli import output
from assay.cli.output import inert, on_one_line, print_json, print_table, say
from assay.contracts.service import init

Run = Callable[..., Any]

LINE = "verified: 9.9.9"
HOSTILE = (
    f"\n{LINE}\r\x1b[2K\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\u200b\u00ad\U000e0041\u2028\t"
)
"""A line of ours, escapes that erase and recolour, a title, both directions, and what does not show."""

IN_A_FILE_NAME = HOSTILE.replace("/", "")

ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def is_harmless(printed: str) -> bool:
    """Whether nothing acts on a terminal, and no line is the forged one."""
    return ACTIVE.search(printed) is None and not any(
        line.strip().startswith(LINE) for line in printed.splitlines()
    )


def test_a_foreign_file_name_in_a_release_is_shown_and_not_obeyed(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """A file whose name forges the line that a sound release ends with is named on one line."""
    copy = shutil.copytree(demo / "releases" / "1.0.0", tmp_path / "copy")
    (copy / f"x{IN_A_FILE_NAME}").write_text("x")
    (copy / "latin-\udcff").write_text("x")
    for how in ((), ("--json",)):
        done = assay("release", "verify", copy, "--key", demo / "assay.pub", *how)
        assert done.code == 1
        assert is_harmless(done.out + done.err), done.out
        assert "\\u001b[2K" in done.out
        assert "\\udcff" in done.out


ROWS: dict[str, dict[str, Any]] = {
    "column name": {"prompt": "Which tram?", "chosen": "A", "rejected": "B", HOSTILE: 1},
    "missing column": {HOSTILE: "Which tram?"},
    "text of a record": {"prompt": f"Which{HOSTILE}", "chosen": HOSTILE, "rejected": "B"},
    "value of another type": {"prompt": {HOSTILE: 1}, "chosen": HOSTILE, "rejected": 3},
}
"""Where foreign text stands in a row -> the row."""


@pytest.mark.parametrize("where", list(ROWS))
def test_foreign_rows_are_shown_and_not_obeyed(assay: Run, tmp_path: Path, where: str) -> None:
    """A dry run, the import and its rejects, lists, a record and its lineage print words alone."""
    folder = tmp_path / "p"
    init(folder)
    rows = tmp_path / f"rows{IN_A_FILE_NAME}.jsonl"
    rows.write_text(json.dumps(ROWS[where]) + "\n")
    given = (
        "record",
        "import",
        rows,
        "--format",
        "trl",
        "--source",
        "chat-questions",
        "-p",
        folder,
    )
    printed = [assay(*given, "--dry-run"), assay(*given)]
    listed = assay("record", "list", "--json", "-p", folder)
    printed += [listed, assay("record", "list", "-p", folder)]
    for each in re.findall(r"rec_[a-z2-7]{52}", listed.out)[:1]:
        printed += [
            assay("record", "show", each, "-p", folder),
            assay("lineage", each, "-p", folder),
        ]
    for done in printed:
        assert is_harmless(done.out + done.err), (done.out, done.err)
    shown = "".join(done.out + done.err for done in printed)
    assert "\\u001b" in shown, "what is foreign is shown"


@pytest.mark.parametrize(
    "command",
    [
        ("record", "import", "{x}.csv"),
        ("record", "import", "rows.jsonl", "--format", "{x}"),
        ("record", "show", "rec_{x}"),
        ("verify", "check", "{x}"),
        ("release", "verify", "{x}", "--key", "{x}"),
        ("contract", "check", "{x}"),
        ("lineage", "{x}"),
        ("status", "--axes", "{x},a"),
    ],
    ids=" ".join,
)
def test_what_a_refusal_repeats_is_shown_and_not_obeyed(
    assay: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Names of files, plug-ins, ids and axes that are none come back in the message as words."""
    folder = tmp_path / "p"
    init(folder)
    (tmp_path / "p" / "rows.jsonl").write_text("{}\n")
    here = () if command[0] in {"contract", "release"} or command[1] == "check" else ("-p", folder)
    done = assay(*(each.replace("{x}", f"x{HOSTILE}") for each in command), *here)
    assert done.code != 0
    assert is_harmless(done.out + done.err), (done.out, done.err)


def test_names_of_plug_ins_and_their_words_are_shown_and_not_obeyed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A line, a table with hostile columns and cells, and JSON: each is words, and JSON stays JSON."""
    say(f"{HOSTILE}: a verifier")
    print_table((f"plug-in{HOSTILE}", "b"), [(HOSTILE, None)], title=HOSTILE)
    table = capsys.readouterr().out
    assert is_harmless(table)
    assert table.count("\n") == 3
    print_json({HOSTILE: [HOSTILE]})
    printed = capsys.readouterr().out
    assert is_harmless(printed)
    assert json.loads(printed) == {HOSTILE: [HOSTILE]}


def test_tables_for_people_are_words_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal no escape of others, and no markup, is in a head, a title or a cell."""
    monkeypatch.setattr(output.sys.stdout, "isatty", lambda: True)
    print_table((f"a{HOSTILE}", "[red]b"), [(HOSTILE, "[link=x]y")], title=f"[bold]{HOSTILE}")
    printed = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert ACTIVE.search(printed) is None
    for word in ("[red]b", "[link=x]y"):
        assert word in printed


def test_lines_and_tabs_of_a_document_stay_and_those_of_a_name_do_not() -> None:
    """What one function leaves the other escapes; both leave ordinary text of every script alone."""
    assert inert("a\n\tb") == "a\n\tb"
    assert on_one_line("a\n\tb") == "a\\n\\tb"
    plain = "Größe 3 · שלום · 漢字 · 👩 é"
    assert (inert(plain), on_one_line(plain)) == (plain, plain)

"""The root command: how it ends, how it refuses a call, and the line that names the next command."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay import __version__
from assay.cli.commands import load_stage
from assay.cli.following import FOLLOWING, placeholders
from assay.cli.main import STAGES
from assay.contracts.service import init
from assay.planning.guide_steps import GuideProgress

Run = Callable[..., Any]


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """`assay ... | head -1` ends without a word on standard error."""
    running = subprocess.Popen(
        [sys.executable, "-m", "assay", "contract", "schema", "contract"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    words = running.stderr.read()
    running.stderr.close()
    running.wait()
    assert words == b""


def test_another_broken_pipe_is_said(assay: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that breaks while the reader is there ends with the machine's code and a message."""

    def broken(**_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys.modules["assay.cli.main"], "app", broken)
    done = assay("status")
    assert done.code == 4
    assert "Broken pipe" in done.err


def test_the_version_is_printed_without_a_command(assay: Run) -> None:
    """`assay --version` prints the version alone."""
    assert assay("--version")[:2] == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        (("revew",), ("there is no command 'revew'", "did you mean 'review'?")),
        (("review", "asign"), ("assay review:", "'asign'", "did you mean 'assign'?")),
        (("--versoin",), ("there is no option '--versoin'", "did you mean '--version'?")),
        (("review", "assign", "--reviewr", "x"), ("assay review assign:", "mean '--reviewer'?")),
        (("status", "--axs", "a"), ("assay status:", "did you mean '--axes'?")),
        (("check",), ("'assay contract check', 'assay verify check' or 'assay reserve check'?",)),
        (("contract", "dispose"), ("assay contract:", "`assay contract --help` lists them")),
        (("zzzz",), ("there is no command 'zzzz'", "`assay --help` lists them")),
        (("review", "assign"), ("assay review assign:", "missing option '--reviewer'")),
        (("record", "import"), ("assay record import:", "missing argument 'FILE'")),
        (("record", "list", "--limit", "many"), ("assay record list:", "'--limit'")),
        (("record", "list", "--limit"), ("assay record list:", "'--limit'", "--help")),
        (("record", "list", "extra"), ("assay record list:", "(extra)")),
    ],
    ids=" ".join,
)
def test_a_call_that_cannot_be_read_is_one_line_with_what_to_do(
    assay: Run, call: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    """Every usage error has the house's form, on every level, and exit code 2."""
    done = assay(*call)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("assay: ")
    assert done.err.endswith(")\n")
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize(
    "call",
    [
        ("{x}",),
        ("record", "{x}"),
        ("record", "list", "--{x}"),
        ("record", "list", "{x}"),
        ("record", "list", "--limit", "{x}"),
    ],
    ids=" ".join,
)
def test_what_a_usage_error_repeats_is_shown_and_not_obeyed(
    assay: Run, call: tuple[str, ...]
) -> None:
    """Escapes and lines in a mistyped call come back as words, on the one line."""
    hostile = "x\x1b[2K\nverified: 9.9.9\u202e"
    done = assay(*(part.replace("{x}", hostile) for part in call))
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert not {"\x1b", "\u202e", "\r"} & set(done.err)


def leaves() -> list[tuple[str, Any]]:
    """Every command with its path."""
    found = []
    for name in STAGES:
        command = load_stage(name)
        children = getattr(command, "commands", {})
        found += [(f"assay {name} {each}", child) for each, child in children.items()]
        if not children:
            found.append((f"assay {name}", command))
    return found


def test_one_short_option_and_one_metavar_mean_one_thing() -> None:
    """Arguments are named in capitals, completion is offered once, and a letter stands for one option."""
    meanings: dict[str, set[str]] = {}
    for path, command in leaves():
        for parameter in command.params:
            if parameter.param_type_name == "argument":
                assert parameter.metavar == parameter.metavar.upper(), path
                continue
            assert "--install-completion" not in parameter.opts, path
            long = [text for text in parameter.opts if text.startswith("--")]
            assert long, (path, parameter.opts)
            for text in parameter.opts:
                if not text.startswith("--"):
                    meanings.setdefault(text, set()).add(long[0])
    assert {letter: names for letter, names in meanings.items() if len(names) > 1} == {}


OTHER_MEANINGS = ("assay init", "assay release push")


def test_kind_format_and_source_have_one_name_everywhere() -> None:
    """What names a kind of record, a file format, an endpoint or a program has one option name."""
    names: dict[str, set[str]] = {}
    for path, command in leaves():
        for parameter in command.params:
            # `assay init --from FILE` names a file, `assay release push --to` a repository; elsewhere
            # these are old names of --format.
            if parameter.param_type_name == "option" and path not in OTHER_MEANINGS:
                for text in parameter.opts:
                    names.setdefault(text, set()).add(parameter.opts[0])
    for old, new in (("--as", "--kind"), ("--to", "--format"), ("--from", "--format")):
        assert names[old] == {new}
    assert names["--program"] == {"--program"}
    assert names["--endpoint"] == {"--endpoint"}


def test_every_next_command_is_one_that_there_is() -> None:
    """The table of what follows what names commands, and options that they take."""
    commands = dict(leaves())
    for path, following in FOLLOWING.items():
        assert path in commands
        words = following.command.split()
        named = max((each for each in commands if following.command.startswith(each)), key=len)
        options = {text for each in commands[named].params for text in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, path
        assert not following.in_program or "--program" in options, path


def test_every_word_in_capitals_of_a_next_command_is_explained() -> None:
    """Those that commands end by naming, and those of `assay next`."""
    source = Path(sys.modules[GuideProgress.__module__].__file__ or "").read_text("utf-8")
    calls = re.findall(r'"(assay [a-z][^"]*)"', source)
    assert len(calls) > 10
    for command in (*calls, *(following.command for following in FOLLOWING.values())):
        capitals = re.findall(r"\b[A-Z]+\b", re.sub(r"{.*?}", "", command))
        explained = [line.split(":")[0] for line in placeholders(re.sub(r"{.*?}", "", command))]
        assert explained == capitals, command
    assert placeholders("assay validate import RESULTS --checkpoint NAME --arm base") == [
        "RESULTS: the file of an evaluation's results",
        "NAME: the checkpoint that was evaluated",
    ]


def test_a_list_that_is_cut_says_how_many_more_there_are(assay: Run, tmp_path: Path) -> None:
    """On standard error, with the option that shows them; not where all were shown, nor with --json."""
    folder = tmp_path / "program"
    init(folder)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(
            f'{{"prompt": "Which tram {n}?", "chosen": "The red one", "rejected": "None"}}\n'
            for n in range(3)
        )
    )
    assay("record", "import", rows, "-f", "trl", "-s", "chat-questions", "-p", folder)
    cut = assay("record", "list", "--limit", "1", "-p", folder)
    assert cut.err == "2 more records: --limit 0 lists all\n"
    assert len(cut.out.splitlines()) == 2
    assert assay("record", "list", "--limit", "3", "-p", folder).err == ""
    assert assay("record", "list", "--limit", "0", "-p", folder).err == ""
    assert assay("record", "list", "--kind", "preference", "--limit", "2", "-p", folder).err == (
        "1 more record: --limit 0 lists all\n"
    )
    assert assay("record", "list", "--limit", "1", "--json", "-p", folder).err == ""


@pytest.mark.parametrize("call", [("status",), ("next",), ("contract", "check")], ids=" ".join)
def test_no_line_about_a_blank_program_is_wider_than_a_hundred_characters(
    assay: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    """Running text is wrapped; what continues a line is indented."""
    monkeypatch.chdir(tmp_path)
    assay("init", "--blank", "--id", "quay", "quay")
    monkeypatch.chdir(tmp_path / "quay")
    done = assay(*call)
    lines = (done.out + done.err).splitlines()
    assert "TODO" in "".join(lines)
    assert [line for line in lines if len(line) > 100] == []


def test_a_command_that_changes_something_names_the_next_one(assay: Run, tmp_path: Path) -> None:
    """On standard error, for the same program; not with --json, not for a dry run or a refusal."""
    folder = tmp_path / "my program"
    init(folder)
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "Which tram?", "chosen": "The red one", "rejected": "None"}\n')
    call = ("record", "import", rows, "-f", "trl", "-s", "chat-questions", "-p", folder)
    assert assay(*call).err == (
        f"next: assay review assign --reviewer NAME=reviewer -p '{folder}'\n  NAME: who reviews\n"
    )
    assert "next:" not in assay(*call, "--json").err
    assert "next:" not in assay(*call, "--dry-run").err
    assert "next:" not in assay("record", "list", "-p", folder).err
    assert "next:" not in assay("record", "import", rows, "-p", folder).err

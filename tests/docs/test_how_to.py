import os
import re
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from assay.core.options import configure
from assay.plugins import load
from assay.verification.cases import case
from assay.verification.expression import FUNCTIONS, VARIABLES

ROOT = Path(__file__).parents[2]


def test_the_plug_in_of_the_how_to_reads_a_row(tmp_path: Path) -> None:
    """The page's reader, laid out as an installed package, gives a record by its name."""
    page = (ROOT / "docs" / "how-to" / "write-a-plug-in.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert code is not None
    (tmp_path / "haiku_reader.py").write_text(code[1])
    metadata = tmp_path / "haiku_reader-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: haiku-reader\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[assay.readers]\nhaiku = haiku_reader:READER\n")
    program = (
        "from assay.plugins import load\n"
        "from assay.records.reader import RowContext\n"
        "context = RowContext(kind='demonstration', source_class='own', pseudonym=lambda _: 'rvr_x')\n"
        "row = {'season': 'snow', 'lines': ['a', 'b', 'c'], 'poet': 'me'}\n"
        "record = load('readers', 'haiku').read(row, context)[0].record\n"
        "print(list(record.faults()), record.candidates[0].content.split())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "[] ['a', 'b', 'c']\n", result.stderr


def test_the_verifier_of_the_how_to_is_proven_and_found_by_its_name(tmp_path: Path) -> None:
    """The page's verifier, laid out as an installed package, answers its own cases."""
    page = (ROOT / "docs" / "how-to" / "write-a-plug-in.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "haiku_form.py").write_text(blocks[1])
    metadata = tmp_path / "haiku_form-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: haiku-form\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[assay.verifiers]\nhaiku-form = haiku_form:HaikuForm\n"
    )
    program = (
        "from assay.plugins import load\n"
        "HaikuForm = load('verifiers', 'haiku-form')\n"
        f"{blocks[2]}"
        "record = HaikuForm().cases()[1].record\n"
        "print(HaikuForm().verify(record, 0).verdict.reason, prove(HaikuForm))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "2 lines, not 3 ()\n", result.stderr


def test_the_rules_of_the_how_to_hold_and_break_as_it_says() -> None:
    """The page's rules are read, and each of its answers comes to what stands beside it."""
    page = (ROOT / "docs" / "how-to" / "write-rules.md").read_text()
    block = re.search(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert block is not None
    dimension = YAML(typ="safe", pure=True).load(block[1])["dimensions"][0]
    verifier = configure(load("verifiers", dimension["verifier"]), dimension["verifier_options"])
    answers = re.findall(r"^\| `(.*?)` \| (pass|fail)(.*) \|$", page, flags=re.MULTILINE)
    assert len(answers) == 4
    for text, verdict, broken in answers:
        found = verifier.verify(case("", "pass", text).record, 0)
        named = [piece.text.partition(":")[0] for piece in found.evidence]
        assert found.verdict.__struct_config__.tag == verdict, text
        assert named == re.findall(r"`(\w+)`", broken), text


def test_every_name_that_a_rule_may_use_is_in_the_how_to() -> None:
    """The page names all variables and functions."""
    page = (ROOT / "docs" / "how-to" / "write-rules.md").read_text()
    assert [name for name in VARIABLES | FUNCTIONS if f"`{name}" not in page] == []


def test_the_cue_of_the_how_to_is_counted_beside_ours(tmp_path: Path) -> None:
    """The page's cue, laid out as an installed package, is a column of the shortcut audit."""
    page = (ROOT / "docs" / "how-to" / "write-a-plug-in.md").read_text()
    code = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)[-1]
    (tmp_path / "shouting.py").write_text(code)
    metadata = tmp_path / "shouting-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[assay.cues]\nshouting = shouting:SHOUTING\n")
    program = (
        "from assay.program.quality import _cues\n"
        "from assay.quality.shortcuts.gathering import ShortcutGathering\n"
        "cues = _cues()\n"
        "print([cue.measure('THIS is LOUD') for cue in cues if cue.name == 'shouting'])\n"
        "print('shouting' in ShortcutGathering((), cues).features)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "[2.0]\nTrue\n", result.stderr


def test_the_review_format_of_the_how_to_reads_an_answer(tmp_path: Path) -> None:
    """The page's format, laid out as an installed package, is listed and gives an answer's row."""
    page = (ROOT / "docs" / "how-to" / "write-a-plug-in.md").read_text()
    code = next(
        block
        for block in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
        if "class PlainForm" in block
    )
    (tmp_path / "plain_form.py").write_text(code)
    metadata = tmp_path / "plain_form-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-form\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[assay.review-formats]\nplain-form = plain_form:FORMAT\n"
    )
    program = (
        "import sys\n"
        "from assay.plugins import load\n"
        "from assay.records.ports import Row\n"
        "from assay.review.formats.service import native_rows\n"
        "form = load('review-formats', 'plain-form')\n"
        "answers = {'verdict': 'abstain', 'why-verdict': 'not my field'}\n"
        "row = {'assignment': 'asg_1', 'person': 'anna', 'answers': answers}\n"
        "rows = [Row(number=1, values=row), Row(number=2, values={'assignment': 'asg_2'})]\n"
        "read = list(native_rows(rows, form))\n"
        "print(read[0].values, read[1].fault.code)\n"
        "from assay.cli import main\n"
        "sys.argv = ['assay', 'review', 'formats']\n"
        "main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    answer, *listed = result.stdout.splitlines()
    assert answer == (
        "{'assignment': 'asg_1', 'answered_by': 'anna', 'verdict': 'abstain:not my field'} "
        "no-annotations"
    ), result.stderr
    assert any(line.split()[0] == "plain-form" and "plain-form" in line[11:] for line in listed)
    assert any(line.startswith("label-studio") for line in listed)

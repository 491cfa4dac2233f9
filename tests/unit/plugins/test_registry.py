import subprocess
import sys
from pathlib import Path

import pytest

from assay.core.errors import MachineError, UsageError
from assay.plugins import Group, load, names, plugins

READER = """
from assay.core.errors import InputError

class Haiku:
    name = "haiku"
    kinds = ("demonstration",)
    summary = "Three lines a row."

    def read(self, row, context):
        raise InputError(code="not-a-haiku", message="this reader accepts nothing")

READER = Haiku()
"""


def _install(folder: Path, package: str, entry_points: str) -> None:
    """Lay out an installed distribution: a module and its metadata, as an installer would."""
    (folder / f"{package}.py").write_text(READER)
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry_points)


def test_an_installed_package_brings_its_reader(tmp_path: Path) -> None:
    """A third party's entry point is listed and loaded beside ours, in a fresh interpreter."""
    _install(tmp_path, "haiku_reader", "[assay.readers]\nhaiku = haiku_reader:READER\n")
    program = (
        "from assay.plugins import load, plugins\n"
        "print(load('readers', 'haiku').summary)\n"
        "print([p.package for p in plugins('readers') if p.name == 'haiku'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == ["Three lines a row.", "['haiku_reader']"]


def test_two_packages_with_one_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that claims one of our names does not replace ours in silence."""
    _install(tmp_path, "usurper", "[assay.readers]\ntrl = usurper:READER\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MachineError, match="both bring a plug-in named 'trl'"):
        names("readers")


def test_a_package_that_does_not_load_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken plug-in is an error that names its package."""
    _install(tmp_path, "torn", "[assay.readers]\ntorn = torn:NOTHING\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MachineError, match="of torn does not load"):
        load("readers", "torn")


def test_an_unknown_name_gets_the_nearest() -> None:
    """A slip of the pen is answered with the name that was meant."""
    with pytest.raises(UsageError, match="did you mean 'sharegpt'"):
        load("readers", "sharegtp")


def test_a_review_format_that_does_not_load_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault names the format and the package that brings it."""
    _install(tmp_path, "torn_form", "[assay.review-formats]\ntorn = torn_form:NOTHING\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MachineError, match="the review format 'torn' of torn_form does not load"):
        load("review-formats", "torn")


@pytest.mark.parametrize("group", ["readers", "exporters", "review-formats"])
def test_all_of_ours_load(group: str) -> None:
    """Every built-in name leads to an object that carries that name and a summary."""
    for plugin in plugins(group):  # type: ignore[arg-type]
        loaded = load(group, plugin.name)  # type: ignore[arg-type]
        assert loaded.name == plugin.name
        assert loaded.summary


@pytest.mark.parametrize(
    ("group", "name", "advice"),
    [
        ("readers", "trl:preference", "did you mean 'trl'?"),
        ("readers", "openai:chat", "did you mean 'openai-chat'?"),
        ("readers", "kto", "'kto' is an exporter, for `assay release export --format`;"),
        ("readers", "nemo-rl:preference", "'nemo-rl:preference' is an exporter,"),
        ("exporters", "label-studio", "'label-studio' is a reader, for `assay record import"),
        ("exporters", "openai-chat", "did you mean 'openai:chat'?"),
        ("exporters", "openai", "did you mean 'openai:chat' or 'openai:preference'?"),
        ("exporters", "trl:conversation", "did you mean 'trl:conversational', '"),
        ("review-formats", "trl", "'trl' is a reader,"),
        ("readers", "shareGTP", "did you mean 'sharegpt'?"),
    ],
)
def test_a_name_of_the_other_direction_leads_to_the_right_one(
    group: Group, name: str, advice: str
) -> None:
    """A tool's reader and its exporters have different names; each leads to the other."""
    with pytest.raises(UsageError) as refusal:
        load(group, name)
    assert refusal.value.hint.startswith(advice)


def test_a_tools_name_alone_leads_to_three_of_its_exporters_at_most() -> None:
    """`trl` reads nine shapes that are written under nine names; a command lists them all."""
    with pytest.raises(UsageError) as refusal:
        load("exporters", "trl")
    own = [name for name in names("exporters") if name.startswith("trl:")]
    assert len(own) > 3
    question, listing = refusal.value.hint.split("? ")
    assert sum(repr(name) in question for name in own) == 3
    assert listing == f"`assay release formats` lists all {len(names('exporters'))}"


def test_the_nearest_of_a_tools_exporters_are_named_first() -> None:
    """What was written after the colon decides among the names of one tool."""
    with pytest.raises(UsageError) as refusal:
        load("exporters", "trl:preferences")
    assert refusal.value.hint.startswith("did you mean 'trl:preference'")


def test_a_name_of_a_short_list_is_refused_with_the_list() -> None:
    """No command lists review formats, so the hint does."""
    with pytest.raises(UsageError) as refusal:
        load("review-formats", "zebra")
    assert refusal.value.hint == f"there are: {', '.join(names('review-formats'))}"

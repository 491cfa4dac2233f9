import shutil
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest

import assay
from assay.core.errors import CheckError, MachineError
from assay.releases.exporters.exporter import Carried, ExportFormat
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


def test_a_release_is_had_by_its_version_and_by_its_id(program: assay.Program) -> None:
    """Both lead to the same fact, and its folder is named by the version."""
    (release,) = program.releases.list()
    assert program.releases.get("1.0.0") == program.releases.get(release.id) == release
    assert program.releases.folder_of(release.id) == program.folder / "releases" / "1.0.0"


def test_an_unknown_version_names_those_that_there_are(program: assay.Program) -> None:
    """The hint lists them."""
    with pytest.raises(assay.UsageError) as refusal:
        program.releases.export("9.0.0", "trl:preference", "nowhere")
    assert (refusal.value.code, refusal.value.hint) == ("unknown-release", "there are: 1.0.0")


def test_a_version_leads_to_no_folder_that_was_not_built(program: assay.Program) -> None:
    """A path in place of a version is unknown."""
    with pytest.raises(assay.UsageError, match="there is no release"):
        program.releases.card("../releases/1.0.0")


def test_a_release_of_the_program_verifies_as_its_folder_does(
    program: assay.Program, tmp_path: Path
) -> None:
    """The right key is needed, and a changed byte is found."""
    key = program.folder / "assay.pub"
    assert program.releases.verify("1.0.0", key).ok
    copy = tmp_path / "1.0.0"
    shutil.copytree(program.folder / "releases" / "1.0.0", copy)
    assert assay.verify_release(str(copy), str(key)).ok
    (copy / "README.md").write_text("changed")
    assert not assay.verify_release(copy, key).ok


def test_an_export_by_version_is_an_export_of_the_folder(
    own: assay.Program, tmp_path: Path
) -> None:
    """Both write the same bytes."""
    ours = own.releases.export("1.0.0", "trl:preference", tmp_path / "a")
    theirs = assay.export_release(
        own.folder / "releases" / "1.0.0", "trl:preference", str(tmp_path / "b"),
        clock=own.clock,
    )  # fmt: skip
    assert ours == theirs
    assert ours.rows == 75


def test_a_release_differs_in_nothing_from_itself(program: assay.Program) -> None:
    """`diff` takes versions."""
    found = program.releases.diff("1.0.0", "1.0.0")
    assert (found.before, found.after, found.added, found.changed) == ("1.0.0", "1.0.0", (), ())


@pytest.mark.filterwarnings("ignore")
def test_a_release_is_a_data_set_with_the_rows_of_its_export(own: assay.Program) -> None:
    """The rows outlive the folder that they were read from."""
    dataset = own.releases.to_datasets("1.0.0", "trl:preference")
    assert dataset.column_names == ["prompt", "chosen", "rejected", "tools"]
    assert dataset.num_rows == 75
    assert dataset[74]["chosen"][0]["role"] == "assistant"


class CarriesNothing(ExportFormat, frozen=True):
    """A format that no record fits."""

    name: ClassVar[str] = "nothing"
    summary: ClassVar[str] = "no row"

    def rows(self, released: ReleasedRecord) -> Carried:
        """Refuse every record."""
        raise NotCarriedError("tie", released.record.kind)


def test_a_format_that_no_record_fits_gives_no_data_set(
    program: assay.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is an error in place of an empty set."""
    monkeypatch.setattr("assay.program.releases.load", lambda _group, _name: CarriesNothing)
    with pytest.raises(CheckError) as refusal:
        program.releases.to_datasets("1.0.0", "nothing")
    assert refusal.value.code == "no-row"


def test_a_data_set_without_its_extra_names_it(
    program: assay.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says how to install it."""
    _hide(monkeypatch, "assay.core.data_set", "datasets")
    with pytest.raises(MachineError) as refusal:
        program.releases.to_datasets("1.0.0", "trl:preference")
    assert refusal.value.hint == "pip install 'assay[datasets]'"


def _hide(monkeypatch: pytest.MonkeyPatch, module: str, package: str) -> None:
    """Let a module find every package but one."""

    def find(name: str) -> Any:
        if name == package:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(f"{module}.import_module", find)

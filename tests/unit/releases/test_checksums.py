"""The list of digests is what sha256sum reads, and leads nowhere else."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from assay.releases.checksums import (
    compare,
    digest_file,
    is_safe,
    parse_sums,
    render_sums,
    scan_folder,
)

DIGEST = "ab" * 32


def test_sha256sum_accepts_the_list(tmp_path: Path) -> None:
    """What is rendered is what `sha256sum --check --strict` reads."""
    (tmp_path / "a.json").write_bytes(b"a")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.json").write_bytes(b"b")
    digests = {name: digest_file(tmp_path / name)[0] for name in ("deep/b.json", "a.json")}
    (tmp_path / "SHA256SUMS").write_bytes(render_sums(digests))
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert digests["a.json"] == hashlib.sha256(b"a").hexdigest()
    assert parse_sums(render_sums(digests)) == (digests, [])


@pytest.mark.parametrize(
    "name",
    [
        "../key", "/etc/hosts", "a/../b", "a//b", "./a", "a/", "", ".hidden", "-", "-rf", "a\\b",
        "a b", "C:x", "caf\u00e9", "a.", "a/.b",
    ],
)  # fmt: skip
def test_a_name_that_could_lead_out_is_refused(name: str) -> None:
    """Only plain relative names are safe on every system."""
    assert not is_safe(name)
    _, issues = parse_sums(f"{DIGEST}  {name}\n".encode())
    assert {issue.code for issue in issues} <= {"unsafe-name", "sums-line"}
    assert issues


def test_every_fault_of_a_list_is_told_with_its_line() -> None:
    """A broken line, an unsafe name and a name listed twice are all told."""
    text = f"nonsense\n{DIGEST}  ../a\n{DIGEST}  b\n{DIGEST}  b\n{DIGEST.upper()}  c\n"
    digests, issues = parse_sums(text.encode())
    assert [(issue.line, issue.code) for issue in issues] == [
        (1, "sums-line"), (2, "unsafe-name"), (4, "listed-twice"), (5, "sums-line"),
    ]  # fmt: skip
    assert digests == {"b": DIGEST}


@pytest.mark.parametrize(
    "text", [f"{DIGEST}  b\n{DIGEST}  a\n", f"{DIGEST}  a", f"{DIGEST}  a\n\n"]
)
def test_a_list_has_one_form(text: str) -> None:
    """Another order, a cut end or an empty line is not the list that was written."""
    assert parse_sums(text.encode())[1]


def test_what_lies_in_a_folder_is_seen_as_it_is(tmp_path: Path) -> None:
    """Links, pipes and names that differ in case alone are told; files are listed."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a").touch()
    (tmp_path / "Readme").touch()
    (tmp_path / "readme").touch()
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "a")
    (tmp_path / "folder-link").symlink_to(tmp_path / "deep")
    os.mkfifo(tmp_path / "pipe")
    files, issues = scan_folder(tmp_path)
    assert files == {"deep/a", "Readme", "readme"}
    assert {(issue.code, issue.file) for issue in issues} == {
        ("symlink", "link"), ("symlink", "folder-link"), ("not-a-file", "pipe"),
        ("case-collision", "readme"),
    }  # fmt: skip


def test_differences_are_told_one_by_one() -> None:
    """Missing, extra and changed files are told apart, all at once."""
    listed = {"a": DIGEST, "b": DIGEST, "c": DIGEST}
    found = {"b": DIGEST, "c": "cd" * 32, "d": DIGEST}
    assert [(issue.code, issue.file) for issue in compare(listed, found)] == [
        ("missing-file", "a"), ("changed-file", "c"), ("extra-file", "d"),
    ]  # fmt: skip

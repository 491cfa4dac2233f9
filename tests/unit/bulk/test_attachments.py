"""Attachments on the disk: one private file a digest, and no file outside the data's folder."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assay.bulk.attachments import AttachmentFolder, attachment_loader
from assay.core.digest import labelled_digest
from assay.core.errors import MachineError
from assay.records.attachment import attachment_name
from simulators.pictures import png

ONE = png(1)
DIGEST = labelled_digest(ONE)


@pytest.fixture
def held(tmp_path: Path) -> AttachmentFolder:
    return AttachmentFolder(tmp_path / "private" / "attachments")


def test_bytes_are_kept_once_and_privately(held: AttachmentFolder) -> None:
    """The file is the owner's alone, is named by its digest, and is not written twice."""
    held.put(DIGEST, ONE)
    path = held.path_of(DIGEST)
    before = path.stat().st_mtime_ns
    held.put(DIGEST, ONE)
    assert held.read(DIGEST) == ONE
    assert path.name == DIGEST.removeprefix("sha256:")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_bytes_that_were_changed_or_lost_are_found(held: AttachmentFolder) -> None:
    """Neither are they given, nor does the audit pass over them."""
    held.put(DIGEST, ONE)
    held.path_of(DIGEST).write_bytes(png(2))
    other = labelled_digest(png(3))
    for digest in (DIGEST, other):
        with pytest.raises(MachineError, match="put back"):
            held.read(digest)
    assert [digest for digest, _ in held.faults(iter([DIGEST, other]))] == [DIGEST, other]


KILLED_WRITER = """
import resource, signal, sys
from pathlib import Path
from assay.bulk.attachments import AttachmentFolder
from assay.core.digest import labelled_digest

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
content = b"x" * 200_000
AttachmentFolder(Path(sys.argv[1])).put(labelled_digest(content), content)
"""
"""A program that the system kills when a file of it reaches 1000 bytes."""


def kill_a_writer(held: AttachmentFolder) -> list[Path]:
    """Kill a program while it writes an attachment; what it leaves."""
    command = [sys.executable, "-c", KILLED_WRITER, str(held.folder)]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=300)
    assert ended.returncode == -signal.SIGXFSZ, ended.stderr.decode()
    return [path for path in held.folder.rglob("*") if path.is_file()]


def test_what_a_killed_run_left_is_removed(held: AttachmentFolder) -> None:
    """The next import clears unfinished files, and leaves whole ones and foreign ones."""
    held.put(DIGEST, ONE)
    foreign = held.path_of(DIGEST).with_name(".note")
    foreign.write_text("mine")
    [draft] = set(kill_a_writer(held)) - {held.path_of(DIGEST), foreign}
    assert draft.stat().st_size == 1_000
    assert held.clear_drafts() == 1
    assert not draft.exists()
    assert held.read(DIGEST) == ONE
    assert foreign.exists()
    assert held.clear_drafts() == 0


def test_an_unfinished_file_stays_while_somebody_writes(held: AttachmentFolder) -> None:
    """A run holds the folder's lock while it writes, so that no other takes its file away."""
    [draft] = kill_a_writer(held)
    descriptor = os.open(held.folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    assert held.clear_drafts() == 0
    assert draft.exists()
    held.put(DIGEST, ONE)  # two runs may write at once
    os.close(descriptor)
    assert held.clear_drafts() == 1


def test_a_row_reaches_files_below_its_data_file_alone(
    held: AttachmentFolder, tmp_path: Path
) -> None:
    """No path, no link and no escape in it leads out of the folder, or to a hidden file in it."""
    data = tmp_path / "data"
    (data / "pics").mkdir(parents=True)
    (data / "pics" / "a b.png").write_bytes(ONE)
    (tmp_path / "secret.png").write_bytes(png(9))
    (data / "link.png").symlink_to(tmp_path / "secret.png")
    (data / ".assay").mkdir()
    (data / ".assay" / "signing.key").write_bytes(b"a key")
    (data / "pics" / "key.png").symlink_to(data / ".assay" / "signing.key")
    load = attachment_loader(data / "rows.jsonl", held, max_bytes=10_000)
    assert load("pics/a b.png") == load("pics/a%20b.png") == load("./pics/a b.png") == ONE
    for outside in (
        "../secret.png", "%2e%2e/secret.png", "link.png", str(tmp_path / "secret.png"),
        "file:///etc/passwd", "C:\\secret.png", "pics", "none.png", "a\0b", "x" * 5_000,
        ".assay/signing.key", "pics/../%2eassay/signing.key", "pics/key.png",
    ):  # fmt: skip
        assert load(outside) is None, outside


def test_an_address_is_fetched_by_the_one_who_may(held: AttachmentFolder, tmp_path: Path) -> None:
    """Without a function that fetches, nothing is asked for."""
    data = tmp_path / "rows.jsonl"
    assert attachment_loader(data, held, max_bytes=9)("https://a.example/b.png") is None
    load = attachment_loader(data, held, max_bytes=9, fetch=lambda address: address.encode())
    assert load("https://a.example/b.png") == b"https://a.example/b.png"


def test_own_lines_find_what_is_held_already(held: AttachmentFolder, tmp_path: Path) -> None:
    """A file beside the lines counts first, then what the program holds."""
    load = attachment_loader(tmp_path / "records.jsonl", held, max_bytes=10_000)
    name = attachment_name(DIGEST)
    assert load(name) is None
    held.put(DIGEST, ONE)
    assert load(name) == ONE

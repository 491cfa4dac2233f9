"""The journal: what a kill leaves, what a second run may not do, and what is refused."""

import resource
import signal
from pathlib import Path

import pytest

from assay.core.digest import sha256
from assay.core.errors import InputError, MachineError, UsageError
from assay.providers.endpoint import Completion
from assay.providers.journal import open_journal

KEYS = [sha256(bytes([number])) for number in range(40)]


def said(text: str) -> Completion:
    return Completion(text=text, attempts=1, prompt_digest="sha256:" + "0" * 64)


def write(path: Path, count: int) -> None:
    with open_journal(path) as journal:
        for key in KEYS[:count]:
            journal.add(key, said(f"grün {key.hex()}"))


def test_what_was_added_is_found_again(tmp_path: Path) -> None:
    """Every answer comes back, in the same run and in the next."""
    path = tmp_path / "deep" / "journal.jsonl"
    write(path, 40)
    with open_journal(path) as journal:
        assert [journal.find(key) for key in KEYS] == [said(f"grün {key.hex()}") for key in KEYS]
        assert journal.find(sha256(b"unasked")) is None


def test_the_first_answer_stays(tmp_path: Path) -> None:
    """A second answer to the same request changes nothing."""
    path = tmp_path / "journal.jsonl"
    with open_journal(path) as journal:
        journal.add(KEYS[0], said("first"))
        journal.add(KEYS[0], said("second"))
        assert journal.find(KEYS[0]) == said("first")
    assert len(path.read_text().splitlines()) == 1


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_a_kill_cut_is_taken_away(tmp_path: Path, cut: int) -> None:
    """After a torn end the whole answers stand, and new ones go behind them."""
    path = tmp_path / "journal.jsonl"
    write(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    with open_journal(path) as journal:
        assert len(journal) == 2
        journal.add(KEYS[2], said("again"))
    with open_journal(path) as journal:
        assert [len(journal), journal.find(KEYS[2])] == [3, said("again")]


@pytest.mark.parametrize("line", ["", "no json", '{"key":"zz","completion":{}}', '{"key":"00"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    """A line that is no answer is an error with the file's name and the line's number."""
    path = tmp_path / "journal.jsonl"
    write(path, 1)
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError) as caught, open_journal(path):
        pass
    assert caught.value.where == "journal.jsonl, line 2"


def test_two_runs_cannot_share_a_journal(tmp_path: Path) -> None:
    """While one run holds the journal another is refused; afterwards it may."""
    path = tmp_path / "journal.jsonl"
    with (
        open_journal(path),
        pytest.raises(UsageError, match="another sampling"),
        open_journal(path),
    ):
        pass
    write(path, 1)


def test_a_full_disk_leaves_the_journal_whole(tmp_path: Path) -> None:
    """An answer that the disk does not take is an error, and no half of it stays."""
    path = tmp_path / "journal.jsonl"
    write(path, 2)
    whole = path.read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open_journal(path) as journal:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, before[1]))
            with pytest.raises(MachineError) as caught:
                journal.add(KEYS[2], said("too much"))
            assert journal.find(KEYS[2]) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.code == "journal-not-written"
    assert path.read_bytes() == whole

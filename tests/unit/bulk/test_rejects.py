"""The rejects file: what was set aside can be corrected and imported again."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from assay.bulk.rejects import RejectsFile
from assay.bulk.rows import DiskFile
from assay.core.errors import InputError, MachineError
from assay.records.people_mask import PeopleMask
from assay.records.ports import Row

FAULT = InputError(code="some-fault", message="it is wrong", where="field", hint="correct it")

MASK = PeopleMask(lambda raw: f"rvr_{raw}")


def kept(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_reject_says_all(tmp_path: Path) -> None:
    """A reject keeps row, code, message, place, hint and the raw row."""
    file = RejectsFile(tmp_path / "a.csv.set-aside.jsonl", MASK)
    file.put(Row(number=3, line=5, values={"a": "1"}), FAULT)
    file.flush()
    assert kept(file.path) == [
        {
            "row": 3,
            "code": "some-fault",
            "message": "it is wrong",
            "where": "row 3, line 5, field",
            "hint": "correct it",
            "raw": {"a": "1"},
        }
    ]
    file.close()


def put(path: Path, *numbers: int, after: int = 0) -> str | None:
    """A whole run that sets these rows aside; gives the name of earlier rejects."""
    with closing(RejectsFile(path, MASK)) as file:
        file.resume(after)
        for number in numbers:
            file.put(Row(number=number, text=b"{"), FAULT)
        return file.settle()


def test_no_rejects_no_file(tmp_path: Path) -> None:
    """Without a reject there is no file, and an older run's file stands under another name."""
    path = tmp_path / "a.set-aside.jsonl"
    put(path, 1)
    assert put(path) == "a.1.set-aside.jsonl"
    assert not path.exists()
    assert [line["row"] for line in kept(tmp_path / "a.1.set-aside.jsonl")] == [1]


def test_mended_rejects_are_never_written_over(tmp_path: Path) -> None:
    """Each corrected file goes on under the first free name, with every byte."""
    path = tmp_path / "a.set-aside.jsonl"
    corrections = [b"corrected once\n", b"corrected twice\n"]
    put(path, 1)
    for number, corrected in enumerate(corrections, start=1):
        path.write_bytes(corrected)
        assert put(path, 1) == f"a.{number}.set-aside.jsonl"
    assert [(tmp_path / f"a.{n}.set-aside.jsonl").read_bytes() for n in (1, 2)] == corrections
    assert [line["row"] for line in kept(path)] == [1]


@pytest.mark.parametrize("earlier", [(1, 5), (1,)])
def test_rejects_that_come_again_are_kept_once(tmp_path: Path, earlier: tuple[int, ...]) -> None:
    """The same rejects again, or those of a run that was killed, leave no second file."""
    path = tmp_path / "a.set-aside.jsonl"
    put(path, *earlier)
    assert put(path, 1, 5) is None
    assert list(tmp_path.iterdir()) == [path]
    assert [line["row"] for line in kept(path)] == [1, 5]


def test_a_resumed_run_tells_what_the_killed_one_set_aside(tmp_path: Path) -> None:
    """Rejects that a run set aside before it was killed are named by the run that goes on."""
    path = tmp_path / "a.set-aside.jsonl"
    path.write_text("corrected\n")
    with closing(RejectsFile(path, MASK)) as killed:
        killed.resume(0)
        killed.put(Row(number=1, text=b"{"), FAULT)
    assert put(path, 9, after=5) == "a.1.set-aside.jsonl"
    assert [line["row"] for line in kept(path)] == [1, 9]


def test_a_resumed_run_tells_the_reasons_that_it_keeps(tmp_path: Path) -> None:
    """Place, code and message of the rejects that stay are given back, so that they are counted."""
    path = tmp_path / "a.set-aside.jsonl"
    first = RejectsFile(path, MASK)
    first.put(Row(number=1, text=b"{"), FAULT)
    first.put(Row(number=9, text=b"{"), FAULT)
    first.close()
    second = RejectsFile(path, MASK)
    (kept,) = second.resume(5)
    second.close()
    assert (kept.row, kept.where) == (1, "row 1, field")
    assert (kept.reason.code, kept.reason.message) == ("some-fault", "it is wrong")


def test_rejects_that_were_changed_are_not_guessed_at(tmp_path: Path) -> None:
    """A file that is no longer as it was left stops a resumed run, and makes way for a new one."""
    path = tmp_path / "a.set-aside.jsonl"
    path.write_text("corrected by hand\n")
    with pytest.raises(InputError, match="were changed"):
        RejectsFile(path, MASK).resume(5)
    assert path.exists()
    RejectsFile(path, MASK).resume(0)
    assert not path.exists()


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_folder_that_takes_no_rejects_is_named(tmp_path: Path, folder: str) -> None:
    """Rejects that cannot be written are one clear error of the machine."""
    (tmp_path / "file").touch()
    kept_in = RejectsFile(tmp_path / folder / "a.set-aside.jsonl", MASK)
    with pytest.raises(MachineError, match="cannot be written"):
        kept_in.put(Row(number=1, text=b"{"), FAULT)


def test_a_resumed_run_keeps_what_is_committed(tmp_path: Path) -> None:
    """Resuming keeps the rejects of committed rows and forgets the rest, a torn line too."""
    path = tmp_path / "a.set-aside.jsonl"
    first = RejectsFile(path, MASK)
    for number in (1, 5, 9):
        first.put(Row(number=number, text=b"{"), FAULT)
    first.close()
    with path.open("a") as file:
        file.write('{"row": 10, "co')
    second = RejectsFile(path, MASK)
    second.resume(5)
    second.put(Row(number=9, text=b"{"), FAULT)
    second.close()
    assert [line["row"] for line in kept(path)] == [1, 5, 9]


@pytest.mark.parametrize("ending", [".set-aside.jsonl", ".rejects.jsonl"])
def test_corrected_rows_are_rows_again(ending: str, tmp_path: Path) -> None:
    """Rows that were set aside read as rows, under the name of today and the former one alike."""
    path = tmp_path / f"a.csv{ending}"
    lines = [
        {"row": 4, "raw": {"a": "1"}},
        {"row": 8, "raw": '{"a": 2}'},
        {"row": 9, "raw": None},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = list(DiskFile(path).rows())
    assert found[0].values == {"a": "1"}
    assert found[1].text == b'{"a": 2}'
    assert found[2].fault is not None
    assert found[2].fault.code == "nothing-to-import"


def test_a_row_that_is_not_utf8_is_not_kept_damaged(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are left to the original file rather than kept altered."""
    file = RejectsFile(tmp_path / "a.set-aside.jsonl", MASK)
    file.put(Row(number=1, text=b'{"a": "\xff"}'), FAULT)
    file.put(Row(number=2, values={"a": "\udcff"}), FAULT)
    file.close()
    assert [line["raw"] for line in kept(file.path)] == [None, None]

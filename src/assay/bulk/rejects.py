"""The rejects file: every row that was set aside, with its reason, ready to be fixed.

A line is `{"row", "code", "message", "where", "hint", "raw"}`. Fix `raw`, and import the file with
the same command as the original; lines left as they were are set aside again.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import msgspec

from assay.bulk.stream import BUFFER
from assay.core.canonical import parse_json
from assay.core.errors import InputError, MachineError
from assay.core.private import narrow, private_opener
from assay.records.people_mask import PeopleMask
from assay.records.ports import EarlierReject, Row

SUFFIX = ".set-aside.jsonl"
"""How the name of a file of rows that were set aside ends. `rejected` is a disposition of records."""

FORMER_SUFFIX = ".rejects.jsonl"
"""How it ended before; such files are still read."""


class RejectLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file."""

    row: int
    """Number of the row in the file that was imported."""
    code: str
    """Stable short name of the reason."""
    message: str
    """What is wrong with the row, in one sentence."""
    where: str
    """Line, column or field, as far as known."""
    hint: str
    """What to do about it."""
    raw: Any
    """The row with pseudonyms in place of people's raw ids: an object or a table's cells by column;
    its text where it is not JSON; null where it is too long or not UTF-8 and must be fixed in the
    original file."""


class RejectsFile:
    """Implements `records.ports.Rejects`. The file appears with the first reject."""

    def __init__(self, path: Path, mask: PeopleMask) -> None:
        """Keep rejects at this path; an earlier file there is set aside at `resume`.

        Args:
            path: where the file is, or will be.
            mask: hides raw ids of people in what is written.
        """
        self._mask = mask
        self.path = path
        """Where the file is."""
        self.name = path.name
        """Name for people."""
        self._earlier: Path | None = None
        self._file: TextIO | None = None

    def resume(self, after: int) -> list[EarlierReject]:
        """Keep the lines of rows up to this number; a new run (number 0) sets all lines aside.

        Somebody may have fixed the rejects of an earlier import: they go on under the first
        free name `X.N.set-aside.jsonl`, which the same command imports.

        Returns:
            Every row that is kept.

        Raises:
            InputError: if rows must be kept and the file is not as it was left.
            MachineError: if the file cannot be written.
        """
        with _on_disk(self.path):
            if not after:
                self._set_earlier_aside()
                return []
            # The killed run may have set some aside, under the highest number that is taken.
            self._earlier = _newest(self.path)
            staying = [stored for stored in _stored_lines(self.path) if stored[1].row <= after]
            self.path.unlink(missing_ok=True)
            if staying:
                self._open().writelines(line for line, _ in staying)
        return [
            EarlierReject(row=reject.row, where=reject.where, reason=_reason(reject))
            for _, reject in staying
        ]

    def put(self, row: Row, error: InputError) -> None:
        """Keep a row with its reason."""
        hidden = self._mask.hide(_raw(row))
        where = f"{row.where}, {error.where}" if error.where else row.where
        reject = RejectLine(
            row=row.number,
            code=error.code,
            message=hidden.in_text(error.message),
            where=hidden.in_text(where),
            hint=hidden.in_text(error.hint),
            raw=hidden.raw,
        )
        with _on_disk(self.path):
            self._open().write(msgspec.json.encode(reject).decode() + "\n")

    def flush(self) -> None:
        """Make sure that what was put is on the disk."""
        if self._file:
            with _on_disk(self.path):
                self._file.flush()
                os.fsync(self._file.fileno())

    def settle(self) -> str | None:
        """End the run: earlier rejects go where this run's file begins with the same bytes.

        Returns:
            The name under which earlier rejects are kept; None where there are none.

        Raises:
            MachineError: if the files cannot be compared.
        """
        self.flush()
        earlier = self._earlier
        if earlier is None:
            return None
        with _on_disk(self.path):
            if not _begins_with(self.path, earlier):
                return earlier.name
            earlier.unlink()
        self._earlier = None
        return None

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file:
            with _on_disk(self.path):
                file.close()

    def _set_earlier_aside(self) -> None:
        if self.path.exists():
            self._earlier = _numbered_path(self.path, _first_free(self.path))
            self.path.rename(self._earlier)

    def _open(self) -> TextIO:
        if self._file is None:
            # Rejected rows hold raw data: nobody else on the machine may read them.
            narrow(self.path)
            self._file = open(  # noqa: SIM115  closed by `close`
                self.path, "a", encoding="utf-8", newline="\n", opener=private_opener
            )
        return self._file


def rows_of_rejects(lines: Iterator[Row]) -> Iterator[Row]:
    """The rows that the lines of a rejects file hold."""
    for line in lines:
        yield _row_of_reject(line) if line.text is not None else line


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    """One clear error where the disk refuses: the folder is missing, read-only or full."""
    try:
        yield
    except OSError as error:
        raise MachineError(
            code="cannot-write",
            message=f"the rejects cannot be written: {error.strerror}",
            where=str(path),
            hint="name a folder that is there and may be written to with `--rejects`",
        ) from error


def _numbered_path(path: Path, number: int) -> Path:
    """`X.N.set-aside.jsonl` next to `X.set-aside.jsonl`."""
    return path.with_name(f"{path.name.removesuffix(SUFFIX)}.{number}{SUFFIX}")


def _first_free(path: Path) -> int:
    return next(
        number for number in itertools.count(1) if not _numbered_path(path, number).exists()
    )


def _newest(path: Path) -> Path | None:
    number = _first_free(path) - 1
    return _numbered_path(path, number) if number else None


def _begins_with(path: Path, start: Path) -> bool:
    """Whether a file begins with all bytes of another, as that of a run that was killed."""
    if not path.exists():
        return start.stat().st_size == 0
    with path.open("rb") as whole, start.open("rb") as part:
        while piece := part.read(BUFFER):
            if whole.read(len(piece)) != piece:
                return False
    return True


def _reason(reject: RejectLine) -> InputError:
    return InputError(code=reject.code, message=reject.message, hint=reject.hint)


def _stored_lines(path: Path) -> Iterator[tuple[str, RejectLine]]:
    """The whole lines of an earlier file; a last line that a kill cut short is left out."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.endswith("\n"):
                yield line, _whole(line, path)


def _whole(line: str, path: Path) -> RejectLine:
    try:
        return msgspec.json.decode(line, type=RejectLine)
    except msgspec.DecodeError as error:
        raise InputError(
            code="changed-rejects",
            message=f"the rejects of the interrupted run were changed: {error}",
            where=path.name,
            hint="undo the change, let the import finish, and fix the rejects then",
        ) from error


def _raw(row: Row) -> Any:
    try:
        if row.text is not None:
            return _raw_text(row.text)
        msgspec.json.encode(row.values)
    except UnicodeError:
        return None
    return row.values


def _raw_text(text: bytes) -> Any:
    """The row's object; its text, where writing the object again would change a number."""
    try:
        value = parse_json(text, exact=True)
        msgspec.json.encode(value)
    except (InputError, TypeError, OverflowError):
        return text.decode()
    return value if isinstance(value, dict) else text.decode()


def _row_of_reject(line: Row) -> Row:
    try:
        raw = _reject_of(line)
    except InputError as error:
        return msgspec.structs.replace(line, fault=error)
    if isinstance(raw, str):
        return Row(number=line.number, text=raw.encode())
    return Row(number=line.number, values=raw)


def _reject_of(line: Row) -> str | dict[str, Any]:
    parsed = parse_json(line.text or b"")
    raw = parsed.get("raw") if isinstance(parsed, dict) else None
    if isinstance(raw, str | dict):
        return raw
    raise InputError(
        code="nothing-to-import",
        message="the line holds no `raw` row",
        hint="fix the row in the original file and import that again: what is stored stays",
    )

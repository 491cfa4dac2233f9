"""The row reader: reads an answered row part by part and keeps every fault, so that all are named."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from assay.core.errors import InputError
from assay.review.answer import faults_of, together
from assay.review.cells import Row, fault, text_of

T = TypeVar("T")


class RowReader:
    """Reads one row; a part with a fault is left out, and the fault is kept."""

    def __init__(self, row: Row) -> None:
        """Read a row.

        Args:
            row: the answer, by column.
        """
        self.row = row
        """The row."""
        self.faults: list[InputError] = []
        """What is wrong with the parts read so far."""

    def part(self, read: Callable[[], T], otherwise: T) -> T:
        """What a part says; `otherwise` where it has a fault."""
        try:
            return read()
        except InputError as error:
            self.faults += faults_of(error)
            return otherwise

    def text(self, column: str) -> str:
        """A cell as text; empty where it has a fault."""
        return self.part(lambda: text_of(self.row, column), "")

    def family(
        self,
        name: str,
        read: Callable[[str, Sequence[str], str], T],
        *,
        parts: Sequence[int] = (),
    ) -> tuple[T, ...]:
        """What the filled columns of a family such as `score.<dimension>.<letter>` say.

        Args:
            name: the first part of the columns' names.
            read: reads a column's name, its further parts and its text.
            parts: how many further parts a name may have; any number where empty.
        """
        values: list[T] = []
        for column in self.row:
            first, *rest = column.split(".")
            if first != name or not rest:
                continue
            try:
                if parts and len(rest) not in parts:
                    raise fault("unknown-column", f"no answer has a column {column!r}", column)
                if text := text_of(self.row, column):
                    values.append(read(column, rest, text))
            except InputError as error:
                self.faults += faults_of(error)
        return tuple(values)

    def refuse_faults(self) -> None:
        """Refuse the row if a part has a fault.

        Raises:
            RefusedAnswerError: it names every fault; each `where` is a column.
        """
        if self.faults:
            raise together(self.faults)

"""Grouping: rows that share a key are read as one judgment, whole or not at all.

A judgment built from a part of its rows differs from one built from all of them: errors found in later
rows would be missing from it. A group that is not known to be whole is therefore set aside with
its key, and every row of it goes to the rejects file, where the group can be put together.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from assay.core.digest import sha256
from assay.core.errors import InputError
from assay.records.ports import Row, row_values
from assay.records.reader import GroupReader
from assay.records.unit import RowGroup, refused_group

MAX_GROUP_ROWS = 10_000
"""A longer group is a mistake in the mapping; it is set aside."""

MAX_SPREAD_ROWS = 500_000
"""The most rows that groups spread over a file may have together: they are held in memory."""

MAX_SPREAD_BYTES = 256 * 2**20
"""The most bytes of text that those rows may have together."""

_SHOWN_VALUE = 40

Key = tuple[str, ...]


class Groups:
    """The groups of one file: a first pass finds their extent, a second yields them one by one.

    A key is remembered as 64 bits of its digest: about 70 bytes of memory a group, and one chance
    in 10 million that a million groups hold two that are taken for one.
    """

    def __init__(self, reader: GroupReader, rows: Callable[[], Iterator[Row]]) -> None:
        """Read the file once to learn which groups are in one piece.

        Args:
            reader: determines which rows belong together, and whether they may be spread over the
                file.
            rows: yields the rows of the file from its start; called up to three times.

        Raises:
            InputError: where groups may be spread, and the file has too many such rows or one
                that cannot be read, which might belong to any group.
        """
        self._reader = reader
        self._rows = rows
        self._returns: dict[int, str] = {}
        self._sizes: Counter[int] = Counter()
        self._survey()
        # The sizes show when the last row of a spread group has come, so it is held no longer.
        if reader.anywhere and self._returns:
            self._measure()

    def units(self) -> Iterator[RowGroup]:
        """Every row of the file: groups as units, in the order of their last rows."""
        apart: dict[int, list[Row]] = {}
        run = _GroupRun()
        for row, key in self._rows_with_keys():
            if isinstance(key, InputError):
                yield from run.tear(row, key)
                continue
            if key != run.key:
                yield from run.close()
                run = _GroupRun(key, self._name(key), self._refusal(key), run.unread)
            # Rows are held only for groups that the first pass saw come back; every other group
            # is complete where its run of rows ends, so memory is bounded by `_measure`.
            short = _short(key) if self._sizes else 0
            if run.reason is None and short in self._sizes:
                rows = apart.setdefault(short, [])
                rows.append(row)
                if len(rows) == self._sizes[short]:
                    yield RowGroup(apart.pop(short), group=run.name)
            else:
                yield from run.take(row)
        yield from run.close()

    def _survey(self) -> None:
        """Learn which groups come back after rows of another."""
        seen: set[int] = set()
        open_key: Key | None = None
        for row, key in self._rows_with_keys():
            if isinstance(key, InputError):
                if self._reader.anywhere:
                    raise _unreadable(row, key)
            elif key != open_key:
                short = _short(key)
                if short in seen:
                    self._returns.setdefault(short, row.where)
                seen.add(short)
                open_key = key

    def _measure(self) -> None:
        """Count the rows of the groups that are spread over the file: they are held until the last has come."""
        size = 0
        for row, key in self._rows_with_keys():
            short = 0 if isinstance(key, InputError) else _short(key)
            if short in self._returns:
                self._sizes[short] += 1
                size += row_size(row)
        if self._sizes.total() > MAX_SPREAD_ROWS or size > MAX_SPREAD_BYTES:
            raise InputError(
                code="too-many-spread-rows",
                message=f"{self._sizes.total()} rows ({size >> 20} MiB) belong to groups that are "
                f"spread over the file; {MAX_SPREAD_ROWS} rows and {MAX_SPREAD_BYTES >> 20} MiB "
                "are the most",
                hint=f"sort the file by {', '.join(self._reader.group_columns)}",
            )

    def _refusal(self, key: Key) -> InputError | None:
        """Why the rows of a group cannot be joined, if the first pass over the file shows a reason."""
        if not self._returns or (short := _short(key)) not in self._returns:
            return None
        if not self._reader.anywhere:
            columns = ", ".join(self._reader.group_columns)
            return InputError(
                code="split-group",
                message=f"the group {self._name(key)} comes back at {self._returns[short]} after "
                "rows of another group",
                hint=f"sort the file by {columns}, or write "
                f"`group: {{by: [{columns}], anywhere: true}}` in the mapping",
            )
        return _too_long(self._name(key)) if self._sizes[short] > MAX_GROUP_ROWS else None

    def _rows_with_keys(self) -> Iterator[tuple[Row, Key | InputError]]:
        """Each row with the key of its group, or with the reason why that cannot be determined."""
        for row in map(_parse_row, self._rows()):
            try:
                if row.fault:
                    raise row.fault
                key = self._reader.group_of(row.values or {})
            except InputError as error:
                yield row, error
            else:
                yield row, key or ()

    def _name(self, key: Key) -> str:
        shown = (
            f"{column} {value[:_SHOWN_VALUE]!r}"
            for column, value in zip(self._reader.group_columns, key, strict=True)
        )
        return f"({', '.join(shown)})"


class _GroupRun:
    """Consecutive rows of one group, as far as they are read."""

    def __init__(
        self,
        key: Key | None = None,
        name: str = "",
        reason: InputError | None = None,
        unread: str = "",
    ) -> None:
        """Begin a run; `unread` is the place of a row just before it that cannot be read."""
        self.key = key
        self.name = name
        self.reason = reason or (_torn(name, unread) if unread else None)
        self.unread = ""
        self._rows: list[Row] = []

    def take(self, row: Row) -> Iterator[RowGroup]:
        """Add the next row of the group, or yield it with the reason why the group is refused."""
        self.unread = ""
        if self.reason is None and len(self._rows) == MAX_GROUP_ROWS:
            yield from self._refuse(_too_long(self.name))
        if self.reason is None:
            self._rows.append(row)
        else:
            yield refused_group([row], self.reason)

    def tear(self, row: Row, fault: InputError) -> Iterator[RowGroup]:
        """A row that cannot be read: the groups on both sides may lack it."""
        self.unread = row.where
        if self.reason is None and self.key is not None:
            yield from self._refuse(_torn(self.name, row.where))
        yield refused_group([row], fault)

    def close(self) -> Iterator[RowGroup]:
        """The group whole, unless something prevents it."""
        if self._rows:
            yield RowGroup(self._rows, group=self.name)

    def _refuse(self, reason: InputError) -> Iterator[RowGroup]:
        self.reason = reason
        if self._rows:
            yield refused_group(self._rows, reason)
        self._rows = []


def row_size(row: Row) -> int:
    """About how many bytes a row holds."""
    if row.text is not None:
        return len(row.text)
    return sum([len(cell) for cell in (row.values or {}).values() if cell.__class__ is str])


def _short(key: Key) -> int:
    return int.from_bytes(sha256(repr(key).encode())[:8])


def _parse_row(row: Row) -> Row:
    """The row with its JSON text parsed; a fault where it cannot be."""
    if row.fault or row.values is not None:
        return row
    try:
        return msgspec.structs.replace(row, values=row_values(row, exact=True))
    except InputError as error:
        return msgspec.structs.replace(row, fault=error)


def _torn(name: str, unread: str) -> InputError:
    return InputError(
        code="torn-group",
        message=f"{unread} next to the group {name} cannot be read, and may be a part of it",
        hint=f"fix {unread} in the rejects file, which holds the group whole, and import that",
    )


def _too_long(name: str) -> InputError:
    return InputError(
        code="group-too-long",
        message=f"the group {name} has more than {MAX_GROUP_ROWS} rows",
        hint="name more columns under `group` in the mapping",
    )


def _unreadable(row: Row, fault: InputError) -> InputError:
    return InputError(
        code="unreadable-row",
        message="with `anywhere: true` a row that cannot be read may belong to any group: "
        f"{fault.message}",
        where=row.where,
        hint="fix or remove the row; nothing of the file is stored",
    )


def group_rows(rows: Sequence[Row]) -> dict[str, object]:
    """The values of a group: those of its first row, and all rows as `rows`."""
    values = [row_values(row, exact=True) for row in rows]
    return {**values[0], "rows": values}

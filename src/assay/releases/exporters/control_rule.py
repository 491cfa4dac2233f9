"""What an export does with control tokens of chat templates in its rows."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from assay.core.errors import CheckError
from assay.quality.control_tokens import ControlTokens
from assay.releases.exporters.exporter import Carried, Dropped
from assay.releases.exporters.released import ReleasedRecord

ControlAction = Literal["keep", "drop", "escape", "refuse"]
"""Keep them, drop the record, put a space into each, or refuse the whole export."""


class ControlTokenRows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with control tokens, and what became of them."""

    action: ControlAction
    """What was asked for."""
    columns: Mapping[str, int]
    """Column -> rows in which it held one, dropped ones included."""


class ControlTokenRule:
    """Applies one action to the rows of an export, and counts by column."""

    def __init__(self, action: ControlAction = "keep", tokens: ControlTokens | None = None) -> None:
        """State the rule.

        Args:
            action: what to do with control tokens.
            tokens: the control tokens to look for; the known ones where absent.
        """
        self._action = action
        self._tokens = tokens or ControlTokens()
        self._columns: Counter[str] = Counter()

    def apply(self, released: ReleasedRecord, result: Carried) -> Carried | Dropped:
        """What becomes of the rows of one record.

        Raises:
            CheckError: if the action is `refuse` and a row holds a control token.
        """
        first = ""
        for row in result.rows:
            for column, value in row.values.items():
                tokens = self._tokens.in_text("\n".join(_texts(value)))
                if tokens:
                    self._columns[column] += 1
                    first = first or f"{tokens[0]} in {column}"
        if not first or self._action == "keep":
            return result
        if self._action == "drop":
            return Dropped(reason="control_tokens", detail=first)
        if self._action == "refuse":
            raise CheckError(
                code="control-tokens",
                message=f"a row holds a control token of a chat template: {first}",
                where=released.record.id,
                hint="drop or escape them with --control-tokens, or clean the records",
            )
        rows = (
            msgspec.structs.replace(row, values=self._escape(row.values)) for row in result.rows
        )
        return msgspec.structs.replace(result, rows=tuple(rows))

    def counted(self) -> ControlTokenRows:
        """The rows so far that held one."""
        return ControlTokenRows(action=self._action, columns=dict(sorted(self._columns.items())))

    def _escape(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._tokens.escape(value)
        if isinstance(value, Mapping):
            return {name: self._escape(entry) for name, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self._escape(entry) for entry in value]
        return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for entry in value.values() for text in _texts(entry)]
    if isinstance(value, list | tuple):
        return [text for entry in value for text in _texts(entry)]
    return []

"""The fields of a foreign row, asked for by name and type; one that the format has not is noted."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.core.canonical import json_text, parse_json
from assay.core.errors import InputError
from assay.records.extra_fields import note_extra, note_unusable, says_nothing
from assay.records.number import as_number

_TRUE = frozenset({"true", "True", "TRUE", "1", "1.0"})
_FALSE = frozenset({"false", "False", "FALSE", "0", "0.0"})
_WHOLE = re.compile(r"-?[0-9]+(\.0+)?")


class Fields:
    """A row, or an object inside it, of which only certain fields are known."""

    def __init__(self, values: Any, known: Sequence[str], where: str = "") -> None:
        """Look at an object.

        Args:
            values: the object.
            known: every field that its format has.
            where: the object's place in the row, for messages.

        Raises:
            InputError: if it is not an object; or if it has a field that the format does not
                know and the import permits none.
        """
        self._where = where
        if not isinstance(values, Mapping):
            raise self.error("", f"this must be an object, not {type(values).__name__}")
        self._values: Mapping[str, Any] = values
        for name in values:
            if name not in known:
                note_extra(where, name, values[name])

    def error(self, name: str, message: str) -> InputError:
        """The fault of a field."""
        return InputError(code="wrong-field", message=message, where=self.place(name))

    def place(self, name: str) -> str:
        """Where a field is in the row, for messages."""
        return ".".join(filter(None, (self._where, name)))

    def has(self, name: str) -> bool:
        """Whether a field says something: it is there, and not null or empty."""
        return not says_nothing(self._values.get(name))

    def any(self, name: str) -> Any:
        """A field of any type; it may be empty.

        Raises:
            InputError: if it is missing or null.
        """
        value = self._values.get(name)
        if value is None:
            raise self.error(name, f"{name!r} is missing")
        return value

    def raw(self, name: str) -> Any:
        """A field of any type as it stands, empty or not; None where it is missing."""
        return self._values.get(name)

    def text(self, name: str) -> str:
        """A field that must be text."""
        value = self.any(name)
        if not isinstance(value, str):
            raise self.error(name, f"{name!r} must be text, not {type(value).__name__}")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A field that is text; None where it says nothing."""
        return self.text(name) if self.has(name) else None

    def name_or_none(self, name: str) -> str | None:
        """A field that is text or a whole number, as text; None where it says nothing."""
        if not self.has(name):
            return None
        value = self._values[name]
        return str(self.whole(name)) if isinstance(value, int | float) else self.text(name)

    def whole(self, name: str) -> int:
        """A field that must be a whole number, or the text of one."""
        value = self.any(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value.partition(".")[0])
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, f"{name!r} must be a whole number, not {value!r}")
        return value

    def flag(self, name: str) -> bool:
        """A field that must be true or false: the JSON values, 1 and 0, or the text of either.

        A table of CSV has only texts, and Python writes `True`.
        """
        value = as_flag(self.any(name))
        if value is None:
            raise self.error(name, f"{name!r} must be true or false, not {self._values[name]!r}")
        return value

    def has_field(self, name: str) -> bool:
        """Whether the object has a field of this name, though it may say nothing."""
        return name in self._values

    def unusable(self, name: str) -> None:
        """Note that the value of a field is of no use; it costs only what it would have been."""
        note_unusable(self._where, name)

    def flag_or_none(self, name: str) -> bool | None:
        """A field that is true or false; None where it says nothing, or neither of them.

        Raises:
            InputError: if there is no such field.
        """
        if not self.has_field(name):
            raise self.error(name, f"{name!r} is missing")
        value = as_flag(self._values[name])
        if value is None and self.has(name):
            self.unusable(name)
        return value

    def whole_within(self, name: str, low: int, high: int) -> int | None:
        """A whole number on a scale; None where the field says nothing, or is off the scale."""
        if not self.has(name):
            return None
        value = as_number(self._values[name])
        if value is not None and value.denominator == 1 and low <= value <= high:
            return value.numerator
        self.unusable(name)
        return None

    def number_or_none(
        self, name: str, low: int | None = None, high: int | None = None
    ) -> Fraction | None:
        """A number, on a scale where one is known; None where it says nothing, or is neither."""
        if not self.has(name):
            return None
        value = as_number(self._values[name])
        if (
            value is None
            or (low is not None and value < low)
            or (high is not None and value > high)
        ):
            self.unusable(name)
            return None
        return value

    def items(self, name: str) -> list[Any]:
        """A field that must be a list; null and empty text are an empty one."""
        value = self._values.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list | tuple):
            raise self.error(name, f"{name!r} must be a list, not {type(value).__name__}")
        return list(value)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A field that must be an object; null and empty text are an empty one."""
        value = self._values.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, Mapping):
            raise self.error(name, f"{name!r} must be an object, not {type(value).__name__}")
        return value

    def texts(self, name: str) -> list[str]:
        """A field that must be a list of texts; a missing one is empty."""
        values = self.items(name)
        for value in values:
            if not isinstance(value, str):
                raise self.error(name, f"{name!r} must hold texts, not {type(value).__name__}")
        return values

    def json(self, name: str) -> str | None:
        """A field of any JSON, or its text, as canonical JSON text; None for null and empty text.

        An empty object stays: as arguments or as a schema it says that there is nothing to give.
        """
        value = self._values.get(name)
        if value is None or value == "":
            return None
        return json_text(parse_json(value) if isinstance(value, str) else value)

    def rest(self, *names: str) -> dict[str, Any]:
        """The fields with these names that are there and not null."""
        return {name: self._values[name] for name in names if self._values.get(name) is not None}


def as_flag(value: Any) -> bool | None:
    """A truth value, as JSON, as 1 or 0, or as the text of either; None for anything else."""
    text = str(value)
    if text in _TRUE:
        return True
    return False if text in _FALSE else None

"""The fields of a foreign row, asked for by name and type; what nobody asked for is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text, parse_json
from assay.core.errors import InputError


class Fields:
    """A row, or an object inside it, of which only certain fields are known."""

    def __init__(self, values: Any, known: Sequence[str], where: str = "") -> None:
        """Look at an object.

        Args:
            values: the object.
            known: every field that its format has.
            where: the object's place in the row, for messages.

        Raises:
            InputError: if it is not an object, or has a field that the format does not know. A
                field that is null says nothing and is passed over.
        """
        self._where = where
        if not isinstance(values, Mapping):
            raise self.error("", f"this must be an object, not {type(values).__name__}")
        self._values: Mapping[str, Any] = values
        for name in values:
            if name not in known and values[name] is not None:
                raise InputError(
                    code="unknown-field",
                    message=f"the format has no field {name!r}",
                    where=where,
                    hint="leave it out, or say by a mapping where it belongs",
                )

    def error(self, name: str, message: str) -> InputError:
        """The fault of a field."""
        place = ".".join(filter(None, (self._where, name)))
        return InputError(code="wrong-field", message=message, where=place)

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self._values.get(name) is not None

    def any(self, name: str) -> Any:
        """A field of any type.

        Raises:
            InputError: if it is missing or null.
        """
        if not self.has(name):
            raise self.error(name, f"{name!r} is missing")
        return self._values[name]

    def text(self, name: str) -> str:
        """A field that must be text."""
        value = self.any(name)
        if not isinstance(value, str):
            raise self.error(name, f"{name!r} must be text, not {type(value).__name__}")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A field that is text, or missing."""
        return self.text(name) if self.has(name) else None

    def name_or_none(self, name: str) -> str | None:
        """A field that is text or a whole number, as text; or missing."""
        value = self._values.get(name)
        if value is None:
            return None
        return str(self.whole(name)) if isinstance(value, int | float) else self.text(name)

    def whole(self, name: str) -> int:
        """A field that must be a whole number."""
        value = self.any(name)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(name, f"{name!r} must be a whole number, not {value!r}")
        return value

    def flag(self, name: str) -> bool:
        """A field that must be true or false."""
        value = self.any(name)
        if not isinstance(value, bool):
            raise self.error(name, f"{name!r} must be true or false, not {value!r}")
        return value

    def items(self, name: str) -> list[Any]:
        """A field that must be a list; a missing one is empty."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise self.error(name, f"{name!r} must be a list, not {type(value).__name__}")
        return list(value)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A field that must be an object; a missing one is empty."""
        value = self._values.get(name)
        if value is None:
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
        """A field of any JSON, or its text, as canonical JSON text; None where it is missing."""
        if not self.has(name):
            return None
        value = self._values[name]
        return json_text(parse_json(value) if isinstance(value, str) else value)

    def rest(self, *names: str) -> dict[str, Any]:
        """The fields with these names that are there."""
        return {name: self._values[name] for name in names if self.has(name)}

"""What is compared with the reserve: the texts of one thing, each with its place in it."""

from collections.abc import Sequence

import msgspec

from assay.core.strings import strings_of

DIGESTS = "words/2:"
"""Prefix of digests of texts; those of earlier versions have no prefix and match none of today's."""

Strings = Sequence[tuple[str, str]]
"""Texts with their JSON pointers, in their order."""

_encoder = msgspec.msgpack.Encoder()
_NO_VALUE = object()


class Compared:
    """One thing to compare: a fact, a document, a file.

    Its strings are looked for when they are needed: of most things compiled kernels need none.
    """

    __slots__ = ("_pointer", "_strings", "holder", "value")

    def __init__(
        self,
        holder: str,
        strings: Strings | None = None,
        value: object = _NO_VALUE,
        pointer: str = "",
    ) -> None:
        """Take the strings, or the value that has them.

        Args:
            holder: what its overlaps name; see `Overlap.holder`.
            strings: every text in it; absent where a value has them.
            value: the value.
            pointer: pointer of the value.
        """
        self.holder = holder
        """What its overlaps name."""
        self.value = value
        """The value that has its strings."""
        self._pointer = pointer
        self._strings = strings

    @classmethod
    def of(cls, holder: str, value: object, pointer: str = "") -> "Compared":
        """Every string of a value."""
        return cls(holder, None, value, pointer)

    @property
    def strings(self) -> Strings:
        """Every text in it."""
        if self._strings is None:
            self._strings = list(strings_of(self.value, self._pointer))
        return self._strings

    @property
    def size(self) -> int:
        """How much there is to compare: bytes of its value in MessagePack, else characters."""
        packed = self.packed()
        return sum(len(text) for _, text in self.strings) if packed is None else len(packed)

    def packed(self) -> bytes | None:
        """Its value in MessagePack; None where it has none, or one without that form."""
        if self.value is _NO_VALUE:
            return None
        try:
            return _encoder.encode(self.value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return None

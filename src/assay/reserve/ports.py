"""What the reserve asks of the outside: a vault, and what compares and digests texts with its key."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from assay.reserve.compared import Compared
from assay.reserve.overlap import Overlap


class Vault(Protocol):
    """Encrypted items, apart from the store. Keeping needs public keys; reading a private one."""

    def present_items(self, reserve: str, items: Sequence[str]) -> frozenset[str]:
        """Which of these items the reserve holds already."""

    def keep(
        self, reserve: str, items: Sequence[tuple[str, bytes]], recipients: Sequence[str]
    ) -> None:
        """Keep items, encrypted for the recipients; whole or not at all.

        Args:
            reserve: name of the reserve.
            items: keyed name and plain bytes of each item.
            recipients: public keys that may open them.
        """

    def count(self, reserve: str) -> int:
        """How many items the reserve holds."""

    def openings(self, reserve: str) -> int:
        """How often the vault was asked to open the reserve, by its own count."""

    def decrypt(self, reserve: str, identity: str) -> Iterator[tuple[str, bytes]]:
        """Every item with its plain bytes. The vault's own count goes up before the first one.

        Args:
            reserve: name of the reserve.
            identity: an opener's private key.

        Raises:
            UsageError: if the key opens nothing here.
            InputError: if an item was changed since it was sealed.
        """


class Comparer(Protocol):
    """Compares texts with the sealed items: the fingerprints here, or the gate's own process."""

    @property
    def items(self) -> int:
        """Sealed items with words, which texts can be compared with."""

    @property
    def wordless(self) -> int:
        """Sealed items without a word: nothing can be compared with them."""

    @property
    def sealed(self) -> dict[str, int]:
        """Reserve -> its sealed items."""

    @property
    def commitments(self) -> tuple[str, ...]:
        """Commitments of the sealings that are compared with."""

    def overlaps(self, things: Iterable[Compared]) -> Iterator[tuple[Overlap, ...]]:
        """For each thing the sealed items that it overlaps, in the order of the things."""


class Digester(Protocol):
    """Digests texts under the gate's key, here or in the gate's own process."""

    def digests(self, texts: Iterable[str]) -> Iterator[str | None]:
        """For each text the keyed digest of its words, in order; None where it has no word."""

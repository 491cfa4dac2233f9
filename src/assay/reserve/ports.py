"""What the reserve asks of the outside: a vault."""

from collections.abc import Iterator, Sequence
from typing import Protocol


class Vault(Protocol):
    """Encrypted items, apart from the store. Keeping needs public keys; reading a private one."""

    def known(self, reserve: str, items: Sequence[str]) -> frozenset[str]:
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

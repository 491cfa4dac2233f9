"""The Merkle tree over a release's items (RFC 6962, section 2.1), grown leaf by leaf.

Leaves and inner nodes are hashed under different first bytes, so that no inner node can be
passed off as an item.
"""

from assay.core.digest import sha256

EMPTY_ROOT = sha256(b"")
"""The root of a tree without leaves."""


class MerkleTree:
    """A tree that keeps only the roots of its complete subtrees: one hash per power of two."""

    def __init__(self) -> None:
        self.size = 0
        """How many leaves there are."""
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given by its content."""
        self.size += 1
        leaves, node = 1, sha256(b"\x00" + leaf)
        while self._peaks and self._peaks[-1][0] == leaves:
            _, left = self._peaks.pop()
            leaves, node = 2 * leaves, _join(left, node)
        self._peaks.append((leaves, node))

    def root(self) -> bytes:
        """The root over all leaves so far: 32 bytes."""
        if not self._peaks:
            return EMPTY_ROOT
        *rest, (_, node) = self._peaks
        for _, left in reversed(rest):
            node = _join(left, node)
        return node


def _join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)

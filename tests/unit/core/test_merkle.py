"""The Merkle tree is that of RFC 6962."""

import hashlib

from assay.core.merkle import MerkleTree

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip

ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Roots over the first 0 to 8 leaves: the vectors of the certificate-transparency project."""


def test_the_published_roots_come_out() -> None:
    """The roots over 0 to 8 leaves are those that certificate transparency publishes."""
    tree, found = MerkleTree(), [MerkleTree().root().hex()]
    for leaf in LEAVES:
        tree.append(leaf)
        found.append(tree.root().hex())
    assert tuple(found) == ROOTS
    assert tree.size == len(LEAVES)


def _by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there: top down, by halves."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    halves = _by_definition(leaves[:split]) + _by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


def test_growing_leaf_by_leaf_gives_the_tree_of_the_definition() -> None:
    """The running tree and the recursive definition agree for every size up to 70."""
    leaves = [bytes([number]) * number for number in range(70)]
    tree = MerkleTree()
    for count, leaf in enumerate(leaves, start=1):
        tree.append(leaf)
        assert tree.root() == _by_definition(leaves[:count])


def test_an_inner_node_is_no_leaf() -> None:
    """A leaf made of two digests has another root than the two leaves."""
    pair, forged = MerkleTree(), MerkleTree()
    for leaf in (b"a", b"b"):
        pair.append(leaf)
    forged.append(b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b")))
    assert pair.root() != forged.root()

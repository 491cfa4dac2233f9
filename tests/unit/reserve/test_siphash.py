"""SipHash-2-4 gives the published values, one by one as many at once."""

import numpy as np
import pytest

from assay.reserve.siphash import siphash

KEY = bytes(range(16))
PUBLISHED = {8: 0x93F5F5799A932462, 16: 0x3F2ACC7F57C29BDB, 24: 0xB8AD50C6F649AF94, 32: 0x7127512F72F27CCE}  # fmt: skip
"""Length of the message 00 01 02 ... -> its hash, from the reference code's vectors."""


@pytest.mark.parametrize("length", PUBLISHED)
def test_the_published_vectors(length: int) -> None:
    """The hashes of the authors' test messages, whichever place a message has among others."""
    message = np.frombuffer(bytes(range(length)), dtype="<u8").astype(np.uint64)
    blocks = [np.array([block, 7, block], dtype=np.uint64) for block in message]
    assert siphash(KEY, blocks)[[0, 2]].tolist() == [PUBLISHED[length]] * 2


def test_a_key_has_sixteen_bytes() -> None:
    """Another length is refused."""
    with pytest.raises(ValueError, match="15 bytes"):
        siphash(KEY[:15], [np.zeros(1, dtype=np.uint64)])

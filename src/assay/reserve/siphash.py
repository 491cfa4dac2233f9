"""SipHash-2-4 over many messages at once.

Aumasson and Bernstein, "SipHash: a fast short-input PRF" (INDOCRYPT 2012): a keyed pseudo-random
function, so that no hash says anything of its message or of another hash to who lacks the key.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
"""64-bit numbers; arithmetic wraps, as the function demands."""

KEY_BYTES = 16

_START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def siphash(key: bytes, blocks: Sequence[Words]) -> Words:
    """The 64-bit hash of each of n messages that have the same number of 64-bit blocks.

    Args:
        key: 16 bytes.
        blocks: the first block of every message, then the second of every one, and so on; blocks
            are little-endian, n each.

    Raises:
        ValueError: if the key has another length.
    """
    if len(key) != KEY_BYTES:
        msg = f"the key has {len(key)} bytes, it needs {KEY_BYTES}"
        raise ValueError(msg)
    halves = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    state = [
        np.full(blocks[0].shape, start ^ halves[place % 2], dtype=np.uint64)
        for place, start in enumerate(_START)
    ]
    spare = np.empty_like(state[0])
    last = np.full_like(spare, 8 * len(blocks) % 256 << 56)
    for block in (*blocks, last):
        state[3] ^= block
        _rounds(2, state, spare)
        state[0] ^= block
    state[2] ^= np.uint64(0xFF)
    _rounds(4, state, spare)
    hashes: Words = state[0] ^ state[1] ^ state[2] ^ state[3]
    return hashes


def _rounds(count: int, state: list[Words], spare: Words) -> None:
    """Apply the SipRound to every message's state, in place."""
    v0, v1, v2, v3 = state

    def rotate(value: Words, bits: int) -> None:
        np.left_shift(value, np.uint64(bits), out=spare)
        np.right_shift(value, np.uint64(64 - bits), out=value)
        np.bitwise_or(value, spare, out=value)

    def mix(first: Words, second: Words, bits: int) -> None:
        first += second
        rotate(second, bits)
        second ^= first

    for _ in range(count):
        mix(v0, v1, 13)
        rotate(v0, 32)
        mix(v2, v3, 16)
        mix(v0, v3, 21)
        mix(v2, v1, 17)
        rotate(v2, 32)

"""Fingerprints: keyed hashes of word groups, kept as a set without order.

Each group of five words goes through a pseudo-random function (SipHash-2-4) as a whole: without
the gate's key the hashes are random numbers, of which none says anything of another. With the key
a guess of five words can be confirmed; a text can not be read.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from assay.core.digest import sha256
from assay.records.record import Record
from assay.reserve.canonical_text import words
from assay.reserve.ciphers import MARKS
from assay.reserve.compared import DIGESTS
from assay.reserve.siphash import KEY_BYTES, siphash

METHOD = "words5-siphash/1"
"""Name and version of the method; fingerprints by another method cannot be compared."""

GROUP = 5
"""Words of a group. Shorter texts are one group of all their words."""

LEAST_REFERENCE = 8
"""Words that a right answer needs to be compared: shorter ones, such as `18`, are everywhere."""

Hashes = npt.NDArray[np.uint64]
"""Keyed hashes of word groups, 64 bits each."""

_KEPT = 1_000_000
"""Words whose hashes are cached; when there are more, the cache is emptied."""


def key_check(key: bytes) -> str:
    """What shows a later comparison that the key is still the same: `sha256:...`."""
    return f"sha256:{sha256(b'check ' + key).hex()}"


def item_name(key: bytes, record: Record) -> str:
    """The keyed name of an item: the same for the same record, and it says nothing of it."""
    return f"item-{hmac.digest(key, record.digest(), 'sha256').hex()[:24]}"


class KeyedDigests:
    """Keyed digests of texts under the gate's key."""

    def __init__(self, key: bytes) -> None:
        """Derive the key.

        A client that may ask for digests chooses the texts. Under the gate's own key the digest of
        the text `words` would be the key of the fingerprints, so digests have a key of their own.

        Args:
            key: the gate's key.
        """
        self._key = hmac.digest(key, b"digests of texts", "sha256")

    def digests(self, texts: Iterable[str]) -> Iterator[str | None]:
        """The digest of each text's words, whatever is between them; None where it has no word."""
        for text in texts:
            text_words = words(text)
            yield self._of(text_words) if text_words else None

    def _of(self, text_words: Sequence[str]) -> str:
        digest = hmac.digest(self._key, "\x00".join(text_words).encode(), "sha256").hex()
        return f"{DIGESTS}{digest}"


class _WordHashes(dict[str, int]):
    """Word -> its 64-bit block. A mark of a disguise is never cached, so that each one is noted."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key
        self.marks: set[int] = set()

    def __missing__(self, word: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        block = self.block_of(word.encode())
        if word in MARKS:
            self.marks.add(block)
            return block
        return self.setdefault(word, block)

    def block_of(self, word: bytes) -> int:
        """The block of a word in UTF-8."""
        digest = hashlib.blake2b(word, digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "little")


class Hasher:
    """Hashes word groups under one key."""

    def __init__(self, key: bytes) -> None:
        """Derive the keys for words and for groups.

        Args:
            key: the gate's key.
        """
        self._words = _WordHashes(hmac.digest(key, b"words", "sha256"))
        self._key = hmac.digest(key, b"groups", "sha256")[:KEY_BYTES]
        self.key_halves = (
            int.from_bytes(self._key[:8], "little"),
            int.from_bytes(self._key[8:], "little"),
        )
        """The key of the groups, as two 64-bit numbers."""
        self.block_of = self._words.block_of
        """The 64-bit block of a word in UTF-8, which is not cached."""

    def blocks(self, text_words: Sequence[str]) -> Hashes:
        """The 64-bit block of every word, as it goes into the hash of a group."""
        block_of = self._words.__getitem__
        return np.fromiter(map(block_of, text_words), dtype=np.uint64, count=len(text_words))

    def marks(self) -> Hashes:
        """The blocks of marks of a disguise among the words that were hashed since the last call."""
        blocks = np.array(sorted(self._words.marks), dtype=np.uint64)
        self._words.marks.clear()
        return blocks

    def groups(self, blocks: Hashes, size: int = GROUP) -> Hashes:
        """The hash of every group of `size` words in a row, by the place of its first word.

        Args:
            blocks: at least `size` blocks of words.
            size: words of a group, at least 1.
        """
        n_groups = len(blocks) - size + 1
        return siphash(self._key, [blocks[place : place + n_groups] for place in range(size)])

    def fingerprint(self, text_words: Sequence[str]) -> Hashes:
        """The set of a text's groups, sorted, so that it keeps nothing of their order."""
        if not text_words:
            return np.empty(0, dtype=np.uint64)
        blocks = self.blocks(text_words)
        return np.unique(self.groups(blocks, min(GROUP, len(text_words))))


def to_text(hashes: Hashes) -> str:
    """Hashes as base64 of little-endian 64-bit numbers."""
    return base64.b64encode(hashes.astype("<u8").tobytes()).decode()


def from_text(text: str) -> Hashes:
    """The hashes that `to_text` wrote."""
    return np.frombuffer(base64.b64decode(text), dtype="<u8").astype(np.uint64)


def item_texts(record: Record) -> Iterator[tuple[str, str]]:
    """What is fingerprinted of a sealed item: its task, its right answer if it is long, and its files."""
    yield "task", "\n".join(message.content for message in record.task.messages)
    reference = getattr(record.part, "reference", None) or getattr(record.part, "answer", None)
    answers = [reference] if isinstance(reference, str) else []
    answers += [
        candidate.content for candidate in record.candidates if isinstance(candidate.content, str)
    ]
    for answer in answers:
        if len(words(answer)) >= LEAST_REFERENCE:
            yield "reference", answer
    # A record names its files by the same texts, whatever its words say.
    for digest in sorted({held.digest for held in record.attachments if held.digest}):
        yield "attachment", digest

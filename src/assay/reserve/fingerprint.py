"""Fingerprints: salted hashes of word groups, which can be compared and not read.

The salt depends on the program's secret: whoever holds a copy of the table without the secret can
neither look words up in it nor compare it with another program's.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from assay.core.digest import sha256
from assay.records.record import Record

METHOD = "words5/1"
"""Name and version of the way; a fingerprint made another way compares with nothing."""

GROUP = 5
"""Words of a group. Shorter texts are one group of all their words."""

LEAST_REFERENCE = 8
"""Words that a right answer needs to be compared: shorter ones, such as `18`, are everywhere."""

WORK = "work"
"""The key of a candidate's observable steps."""

Hashes = npt.NDArray[np.uint64]
"""Salted hashes of word groups, in the order of the text."""

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_KEPT = 1_000_000
"""Words whose hashes are remembered; beyond it the memory starts again."""


def salt_of(secret: bytes) -> bytes:
    """The salt of a program's fingerprints, from its secret."""
    return hmac.digest(secret, b"fingerprints of the reserve", "sha256")


def salt_check(salt: bytes) -> str:
    """What shows later that the salt is still the same: `sha256:...`."""
    return f"sha256:{sha256(b'check ' + salt).hex()}"


def item_name(salt: bytes, record: Record) -> str:
    """The keyed name of an item: the same for the same record, and it says nothing of it."""
    return f"item-{hmac.digest(salt, record.digest(), 'sha256').hex()[:24]}"


def text_digest(salt: bytes, text: str) -> str | None:
    """The keyed digest of a text's words, whatever stands between them; None where it holds none."""
    given = words(text)
    return hmac.digest(salt, "\x00".join(given).encode(), "sha256").hex() if given else None


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, in lower case and one form; ideographs one by one."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [unicodedata.normalize("NFKC", word).casefold() for word in _WORD.findall(text)]


def places(text: str) -> list[tuple[int, int]]:
    """First and last character of every word, in the order of `words`."""
    return [match.span() for match in _WORD.finditer(text)]


class Hasher:
    """Hashes word groups under one salt."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._known: dict[str, int] = {}
        multiplier = int.from_bytes(hmac.digest(salt, b"multiplier", "sha256")[:8]) | 1
        powers = [pow(multiplier, GROUP - 1 - place, 2**64) for place in range(GROUP)]
        self._powers = np.array(powers, dtype=np.uint64)

    def groups(self, given: list[str]) -> Hashes:
        """The hash of every group of five words; of all words where there are fewer."""
        if not given:
            return np.empty(0, dtype=np.uint64)
        hashes = np.array([self._known.get(word) or self._add(word) for word in given], np.uint64)
        if len(given) < GROUP:
            whole = "\x00".join(given)
            return np.array([self._known.get(whole) or self._add(whole)], dtype=np.uint64)
        windows = len(given) - GROUP + 1
        total = np.zeros(windows, dtype=np.uint64)
        for place, power in enumerate(self._powers):
            total += hashes[place : place + windows] * power
        return total ^ (total >> np.uint64(29))

    def _add(self, word: str) -> int:
        if len(self._known) >= _KEPT:
            self._known.clear()
        digest = hashlib.blake2b(word.encode(), digest_size=8, key=self._salt).digest()
        return self._known.setdefault(word, int.from_bytes(digest) or 1)


def to_text(hashes: Hashes) -> str:
    """Hashes as base64 of little-endian 64-bit numbers."""
    return base64.b64encode(hashes.astype("<u8").tobytes()).decode()


def from_text(text: str) -> Hashes:
    """The hashes that `to_text` wrote."""
    return np.frombuffer(base64.b64decode(text), dtype="<u8").astype(np.uint64)


def texts_of(record: Record) -> Iterator[tuple[str, str]]:
    """Every text of a record that a model could learn from, with its JSON pointer."""
    for number, message in enumerate(record.task.messages):
        yield f"/task/messages/{number}/content", message.content
    for number, candidate in enumerate(record.candidates):
        pointer = f"/candidates/{number}"
        if isinstance(candidate.content, str):
            yield f"{pointer}/content", candidate.content
        else:
            for place, message in enumerate(candidate.content):
                yield f"{pointer}/content/{place}/content", message.content
        for place, step in enumerate(candidate.work):
            shown = f"{pointer}/{WORK}/{place}"
            yield f"{shown}/text", step.text
            yield f"{shown}/output", step.output or ""
    for number, piece in enumerate(record.evidence):
        yield f"/evidence/{number}/text", piece.text or ""
        yield f"/evidence/{number}/quote", piece.quote or ""
    for field in ("reference", "answer", "criterion"):
        yield f"/part/{field}", getattr(record.part, field, None) or ""


def item_texts(record: Record) -> Iterator[tuple[str, str]]:
    """What is fingerprinted of a sealed item: its task, and its right answer if it is long."""
    yield "task", "\n".join(message.content for message in record.task.messages)
    reference = getattr(record.part, "reference", None) or getattr(record.part, "answer", None)
    answers = [reference] if isinstance(reference, str) else []
    answers += [each.content for each in record.candidates if isinstance(each.content, str)]
    for answer in answers:
        if len(words(answer)) >= LEAST_REFERENCE:
            yield "reference", answer

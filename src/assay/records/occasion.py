"""Occasions: the how-manieth judgment of one reviewer on one record, counted within an import."""

from assay.core.digest import sha256
from assay.records.judgment import Judgment


class Occasions:
    """Counts judgments by record and reviewer in the order of the file.

    Importing the same file again counts the same, so the same judgments come out. A pair is
    kept as 64 bits of its digest: 70 bytes of memory a pair, and one chance in 10 million that
    a million pairs hold two that are taken for one.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeated: dict[int, int] = {}

    def number(self, judgment: Judgment) -> Judgment:
        """The judgment with its occasion."""
        pair = f"{judgment.record}\0{judgment.reviewer.pseudonym}".encode()
        key = int.from_bytes(sha256(pair)[:8])
        if key not in self._seen:
            self._seen.add(key)
            return judgment.replace(occasion=0) if judgment.occasion else judgment
        earlier = self._repeated.get(key, 1)
        self._repeated[key] = earlier + 1
        return judgment.replace(occasion=earlier)

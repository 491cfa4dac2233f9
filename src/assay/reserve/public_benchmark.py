"""Public benchmarks: files that anyone has, which records are compared with as with sealed items.

What is public needs no vault and no secret key: the fingerprints are made when they are needed, under
a key that stands here, and kept nowhere.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from assay.records.record import Record
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.ports import Comparer
from assay.reserve.sealing import Fingerprint

if TYPE_CHECKING:
    from assay.reserve.fingerprint import Hasher

_KEY = b"the key of what is public"


class PublicBenchmark(NamedTuple):
    """A named benchmark, ready to compare with."""

    name: str
    """The name that the program gives it."""
    digest: str
    """`sha256:...` of the bytes of its file."""
    items: Comparer
    """Its fingerprints."""


class BenchmarkFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison with one benchmark came to."""

    name: str
    """Its name."""
    digest: str
    """`sha256:...` of the bytes of its file."""
    items: int
    """Items with words that records were compared with."""
    records: int
    """Records that were compared."""
    hits: int
    """Records that share text with an item, themselves or in what was judged of them."""


def public_benchmark(name: str, digest: str, items: Sequence[Record]) -> PublicBenchmark:
    """Make the fingerprints of a benchmark.

    Args:
        name: its name.
        digest: `sha256:...` of the bytes of its file.
        items: its items.
    """
    from assay.reserve.contamination import ReserveIndex  # noqa: PLC0415  numpy
    from assay.reserve.fingerprint import Hasher  # noqa: PLC0415  numpy

    hasher = Hasher(_KEY)
    prints = [
        fingerprint for item in items for fingerprint in _fingerprints(item, name, digest, hasher)
    ]
    return PublicBenchmark(name, digest, ReserveIndex(prints, _KEY))


def _fingerprints(item: Record, name: str, digest: str, hasher: "Hasher") -> Iterator[Fingerprint]:
    from assay.reserve.fingerprint import item_name, item_texts, to_text  # noqa: PLC0415  numpy

    for part, text in item_texts(item):
        text_words = words(text)
        yield Fingerprint(
            sealing=digest,
            reserve=name,
            item=item_name(_KEY, item),
            part="task" if part == "task" else "reference",
            words=len(text_words),
            grams=to_text(hasher.fingerprint(text_words)),
        )


class BenchmarkTally:
    """Counts the records that share text with benchmarks."""

    def __init__(self, benchmarks: Sequence[PublicBenchmark]) -> None:
        """Start with no record."""
        self._benchmarks = benchmarks
        self._records = 0
        self._hits: list[set[str]] = [set() for _ in benchmarks]

    def add(self, texts: Sequence[Compared], records: Collection[str]) -> None:
        """Compare some records.

        Args:
            texts: their texts, each under its record's id; those of other records are passed over.
            records: ids of the records, which were not added before.
        """
        self._records += len(records)
        own = [text for text in texts if text.holder in records] if self._benchmarks else []
        for number, benchmark in enumerate(self._benchmarks):
            overlaps = benchmark.items.overlaps(own)
            self._hits[number] |= {
                text.holder for text, shared in zip(own, overlaps, strict=True) if shared
            }

    def leave_out(self, records: Collection[str]) -> None:
        """Count some records no more, which were added before."""
        self._records -= len(records)
        for hits in self._hits:
            hits.difference_update(records)

    def figures(self) -> tuple[BenchmarkFigures, ...]:
        """The figures of each benchmark, in their order."""
        return tuple(
            BenchmarkFigures(
                name=benchmark.name,
                digest=benchmark.digest,
                items=benchmark.items.items,
                records=self._records,
                hits=len(hits),
            )
            for benchmark, hits in zip(self._benchmarks, self._hits, strict=True)
        )

"""Near copies: records with known copies, by `quality.near_copies`, with rensa and datasketch beside it.

Prints Markdown tables: CPU microseconds a record and records a second, each the least of interleaved rounds;
recall by kind of copy that was planted; precision; how both grow. The floor is one pass of Python that cuts
the same texts into words. rensa and datasketch run where they are installed: MinHash of 128 over groups of
three words of the same texts, 32 bands of 4, unverified. A peer that finds no planted copy is not
doing the work, and ends the benchmark with an error.
"""

import argparse
import math
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from contamination import FRAME, record, vocabulary

from assay.core.compiled import is_available
from assay.quality import near_copies
from assay.quality.copy_rule import SKETCH
from assay.quality.copy_sketches import sketch
from assay.quality.duplicates import Duplicates, find_duplicates
from assay.quality.near_copies import NearCopies
from assay.records.record import Record

KINDS = ("verbatim", "capitals and marks", "edited 2 %", "edited 5 %", "edited 10 %", "edited 20 %")

BARS = {"verbatim": 1.0, "capitals and marks": 1.0, "edited 2 %": 0.95, "edited 5 %": 0.95}
"""Recall that is asked for."""

Pairs = set[frozenset[int]]


class Planted(NamedTuple):
    """Records, and which of them are copies of which, by their places."""

    records: list[Record]
    pairs: dict[frozenset[int], str]


def copy_of(kind: str, text: str, draw: random.Random) -> str:
    """The text as this kind of copy has it."""
    if kind == "capitals and marks":
        return text.upper().replace(" ", ", ")
    if kind.startswith("edited"):
        share = int(kind.split()[1]) / 100
        return " ".join("altered" if draw.random() < share else word for word in text.split())
    return text


def plant(n: int) -> Planted:
    """`n` records of one template, and a copy of every tenth."""
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    words, weights = vocabulary(draw)

    def prose(count: int) -> str:
        return " ".join(draw.choices(words, weights, k=count))

    texts: list[tuple[int, str, str, str]] = []
    for number in range(n):
        question, answer = prose(60), prose(140)
        texts.append((number, "", question, answer))
        if number % 10 == 0:
            kind = KINDS[number // 10 % len(KINDS)]
            # One word more: a record that is the same to the byte would have the same id.
            twin = copy_of(kind, question, draw), copy_of(kind, answer, draw) + " x"
            texts.append((number, kind, *twin))
    draw.shuffle(texts)
    originals = {number: place for place, (number, kind, *_) in enumerate(texts) if not kind}
    pairs = {
        frozenset((originals[number], place)): kind
        for place, (number, kind, *_) in enumerate(texts)
        if kind
    }
    # The frame stays: it is the template that all of these records share.
    return Planted([record(f"{FRAME} {asked}", answer) for *_, asked, answer in texts], pairs)


def ours(records: list[Record]) -> Pairs:
    """Verified near copies, each with its representative."""
    copies = NearCopies()
    for one in records:
        copies.add(one)
    return {frozenset(pair) for pair in copies.among().firsts.items() if pair[0] != pair[1]}


def end_to_end(records: list[Record]) -> Duplicates:
    """What `assay quality duplicates` does with records: their ids, clusters, crossings."""
    return find_duplicates(records, {})


def pairs_of(found: Duplicates, records: list[Record]) -> Pairs:
    """Each copy with its representative, by their places."""
    places = {one.id: place for place, one in enumerate(records)}
    return {
        frozenset((places[cluster.representative], places[copy]))
        for cluster in found.clusters
        for copy in cluster.copies
    }


def texts_of(records: Iterable[Record]) -> list[str]:
    """Each record as one text, for tools that compare texts."""
    return [f"{one.task.messages[0].content} {one.candidates[0].content}" for one in records]


def groups_of(text: str) -> list[str]:
    """Groups of three words, as a user of these tools makes them."""
    words = text.lower().split()
    return [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]


def datasketch_pairs(records: list[Record]) -> Pairs:
    """Candidate pairs of datasketch's MinHashLSH."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  a peer that need not be there

    index, pairs = MinHashLSH(num_perm=128, params=(32, 4)), set()
    for place, text in enumerate(texts_of(records)):
        sketched = MinHash(num_perm=128)
        sketched.update_batch([group.encode() for group in groups_of(text)])
        pairs |= {frozenset((place, int(other))) for other in index.query(sketched)}
        index.insert(str(place), sketched)
    return pairs


def rensa_pairs(records: list[Record]) -> Pairs:
    """Candidate pairs of rensa's R-MinHash in its LSH index."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415  a peer that need not be there

    index, pairs = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32), set()
    for place, text in enumerate(texts_of(records)):
        sketched = RMinHash(num_perm=128, seed=42)
        sketched.update(groups_of(text))
        pairs |= {frozenset((place, other)) for other in index.query(sketched)}
        index.insert(place, sketched)
    return pairs


def floor(records: list[Record]) -> Pairs:
    """One pass of Python over the words."""
    for text in texts_of(records):
        text.lower().split()
    return set()


def timed(
    work: Callable[[list[Record]], Pairs | Duplicates], records: list[Record]
) -> tuple[float, Pairs]:
    """CPU seconds of this process, and what was found."""
    before = time.process_time()
    found = work(records)
    seconds = time.process_time() - before
    return seconds, pairs_of(found, records) if isinstance(found, Duplicates) else found


def peers() -> dict[str, Callable[[list[Record]], Pairs]]:
    """The peers that are installed."""
    there: dict[str, Callable[[list[Record]], Pairs]] = {}
    for name, work in (("rensa", rensa_pairs), ("datasketch", datasketch_pairs)):
        try:
            __import__(name)
        except ImportError:
            print(f"{name} is not installed, and is left out.\n")
        else:
            there[name] = work
    return there


def main() -> None:
    """Draw, plant, find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records, three rounds")
    parser.add_argument("--growth", action="store_true", help="also 10,000, 100,000 and so on")
    options = parser.parse_args()
    n, rounds = (10_000, 3) if options.quick else (50_000, 3)
    planted = plant(n)
    few = plant(2_000)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"\n### Near copies ({len(planted.records)} records of 217 words, {len(planted.pairs)} copies planted)"
    )
    print(
        f"\n{os.cpu_count()} cores, load {load} at the start; kernels: {is_available()}; `{SKETCH}`.\n"
    )
    works = [
        ("kernels, pairs verified", ours, planted),
        ("end to end, with ids and clusters", end_to_end, planted),
    ]
    works += [("floor: words in Python", floor, planted)]
    works += [(f"{name}, unverified", work, few) for name, work in peers().items()]
    if is_available():
        ours(planted.records[: near_copies.FEWEST_COMPILED + 1])  # Compiled before it is timed.
    seconds: dict[str, float] = {}
    pairs: dict[str, Pairs] = {}
    for _ in range(rounds):
        for name, work, data in works:
            spent, pairs[name] = timed(work, data.records)
            seconds[name] = min(seconds.get(name, math.inf), spent / len(data.records))
    print(
        "| | records | CPU microseconds a record | records a second and core | recall | precision |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for name, _, data in works:
        hits = len(pairs[name] & data.pairs.keys())
        quality = f"{hits / len(data.pairs):.3f} | {hits / max(1, len(pairs[name])):.3f}"
        if name.startswith("floor"):
            quality = "- | -"
        elif not hits:
            sys.exit(f"{name} found none of {len(data.pairs)} planted copies: it is no peer")
        each = seconds[name]
        print(f"| {name} | {len(data.records)} | {each * 1e6:.1f} | {1 / each:,.0f} | {quality} |")
    _print_parts(planted.records)
    _print_recall(planted, pairs["end to end, with ids and clusters"])
    if options.growth:
        _print_growth()


def _print_parts(records: list[Record]) -> None:
    """What sketching and comparing cost, and the path without kernels, on fewer records."""
    copies = NearCopies()
    before = time.process_time()
    for one in records:
        copies.add(one)
    copies.sketched()
    sketched = time.process_time() - before
    clustering = copies.among()
    compared = time.process_time() - before - sketched
    some = records[:1000]
    texts = [
        part for one in some for part in (one.task.messages[0].content, one.candidates[0].content)
    ]
    before = time.process_time()
    sketch(texts, [2] * len(some), [False] * len(texts), is_compiled=False)
    plain = (time.process_time() - before) / len(some)
    print(
        f"\nSketching {sketched / len(records) * 1e6:.1f} and comparing {compared / len(records) * 1e6:.1f} "
        f"microseconds a record; {clustering.pairs} candidate pairs verified, {clustering.passed_over} records "
        f"passed over. Without kernels sketching takes {plain * 1e6:.0f} microseconds.\n"
    )


def _print_recall(planted: Planted, pairs: Pairs) -> None:
    there = Counter(planted.pairs.values())
    hit = Counter(kind for pair, kind in planted.pairs.items() if pair in pairs)
    print("| planted copy | found | |\n|---|--:|--:|")
    for kind in KINDS:
        print(f"| {kind} | {hit[kind]} of {there[kind]} | {hit[kind] / there[kind]:.3f} |")
    print(
        f"\nOf {len(pairs)} pairs that were found, {len(pairs & planted.pairs.keys())} were planted."
    )
    missed = [kind for kind, bar in BARS.items() if hit[kind] < bar * there[kind]]
    if missed:
        sys.exit(f"recall below what is asked for: {', '.join(missed)}")


def _print_growth() -> None:
    """CPU time at growing sizes, and its exponent."""
    print("\n| records | CPU seconds | exponent |\n|--:|--:|--:|")
    before: tuple[int, float] | None = None
    for n in (10_000, 30_000, 100_000):
        records = plant(n).records
        spent, _ = timed(ours, records)
        exponent = ""
        if before:
            exponent = f"{math.log(spent / before[1]) / math.log(len(records) / before[0]):.2f}"
        print(f"| {len(records)} | {spent:.2f} | {exponent} |")
        before = len(records), spent


if __name__ == "__main__":
    main()

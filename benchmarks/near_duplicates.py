"""Near copies: records with known copies, by `quality.duplicates`, with datasketch beside it.

Prints Markdown tables: CPU microseconds a record, the recall by kind of copy that was planted, and how
many records that share a template with others were taken for copies. datasketch runs where it is
installed: MinHash of 128 over groups of three words of the same texts, 32 bands of 4, unverified.
"""

import argparse
import random
import time
from collections import Counter

from contamination import FRAME, record, vocabulary

from assay.quality.duplicates import find_duplicates
from assay.quality.near_copies import item_print
from assay.records.record import Record

KINDS = ("verbatim", "capitals and marks", "edited 2 %", "edited 5 %", "edited 10 %", "edited 20 %")


def copy_of(kind: str, text: str, draw: random.Random) -> str:
    """The text as this kind of copy has it."""
    if kind == "capitals and marks":
        return text.upper().replace(" ", ", ")
    if kind.startswith("edited"):
        share = int(kind.split()[1]) / 100
        return " ".join("altered" if draw.random() < share else word for word in text.split())
    return text


def peer(texts: list[str]) -> float | None:
    """CPU seconds of datasketch over the texts; None where it is not installed."""
    try:
        from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  a peer that need not be there
    except ImportError:
        return None
    before = time.process_time()
    index = MinHashLSH(num_perm=128, params=(32, 4))
    for number, text in enumerate(texts):
        words = text.split()
        groups = {" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)}
        sketch = MinHash(num_perm=128)
        sketch.update_batch(list(groups))
        index.query(sketch)
        index.insert(str(number), sketch)
    return time.process_time() - before


def main() -> None:
    """Draw, plant, find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    n = 2_000 if parser.parse_args().quick else 20_000
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    known, weights = vocabulary(draw)

    def prose(count: int) -> str:
        return " ".join(draw.choices(known, weights, k=count))

    records: list[Record] = []
    planted: dict[str, tuple[str, str]] = {}
    for number in range(n):
        question, answer = prose(60), prose(140)
        own = record(f"{FRAME} {question}", answer)
        records.append(own)
        if number % 10 == 0:
            kind = KINDS[number // 10 % len(KINDS)]
            # The frame stays: it is the template that all of these records share.
            twin = record(
                f"{FRAME} {copy_of(kind, question, draw)}", copy_of(kind, answer, draw) + " x"
            )
            planted[twin.id] = kind, own.id
            records.append(twin)
    draw.shuffle(records)
    before = time.process_time()
    for each in records:
        item_print(each)
    prints = (time.process_time() - before) / len(records)
    before = time.process_time()
    found = find_duplicates(records, {})
    seconds = (time.process_time() - before) / len(records)
    print(
        f"\n### Near copies ({len(records)} records of 217 words, {len(planted)} copies planted)\n"
    )
    print("| | CPU microseconds a record | records a second |")
    print("|---|--:|--:|")
    print(f"| all of it, pairs verified | {seconds * 1e6:.1f} | {1 / seconds:,.0f} |")
    print(f"| of it the prints | {prints * 1e6:.1f} | {1 / prints:,.0f} |")
    texts = [
        f"{each.task.messages[0].content} {each.candidates[0].content}" for each in records[:2000]
    ]
    other = peer(texts)
    if other is None:
        print("\ndatasketch is not installed, and is left out.\n")
    else:
        print(
            f"| datasketch, first {len(texts)} records | {other / len(texts) * 1e6:.1f} | {len(texts) / other:,.0f} |\n"
        )
    together = {
        frozenset(pair)
        for cluster in found.clusters
        for pair in _pairs(cluster.representative, cluster.copies)
    }
    hit = Counter(
        kind for twin, (kind, own) in planted.items() if frozenset((twin, own)) in together
    )
    there = Counter(kind for kind, _ in planted.values())
    print("| planted copy | found |")
    print("|---|--:|")
    for kind in KINDS:
        print(f"| {kind} | {hit[kind]} of {there[kind]} |")
    true = {frozenset((twin, own)) for twin, (_, own) in planted.items()}
    print(f"\nOf {len(together)} pairs that were found, {len(together & true)} were planted.")


def _pairs(first: str, copies: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(first, other) for other in copies]


if __name__ == "__main__":
    main()

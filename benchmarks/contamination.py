"""The contamination gate: 100,000 records against a reserve of 5,000 items.

Prints Markdown tables: CPU seconds beside one pass that cuts the same texts into words (the limit
of anything that looks at words), the recall by kind of leak that was planted, and the precision.
Texts are drawn from a seed over a vocabulary in which few words are frequent, as in prose.
"""

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator

from assay.core.strings import strings_of
from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import Hasher, item_name, item_texts, to_text
from assay.reserve.sealing import Fingerprint

KEY = b"a benchmark's key of many bytes"
FRAME = "Answer the question below. Think it through, and give the final answer on its own line."
KINDS = ("verbatim", "reformatted", "quoted", "half quoted", "edited 5 %", "edited 10 %")


def vocabulary(draw: random.Random) -> tuple[list[str], list[float]]:
    """20,000 words, whose frequency falls with their rank."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = list({"".join(draw.choices(letters, k=draw.randint(2, 10))) for _ in range(22_000)})
    known = sorted(known)[:20_000]
    draw.shuffle(known)
    return known, [1 / (rank + 3) for rank in range(len(known))]


def record(question: str, answer: str) -> Record:
    """One record."""
    return Record(
        schema_version=1,
        part=Outcome(criterion="right"),
        task=Task(messages=(Message(role="user", content=question),)),
        sources=(Source(source_class="own"),),
        candidates=(Candidate(content=answer, provenance=MadeByModel(model="m")),),
    )


def leak(kind: str, text: str, draw: random.Random, filler: str) -> str:
    """The text in the dress of a kind of leak."""
    given = text.split()
    if kind == "reformatted":
        return f"## TASK\n\n**{text.upper()}**".replace(". ", ".\n- ")
    if kind == "quoted":
        return f'{filler} "{text}" {filler}'
    if kind == "half quoted":
        return f"{filler} {' '.join(given[: len(given) // 2])} {filler}"
    if kind.startswith("edited"):
        share = 0.05 if "5 %" in kind else 0.1
        return " ".join("altered" if draw.random() < share else word for word in given)
    return text


def fingerprints(items: list[Record]) -> Iterator[Fingerprint]:
    """What a sealing of these items leaves behind."""
    hasher = Hasher(KEY)
    for item in items:
        for part, text in item_texts(item):
            given = words(text)
            yield Fingerprint(
                sealing="sea_x", reserve="r", item=item_name(KEY, item),
                part="task" if part == "task" else "reference", words=len(given),
                grams=to_text(hasher.fingerprint(given)),
            )  # fmt: skip


def main() -> None:
    """Build, plant, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    n = 10_000 if parser.parse_args().quick else 100_000
    draw = random.Random(1)  # noqa: S311  a benchmark that must repeat
    known, weights = vocabulary(draw)

    def prose(count: int) -> str:
        return " ".join(draw.choices(known, weights, k=count))

    items = [record(f"{FRAME} {prose(draw.randint(25, 90))}", "x") for _ in range(5000)]
    planted: dict[int, str] = {}
    records = []
    for number in range(n):
        text = prose(60)
        if number % 50 == 0:
            kind = KINDS[number // 50 % len(KINDS)]
            planted[number] = kind
            secret = draw.choice(items).task.messages[0].content.removeprefix(FRAME).strip()
            text = leak(kind, secret, draw, prose(20))
        records.append(record(f"{FRAME} {text}", prose(140)))
    before = time.process_time()
    index = ReserveIndex(list(fingerprints(items)), KEY)
    built = time.process_time() - before
    before = time.process_time()
    compared = (Compared.of(str(number), each) for number, each in enumerate(records))
    hits = {number for number, found in enumerate(index.overlaps(compared)) if found}
    scanned = time.process_time() - before
    before = time.process_time()
    total = sum(len(words(text)) for each in records for _, text in strings_of(each))
    limit = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n### Contamination gate ({n} records of {total // n} words, {index.items} sealed items)\n"
    )
    print("| | CPU s | records a second | ratio |")
    print("|---|--:|--:|--:|")
    print(f"| index of the reserve | {built:.2f} | | |")
    print(f"| comparing | {scanned:.2f} | {n / scanned:,.0f} | {scanned / limit:.1f} |")
    print(f"| one pass that cuts the texts into words | {limit:.2f} | {n / limit:,.0f} | 1 |")
    print(f"\nPeak memory {memory:,.0f} MB, the texts included.\n")
    found = Counter(planted[number] for number in hits if number in planted)
    there = Counter(planted.values())
    print("| planted leak | found |")
    print("|---|--:|")
    for kind in KINDS:
        print(f"| {kind} | {found[kind]} of {there[kind]} |")
    true = sum(number in planted for number in hits)
    print(f"\nOf {len(hits)} records that were held up, {true} were planted.")


if __name__ == "__main__":
    main()

"""The contamination gate: 100,000 records against a reserve of 5,000 items.

Prints Markdown tables. Each way of comparing is timed in turn on the same records, in three rounds, of
which the median stands: with compiled kernels (the extra `bulk`); without them, on a tenth of the
records; a peer, the rule "13 words in a row in common" of the reports on large pretraining sets, as a
set of plain hashes in Python; and two floors, one pass that cuts the same texts into words, in Python and
by the kernels. Comparing starts from records in memory and ends with their overlaps: encoding, walking
and the closer look are part of it. Then what each part of the kernels' way costs, the recall by kind of
leak that was planted, and the precision.

First on texts that are drawn from a seed over a vocabulary in which few words are frequent, then on real
prose: paragraphs of this repository's docs, and of the published data beside it where that is there.
"""

import argparse
import json
import os
import platform
import random
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from assay.core.compiled import is_available
from assay.core.strings import strings_of
from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.reserve import contamination
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.contamination import ReserveIndex
from assay.reserve.fingerprint import Hasher, item_name, item_texts, to_text
from assay.reserve.sealing import Fingerprint

PARTS_OF = 10_000
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


def loading(index: ReserveIndex, records: list[Record]) -> float:
    """CPU seconds until the kernels are loaded, compiled where nothing was kept; 0 without them."""
    if not is_available():
        return 0.0
    contamination.LEAST_SCREENED = 0
    before = time.process_time()
    list(index.overlaps(Compared.of("", each) for each in records))
    return time.process_time() - before


def print_parts(index: ReserveIndex, records: list[Record]) -> None:
    """What each part of the comparison with kernels costs, as the least of five runs."""
    from assay.reserve import (  # noqa: PLC0415  the extra `bulk`
        group_kernels,
        value_kernels,
        word_kernels,
    )

    spent: Counter[str] = Counter()

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            before = time.process_time()
            result = function(*arguments, **named)
            spent[name] += time.process_time() - before
            return result

        return wrapper

    parts = {
        "strings of the values": (value_kernels, "find_strings"),
        "characters outside ASCII": (word_kernels, "unfolded"),
        "cutting into canonical words, and the prefilter of disguises": (word_kernels, "cut_texts"),
        "marks, reversed words, fillers": (word_kernels, "mark_texts"),
        "words of one field in a row": (group_kernels, "join_streams"),
        "SipHash-2-4 of every five words": (group_kernels, "hash_fives"),
        "bitmap": (group_kernels, "find_candidates"),
        "look-up, weights, thresholds": (group_kernels, "find_things"),
    }
    whole = {name: getattr(module, function) for name, (module, function) in parts.items()}
    for name, (module, function) in parts.items():
        setattr(module, function, timed(name, whole[name]))
    runs: dict[str, list[float]] = {}
    for _ in range(5):
        spent.clear()
        things = timed("things", lambda: [Compared.of("", each) for each in records])()
        packed = timed("values in MessagePack", lambda: [each.packed() for each in things])()  # noqa: B023
        may = timed("all of the screen", index._screen.may_overlap)(things, packed)  # noqa: SLF001
        left = [each for each, closer in zip(things, may, strict=True) if closer]
        timed("closer look in Python", lambda: list(index._compare_closely(left)))()  # noqa: SLF001, B023
        for name, seconds in spent.items():
            runs.setdefault(name, []).append(seconds)
    for name, (module, function) in parts.items():
        setattr(module, function, whole[name])
    print("| part | CPU microseconds a record |")
    print("|---|--:|")
    for name, seconds in runs.items():
        print(f"| {name} | {min(seconds) / len(records) * 1e6:.1f} |")
    print()


class Corpus(NamedTuple):
    """Records with planted leaks, and the items that they leak."""

    name: str
    items: list[Record]
    records: list[Record]
    planted: dict[int, str]
    """Number of a record -> the kind of leak in it."""


def drawn_corpus(n: int) -> Corpus:
    """Texts of drawn words."""
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
            planted[number] = KINDS[number // 50 % len(KINDS)]
            secret = draw.choice(items).task.messages[0].content.removeprefix(FRAME).strip()
            text = leak(planted[number], secret, draw, prose(20))
        records.append(record(f"{FRAME} {text}", prose(140)))
    return Corpus("drawn words", items, records, planted)


def paragraphs() -> Iterator[str]:
    """Paragraphs of 25 to 400 words of the docs, and of the published data."""
    root = Path(__file__).parents[1]
    texts = [path.read_text() for path in sorted((root / "docs").rglob("*.md"))]
    data = Path(os.environ.get("ASSAY_DATA") or root.parent / "shared" / "data")
    files = sorted(data.glob("*/*.json*")) if data.is_dir() else []
    if not files:
        print(f"\n**NO PUBLISHED TEXT WAS COMPARED**: there is none in {data}; set ASSAY_DATA.")
    for file in files:
        for line in file.read_text("utf-8", "replace").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            texts += [text for _, text in strings_of(row)]
    for text in texts:
        for paragraph in text.split("\n\n"):
            if 25 <= len(paragraph.split()) <= 400:
                yield paragraph


def prose_corpus(n: int) -> Corpus:
    """Records of real paragraphs; a twentieth of the paragraphs, at most 2,000, is sealed."""
    draw = random.Random(2)  # noqa: S311  a benchmark that must repeat
    texts = sorted(set(paragraphs()))
    draw.shuffle(texts)
    sealed, others = texts[: min(2000, len(texts) // 20)], texts[min(2000, len(texts) // 20) :]
    planted: dict[int, str] = {}
    records = []
    for number in range(n):
        question, answer = others[2 * number % len(others)], others[(2 * number + 1) % len(others)]
        if number % 50 == 0:
            planted[number] = KINDS[number // 50 % len(KINDS)]
            filler = " ".join(others[(number + 7) % len(others)].split()[:20])
            question = leak(planted[number], draw.choice(sealed), draw, filler)
        records.append(record(question, answer))
    return Corpus("real prose", [record(text, "x") for text in sealed], records, planted)


def peer_of(items: list[Record]) -> Callable[[list[Record]], set[int]]:
    """A search for 13 words in a row that an item has too."""

    def grams(each: Record) -> Iterator[int]:
        for message in (each.task.messages[0].content, each.candidates[0].content):
            cut = str(message).lower().split()
            for at in range(len(cut) - 12):
                yield hash(tuple(cut[at : at + 13]))

    sealed = {gram for item in items for gram in grams(item)}

    def compare(records: list[Record]) -> set[int]:
        return {
            number
            for number, each in enumerate(records)
            if sum(gram in sealed for gram in grams(each))  # all of them, as a report of hits needs
        }

    return compare


def print_comparison(corpus: Corpus) -> None:
    """Time all ways in turn, and print what they cost and find."""
    items, records, planted = corpus.items, corpus.records, corpus.planted
    n = len(records)
    before = time.process_time()
    index = ReserveIndex(list(fingerprints(items)), KEY)
    built = time.process_time() - before
    loaded = loading(index, records[:100])

    def compare(some: list[Record], least: int) -> set[int]:
        contamination.LEAST_SCREENED = least
        compared = (Compared.of(str(number), each) for number, each in enumerate(some))
        return {number for number, found in enumerate(index.overlaps(compared)) if found}

    def cut_all(some: list[Record]) -> int:
        return sum(len(words(text)) for each in some for _, text in strings_of(each))

    def cut_by_kernels(some: list[Record]) -> None:
        screen = index._screen  # noqa: SLF001
        packed = [Compared.of("", each).packed() or b"" for each in some]
        screen._vocabulary.cut(screen._values.find(some, packed)[0])  # noqa: SLF001

    tenth = records[: n // 10]
    ways: dict[str, tuple[Callable[[], Any], int]] = {}
    if is_available():
        ways["comparing with kernels, end to end"] = lambda: compare(records, 0), n
        ways["floor: the kernels' pass into words"] = lambda: cut_by_kernels(tenth), len(tenth)
    search = peer_of(items)
    ways["comparing in Python, end to end"] = lambda: compare(tenth, 10**12), len(tenth)
    ways["peer: 13 words in a row, in Python"] = lambda: search(records), n
    ways["floor: one pass of Python into words"] = lambda: cut_all(tenth), len(tenth)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    hits: dict[str, set[int]] = {}
    for _ in range(3):
        for name, (way, count) in ways.items():
            before = time.process_time()
            hits[name] = way()
            seconds[name].append((time.process_time() - before) / count)
    python_hits, peer_hits = (
        hits[name] for name in ways if name.startswith(("comparing in", "peer"))
    )
    held_up = hits.get("comparing with kernels, end to end", python_hits)
    assert python_hits == {number for number in held_up if number < len(tenth)}
    assert peer_hits, "the peer found nothing, so its time says nothing"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = cut_all(tenth) // len(tenth)
    print(
        f"\n### Contamination gate: {corpus.name} ({n} records of {count} words, {index.items} items)\n"
    )
    print("| | CPU microseconds a record | records a second | ratio |")
    print("|---|--:|--:|--:|")
    limit = statistics.median(seconds["floor: one pass of Python into words"])
    for name, rounds in seconds.items():
        middle = statistics.median(rounds)
        print(f"| {name} | {middle * 1e6:.1f} | {1 / middle:,.0f} | {middle / limit:.2f} |")
    print(f"\nIndex of the reserve {built:.2f} CPU s. Loading the kernels {loaded:.2f} CPU s.")
    print(f"Peak memory {memory:,.0f} MB, the texts included.\n")
    if is_available():
        print_parts(index, records[:PARTS_OF])
    print_found(planted, held_up, peer_hits)


def print_found(planted: dict[int, str], held_up: set[int], peer_hits: set[int]) -> None:
    """How many of the planted leaks were found, by kind, and what else was."""
    there = Counter(planted.values())
    print("| planted leak | found | by the peer |")
    print("|---|--:|--:|")
    for kind in KINDS:
        own, others = (
            sum(planted.get(number) == kind for number in found) for found in (held_up, peer_hits)
        )
        print(f"| {kind} | {own} of {there[kind]} | {others} |")
    true = sum(number in planted for number in held_up)
    print(f"\nOf {len(held_up)} records that were held up, {true} were planted; ", end="")
    print(f"of the peer's {len(peer_hits)}, {sum(number in planted for number in peer_hits)}.")


def main() -> None:
    """Compare drawn texts, then real ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the records")
    n = 10_000 if parser.parse_args().quick else 100_000
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f} at the start")
    for corpus in (drawn_corpus(n), prose_corpus(n)):
        print_comparison(corpus)


if __name__ == "__main__":
    main()

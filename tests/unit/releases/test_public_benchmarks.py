"""A release says in its data card what its records share with named public benchmarks."""

from pathlib import Path

from msgspec.structs import replace

from assay.records.record import Record
from assay.releases.build import build
from assay.releases.verify import verify
from assay.reserve.compared import Compared
from assay.reserve.public_benchmark import BenchmarkTally, PublicBenchmark, public_benchmark
from simulators.ferries import (
    ACTOR,
    KEY,
    agreed,
    demonstration,
    filled_store,
    first_facts,
    inputs,
    preference,
)

LONG = (
    "Seven lanterns hang along the quay and each of them burns two measures of oil a night, so the "
    "keeper wants to know how many measures he needs for the four weeks of the winter fair"
)
OTHER = (
    "A weaver sells nine bolts of blue cloth on the first market day and half as many on the second, "
    "while her sister counts how many threads are left on the smaller of their two looms"
)


def asking(question: str, number: int) -> Record:
    """A record with this question."""
    drawn = demonstration(preference(number))
    last = drawn.task.messages[-1]
    return drawn.replace(task=replace(drawn.task, messages=(replace(last, content=question),)))


def benchmark(name: str, *questions: str) -> PublicBenchmark:
    """A benchmark with these questions."""
    items = [asking(question, 30 + number) for number, question in enumerate(questions)]
    return public_benchmark(name, f"sha256:{'0' * 64}", items)


def built(folder: Path, *benchmarks: PublicBenchmark) -> Path:
    """A release with a record that asks the long question."""
    facts = [*first_facts(), *agreed(asking(LONG, 1))]
    given = replace(inputs(), benchmarks=benchmarks)
    return build(filled_store(facts), given, KEY, folder, actor=ACTOR).folder


def test_the_card_names_each_benchmark_with_what_was_found(tmp_path: Path) -> None:
    """Name, digest, items, records compared, and records that share text; the release verifies."""
    release = built(
        tmp_path, benchmark("Quays | 2026", LONG), benchmark("Looms", OTHER, LONG + " x")
    )
    card = (release / "DATA_CARD.md").read_text()
    rows = [line.split(" | ") for line in card.splitlines() if "sha256:0000" in line]
    assert [(row[0], row[-3], row[-1]) for row in rows] == [
        ("| Quays \\| 2026", "1", "1 |"),
        ("| Looms", "2", "1 |"),
    ]
    assert rows[0][-2] == rows[1][-2] != "0"
    assert verify(release, KEY.public_key()).version


def test_a_benchmark_without_an_item_shows_nothing(tmp_path: Path) -> None:
    """Where no item could be found in a record, how many share text with one is unknown."""
    card = (built(tmp_path, benchmark("Empty")) / "DATA_CARD.md").read_text()
    (row,) = [line for line in card.splitlines() if "sha256:0000" in line]
    assert row.endswith("| unknown |")


def test_a_release_without_benchmarks_is_as_before(tmp_path: Path) -> None:
    """Its card has no section for them."""
    assert "Public benchmarks" not in (built(tmp_path) / "DATA_CARD.md").read_text()


def test_a_record_counts_once_for_a_benchmark_and_only_where_it_is_chosen() -> None:
    """Whatever number of its texts and of items they share."""
    tally = BenchmarkTally([benchmark("Quays", LONG, LONG + " again"), benchmark("Looms", OTHER)])
    texts = [
        Compared.of("rec_1", LONG),
        Compared.of("rec_1", [LONG]),
        Compared.of("rec_2", LONG),
        Compared.of("rec_3", OTHER),
    ]
    tally.add(texts, {"rec_1", "rec_3"})
    tally.add([Compared.of("rec_4", "nothing of it")], {"rec_4"})
    assert [(one.name, one.items, one.records, one.hits) for one in tally.figures()] == [
        ("Quays", 2, 3, 1),
        ("Looms", 1, 3, 1),
    ]

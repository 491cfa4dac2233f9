"""Near copies are found as quotas count them, each with what it crosses."""

import random

from hypothesis import given
from hypothesis import strategies as st

from assay.quality.cells import count_distinct
from assay.quality.copy_rule import SKETCH
from assay.quality.duplicates import find_duplicates
from assay.records.kinds import Preference
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from simulators.planted_modes import record_of

DRAW = random.Random(3)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["".join(DRAW.choices(LETTERS, k=DRAW.randint(2, 9))) for _ in range(4000)]


def prose(words: int) -> str:
    """Random words."""
    return " ".join(DRAW.choices(WORDS, k=words))


def item(prompt: str, answer: str, *, split: str = "train", source: str = "own") -> Record:
    """A pair of answers to a prompt."""
    record = record_of(Preference(), "code", 1, (answer, f"{answer} or not"))
    task = Task(messages=(Message(role="user", content=prompt),), taxonomy={"split": split})
    return record.replace(task=task, sources=(Source(source_class=source),))


PROMPT, ANSWER = prose(60), prose(80)
COPIES = [
    item(PROMPT, ANSWER),
    item(PROMPT.upper(), ANSWER, split="test"),
    item(PROMPT + " please", ANSWER, source="other"),
]
OTHERS = [item(prose(60), prose(80)) for _ in range(5)]


def test_a_cluster_names_what_its_records_cross() -> None:
    """Sources, splits and releases, of the representative and its copies together."""
    releases = {COPIES[0].id: frozenset({"1.0.0"}), COPIES[1].id: frozenset({"1.1.0"})}
    found = find_duplicates([*COPIES, *OTHERS], releases)
    [cluster] = found.clusters
    assert {cluster.representative, *cluster.copies} == {record.id for record in COPIES}
    assert cluster.sources == ("other", "own")
    assert cluster.splits == ("test", "train")
    assert cluster.releases == ("1.0.0", "1.1.0")
    assert (found.state, found.records, found.distinct, found.copies) == ("found", 8, 6, 2)
    assert (found.across_sources, found.across_splits, found.across_releases) == (1, 1, 1)
    assert [
        (crossing.axis, crossing.between, crossing.clusters) for crossing in found.crossings
    ] == [
        ("release", ("1.0.0", "1.1.0"), 1),
        ("source", ("other", "own"), 1),
        ("split", ("test", "train"), 1),
    ]
    assert found.sketch == SKETCH


def test_nothing_is_concluded_where_nothing_was_compared() -> None:
    """No record and one record leave it unknown; two that differ have none."""
    assert find_duplicates([], {}).state == "unknown"
    assert find_duplicates(COPIES[:1], {}).state == "unknown"
    assert find_duplicates(OTHERS[:2], {}).state == "none"


@given(st.permutations([*COPIES, *OTHERS]))
def test_clusters_do_not_depend_on_the_order_of_records(records: list[Record]) -> None:
    """Nor does the representative."""
    assert find_duplicates(records, {}) == find_duplicates([*COPIES, *OTHERS], {})


def test_duplicates_are_counted_as_quotas_count_them() -> None:
    """Records less copies are what quotas call distinct."""
    records = [*COPIES, *OTHERS]
    everywhere = frozenset[tuple[str, str]]()
    counts = count_distinct(records, [everywhere])
    assert find_duplicates(records, {}).distinct == counts[everywhere] == 6


def test_records_of_one_template_are_no_duplicates() -> None:
    """Three hundred prompts that share forty words and differ in twelve, with answers of their own."""
    template = prose(40)
    records = [item(f"{template} {prose(12)}", prose(40)) for _ in range(300)]
    assert find_duplicates(records, {}).state == "none"


def test_none_is_not_concluded_where_records_were_passed_over() -> None:
    """Of more than 64 records with one beginning the later are not all compared with each other."""
    template, answer = prose(200), prose(200)
    # They have less than .75 in common, so none is a near copy, and yet most of their bands.
    records = [item(f"{template} {prose(45)}", f"{answer} {prose(45)}") for _ in range(110)]
    duplicates = find_duplicates(records, {})
    assert (duplicates.clusters, duplicates.state) == ((), "unknown")
    assert 0 < duplicates.passed_over < 110
    assert find_duplicates(records[:60], {}).state == "none"

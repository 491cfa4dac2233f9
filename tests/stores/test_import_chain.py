"""What an import writes into the audit chain never changes: the head is that of the first release."""

import csv
import json
from pathlib import Path

from assay.bulk.imports import import_file, open_mapping
from assay.core.ports import Checkpoint
from assay.records.formats.assay import READER
from assay.records.judgment import Judgment
from assay.records.kinds import Preference
from assay.records.reader import Reader, RowContext
from assay.records.record import Record
from assay.store.audit import verify
from assay.store.store import Store
from builders import small_record
from stores.facts import judgment

RECORDS = 2_300
"""More than a batch, so that the cuts between the entries are seen too."""

MAPPING = """mapping: 1
kind: preference
record:
  key: "{pair}"
  messages: [{user: "Which is shorter?"}]
  candidates:
    - {name: left, content: "{left}", model: one}
    - {name: right, content: "{right}", model: two}
judgments:
  - reviewer: {person: "{worker}"}
    verdict: {column: vote, values: {left: prefers left, right: prefers right}}
    order: [left, right]
"""


def test_the_chain_of_imports_is_that_of_the_first_release(store: Store, tmp_path: Path) -> None:
    """Own lines with blanks, faults and repeats, the same again, and a table of votes by a mapping."""
    lines, votes, mapping = (tmp_path / name for name in ("own.jsonl", "votes.csv", "m.yaml"))
    write_lines(lines)
    write_votes(votes)
    mapping.write_text(MAPPING)
    counts = [
        run_import(store, lines, READER),
        run_import(store, lines, READER),
        run_import(store, votes, open_mapping(mapping, votes)),
        run_import(store, votes, open_mapping(mapping, votes)),
    ]
    assert counts == [(2336, 35, 2), (0, 2371, 2), (150, 0, 0), (0, 150, 0)]
    assert store.head() == Checkpoint(
        number=12, hash="3e2855433000f2dffc852e5f619fdb234d041062188e736b56b528e7db91830d"
    )
    assert verify(store).ok
    assert [origin.row for origin in store.origins(record(3).id)] == [6, 2306, 6, 2306]


def record(number: int) -> Record:
    return small_record(Preference(), f"Which of {number}?", "short", "longer", source="own-work")


def run_import(store: Store, path: Path, reader: Reader) -> tuple[int, int, int]:
    context = RowContext(
        kind=reader.kinds[0], source_class="own-work", pseudonym=lambda person: f"rvr_{person}"
    )
    report = import_file(path, reader, context, store=store, actor="tester")
    return report.stored, report.already_there, report.set_aside


def write_lines(path: Path) -> None:
    """Records as people write them, a blank line, two that cannot be used, repeats and judgments."""
    facts: list[Record | Judgment] = [record(number) for number in range(RECORDS)]
    facts += [record(number) for number in range(35)]
    facts += [judgment(record(number).id, by=f"rvr_{number}") for number in range(36)]
    texts = [json.dumps(json.loads(fact.canonical())) for fact in facts]
    texts[3:3] = ["", '{"neither": 1}']
    texts.append("{")
    path.write_text("\n".join(texts))


def write_votes(path: Path) -> None:
    """Three votes on each of fifty pairs, one row a vote."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["pair", "left", "right", "worker", "vote"])
        for number in range(150):
            pair = number % 50
            vote = "left" if number % 4 else "right"
            writer.writerow([f"pair {pair}", "a" * pair, "b", f"worker{number % 7}", vote])

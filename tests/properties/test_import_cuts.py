"""Import is a function of the data: cutting a file and ordering the pieces change nothing."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.bulk.imports import import_file, open_mapping
from assay.core.clock import fixed_clock
from assay.records.formats.label_studio import READER as LABEL_STUDIO
from assay.records.formats.prm800k import READER as PRM800K
from assay.records.formats.trl import READER as TRL
from assay.records.judgment import Judgment
from assay.records.reader import Reader, RowContext
from assay.records.record import Record
from assay.store.store import Store

Rows = tuple[dict[str, Any], ...]
"""Rows that a cut must not part: one row, or the rows of one group."""

RECORD = """mapping: 1
kind: critique
record:
  messages: [{user: "{item}"}]
  candidates: [{name: answer, content: Words., unknown: not stated}]
judgments:
"""
GROUPED = (
    RECORD.replace("record:", "group: {group}\nrecord:")
    + """  - reviewer: {person: "{who}"}
    errors:
      - for: {row: "{rows}"}
        unless: {row.kind: none}
        candidate: answer
        category: "{row.kind}"
"""
)
LONG = (
    RECORD
    + """  - reviewer: {person: "{who}"}
    scores: [{dimension: clear, number: "{vote}"}]
  - reviewer: {model: judge-1}
    scores: [{dimension: clear, number: "{machine}"}]
  - reviewer: {unnamed: gold}
    once: [item]
    scores: [{dimension: clear, number: {template: "{item}", values: {q: 1, r: 2}}}]
"""
)
TIMED = LONG.replace('{person: "{who}"}', '{person: "{who}"}\n    judged_at: "{at}"')
NUMBERED = LONG.replace('{person: "{who}"}', '{person: "{who}"}\n    occasion: "{round}"')

ITEMS, PEOPLE = st.sampled_from("qr"), st.sampled_from("uvw")
SCORES = st.integers(1, 2)
LONG_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "item": ITEMS,
            "who": PEOPLE,
            "vote": SCORES,
            "machine": SCORES,
            "round": st.integers(0, 2),
            "at": st.sampled_from(["2026-01-01", "2026-01-01T00:00:00Z", "2026-02-01", "spring"]),
        }
    ).map(lambda row: (row,)),
    max_size=8,
)
GROUPS = st.lists(
    st.tuples(ITEMS, PEOPLE, st.lists(st.sampled_from(["bad", "worse", "none"]), min_size=1, max_size=3)),
    max_size=6,
    unique_by=lambda group: group[:2],
).map(
    lambda groups: [
        tuple({"item": item, "who": who, "kind": kind} for kind in kinds)
        for item, who, kinds in groups
    ]
)  # fmt: skip


def _pair(prompt: str, better: str, worse: str) -> dict[str, Any]:
    return {"prompt": prompt, "chosen": better, "rejected": worse}


def _task(prompt: str, annotations: list[tuple[str, int, str]]) -> dict[str, Any]:
    return {
        "id": 1,
        "data": {"prompt": prompt, "answer": "Words."},
        "annotations": [
            {
                "completed_by": who,
                "created_at": at,
                "result": [
                    {"from_name": "clear", "to_name": "answer", "type": "rating", "value": {"rating": score}}
                ],
            }
            for who, score, at in annotations
        ],
    }  # fmt: skip


def _solution(labeler: str, rating: int, at: str) -> dict[str, Any]:
    steps = [{"completions": [{"text": "1", "rating": rating}], "chosen_completion": 0}]
    return {
        "labeler": labeler,
        "timestamp": at,
        "question": {"problem": "1?"},
        "label": {"steps": steps, "finish_reason": "solution"},
    }


TIMES = st.sampled_from(["2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"])
PAIRS = st.lists(
    st.builds(_pair, ITEMS, st.just("Heron"), st.just("Otter"))
    | st.builds(_pair, ITEMS, st.just("Otter"), st.just("Heron")),
    max_size=8,
)
TASKS = st.lists(
    st.builds(_task, ITEMS, st.lists(st.tuples(PEOPLE, SCORES, TIMES), max_size=3)), max_size=5
)
SOLUTIONS = st.lists(st.builds(_solution, PEOPLE, st.integers(-1, 1), TIMES), max_size=8)


class Format(NamedTuple):
    """A format, and rows of it."""

    kind: str
    rows: st.SearchStrategy[list[Rows]]
    reader: Reader | str


def _single(rows: st.SearchStrategy[list[dict[str, Any]]]) -> st.SearchStrategy[list[Rows]]:
    return rows.map(lambda all_rows: [(row,) for row in all_rows])


FORMATS = {
    "groups": Format("critique", GROUPS, GROUPED.replace("{group}", "[item, who]")),
    "groups anywhere": Format(
        "critique", GROUPS, GROUPED.replace("{group}", "{by: [item, who], anywhere: true}")
    ),
    "long": Format("critique", LONG_ROWS, LONG),
    "long with times": Format("critique", LONG_ROWS, TIMED),
    "long with rounds": Format("critique", LONG_ROWS, NUMBERED),
    "trl": Format("preference", _single(PAIRS), TRL),
    "label-studio": Format("outcome", _single(TASKS), LABEL_STUDIO),
    "prm800k": Format("process", _single(SOLUTIONS), PRM800K),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store."""
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    Store.open(f"sqlite:///{path}", fixed_clock("2026-01-01T00:00:00Z"), create=True).close()
    return path


@contextmanager
def importing(empty: Path, form: Format) -> Iterator[Callable[[Sequence[Rows]], set[str]]]:
    """Imports rows as one file, and gives the ids of all that the store holds then."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(empty, folder / "store.sqlite")
        context = RowContext(kind=form.kind, source_class="own", pseudonym=lambda raw: f"rvr_{raw}")
        with Store.open(
            f"sqlite:///{folder}/store.sqlite", fixed_clock("2026-01-01T00:00:00Z")
        ) as store:

            def load(blocks: Sequence[Rows]) -> set[str]:
                lines = [json.dumps(row) for block in blocks for row in block]
                path = folder / "rows.jsonl"
                path.write_text("".join(f"{line}\n" for line in lines))
                if lines:
                    report = import_file(
                        path, _reader(form, folder, path), context, store=store, actor="a"
                    )
                    assert (report.read, report.set_aside) == (len(lines), 0)
                return {fact.id for family in (Record, Judgment) for fact in store.scan(family)}

            yield load


def _reader(form: Format, folder: Path, path: Path) -> Reader:
    if not isinstance(form.reader, str):
        return form.reader
    (folder / "m.yaml").write_text(form.reader)
    return open_mapping(folder / "m.yaml", path)


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
@settings(max_examples=settings.default.max_examples // 6)
def test_cutting_and_ordering_a_file_change_nothing(
    empty: Path, name: str, data: st.DataObject
) -> None:
    """Pieces of a file in any order give the records and judgments of the whole; again, nothing new."""
    form = FORMATS[name]
    blocks = data.draw(form.rows)
    order = data.draw(st.permutations(blocks))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(blocks)), max_size=2)))
    with importing(empty, form) as load:
        whole = load(blocks)
        assert load(blocks) == whole
    with importing(empty, form) as load:
        pieces = zip([0, *cuts], [*cuts, len(order)], strict=True)
        parts: set[str] = set()
        for start, end in pieces:
            parts = load(order[start:end])
    assert parts == whole


def test_rows_of_a_group_may_stand_in_any_order_of_groups(empty: Path) -> None:
    """With `anywhere`, rows of groups dealt out over the file give the same as rows in groups."""
    form = FORMATS["groups anywhere"]
    groups: list[Rows] = [
        tuple({"item": "q", "who": who, "kind": kind} for kind in ("bad", "worse")) for who in "uvw"
    ]
    dealt: list[Rows] = [(group[place],) for place in (0, 1) for group in groups]
    with importing(empty, form) as load:
        whole = load(groups)
    with importing(empty, form) as load:
        assert load(dealt) == whole

"""Rows that were set aside keep no raw id of a person, and can be fixed and imported all the same."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.contracts.service import init
from assay.records.judgment import Judgment
from assay.records.people_mask import PeopleMask

WORKER = "jo.farrell@mail.example.com"
PSEUDONYM = f"rvr_{'a' * 24}"
MASK = PeopleMask(lambda _: PSEUDONYM)

MAPPING = """mapping: 1
kind: preference
record:
  messages: [{user: "{question}"}]
  candidates:
    - {name: left, content: "{a}", model: one}
    - {name: right, content: "{b}", model: two}
judgments:
  - reviewer: {person: "shift {who}"}
    verdict: {column: better, values: {left: prefers left, right: prefers right}}
"""


@pytest.mark.parametrize(
    "row",
    [
        {"worker_id": WORKER, "text": "fine"},
        {"Worker-ID": WORKER},
        {"annotations": [{"completed_by": {"email": WORKER, "id": 7}}]},
        {"reviewer": {"pseudonym": WORKER, "kind": "human"}},
        f'{{"labeler": "{WORKER}", "text": "cut off',
        f'{{"text": "x", "annotator" : "{WORKER}"}} trailing',
    ],
    ids=repr,
)
def test_a_row_keeps_no_raw_id(row: Mapping[str, Any] | str) -> None:
    """Wherever a key names a person, at any depth and in broken JSON, the id is replaced."""
    hidden = MASK.hide(row)
    assert WORKER not in json.dumps(hidden.raw)
    assert PSEUDONYM in json.dumps(hidden.raw)
    assert hidden.in_text(f"{WORKER} judged twice") == f"{PSEUDONYM} judged twice"


def test_what_is_nobody_stays_as_it_is() -> None:
    """Texts, numbers and empty cells are what has to be fixed, so they are kept."""
    row = {"text": "worker bees", "worker": "", "score": 4, "reviewer": PSEUDONYM}
    hidden = MASK.hide(row)
    assert hidden.raw == row
    assert hidden.names == {}


def test_fixed_rejects_give_the_judgment_of_the_same_person(tmp_path: Path) -> None:
    """An id that a mapping composes is masked as a whole, and comes back as the same person."""
    program, file = tmp_path / "program", tmp_path / "votes.jsonl"
    init(program)
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    good = {"question": "q", "a": "one", "b": "two", "better": "left", "who": WORKER}
    file.write_text(
        json.dumps(good) + "\n" + json.dumps({**good, "question": "r", "better": "neither"}) + "\n"
    )
    with assay.open(program) as opened:
        source = opened.documents.sources.classes[0].id
        way = {"format": tmp_path / "mapping.yaml", "source": source}
        report = opened.records.import_(file, **way)
        assert (report.stored, report.set_aside) == (1, 1), report.reasons
        rejects = tmp_path / "votes.jsonl.set-aside.jsonl"
        text = rejects.read_text()
        assert WORKER not in text
        rejects.write_text(text.replace('"better":"neither"', '"better":"right"'))
        assert opened.records.import_(rejects, **way).stored == 1
        people = {each.reviewer.pseudonym for each in opened.store.scan(Judgment)}
        assert people == {opened.context.pseudonym(f"shift {WORKER}")}

"""Judgments of a mapping: ranks, comparisons by dimension, what replaces what, who judged."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from assay.bulk.imports import import_file, open_mapping
from assay.core.errors import InputError
from assay.records.judgment import Attack, Judgment
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.verdict import Prefers, Ranks, ScoreAbstained, Scored, Tie
from assay.store.store import Store

Context = Callable[[str], RowContext]

HEAD = """mapping: 1
kind: preference
record:
  messages: [{user: Why?}]
  candidates: [{for: {t: "{texts}"}, name: "{t}", content: "{t}", unknown: not said}]
judgments:
"""


def judged(
    judgments: str, row: Mapping[str, Any], context: Context
) -> tuple[Record, list[Judgment]]:
    reader = MappingReader(require_mapping("m.yaml", (HEAD + judgments).encode()), {})
    (read,) = reader.read(row, context("preference"))
    assert read.record is not None
    return read.record, list(read.judgments)


RANKS = """  - reviewer: {unnamed: ranker}
    ranks:
      best: BEST
      entries: [{for: {n: "{ranks}"}, candidate: "{n_index}", rank: {column: n, optional: true}}]
"""


def ranked(ranks: list[object], best: str, context: Context) -> object:
    """The verdict with texts in the place of candidates; None where there is no judgment."""
    texts = ["p", "q", "r"][: len(ranks)]
    record, judgments = judged(
        RANKS.replace("BEST", best), {"texts": texts, "ranks": ranks}, context
    )
    if not judgments:
        return None
    match judgments[0].verdict:
        case Prefers(candidate=candidate):
            return record.candidates[candidate].content
        case Ranks(order=order):
            return [
                "".join(sorted(str(record.candidates[n].content) for n in group)) for group in order
            ]
        case Tie():
            return "tie"
        case other:
            return other


@pytest.mark.parametrize(
    ("ranks", "best", "verdict"),
    [
        ([2.0, 1.0, 2.0], "lowest", ["q", "pr"]),
        ([2, 1, 3], "highest", ["r", "p", "q"]),
        (["0.5", "0.25", "1"], "highest", ["r", "p", "q"]),
        ([1, 2], "lowest", "p"),
        ([1, 2], "highest", "q"),
        ([3, 3], "lowest", "tie"),
        ([None, None], "lowest", None),
    ],
)
def test_rank_numbers_make_a_verdict(
    ranks: list[object], best: str, verdict: object, context: Context
) -> None:
    """Equal numbers tie; without any number there is no judgment."""
    assert ranked(ranks, best, context) == verdict


def test_a_rank_that_is_no_number_is_named(context: Context) -> None:
    """With its field and what it is."""
    with pytest.raises(InputError, match="'first'") as caught:
        ranked([1, "first"], "lowest", context)
    assert caught.value.where == "judgments[0].ranks.entries[0].rank"


COMPARED = """  - reviewer: {unnamed: label}
    comparisons:
      - {dimension: tone, verdict: {column: v, values: VALUES}}
"""
VALUES = "{p: prefers p, q3: prefers q by 3, tie: tie, skip: {abstained: unsure}, bad: both_unacceptable}"


@pytest.mark.parametrize(
    ("verdict", "scores"),
    [
        ("p", {"p": 1, "q": 0}),
        ("q3", {"p": 0, "q": 3}),
        ("tie", {"p": 0, "q": 0}),
        ("skip", "unsure"),
        ("bad", "both_unacceptable"),
    ],
)
def test_a_comparison_by_dimension_becomes_scores(
    verdict: str, scores: object, context: Context
) -> None:
    """The better one is ahead by its strength; who does not answer abstains on the dimension."""
    row = {"texts": ["p", "q"], "v": verdict}
    record, (judgment,) = judged(COMPARED.replace("VALUES", VALUES), row, context)
    first = judgment.scores[0].score
    if isinstance(first, ScoreAbstained):
        assert first.reason == scores
        return
    shown = {
        record.candidates[score.candidate or 0].content: score.score.value
        for score in judgment.scores
        if isinstance(score.score, Scored)
    }
    assert shown == scores


def test_an_attack_is_what_its_reviewer_found(context: Context) -> None:
    """Each field of it from its column."""
    text = """  - reviewer: {person: ann}
    attack: {strategy: "{s}", outcome: broken, severity: high, attempts: "{n}", successes: {column: n, minus: 1}}
"""
    _, (judgment,) = judged(text, {"texts": ["p", "q"], "s": "persona", "n": "4"}, context)
    assert judgment.attack == Attack(
        strategy="persona", outcome="broken", severity="high", attempts=4, successes=3
    )


def test_a_judgment_may_replace_an_earlier_one_of_its_row(context: Context) -> None:
    """By its name, or by an id; a name that no earlier one has is refused."""
    text = """  - {name: auto, reviewer: {model: match}, verdict: prefers p}
  - {reviewer: {person: ann}, supersedes: "{which}", verdict: prefers q}
"""
    row = {"texts": ["p", "q"]}
    _, (auto, corrected) = judged(text, row | {"which": "auto"}, context)
    assert corrected.supersedes == auto.id
    _, (_, by_id) = judged(text, row | {"which": auto.id}, context)
    assert by_id.supersedes == auto.id
    with pytest.raises(InputError) as caught:
        judged(text, row | {"which": "other"}, context)
    assert caught.value.code == "unknown-judgment"


def test_a_place_in_a_list_is_no_person(context: Context) -> None:
    """Its author is unknown, under the source's own name."""
    text = """  - for: {n: {range: 2}}
    reviewer: {position: "rater {n}"}
    verdict: tie
"""
    _, judgments = judged(text, {"texts": ["p", "q"]}, context)
    assert [(judgment.reviewer.kind, judgment.reviewer.pseudonym) for judgment in judgments] == [
        ("unknown", "own-texts: rater 0"), ("unknown", "own-texts: rater 1"),
    ]  # fmt: skip


def test_unless_with_two_names_leaves_out_only_where_both_hold(context: Context) -> None:
    """As the page says: the two together, not either."""
    text = "  - {reviewer: {person: ann}, verdict: tie, unless: {a: 1, b: 1}}\n"
    counts = [
        len(judged(text, {"texts": ["p", "q"], "a": a, "b": b}, context)[1])
        for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))
    ]
    assert counts == [0, 1, 1, 1]


def test_a_verdict_and_ranks_are_not_both_given() -> None:
    """They answer the same question."""
    text = HEAD + RANKS.replace("BEST", "lowest") + "    verdict: tie\n"
    _, issues = read_mapping("m.yaml", text.encode())
    assert any("one of verdict, ranks" in issue.message for issue in issues)


@pytest.mark.parametrize(
    ("doubled", "text"), [("first", "One?"), ("last", "Two?"), ("refuse", None)]
)
def test_a_doubled_key_of_a_join_is_refused_or_taken_once(
    doubled: str, text: str | None, tmp_path: Path, store: Store, context: Context
) -> None:
    """As the mapping says; refusing is what happens where it says nothing."""
    (tmp_path / "m.yaml").write_text(
        f"""mapping: 1
kind: demonstration
join: {{task: {{file: tasks.jsonl, key: id, to: "{{task_id}}", doubled: {doubled}}}}}
record:
  messages: [{{user: "{{task.text}}"}}]
  candidates: [{{content: "{{answer}}", unknown: not said}}]
"""
    )
    (tmp_path / "tasks.jsonl").write_text('{"id": 1, "text": "One?"}\n{"id": 1, "text": "Two?"}\n')
    data = tmp_path / "a.csv"
    data.write_text("task_id,answer\n1,x\n")
    if text is None:
        with pytest.raises(InputError, match="doubled: first"):
            open_mapping(tmp_path / "m.yaml", data)
        return
    import_file(
        data,
        open_mapping(tmp_path / "m.yaml", data),
        context("demonstration"),
        store=store,
        actor="ada",
    )
    assert next(store.scan(Record)).task.messages[0].content == text


@pytest.mark.parametrize(
    "header",
    ["id,text # two columns", "id,text,# two columns", "id,text,# two, columns", "id,text"],
)
def test_a_comment_behind_the_header_is_no_column(
    header: str, tmp_path: Path, store: Store, context: Context
) -> None:
    """It may follow the last column's name, or stand in cells of its own."""
    (tmp_path / "m.yaml").write_text(
        """mapping: 1
kind: demonstration
rows: {header_comment: "#"}
record:
  key: "{id}"
  messages: [{user: Why?}]
  candidates: [{content: "{text}", unknown: not said}]
"""
    )
    data = tmp_path / "a.csv"
    data.write_text(f"{header}\n1,x # stays\n")
    import_file(
        data,
        open_mapping(tmp_path / "m.yaml", data),
        context("demonstration"),
        store=store,
        actor="ada",
    )
    assert next(store.scan(Record)).candidates[0].content == "x # stays"

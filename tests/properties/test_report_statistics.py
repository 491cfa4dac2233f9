"""What the report computes at once for many draws is what its definition gives draw by draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.digest import sha256
from assay.quality.answer_table import AnswerColumns, AnswerTable
from assay.quality.integrity import _Label, _LabelColumns
from assay.quality.shortcuts.predictor import _draws, _ScoreOrder
from assay.quality.shortcuts.substance import difference, evidence_of
from assay.quality.splits import MANY_PAIRS, _Residuals
from assay.records.verdict import DimensionScore, NotAsked, Scored
from simulators.slow_statistics import (
    area,
    label_conflicts,
    leading_value,
    others_mean,
    shuffled_raters,
)
from simulators.small_program import judged, pair

RECORD = pair()
SEEDS = st.integers(0, 10_000)


def _answers(seed: int, *, most: int = 5, raters: int = 9) -> AnswerColumns:
    """Answers of some raters to one or two items of each of forty records."""
    draw = np.random.default_rng(seed)
    rows: list[tuple[int, int, int, int]] = []
    item = 0
    for record in range(40):
        judged = draw.choice(raters, int(draw.integers(1, most)), replace=False)
        for _ in range(int(draw.integers(1, 3))):
            rows += [(item, record, int(rater), int(draw.integers(0, 3))) for rater in judged]
            item += 1
    items, records, who, values = (np.array(column) for column in zip(*rows, strict=True))
    return AnswerColumns(items=items, raters=who, values=values, records=records, groups={})


@given(SEEDS)
def test_a_shuffle_moves_the_raters_of_each_record_as_drawn(seed: int) -> None:
    """One sort of whole numbers gives the order of a sort by record and draw."""
    answers = _answers(seed)
    found = AnswerTable(answers).shuffled_raters(np.random.default_rng(seed))
    expected = shuffled_raters(answers, np.random.default_rng(seed))
    assert found.tolist() == expected.tolist()


@given(SEEDS, st.sampled_from([4, 9]))
def test_the_leading_value_of_a_shuffle_is_that_of_every_pair(seed: int, n_active: int) -> None:
    """Products of pairs, computed once, give the eigenvalue for any raters of the answers."""
    table = AnswerTable(_answers(seed))
    raters = table.shuffled_raters(np.random.default_rng(seed))
    active = np.arange(n_active)
    found = _Residuals(table, active).leading_value(raters)
    assert found == pytest.approx(leading_value(table, active, raters), abs=1e-12)


def test_the_leading_value_is_the_same_where_everybody_answers_everything() -> None:
    """Items with so many answers that their pairs are not listed have the value of every pair."""
    raters = 2 * MANY_PAIRS
    draw = np.random.default_rng(1)
    items, who = np.divmod(np.arange(3 * raters), raters)
    values = draw.integers(0, 3, len(items))
    table = AnswerTable(AnswerColumns(items=items, raters=who, values=values, groups={}))
    active = np.arange(20)
    found = _Residuals(table, active).leading_value(table.raters)
    assert found == pytest.approx(leading_value(table, active, table.raters), abs=1e-12)


@given(SEEDS)
def test_the_area_of_a_draw_of_prompts_is_that_of_its_rows(seed: int) -> None:
    """Predictions sorted once give the area of rows that a draw has several times or not at all."""
    draw = np.random.default_rng(seed)
    codes = np.sort(draw.integers(0, 12, 40))
    codes = np.unique(codes, return_inverse=True)[1]
    predicted, wins = draw.integers(-3, 4, 40) / 2, draw.integers(0, 2, 40)
    weights = _draws(codes, draw)[0]
    rows = np.repeat(np.arange(40), weights)
    found = _ScoreOrder.of(predicted, wins).area(weights)
    assert found == pytest.approx(area(predicted, wins, rows), abs=1e-12)


SCORES = st.dictionaries(
    st.tuples(st.sampled_from(["correctness", "clarity"]), st.integers(0, 1)), st.integers(1, 5)
)


@given(st.dictionaries(st.sampled_from("abcd"), SCORES, min_size=1), st.sampled_from("abcd"))
def test_substance_is_what_all_others_scored(
    said: dict[str, dict[tuple[str, int], int]], reviewer: str
) -> None:
    """The sum over all reviewers less one reviewer's own difference is that of the others."""
    judgments = [
        judged(
            RECORD,
            name,
            NotAsked(),
            scores=tuple(
                DimensionScore(dimension=dimension, candidate=place, score=Scored(value=value))
                for (dimension, place), value in scores.items()
            ),
        )
        for name, scores in said.items()
    ]
    names = ("correctness", "clarity")
    found = difference(evidence_of(judgments, (), ()), reviewer, names, 0, 1)
    for place, dimension in enumerate(names):
        mean, scorers = others_mean(said, reviewer, dimension)
        assert found.scorers[place] == scorers
        assert found.scores[place] == mean or (mean is None and np.isnan(found.scores[place]))


LABELS = st.tuples(
    st.sampled_from([sha256(name) for name in (b"one", b"two", b"three")]),
    st.sampled_from(["verdict", "expected"]),
    st.sampled_from(["comply", "refuse", sha256(b"first"), sha256(b"second")]),
)


@given(st.lists(st.lists(LABELS, min_size=1, max_size=3), max_size=8))
def test_labels_in_columns_conflict_as_labels_one_by_one(
    records: list[list[tuple[bytes, str, str | bytes]]],
) -> None:
    """A sort of part of the digests finds every item with several labels, and its first records."""
    columns = _LabelColumns()
    flat = []
    for number, labels in enumerate(records):
        columns.add(f"rec_{number}", [_Label(*label) for label in labels])
        flat += [(f"rec_{number}", *label) for label in labels]
    found = [(one.question, one.labels, one.records) for one in columns.conflicts()]
    assert sorted(found) == label_conflicts(flat)

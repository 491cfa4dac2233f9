"""What the report computes at once for many draws is what its definition gives draw by draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.answer_table import AnswerColumns, AnswerTable
from assay.quality.shortcuts.predictor import _draws, _ScoreOrder
from assay.quality.splits import MANY_PAIRS, _Residuals
from simulators.slow_statistics import area, leading_value, shuffled_raters

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

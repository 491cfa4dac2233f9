"""Statistics of the quality report as they are defined, one draw or pair at a time.

What the report computes at once for many draws is compared with these.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from assay.quality.answer_table import AnswerColumns, AnswerTable, Floats, Integers


def shuffled_raters(answers: AnswerColumns, draw: np.random.Generator) -> Integers:
    """The raters of each record in a drawn order, what one of them answered about it together."""
    records = answers.items if answers.records is None else answers.records
    slots = sorted({(int(r), int(w)) for r, w in zip(records, answers.raters, strict=True)})
    keys = draw.random(len(slots)).tolist()
    order = sorted(range(len(slots)), key=lambda place: (slots[place][0], keys[place]))
    moved = {slot: slots[place][1] for slot, place in zip(slots, order, strict=True)}
    pairs = zip(records, answers.raters, strict=True)
    return np.array([moved[int(record), int(rater)] for record, rater in pairs])


def leading_value(table: AnswerTable, active: Integers, raters: Integers) -> float:
    """The largest eigenvalue of the raters' correlation, item by item and pair by pair."""
    place = {int(rater): at for at, rater in enumerate(active)}
    products = np.zeros((len(active), len(active)))
    squares = np.zeros(len(active))
    for item in range(table.n_items):
        rows = np.flatnonzero(table.items == item)
        off = table.values[rows] - table.values[rows].mean()
        counted = [
            (place[int(rater)], float(value))
            for rater, value in zip(raters[rows], off, strict=True)
            if int(rater) in place
        ]
        for rater, value in counted:
            squares[rater] += value**2
        for (one, x), (other, y) in combinations(counted, 2):
            products[one, other] += x * y
            products[other, one] += x * y
    norms = np.sqrt(squares)
    norms[norms == 0] = 1.0
    np.fill_diagonal(products, squares)
    return float(np.linalg.eigvalsh(products / np.outer(norms, norms))[-1])


def area(predicted: Floats, wins: Integers, rows: Integers) -> float:
    """Area under the curve of some rows, each pair in both orders, every pair compared."""
    toward = np.where(wins == 1, predicted, -predicted)[rows]
    larger = toward[:, None] > -toward[None, :]
    equal = toward[:, None] == -toward[None, :]
    return float((larger + equal / 2).mean())


def others_mean(
    scores: Mapping[str, Mapping[tuple[str, int], float]], reviewer: str, dimension: str
) -> tuple[float | None, int]:
    """Mean difference of two candidates by all reviewers but one, and by how many of them."""
    differences = [
        own[dimension, 0] - own[dimension, 1]
        for name, own in scores.items()
        if name != reviewer and (dimension, 0) in own and (dimension, 1) in own
    ]
    return (sum(differences) / len(differences) if differences else None), len(differences)


def label_conflicts(
    labels: Iterable[tuple[str, bytes, str, str | bytes]],
) -> list[tuple[str, int, tuple[str, ...]]]:
    """Question, labels and first records of each item whose words differ, one label at a time."""
    seen: dict[tuple[bytes, str], dict[str | bytes, str]] = {}
    for identity, item, question, value in labels:
        seen.setdefault((item, question), {}).setdefault(value, identity)
    return sorted(
        (question, len(by_value), tuple(by_value.values()))
        for (_, question), by_value in seen.items()
        if len(by_value) > 1
    )

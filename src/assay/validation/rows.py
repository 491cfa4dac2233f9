"""Rows of evaluation results: our own JSON lines, and the samples of Inspect's JSON logs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from assay.core.errors import InputError
from assay.records.ports import Row, row_values
from assay.validation.evaluation import Result

Format = Literal["assay", "inspect"]
"""`assay`: one result a line; `inspect`: a log as `inspect log convert --to json` writes it."""

_FIELDS = (
    "item", "family", "slice", "epoch", "measures", "expected", "response", "claims", "failure",
)  # fmt: skip
_GRADES = {"C": "1", "I": "0", "P": "0.5"}
"""Inspect's grades as numbers. `N`, no answer, is no number: it stays out of every denominator."""


def read_rows(
    rows: Iterable[Row], format_: Format, evaluation: str
) -> Iterator[tuple[Row, Result | InputError]]:
    """The result of every row, or why it cannot be used.

    Args:
        rows: the rows of a file.
        format_: how they are written.
        evaluation: id of the evaluation that they belong to.
    """
    for row in rows:
        try:
            given = row_values(row)
            plain = given if format_ == "assay" else _sample(given)
            yield row, _result(plain, evaluation)
        except InputError as error:
            yield row, error


def _result(row: Mapping[str, Any], evaluation: str) -> Result:
    unknown = sorted(set(row) - set(_FIELDS))
    if unknown:
        raise InputError(
            code="unknown-field",
            message=f"unknown fields: {', '.join(unknown)}",
            hint=f"a row has: {', '.join(_FIELDS)}; docs/formats/evaluation.md says what each means",
        )
    plain = {key: value for key, value in row.items() if value is not None}
    measures = {name: _decimal(name, each) for name, each in plain.get("measures", {}).items()}
    try:
        return msgspec.convert({**plain, "evaluation": evaluation, "measures": measures}, Result)
    except msgspec.ValidationError as error:
        raise InputError(
            code="not-a-result",
            message=f"not a result: {error}",
            hint="docs/formats/evaluation.md says what each field means",
        ) from error


def _decimal(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and value == value and abs(value) < 1e15:  # noqa: PLR0124, PLR2004  not a NaN, and short as text
        text = f"{value:.12f}".rstrip("0").rstrip(".")
        return "0" if text in {"-0", ""} else text
    raise InputError(code="not-a-number", message=f"the measure {name!r} is no number: {value!r}")


def _sample(row: Mapping[str, Any]) -> dict[str, Any]:
    """One sample of an Inspect log in our own words."""
    sample = row.get("item", row)
    if not isinstance(sample, Mapping) or "id" not in sample:
        raise InputError(code="not-a-sample", message="the row is no sample of an Inspect log")
    if sample.get("error"):
        raise InputError(
            code="failed-sample",
            message="the sample ended with an error, so it has no result",
            hint="run the evaluation again for this sample",
        )
    metadata = sample.get("metadata") or {}
    known = {key: metadata[key] for key in _FIELDS if key in metadata and key != "item"}
    scores = list((sample.get("scores") or {}).items())
    measures = dict(known.pop("measures", {}))
    for place, (scorer, score) in enumerate(scores):
        measures |= dict(_values("correct" if place == 0 else _name(scorer), score))
    epoch = sample.get("epoch")
    return {
        **known,
        "item": str(sample["id"]),
        "epoch": epoch - 1 if isinstance(epoch, int) and epoch > 0 else 0,
        "measures": measures,
    }


def _values(name: str, score: Any) -> Iterator[tuple[str, Any]]:
    value = score.get("value") if isinstance(score, Mapping) else score
    if isinstance(value, Mapping):
        for part, each in value.items():
            yield from _values(_name(str(part)), each)
    elif isinstance(value, str):
        if value in _GRADES:
            yield name, _GRADES[value]
    elif value is not None:
        yield name, value


def _name(text: str) -> str:
    lowered = "".join(each if each.isascii() and each.isalnum() else "_" for each in text.lower())
    return lowered if lowered[:1].isalpha() else f"score_{lowered}"

"""Rows of evaluation results: our own JSON lines, and the samples of Inspect's logs."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from assay.core.batches import batches
from assay.core.errors import InputError
from assay.records.formats.inspect_sample import inspect_sample, score_name, score_values
from assay.records.ports import Row, row_values
from assay.reserve.ports import Digester
from assay.validation.evaluation import ItemResult
from assay.validation.metrics import TAKEN
from assay.validation.training_overlap import question_text

Format = Literal["assay", "inspect"]
"""`assay`: one result a line; `inspect`: a log of Inspect, packed or in JSON."""

_FIELDS = (
    "item", "family", "slice", "epoch", "measures", "expected", "response", "claims", "failure",
    "input",
)  # fmt: skip
_DIGESTED = 1_000
"""Inputs that are digested in one request, because the gate's process logs each request."""

_OF_THE_SAMPLE = frozenset({"item", "input"})
"""Fields that an Inspect sample has itself, whatever its metadata says."""

_GRADES = {"C": "1", "I": "0", "P": "0.5"}
"""Inspect's grades as numbers."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")

_NO_ANSWER = "N"
"""Inspect's grade for no answer. It is not a number: it stays out of every denominator."""


def read_rows(
    rows: Iterable[Row],
    format_: Format,
    evaluation: str,
    axes: Collection[str] = (),
    *,
    digester: Digester,
) -> Iterator[tuple[Row, ItemResult | InputError]]:
    """The result of every row, or why it cannot be used.

    Args:
        rows: the rows of a file.
        format_: how they are written.
        evaluation: id of the evaluation that they belong to.
        axes: the contract's axes; an Inspect sample may name them in its metadata.
        digester: digests inputs; of an input only its keyed digest is kept.
    """
    # Of an input only a keyed digest is stored: evaluation items may be secret, and a plain hash of
    # a short question could be guessed.
    for part in batches(rows, _DIGESTED):
        read = [_read_row(row, format_, evaluation, axes) for row in part]
        digests = iter(list(digester.digests(text for _, text in read if text)))
        for row, (result, text) in zip(part, read, strict=True):
            if isinstance(result, ItemResult) and text:
                yield row, result.replace(input=next(digests))
            else:
                yield row, result


def _read_row(
    row: Row, format_: Format, evaluation: str, axes: Collection[str]
) -> tuple[ItemResult | InputError, str]:
    """The result of a row without its input, and the text of the item's question."""
    try:
        values = row_values(row)
        plain = values if format_ == "assay" else _sample(values, axes)
        text = question_text(_messages(plain.get("input")))
        return _result(plain, evaluation), text
    except InputError as error:
        return error, ""


def _result(row: Mapping[str, Any], evaluation: str) -> ItemResult:
    unknown = sorted(set(row) - set(_FIELDS))
    if unknown:
        raise InputError(
            code="unknown-field",
            message=f"unknown fields: {', '.join(unknown)}",
            hint=f"a row has: {', '.join(_FIELDS)}; docs/formats/evaluation.md says what each means",
        )
    plain = {key: value for key, value in row.items() if value is not None}
    measures = {name: _decimal(name, value) for name, value in _mapping(plain, "measures").items()}
    _check_names(measures)
    try:
        result = msgspec.convert(
            {**plain, "evaluation": evaluation, "measures": measures, "input": None}, ItemResult
        )
    except msgspec.ValidationError as error:
        raise InputError(
            code="not-a-result",
            message=f"not a result: {error}",
            hint="docs/formats/evaluation.md says what each field means",
        ) from error
    if not 0 <= float(measures.get("correct", "0")) <= 1:
        raise InputError(
            code="not-a-share",
            message=f"`correct` is {measures['correct']}, which is not from 0 to 1",
            hint="give a score on another scale another name, such as `score`",
        )
    return result


def _messages(value: Any) -> list[tuple[str, str]]:
    """Role and text of each message of an input, which may be one text."""
    if value is None:
        return []
    if isinstance(value, str):
        return [("user", value)]
    if not isinstance(value, list) or not all(isinstance(message, Mapping) for message in value):
        raise InputError(
            code="not-a-result", message="`input` is no text and no list of messages with content"
        )
    return [(str(message.get("role")), _content(message.get("content"))) for message in value]


def _content(content: Any) -> str:
    """The text of a message's content, which may come in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "\n".join(text for text in parts if isinstance(text, str))
    return content if isinstance(content, str) else ""


def _mapping(fields: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = fields.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(
            code="not-a-result", message=f"`{key}` is not an object of names and values"
        )
    return value


def _check_names(measures: Mapping[str, str]) -> None:
    taken = sorted(TAKEN & measures.keys())
    if taken:
        raise InputError(
            code="name-taken",
            message=f"a measure is called {taken[0]!r}, which is computed from other fields",
            hint="give `correct`, `expected` and `response`, `claims` or `failure`, or another name",
        )


def _decimal(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    if isinstance(value, int | float) and value == value and abs(value) < 1e15:  # noqa: PLR0124, PLR2004  not a NaN, and short as text
        text = f"{value:.12f}".rstrip("0").rstrip(".")
        return "0" if text in {"-0", ""} else text
    raise InputError(
        code="not-a-number", message=f"the measure {name!r} is not a number: {value!r}"[:200]
    )


def _sample(row: Mapping[str, Any], axes: Collection[str]) -> dict[str, Any]:
    """One sample of an Inspect log in our own words."""
    sample = inspect_sample(row)
    if sample.status != "success":
        raise InputError(
            code="unfinished-log",
            message=f"the log says {sample.status!r}: what is missing from it is not missing at random",
            hint="finish the run: inspect eval-retry",
        )
    if sample.identity is None:
        raise InputError(code="not-a-sample", message="the sample has no id", where="sample.id")
    metadata = sample.metadata
    own_fields = {
        key: metadata[key] for key in _FIELDS if key in metadata and key not in _OF_THE_SAMPLE
    }
    named = {axis: metadata[axis] for axis in axes if axis in metadata and axis not in _FIELDS}
    measures = dict(_mapping(own_fields, "measures"))
    for place, (scorer, states) in enumerate(sample.scores.items()):
        measures |= _measures("correct" if place == 0 else score_name(scorer), states[-1].value)
    return {
        **own_fields,
        "item": sample.identity,
        "input": sample.sample.get("input"),
        "slice": {**named, **_mapping(own_fields, "slice")},
        # Inspect counts epochs from 1 and we count from 0.
        "epoch": sample.epoch - 1 if sample.epoch else 0,
        "measures": measures,
    }


def _measures(name: str, stated: Any) -> dict[str, Any]:
    """The measures that one score gives; no answer, and an unscored sample, give none."""
    measures = {}
    for measure, value in score_values(name, stated):
        if isinstance(value, str) and value in _GRADES:
            measures[measure] = _GRADES[value]
        elif value is not None and value != _NO_ANSWER:
            measures[measure] = value
    return measures

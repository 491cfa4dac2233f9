"""What a sample of an Inspect log says of itself, the same for records and for evaluation results."""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.core.errors import InputError


def refuse_failed(sample: Mapping[str, Any]) -> None:
    """Refuse a sample that ended with an error.

    Raises:
        InputError: with the code `failed-sample`.
    """
    if sample.get("error"):
        raise InputError(
            code="failed-sample",
            message="the sample ended with an error, so it has neither an answer nor a result",
            where="sample.error",
            hint="run the evaluation again for this sample",
        )


def score_values(name: str, stated: Any) -> Iterator[tuple[str, Any]]:
    """The values that one score states, each under its name; several values have their own names.

    Args:
        name: the name of the score.
        stated: its `value`.
    """
    if not isinstance(stated, Mapping):
        yield name, stated
        return
    for part, value in stated.items():
        yield from score_values(score_name(str(part)), value)


def score_name(text: str) -> str:
    """A scorer's name as the name of a dimension or a measure: lower-case letters, digits, `_`."""
    lowered = "".join(each if each.isascii() and each.isalnum() else "_" for each in text.lower())
    return lowered if lowered[:1].isalpha() else f"score_{lowered}"

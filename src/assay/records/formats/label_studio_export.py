"""Label Studio's JSON export: the results of one annotation, as the tool writes them.

The reader of imported data and the format of review work both read them here. What a result means
for a record or for an answer is theirs.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.formats.shapes import as_list, as_name, as_object, as_word

RESULT_TYPES = (
    "choices", "rating", "number", "textarea", "pairwise", "labels", "hypertextlabels", "ranker",
)  # fmt: skip
"""Types of result that are read."""

SPANS = ("labels", "hypertextlabels")
"""Types of result that mark a stretch of a text or of a page."""

SIDES = ("left", "right")
"""The sides of a pair, in the order in which the candidates are shown."""

RELATION = "relation"
"""The type of a result that joins two regions; it answers no question."""

_KEYS = {"textarea": "text", "pairwise": "selected"}
"""Type of result -> where its `value` holds the answer, if not under the name of the type."""


class StudioResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one control of the labeling interface was answered."""

    kind: str
    """One of `RESULT_TYPES`."""
    control: str
    """Name of the control."""
    about: str
    """Name of the text that it is about."""
    region: str
    """Id that a span shares with what is said of it."""
    value: Mapping[str, Any]
    """The answer as the tool holds it, with the offsets of a span."""

    @property
    def is_span(self) -> bool:
        """Whether it marks a stretch."""
        return self.kind in SPANS

    @property
    def values(self) -> tuple[Any, ...]:
        """The options, labels or texts answered, or the one number or side; empty for none.

        Raises:
            InputError: if the answer does not have the shape of its type.
        """
        stated = self.value.get(_KEYS.get(self.kind, self.kind))
        is_list = self.kind in {"choices", "textarea", *SPANS} and not (
            self.kind == "textarea" and isinstance(stated, str)
        )
        if is_list:
            return tuple(as_list(stated, self.control))
        return () if stated is None else (stated,)

    @property
    def stretch(self) -> Mapping[str, Any]:
        """`start`, `end` and `text` of a span; those of a page count its text without its tags."""
        offsets = self.value.get("globalOffsets")
        return {**self.value, **offsets} if isinstance(offsets, Mapping) else self.value


class StudioAnnotation(msgspec.Struct, frozen=True, kw_only=True):
    """What one person answered to one task."""

    answered_by: str | None
    """Who, as the tool names people; absent where it names nobody."""
    cancelled: bool
    """Whether the person skipped the task."""
    results: tuple[StudioResult, ...]
    """The answers, in the tool's order."""
    unread: tuple[str, ...]
    """Types of the results that are not read, each once."""
    active_ms: int | None
    """Active time in milliseconds."""
    judged_at: str | None
    """When, as the tool says it."""

    @property
    def spans(self) -> tuple[StudioResult, ...]:
        """The stretches that were marked."""
        return tuple(result for result in self.results if result.is_span)

    @property
    def answers(self) -> tuple[StudioResult, ...]:
        """What was answered of the task as a whole, spans and remarks on them apart."""
        regions = {span.region for span in self.spans} - {""}
        return tuple(
            result for result in self.results if not result.is_span and result.region not in regions
        )

    def remarks(self, span: StudioResult) -> tuple[StudioResult, ...]:
        """What was said of one span: the results that share its id."""
        return tuple(
            result
            for result in self.results
            if span.region and result.region == span.region and not result.is_span
        )


def studio_annotation(value: Any) -> StudioAnnotation:
    """One annotation of a task.

    Raises:
        InputError: if it is none, or one of its results does not have the shape of its type.
    """
    annotation = as_object(value, "annotations")
    stated = as_list(annotation.get("result"), "result")
    kinds = [as_word(as_object(result, "result").get("type"), "type") for result in stated]
    return StudioAnnotation(
        answered_by=as_name(annotation.get("completed_by")),
        cancelled=bool(annotation.get("was_cancelled")),
        results=tuple(
            studio_result(result)
            for result, kind in zip(stated, kinds, strict=True)
            if kind in RESULT_TYPES
        ),
        unread=tuple(dict.fromkeys(kind for kind in kinds if kind not in RESULT_TYPES)),
        active_ms=lead_time_ms(annotation.get("lead_time")),
        judged_at=as_word(annotation.get("created_at"), "created_at") or None,
    )


def unread_result(kind: str) -> InputError:
    """The fault of a result whose type is not read."""
    return InputError(
        code="unknown-result",
        message=f"results of type {kind!r} are not read",
        where="annotations.result",
        hint=f"read: {', '.join(RESULT_TYPES)}",
    )


def studio_result(value: Any) -> StudioResult:
    """One result of an annotation.

    Raises:
        InputError: if it is none, or of a type that is not read.
    """
    result = as_object(value, "result")
    kind = as_word(result.get("type"), "type")
    if kind not in RESULT_TYPES:
        raise unread_result(kind)
    return StudioResult(
        kind=kind,
        control=as_word(result.get("from_name"), "from_name"),
        about=as_word(result.get("to_name"), "to_name"),
        region=as_word(result.get("id"), "id"),
        value=as_object(result.get("value"), "value"),
    )


def side_of(result: StudioResult) -> int:
    """The place of the candidate that a pairwise result selects, in the order shown.

    Raises:
        InputError: if it selects neither side.
    """
    side = as_word(result.value.get("selected"), result.control)
    if side not in SIDES:
        raise InputError(
            code="unknown-verdict",
            message=f"{side!r} is not a side: left or right",
            where=result.control,
        )
    return SIDES.index(side)


def lead_time_ms(seconds: Any) -> int | None:
    """Active time in milliseconds; the tool counts seconds, with a fraction."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    # The decimal number that the tool wrote, not the binary one next to it.
    return round(Fraction(str(seconds)) * 1000)


def ranking_of(result: StudioResult) -> tuple[str, ...] | None:
    """The ids of a ranker's items, best first; None where it sorts them into several buckets.

    Raises:
        InputError: if the answer does not have the shape of its type.
    """
    buckets = as_object(result.value.get("ranker"), result.control)
    named = {name: as_list(ids, name) for name, ids in buckets.items() if name != UNRANKED}
    left_over = as_list(buckets.get(UNRANKED), UNRANKED)
    if len(named) != 1 or left_over:
        return None
    return tuple(as_word(identity, result.control) for identity in next(iter(named.values())))


def buckets_of(result: StudioResult) -> Mapping[str, str]:
    """The ids of a ranker's items -> the bucket that each is in; an unranked one is left out.

    Raises:
        InputError: if the answer does not have the shape of its type.
    """
    buckets = as_object(result.value.get("ranker"), result.control)
    return {
        as_word(identity, name): name
        for name, ids in buckets.items()
        if name != UNRANKED
        for identity in as_list(ids, name)
    }


UNRANKED = "_"
"""The bucket of items that were not ranked."""

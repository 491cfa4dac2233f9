"""A sample of an Inspect log, the same for records and for evaluation results."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from assay.core.errors import InputError
from assay.records.formats.fields import Fields
from assay.records.formats.shapes import as_object, as_word

_LOG = ("version", "status", "eval", "plan", "results", "stats", "error", "reductions", "location",
        "invalidated", "eval_set_id", "etag", "tags", "metadata", "log_updates", "config")  # fmt: skip
_RUN = ("events", "timelines", "attachments", "store", "model_usage", "role_usage", "started_at",
        "completed_at", "total_time", "working_time", "uuid", "invalidation", "error",
        "error_retries", "limit", "events_data", "messages_data", "sandbox", "files", "setup",
        "checkpoint", "summary", "turn_count")  # fmt: skip
_SAMPLE = ("id", "epoch", "input", "choices", "target", "messages", "output", "scores", "metadata")
_STATE = ("value", "answer", "explanation", "reason")
_SCORE = (*_STATE, "metadata", "history", "sample_id")
_EDIT = (*_STATE, "metadata", "provenance")
_PROVENANCE = ("timestamp", "author", "reason", "metadata")

UNCHANGED = "UNCHANGED"
"""What an edit states of a part of a score that it leaves as it was."""

_GRADED_BY_MODEL = "model_graded"
"""How the names of Inspect's own scorers begin that ask a model."""

_RULES = frozenset({"match", "includes", "pattern", "answer", "choice", "exact", "f", "math"})
"""Inspect's own scorers that compare by a rule, without a number at their end (`f1`)."""

ScorerKind = Literal["rule", "model", "undetermined"]


class InspectScore(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a score: as the scorer gave it, or as a person edited it."""

    value: Any
    """The value, or several by name."""
    answer: str | None = None
    """The answer that the scorer took from the output."""
    explanation: str | None = None
    """Why it has this value."""
    unscored: str | None = None
    """Why there is no value, where the scorer says so: `grader_failed`, for one."""
    author: str | None = None
    """Who edited it; absent for what the scorer gave."""
    edited_at: str | None = None
    """When it was edited."""
    reason: str | None = None
    """Why it was edited."""


class InspectSample(msgspec.Struct, frozen=True, kw_only=True):
    """One sample beside what its log says once."""

    run: Mapping[str, Any]
    """The log's `eval`: task, model and settings."""
    status: str
    """How the evaluation ended: `success`, or why not."""
    sample: Mapping[str, Any]
    """The sample as the log has it."""
    identity: str | None
    """Its id."""
    epoch: int | None
    """Which run over the item, from 1."""
    metadata: Mapping[str, Any]
    """What the data set says of the item."""
    scores: Mapping[str, tuple[InspectScore, ...]]
    """Scorer -> the states of its score, the oldest first; the last is in force."""

    def scorer_kind(self, scorer: str) -> ScorerKind:
        """Whether a scorer compares by a rule or asks a model, as far as the log shows it.

        The log of a run holds each request to a model beside the scorer that made it. A log
        without events shows the names of Inspect's own scorers alone.
        """
        name = _name_without_number(scorer)
        if name.startswith(_GRADED_BY_MODEL) or "grading" in self._score_metadata(scorer):
            return "model"
        events = self.sample.get("events")
        asks_model = _asks_model(events, name) if isinstance(events, Sequence) else None
        if asks_model is None:
            return "rule" if name in _RULES else "undetermined"
        return "model" if asks_model else "rule"

    def _score_metadata(self, scorer: str) -> Mapping[str, Any]:
        metadata = self.sample["scores"][scorer].get("metadata")
        return metadata if isinstance(metadata, Mapping) else {}

    def content(self, value: Any) -> Any:
        """A text, or the attachment that stands in its place."""
        attachments = self.sample.get("attachments")
        if (
            isinstance(value, str)
            and value.startswith(_ATTACHMENT)
            and isinstance(attachments, Mapping)
        ):
            return attachments.get(value.removeprefix(_ATTACHMENT), value)
        return value


_ATTACHMENT = "attachment://"


def inspect_sample(row: Mapping[str, Any]) -> InspectSample:
    """The sample of a row: `item` beside the `rest` of its log, or the sample alone.

    Raises:
        InputError: if it is none, ended with an error, or has a part of another shape.
    """
    outer = row if "item" in row else {"rest": {}, "item": row}
    log = Fields(outer.get("rest") or {}, _LOG, "log")
    sample = as_object(outer["item"], "sample")
    if "id" not in sample and "messages" not in sample:
        raise InputError(code="not-a-sample", message="the row is not a sample of an Inspect log")
    fields = Fields(sample, (*_SAMPLE, *_RUN), "sample")
    _refuse_failed(sample)
    epoch = sample.get("epoch")
    return InspectSample(
        run=log.mapping("eval"),
        status=log.text_or_none("status") or "success",
        sample=sample,
        identity=fields.name_or_none("id"),
        epoch=epoch if isinstance(epoch, int) and not isinstance(epoch, bool) else None,
        metadata=fields.mapping("metadata"),
        scores={
            scorer: tuple(_score_states(value, f"scores.{scorer}"))
            for scorer, value in fields.mapping("scores").items()
        },
    )


def _refuse_failed(sample: Mapping[str, Any]) -> None:
    if sample.get("error"):
        raise InputError(
            code="failed-sample",
            message="the sample ended with an error, so it has neither an answer nor a result",
            where="sample.error",
            hint="run the evaluation again for this sample",
        )


def _score_states(value: Any, where: str) -> Iterator[InspectScore]:
    """The states of a score: what the scorer gave, then each edit; without edits the one."""
    fields = Fields(value, _SCORE, where)
    state: dict[str, Any] = {}
    for number, edit in enumerate(fields.items("history")):
        place = f"{where}.history[{number}]"
        edited = Fields(edit, _EDIT, place)
        parts = {name: edit[name] for name in _STATE if name in edit}
        state |= {name: part for name, part in parts.items() if part != UNCHANGED}
        made = Fields(edited.mapping("provenance"), _PROVENANCE, f"{place}.provenance")
        yield InspectScore(
            value=state.get("value"),
            answer=_text(state.get("answer"), place),
            explanation=_text(state.get("explanation"), place),
            unscored=_text(state.get("reason"), place),
            author=made.text_or_none("author"),
            edited_at=made.text_or_none("timestamp"),
            reason=made.text_or_none("reason"),
        )
    if not state:
        yield InspectScore(
            value=fields.rest("value").get("value"),
            answer=fields.text_or_none("answer"),
            explanation=fields.text_or_none("explanation"),
            unscored=fields.text_or_none("reason"),
        )


def _text(value: Any, where: str) -> str | None:
    return as_word(value, where) or None


def _asks_model(events: Sequence[Any], scorer: str) -> bool | None:
    """Whether a model was asked inside a scorer's part of the run; None where that part is not there.

    A log names a second scorer of one name by a number, which its events leave out.
    """
    spans: set[str] = set()
    asks_model, name = False, _name_without_number(scorer)
    for event in events:
        if not isinstance(event, Mapping):
            continue
        if event.get("event") == "span_begin":
            is_scorer = (
                event.get("type") == "scorer" and _name_without_number(event.get("name")) == name
            )
            identity = event.get("id")
            if identity and (is_scorer or str(event.get("parent_id")) in spans):
                spans.add(str(identity))
        elif event.get("event") == "model" and str(event.get("span_id")) in spans:
            asks_model = True
    return asks_model if spans else None


def _name_without_number(scorer: Any) -> str:
    return str(scorer).rpartition("/")[2].rstrip("0123456789")


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
    lowered = "".join(
        character if character.isascii() and character.isalnum() else "_"
        for character in text.lower()
    )
    return lowered if lowered[:1].isalpha() else f"score_{lowered}"

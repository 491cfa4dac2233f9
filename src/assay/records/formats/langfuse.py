"""Langfuse: traces with their scores."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.records.extra_fields import note_extra
from assay.records.formats.fields import Fields
from assay.records.formats.trace_messages import response_messages, task_messages
from assay.records.formats.trace_record import run_record
from assay.records.formats.trace_scores import scored_judgments
from assay.records.reader import Read, RowContext
from assay.records.redaction import redact

_TRACE = ("id", "timestamp", "name", "input", "output", "sessionId", "release", "version", "userId",
          "metadata", "tags", "public", "environment", "htmlPath", "latency", "totalCost",
          "observations", "scores", "createdAt", "updatedAt", "projectId", "externalId",
          "bookmarked")  # fmt: skip

LOCATOR = "langfuse:trace/"
"""How the locator of a trace begins; its id follows."""


class Langfuse:
    """Reads traces of Langfuse as its API gives one trace: with `observations` and `scores`.

    `input` is the task and `output` the response: messages in OpenAI's or LangChain's form, or a
    single text; where the trace has none, those of its first and last generation. The trace's id
    is the key and, as `langfuse:trace/ID`, the locator to which scores can be written back. Scores
    of one person (`ANNOTATION`) are one judgment, those of an evaluator (`EVAL`) one for each
    name; what came by the API is a label of an unnamed rater. `stringValue` or `value` is the
    score, `comment` and a score of type `CORRECTION` are reasons. A score of a single observation
    is not one of the trace, and is counted as not read. Secrets and addresses are redacted.
    """

    name = "langfuse"
    kinds = ("outcome", "demonstration", "trajectory")
    summary = "Langfuse traces with their scores, redacted"
    redacts = True

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one trace.

        Raises:
            InputError: if the row is not of this format, or the trace has no output.
        """
        redacted: Counter[str] = Counter()
        fields = Fields(row, _TRACE)
        generations = list(_generations(fields))
        first, last = (generations[0], generations[-1]) if generations else ({}, {})
        task = task_messages(redact(row.get("input") or first.get("input"), redacted))
        response = response_messages(
            redact(row.get("output") or last.get("output"), redacted), task
        )
        parameters = last.get("modelParameters")
        record = run_record(
            context,
            task,
            response,
            model=str(last["model"]) if last.get("model") else None,
            parameters=json_text(parameters) if parameters else None,
            locator=LOCATOR + fields.text("id"),
            key=fields.text("id"),
        )
        scores = redact(list(_own_scores(fields)), redacted)
        judgments, set_aside = scored_judgments(record, scores, "scores", context)
        return [
            Read(record=record, judgments=judgments, set_aside=set_aside, redacted=dict(redacted))
        ]


def _generations(fields: Fields) -> Iterator[Mapping[str, Any]]:
    """The requests to models in a trace, in their order of time."""
    observations = [entry for entry in fields.items("observations") if isinstance(entry, Mapping)]
    for observation in sorted(observations, key=lambda entry: str(entry.get("startTime") or "")):
        if observation.get("type") == "GENERATION":
            yield observation


def _own_scores(fields: Fields) -> Iterator[Any]:
    """The scores of the trace itself."""
    for score in fields.items("scores"):
        if isinstance(score, Mapping) and score.get("observationId"):
            note_extra("scores[]", "observationId", score["observationId"])
        else:
            yield score


READER = Langfuse()
"""The reader that `--format langfuse` asks for."""

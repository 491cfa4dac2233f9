"""LangSmith: runs with their feedback."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from assay.core.canonical import json_text
from assay.records.attachment import Attachment, read_attachment
from assay.records.attachment_lists import before_question
from assay.records.formats.fields import Fields
from assay.records.formats.trace_messages import response_messages, task_messages
from assay.records.formats.trace_record import refuse_error, run_record
from assay.records.formats.trace_scores import scored_judgments
from assay.records.reader import Read, RowContext
from assay.records.redaction import redact

_RUN = ("id", "name", "inputs", "outputs", "run_type", "start_time", "end_time", "extra", "error",
        "events", "tags", "trace_id", "dotted_order", "status", "child_run_ids",
        "direct_child_run_ids", "parent_run_ids", "parent_run_id", "feedback_stats", "feedback",
        "reference_example_id", "total_tokens", "prompt_tokens", "completion_tokens", "total_cost",
        "prompt_cost", "completion_cost", "first_token_time", "session_id", "session_name",
        "in_dataset", "app_path", "manifest_id", "serialized", "child_runs", "metadata",
        "inputs_preview", "outputs_preview", "inputs_s3_urls", "outputs_s3_urls", "share_token",
        "attachments", "s3_urls", "execution_order", "last_queued_at", "trace_tier", "ttl_seconds")  # fmt: skip

_STORED = "attachment."
"""How the keys under `s3_urls` begin that name an attachment, as the API gives a run."""

LOCATOR = "langsmith:run/"
"""How the locator of a run begins; its id follows."""


class LangSmith:
    """Reads runs of LangSmith, each with a list `feedback` beside it.

    `inputs` is the task and `outputs` the response: messages in OpenAI's or LangChain's form, or
    a single text. The run's id is the key and, as `langsmith:run/ID`, the locator to which scores
    can be written back; `extra.metadata.ls_model_name` names the model. Feedback of one person is
    one judgment, of a model one for each key; what came by the API is a label of an unnamed
    rater. `score` or `value` is the score, `comment` and `correction` are reasons. Files among the
    parts of a message, and those under `attachments` or `s3_urls`, become attachments; the latter
    stand before the first question, and of an address that is not fetched what is signed is left out. Secrets
    and addresses are redacted. Times, tokens, costs and child runs are left in the run.
    """

    name = "langsmith"
    kinds = ("outcome", "demonstration", "trajectory")
    summary = "LangSmith runs with their feedback, redacted"
    redacts = True

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one run.

        Raises:
            InputError: if the row is not of this format, or the run failed.
        """
        refuse_error(row, "error")
        redacted: Counter[str] = Counter()
        fields = Fields(row, _RUN)
        task = task_messages(redact(fields.any("inputs"), redacted))
        response = response_messages(redact(fields.any("outputs"), redacted), task)
        task = before_question(task, _attachments(fields), "attachments")
        metadata = fields.mapping("extra").get("metadata")
        about: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
        sampling = {
            name.removeprefix("ls_"): about[name]
            for name in ("ls_temperature", "ls_max_tokens", "ls_stop")
            if about.get(name) is not None
        }
        record = run_record(
            context,
            task,
            response,
            model=str(about["ls_model_name"]) if about.get("ls_model_name") else None,
            parameters=json_text(sampling) if sampling else None,
            locator=LOCATOR + fields.text("id"),
            key=fields.text("id"),
        )
        feedback = redact(fields.items("feedback"), redacted)
        judgments, set_aside = scored_judgments(record, feedback, "feedback", context)
        return [
            Read(record=record, judgments=judgments, set_aside=set_aside, redacted=dict(redacted))
        ]


def _attachments(fields: Fields) -> tuple[Attachment, ...]:
    """The files that were logged beside the inputs, by name."""
    stored = {
        name.removeprefix(_STORED): stated
        for name, stated in fields.mapping("s3_urls").items()
        if name.startswith(_STORED)
    }
    attachments = []
    for name, stated in {**stored, **fields.mapping("attachments")}.items():
        address = stated.get("presigned_url") if isinstance(stated, Mapping) else stated
        attachment = read_attachment(address, 0, f"attachments.{name}")
        if attachment.address is not None:
            # What is signed lets everybody in who has it, as a password does.
            plain = urlsplit(attachment.address)._replace(query="", fragment="").geturl()
            attachment = replace(attachment, address=plain)
        attachments.append(attachment)
    return tuple(attachments)


READER = LangSmith()
"""The reader that `--format langsmith` asks for."""

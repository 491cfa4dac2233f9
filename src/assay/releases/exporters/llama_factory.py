"""The data folder of LLaMA-Factory: a data file and the `dataset_info.json` that describes it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from assay.records.attachment_lists import IMAGE_MARK
from assay.records.candidate import Candidate
from assay.records.content_parts import content_parts
from assay.records.task import Message, Task
from assay.releases.exporters.attachments import image_bytes, image_name
from assay.releases.exporters.carried_fields import CarriedField, weights_followed
from assay.releases.exporters.comparison import (
    Pairs,
    chosen_and_rejected,
    desirability_labels,
    labels_carried,
    pairs_carried,
)
from assay.releases.exporters.conversation import (
    arguments_of,
    plain_response,
    response_messages,
    spelled_tools,
    text_column,
)
from assay.releases.exporters.exporter import (
    AttachmentUse,
    Carried,
    Column,
    ExportFormat,
    ExportRow,
    Storage,
)
from assay.releases.exporters.imitation import demonstration_of, refuse_untrained
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

SPEAKERS = {"user": "human", "assistant": "gpt", "tool": "observation"}
"""Our roles -> the speakers of the ShareGPT form."""


class LlamaFactory(ExportFormat, frozen=True, kw_only=True):
    """Rows for supervised fine-tuning, ranking or KTO, in the ShareGPT or the Alpaca form."""

    name: ClassVar[str] = "llama-factory"
    summary: ClassVar[str] = "a data file with its `dataset_info.json`, for LLaMA-Factory"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "training_weights", "attachments"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Turns alternate: the user or a tool, then the assistant's answer or its tool calls.",
        "Several outputs in a row break that order, and text beside a call has no place.",
        "The loss covers every turn of the model's, or the last (`mask_history`); weights are not read.",
        "The Alpaca form carries one system message, earlier turns without tools and the task.",
        "In KTO, both unacceptable is carried: every candidate is tagged false.",
    )
    storage: ClassVar[Storage] = "json"

    stage: Literal["sft", "ranking", "kto"] = "sft"
    """`sft` (demonstrations), `ranking` (chosen and rejected) or `kto` (tagged true or false)."""
    formatting: Literal["sharegpt", "alpaca"] = "sharegpt"
    """The form of the rows."""
    dataset: str = "assay"
    """Name of the data set in `dataset_info.json`."""
    pairs: Pairs = "best-worst"
    """Of a ranking: `best-worst` (first group against last) or `all` (each better and worse)."""
    trajectories: bool = False
    """Whether a tool trajectory counts as a demonstration."""
    images: bool = False
    """Whether there is a column `images`, whose files are beside the rows (ShareGPT form)."""

    @property
    def attachments(self) -> AttachmentUse:
        """Its rows show images where asked for, in the ShareGPT form."""
        return "shown" if self.images and self.formatting == "sharegpt" else "none"

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return self._prompt_columns() + self._response_columns()

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole."""
        shown: set[CarriedField] = {"attachments"} if self.attachments == "shown" else set()
        return frozenset({"tools", *shown} if self.formatting == "sharegpt" else ())

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row a demonstration, a pair or a labelled candidate, by the stage."""
        carried = self._carried(released)
        if self.attachments == "none":
            return carried
        images, files = _images(released)
        rows = tuple(
            replace(row, values={**row.values, "images": images}, files=files)
            for row in carried.rows
        )
        return replace(carried, rows=rows)

    def _carried(self, released: ReleasedRecord) -> Carried:
        if self.stage == "ranking":
            return self._ranking(released)
        if self.stage == "kto":
            return self._tagged_rows(released)
        candidate = demonstration_of(released, trajectories=self.trajectories)
        refuse_untrained(candidate)
        row = ExportRow(values=self._answer_row(released.record.task, candidate), candidates=(0,))
        weights = weights_followed(released.record, whole=True)
        return Carried(rows=(row,), carried={"candidates": 1, "training_weights": weights})

    def companions(self, data_file: str) -> Mapping[str, bytes]:
        """`dataset_info.json`: how LLaMA-Factory finds the columns."""
        entry: dict[str, Any] = {"file_name": data_file, "formatting": self.formatting}
        if self.stage == "ranking":
            entry["ranking"] = True
        named = {column["name"] for column in self.columns}
        roles = _SHAREGPT_ROLES if self.formatting == "sharegpt" else _ALPACA_ROLES
        entry["columns"] = {role: name for role, name in roles.items() if name in named}
        text = json.dumps({self.dataset: entry}, indent=2, ensure_ascii=False)
        return {"dataset_info.json": f"{text}\n".encode()}

    def _prompt_columns(self) -> tuple[Column, ...]:
        if self.formatting == "sharegpt":
            turns = _turns_column("conversations"), text_column("system"), text_column("tools")
            return (*turns, _IMAGES) if self.images else turns
        history: Column = {"name": "history", "list": {"list": "string"}}
        return text_column("instruction"), text_column("input"), text_column("system"), history

    def _response_columns(self) -> tuple[Column, ...]:
        if self.stage == "ranking":
            turn = [text_column("from"), text_column("value")]
            if self.formatting == "alpaca":
                return text_column("chosen"), text_column("rejected")
            return {"name": "chosen", "struct": turn}, {"name": "rejected", "struct": turn}
        output = (text_column("output"),) if self.formatting == "alpaca" else ()
        tag: tuple[Column, ...] = (
            ({"name": "kto_tag", "dtype": "bool"},) if self.stage == "kto" else ()
        )
        return (*output, *tag)

    def _answer_row(self, task: Task, candidate: Candidate) -> dict[str, Any]:
        """A row of the task with its response."""
        if self.formatting == "alpaca":
            return _alpaca_prompt(task) | {"output": _not_empty(plain_response(candidate))}
        return _sharegpt((*task.messages, *response_messages(candidate)), task)

    def _tagged_rows(self, released: ReleasedRecord) -> Carried:
        task, candidates = released.record.task, released.record.candidates
        labels = desirability_labels(released, self.pairs)
        rows = tuple(
            ExportRow(
                values=self._answer_row(task, candidates[place]) | {"kto_tag": desirable},
                candidates=(place,),
            )
            for place, desirable in labels
        )
        return Carried(rows=rows, carried=labels_carried(labels))

    def _ranking(self, released: ReleasedRecord) -> Carried:
        task, candidates = released.record.task, released.record.candidates
        pairs = chosen_and_rejected(released, self.pairs)
        alpaca = self.formatting == "alpaca"
        prompt = _alpaca_prompt(task) if alpaca else _sharegpt(task.messages, task, answered=False)
        answer = _alpaca_answer if alpaca else _sharegpt_answer
        rows = tuple(
            ExportRow(
                values=prompt
                | {"chosen": answer(candidates[better]), "rejected": answer(candidates[worse])},
                candidates=(better, worse),
            )
            for better, worse in pairs
        )
        return Carried(rows=rows, carried=pairs_carried(pairs))


_IMAGES: Column = {"name": "images", "list": "string"}
_SHAREGPT_ROLES = {
    "messages": "conversations", "system": "system", "tools": "tools", "images": "images",
    "chosen": "chosen", "rejected": "rejected", "kto_tag": "kto_tag",
}  # fmt: skip
_ALPACA_ROLES = {
    "prompt": "instruction", "query": "input", "response": "output", "system": "system",
    "history": "history", "chosen": "chosen", "rejected": "rejected", "kto_tag": "kto_tag",
}  # fmt: skip


def _turns_column(name: str) -> Column:
    return {"name": name, "list": [text_column("from"), text_column("value")]}


def _alpaca_answer(candidate: Candidate) -> str:
    return _not_empty(plain_response(candidate))


def _sharegpt_answer(candidate: Candidate) -> dict[str, str]:
    messages = response_messages(candidate)
    if len(messages) != 1:
        raise NotCarriedError("response_not_plain", f"messages: {len(messages)}")
    _not_empty(messages[0].content or "".join(call.name for call in messages[0].tool_calls))
    return _turn(messages[0])


def _not_empty(text: str) -> str:
    if not text.strip():
        raise NotCarriedError("no_response")
    return text


def _images(released: ReleasedRecord) -> tuple[list[str], dict[str, bytes]]:
    """The names of the images of a row in the order of their marks, and their files."""
    record = released.record
    if any(
        message.attachments
        for candidate in record.candidates
        if not isinstance(candidate.content, str)
        for message in candidate.content
    ):
        raise NotCarriedError("attachments_not_carried", "in a response")
    shown = [held for message in record.task.messages for held in message.attachments]
    contents = [image_bytes(released, attachment) for attachment in shown]
    names = [image_name(attachment) for attachment in shown]
    return names, dict(zip(names, contents, strict=True))


def _marked(message: Message) -> str:
    """The content with the mark that LLaMA-Factory replaces by the next image."""
    if not message.attachments:
        return message.content
    if IMAGE_MARK in message.content:
        raise NotCarriedError("attachments_not_carried", f"the text itself holds {IMAGE_MARK}")
    parts = content_parts(message, lambda _: {"type": "text", "text": IMAGE_MARK})
    return "".join(part["text"] for part in parts)


def _system_apart(messages: Sequence[Message]) -> tuple[str, Sequence[Message]]:
    """The leading system message and the turns after it."""
    if messages and messages[0].role == "system":
        return messages[0].content, messages[1:]
    return "", messages


def _sharegpt(messages: Sequence[Message], task: Task, *, answered: bool = True) -> dict[str, Any]:
    system, turns = _system_apart(messages)
    written = [_turn(message) for message in turns]
    for place, turn in enumerate(written):
        if (turn["from"] in {"human", "observation"}) != (place % 2 == 0):
            raise NotCarriedError("turns_not_alternating", f"turn {place} is {turn['from']}")
    if (len(written) % 2 == 0) != answered:
        last = written[-1]["from"] if written else "system"
        raise NotCarriedError("turns_not_alternating", f"the last turn is {last}")
    if not written[-1]["value"].strip():
        raise NotCarriedError("no_response" if answered else "prompt_not_plain", "empty turn")
    functions = [tool["function"] for tool in spelled_tools(task.tools)]
    tools = json.dumps(functions, ensure_ascii=False) if functions else ""
    return {"conversations": written, "system": system, "tools": tools}


def _turn(message: Message) -> dict[str, str]:
    if message.role not in SPEAKERS:
        raise NotCarriedError("role_not_carried", message.role)
    if not message.tool_calls:
        return {"from": SPEAKERS[message.role], "value": _marked(message)}
    if message.content:
        raise NotCarriedError("text_beside_call")
    calls = [{"name": call.name, "arguments": arguments_of(call)} for call in message.tool_calls]
    value = calls if len(calls) > 1 else calls[0]
    return {"from": "function_call", "value": json.dumps(value, ensure_ascii=False)}


def _alpaca_prompt(task: Task) -> dict[str, Any]:
    system, turns = _system_apart(task.messages)
    for place, message in enumerate(turns):
        expected_role = "user" if place % 2 == 0 else "assistant"
        if message.role != expected_role or message.tool_calls:
            raise NotCarriedError("turns_not_alternating", f"turn {place} is {message.role}")
    if len(turns) % 2 == 0:
        raise NotCarriedError("turns_not_alternating", "the task does not end with the user")
    earlier = [
        [turns[place].content, turns[place + 1].content] for place in range(0, len(turns) - 1, 2)
    ]
    return {
        "instruction": turns[-1].content,
        "input": "",
        "system": system,
        "history": earlier,
    }

"""OpenAssistant: trees of messages, the replies to one message ranked against each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel, MadeByUnknown
from assay.records.extra_fields import axis_name
from assay.records.formats.conversation import text_candidate
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, as_score, comparison, demonstration, unnamed
from assay.records.formats.nectar import rank_order
from assay.records.reader import Read, RowContext
from assay.records.task import Message, Task
from assay.records.verdict import DimensionScore, NotAsked, Ranks

_TREE = ("message_tree_id", "tree_state", "prompt")
_MESSAGE = ("message_id", "text", "role", "lang", "rank", "replies", "labels", "deleted",
            "synthetic", "model_name")  # fmt: skip
_LEAST = 2
"""Replies that can be compared."""


class Oasst:
    """Reads one tree a row: `prompt` with `replies` inside `replies`, to any depth.

    - preference: one record for each message with two or more ranked replies of the assistant;
      the task is the conversation up to the message, and the ranks (0 is the best) are one
      ranking by an unknown reviewer. A reply without a rank is left out of the comparison.
    - demonstration: one record for each reply of the assistant's.

    The means of `labels` (`quality`, `toxicity`, ...) are scores of the compared replies by another
    unknown reviewer, `SOURCE: labels`. The key is the id of the message that is answered, or of
    the reply; `lang` is an axis. Deleted messages are left out with all replies to them.
    """

    name = "oasst"
    kinds = ("preference", "demonstration")
    summary = "OpenAssistant trees: replies ranked at every message"
    columns = {"preference": _TREE, "demonstration": _TREE}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row: one tree.

        Raises:
            InputError: if the row is not of this format.
        """
        if "message_id" in row and "prompt" not in row:
            raise InputError(
                code="not-a-tree",
                message="the row is one message of a file of messages, and this format reads trees",
                where="prompt",
                hint="take the published file of trees (its name ends in .trees.jsonl.gz)",
            )
        fields = Fields(row, self.columns[context.kind])
        reads = [
            read
            for way, replies in _exchanges(_message(fields.any("prompt")))
            for read in _reads(way, replies, context)
        ]
        if not reads:
            raise InputError(
                code="nothing-to-read",
                message="the tree has no message with two ranked replies"
                if context.kind == "preference"
                else "the tree has no reply of the assistant's",
                where="prompt",
                hint="leave the row out; the other trees are imported",
            )
        return reads


def _message(value: Any) -> Fields:
    return Fields(value, _MESSAGE, "message")


def _exchanges(root: Fields) -> Iterator[tuple[list[Fields], list[Fields]]]:
    """Each message of a person with the way that leads to it, and the assistant's replies to it."""
    waiting = [[root]] if not _is_deleted(root) else []
    while waiting:
        way = waiting.pop(0)
        replies = [
            reply for reply in map(_message, way[-1].items("replies")) if not _is_deleted(reply)
        ]
        answers = [reply for reply in replies if reply.text("role") == "assistant"]
        if answers and way[-1].text("role") != "assistant":
            yield way, answers
        waiting += [[*way, reply] for reply in replies]


def _is_deleted(message: Fields) -> bool:
    return message.has("deleted") and message.flag("deleted")


def _reads(way: Sequence[Fields], replies: Sequence[Fields], context: RowContext) -> Iterator[Read]:
    task = _task(way)
    if context.kind == "demonstration":
        for reply in replies:
            yield demonstration(context, task, _candidate(reply), reply.name_or_none("message_id"))
        return
    ranked = [
        (reply, rank) for reply in replies if (rank := reply.number_or_none("rank")) is not None
    ]
    if len(ranked) < _LEAST:
        return
    order = rank_order([rank for _, rank in ranked])
    opinions = [Opinion(unnamed(context), verdict=Ranks(order=order))]
    scores = [score for place, (reply, _) in enumerate(ranked) for score in _labels(reply, place)]
    if scores:
        opinions.append(Opinion(unnamed(context, "labels"), verdict=NotAsked(), scores=scores))
    candidates = [_candidate(reply) for reply, _ in ranked]
    yield comparison(context, task, candidates, opinions, key=way[-1].name_or_none("message_id"))


def _task(way: Sequence[Fields]) -> Task:
    messages = tuple(
        Message(
            role="assistant" if message.text("role") == "assistant" else "user",
            content=message.text("text"),
        )
        for message in way
    )
    language = way[-1].text_or_none("lang")
    return Task(messages=messages, taxonomy={"lang": language} if language else {})


def _candidate(reply: Fields) -> Candidate:
    model = reply.text_or_none("model_name")
    by = MadeByModel(model=model) if model else MadeByUnknown(reason="the tree names no writer")
    return text_candidate(reply.text("text"), by)


def _labels(reply: Fields, place: int) -> Iterator[DimensionScore]:
    for name, value in reply.mapping("labels").items():
        label = Fields(value, ("value", "count"), f"message.labels.{name}")
        mean = label.number_or_none("value")
        if mean is not None:
            yield DimensionScore(dimension=axis_name(name), score=as_score(mean), candidate=place)


READER = Oasst()
"""The reader that `--format oasst` asks for."""

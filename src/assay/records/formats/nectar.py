"""Nectar: several answers to one prompt, each with its model and its rank."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.records.candidate import MadeByModel, Provenance
from assay.records.formats.conversation import UNNAMED, text_candidate
from assay.records.formats.fields import Fields
from assay.records.formats.hh_rlhf import transcript_turns
from assay.records.formats.label import Opinion, comparison, unnamed
from assay.records.reader import Read, RowContext
from assay.records.task import Message, Task
from assay.records.verdict import Ranks


class Nectar:
    """Reads `prompt` and `answers` with `answer`, `model` and `rank`; a lower rank is better.

    The ranks are one ranking by an unknown reviewer; answers of equal rank tie. Where an answer
    has no rank, nothing is said of the order. The prompt is a transcript of `Human:` and
    `Assistant:` turns, or a text. `id` is the key.
    """

    name = "nectar"
    kinds = ("preference",)
    summary = "Nectar: `answers` to one prompt with their ranks"
    columns = {"preference": ("prompt", "answers", "id")}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        answers = [
            Fields(value, ("answer", "model", "rank"), f"answers[{number}]")
            for number, value in enumerate(fields.items("answers"))
        ]
        candidates = [text_candidate(answer.text("answer"), _maker(answer)) for answer in answers]
        ranks = [answer.number_or_none("rank") for answer in answers]
        order = rank_order(ranks)
        opinions = [Opinion(unnamed(context), verdict=Ranks(order=order))] if order else []
        task = Task(messages=_prompt_messages(fields.text("prompt")))
        key = fields.name_or_none("id")
        return [comparison(context, task, candidates, opinions, key=key)]


def rank_order(ranks: Sequence[Fraction | int | None]) -> tuple[tuple[int, ...], ...]:
    """Positions in groups of equal rank, the lowest rank first; empty where one has no rank."""
    stated = [rank for rank in ranks if rank is not None]
    if len(stated) < len(ranks):
        return ()
    return tuple(
        tuple(place for place, rank in enumerate(ranks) if rank == value)
        for value in sorted(set(stated))
    )


def _maker(answer: Fields) -> Provenance:
    model = answer.text_or_none("model")
    return MadeByModel(model=model) if model else UNNAMED


def _prompt_messages(prompt: str) -> tuple[Message, ...]:
    """The turns of the prompt; the empty turn of the assistant's that it ends with is no message."""
    if not prompt.lstrip().startswith("Human:"):
        return (Message(role="user", content=prompt),)
    turns = transcript_turns(f"\n\n{prompt.strip()}", "prompt")
    return turns[:-1] if turns[-1].role == "assistant" and not turns[-1].content else turns


READER = Nectar()
"""The reader that `--format nectar` asks for."""

"""Rows that train a judge: the task with its responses, and the verdict of people."""

import json
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from assay.contracts.verdict_words import NO_WINNER_WORDS, VERDICT_WORDS
from assay.records.task import Message
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import (
    messages_column,
    plain_response,
    spell_messages,
)
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


class JudgeExport(ExportFormat, frozen=True, kw_only=True):
    """One row for a comparison in each order, or for the agreed scores of each response."""

    name: ClassVar[str] = "judge"
    summary: ClassVar[str] = "a task with its responses as `prompt`, the verdict as `completion`"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "scores"})
    limits: ClassVar[tuple[str, ...]] = (
        "A comparison is answered by a letter, or by the word for a tie and its like.",
        "Scores are answered by a JSON object of the dimensions on which reviewers agree.",
        "The prompt is one message of the user that lays out conversation and responses as text.",
        "The rows are TRL's prompt-completion type: SFT with the loss on the completion reads them.",
    )

    judgment: Literal["verdict", "scores"] = "verdict"
    """`verdict` (which response is better) or `scores` (each response on its own)."""
    orders: Literal["both", "first"] = "both"
    """`both` writes a pair in both orders, so that place tells nothing; `first` in one."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("prompt"), messages_column("completion")

    def rows(self, released: ReleasedRecord) -> Carried:
        """The rows of a record whose comparison or scores are settled."""
        refuse_disagreement(released)
        if self.judgment == "scores":
            return _score_rows(released)
        answer = _verdict(released)
        places = tuple(range(len(released.record.candidates)))
        orders = [places, places[::-1]] if self.orders == "both" else [places]
        question = f"Which response is better? Answer with {_choices(len(places))}."
        rows = tuple(
            _row(
                released,
                order,
                question,
                _letter(order.index(answer)) if isinstance(answer, int) else answer,
            )
            for order in orders
        )
        return Carried(rows=rows, carried={"candidates": len(places)})


def _verdict(released: ReleasedRecord) -> int | str:
    """The better candidate, or the word of a verdict without one."""
    candidates = len(released.record.candidates)
    if candidates < 2:  # noqa: PLR2004  two is what makes a comparison
        raise NotCarriedError("too_few_candidates", f"candidates: {candidates}")
    consensus = released.consensus
    if consensus.candidate is not None:
        return consensus.candidate
    word = next((word for word in NO_WINNER_WORDS if word == consensus.outcome), None)
    if word is None:
        raise NotCarriedError("no_majority" if consensus.outcome == "ranks" else consensus.outcome)
    return VERDICT_WORDS[word].written


def _score_rows(released: ReleasedRecord) -> Carried:
    rows, written = [], 0
    for place in range(len(released.record.candidates)):
        agreed = dict(_agreed_scores(released, place))
        if not agreed:
            continue
        names = ", ".join(agreed)
        question = f"Score the response on: {names}. Answer with a JSON object."
        rows.append(_row(released, (place,), question, json.dumps(agreed, ensure_ascii=False)))
        written += sum(
            summary.counts.get(summary.agreed or "", 0)
            for summary in released.consensus.scores
            if summary.candidate == place
        )
    if not rows:
        raise NotCarriedError("no_scores")
    return Carried(rows=tuple(rows), carried={"candidates": len(rows), "scores": written})


def _agreed_scores(released: ReleasedRecord, place: int) -> Iterator[tuple[str, int | str]]:
    for summary in released.consensus.scores:
        if summary.candidate == place and summary.agreed is not None:
            agreed = summary.agreed
            yield summary.dimension, int(agreed) if agreed.lstrip("-").isdecimal() else agreed


def _row(released: ReleasedRecord, order: tuple[int, ...], question: str, answer: str) -> ExportRow:
    task, candidates = released.record.task, released.record.candidates
    if any(message.tool_calls for message in task.messages):
        raise NotCarriedError("prompt_has_tool_calls")
    blocks = [f"[{message.role}]\n{message.content}" for message in task.messages]
    for number, place in enumerate(order):
        name = f"Response {_letter(number)}" if len(order) > 1 else "Response"
        blocks.append(f"[{name}]\n{plain_response(candidates[place])}")
    prompt = Message(role="user", content="\n\n".join((*blocks, question)))
    completion = Message(role="assistant", content=answer)
    values = {
        "prompt": spell_messages((prompt,), "template"),
        "completion": spell_messages((completion,), "template"),
    }
    return ExportRow(values=values, candidates=order)


def _choices(responses: int) -> str:
    words = (VERDICT_WORDS[word].written for word in NO_WINNER_WORDS)
    return ", ".join((*map(_letter, range(responses)), *words))


def _letter(number: int) -> str:
    """The name of a response: A, B, ... Z, then by number."""
    return chr(ord("A") + number) if number < 26 else str(number + 1)  # noqa: PLR2004  letters

"""Arena battles: two models answer one person, who says which answer is better."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel
from assay.records.formats.conversation import read_messages, response_candidate
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, comparison, unnamed
from assay.records.formats.trl import common_start
from assay.records.judgment import Reviewer
from assay.records.reader import Read, RowContext
from assay.records.task import Message, Task
from assay.records.verdict import BothUnacceptable, Prefers, Tie, Verdict

_SIDES = ("a", "b")
_VERDICTS: Mapping[str, Verdict] = {
    "model_a": Prefers(candidate=0),
    "model_b": Prefers(candidate=1),
    "tie": Tie(),
    "tie (bothbad)": BothUnacceptable(),
    "both_bad": BothUnacceptable(),
    "bothbad": BothUnacceptable(),
}
_ONE_HOT = {
    "winner_model_a": "model_a",
    "winner_model_b": "model_b",
    "winner_tie": "tie",
}
_AXES = ("language", "turn")


class Arena:
    """Reads battles of Chatbot Arena and of data sets like it.

    `model_a` and `model_b` made the candidates, which are `conversation_a` and `conversation_b`,
    or `response_a` and `response_b` to `prompt` (texts, or JSON lists of one text a turn). The turns
    that both begin with are the task.

    `winner` is `model_a`, `model_b`, `tie`, or `tie (bothbad)` and `both_bad`: no candidate may be
    used, which is no tie. `winner_model_a`, `winner_model_b` and `winner_tie` say the same in
    three columns. `judge` is a person, or a model where it is a list; without it the reviewer is
    unknown. `question_id` or `id` is the key, `language` and `turn` are axes, `tstamp` the time.
    """

    name = "arena"
    kinds = ("preference",)
    summary = "Arena battles: two models' answers and the winner"
    columns = {
        "preference": (
            "question_id", "id", "model_a", "model_b", "winner", *_ONE_HOT, "judge", "tstamp",
            "conversation_a", "conversation_b", "prompt", "response_a", "response_b", *_AXES,
        ),
    }  # fmt: skip

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        one, other = (_conversation(fields, side) for side in _SIDES)
        start = common_start(one, other)
        candidates = [
            _candidate(fields, side, messages[start:])
            for side, messages in zip(_SIDES, (one, other), strict=True)
        ]
        verdict = _verdict(fields)
        judged_at = fields.name_or_none("tstamp") if _is_text(fields, "tstamp") else None
        opinions = (
            [Opinion(_judge(fields, context), verdict=verdict, judged_at=judged_at)]
            if verdict
            else []
        )
        task = Task(messages=one[:start], taxonomy=_taxonomy(fields))
        key = fields.name_or_none("question_id") or fields.name_or_none("id")
        return [comparison(context, task, candidates, opinions, key=key)]


def _is_text(fields: Fields, name: str) -> bool:
    return fields.has(name) and isinstance(fields.any(name), str)


def _taxonomy(fields: Fields) -> dict[str, str]:
    axes = ((axis, fields.name_or_none(axis)) for axis in _AXES)
    return {axis: value for axis, value in axes if value}


def _conversation(fields: Fields, side: str) -> tuple[Message, ...]:
    name = f"conversation_{side}"
    if fields.has(name):
        return read_messages(fields.items(name), name)
    prompts, responses = _turns(fields, "prompt"), _turns(fields, f"response_{side}")
    if len(prompts) != len(responses):
        message = f"{len(responses)} responses to {len(prompts)} prompts"
        raise fields.error(f"response_{side}", message)
    return tuple(
        message
        for question, answer in zip(prompts, responses, strict=True)
        for message in (
            Message(role="user", content=question),
            Message(role="assistant", content=answer),
        )
    )


def _turns(fields: Fields, name: str) -> list[str]:
    """The texts of one side: a list, the JSON text of a list, or one text."""
    stated = fields.any(name)
    if isinstance(stated, str):
        stated = _parsed_list(stated)
    # A model that gave no answer has null in the place of the text.
    texts = ["" if text is None else text for text in stated] if isinstance(stated, list) else []
    if not texts or not all(isinstance(text, str) for text in texts):
        raise fields.error(name, f"{name!r} must be a text, or a list of texts")
    return texts


def _parsed_list(text: str) -> Any:
    if not text.startswith("["):
        return [text]
    try:
        return parse_json(text)
    except InputError:
        return [text]


def _candidate(fields: Fields, side: str, response: tuple[Message, ...]) -> Candidate:
    return response_candidate(response, MadeByModel(model=fields.text(f"model_{side}")))


def _verdict(fields: Fields) -> Verdict | None:
    """The verdict; None where the row says nothing, or what no battle can end with."""
    if fields.has_field("winner"):
        winner = str(fields.raw("winner")) if fields.has("winner") else ""
        if winner and winner not in _VERDICTS:
            fields.unusable("winner")
        return _VERDICTS.get(winner)
    if not all(map(fields.has_field, _ONE_HOT)):
        raise fields.error("winner", "'winner' is missing")
    holding = [winner for name, winner in _ONE_HOT.items() if fields.flag_or_none(name)]
    if len(holding) != 1:
        fields.unusable("winner_model_a")
        return None
    return _VERDICTS[holding[0]]


def _judge(fields: Fields, context: RowContext) -> Reviewer:
    if not fields.has("judge"):
        return unnamed(context)
    judge = fields.any("judge")
    if isinstance(judge, list | tuple):
        model = " ".join(map(str, judge))
        return Reviewer(pseudonym=model, kind="model", role="reviewer")
    return Reviewer(
        pseudonym=context.pseudonym(fields.text("judge")), kind="human", role="reviewer"
    )


READER = Arena()
"""The reader that `--format arena` asks for."""

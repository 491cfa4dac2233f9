"""What a rule sees of a record and one candidate; who or what made the candidate is not there."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from assay.records.candidate import Candidate, candidate_text
from assay.records.evidence import Evidence
from assay.records.record import Record
from assay.records.task import Message, ToolCall
from assay.verification.calls import calls_of
from assay.verification.expression import (
    ExpressionBounds,
    ExpressionBudgetError,
    lines_in,
    words_in,
)

_SENTENCE = re.compile(
    # Possessive, and only where a run begins: many full stops cost no more than few.
    r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’»)\]]*+(?=\s|$)|(?<=[。！？])(?=\w)"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”‘’«»`{}|\\^]{1,2000}")
MAX_NESTING = 32
"""Lists and maps within each other."""


class View:
    """What rules see; each part is made when a rule first asks for it."""

    def __init__(self, record: Record, candidate: int) -> None:
        """Look at one candidate of a record."""
        self._record = record
        self._candidate = record.candidates[candidate]
        self._place = candidate
        self._made: dict[str, Any] = {}

    def of(self, names: frozenset[str], bounds: ExpressionBounds) -> dict[str, Any]:
        """The variables that an expression reads.

        Raises:
            ExpressionBudgetError: if one of them is larger than the expression may look at.
        """
        variables = {name: self._value(name) for name in names}
        for name, value in variables.items():
            _check(name, value, bounds)
        return variables

    def _value(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _MAKERS[name](self._record, self._candidate, self._place)
        return self._made[name]


def _check(name: str, value: Any, bounds: ExpressionBounds) -> None:
    characters = 0
    for values, (depth, part) in enumerate(_walk(value), start=1):
        if isinstance(part, str):
            characters += len(part)
        elif isinstance(part, list | dict) and len(part) > bounds.items:
            raise ExpressionBudgetError(f"`{name}` holds a list of more than {bounds.items} items")
        if characters > bounds.characters:
            raise ExpressionBudgetError(f"`{name}` is longer than {bounds.characters} characters")
        if values > bounds.values or depth > MAX_NESTING:
            raise ExpressionBudgetError(f"`{name}` holds too many values, or too deep ones")


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    waiting = [(0, value)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        # Given once more, so that `_check` sees the depth, and not entered.
        if depth > MAX_NESTING:
            continue
        if isinstance(value, dict):
            waiting += [(depth + 1, child) for pair in value.items() for child in pair]
        elif isinstance(value, list):
            waiting += [(depth + 1, child) for child in value]


def value_or_none(text: str | None) -> Any:
    """The value of a JSON text; None where the text is not JSON."""
    try:
        return msgspec.json.decode(text or "")
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    return text.strip() == "null" or value_or_none(text) is not None


def _sentences(text: str) -> int:
    """Sentences, as far as their ends show: an abbreviation before a space counts as one."""
    if not words_in(text):
        return 0
    ends = len(_SENTENCE.findall(text))
    tail = text.rstrip(" \n\t\"'”’»)]")
    return ends + (0 if tail[-1:] in set(".!?…。！？") else 1)


def _urls(text: str) -> list[str]:
    return [match.rstrip(".,;:!?)]") for match in _URL.findall(text)]


def _paragraphs(text: str) -> int:
    return sum(bool(paragraph.strip()) for paragraph in re.split(r"\n[^\S\n]*\n", text))


def _call(call: ToolCall, step: int | None) -> dict[str, Any]:
    return {
        "tool": call.name,
        "arguments": value_or_none(call.arguments),
        "step": -1 if step is None else step,
    }


def _work(candidate: Candidate) -> list[dict[str, Any]]:
    return [
        {
            "text": step.text,
            "tool": step.call.name if step.call else "",
            "arguments": value_or_none(step.call.arguments) if step.call else None,
            "output": step.output or "",
        }
        for step in candidate.work
    ]


def _message(message: Message) -> dict[str, Any]:
    return {
        "role": message.role,
        "content": message.content,
        "name": message.name or "",
        "calls": [_call(call, None) for call in message.tool_calls],
    }


def _task(record: Record) -> dict[str, Any]:
    task = record.task
    user_texts = [message.content for message in task.messages if message.role == "user"]
    return {
        "messages": [_message(message) for message in task.messages],
        "last_user": user_texts[-1] if user_texts else "",
        "tools": [
            {
                "name": tool.name,
                "description": tool.description,
                "permission": tool.permission or "",
            }
            for tool in task.tools
        ],
        "taxonomy": dict(task.taxonomy),
        "capability": task.capability or "",
    }


def _evidence(record: Record, place: int) -> list[dict[str, Any]]:
    def as_map(piece: Evidence) -> dict[str, Any]:
        fields = ("locator", "text", "quote", "missing")
        return {"kind": piece.kind, **{field: getattr(piece, field) or "" for field in fields}}

    return [as_map(piece) for piece in record.evidence if piece.candidate in {None, place}]


_Maker = Callable[[Record, Candidate, int], Any]
_MAKERS: Mapping[str, _Maker] = {
    "response": lambda _, candidate, __: candidate_text(candidate),
    "words": lambda _, candidate, __: len(words_in(candidate_text(candidate))),
    "characters": lambda _, candidate, __: len(candidate_text(candidate)),
    "sentences": lambda _, candidate, __: _sentences(candidate_text(candidate)),
    "lines": lambda _, candidate, __: len(lines_in(candidate_text(candidate))),
    "paragraphs": lambda _, candidate, __: _paragraphs(candidate_text(candidate)),
    "json": lambda _, candidate, __: value_or_none(candidate_text(candidate)),
    "is_json": lambda _, candidate, __: is_json(candidate_text(candidate)),
    "urls": lambda _, candidate, __: _urls(candidate_text(candidate)),
    "work": lambda _, candidate, __: _work(candidate),
    "calls": lambda _, candidate, __: [_call(call, step) for step, call in calls_of(candidate)],
    "task": lambda record, _, __: _task(record),
    "kind": lambda record, _, __: record.kind,
    "part": lambda record, _, __: msgspec.to_builtins(record.part),
    "evidence": lambda record, _, place: _evidence(record, place),
}

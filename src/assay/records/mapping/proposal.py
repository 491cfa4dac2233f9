"""A mapping proposed from the head of a table: what the columns' names and values show, no more.

A column is placed where its name says what it holds, and a verdict only where every value of the
head is one that is known. Everything else is left to people: `unplaced` names it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import msgspec

from assay.contracts.terms import Signal
from assay.records.mapping.scope import as_text
from assay.records.verdict import BothUnacceptable

_PROMPT = (
    "prompt",
    "question",
    "instruction",
    "query",
    "problem",
    "request",
    "input",
    "source_text",
)
_RESPONSE = (
    "response",
    "answer",
    "completion",
    "output",
    "reply",
    "solution",
    "translation",
    "summary",
)
_REFERENCE = (
    "reference",
    "reference_answer",
    "expected",
    "expected_answer",
    "gold",
    "ground_truth",
    "target",
)
_SHORT_PROMPT = ("q", "ques", "instr", "in", "p")
_SHORT_RESPONSE = ("a", "ans", "resp", "out", "r")
_SHORT_REFERENCE = ("ref", "gt")
"""Names of one or a few letters: they place a column of texts alone, and only where no whole word does."""

_KEY = ("id", "key", "uid", "item_id", "row_id", "example_id", "question_id", "prompt_id")
_PERSON = (
    "worker",
    "worker_id",
    "annotator",
    "annotator_id",
    "rater",
    "rater_id",
    "reviewer",
    "labeler",
)
_VERDICT = ("vote", "verdict", "winner", "preference", "preferred", "choice", "better", "label")
_CALLS = ("expected_calls", "expected_tool_calls", "ground_truth_calls", "answers", "tool_calls")
_NO_CALL = ("no_call", "is_irrelevant", "irrelevant", "no_tool")
_PLANTED = ("sentinel", "is_sentinel", "planted", "is_gold", "gold_question", "attention_check",
            "is_attention_check", "test_question", "honeypot")  # fmt: skip
_ANSWER_KEY = (
    "answer_key",
    "gold_answer",
    "gold_label",
    "gold_vote",
    "correct_answer",
    "right_answer",
)
_MODEL = ("model", "model_id", "model_name")
_AXES = {
    "domain": ("domain", "category", "topic", "subject"),
    "difficulty": ("difficulty", "level"),
    "language": ("language", "lang", "locale"),
}
"""Axis -> names of columns that hold its values."""

_SIDES = (("a", "b"), ("1", "2"), ("0", "1"), ("x", "y"), ("left", "right"), ("chosen", "rejected"))
"""Pairs of endings by which two columns are the two sides of a comparison."""

_SIDE_STEMS = (*_RESPONSE, "candidate", "text", "result", *_SHORT_RESPONSE)
"""What may stand before the endings of `_SIDES`."""

_CHATS = ("messages", "conversations", "conversation", "chat", "dialogue", "turns")
_TURN_FIELDS = (("role", "content"), ("from", "value"), ("role", "text"))
"""Pairs of keys by which the messages of a list say who speaks and what."""

_ROLES = {
    "user": "user", "human": "user", "prompter": "user", "assistant": "assistant",
    "gpt": "assistant", "bot": "assistant", "model": "assistant", "system": "system", "tool": "tool",
}  # fmt: skip
"""A role as data sets write it -> ours."""

_TIES = frozenset({"tie", "tied", "=", "equal", "draw", "same"})
_NEITHER = frozenset({"neither", "both bad", "both_bad", "bothbad", "both unacceptable"})
_UNKNOWN_AUTHOR = "the file does not say"

_MOST_VALUES = 20
"""Distinct values from which a column is no axis (a convention)."""


RECOGNISED = {
    "the prompt": _PROMPT,
    "the response": _RESPONSE,
    "two responses": tuple("/".join(f"response_{side}" for side in sides) for sides in _SIDES[:2]),
    "the verdict": _VERDICT,
    "the reference": _REFERENCE,
    "the conversation": _CHATS,
    "the calls": _CALLS,
}
"""What a record needs -> names of columns in which it is looked for."""


class MappingProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a file show."""

    kind: Signal | None
    """The kind of record; None where the columns show none."""
    document: Mapping[str, Any] | None
    """The mapping, as its YAML file holds it; None where there is no kind."""
    placed: Mapping[str, str]
    """Column -> the field of a record or judgment that it fills."""
    unplaced: tuple[str, ...]
    """Columns that no field is proposed for, in the file's order."""
    axes: Mapping[str, tuple[str, ...]]
    """Sampling axis -> its values in the head, sorted."""
    sentinel: str | None = None
    """The column that marks rows as planted, where their right answer is not placed."""
    texts: tuple[str, ...]
    """Columns whose texts models and people wrote, by which the language is told."""


class _Columns:
    """The columns of a head, taken one by one."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows
        self.names = list(dict.fromkeys(name for row in rows for name in row))
        self.placed: dict[str, str] = {}
        self._by_plain_name = {_plain(name): name for name in reversed(self.names)}

    def take(self, names: Sequence[str], field: str) -> str | None:
        """Place the first column with one of these names; None where there is none."""
        for name in names:
            column = self._by_plain_name.get(name)
            if column is not None and column not in self.placed and self.is_flat(column):
                self.placed[column] = field
                return column
        return None

    def take_texts(self, names: Sequence[str], field: str) -> str | None:
        """As `take`, of the columns that hold a text in every row of the head."""
        texts = [name for name in names if self._is_text(self._by_plain_name.get(name))]
        return self.take(texts, field)

    def named(self, names: Sequence[str]) -> str | None:
        """The first column with one of these names, whatever it holds."""
        return next((column for name in names if (column := self._by_plain_name.get(name))), None)

    def take_sides(self) -> tuple[str, str] | None:
        """Place two columns that are the two sides of a comparison; None where there are none."""
        for left, right in _SIDES:
            for stem in ("", *(f"{name}_" for name in _SIDE_STEMS)):
                first, second = self._side(stem, left), self._side(stem, right)
                if first and second:
                    self.placed |= {first: "candidates[0].content", second: "candidates[1].content"}
                    return first, second
        return None

    def values(self, column: str) -> list[str]:
        """The distinct values of a column in the head that are not empty, sorted."""
        cells = {as_text(row[column]) for row in self.rows if row.get(column) not in {None, ""}}
        return sorted(cells)

    def _side(self, stem: str, ending: str) -> str | None:
        for name in (f"{stem}{ending}", f"{stem.removesuffix('_')}{ending}"):
            column = self._by_plain_name.get(name)
            if column not in self.placed and self._is_text(column):
                return column
        return None

    def is_flat(self, column: str) -> bool:
        """Whether a column holds no list and no object in the head."""
        return not any(isinstance(row.get(column), dict | list) for row in self.rows)

    def _is_text(self, column: str | None) -> TypeGuard[str]:
        return column is not None and all(isinstance(row.get(column), str) for row in self.rows)


def propose_mapping(rows: Sequence[Mapping[str, Any]]) -> MappingProposal:
    """Propose how rows become records.

    Args:
        rows: the first rows of a file, parsed; at least one.
    """
    columns = _Columns(rows)
    chat = _chat(columns)
    if chat is not None:
        return _chat_proposal(columns, *chat)
    prompt = _take(columns, _PROMPT, _SHORT_PROMPT, "messages")
    if prompt is not None and (part := _expected_calls(columns)):
        return _trajectory_proposal(columns, prompt, part)
    sides = columns.take_sides() if prompt else None
    response = reference = None
    if prompt and not sides:
        response = _take(columns, _RESPONSE, _SHORT_RESPONSE, "candidates[0].content")
        reference = _take(columns, _REFERENCE, _SHORT_REFERENCE, "part.reference")
    if prompt is None or not (sides or response or reference):
        return MappingProposal(
            kind=None, document=None, placed={}, unplaced=tuple(columns.names), axes={}, texts=()
        )
    kind: Signal = "preference" if sides else "outcome" if reference else "demonstration"
    record: dict[str, Any] = {}
    if key := columns.take(_KEY, "key"):
        record["key"] = _cell(key)
    record["messages"] = [{"user": _cell(prompt)}]
    record["taxonomy"], axes = _axes(columns)
    record["candidates"] = _candidates(columns, sides, response)
    if reference:
        record["part"] = {"reference": _cell(reference)}
    document: dict[str, Any] = {
        "mapping": 1,
        "kind": kind,
        "record": {field: value for field, value in record.items() if value},
    }
    if sides and (judgment := _comparison(columns, sides)):
        document["judgments"] = [judgment]
        if sentinel := _sentinel(columns, judgment):
            document["record"]["sentinel"] = sentinel
    planted = _yes_column(columns, _PLANTED)
    return MappingProposal(
        sentinel=planted[0] if planted else None,
        kind=kind,
        document=document,
        placed=columns.placed,
        unplaced=tuple(name for name in columns.names if name not in columns.placed),
        axes=axes,
        texts=tuple(name for name in (prompt, response, *(sides or ())) if name),
    )


def _take(columns: _Columns, words: Sequence[str], short: Sequence[str], field: str) -> str | None:
    return columns.take(words, field) or columns.take_texts(short, field)


def _expected_calls(columns: _Columns) -> dict[str, Any] | None:
    """The part that names the right calls; None where no column holds calls with their arguments."""
    column = columns.named(_CALLS)
    lists = [row.get(column) for row in columns.rows] if column else []
    if column is None or not all(isinstance(calls, list) for calls in lists):
        return None
    calls = [call for calls in lists for call in calls or ()]
    if not calls or not all(
        isinstance(call, Mapping) and {"name", "arguments"} <= call.keys() for call in calls
    ):
        return None
    columns.placed[column] = "part.expected_calls"
    call = {"for": {"call": _cell(column)}, "name": "{call.name}", "arguments": "{call.arguments}"}
    part: dict[str, Any] = {"expected_calls": [call]}
    # An empty list does not say that no call is right: only a column of its own does.
    if stated := _yes_column(columns, _NO_CALL):
        name, yes = stated
        columns.placed[name] = "part.no_call"
        part["no_call"] = {"column": name, "values": dict.fromkeys(yes, True), "otherwise": False}
    return part


def _trajectory_proposal(columns: _Columns, prompt: str, part: dict[str, Any]) -> MappingProposal:
    record: dict[str, Any] = {}
    if key := columns.take(_KEY, "key"):
        record["key"] = _cell(key)
    record["messages"] = [{"user": _cell(prompt)}]
    record["taxonomy"], axes = _axes(columns)
    record["part"] = part
    return MappingProposal(
        kind="trajectory",
        document={
            "mapping": 1,
            "kind": "trajectory",
            "record": {field: value for field, value in record.items() if value},
        },
        placed=columns.placed,
        unplaced=tuple(name for name in columns.names if name not in columns.placed),
        axes=axes,
        texts=(prompt,),
    )


_YES = frozenset({"true", "1", "yes", "y"})
_NO = frozenset({"false", "0", "no", "n"})


def _yes_column(columns: _Columns, names: Sequence[str]) -> tuple[str, list[str]] | None:
    """The first column with one of these names that holds yes and no alone, and its words for yes."""
    column = columns.named(names)
    if column is None or column in columns.placed or not columns.is_flat(column):
        return None
    values = columns.values(column)
    yes = [value for value in values if value.lower() in _YES]
    if not yes or any(value.lower() not in _YES | _NO for value in values):
        return None
    return column, yes


def _sentinel(columns: _Columns, judgment: Mapping[str, Any]) -> dict[str, Any] | None:
    """Which rows are planted, with their key; None unless each key in the head is a known vote."""
    planted, key = _yes_column(columns, _PLANTED), columns.named(_ANSWER_KEY)
    if planted is None or key is None or not isinstance(judgment["verdict"], dict):
        return None
    words = judgment["verdict"]["values"]
    if not columns.is_flat(key) or not set(columns.values(key)) <= words.keys():
        return None
    column, yes = planted
    columns.placed |= {column: "sentinel", key: "sentinel.verdict"}
    return {"when": {column: yes}, "verdict": {"column": key, "values": dict(words)}}


def _chat(columns: _Columns) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """The columns that hold lists of messages, and how a message is read; None where none do."""
    pair, single = ("chosen", "rejected"), columns.named(_CHATS)
    names = pair if all(name in columns.names for name in pair) else (single,) if single else ()
    lists = [row.get(name) for row in columns.rows for name in names]
    turns = [turn for messages in lists if isinstance(messages, list) for turn in messages]
    if not turns or not all(isinstance(messages, list) and messages for messages in lists):
        return None
    if not all(isinstance(turn, Mapping) for turn in turns):
        return None
    for role, content in _TURN_FIELDS:
        if all(isinstance(turn.get(content), str) and turn.get(role) in _ROLES for turn in turns):
            roles = {turn[role]: _ROLES[turn[role]] for turn in turns}
            ends = {_ROLES[messages[-1][role]] for messages in lists if isinstance(messages, list)}
            starts = {_ROLES[messages[0][role]] for messages in lists if isinstance(messages, list)}
            if ends != {"assistant"} or "assistant" in starts:
                return None
            spoken: Any = {"column": f"turn.{role}", "values": dict(sorted(roles.items()))}
            if all(name == ours for name, ours in roles.items()):
                spoken = f"{{turn.{role}}}"
            return tuple(names), {"role": spoken, "content": f"{{turn.{content}}}"}
    return None


def _chat_proposal(
    columns: _Columns, names: tuple[str, ...], turn: Mapping[str, Any]
) -> MappingProposal:
    """The proposal for rows that hold one conversation, or two with a common start."""
    for name in names:
        columns.placed[name] = "conversation"
    is_pair = len(names) > 1
    record: dict[str, Any] = {}
    if key := columns.take(_KEY, "key"):
        record["key"] = _cell(key)
    lists: dict[str, Any] = (
        {"lists": {name: _cell(name) for name in names}} if is_pair else {"list": _cell(names[0])}
    )
    record["conversation"] = lists | dict(turn) | ({} if is_pair else {"response": "last"})
    record["taxonomy"], axes = _axes(columns)
    author = _author(columns, _MODEL) if not is_pair else {"unknown": _UNKNOWN_AUTHOR}
    record["candidates"] = [
        {"name": name, **author} for name in (names if is_pair else ("answer",))
    ]
    kind: Signal = "preference" if is_pair else "demonstration"
    document: dict[str, Any] = {
        "mapping": 1,
        "kind": kind,
        "record": {field: value for field, value in record.items() if value},
    }
    if is_pair:
        document["judgments"] = [
            {"reviewer": {"unnamed": "preference label"}, "verdict": f"prefers {names[0]}"}
        ]
    return MappingProposal(
        kind=kind,
        document=document,
        placed=columns.placed,
        unplaced=tuple(name for name in columns.names if name not in columns.placed),
        axes=axes,
        texts=(),
    )


def _axes(columns: _Columns) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """The taxonomy of the mapping, and the values of its axes."""
    taxonomy: dict[str, Any] = {}
    axes: dict[str, tuple[str, ...]] = {}
    for axis, names in _AXES.items():
        column = next((name for name in columns.names if _plain(name) in names), None)
        values = columns.values(column) if column else []
        if column and 0 < len(values) <= _MOST_VALUES and columns.take(names, f"taxonomy.{axis}"):
            taxonomy[axis] = _cell(column)
            axes[axis] = tuple(values)
    return taxonomy, axes


def _candidates(
    columns: _Columns, sides: tuple[str, str] | None, response: str | None
) -> list[dict[str, Any]]:
    if sides is None:
        if response is None:
            return []
        return [{"name": "answer", "content": _cell(response), **_author(columns, _MODEL)}]
    endings = [_ending(side) for side in sides]
    return [
        {
            "name": _plain(side),
            "content": _cell(side),
            **_author(columns, [f"{name}_{ending}" for name in _MODEL]),
        }
        for side, ending in zip(sides, endings, strict=True)
    ]


def _author(columns: _Columns, names: Sequence[str]) -> dict[str, Any]:
    column = columns.take(names, "candidates.model")
    return {"model": _cell(column)} if column else {"unknown": _UNKNOWN_AUTHOR}


def _comparison(columns: _Columns, sides: tuple[str, str]) -> dict[str, Any] | None:
    """The judgment that a row of two sides holds; None where its verdict cannot be told."""
    names = [_plain(side) for side in sides]
    if [_ending(side) for side in sides] == ["chosen", "rejected"]:
        return {"reviewer": {"unnamed": "preference label"}, "verdict": f"prefers {names[0]}"}
    column = next((name for name in columns.names if _plain(name) in _VERDICT), None)
    if column is None or column in columns.placed:
        return None
    seen = {value: _verdict(value, sides, names) for value in columns.values(column)}
    if not seen or None in seen.values():
        return None
    # The other side may be preferred only further down: its word is as sure as the one in the head.
    words = {_ending(side): f"prefers {name}" for side, name in zip(sides, names, strict=True)}
    words |= {value: verdict for value, verdict in seen.items() if verdict}
    columns.placed[column] = "judgments[0].verdict"
    person = columns.take(_PERSON, "judgments[0].reviewer")
    return {
        "reviewer": {"person": _cell(person)} if person else {"unnamed": "preference label"},
        "verdict": {"column": column, "values": words},
    }


def _verdict(value: str, sides: tuple[str, str], names: Sequence[str]) -> str | None:
    plain = value.strip().lower()
    if plain in _TIES:
        return "tie"
    if plain in _NEITHER:
        return str(BothUnacceptable.__struct_config__.tag)
    for side, name in zip(sides, names, strict=True):
        if _plain(value) in {name, _ending(side)}:
            return f"prefers {name}"
    return None


def _ending(column: str) -> str:
    """The part of a column's name by which it differs from the other side of its pair."""
    plain = _plain(column)
    endings = sorted((end for pair in _SIDES for end in pair), key=len, reverse=True)
    return next(end for end in endings if plain.endswith(end))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _cell(column: str) -> str | dict[str, str]:
    """The value of a column, as a mapping writes it."""
    return {"column": column} if "{" in column or "}" in column else f"{{{column}}}"

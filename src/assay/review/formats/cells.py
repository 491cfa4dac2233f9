"""From a tool's answers, question by question, to one row of `review.exchange`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.anchoring import find_quote
from assay.records.verdict_text import NOT_ASKED
from assay.review.formats.names import parts_of
from assay.review.formats.questions import ABSTAIN

_OPEN = ("", NOT_ASKED)
"""Verdicts with which a ranking may be given."""


class AnswerCell(msgspec.Struct, frozen=True, kw_only=True):
    """What one question was answered."""

    name: str
    """The question's name."""
    text: str
    """The answer."""
    comment: str = ""
    """The remark on it."""


class ReviewerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One person's answer to one assignment, as a tool holds it."""

    assignment: str
    """Id of the assignment."""
    answered_by: str | None = None
    """Who answered, as the tool names people."""
    cells: Sequence[AnswerCell] = ()
    """The answers, question by question."""
    errors: Sequence[Mapping[str, Any]] = ()
    """Errors that were marked in a text."""
    active_ms: int | None = None
    """Active time in milliseconds."""
    judged_at: str | None = None
    """When, as the tool says it."""

    def row(self) -> dict[str, Any]:
        """The row of `review.exchange`; without any answer it names the assignment alone.

        Raises:
            InputError: for an unknown question, two answers to one, or errors that are not a list.
        """
        row: dict[str, Any] = {"assignment": self.assignment}
        if self.answered_by:
            row["answered_by"] = self.answered_by
        answers = _row(self.cells, self.errors)
        if not answers:
            return row
        if self.active_ms is not None:
            row["active_ms"] = self.active_ms
        if self.judged_at:
            row["judged_at"] = self.judged_at
        return row | answers


def _row(cells: Iterable[AnswerCell], marked: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    answers, whys, comments = _answer_texts(cells)
    remarks: dict[str, str] = {}
    ranking = answers.pop(("ranking",), "")
    if ranking:
        _take_ranking(answers, ranking)
    for parts, comment in comments.items():
        if answers.get(parts) == ABSTAIN:
            _append(whys, parts, comment)
        else:
            _append(remarks, *_remark(parts, comment))
    for parts, why in whys.items():
        answers[parts] = _explain_abstention(parts, answers.get(parts, ""), why)
    errors = _errors(answers, marked)
    row: dict[str, Any] = {".".join(parts): text for parts, text in answers.items()}
    for column, text in remarks.items():
        _append(row, column, text)
    if errors is not None:
        row["errors"] = errors
    # A tool may list the same answers in another order when they are saved again.
    return dict(sorted(row.items()))


_Texts = dict[tuple[str, ...], str]


def _answer_texts(cells: Iterable[AnswerCell]) -> tuple[_Texts, _Texts, _Texts]:
    """By what they are about: the answers, the reasons of abstentions, the comments."""
    answers: _Texts = {}
    whys: _Texts = {}
    comments: _Texts = {}
    for cell in cells:
        parts = parts_of(cell.name)
        if parts[0] == "why":
            _append(whys, parts[1:], cell.text.strip())
            continue
        if cell.text and answers.setdefault(parts, cell.text) != cell.text:
            raise InputError(
                code="answered-twice",
                message=f"{cell.name} has two answers, {answers[parts]!r} and {cell.text!r}",
                where=cell.name,
            )
        _append(comments, parts, cell.comment.strip())
    return answers, whys, comments


def _append(texts: dict[Any, Any], key: Any, text: str) -> None:
    if text:
        texts[key] = f"{texts[key]}\n{text}" if texts.get(key) else text


def _explain_abstention(parts: tuple[str, ...], answer: str, why: str) -> str:
    """An abstention with its reason; a reason of none would be taken for one of the answer."""
    if answer != ABSTAIN:
        about = ".".join(parts)
        raise InputError(
            code="no-abstention",
            message=f"{about} is {answer!r}, and there is a reason to abstain: {why!r}",
            where=about,
            hint="keep the one that is meant",
        )
    return f"{ABSTAIN}:{why}"


def _take_ranking(answers: _Texts, ranking: str) -> None:
    verdict = answers.get(("verdict",), "")
    if verdict not in _OPEN:
        raise InputError(
            code="two-verdicts",
            message=f"there is a ranking {ranking!r} as well as the verdict {verdict!r}",
            where="ranking",
            hint="keep the one that is meant; with a ranking the verdict is `not_asked`",
        )
    answers["verdict",] = ranking


def _remark(parts: tuple[str, ...], text: str) -> tuple[str, str]:
    """The column that takes a remark made beside an answer, and the remark."""
    if parts[0] == "score":
        return ".".join(("reason", *parts[1:])), text
    if parts[0] == "verdict":
        return "reason", text
    return "reason", f"{'.'.join(parts)}: {text}"


def _errors(answers: _Texts, marked: Sequence[Mapping[str, Any]]) -> list[Any] | None:
    """The errors marked and the errors written down; empty where none was found."""
    none_found = answers.pop(("no_errors",), "")
    written = answers.pop(("errors",), "")
    if not (none_found or written or marked):
        return None
    errors = [*marked, *_parse_written(written)]
    if none_found and errors:
        raise InputError(
            code="contradicting-errors",
            message=f"no error was found, and {len(errors)} were marked",
            where="no_errors",
            hint="keep the one that is meant",
        )
    return errors


def _parse_written(text: str) -> list[Any]:
    if not text.strip():
        return []
    try:
        errors = parse_json(text)
    except InputError as error:
        raise _bad_errors() from error
    if not isinstance(errors, list):
        raise _bad_errors()
    return errors


def _bad_errors() -> InputError:
    return InputError(
        code="bad-errors",
        message="errors are not a JSON list",
        where="errors",
        hint='write a list such as [{"candidate": "A", "category": "wrong", "quote": "..."}]',
    )


def span_error(
    letter: str,
    category: str,
    span: Mapping[str, Any],
    text: str | None,
    *,
    utf16: bool = False,
) -> dict[str, Any]:
    """A stretch that a tool marked, as an error of `review.exchange`.

    The offset is kept only where the text confirms it; a quote without one is looked for in the
    record.

    Args:
        letter: the candidate.
        category: what kind of error it is.
        span: `start`, `end` and perhaps `text`, as the tool has them.
        text: the text that was shown; absent where the tool does not give it back.
        utf16: whether the tool counts UTF-16 units, as scripts in a browser do.

    Raises:
        InputError: if the span holds no text, and its offsets lead to none.
    """
    start, end, quote = _offset(span.get("start")), _offset(span.get("end")), span.get("text")
    if not isinstance(quote, str) or not quote:
        quote = (text or "")[start:end] if None not in {start, end} else ""
    if not quote:
        raise InputError(
            code="empty-span",
            message=f"a span in {letter} holds no text, and its offsets lead to none",
            where="errors",
        )
    error: dict[str, Any] = {"candidate": letter, "category": category, "quote": quote}
    place = None if text is None else find_quote(text, quote, start, utf16=utf16)
    if text is None or place is None:
        return error
    return error | {"quote": text[place.start : place.end], "start": place.start}


def _offset(value: Any) -> int | None:
    counts = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if counts else None


def assignment_in(*places: Any) -> str:
    """The assignment that the first of these objects names.

    Raises:
        InputError: if none does.
    """
    for place in places:
        named = place.get("assignment") if isinstance(place, Mapping) else None
        if isinstance(named, str) and named:
            return named
    raise InputError(
        code="no-assignment",
        message="the row does not say which assignment it answers",
        where="assignment",
        hint="keep the metadata that was handed out with the task, and export it",
    )


def settings_json(value: Any) -> str:
    """Settings as indented JSON text."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"

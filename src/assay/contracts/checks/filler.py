"""Filler: no text is a placeholder or an empty phrase in place of an answer.

These checks read the texts of a file as they are in it, since filler can be under any key.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from assay.contracts.open_question import open_question
from assay.contracts.reading import FileKind, Reading
from assay.contracts.tree import Path, Tree, spell
from assay.contracts.words.filler import (
    is_generic,
    is_grade,
    is_non_answer,
    is_one_word,
    is_open_question,
    is_placeholder,
)
from assay.core.issues import Issue, Severity

_SHOWN = frozenset({"title", "name", "question", "statement", "anchors", "examples", "attribution"})
"""Keys whose text may be short or quote an output, and may still not be a placeholder."""

_ANSWERS = frozenset({
    "gap", "deployment", "conditions", "positive", "prohibited", "boundaries", "acceptable_when",
    "description", "training_objectives", "evaluation_objectives", "why", "left_out", "covers",
    "unblinded_because", "unverified_because", "duty", "expertise", "test", "support",
    "exclusions", "abstention", "escalation", "action", "interpolation", "text",
    "benign_counterpart", "because", "deletion_contact", "deletion_procedure", "contact",
})  # fmt: skip
"""Keys whose text answers a question: `none`, `yes` or `because` leave it unanswered."""

_REASONS = frozenset({
    "gap", "statement", "question", "why", "left_out", "covers", "unblinded_because",
    "unverified_because", "because", "test", "text", "deletion_procedure",
})  # fmt: skip
"""Keys whose text gives a reason, a rule or a procedure, which takes more than one word."""

_CHECKABLE = frozenset({"question", "statement", "acceptable_when"})
"""Keys whose text two people must be able to check in the same way."""


def filler(readings: Mapping[FileKind, Reading]) -> Iterator[Issue]:
    """Every text of the files that says nothing, each reported once."""
    for reading in readings.values():
        if reading.tree is None:
            continue
        for path, text in reading.tree.texts():
            # Reported for its shape already; one fault at one place is enough to fix it. A question
            # is named even in a part that its own gap left out of the document.
            if reading.shaped.left_out_at(path) and not is_open_question(text):
                continue
            issue = _issue(reading, reading.tree, path, text)
            if issue is not None:
                yield issue


def _issue(reading: Reading, tree: Tree, path: Path, text: str) -> Issue | None:
    if is_open_question(text):
        return tree.issue(path, *open_question(text))
    key, value = _key(path), str(path[-1])
    rule = next((rule for rule in _RULES if key in rule.keys and rule.is_broken(text, value)), None)
    if rule is None:
        return None
    return Issue(
        file=reading.file,
        line=tree.line(path),
        path=spell(path),
        code=rule.code,
        severity=rule.severity,
        message=f"{text[:60]!r} {rule.says.format(key=key, value=value)}",
        hint=rule.hint,
    )


class _Rule(msgspec.Struct, frozen=True):
    code: str
    severity: Severity
    keys: frozenset[str]
    """Keys whose texts it reads."""
    is_broken: Callable[[str, str], bool]
    """Whether a text, under the last step of its path, breaks it."""
    says: str
    """The rest of a sentence that begins with the text; `{key}` and `{value}` are filled in."""
    hint: str


_RULES = (
    _Rule(
        "filler", "error", _SHOWN, lambda text, _: is_placeholder(text), "is not an answer to {key!r}",
        "write the actual content, or leave the key out",
    ),
    _Rule(
        "filler", "error", _ANSWERS, lambda text, _: is_non_answer(text), "is not an answer to {key!r}",
        "write the actual content, or leave the key out",
    ),
    _Rule(
        "filler", "error", frozenset({"test"}), lambda text, _: is_generic(_without_test(text)),
        "does not say what the test is",
        "say which items with known answers people are tested on, and how many",
    ),
    _Rule(
        "anchor-says-nothing", "error", frozenset({"anchors"}), is_grade,
        "repeats the value {value!r} and does not describe it",
        "describe what can be seen in an output that gets this value",
    ),
    _Rule(
        "vague-text", "warning", _CHECKABLE, lambda text, _: is_generic(text),
        "names nothing that two people could check in the same way",
        "name what must be present, or must be absent",
    ),
    _Rule(
        "one-word-answer", "warning", _REASONS, lambda text, _: is_one_word(text),
        "is one word, but {key!r} needs a reason or a rule", "write a sentence",
    ),
)  # fmt: skip
"""The rules in their order; of one text the first that is broken is reported."""


def _key(path: Path) -> str:
    """The key that a text answers: the name of its list or mapping where it is in one."""
    names = [step for step in path if isinstance(step, str)]
    for collection in ("anchors", "examples", "left_out"):
        if collection in names[:-1]:
            return collection
    return names[-1] if names else ""


def _without_test(text: str) -> str:
    return " ".join(word for word in text.split() if word.strip(".").casefold() not in _TESTS)


_TESTS = frozenset({"test", "tests", "exam", "exams", "quiz", "prüfung", "examen", "esame", "some"})

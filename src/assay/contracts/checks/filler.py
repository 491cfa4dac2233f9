"""Filler: no text stands where an answer should stand and says nothing.

These checks read the texts of a file as they stand in it, since filler can stand under any key.
"""

from collections.abc import Callable, Iterator, Mapping

from assay.contracts.reading import FileKind, Reading
from assay.contracts.tree import Path, spell
from assay.contracts.words.filler import (
    is_generic,
    is_grade,
    is_non_answer,
    is_one_word,
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
    "benign_counterpart", "deletion_contact", "deletion_procedure", "contact",
})  # fmt: skip
"""Keys whose text answers a question: `none`, `yes` or `because` leave it unanswered."""

_REASONS = frozenset({
    "gap", "statement", "question", "why", "left_out", "covers", "unblinded_because",
    "unverified_because", "test", "text", "deletion_procedure",
})  # fmt: skip
"""Keys whose text gives a reason, a rule or a procedure, which takes more than one word."""

_CHECKABLE = frozenset({"question", "statement", "acceptable_when"})
"""Keys whose text two people must be able to check alike."""

_Finding = tuple[str, Severity, str, str]
"""Code, severity, the rest of a sentence that begins with the text, and a hint."""


def filler(readings: Mapping[FileKind, Reading]) -> Iterator[Issue]:
    """Every text of the files that says nothing, each reported once."""
    for reading in readings.values():
        if reading.tree is None:
            continue
        for path, text in reading.tree.texts():
            if reading.shaped.left_out_at(path):
                continue
            finding = _finding(_key(path), path, text)
            if finding is None:
                continue
            code, severity, says, hint = finding
            yield Issue(
                file=reading.file,
                line=reading.tree.line(path),
                path=spell(path),
                code=code,
                severity=severity,
                message=f"{text[:60]!r} {says}",
                hint=hint,
            )


def _finding(key: str, path: Path, text: str) -> _Finding | None:
    is_filler: Callable[[str], bool]
    if key in _SHOWN:
        is_filler = is_placeholder
    elif key in _ANSWERS:
        is_filler = is_non_answer
    else:
        return None
    if is_filler(text):
        return (
            "filler", "error", f"is no answer to {key!r}",
            "write what is so; leave the key out where there is nothing to say",
        )  # fmt: skip
    if key == "anchors" and is_grade(text, str(path[-1])):
        return (
            "anchor-says-nothing", "error", f"names the value {path[-1]!r} and not what it looks like",
            "describe what can be seen in an output that gets this value",
        )  # fmt: skip
    if key in _CHECKABLE and is_generic(text):
        return (
            "vague-text", "warning", "names nothing that two people would look for alike",
            "name what must be there, or must not be there",
        )  # fmt: skip
    if key == "test" and is_generic(_without_test(text)):
        return (
            "filler", "error", "does not say what the test is",
            "say which known work is put before people, and how much of it",
        )  # fmt: skip
    if key in _REASONS and is_one_word(text):
        return (
            "one-word-answer", "warning", f"is one word, and {key!r} asks for a reason or a rule",
            "say it in a sentence",
        )  # fmt: skip
    return None


def _key(path: Path) -> str:
    """The key that a text answers: the name of its list or mapping where it stands in one."""
    names = [step for step in path if isinstance(step, str)]
    for collection in ("anchors", "examples", "left_out"):
        if collection in names[:-1]:
            return collection
    return names[-1] if names else ""


def _without_test(text: str) -> str:
    return " ".join(word for word in text.split() if word.strip(".").casefold() not in _TESTS)


_TESTS = frozenset({"test", "tests", "exam", "exams", "quiz", "prüfung", "examen", "esame", "some"})

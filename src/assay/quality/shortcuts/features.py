"""Surface features of a text: what can be seen of it without understanding a word."""

import math
import re
from collections.abc import Sequence

from assay.records.candidate import Candidate, candidate_text
from assay.records.task import Task

FEATURES = (
    "length", "headers", "bold", "lists", "code", "confidence", "hedges", "prompt_repetition",
)  # fmt: skip
"""The features, in the order of their columns."""

MAX_CHARACTERS = 100_000
"""Characters of one text that are looked at."""

_CONFIDENT = (
    r"\b(?:certainly|definitely|absolutely|clearly|obviously|undoubtedly|of course|always|never"
    r"|without (?:a )?doubt|guaranteed|natürlich|sicherlich|zweifellos|eindeutig|certainement"
    r"|évidemment|sans doute|claramente|sin duda)\b"
)
_HEDGED = (
    r"\b(?:may|might|perhaps|possibly|probably|likely|seems?|appears?|could be|i think|not sure"
    r"|vielleicht|möglicherweise|wahrscheinlich|peut-être|probablement|quizás|tal vez)\b"
)
_MARKUP = (
    r"^ {0,3}#{1,6}\s",
    r"\*\*[^*\n]+\*\*|__[^_\n]+__",
    r"^\s*(?:[-*+]|\d{1,3}[.)])\s",
    r"^```|`[^`\n]+`",
)
_COUNTED = tuple(
    re.compile(pattern, re.MULTILINE | re.IGNORECASE) for pattern in (*_MARKUP, _CONFIDENT, _HEDGED)
)
_WORD = re.compile(r"\w+")

GROUP = 3
"""Words in a row that make a repetition of the prompt."""


def features_of(candidate: Candidate, prompt: frozenset[tuple[str, ...]]) -> list[float]:
    """The features of one candidate, in the order of `FEATURES`.

    Counts are as they are; the repetition of the prompt is a share from 0 to 1.

    Args:
        candidate: the candidate.
        prompt: the prompt's word groups, from `prompt_groups`.
    """
    text = candidate_text(candidate)[:MAX_CHARACTERS]
    counts = [float(len(pattern.findall(text))) for pattern in _COUNTED]
    groups = _groups(text)
    repeated = sum(group in prompt for group in groups) / len(groups) if groups else 0.0
    return [float(len(text)), *counts, repeated]


def prompt_groups(task: Task) -> frozenset[tuple[str, ...]]:
    """The word groups of a task's messages."""
    return frozenset(
        group for message in task.messages for group in _groups(message.content[:MAX_CHARACTERS])
    )


def contrast(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """How far the first candidate exceeds the second, feature by feature, from -1 to 1.

    Counts are compared as (a - b) / (a + b), so that a long pair and a short pair weigh alike;
    swapping the two turns every sign (Dubois et al. 2024, section 3, for length).
    """
    return [_against(a, b) for a, b in zip(first[:-1], second[:-1], strict=True)] + [
        first[-1] - second[-1]
    ]


def _against(a: float, b: float) -> float:
    total = a + b
    return (a - b) / total if total and math.isfinite(total) else 0.0


def _groups(text: str) -> list[tuple[str, ...]]:
    given = _WORD.findall(text.lower())
    return list(zip(*(given[place:] for place in range(GROUP)), strict=False))

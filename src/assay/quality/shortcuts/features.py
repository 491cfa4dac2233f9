"""Surface features of a candidate: its cues counted, and how far it repeats the prompt."""

import math
import re
from collections.abc import Sequence

from assay.quality.shortcuts.cues import CUES, Cue
from assay.records.candidate import Candidate, candidate_text
from assay.records.task import Task

REPETITION = "prompt_repetition"
"""The last column: the share of a text's word groups that are in the prompt."""

MAX_CHARACTERS = 100_000
"""Characters of one text that are examined."""

GROUP = 3
"""Words in a row that make a repetition of the prompt."""

_WORD = re.compile(r"\w+")


def feature_names(cues: Sequence[Cue] = CUES) -> tuple[str, ...]:
    """Names of the columns, in their order."""
    return (*(cue.name for cue in cues), REPETITION)


def features_of(
    candidate: Candidate, prompt: frozenset[tuple[str, ...]], cues: Sequence[Cue] = CUES
) -> list[float]:
    """The features of one candidate, in the order of `feature_names`.

    Counts are as they are; the repetition of the prompt is a share from 0 to 1.

    Args:
        candidate: the candidate.
        prompt: the prompt's word groups, from `prompt_groups`.
        cues: what is counted.
    """
    text = candidate_text(candidate)[:MAX_CHARACTERS]
    groups = _groups(text)
    repeated = sum(group in prompt for group in groups) / len(groups) if groups else 0.0
    return [*(cue.measure(text) for cue in cues), repeated]


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


def level(features: Sequence[float]) -> list[float]:
    """The features of one candidate on a scale on which a doubling weighs alike: log(1 + count)."""
    return [math.log1p(max(0.0, value)) for value in features]


def _against(a: float, b: float) -> float:
    total = a + b
    return (a - b) / total if total and math.isfinite(total) else 0.0


def _groups(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return list(zip(*(words[place:] for place in range(GROUP)), strict=False))

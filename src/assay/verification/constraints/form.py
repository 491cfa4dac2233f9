"""Constraints on format that a program can detect: JSON, titles, lists, highlights, sections."""

import json
import re
from typing import Any

from assay.verification.constraints.kind import ConstraintParameters, Phrase, Positive, count_fault

ANSWERS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
"""The answers of `detectable_format:constrained_response`."""

_BULLET = re.compile(r"^[^\S\n]*[*-][^\S\n]+\S", re.MULTILINE)
_EMPHASIS = re.compile(r"\*+")
_FENCE = re.compile(r"```[A-Za-z]*")


class NumberBulletLists(
    ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Parameters of `detectable_format:number_bullet_lists`."""

    num_bullets: Positive
    """The number of bullets, exactly."""


class NumberHighlightedSections(
    ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Parameters of `detectable_format:number_highlighted_sections`."""

    num_highlights: Positive
    """The least number of highlights."""


class MultipleSections(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `detectable_format:multiple_sections`."""

    section_spliter: Phrase
    """The word that begins a section, such as `Section`, in this case."""
    num_sections: Positive
    """The least number of sections."""


def json_format(text: str, _: ConstraintParameters) -> str | None:
    """The whole text is a JSON object or array, bare or in a Markdown code block."""
    inside = text.strip()
    if (fence := _FENCE.match(inside)) is not None:
        inside = inside[fence.end() :].removesuffix("```").strip()
    try:
        # NaN and Infinity are Python's, not JSON's.
        value = json.loads(inside, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return f"it is not JSON: {error}"
    return None if isinstance(value, dict | list) else "it is not a JSON object or array"


def title(text: str, _: ConstraintParameters) -> str | None:
    """A title is in double angle brackets within one line, such as `<<title>>`."""
    for line in text.split("\n"):
        start, end = line.find("<<"), line.rfind(">>")
        if 0 <= start < end and line[start:end].strip("<> \t"):
            return None
    return "there is no title in double angle brackets"


def number_bullet_lists(text: str, parameters: NumberBulletLists) -> str | None:
    """The text has exactly so many bullets: lines of `*` or `-`, a space, and words."""
    count = sum(1 for _ in _BULLET.finditer(text))
    return (
        None
        if count == parameters.num_bullets
        else f"{count} bullets, not {parameters.num_bullets}"
    )


def number_highlighted_sections(text: str, parameters: NumberHighlightedSections) -> str | None:
    """The text has at least so many highlights: words between asterisks within one line.

    Any number of asterisks highlights alike, there is no space between them and the words, and no
    run of asterisks belongs to two highlights.
    """
    count = sum(_highlights(line) for line in text.split("\n"))
    return count_fault(count, "at least", parameters.num_highlights, "highlights")


def multiple_sections(text: str, parameters: MultipleSections) -> str | None:
    """The text has at least so many sections, each with its word and a number of its own.

    `Section 1` and `Section 2` are two sections, however often each is named; the word's case
    counts, and one space may be before the number.
    """
    pattern = rf"{re.escape(parameters.section_spliter.strip())}[^\S\n]?(\d{{1,9}})"
    numbers = {match[1] for match in re.finditer(pattern, text)}
    return count_fault(len(numbers), "at least", parameters.num_sections, "numbered sections")


def constrained_response(text: str, _: ConstraintParameters) -> str | None:
    """The text holds one of `My answer is yes.`, `My answer is no.`, `My answer is maybe.`."""
    answers = [answer for answer in ANSWERS if answer in text]
    if len(answers) == 1:
        return None
    return f"several answers: {', '.join(answers)}" if answers else "none of the answers is there"


def _highlights(line: str) -> int:
    """Pairs of runs of asterisks that touch what is between them."""
    runs = list(_EMPHASIS.finditer(line))
    count = place = 0
    while place + 1 < len(runs):
        opening, closing = runs[place], runs[place + 1]
        inside = line[opening.end() : closing.start()]
        touches = inside.strip() == inside
        count += touches
        # A run of asterisks that closes nothing may open the next highlight.
        place += 2 if touches else 1
    return count


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

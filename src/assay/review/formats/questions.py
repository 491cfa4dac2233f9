"""The questions that work asks, the same in every tool: names, texts, options.

A question stands for a column of `review.exchange`, or for a part of one: `why` is the reason of
an abstention, `ranking` a verdict over several candidates, `errors` what is wrong in one
candidate's text.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.terms import SEVERITIES
from assay.contracts.verdict_words import VERDICT_WORDS
from assay.records.kinds import Adversarial, Critique, Part, Policy
from assay.records.verdict_text import NOT_ASKED
from assay.review.exchange import RULINGS, STEP_LABELS
from assay.review.formats.names import name_of
from assay.review.presentation import Presentation
from assay.review.shown_text import content_text, shown_texts

WIDEST = 20
"""The most values of a scale that are offered as options; a wider one is answered in words."""

STRENGTHS = ("1", "2", "3", "4", "5")
"""Strengths that are offered; a file may hold any from 1."""

ABSTAIN = "abstain"
"""The option that declines to answer."""

FREE_CATEGORY = "error"
"""The category of an error where the contract names no failure class."""


class Option(msgspec.Struct, frozen=True):
    """One answer that a question offers."""

    value: str
    """What the tool stores when the option is chosen."""
    text: str
    """What the reviewer reads."""


class FormQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question."""

    parts: tuple[str, ...]
    """What it is about, such as `("score", "clarity", "A")`."""
    text: str
    """What the reviewer reads."""
    kind: Literal["choice", "text", "spans"] = "text"
    """One of the options, words, or stretches of a candidate's text labelled with an option."""
    options: tuple[Option, ...] = ()
    """The answers on offer."""
    letter: str | None = None
    """The candidate that it is about."""
    must: bool = False
    """Whether a tool that wants one required question may require it."""
    why_of: str | None = None
    """Name of the question whose abstention this explains."""

    @property
    def name(self) -> str:
        """Its name in every tool."""
        return name_of(self.parts)


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """What the work of one file ranges over."""

    steps: dict[str, int] = {}
    """Candidates by letter -> steps to label; none where no step is labelled."""
    sections: tuple[str, ...] = ()
    """Policy sections to rule on."""
    errors: bool = False
    """Whether errors are looked for."""
    texts: tuple[str, ...] = ()
    """Names of the texts that a task may show."""


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of one file of work, and the texts that its tasks show."""

    title: str
    """Title of the rubric in force."""
    questions: tuple[FormQuestion, ...]
    """The questions in the order in which they are asked."""
    texts: tuple[str, ...]
    """Names of the texts that a task may show, such as `task`, `candidate.A`."""
    file: str
    """Name of the file of work."""


def task_texts(shown: Presentation) -> dict[str, str]:
    """What a task shows, by name: the steps of a candidate are one text, the evidence another."""
    texts: dict[str, str] = {}
    for column, text in shown_texts(shown).items():
        family, *place = column.split(".")
        if family == "step_text":
            _append(texts, f"work.{place[0]}", f"[{place[1]}] {text}")
        elif family == "evidence":
            _append(texts, "evidence", f"[{place[0]}] {text}")
        elif text:
            texts[column] = text
    for candidate in shown.candidates:
        texts[f"candidate.{candidate.letter}"] = content_text(candidate)
    return texts


def _append(texts: dict[str, str], name: str, text: str) -> None:
    texts[name] = f"{texts[name]}\n\n{text}" if name in texts else text


def extent_of(work: Iterable[tuple[Presentation, Part]]) -> Extent:
    """What some work ranges over.

    Args:
        work: each presentation, with its record's own part for its kind and sections.
    """
    steps: dict[str, int] = {}
    sections: dict[str, None] = {}
    texts: dict[str, None] = {}
    errors = False
    for shown, part in work:
        labels_steps = shown.kind == "process"
        for candidate in shown.candidates:
            count = len(candidate.work) if labels_steps else 0
            steps[candidate.letter] = max(steps.get(candidate.letter, 0), count)
        if isinstance(part, Policy | Adversarial):
            sections |= dict.fromkeys(part.sections)
        errors |= isinstance(part, Critique)
        texts |= dict.fromkeys(task_texts(shown))
    return Extent(steps=steps, sections=tuple(sections), errors=errors, texts=_in_order(texts))


def _in_order(texts: Iterable[str]) -> tuple[str, ...]:
    """Names of texts: what is common to the candidates, then candidate by candidate."""
    common = ("kind", "severity", "harms", "task", "tools", "initial_state", "evidence")
    named = set(texts)
    own = sorted(
        named - set(common),
        key=lambda name: (len(name.split(".")[1]), name.split(".")[1], _RANK[name.split(".")[0]]),
    )
    return (*(name for name in common if name in named), *own)


_RANK = {"candidate": 0, "work": 1, "state_after": 2}


def questionnaire(
    rubric: Rubric, extent: Extent, categories: Mapping[str, str], *, file: str
) -> Questionnaire:
    """The questions of one file of work.

    Args:
        rubric: the rubric in force.
        extent: what the work ranges over.
        categories: categories of errors -> what they are: the contract's failure classes.
        file: name of the file of work.
    """
    questions = [
        *_verdict(rubric, tuple(extent.steps)),
        *(question for dimension in rubric.dimensions for question in _scores(dimension, extent)),
        *(_reason(dimension) for dimension in rubric.dimensions),
        *_step_labels(extent),
        *_rulings(extent),
        *(_errors(extent, categories) if extent.errors else ()),
        FormQuestion(parts=("reason",), text="Any other reason for your answer"),
    ]
    return Questionnaire(
        title=rubric.title, questions=tuple(questions), texts=extent.texts, file=file
    )


def _verdict(rubric: Rubric, letters: tuple[str, ...]) -> Iterator[FormQuestion]:
    better = "is better" if len(letters) > 1 else "is good"
    options = [Option(letter, f"{letter} {better}") for letter in letters]
    permitted = (VERDICT_WORDS[word] for word in rubric.verdicts)
    options += [Option(words.written, words.option) for words in permitted]
    options.append(Option(NOT_ASKED, "No overall verdict"))
    yield FormQuestion(
        parts=("verdict",),
        text="Which answer is better overall?" if len(letters) > 1 else "Your overall verdict",
        kind="choice",
        options=tuple(options),
        must=True,
    )
    if "abstained" in rubric.verdicts:
        yield _why(("verdict",), "Why do you abstain?", None)
    yield FormQuestion(
        parts=("strength",),
        text="How much better is it? 1 is slightly",
        kind="choice",
        options=tuple(Option(value, value) for value in STRENGTHS),
    )
    if len(letters) > 2:  # noqa: PLR2004  an order over two is a verdict
        yield FormQuestion(
            parts=("ranking",),
            text="Instead of one best answer, your ranking, such as B>A=C; "
            "choose `No overall verdict` above",
        )


def _scores(dimension: Dimension, extent: Extent) -> Iterator[FormQuestion]:
    """The scores of each candidate on one dimension, each with the reason of an abstention."""
    values = dimension.values
    wide = len(values) > WIDEST
    options = [Option(value, _with_anchor(dimension, value)) for value in values]
    options += [Option("na", "Does not apply"), Option(ABSTAIN, ABSTAIN)]
    scale = f" ({values[0]} to {values[-1]}, `na`, or `abstain:` and why)" if wide else ""
    for letter in extent.steps:
        parts = ("score", dimension.id, letter)
        yield FormQuestion(
            parts=parts,
            text=f"{letter}: {dimension.question}{scale}",
            kind="text" if wide else "choice",
            options=() if wide else tuple(options),
            letter=letter,
        )
        if not wide:
            yield _why(parts, f"{letter}, {dimension.id}: why do you abstain?", letter)


def _with_anchor(dimension: Dimension, value: str) -> str:
    anchor = dimension.anchors.get(value)
    return f"{value}: {anchor}" if anchor else value


def _why(parts: tuple[str, ...], text: str, letter: str | None) -> FormQuestion:
    return FormQuestion(parts=("why", *parts), text=text, letter=letter, why_of=name_of(parts))


def _reason(dimension: Dimension) -> FormQuestion:
    return FormQuestion(parts=("reason", dimension.id), text=f"Why, as to {dimension.id}?")


def _step_labels(extent: Extent) -> Iterator[FormQuestion]:
    options = tuple(Option(label, label) for label in STEP_LABELS)
    for letter, count in extent.steps.items():
        for step in range(count):
            yield FormQuestion(
                parts=("step", letter, str(step)),
                text=f"Step {step} of {letter}; leave it empty where there is none",
                kind="choice",
                options=options,
                letter=letter,
            )


def _rulings(extent: Extent) -> Iterator[FormQuestion]:
    options = [Option(ruling, ruling) for ruling in RULINGS]
    options += [Option(f"violates:{grade}", f"violates, {grade}") for grade in SEVERITIES]
    for section in extent.sections:
        for letter in extent.steps:
            yield FormQuestion(
                parts=("ruling", section, letter),
                text=f"{letter}: section {section}; leave it empty where it is not at issue",
                kind="choice",
                options=tuple(options),
                letter=letter,
            )


def _errors(extent: Extent, categories: Mapping[str, str]) -> Iterator[FormQuestion]:
    classes = categories or {FREE_CATEGORY: "An error"}
    labels = tuple(Option(name, f"{name}: {text}") for name, text in classes.items())
    for letter in extent.steps:
        yield FormQuestion(
            parts=("errors", letter),
            text=f"Label what is wrong in {letter}",
            kind="spans",
            options=labels,
            letter=letter,
        )
    yield FormQuestion(
        parts=("no_errors",),
        text="You looked for errors and found none",
        kind="choice",
        options=(Option("none_found", "No error found"),),
    )
    yield FormQuestion(
        parts=("errors",),
        text="Errors that no span can hold, as a JSON list of objects with candidate, category, "
        "quote, start, severity, correction, verification, note",
    )

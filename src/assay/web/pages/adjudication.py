"""The adjudicator's pages: what waits, and one record with all judgments side by side.

The record itself and the controls of the decision are the workbench's, drawn by
`static/workbench/adjudicate.js`; the judgments are next to them as a table.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.desk.adjudication import JudgmentView, SeniorWork, WaitingDecisions
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.records.judgment import Attack, SectionRuling
from assay.records.verdict import Category, Score, ScoreAbstained, Scored
from assay.records.verdict_text import verdict_in_words
from assay.review.answer import Answer
from assay.review.disputes import Dispute, Disputed
from assay.review.presentation import letter
from assay.web.authentication import opt, own_form
from assay.web.page_context import PageContext
from assay.web.pages.frame import DESK_VERDICTS, page

Asked = Request[Principal, Any, Any]

_OPT = opt(Permission.adjudicate)
_FORM = opt(Permission.adjudicate, form=True)

CAUSES: dict[str, str] = {
    "missing_context": "Missing context: the task does not give enough",
    "guideline_ambiguity": "The guideline can be read in several ways",
    "expertise": "It needs expertise that some lack",
    "legitimate_plural_preference": "People rightly differ",
    "reviewer_error": "A reviewer erred",
}
"""Causes in words, in the order in which they are asked."""


class QuestionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One question, with the answer of each judgment."""

    title: str
    """The question in words, with the candidate or step that it is about."""
    answers: tuple[str, ...]
    """The answer of each judgment, in their order; empty where one does not answer."""
    disputed: bool
    """Whether the judgments differ on it, by the rule for disputes."""


class AdjudicationPage(PageContext, frozen=True, kw_only=True):
    """The page of what waits for a senior decision."""

    template: ClassVar[str] = "adjudication.html"
    waiting: WaitingDecisions
    """What waits, and what the viewer has taken."""


class DecisionPage(PageContext, frozen=True, kw_only=True):
    """The page on which one record is decided."""

    template: ClassVar[str] = "adjudicate.html"
    work: SeniorWork
    """The record with its judgments."""
    rows: tuple[QuestionRow, ...]
    """The judgments, question by question."""
    causes: Mapping[str, str]
    """Why people differed: name -> words."""
    verdicts: str
    """The verdicts without a winner, for the scripts, as JSON."""


@get("/adjudication", opt=_OPT, include_in_schema=False, sync_to_thread=False)
def waiting(request: Asked, program: NamedDependency[Program]) -> Template:
    """What waits for a senior decision."""
    return page(AdjudicationPage(waiting=program.adjudication.waiting(request.user)), request)


@post("/adjudication/next", opt=_FORM, include_in_schema=False, status_code=200)
async def take(request: Asked, program: NamedDependency[Program]) -> Redirect:
    """Take the next record."""
    await own_form(request)
    handle = program.adjudication.take(request.user)
    onward = f"/adjudication/{handle}" if handle else "/adjudication"
    return Redirect(onward, status_code=303)


@get("/adjudication/{handle:str}", opt=_OPT, include_in_schema=False, sync_to_thread=False)
def look(request: Asked, program: NamedDependency[Program], handle: FromPath[str]) -> Template:
    """One record with the judgments on it side by side."""
    work = program.adjudication.look(request.user, handle)
    shown = DecisionPage(work=work, rows=tuple(_rows(work)), causes=CAUSES, verdicts=DESK_VERDICTS)
    return page(shown, request)


def _rows(work: SeniorWork) -> Iterator[QuestionRow]:
    """Every question that some judgment answers, in the order of the controls."""
    disputed = {(x.what, x.candidate, x.item) for x in work.disputes or ()}
    for title, dispute, answers in _questions(work):
        if any(answers):
            differs = (dispute.what, dispute.candidate, dispute.item) in disputed
            yield QuestionRow(title=title, answers=tuple(answers), disputed=differs)


def _questions(work: SeniorWork) -> Iterator[tuple[str, Dispute, list[str]]]:
    answers = [voice.answer for voice in work.voices]
    yield _question(
        "Verdict", "verdict", [verdict_in_words(answer.verdict, letter) for answer in answers]
    )
    yield _question("Attack", "attack", [_attack(answer.attack) for answer in answers])
    for number, candidate in enumerate(work.shown.candidates):
        for step in candidate.work:
            labels = [_label(answer, number, step.step) for answer in answers]
            title = f"Step {step.step + 1}, {candidate.letter}"
            yield title, Dispute(what="step", candidate=number, item=str(step.step)), labels
    places: list[int | None] = [*range(len(work.shown.candidates)), None]
    for section in work.form.sections:
        for place in places:
            rulings = [_rulings(answer.rulings, section.id, place) for answer in answers]
            title = f"{section.title}{_of(place)}"
            yield title, Dispute(what="section", candidate=place, item=section.id), rulings
    for dimension in work.form.dimensions:
        for place in places:
            scores = [_scores(answer, dimension.id, place) for answer in answers]
            title = f"{dimension.id.replace('_', ' ')}{_of(place)}"
            yield title, Dispute(what="score", candidate=place, item=dimension.id), scores
    yield _question("Errors", "errors", [_errors(answer) for answer in answers])
    yield _question("Text", "edit", [_edit(voice) for voice in work.voices])


def _question(title: str, what: Disputed, answers: list[str]) -> tuple[str, Dispute, list[str]]:
    return title, Dispute(what=what), answers


def _of(place: int | None) -> str:
    return "" if place is None else f", {letter(place)}"


def _attack(attack: Attack | None) -> str:
    if attack is None:
        return ""
    counts = "" if attack.attempts is None else f"{attack.successes or 0} of {attack.attempts}"
    parts = (attack.outcome, attack.severity, attack.strategy, counts)
    return ", ".join(part for part in parts if part)


def _label(answer: Answer, place: int, step: int) -> str:
    for label in answer.step_labels:
        if (label.candidate, label.step) == (place, step):
            return f"{label.label}: {label.note}" if label.note else label.label
    skipped = ((skip.candidate, skip.step) for skip in answer.skipped_steps)
    return "skipped" if (place, step) in skipped else ""


def _rulings(rulings: Iterable[SectionRuling], section: str, place: int | None) -> str:
    own = [x for x in rulings if x.section == section and x.candidate == place]
    return "; ".join(
        ": ".join(part for part in (_ruling(ruling), ruling.reason) if part) for ruling in own
    )


def _ruling(ruling: SectionRuling) -> str:
    return f"{ruling.ruling} ({ruling.severity})" if ruling.severity else ruling.ruling


def _scores(answer: Answer, dimension: str, place: int | None) -> str:
    for score in answer.scores:
        if score.dimension == dimension and score.candidate == place:
            return _value(score.score)
    return ""


def _value(score: Score) -> str:
    if isinstance(score, Scored):
        return str(score.value) if not score.denominator else f"{score.value}/{score.denominator}"
    if isinstance(score, Category):
        return score.value
    return "abstained" if isinstance(score, ScoreAbstained) else "not applicable"


def _errors(answer: Answer) -> str:
    if answer.errors is None:
        return ""
    return f"{len(answer.errors)} marked" if answer.errors else "none found"


def _edit(voice: JudgmentView) -> str:
    if voice.answer.stands_as_is:
        return "stands as it is"
    return "revised" if voice.answer.written else ""

"""The adjudicator's pages: what waits, and one record with all judgments side by side."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
from litestar import Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.bootstrap.adjudication import SeniorWork, Voice
from assay.bootstrap.program import Program
from assay.core.errors import AssayError, UsageError
from assay.governance.permissions import Permission, Principal
from assay.records.verdict import (
    BothUnacceptable,
    Category,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)
from assay.review.adjudication import Cause, Decided, Preserved, Returned
from assay.review.form import AskedDimension, Form
from assay.review.presentation import letter
from assay.web.doors import opt, own_form
from assay.web.pages.frame import page
from assay.web.shown import shown_view

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


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One question about one candidate, with what each voice says."""

    title: str
    """The question."""
    said: tuple[str, ...]
    """What each voice says, in the order of the voices; empty where one says nothing."""
    field: str | None = None
    """Name of the field in which the adjudicator scores; absent where no score is asked."""
    values: tuple[str, ...] = ()
    """What may stand in that field."""

    @property
    def differs(self) -> bool:
        """Whether two voices say different things."""
        return len({each for each in self.said if each}) > 1


@get("/adjudication", opt=_OPT, include_in_schema=False, sync_to_thread=False)
def waiting(request: Asked, program: NamedDependency[Program]) -> Template:
    """What waits for a senior decision."""
    return page("adjudication.html", request, waiting=program.adjudication.waiting(request.user))


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
    return _look(request, program.adjudication.look(request.user, handle))


@post("/adjudication/{handle:str}", opt=_FORM, include_in_schema=False, status_code=200)
async def decide(
    request: Asked, program: NamedDependency[Program], handle: FromPath[str]
) -> Redirect | Template:
    """Decide, keep the distribution, or send the record back."""
    form = await own_form(request)
    work = program.adjudication.look(request.user, handle)
    try:
        cause = str(form.get("cause") or "")
        if cause not in get_args(Cause):
            raise UsageError(code="unknown-cause", message="say why people differed", where="cause")
        program.adjudication.decide(
            request.user,
            handle,
            _decision(form, work.form, len(work.shown.candidates)),
            cause=msgspec.convert(cause, Cause),
            note=str(form.get("note") or "").strip() or None,
        )
    except AssayError as error:
        return _look(request, work, status=400, fault=error, given=dict(form))
    return Redirect("/adjudication", status_code=303)


def _look(request: Asked, work: SeniorWork, *, status: int = 200, **more: Any) -> Template:
    return page(
        "adjudicate.html",
        request,
        status=status,
        work=work,
        shown=shown_view(work.shown),
        rows=_rows(work),
        verdicts=[_said(each.answer.verdict) for each in work.voices],
        causes=CAUSES,
        letter=letter,
        **more,
    )


def _rows(work: SeniorWork) -> list[Row]:
    """Every question that somebody answered: scores, rulings, step labels."""
    found = [*_score_rows(work), *_ruling_rows(work), *_step_rows(work)]
    return [row for row in found if any(row.said)]


def _score_rows(work: SeniorWork) -> Iterator[Row]:
    for dimension in work.form.dimensions:
        for place, candidate in enumerate(work.shown.candidates):
            yield Row(
                title=f"{_words(dimension.id)}, {candidate.letter}",
                said=tuple(_score_of(each, dimension.id, place) for each in work.voices),
                field=f"score.{dimension.id}.{place}",
                values=dimension.values,
            )


def _ruling_rows(work: SeniorWork) -> Iterator[Row]:
    for section in work.form.sections:
        for place, candidate in enumerate(work.shown.candidates):
            yield Row(
                title=f"{section.title}, {candidate.letter}",
                said=tuple(
                    ", ".join(
                        each.ruling
                        for each in voice.answer.rulings
                        if each.section == section.id and each.candidate in {place, None}
                    )
                    for voice in work.voices
                ),
            )


def _step_rows(work: SeniorWork) -> Iterator[Row]:
    for place, candidate in enumerate(work.shown.candidates):
        for step in candidate.work:
            yield Row(
                title=f"Step {step.step}, {candidate.letter}",
                said=tuple(
                    ", ".join(
                        each.label
                        for each in voice.answer.step_labels
                        if (each.candidate, each.step) == (place, step.step)
                    )
                    for voice in work.voices
                ),
            )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _score_of(voice: Voice, dimension: str, place: int) -> str:
    for score in voice.answer.scores:
        if score.dimension == dimension and score.candidate in {place, None}:
            return _value(score.score)
    return ""


def _value(score: Score) -> str:
    if isinstance(score, Scored):
        return str(score.value) if not score.denominator else f"{score.value}/{score.denominator}"
    if isinstance(score, Category):
        return score.value
    return "abstained" if isinstance(score, ScoreAbstained) else "not applicable"


def _said(verdict: Verdict) -> str:
    """A verdict in words, with this page's letters."""
    if isinstance(verdict, Prefers):
        much = {1: "slightly ", 2: "", 3: "much "}.get(verdict.strength or 2, "")
        return f"{letter(verdict.candidate)} {much}better"
    if isinstance(verdict, Ranks):
        return " > ".join(" = ".join(letter(each) for each in group) for group in verdict.order)
    return str(type(verdict).__struct_config__.tag).replace("_", " ")


def _decision(form: FormMultiDict, asked: Form, candidates: int) -> Decided | Preserved | Returned:
    decision = str(form.get("decision") or "")
    if decision == "preserved":
        return Preserved()
    if decision == "returned":
        reason = str(form.get("note") or "").strip()
        if not reason:
            raise UsageError(
                code="no-reason",
                message="say what must be mended before it comes back",
                where="note",
            )
        return Returned(reason=reason)
    scores = tuple(_scores(form, asked, candidates))
    return Decided(verdict=_verdict(decision, candidates), scores=scores)


def _verdict(decision: str, candidates: int) -> Verdict:
    open_verdicts: dict[str, Verdict] = {
        "tie": Tie(),
        "both_unacceptable": BothUnacceptable(),
        "insufficient_context": InsufficientContext(),
        "not_asked": NotAsked(),
    }
    if decision in open_verdicts:
        return open_verdicts[decision]
    word, _, place = decision.partition(":")
    if word == "prefers" and place.isdecimal() and int(place) < candidates:
        return Prefers(candidate=int(place))
    raise UsageError(code="no-decision", message="choose what is decided", where="decision")


def _scores(form: FormMultiDict, asked: Form, candidates: int) -> list[DimensionScore]:
    found = []
    for dimension in asked.dimensions:
        for place in range(candidates):
            given = str(form.get(f"score.{dimension.id}.{place}") or "")
            if not given:
                continue
            if given not in {*dimension.values, "na"}:
                raise UsageError(
                    code="off-scale", message=f"{given!r} is not on the scale", where=dimension.id
                )
            found.append(
                DimensionScore(
                    dimension=dimension.id, candidate=place, score=_score(given, dimension)
                )
            )
    return found


def _score(given: str, dimension: AskedDimension) -> Score:
    if given == "na":
        return NotApplicable()
    return Category(value=given) if dimension.kind == "categorical" else Scored(value=int(given))

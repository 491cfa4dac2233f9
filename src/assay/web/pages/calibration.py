"""The pages of calibration rounds: judge apart, then see how answers are spread, then discuss."""

import re
from typing import Any, get_args

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.core.errors import AssayError, UsageError
from assay.desk.calibration import RoundPage
from assay.governance.permissions import Permission, Principal, can, permissions_of
from assay.program.program import Program
from assay.review.calibration import USUAL_OUTCOME, RoundCause, RoundOutcome
from assay.review.presentation import letter
from assay.web.authentication import opt, own_form
from assay.web.forms import LISTS
from assay.web.pages.adjudication import CAUSES
from assay.web.pages.frame import page
from assay.web.shown import read_view

Asked = Request[Principal, Any, Any]

OUTCOMES: dict[str, str] = {
    "revise_task": "Revise the task",
    "revise_guideline": "Revise the guideline",
    "route_differently": "Ask other people",
    "keep_distribution": "Keep all answers",
}
"""Outcomes in words."""

_MANAGE = opt(Permission.manage, form=True, limit=LISTS)


@get("/calibration", opt=opt(Permission.own_account), include_in_schema=False, sync_to_thread=False)
def rounds(request: Asked, program: NamedDependency[Program]) -> Template:
    """The rounds that somebody may see; leads open new ones here."""
    return _rounds(request, program)


@post("/calibration", opt=_MANAGE, include_in_schema=False, status_code=200)
async def open_round(request: Asked, program: NamedDependency[Program]) -> Redirect | Template:
    """Open a round."""
    form = await own_form(request)
    try:
        opened = program.calibration.open(
            request.user,
            str(form.get("records") or "").split(),
            [str(each) for each in form.getall("member", [])],
        )
    except AssayError as error:
        return _rounds(request, program, status=400, fault=error, given=dict(form))
    return Redirect(f"/calibration/{program.calibration.handle(opened)}", status_code=303)


@get("/calibration/{round_id:str}", opt=opt(Permission.own_account), include_in_schema=False, sync_to_thread=False)  # fmt: skip
def look(request: Asked, program: NamedDependency[Program], round_id: FromPath[str]) -> Template:
    """One round, as far as the viewer may see it."""
    return _round(request, program, round_id)


@post("/calibration/{round_id:str}/{step:str}", opt=_MANAGE, include_in_schema=False, status_code=200)  # fmt: skip
async def take_step(
    request: Asked,
    program: NamedDependency[Program],
    round_id: FromPath[str],
    step: FromPath[str],
) -> Redirect | Template:
    """Lock, reveal or close a round."""
    await own_form(request)
    try:
        program.calibration.step(request.user, round_id, step)
    except AssayError as error:
        return _round(request, program, round_id, status=400, fault=error)
    return Redirect(f"/calibration/{round_id}", status_code=303)


@post(
    "/calibration/{round_id:str}/texts",
    opt=opt(Permission.own_account, form=True),
    include_in_schema=False,
    status_code=200,
)
async def uncover(
    request: Asked, program: NamedDependency[Program], round_id: FromPath[str]
) -> Template:
    """Show the text of one record that is covered; that it was asked for is logged."""
    place = str((await own_form(request)).get("record") or "")
    return _page(request, program.calibration.uncover(request.user, round_id, place))


@post(
    "/calibration/{round_id:str}/notes",
    opt=opt(Permission.adjudicate, form=True, limit=LISTS),
    include_in_schema=False,
    status_code=200,
)
async def write_note(
    request: Asked, program: NamedDependency[Program], round_id: FromPath[str]
) -> Redirect | Template:
    """Write what the discussion of one record came to."""
    form = await own_form(request)
    try:
        cause, outcome = str(form.get("cause") or ""), str(form.get("outcome") or "")
        if cause not in get_args(RoundCause) or outcome not in get_args(RoundOutcome):
            raise UsageError(
                code="unknown-cause", message="choose a cause and what follows", where="cause"
            )
        place = str(form.get("record") or "")
        program.calibration.note(
            request.user,
            round_id,
            place,
            cause=msgspec.convert(cause, RoundCause),
            outcome=msgspec.convert(outcome, RoundOutcome),
            words=str(form.get("note") or "").strip(),
        )
    except AssayError as error:
        return _round(request, program, round_id, status=400, fault=error)
    return Redirect(f"/calibration/{round_id}", status_code=303)


def _rounds(request: Asked, program: Program, *, status: int = 200, **more: Any) -> Template:
    leads = can(request.user, Permission.manage)
    people = [
        each.pseudonym for each in program.accounts.list() if each.active and can_review(each.roles)
    ]
    return page(
        "calibration.html",
        request,
        status=status,
        rounds=program.calibration.rounds(request.user),
        leads=leads,
        people=people if leads else [],
        **more,
    )


def _round(
    request: Asked, program: Program, round_id: str, *, status: int = 200, **more: Any
) -> Template:
    found = program.calibration.look(request.user, round_id)
    return _page(request, found, status=status, **more)


def _page(request: Asked, found: RoundPage, *, status: int = 200, **more: Any) -> Template:
    return page(
        "round.html",
        request,
        status=status,
        round=found,
        shown={name: read_view(each) for name, each in found.shown.items()},
        leads=can(request.user, Permission.manage),
        adjudicates=can(request.user, Permission.adjudicate),
        causes={name: words for name, words in CAUSES.items() if name in USUAL_OUTCOME},
        outcomes=OUTCOMES,
        letter=letter,
        said=answer_in_words,
        **more,
    )


def answer_in_words(key: str) -> str:
    """An answer by the name under which it is counted, in words and with the page's letters."""
    name, _, places = key.partition(":")
    lettered = re.sub(r"\d+", lambda place: letter(int(place[0])), places)
    if name == "prefers":
        return f"{lettered} is better"
    if name == "ranks":
        return lettered.replace(">", " > ").replace("=", " = ")
    return key.replace("_", " ")


def can_review(roles: tuple[str, ...]) -> bool:
    """Whether somebody in these roles judges."""
    return Permission.review in permissions_of(roles)

"""The pages of calibration rounds: judge apart, then see how answers are spread, then discuss."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.core.errors import AssayError, UsageError
from assay.desk.calibration import RoundCard, RoundPage
from assay.governance.permissions import Permission, Principal, can, permissions_of
from assay.program.program import Program
from assay.review.calibration import USUAL_OUTCOME, RoundCause, RoundOutcome
from assay.web.authentication import opt, own_form
from assay.web.forms import LISTS
from assay.web.page_context import PageContext
from assay.web.pages.adjudication import CAUSES
from assay.web.pages.frame import page
from assay.web.shown import ReadView, read_view

Asked = Request[Principal, Any, Any]

OUTCOMES: dict[str, str] = {
    "revise_task": "Revise the task",
    "revise_guideline": "Revise the guideline",
    "route_differently": "Ask other people",
    "keep_distribution": "Keep all answers",
}
"""What a round can come to, in words, in the order in which it is offered."""


class RoundsPage(PageContext, frozen=True, kw_only=True):
    """The page of all rounds."""

    template: ClassVar[str] = "calibration.html"
    rounds: tuple[RoundCard, ...]
    """The rounds that the viewer may see."""
    leads: bool
    """Whether the viewer opens rounds."""
    people: tuple[str, ...]
    """Pseudonyms of those who can be members; empty where the viewer opens none."""
    fault: AssayError | None = None
    """Why a round was not opened."""
    wanted_records: str = ""
    """The ids that were sent with it."""


class RoundDetailPage(PageContext, frozen=True, kw_only=True):
    """The page of one round."""

    template: ClassVar[str] = "round.html"
    round: RoundPage
    """The round, as far as the viewer may see it."""
    shown: Mapping[str, ReadView]
    """Its records by their id on this page."""
    leads: bool
    """Whether the viewer takes the steps of the round."""
    adjudicates: bool
    """Whether the viewer writes notes."""
    causes: Mapping[str, str]
    """Why people differ: name -> words."""
    outcomes: Mapping[str, str]
    """What follows: name -> words."""
    fault: AssayError | None = None
    """Why a step or a note is refused."""


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
            [str(member) for member in form.getall("member", [])],
        )
    except AssayError as error:
        return _rounds(
            request, program, status=400, fault=error, wanted_records=str(form.get("records") or "")
        )
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


def _rounds(
    request: Asked,
    program: Program,
    *,
    status: int = 200,
    fault: AssayError | None = None,
    wanted_records: str = "",
) -> Template:
    leads = can(request.user, Permission.manage)
    accounts = program.accounts.list() if leads else []
    shown = RoundsPage(
        rounds=tuple(program.calibration.rounds(request.user)),
        leads=leads,
        people=tuple(x.pseudonym for x in accounts if x.active and can_review(x.roles)),
        fault=fault,
        wanted_records=wanted_records,
    )
    return page(shown, request, status=status)


def _round(
    request: Asked,
    program: Program,
    round_id: str,
    *,
    status: int = 200,
    fault: AssayError | None = None,
) -> Template:
    calibration_round = program.calibration.look(request.user, round_id)
    return _page(request, calibration_round, status=status, fault=fault)


def _page(
    request: Asked,
    calibration_round: RoundPage,
    *,
    status: int = 200,
    fault: AssayError | None = None,
) -> Template:
    shown = RoundDetailPage(
        round=calibration_round,
        shown={name: read_view(record) for name, record in calibration_round.shown.items()},
        leads=can(request.user, Permission.manage),
        adjudicates=can(request.user, Permission.adjudicate),
        causes={name: CAUSES[name] for name in CAUSES if name in USUAL_OUTCOME},
        outcomes=OUTCOMES,
        fault=fault,
    )
    return page(shown, request, status=status)


def can_review(roles: tuple[str, ...]) -> bool:
    """Whether somebody in these roles judges."""
    return Permission.review in permissions_of(roles)

"""The reviewer's pages: home, and the workbench."""

from typing import ClassVar

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.contracts.contract import Welfare
from assay.contracts.program import ProgramSettings
from assay.core.errors import UsageError
from assay.governance.permissions import Permission, Principal, can
from assay.program.program import Program
from assay.review.guideline_gap import GapAnswer, GuidelineGap
from assay.review.wire import QueueCard
from assay.web.authentication import opt, own_form
from assay.web.page_context import PageContext
from assay.web.pages.frame import DESK_VERDICTS, Asked, page


class HomePage(PageContext, frozen=True, kw_only=True):
    """The page on which a person's work begins."""

    template: ClassVar[str] = "home.html"
    program: ProgramSettings
    """The program's own document."""
    reviews: bool
    """Whether the viewer judges."""
    queues: tuple[QueueCard, ...]
    """The queues that the viewer sits in."""
    welfare: Welfare | None
    """What the contract promises to readers of severe content."""
    reads: bool
    """Whether the viewer reads records."""
    harms: tuple[str, ...]
    """Harm categories of the program's content."""
    consents: frozenset[str]
    """Those that the viewer agreed to see."""
    answered: tuple[tuple[GuidelineGap, GapAnswer], ...]
    """What the viewer asked about the rubric, with the answers; the oldest first."""
    adjudicates: bool
    """Whether the viewer decides where people disagree."""
    oversees: bool
    """Whether the viewer sees the overview."""
    administers: bool
    """Whether the viewer gives accounts."""


class ReviewPage(PageContext, frozen=True, kw_only=True):
    """The page of the workbench."""

    template: ClassVar[str] = "workbench.html"
    queue: str | None
    """Handle of the one queue that work is taken from; None: from all."""
    verdicts: str
    """The verdicts without a winner, for the scripts, as JSON."""


@get("/", opt=opt(Permission.own_account), include_in_schema=False, sync_to_thread=False)
def home(request: Asked, program: NamedDependency[Program]) -> Template:
    """Where a person's work begins: what waits, in which role, and what to do next."""
    who = request.user
    assert who is not None
    reviews = can(who, Permission.review)
    reads = reviews or can(who, Permission.manage)
    shown = HomePage(
        program=program.documents.program,
        queues=tuple(program.desk.queues(who)) if reviews else (),
        reviews=reviews,
        welfare=program.documents.contract.welfare,
        reads=reads,
        harms=program.desk.harms() if reads else (),
        consents=program.desk.eligibility.consents(who.pseudonym) if reads else frozenset(),
        answered=tuple(program.guideline.answers(who)) if reviews else (),
        adjudicates=can(who, Permission.adjudicate),
        oversees=can(who, Permission.oversee),
        administers=can(who, Permission.accounts),
    )
    return page(shown, request)


@post(
    "/consents",
    opt=opt(Permission.own_account, form=True),
    include_in_schema=False,
    status_code=200,
)
async def consent(request: Asked, program: NamedDependency[Program]) -> Redirect:
    """Keep a person's word on one harm category; it is taken back as easily, and no reason is asked."""
    form = await own_form(request)
    category = str(form.get("category") or "")
    if category not in program.desk.harms():
        raise UsageError(
            code="unknown-category", message=f"{category!r} is not a harm category here"
        )
    program.desk.consent(_who(request), category, given=form.get("given") == "yes")
    return Redirect("/", status_code=303)


def _who(request: Asked) -> Principal:
    assert request.user is not None
    return request.user


@get("/review", opt=opt(Permission.review), include_in_schema=False)
async def workbench(request: Asked) -> Template:
    """The workbench; its modules claim the work, from all queues."""
    return page(ReviewPage(queue=None, verdicts=DESK_VERDICTS), request)


@get("/review/{queue:str}", opt=opt(Permission.review), include_in_schema=False)
async def workbench_of(request: Asked, queue: FromPath[str]) -> Template:
    """The workbench on one queue."""
    return page(ReviewPage(queue=queue, verdicts=DESK_VERDICTS), request)

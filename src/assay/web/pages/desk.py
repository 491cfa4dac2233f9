"""The reviewer's pages: home, and the workbench."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from assay.core.errors import UsageError
from assay.governance.permissions import Permission, Principal, can
from assay.program.program import Program
from assay.web.authentication import opt, own_form
from assay.web.pages.frame import DESK_VERDICTS, Asked, page


@get("/", opt=opt(Permission.own_account), include_in_schema=False, sync_to_thread=False)
def home(request: Asked, program: NamedDependency[Program]) -> Template:
    """Where a person's work begins: what waits, in which role, and what to do next."""
    who = request.user
    assert who is not None
    reviews = can(who, Permission.review)
    reads = reviews or can(who, Permission.manage)
    return page(
        "home.html",
        request,
        program=program.documents.program,
        queues=program.desk.queues(who) if reviews else (),
        reviews=reviews,
        welfare=program.documents.contract.welfare,
        reads=reads,
        harms=program.desk.harms() if reads else (),
        consents=program.desk.eligibility.consents(who.pseudonym) if reads else (),
        answered=program.guideline.answers(who) if reviews else (),
        adjudicates=can(who, Permission.adjudicate),
        oversees=can(who, Permission.oversee),
        administers=can(who, Permission.accounts),
    )


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
async def workbench(request: Asked, program: NamedDependency[Program]) -> Template:
    """The workbench; its modules claim the work, from all queues."""
    return _workbench(request, program, None)


@get("/review/{queue:str}", opt=opt(Permission.review), include_in_schema=False)
async def workbench_of(
    request: Asked, program: NamedDependency[Program], queue: FromPath[str]
) -> Template:
    """The workbench on one queue."""
    return _workbench(request, program, queue)


def _workbench(request: Asked, program: Program, queue: str | None) -> Template:
    rubric = program.desk.in_force.rubric
    return page(
        "workbench.html",
        request,
        queue=queue,
        rubric=f"{rubric.id} {rubric.version}",
        verdicts=DESK_VERDICTS,
    )

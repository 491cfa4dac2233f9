"""The reviewer's pages: home, and the workbench."""

from litestar import get
from litestar.response import Template

from assay.bootstrap.program import Program
from assay.governance.permissions import Permission, can
from assay.web.doors import opt
from assay.web.pages.frame import Asked, page


@get("/", opt=opt(Permission.own_account), include_in_schema=False, sync_to_thread=True)
def home(request: Asked, program: Program) -> Template:
    """Where a person's work begins: what waits, in which role, and what to do next."""
    who = request.user
    assert who is not None
    reviews = can(who, Permission.review)
    return page(
        "home.html",
        request,
        program=program.documents.program,
        queues=program.desk.queues(who) if reviews else (),
        reviews=reviews,
        adjudicates=can(who, Permission.adjudicate),
        oversees=can(who, Permission.oversee),
        administers=can(who, Permission.accounts),
    )


@get(["/review", "/review/{queue:str}"], opt=opt(Permission.review), include_in_schema=False)
async def workbench(request: Asked, program: Program, queue: str | None = None) -> Template:
    """The workbench; its modules claim the work."""
    rubric = program.desk.in_force.rubric
    return page("workbench.html", request, queue=queue, rubric=f"{rubric.id} {rubric.version}")

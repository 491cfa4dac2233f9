"""The pages for leads: figures with their data, and the records behind each number."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast, get_args

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, get
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template

from assay.core.errors import UsageError
from assay.desk.overview_records import (
    UNDISPOSED,
    PassState,
    RecordList,
    RecordRow,
    RecordSelection,
)
from assay.governance.failure_modes import MODES, Alarm, FailureMode, ModeText
from assay.governance.permissions import Permission
from assay.program.program import Program
from assay.quality.wording import plain
from assay.web.authentication import opt
from assay.web.page_context import NavItem, PageContext
from assay.web.pages.figures import Figure, FigureCell, number, records, short, to_csv, words
from assay.web.pages.frame import Asked, page

if TYPE_CHECKING:
    from assay.desk.overview import CareStanding, OverviewService, QueueState
    from assay.quality.report import QualityReport

PAGE_ROWS = 100
"""Records of one page of a list."""

SHORT_ID = 14
"""Characters of an id on a page: no two records of a program are likely to share them."""

CSV_ROWS = 100_000
"""Most records of a list as CSV."""

_OPT = opt(Permission.oversee)
_PAGES = (
    ("/overview", "Standing"),
    ("/overview/agreement", "Agreement"),
    ("/overview/reviewers", "Reviewers"),
    ("/overview/care", "Care"),
    ("/overview/queues", "Queues"),
)

T = TypeVar("T")
Picture = Annotated[
    str | None, QueryParameter(description="Name of a figure; the first if absent.")
]
First = Annotated[int, QueryParameter(ge=0, description="Place of the first row, from 0.")]


class OverviewPage(PageContext, frozen=True, kw_only=True):
    """What the pages of the overview have in common."""

    pages: tuple[NavItem, ...]
    """The pages of the overview."""


class PassCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Passes of all queues together; `QueueState` says what each is."""

    wanted: int
    free: int
    held: int
    handed_out: int
    late: int
    surplus: int
    given: int
    """Passes answered, wherever."""


class AlarmCard(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm."""

    alarm: Alarm
    """What was found."""
    href: str | None
    """The list of the records that it names; None where it names none."""


class StandingPage(OverviewPage, frozen=True, kw_only=True):
    """Status of the program."""

    template: ClassVar[str] = "overview.html"
    figures: Mapping[str, Figure]
    """The figures by name."""
    report: "QualityReport"
    """The quality report over everything in the store."""
    alarms: tuple[AlarmCard, ...]
    """The alarms, the most urgent first."""
    undisposed: int
    """Records without a disposition under the documents in force."""
    modes: Mapping[FailureMode, ModeText]
    """The failure modes in words."""
    passes: PassCounts
    """Passes of all queues."""


class AgreementPage(OverviewPage, frozen=True, kw_only=True):
    """How far reviewers agree."""

    template: ClassVar[str] = "overview_agreement.html"
    figures: Mapping[str, Figure]
    """The figures by name."""


class ReviewersPage(OverviewPage, frozen=True, kw_only=True):
    """Answers, pace, drift and known work by reviewer."""

    template: ClassVar[str] = "overview_reviewers.html"
    figures: Mapping[str, Figure]
    """The figures by name."""


class CarePage(OverviewPage, frozen=True, kw_only=True):
    """How much severe content groups of people read."""

    template: ClassVar[str] = "overview_care.html"
    figures: Mapping[str, Figure]
    """The figures by name."""
    found: "CareStanding"
    """The sums, and what the contract promises."""


class QueuesPage(OverviewPage, frozen=True, kw_only=True):
    """The queues."""

    template: ClassVar[str] = "overview_queues.html"
    figures: Mapping[str, Figure]
    """The figures by name."""
    queues: "tuple[QueueState, ...]"
    """Status of each queue."""


class RecordsPage(OverviewPage, frozen=True, kw_only=True):
    """The records behind a number."""

    template: ClassVar[str] = "overview_records.html"
    figure: Figure
    """The records as a table."""
    found: RecordList
    """The list that they are a part of."""
    conditions: tuple[str, ...]
    """What they have in common, in words."""
    query: str
    """The same as the query of an address."""
    before: str | None
    """Address of the part before; None at the beginning."""
    after: str | None
    """Address of the part after; None at the end."""


@get("/overview", opt=_OPT, include_in_schema=False)
async def standing(request: Asked, program: NamedDependency[Program]) -> Template:
    """Status of the program."""
    found = await _read(program, lambda noun: noun.standing())

    from assay.web.pages.overview_figures import standing_figures

    alarms = sorted(_readable(program, found.alarms, _roles(request)), key=_urgency)
    shown = StandingPage(
        pages=_pages(request),
        figures=_named(standing_figures(found)),
        report=found.report,
        alarms=tuple(AlarmCard(alarm=alarm, href=_alarm_records(alarm)) for alarm in alarms),
        undisposed=sum(n.records for n in found.report.dispositions if n.state == UNDISPOSED),
        modes=MODES,
        passes=_passes(found.queues),
    )
    return page(shown, request)


@get("/overview/agreement", opt=_OPT, include_in_schema=False)
async def agreement(request: Asked, program: NamedDependency[Program]) -> Template:
    """How far reviewers agree, by question and slice."""
    found = await _read(program, lambda noun: noun.agreement())

    from assay.web.pages.people_figures import agreement_figures

    figures = _named(agreement_figures(found))
    return page(AgreementPage(pages=_pages(request), figures=figures), request)


@get("/overview/reviewers", opt=_OPT, include_in_schema=False)
async def reviewers(request: Asked, program: NamedDependency[Program]) -> Template:
    """Answers, pace, drift and known work by reviewer."""
    found = await _read(program, lambda noun: noun.reviewers())

    from assay.web.pages.people_figures import reviewer_figures

    figures = _named(reviewer_figures(found))
    return page(ReviewersPage(pages=_pages(request), figures=figures), request)


@get("/overview/care", opt=_OPT, include_in_schema=False)
async def care(request: Asked, program: NamedDependency[Program]) -> Template:
    """How much severe content groups of people read."""
    found = await _read(program, lambda noun: noun.care())

    from assay.web.pages.overview_figures import care_figure

    figures = _named([care_figure(found)])
    return page(CarePage(pages=_pages(request), figures=figures, found=found), request)


@get("/overview/queues", opt=_OPT, include_in_schema=False)
async def queues(request: Asked, program: NamedDependency[Program]) -> Template:
    """The queues: titles, layers, roles, who sits there, what is held."""
    found = await _read(program, lambda noun: noun.queues())

    from assay.web.pages.overview_figures import queue_figure, seat_figure

    figures = _named([queue_figure(found), seat_figure(found)])
    return page(QueuesPage(pages=_pages(request), figures=figures, queues=found), request)


@get("/overview/records", opt=_OPT, include_in_schema=False)
async def record_list(
    request: Asked, program: NamedDependency[Program], first: First = 0
) -> Template:
    """The records behind a number."""
    wanted, roles = _selection(request.query_params), _roles(request)
    found = await _read(
        program,
        lambda noun: noun.records(wanted, roles=roles, first=first, most=PAGE_ROWS),
    )
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "first"]
    shown = RecordsPage(
        pages=_pages(request),
        figure=_record_figure(found),
        found=found,
        conditions=tuple(_conditions(wanted)),
        query=records(*given).partition("?")[2],
        before=records(*given, ("first", max(0, first - PAGE_ROWS))) if first else None,
        after=records(*given, ("first", first + PAGE_ROWS))
        if found.total > first + PAGE_ROWS
        else None,
    )
    return page(shown, request)


@get("/overview.csv", opt=_OPT, include_in_schema=False)
async def standing_csv(program: NamedDependency[Program], picture: Picture = None) -> Response[str]:
    """The data of a figure of the start page."""
    found = await _read(program, lambda noun: noun.standing())

    from assay.web.pages.overview_figures import standing_figures

    return _csv(standing_figures(found), picture)


@get("/overview/agreement.csv", opt=_OPT, include_in_schema=False)
async def agreement_csv(
    program: NamedDependency[Program], picture: Picture = None
) -> Response[str]:
    """The data of a figure on agreement."""
    found = await _read(program, lambda noun: noun.agreement())

    from assay.web.pages.people_figures import agreement_figures

    return _csv(agreement_figures(found), picture)


@get("/overview/reviewers.csv", opt=_OPT, include_in_schema=False)
async def reviewers_csv(
    program: NamedDependency[Program], picture: Picture = None
) -> Response[str]:
    """The data of a figure on reviewers."""
    found = await _read(program, lambda noun: noun.reviewers())

    from assay.web.pages.people_figures import reviewer_figures

    return _csv(reviewer_figures(found), picture)


@get("/overview/care.csv", opt=_OPT, include_in_schema=False)
async def care_csv(program: NamedDependency[Program], picture: Picture = None) -> Response[str]:
    """The sums over groups of people."""
    found = await _read(program, lambda noun: noun.care())

    from assay.web.pages.overview_figures import care_figure

    return _csv([care_figure(found)], picture)


@get("/overview/queues.csv", opt=_OPT, include_in_schema=False)
async def queues_csv(program: NamedDependency[Program], picture: Picture = None) -> Response[str]:
    """The queues, or who sits in them."""
    found = await _read(program, lambda noun: noun.queues())

    from assay.web.pages.overview_figures import queue_figure, seat_figure

    return _csv([queue_figure(found), seat_figure(found)], picture)


@get("/overview/records.csv", opt=_OPT, include_in_schema=False)
async def record_csv(request: Asked, program: NamedDependency[Program]) -> Response[str]:
    """The records behind a number."""
    wanted, roles = _selection(request.query_params), _roles(request)
    found = await _read(program, lambda noun: noun.records(wanted, roles=roles, most=CSV_ROWS))
    return _csv([_record_figure(found)], None)


HANDLERS: tuple[Any, ...] = (
    standing,
    agreement,
    reviewers,
    care,
    queues,
    record_list,
    standing_csv,
    agreement_csv,
    reviewers_csv,
    care_csv,
    queues_csv,
    record_csv,
)
"""Every route of these pages."""


async def _read(program: Program, work: "Callable[[OverviewService], T]") -> T:
    """Read in a thread: a pass over all records takes its time, and reviewers go on meanwhile."""
    return await run_sync(lambda: work(program.overview))


def _pages(request: Asked) -> tuple[NavItem, ...]:
    path = request.url.path
    return tuple(NavItem(href=href, label=label, current=href == path) for href, label in _PAGES)


def _passes(queues: "Sequence[QueueState]") -> PassCounts:
    return PassCounts(
        wanted=sum(queue.wanted for queue in queues),
        free=sum(queue.free for queue in queues),
        held=sum(queue.held for queue in queues),
        handed_out=sum(queue.handed_out for queue in queues),
        late=sum(queue.late for queue in queues),
        surplus=sum(queue.surplus for queue in queues),
        given=sum(queue.stored + queue.surplus + queue.elsewhere for queue in queues),
    )


def _named(figures: Sequence[Figure]) -> dict[str, Figure]:
    return {each.name: each for each in figures}


def _csv(figures: Sequence[Figure], name: str | None) -> Response[str]:
    known = _named(figures)
    figure = known.get(name) if name else figures[0]
    if figure is None:
        raise UsageError(
            code="no-such-picture",
            message=f"this page has no picture {name!r}",
            where="picture",
            hint=f"there are: {', '.join(known)}",
        )
    return Response(
        to_csv(figure.columns, figure.rows),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{figure.name}.csv"'},
    )


def _readable(program: Program, alarms: Sequence[Alarm], roles: tuple[str, ...]) -> list[Alarm]:
    """Alarms that name by handles the records that the viewer may not read."""
    return [
        msgspec.structs.replace(
            each,
            evidence=tuple(program.context.with_handles(name, roles) for name in each.evidence),
        )
        for each in alarms
    ]


def _urgency(alarm: Alarm) -> int:
    return ("raised", "unknown", "clear").index(alarm.state)


def _verdict(name: str) -> str:
    """A verdict in words; candidates are counted from 0 in the record's own order."""
    return plain(name.replace("prefers:", "candidate ").replace("ranks:", "order "))


def _alarm_records(alarm: Alarm) -> str | None:
    """The list of the records that an alarm names; None where it names none."""
    named = [("id", each) for each in alarm.evidence if each.startswith(("rec_", "rch_"))]
    return records(*named) if named else None


def _roles(request: Asked) -> tuple[str, ...]:
    """The viewer's roles."""
    return request.user.roles if request.user else ()


def _selection(given: MultiDict[Any]) -> RecordSelection:
    """The selection that an address names.

    Raises:
        UsageError: if a slice is none, or passes have an unknown state.
    """
    passes = given.get("passes")
    if passes is not None and passes not in get_args(PassState):
        raise UsageError(
            code="unknown-passes",
            message=f"{passes!r} is not a state of passes",
            where="passes",
            hint=f"name one of {', '.join(get_args(PassState))}",
        )
    candidates = given.get("candidates")
    if candidates is not None and not candidates.isdecimal():
        raise UsageError(
            code="no-number", message=f"{candidates!r} is not a number", where="candidates"
        )
    return RecordSelection(
        ids=tuple(given.getall("id", [])),
        states=tuple(given.getall("state", [])),
        kind=given.get("kind"),
        candidates=int(candidates) if candidates is not None else None,
        inside=dict(_axis_value(each) for each in given.getall("slice", [])),
        queue=given.get("queue"),
        passes=cast("PassState | None", passes),
        judged="judged" in given,
        reviewer=given.get("reviewer"),
        verdict=given.get("verdict"),
        first_shown="first_shown" in given,
        differ=given.get("differ"),
        cause=given.get("cause"),
        overturned="overturned" in given,
    )


def _axis_value(given: str) -> tuple[str, str]:
    axis, colon, value = given.partition(":")
    if not colon:
        raise UsageError(
            code="no-slice",
            message=f"{given!r} is not a slice",
            where="slice",
            hint="write axis:value",
        )
    return axis, value


def _conditions(wanted: RecordSelection) -> list[str]:
    """The selection in words."""
    found = [f"{axis} is {value}" for axis, value in wanted.inside.items()]
    whose = f"by {short(wanted.reviewer)}" if wanted.reviewer else "by somebody"
    told = (
        (wanted.ids, f"one of {len(wanted.ids)} named records"),
        (wanted.states, " or ".join(plain(each) for each in wanted.states)),
        (wanted.kind, f"of kind {wanted.kind}"),
        (wanted.candidates, f"with {wanted.candidates} candidates"),
        (wanted.queue, "waiting in one queue"),
        (wanted.passes, f"with a pass that is {wanted.passes}"),
        (wanted.judged, "judged"),
        (wanted.verdict, f"answered {plain(str(wanted.verdict))} {whose}"),
        (wanted.reviewer and not wanted.verdict, f"judged {whose}"),
        (wanted.first_shown, "what was shown first was chosen"),
        (wanted.differ, f"people differ on {plain(str(wanted.differ))}"),
        (wanted.cause, "adjudicated" if wanted.cause == "any" else f"cause {plain(str(wanted.cause))}"),
        (wanted.overturned, "a judgment was overturned"),
    )  # fmt: skip
    return [*found, *(words for holds, words in told if holds)]


def _record_figure(found: RecordList) -> Figure:
    return Figure(
        name="records",
        title="Records",
        caption="In the order in which they were entered.",
        panels=(),
        columns=("record", "kind", "lies at", "state", "rule", "judgments", "answers"),
        rows=tuple(_record_cells(each) for each in found.rows),
        empty="No record fits.",
        open=True,
    )


def _record_cells(row: RecordRow) -> tuple[FigureCell, ...]:
    return (
        FigureCell(value=row.id, text=row.id[:SHORT_ID]),
        words(row.kind),
        words(", ".join(f"{axis} {value}" for axis, value in row.taxonomy.items())),
        words(plain(row.state)),
        words(plain(row.rule)),
        number(row.judgments),
        words(", ".join(f"{_verdict(name)}: {count}" for name, count in row.answers.items())),
    )

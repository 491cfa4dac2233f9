"""The pages for leads: figures with their data, and the records behind each number."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast, get_args

import msgspec
from anyio.to_thread import run_sync
from litestar import Response, get
from litestar.datastructures import MultiDict, State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from assay.core.choices import refuse_unknown
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
from assay.quality.figures.figure import Figure, FigureCell, number, short, to_csv, words
from assay.quality.picture_cache import ThemeName
from assay.quality.wording import plain
from assay.web.authentication import opt
from assay.web.page_context import NavItem, PageContext
from assay.web.pages.frame import Asked, page
from assay.web.pages.shown_figures import (
    PICTURES,
    ShownFigure,
    drawing_hint,
    records,
    shown_figures,
)

if TYPE_CHECKING:  # the statistics of the report load when a page of these is first asked for
    from assay.desk.overview import CareStanding, OverviewService, ProgramStanding, QueueState
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
PictureName = Annotated[
    str | None, QueryParameter(description="Name of a figure; the first if absent.")
]
First = Annotated[int, QueryParameter(ge=0, description="Place of the first row, from 0.")]


class OverviewPage(PageContext, frozen=True, kw_only=True):
    """What the pages of the overview have in common."""

    pages: tuple[NavItem, ...]
    """The pages of the overview."""
    drawing_hint: str
    """How to install what draws pictures; empty where it is installed."""


class PassCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Passes of all queues that want a number of them; `QueueState` says what each is."""

    wanted: int
    free: int
    held: int
    handed_out: int
    late: int
    surplus: int
    given: int
    """Passes answered, at the desk or elsewhere."""


class AlarmCard(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm."""

    alarm: Alarm
    """Mode, state and reason of the alarm."""
    href: str | None
    """The list of the records that it names; None where it names none."""


class StandingPage(OverviewPage, frozen=True, kw_only=True):
    """Status of the program."""

    template: ClassVar[str] = "overview.html"
    figures: Mapping[str, ShownFigure]
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
    figures: Mapping[str, ShownFigure]
    """The figures by name."""


class ReviewersPage(OverviewPage, frozen=True, kw_only=True):
    """Answers, pace, drift and known work by reviewer."""

    template: ClassVar[str] = "overview_reviewers.html"
    figures: Mapping[str, ShownFigure]
    """The figures by name."""


class CarePage(OverviewPage, frozen=True, kw_only=True):
    """How much severe content groups of people read."""

    template: ClassVar[str] = "overview_care.html"
    figures: Mapping[str, ShownFigure]
    """The figures by name."""
    care: "CareStanding"
    """The sums, and what the contract promises."""


class QueuesPage(OverviewPage, frozen=True, kw_only=True):
    """The queues."""

    template: ClassVar[str] = "overview_queues.html"
    figures: Mapping[str, ShownFigure]
    """The figures by name."""
    queues: "tuple[QueueState, ...]"
    """Status of each queue."""


class RecordsPage(OverviewPage, frozen=True, kw_only=True):
    """The records behind a number."""

    template: ClassVar[str] = "overview_records.html"
    figure: Figure
    """The records as a table."""
    listed: RecordList
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
async def standing(request: Asked, program: NamedDependency[Program], state: State) -> Template:
    """Status of the program."""
    status, figures = await _in_thread(program, lambda overview: _shown_standing(overview, state))
    alarms = sorted(_readable(program, status.alarms, _roles(request)), key=_urgency)
    report = status.report
    shown = StandingPage(
        pages=_pages(request),
        drawing_hint=drawing_hint(),
        figures=figures,
        report=report,
        alarms=tuple(AlarmCard(alarm=alarm, href=_alarm_records(alarm)) for alarm in alarms),
        undisposed=sum(n.records for n in report.dispositions if n.state == UNDISPOSED),
        modes=MODES,
        passes=_passes(status.queues),
    )
    return page(shown, request)


def _shown_standing(
    overview: "OverviewService", state: State
) -> "tuple[ProgramStanding, dict[str, ShownFigure]]":
    from assay.web.pages.overview_figures import standing_figures

    status = overview.standing()
    return status, shown_figures("standing", standing_figures(status), state.drawings)


@get("/overview/agreement", opt=_OPT, include_in_schema=False)
async def agreement(request: Asked, program: NamedDependency[Program], state: State) -> Template:
    """How far reviewers agree, by question and slice."""
    figures = await _in_thread(
        program, lambda overview: _page_figures("agreement", overview, state)
    )
    shown = AgreementPage(pages=_pages(request), drawing_hint=drawing_hint(), figures=figures)
    return page(shown, request)


@get("/overview/reviewers", opt=_OPT, include_in_schema=False)
async def reviewers(request: Asked, program: NamedDependency[Program], state: State) -> Template:
    """Answers, pace, drift and known work by reviewer."""
    figures = await _in_thread(
        program, lambda overview: _page_figures("reviewers", overview, state)
    )
    shown = ReviewersPage(pages=_pages(request), drawing_hint=drawing_hint(), figures=figures)
    return page(shown, request)


@get("/overview/care", opt=_OPT, include_in_schema=False)
async def care(request: Asked, program: NamedDependency[Program], state: State) -> Template:
    """How much severe content groups of people read."""
    sums = await _in_thread(program, lambda overview: overview.care())

    from assay.web.pages.overview_figures import care_figures

    shown = CarePage(
        pages=_pages(request),
        drawing_hint=drawing_hint(),
        figures=shown_figures("care", care_figures(sums), state.drawings),
        care=sums,
    )
    return page(shown, request)


@get("/overview/queues", opt=_OPT, include_in_schema=False)
async def queues(request: Asked, program: NamedDependency[Program], state: State) -> Template:
    """The queues: titles, layers, roles, who sits there, what is held."""
    states = await _in_thread(program, lambda overview: overview.queues())

    from assay.web.pages.overview_figures import queue_figures

    shown = QueuesPage(
        pages=_pages(request),
        drawing_hint=drawing_hint(),
        figures=shown_figures("queues", queue_figures(states), state.drawings),
        queues=states,
    )
    return page(shown, request)


@get(f"{PICTURES}/{{name:str}}/{{digest:str}}/{{file:str}}", opt=_OPT, include_in_schema=False)
async def picture(
    program: NamedDependency[Program],
    state: State,
    name: FromPath[str],
    digest: FromPath[str],
    file: FromPath[str],
) -> Response[str]:
    """A picture of a page of the overview, for whom may see the page.

    It is not kept by the browser, as the page is not: both show what only leads may see.
    """
    theme = _THEMES.get(file)
    if theme is None:
        raise NotFoundException

    from assay.web.pages.overview_figures import find_drawing

    drawing = await _in_thread(
        program,
        lambda overview: find_drawing(
            name, digest, theme, overview=overview, drawings=state.drawings
        ),
    )
    if drawing is None:
        raise NotFoundException("the page has other figures by now: load it again")
    return Response(drawing, media_type="image/svg+xml")


_THEMES: Mapping[str, ThemeName] = {"light.svg": "light", "dark.svg": "dark"}


@get("/overview/records", opt=_OPT, include_in_schema=False)
async def record_list(
    request: Asked, program: NamedDependency[Program], first: First = 0
) -> Template:
    """The records behind a number."""
    selection, roles = _selection(request.query_params), _roles(request)
    listed = await _in_thread(
        program,
        lambda overview: overview.records(selection, roles=roles, first=first, most=PAGE_ROWS),
    )
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "first"]
    more = listed.total > first + PAGE_ROWS
    shown = RecordsPage(
        pages=_pages(request),
        drawing_hint="",  # this page has no picture
        figure=_record_figure(listed),
        listed=listed,
        conditions=tuple(_conditions(selection)),
        query=records(*query).partition("?")[2],
        before=records(*query, ("first", max(0, first - PAGE_ROWS))) if first else None,
        after=records(*query, ("first", first + PAGE_ROWS)) if more else None,
    )
    return page(shown, request)


@get("/overview.csv", opt=_OPT, include_in_schema=False)
async def standing_csv(
    program: NamedDependency[Program], picture: PictureName = None
) -> Response[str]:
    """The data of a figure of the start page."""
    return _csv(await _in_thread(program, _figures("standing")), picture)


@get("/overview/agreement.csv", opt=_OPT, include_in_schema=False)
async def agreement_csv(
    program: NamedDependency[Program], picture: PictureName = None
) -> Response[str]:
    """The data of a figure on agreement."""
    return _csv(await _in_thread(program, _figures("agreement")), picture)


@get("/overview/reviewers.csv", opt=_OPT, include_in_schema=False)
async def reviewers_csv(
    program: NamedDependency[Program], picture: PictureName = None
) -> Response[str]:
    """The data of a figure on reviewers."""
    return _csv(await _in_thread(program, _figures("reviewers")), picture)


@get("/overview/care.csv", opt=_OPT, include_in_schema=False)
async def care_csv(program: NamedDependency[Program], picture: PictureName = None) -> Response[str]:
    """The sums over groups of people."""
    return _csv(await _in_thread(program, _figures("care")), picture)


@get("/overview/queues.csv", opt=_OPT, include_in_schema=False)
async def queues_csv(
    program: NamedDependency[Program], picture: PictureName = None
) -> Response[str]:
    """The queues, or who sits in them."""
    return _csv(await _in_thread(program, _figures("queues")), picture)


@get("/overview/records.csv", opt=_OPT, include_in_schema=False)
async def record_csv(request: Asked, program: NamedDependency[Program]) -> Response[str]:
    """The records behind a number."""
    selection, roles = _selection(request.query_params), _roles(request)
    listed = await _in_thread(
        program, lambda overview: overview.records(selection, roles=roles, most=CSV_ROWS)
    )
    return _csv([_record_figure(listed)], None)


HANDLERS: tuple[Any, ...] = (
    standing,
    agreement,
    reviewers,
    care,
    queues,
    record_list,
    picture,
    standing_csv,
    agreement_csv,
    reviewers_csv,
    care_csv,
    queues_csv,
    record_csv,
)
"""Every route of these pages."""


async def _in_thread(program: Program, work: "Callable[[OverviewService], T]") -> T:
    """Compute in a thread: a pass over all records takes seconds, and other requests go on meanwhile."""
    return await run_sync(lambda: work(program.overview))


def _pages(request: Asked) -> tuple[NavItem, ...]:
    path = request.url.path
    return tuple(NavItem(href=href, label=label, current=href == path) for href, label in _PAGES)


def _passes(every_queue: "Sequence[QueueState]") -> PassCounts:
    queues = [queue for queue in every_queue if not queue.open_ended]
    return PassCounts(
        wanted=sum(queue.wanted for queue in queues),
        free=sum(queue.free for queue in queues),
        held=sum(queue.held for queue in queues),
        handed_out=sum(queue.handed_out for queue in queues),
        late=sum(queue.late for queue in queues),
        surplus=sum(queue.surplus for queue in queues),
        given=sum(queue.stored + queue.surplus + queue.elsewhere for queue in queues),
    )


def _figures(name: str) -> "Callable[[OverviewService], tuple[Figure, ...]]":
    """What computes the figures of a page."""
    from assay.web.pages.overview_figures import FIGURES

    return FIGURES[name]


def _page_figures(name: str, overview: "OverviewService", state: State) -> dict[str, ShownFigure]:
    return shown_figures(name, _figures(name)(overview), state.drawings)


def _csv(figures: Sequence[Figure], name: str | None) -> Response[str]:
    by_name = {figure.name: figure for figure in figures}
    figure = by_name.get(name) if name else figures[0]
    if figure is None:
        raise UsageError(
            code="no-such-picture",
            message=f"this page has no picture {name!r}",
            where="picture",
            hint=f"there are: {', '.join(by_name)}",
        )
    return Response(
        to_csv(figure),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{figure.name}.csv"'},
    )


def _readable(program: Program, alarms: Sequence[Alarm], roles: tuple[str, ...]) -> list[Alarm]:
    """Alarms that name by handles the records that the viewer may not read."""
    return [
        msgspec.structs.replace(
            alarm,
            evidence=tuple(program.context.with_handles(name, roles) for name in alarm.evidence),
        )
        for alarm in alarms
    ]


def _urgency(alarm: Alarm) -> int:
    return ("raised", "unknown", "clear").index(alarm.state)


def _verdict(name: str) -> str:
    """A verdict in words; candidates are counted from 0 in the record's own order."""
    return plain(name.replace("prefers:", "candidate ").replace("ranks:", "order "))


def _alarm_records(alarm: Alarm) -> str | None:
    """The list of the records that an alarm names; None where it names none."""
    ids = [("id", name) for name in alarm.evidence if name.startswith(("rec_", "rch_"))]
    return records(*ids) if ids else None


def _roles(request: Asked) -> tuple[str, ...]:
    """The viewer's roles."""
    return request.user.roles if request.user else ()


def _selection(query: MultiDict[Any]) -> RecordSelection:
    """The selection that an address names.

    Raises:
        UsageError: if a slice is none, or passes have an unknown state.
    """
    passes = query.get("passes")
    if passes is not None:
        refuse_unknown("pass state", passes, get_args(PassState), where="passes")
    candidates = query.get("candidates")
    if candidates is not None and not candidates.isdecimal():
        raise UsageError(
            code="no-number", message=f"{candidates!r} is not a number", where="candidates"
        )
    return RecordSelection(
        ids=tuple(query.getall("id", [])),
        states=tuple(query.getall("state", [])),
        kind=query.get("kind"),
        candidates=int(candidates) if candidates is not None else None,
        inside=dict(_axis_value(condition) for condition in query.getall("slice", [])),
        queue=query.get("queue"),
        passes=cast("PassState | None", passes),
        judged="judged" in query,
        reviewer=query.get("reviewer"),
        verdict=query.get("verdict"),
        first_shown="first_shown" in query,
        differ=query.get("differ"),
        cause=query.get("cause"),
        overturned="overturned" in query,
    )


def _axis_value(condition: str) -> tuple[str, str]:
    axis, colon, value = condition.partition(":")
    if not colon:
        raise UsageError(
            code="no-slice",
            message=f"{condition!r} is not a slice",
            where="slice",
            hint="write axis:value",
        )
    return axis, value


def _conditions(selection: RecordSelection) -> list[str]:
    """The selection in words."""
    slices = [f"{axis} is {value}" for axis, value in selection.inside.items()]
    whose = f"by {short(selection.reviewer)}" if selection.reviewer else "by somebody"
    sentences = (
        (selection.ids, f"one of {len(selection.ids)} named records"),
        (selection.states, " or ".join(plain(state) for state in selection.states)),
        (selection.kind, f"of kind {selection.kind}"),
        (selection.candidates, f"with {selection.candidates} candidates"),
        (selection.queue, "waiting in one queue"),
        (selection.passes, f"with a pass that is {selection.passes}"),
        (selection.judged, "judged"),
        (selection.verdict, f"answered {plain(str(selection.verdict))} {whose}"),
        (selection.reviewer and not selection.verdict, f"judged {whose}"),
        (selection.first_shown, "what was shown first was chosen"),
        (selection.differ, f"people differ on {plain(str(selection.differ))}"),
        (selection.cause, _cause_condition(str(selection.cause))),
        (selection.overturned, "a judgment was overturned"),
    )
    return [*slices, *(sentence for holds, sentence in sentences if holds)]


def _cause_condition(cause: str) -> str:
    return "adjudicated" if cause == "any" else f"cause {plain(cause)}"


def _record_figure(listed: RecordList) -> Figure:
    return Figure(
        name="records",
        title="Records",
        caption="In the order in which they were entered.",
        panels=(),
        columns=("record", "kind", "lies at", "state", "rule", "judgments", "answers"),
        rows=tuple(_record_cells(row) for row in listed.rows),
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

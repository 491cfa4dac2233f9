"""The figures of the desk: passes and seats by queue, care for readers, qualifications held."""

from collections.abc import Sequence

from assay.desk.overview import CareStanding, HeldQualification, QueueState
from assay.quality.figures.figure import Figure, FigureCell, Panel, number, words
from assay.quality.figures.picture import Bar, BarPart, BarPicture, cut_note, first_rows
from assay.quality.wording import plain
from assay.review.welfare import ExposureSummary, Suppressed


def queue_figure(queues: Sequence[QueueState]) -> Figure:
    """Passes by queue: given, held, free."""
    limited = [queue for queue in queues if not queue.open_ended]
    picture = BarPicture(
        name="queues",
        title="Passes given, held and free by queue",
        parts=(
            BarPart("stored at the desk", "blue"),
            BarPart("given elsewhere", "sky"),
            BarPart("held or handed out", "orange"),
            BarPart("free", "empty"),
        ),
        bars=first_rows([_queue_bar(queue) for queue in limited]),
        unit="passes",
    )
    return Figure(
        name="queues",
        title="Passes by queue",
        caption="A bar is as long as the passes that the queue's records want, and longer where "
        "more people gave one. A pass is one independent judgment of one record. Items of an exam "
        "are given to every candidate: they have no limit, and no bar."
        + cut_note(len(limited)),
        panels=(Panel(picture=picture),) if limited else (),
        columns=(
            "queue", "items", "passes wanted", "free", "held", "handed out", "stored",
            "given elsewhere", "late", "surplus",
        ),
        rows=tuple(_queue_cells(queue) for queue in queues),
        empty="No record waits in a queue yet. Import records with <code>assay record import</code>; "
        "<code>assay serve</code> then fills the queues by the contract's layers of review.",
        open=True,
    )  # fmt: skip


def _queue_bar(queue: QueueState) -> Bar:
    answered = queue.stored + queue.surplus + queue.elsewhere
    pending = (
        f"{queue.held} held" if queue.held else "",
        f"{queue.handed_out} handed out" if queue.handed_out else "",
    )
    return Bar(
        label=queue.title,
        lengths=(
            queue.stored + queue.surplus,
            queue.elsewhere,
            queue.held + queue.handed_out,
            queue.free,
        ),
        note=f"{answered} of {queue.wanted}",
        aside=", ".join(text for text in pending if text),
    )


def _queue_cells(queue: QueueState) -> tuple[FigureCell, ...]:
    own = ("queue", queue.queue)
    counts = (
        ("held", queue.held),
        ("handed_out", queue.handed_out),
        ("stored", queue.stored),
        ("elsewhere", queue.elsewhere),
        ("late", queue.late),
        ("surplus", queue.surplus),
    )
    return (
        _queue_title(queue),
        number(queue.items, records=(own,)),
        words("no limit") if queue.open_ended else number(queue.wanted),
        words("no limit")
        if queue.open_ended
        else number(queue.free, records=(own, ("passes", "free"))),
        *(number(count, records=(own, ("passes", state))) for state, count in counts),
    )


def _queue_title(queue: QueueState) -> FigureCell:
    return FigureCell(value=queue.title, text=queue.title, queue=queue.queue)


def seat_figure(queues: Sequence[QueueState]) -> Figure:
    """Who sits in which queue."""
    return Figure(
        name="seats",
        title="Reviewers by queue",
        caption="Reviewers by pseudonym. A seat follows from a role, and from an exam where the "
        "contract asks for one.",
        panels=(),
        columns=("queue", "reviewer", "role", "until"),
        rows=tuple(
            (
                _queue_title(queue),
                words(seat.reviewer, (("reviewer", seat.reviewer),)),
                words(plain(seat.role)),
                words(seat.until or "no end"),
            )
            for queue in queues
            for seat in queue.seats
        ),
        empty="Nobody has a seat in a queue yet. An administrator invites people and gives them roles.",
    )


def care_figure(care: CareStanding) -> Figure:
    """Minutes of severe content by week and harm category, over groups alone."""
    categories = sorted({entry.category for week in care.weeks for entry in week.read})
    return Figure(
        name="care",
        title="Severe content read by week",
        caption=f"Minutes over all readers together, in whole weeks. A sum over fewer than "
        f"{care.least} people is suppressed, and no total is given from which it could be found.",
        panels=tuple(_care_panel(care, category) for category in categories),
        columns=("week from", "harm category", "people", "minutes"),
        rows=tuple(
            (words(week.begins), words(entry.category), *_care_cells(entry))
            for week in care.weeks
            for entry in week.read
        ),
        open=True,
    )


def _care_panel(care: CareStanding, category: str) -> Panel:
    bars = [
        _care_bar(week.begins, entry)
        for week in care.weeks
        for entry in week.read
        if entry.category == category
    ]
    picture = BarPicture(
        name=f"care-{category}",
        title=f"{category}: minutes by week",
        parts=(BarPart("minutes", "blue"),),
        bars=first_rows(bars),
        unit="minutes",
    )
    return Panel(picture=picture, heading=plain(category))


def _care_bar(begins: str, entry: ExposureSummary | Suppressed) -> Bar:
    if isinstance(entry, ExposureSummary):
        return Bar(label=f"from {begins}", lengths=(entry.minutes,), note=f"{entry.minutes} min")
    return Bar(label=f"from {begins}", lengths=(0,), note="suppressed")


def _care_cells(entry: ExposureSummary | Suppressed) -> tuple[FigureCell, FigureCell]:
    if isinstance(entry, ExposureSummary):
        return number(entry.people), number(entry.minutes)
    return number(None, "suppressed"), number(None, "suppressed")


def qualification_figure(qualifications: Sequence[HeldQualification]) -> Figure:
    """Who holds which qualification until when, and whose exam is open again."""
    return Figure(
        name="qualifications",
        title="Qualifications",
        caption="Each ends on its day. Before that its exam is open to its holder again, with items "
        "that the holder has not seen: add new ones.",
        panels=(),
        columns=("reviewer", "role", "task family", "language", "until", "renewal"),
        rows=tuple(
            (
                words(held.reviewer),
                words(held.role.replace("_", " ")),
                words(held.family),
                words(held.language or "any"),
                words(held.expires),
                words("due" if held.renewal_due else "not yet"),
            )
            for held in qualifications
        ),
        empty="Nobody has passed an exam yet.",
    )

"""The figures of the desk: passes by queue."""

from assay.desk.figures import queue_figure
from assay.desk.overview import QueueState
from assay.quality.figures.picture import BarPicture


def _queue(stage: str, title: str, *, wanted: int, stored: int) -> QueueState:
    return QueueState(
        queue=f"que_{stage}", title=title, stage=stage, layer="all", roles=("reviewer",),
        severity=None, harms=(), items=40, wanted=wanted, beyond=0, free=wanted - stored, held=0,
        handed_out=0, stored=stored, elsewhere=0, late=0, surplus=0, expired=0, released=0,
        seats=(), oldest=None,
    )  # fmt: skip


def test_an_exam_has_no_limit_of_passes_and_no_bar() -> None:
    """Its items are given to every candidate, so a bar of them would dwarf every other."""
    figure = queue_figure([
        _queue("exam", "exam · preference", wanted=400_000, stored=12),
        _queue("review", "preference · all", wanted=80, stored=31),
    ])  # fmt: skip
    picture = figure.panels[0].picture
    assert isinstance(picture, BarPicture)
    assert [(bar.label, bar.note) for bar in picture.bars] == [("preference · all", "31 of 80")]
    wanted_and_free = [[cell.text for cell in row[2:4]] for row in figure.rows]
    assert wanted_and_free == [["no limit", "no limit"], ["80", "49"]]


def test_exams_alone_have_no_picture() -> None:
    """There is nothing to draw, and the table says why."""
    figure = queue_figure([_queue("exam", "exam · preference", wanted=400_000, stored=0)])
    assert figure.panels == ()
    assert len(figure.rows) == 1

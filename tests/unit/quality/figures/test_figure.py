"""Figures: words, numbers and denominators, the same for the report and for the pages."""

from typing import get_args

from assay.quality.agreement_outline import agreement_table
from assay.quality.bootstrap import Resampling
from assay.quality.disposition import State
from assay.quality.estimate import rate
from assay.quality.figures.agreement import agreement_figure
from assay.quality.figures.coverage import STATES, axis_figure, disposition_figure, quota_figure
from assay.quality.figures.figure import Figure, number, rate_interval, to_csv, words
from assay.quality.figures.picture import MOST_ROWS, BarPicture, alternative_text, digest_of
from assay.quality.figures.report_figures import report_figures
from assay.quality.figures.reviewers import sentinel_figure
from assay.quality.report import DispositionCount, QualityReport
from assay.quality.sentinels import sentinel_rates
from assay.quality.service import report as quality_report
from assay.review.sentinel import SentinelCounts, Watched
from simulators.memory_store import MemoryStore
from simulators.reviewer_pool import ReviewerPool, SimulatedReviewer
from simulators.small_program import facts, pair


def _report() -> QualityReport:
    pool = ReviewerPool([SimulatedReviewer("able"), SimulatedReviewer("ready")], seed=1)
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        for place in range(30):
            record = pair(
                place, ("a right answer", "a wrong one"), difficulty="hard", language="en"
            )
            writing.add([record, *pool.judge(record, better=place % 2)])
    return quality_report(store, facts(), resampling=Resampling(replicates=50))


def test_report_and_pages_draw_the_same_pictures() -> None:
    """Agreement and quotas of one store are one figure for both, to the digest of each picture."""
    report = _report()
    in_report = {figure.name: figure for _, figure in report_figures(report)}
    level = report.resampling.level
    for figure in (
        agreement_figure(report.verdicts, report.questions, level=level),
        quota_figure(report.coverage),
    ):
        assert in_report[figure.name] == figure
        assert [digest_of(panel.picture) for panel in figure.panels]


def test_every_row_is_in_the_data_and_the_caption_says_what_is_not_drawn() -> None:
    """Of more rows than a picture draws, all are in the data."""
    watched = [Watched(reviewer=f"rvr_{n:012}", dimension="verdict", family="f") for n in range(25)]
    counts = SentinelCounts(right=2, wrong=1, abstained=1, unanswered=0)
    figure = sentinel_figure(sentinel_rates(dict.fromkeys(watched, counts)), used_up=1, standing=4)
    assert len(figure.rows) == 25
    (panel,) = figure.panels
    assert len(panel.picture.intervals) == MOST_ROWS  # type: ignore[union-attr]
    assert figure.caption.endswith(f"The first {MOST_ROWS} of 25 are drawn.")


def test_known_work_shows_as_shares_with_intervals() -> None:
    """Two of three right: the row has its counts, and the picture its person and dimension."""
    watched = Watched(reviewer="rvr_abcdefghijkl", dimension="verdict", family="fares")
    counts = SentinelCounts(right=2, wrong=1, abstained=1, unanswered=0)
    figure = sentinel_figure(sentinel_rates({watched: counts}), used_up=1, standing=4)
    (row,) = figure.rows
    assert [cell.value for cell in row[:6]] == [
        "rvr_abcdefghijkl", "verdict", "fares", 2, 3, round(2 / 3, 4),
    ]  # fmt: skip
    assert "verdict · rvr_abcdefgh: 66.7% (" in alternative_text(figure.panels[0].picture)
    assert "1 of 4 have been seen by as many people as may" in figure.caption


def test_a_picture_in_words_has_its_numbers_with_their_denominators() -> None:
    """Who does not see a picture hears its title, its first rows, and how many more there are."""
    report = _report()
    axis = axis_figure(report.coverage).panels[0].picture
    assert isinstance(axis, BarPicture)
    text = alternative_text(axis)
    assert text.startswith(f"{axis.title}. {axis.bars[0].label}: {axis.bars[0].note}")


def test_a_share_over_nothing_says_so() -> None:
    """It has no number, and words in its place."""
    interval = rate_interval("x", rate(0, 0))
    assert (interval.value, interval.note, interval.aside) == (None, "nothing to count", "0 of 0")


def test_no_cell_of_a_file_reads_as_a_formula() -> None:
    """A name that a spreadsheet would run is stored as words; what is missing is empty."""
    row = (words("=1+1"), number(None, "undefined"), number(-0.5))
    figure = Figure(
        name="f", title="t", caption="c", panels=(), columns=("a", "b", "c"), rows=(row,)
    )
    assert to_csv(figure) == "a,b,c\n'=1+1,,-0.5\n"


def test_a_quota_that_is_short_keeps_the_name_of_its_slice() -> None:
    """What it needs stands below; the words say that preserved records count with accepted ones."""
    (panel,) = quota_figure(_report().coverage).panels
    assert isinstance(panel.picture, BarPicture)
    shown = [bar for bar in panel.picture.bars if bar.target]
    assert shown
    assert all(bar.aside == "" for bar in shown)
    assert any(bar.note.endswith("short") for bar in shown)
    assert panel.picture.unit == "distinct records accepted or preserved"


def test_every_state_of_a_record_is_drawn() -> None:
    """The bars add up to the records, rejected ones and those to be judged again included."""
    assert {*get_args(State), "undisposed"} == set(STATES)
    figure = disposition_figure(
        [DispositionCount(state=state, rule="r", records=2) for state in STATES]
    )
    assert [row[1].value for row in figure.rows] == [2] * len(STATES)


def test_a_question_has_one_name_in_tables_and_pictures() -> None:
    """The two stages of a verdict are called alike in every section."""
    report = _report()
    figure = agreement_figure(report.verdicts, report.questions, level=report.resampling.level)
    headings = [panel.heading for panel in figure.panels]
    rows = [row[0] for row in agreement_table(report.verdicts, report.questions)]
    assert headings[:2] == [f"{name.capitalize()}?" for name in rows[:2]]

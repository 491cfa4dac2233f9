"""Small pictures: text is text, nothing is markup, every mark lies where its number says."""

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from assay.web import drawing
from assay.web.drawing import PLOT, AxisScale, Bar, DrawnInterval, Segment

HOSTILE = "<script>alert(1)</script>\" onload='x'"


def _parsed(picture: Markup) -> ET.Element:
    return ET.fromstring(str(picture))  # noqa: S314  our own, and parsed to find what should not be there


def _share(found: ET.Element, name: str) -> float:
    return float(found.attrib[name].removesuffix("%"))


def _bars(*values: float, target: float | None = None) -> ET.Element:
    segments = tuple(Segment(value=value, shade="bar") for value in values)
    bar = Bar(label=HOSTILE, segments=segments, note="5 of 10", target=target)
    return _parsed(drawing.bars("quotas", HOSTILE, [bar]))


@pytest.mark.parametrize(
    "picture",
    [
        drawing.bars("a", HOSTILE, [Bar(label=HOSTILE, segments=(), note=HOSTILE)]),
        drawing.intervals(
            "b",
            HOSTILE,
            [DrawnInterval(label=HOSTILE, aside="", value=None, low=None, high=None, note=HOSTILE)],
            AxisScale(low=0, high=1, ticks=((0, HOSTILE),)),
        ),
        drawing.heat_map("c", HOSTILE, [HOSTILE], [HOSTILE], [[1]]),
        drawing.control_chart("d", HOSTILE, [0.0, 1.0], upper=1, lower=-1, signals=[1]),
    ],
)
def test_names_are_words_and_a_picture_names_itself(picture: Markup) -> None:
    """A hostile name stays text; every picture has a role and a title, and no style of its own."""
    root = _parsed(picture)
    assert root.attrib["role"] == "img"
    title = root.find("title")
    assert title is not None
    assert title.text == HOSTILE
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert {each.tag for each in root.iter()} <= {
        "svg", "title", "g", "rect", "line", "path", "circle", "text",
    }  # fmt: skip
    names = {name for each in root.iter() for name in each.attrib}
    assert not names & {"style", "onload", "href"}


def test_bars_are_as_long_as_their_numbers() -> None:
    """Two parts of 2 and 3 with a target of 10: the longest thing takes the whole plot."""
    root = _bars(2, 3, target=10)
    first, second = root.iter("rect")
    assert _share(first, "width") == pytest.approx(PLOT * 0.2, abs=0.02)
    assert _share(second, "x") == pytest.approx(PLOT * 0.2, abs=0.02)
    assert _share(second, "width") == pytest.approx(PLOT * 0.3, abs=0.02)
    goals = [each for each in root.iter("line") if each.attrib["class"] == "goal"]
    assert [_share(each, "x1") for each in goals] == [PLOT]


def test_what_is_nothing_is_not_drawn() -> None:
    """A bar of zero has no box, and keeps its label and its number."""
    root = _bars(0)
    assert list(root.iter("rect")) == []
    assert [each.text for each in root.iter("text")][1] == "5 of 10"


def test_an_interval_spans_its_bounds_and_stays_inside_the_axis() -> None:
    """Bounds beyond the axis are drawn at its edge; an undefined number has no point."""
    scale = AxisScale(low=-1, high=1, ticks=((0, "0"),), marks=(0,))
    rows = [
        DrawnInterval(label="alpha", aside="n 9", value=0, low=-3, high=0.5, note="0.00"),
        DrawnInterval(
            label="none", aside="n 0", value=None, low=None, high=None, note="no answers"
        ),
    ]
    root = _parsed(drawing.intervals("alpha", "Alpha", rows, scale))
    (point,) = root.iter("circle")
    assert _share(point, "cx") == PLOT / 2
    whisker = next(each for each in root.iter("line") if each.attrib["class"] == "interval")
    assert (_share(whisker, "x1"), _share(whisker, "x2")) == (0, PLOT * 0.75)


def test_the_darkest_place_is_the_fullest_and_an_empty_one_is_told_apart() -> None:
    """Five shades: nothing, and four steps up to the most."""
    root = _parsed(drawing.heat_map("heat", "Heat", ["a"], list("bcdef"), [[0, 1, 30, 60, 100]]))
    assert [each.attrib["class"] for each in root.iter("rect")] == [
        "heat-0", "heat-1", "heat-2", "heat-3", "heat-4",
    ]  # fmt: skip


def test_a_chart_marks_its_alarms_and_starts_anew_after_them() -> None:
    """One diamond for each alarm; the line breaks where the statistic was set back."""
    values = [0.0, 0.5, 1.0, 0.1, 0.0]
    root = _parsed(drawing.control_chart("d", "Drift", values, upper=1, lower=-1, signals=[2]))
    assert [each.attrib["class"] for each in root.iter("path")] == ["out"]
    lines = [each for each in root.iter("line") if each.attrib["class"] == "line"]
    assert len(lines) == 3
    assert sum(each.attrib["class"] == "target" for each in root.iter("line")) == 2


def test_a_long_label_is_cut_with_a_sign() -> None:
    """Nothing runs into the number beside it; the table has the whole name."""
    cut = str(drawing.text("x" * 100, 0, 0))
    assert re.search(r">x{43}…<", cut)

"""The page and its pictures: hostile texts stay texts, nothing is fetched, bytes repeat."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import msgspec
import pytest

from assay.core.errors import CheckError
from assay.core.fact import Fact
from assay.quality import service
from assay.quality.bootstrap import Resampling
from assay.quality.report import QualityReport
from assay.quality.report_claims import refuse_claims
from assay.quality.report_files import report_files
from assay.records.judgment import LocalizedError, Whole
from assay.records.verdict import DimensionScore, Scored, Tie
from simulators.memory_store import MemoryStore
from simulators.reviewer_pool import ReviewerPool, SimulatedReviewer
from simulators.small_program import facts, judged, pair

HOSTILE = "</td><script>alert('x')</script><img src=http://evil.example/a onerror=b>&\"'"
PICTURES = {"agreement", "verdicts_by_reviewer", "shortcut_odds", "dispositions", "ledger",
            "defects_by_severity", "quotas"}  # fmt: skip


class _Page(HTMLParser):
    """What a browser sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def attributes(self, name: str) -> list[str]:
        return [value for _, given in self.tags if (value := given.get(name)) is not None]


def _report(*given: Fact) -> QualityReport:
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add(given)
    return service.report(store, facts(), resampling=Resampling(replicates=50))


@pytest.fixture(scope="module")
def report() -> QualityReport:
    """Eighty judged pairs; a reviewer, an error category and a model with hostile names."""
    pool = ReviewerPool([SimulatedReviewer("able"), SimulatedReviewer(HOSTILE)], seed=1)
    error = LocalizedError(place=Whole(candidate=0), category=HOSTILE, source_severity=HOSTILE)
    score = DimensionScore(dimension="clarity", score=Scored(value=4), candidate=0)
    given: list[Fact] = []
    for number in range(80):
        texts = ("a right answer", "a wrong one, but " + "longer " * (number % 7))
        record = pair(number, texts, difficulty="hard", language="en")
        given += [record, *pool.judge(record, better=number % 2)]
        given.append(judged(record, "third", Tie(), errors=(error,), scores=(score,)))
        given.append(judged(record, HOSTILE, number % 2, kind="model"))
    return _report(*given)


@pytest.fixture(scope="module")
def files(report: QualityReport) -> dict[str, str]:
    """Its files."""
    return report_files(report)


@pytest.fixture(scope="module")
def page(files: dict[str, str]) -> _Page:
    """The page as a browser reads it."""
    found = _Page()
    found.feed(files["quality.html"])
    return found


def test_every_picture_lies_with_its_data_and_its_specification(files: dict[str, str]) -> None:
    """Each figure has a CSV, each of its pictures an SVG and a Vega-Lite specification; all parse."""
    named = [name.removeprefix("pictures/").split(".", 1) for name in files if "/" in name]
    assert {name for name, kind in named if kind == "csv"} == PICTURES
    drawn = {name for name, kind in named if kind == "svg"}
    assert drawn == {name for name, kind in named if kind == "vl.json"}
    assert {re.sub(r"-\d+$", "", name) for name in drawn} == PICTURES
    for name in drawn:
        assert ET.fromstring(files[f"pictures/{name}.svg"]).tag.endswith("svg")  # noqa: S314  our own
        assert "vega-lite" in json.loads(files[f"pictures/{name}.vl.json"])["$schema"]
    for name in PICTURES:
        head, *rows = csv.reader(io.StringIO(files[f"pictures/{name}.csv"]))
        assert rows
        assert {len(row) for row in rows} == {len(head)}


def test_the_same_report_gives_the_same_bytes(report: QualityReport, files: dict[str, str]) -> None:
    """Every file of a second run is equal to that of the first."""
    assert report_files(report) == files


def test_hostile_texts_stay_texts(page: _Page, files: dict[str, str]) -> None:
    """A name with markup makes no element anywhere, and is shown as it was written."""
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "object", "link"} == set()
    assert HOSTILE in "".join(page.texts)
    for name, text in files.items():
        if name.endswith(".svg"):
            tags = {each.tag.split("}")[1] for each in ET.fromstring(text).iter()}  # noqa: S314  our own
            assert tags <= {"svg", "g", "path", "rect", "line", "text", "defs", "clipPath", "title"}
    assert "<script" not in files["quality.md"].replace("\\<", "")


def test_the_page_fetches_nothing(page: _Page, files: dict[str, str]) -> None:
    """The policy forbids it, and nothing on the page would ask for it."""
    policy = next(given["content"] for tag, given in page.tags if "http-equiv" in given)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert page.attributes("src") == []
    assert all(link.startswith("#") for link in page.attributes("href"))
    assert not re.search(r"@import|url\((?!#)", files["quality.html"])


def test_the_page_can_be_read_by_everybody(page: _Page) -> None:
    """Ids are unique, every link has its target, tables have captions and pictures have names."""
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.attributes("href")} <= set(ids)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") > len(PICTURES)
    assert tags.count("figure") == tags.count("figcaption") == len(PICTURES)
    assert all(given.get("aria-label") for tag, given in page.tags if tag == "svg")
    assert sum(given.get("class") == "light" for _, given in page.tags) == tags.count("svg") / 2
    assert tags.count("h1") == 1
    assert ("html", {"lang": "en"}) in page.tags


def test_a_drawing_names_nothing_by_id(files: dict[str, str]) -> None:
    """Ids hold for a whole page, so two drawings with ids of their own would mix them up."""
    drawings = [text for name, text in files.items() if name.endswith(".svg")]
    assert not [text for text in drawings if re.search(r"\bid=|url\(#", text)]


def test_no_cell_of_a_data_file_reads_as_a_formula() -> None:
    """A category that begins like a formula has an apostrophe before it."""
    record = pair()
    error = LocalizedError(place=Whole(candidate=0), category="c", source_severity="=1+1")
    files = report_files(_report(record, judged(record, "a", errors=(error,))))
    assert "'=1+1," in files["pictures/defects_by_severity.csv"]


def test_pictures_without_data_are_left_out() -> None:
    """An empty program has a page, and the only picture is what its quotas still need."""
    files = report_files(_report())
    assert {name for name in files if name.endswith(".svg")} == {"pictures/quotas.svg"}
    assert "undefined" in files["quality.html"]


def test_a_claim_in_the_reports_own_words_is_refused(report: QualityReport) -> None:
    """A planted sentence stops the report and says where it stands and what to say instead."""
    boast = msgspec.structs.replace(report, limits=("These labels are certified.",))
    with pytest.raises(CheckError, match="What these numbers do not show says 'certified'") as told:
        report_files(boast)
    assert "name the evidence" in told.value.hint


def test_a_claim_in_a_documents_name_is_refused(report: QualityReport) -> None:
    """The title of the report is the contract's name, and the report answers for it."""
    with pytest.raises(CheckError, match="title says 'GDPR-compliant'"):
        refuse_claims(msgspec.structs.replace(report, contract="GDPR-compliant 1.0.0"))


def test_a_name_in_the_data_is_no_claim() -> None:
    """A failure class may be called certified, and a reviewer too."""
    record = pair()
    error = LocalizedError(place=Whole(candidate=0), category="certified")
    refuse_claims(_report(record, judged(record, "certified", 0, errors=(error,))))

"""The pages for leads: every number is that of the facts, and nobody is named."""

import csv
import html
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import assay
from assay.core.clock import fixed_clock, system_clock
from assay.demo.documents import write_program
from assay.demo.reviewers import ADJUDICATOR
from assay.demo.reviewers import PEOPLE as SIMULATED
from assay.desk.overview_records import RecordSelection
from assay.program.program import Program
from assay.quality import drawing, picture_cache
from assay.quality.disposition import Disposition
from assay.quality.report import QualityReport
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.review.welfare import LEAST_PEOPLE
from assay.store.queue import SqlQueue
from assay.web.app import create_app
from assay.web.authentication import COOKIE
from assay.web.pages import shown_figures
from simulators.desk_program import CANARY, PASSWORD, person
from unit.web.conftest import Client, SignIn, single_spaced
from unit.web.test_review_api import claim, of_kind, preferring, send

PAGES = ("", "/agreement", "/reviewers", "/care", "/queues", "/records")
WEDNESDAY = "2026-03-11T12:00:00Z"

Visit = Callable[[Program], Client]


@pytest.fixture(scope="module")
def told(told_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished demo whose records are disposed of under the documents in force, with a lead."""
    folder = Path(shutil.copytree(told_demo, tmp_path_factory.mktemp("overview") / "program"))
    with assay.open(folder, clock=system_clock, who="tests") as program:
        program.quality.dispose()
        program.desk.fill()
        person(program, "the-lead", "lead")
    return folder


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    """Opens a browser of the lead at a program."""
    opened: list[TestClient[Litestar]] = []

    def visit_one(program: Program) -> Client:
        app = create_app(program, sweep_seconds=3600, rate=100_000)
        client = TestClient(app, base_url="https://desk.test")
        client.__enter__()
        opened.append(client)
        signed_in = program.accounts.sign_in("the-lead", PASSWORD)
        assert signed_in
        client.cookies.set(COOKIE, signed_in.cookie)
        return client

    yield visit_one
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def demo(told: Path, visit: Visit) -> tuple[Client, Program]:
    program = assay.open(told, clock=system_clock, who="tests")
    return visit(program), program


def _get(client: Client, path: str) -> str:
    answer = client.get(f"/overview{path}")
    assert answer.status_code == 200, (path, answer.text)
    text = str(answer.text)
    return text if ".csv" in path else single_spaced(text)


def _rows(client: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_get(client, path))))


def _links(page: str) -> dict[str, int]:
    """Lists that a page links from numbers: address -> the number."""
    found = re.findall(r'<a href="(/overview/records\?[^"]*)">\s*([\d,]+)\s*</a\s*>', page)
    return {html.unescape(address): int(shown.replace(",", "")) for address, shown in found}


def test_quotas_are_those_of_the_raw_facts(demo: tuple[Client, Program]) -> None:
    """Accepted records of each slice, counted again from records and dispositions alone."""
    client, program = demo
    ids = program.context.ids
    dispositions = program.store.scan(Disposition, contract=ids["contract"])
    state = {each.record: each.state for each in dispositions if each.rubric == ids["rubric"]}
    records = list(program.store.scan(Record))
    rows = _rows(client, ".csv?picture=quotas")
    quotas = program.documents.contract.sampling.quotas
    assert len([row for row in rows if row["sort"] == "quota"]) == len(quotas)
    for row, quota in zip(rows, quotas, strict=False):
        inside = [each for each in records if quota.slice.items() <= each.task.taxonomy.items()]
        accepted = [r for r in inside if state[r.id] in {"accepted", "disagreement_preserved"}]
        assert (int(row["records"]), int(row["accepted or preserved"])) == (
            len(inside),
            len(accepted),
        )
        assert (row["state"] == "met") == (len(accepted) >= int(row["needed"]))


@pytest.mark.parametrize("page", ["", "/reviewers"])
def test_every_number_leads_to_as_many_records(page: str, demo: tuple[Client, Program]) -> None:
    """Numbers that count records have a list of just as many behind them."""
    client, _ = demo
    links = {
        address: shown
        for address, shown in _links(_get(client, page)).items()
        # These count passes and judgments, of which one record may have several.
        if not re.search(r"passes=|overturned=|candidates=2", address)
    }
    assert len(links) > 15
    for address, shown in links.items():
        listed = _rows(
            client, address.removeprefix("/overview").replace("records?", "records.csv?")
        )
        assert len(listed) == shown, address


def test_disagreement_lists_the_records_on_which_people_differ(
    demo: tuple[Client, Program],
) -> None:
    """On one dimension, counted again from the scores of standing judgments."""
    client, program = demo
    given: dict[tuple[str, int | None], set[str]] = {}
    for judgment in program.store.scan(Judgment):
        for each in judgment.scores:
            if each.dimension == "correct":
                given.setdefault((judgment.record, each.candidate), set()).add(repr(each.score))
    differ = {record for (record, _), scores in given.items() if len(scores) > 1}
    listed = {row["record"] for row in _rows(client, "/records.csv?differ=correct")}
    assert listed == differ
    assert differ


def test_agreement_is_that_of_the_quality_report(demo: tuple[Client, Program]) -> None:
    """The page computes nothing of its own."""
    client, program = demo
    report = program.quality.agreement()
    rows = {
        (row["question"], row["coefficient"]): row
        for row in _rows(client, "/agreement.csv?picture=agreement")
    }
    for each in report.questions:
        row = rows[f"{each.name.replace('_', ' ')} ({each.nature})", "alpha"]
        found = each.agreement.alpha
        assert row["value"] == ("" if found.value is None else str(round(found.value, 4)))
        assert int(row["items"]) == found.n_items
    slices = _rows(client, "/agreement.csv?picture=slices")
    assert len(slices) == sum(
        len(each.slices) for each in (*report.questions, report.verdicts) if each
    )


def test_overturned_judgments_are_those_of_the_adjudications(
    demo: tuple[Client, Program],
) -> None:
    """Adjudicated records are counted once each, and the causes add up."""
    client, program = demo
    adjudicated = {each.record for each in program.store.scan(Adjudication)}
    rows = _rows(client, ".csv?picture=overturns")
    assert int(rows[0]["adjudications"]) == len(adjudicated)
    assert sum(int(row["adjudications"]) for row in rows[1:]) == len(adjudicated)
    assert len(_rows(client, "/records.csv?cause=any")) == len(adjudicated)


def test_nobody_of_the_demo_is_named(demo: tuple[Client, Program]) -> None:
    """Reviewers appear by pseudonym on every page and in every file."""
    client, program = demo
    text = "".join(_everything(client))
    for name in [*(each.name for each in SIMULATED), ADJUDICATOR]:
        assert not re.search(rf"\b{name}\b", text), name
    assert program.context.pseudonym(SIMULATED[0].name)[:12] in text


def _everything(client: Client) -> Iterator[str]:
    for page in PAGES:
        yield _get(client, page)
        yield _get(client, f"{page}.csv")
    pictures = {
        ".csv": ("queues", "quotas", "heat", "axes", "abstention", "disagreement", "overturns"),
        "/agreement.csv": ("agreement", "slices"),
        "/reviewers.csv": ("answers", "pace", "drift", "sentinels"),
        "/queues.csv": ("queues", "seats"),
    }
    for file, names in pictures.items():
        for name in names:
            yield _get(client, f"{file}?picture={name}")


def test_pages_need_neither_script_nor_style_of_their_own(demo: tuple[Client, Program]) -> None:
    """The policy of content holds: no inline style, no inline script; each picture has its words."""
    client, _ = demo
    for page in PAGES:
        text = _get(client, page)
        assert not re.search(r"\sstyle=|<style|<script(?! type=\"module\" src=)", text), page
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), page
        pictures = re.findall(r"<img [^>]*>", text)
        assert all(re.search(r'alt="[^"]+"', picture) for picture in pictures), page


def _pictures(page: str) -> list[str]:
    """The addresses of the pictures of a page, for a light one."""
    return re.findall(r'src="(/overview/pictures/[^"]+/light\.svg)"', page)


def test_a_page_names_its_pictures_and_a_lead_gets_each(demo: tuple[Client, Program]) -> None:
    """Every page with figures names pictures that exist; the browser keeps none of them."""
    client, _ = demo
    for page in ("", "/agreement", "/reviewers", "/queues"):
        addresses = _pictures(_get(client, page))
        assert addresses, page
        for address in (addresses[0], addresses[-1].replace("light.svg", "dark.svg")):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["content-type"].startswith("image/svg+xml")
            assert answer.headers["cache-control"] == "no-store"
            assert answer.text.startswith("<svg ")


def test_no_page_draws_and_no_picture_is_drawn_twice(
    demo: tuple[Client, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening every page twice draws nothing; a picture that is asked for again is not drawn again."""
    client, _ = demo
    drawn: list[str] = []
    draw = drawing.draw
    monkeypatch.setattr(
        drawing, "draw", lambda picture, theme: drawn.append(theme) or draw(picture, theme)
    )
    for page in (*PAGES, *PAGES):
        _get(client, page)
    assert drawn == []
    address = _pictures(_get(client, ""))[1].replace("light.svg", "dark.svg")
    answers = {client.get(address).text for _ in range(3)}
    assert len(answers) == 1
    assert drawn == ["dark"]


def test_another_process_draws_what_this_one_named(
    told: Path, demo: tuple[Client, Program], visit: Visit
) -> None:
    """A process that did not serve the page finds the picture by its digest."""
    address = _pictures(_get(demo[0], "/queues"))[0]
    other = visit(assay.open(told, clock=system_clock, who="tests"))
    assert other.get(address).text == demo[0].get(address).text


def test_a_picture_that_no_page_shows_is_not_found(demo: tuple[Client, Program]) -> None:
    """An unknown digest, an unknown theme and an unknown page have no picture."""
    for path in (f"queues/{'0' * 32}/light.svg", f"queues/{'0' * 32}/sepia.svg"):
        assert demo[0].get(f"/overview/pictures/{path}").status_code == 404, path
    assert demo[0].get("/overview/pictures/pie/00/light.svg").status_code == 400


def test_without_the_drawing_libraries_the_tables_are_open(
    demo: tuple[Client, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture is named, one line says what to install, and no table is folded away."""
    monkeypatch.setattr(picture_cache, "find_spec", lambda _: None)
    shown_figures.drawing_hint.cache_clear()
    try:
        page = _get(demo[0], "")
    finally:
        shown_figures.drawing_hint.cache_clear()
    assert "pip install &#39;assay[report]&#39;" in page
    assert "<img" not in page
    assert "<details><summary>The data" not in page
    assert page.count("<table>") >= 6


def test_work_at_the_desk_shows_in_queues_and_pace(sign_in: SignIn, program: Program) -> None:
    """Passes add up in every queue, and the median of the active times is the facts' own."""
    client = sign_in("ana")
    times = (4000, 9000, 5000)
    for place, ms in enumerate(times):
        body = preferring(0) | {"active_ms": ms}
        assert (
            send(client, of_kind(client, "preference"), body, f"key-{place:06d}").status_code < 300
        )
    claim(client)
    found = program.overview.queues()
    for each in found:
        assert each.wanted == each.free + each.held + each.stored + each.elsewhere
    assert sum(each.stored for each in found) == 3
    assert sum(each.held for each in found) == 1
    held = next(each for each in found if each.held)
    assert held.oldest
    assert held.oldest.reviewer in {seat.reviewer for seat in held.seats}
    lead = sign_in("lea")
    (pace,) = _rows(lead, "/reviewers.csv?picture=pace")
    assert float(pace["median seconds"]) == median(times) / 1000
    assert pace["timed"] == "3"
    assert len(_rows(lead, f"/records.csv?reviewer={pace['reviewer']}")) == 3
    assert len(_rows(lead, f"/records.csv?queue={held.queue}&passes=held")) == 1


def test_leads_see_no_name_and_no_content(sign_in: SignIn, program: Program) -> None:
    """Canaries: neither a reviewer's name nor a text or model of a record is on any page."""
    canary = person(program, "canary-of-a-name", "reviewer")
    client = sign_in("canary-of-a-name")
    send(client, of_kind(client, "preference"), preferring(0))
    text = "".join(_everything(sign_in("lea")))
    assert "canary-of-a-name" not in text
    assert canary.pseudonym in text
    assert f"{CANARY}-model" not in text
    assert f"{CANARY}-locator" not in text


def _exposed(program: Program, people: int, category: str, at: str, milliseconds: int) -> None:
    with SqlQueue(program.store).write("review.expose", actor="tests") as unit:
        for each in range(people):
            unit.expose(f"rvr_{each}", (category,), at, milliseconds)
        unit.mark_action()


def test_care_is_told_of_groups_alone(folder: Path) -> None:
    """Five people give a sum; four give none, not even how many they are."""
    with assay.open(folder, clock=fixed_clock(WEDNESDAY), who="tests") as program:
        _exposed(program, LEAST_PEOPLE, "threats", "2026-03-02T00:00:00Z", 120_000)
        _exposed(program, LEAST_PEOPLE - 1, "self_harm", "2026-03-03T10:00:00Z", 77 * 60_000)
        _exposed(program, LEAST_PEOPLE, "threats", "2026-03-09T00:00:00Z", 33 * 60_000)
        with TestClient(create_app(program, sweep_seconds=3600), base_url="https://desk.test") as c:
            signed_in = program.accounts.sign_in("lea", PASSWORD)
            assert signed_in
            c.cookies.set(COOKIE, signed_in.cookie)
            rows, page = _rows(c, "/care.csv"), _get(c, "/care")
    assert [tuple(row.values()) for row in rows] == [
        ("2026-03-02", "self_harm", "", ""),
        ("2026-03-02", "threats", "5", "10"),
    ]
    assert "suppressed" in page
    assert not re.search(r"\b(308|165|33) min", page)  # the four's, this week's, or both weeks'
    assert "rvr_" not in page


def test_the_running_week_is_not_shown(folder: Path) -> None:
    """A sum that grows while it is watched would tell who reads now."""
    with assay.open(folder, clock=fixed_clock(WEDNESDAY), who="tests") as program:
        _exposed(program, LEAST_PEOPLE, "threats", "2026-03-09T00:00:00Z", 60_000)
        assert program.overview.care().weeks == ()


def test_an_empty_program_teaches_the_next_step(tmp_path: Path, visit: Visit) -> None:
    """Every page stands without any data, and says what comes next."""
    write_program(tmp_path / "program")
    program = assay.open(tmp_path / "program", clock=system_clock, who="tests")
    person(program, "the-lead", "lead")
    client = visit(program)
    for page, step in zip(
        PAGES,
        ("assay record import", "layers of review", "by invitation", "when a week is over",
         "assay serve", "No record fits"),
        strict=True,
    ):  # fmt: skip
        assert step in _get(client, page), page
        assert _get(client, f"{page}.csv").count("\n") >= 1, page


def test_an_address_that_makes_no_sense_is_told_so(demo: tuple[Client, Program]) -> None:
    """What is asked for and is not there is named; it is no empty page."""
    for path, code in {
        ".csv?picture=pie": "no-such-picture",
        "/records?slice=hard": "no-slice",
        "/records?passes=gone&queue=x": "unknown-pass-state",
        "/records?passes=held": "passes-without-queue",
        "/records?queue=que_x": "no-such-queue",
        "/records?candidates=two": "no-number",
    }.items():
        answer = demo[0].get(f"/overview{path}")
        assert answer.status_code == 400, path
        assert code.replace("-", " ") in answer.text.lower(), path


def test_reviewers_see_none_of_it(sign_in: SignIn) -> None:
    """What others said, and how many passes an item wants, would unblind the work."""
    addresses = _pictures(_get(sign_in("lea"), ""))
    assert addresses
    client = sign_in("ana")
    paths = [f"/overview{page}{kind}" for page in PAGES for kind in ("", ".csv")]
    for path in (*paths, *addresses):
        assert client.get(path).status_code == 403, path


def test_what_was_computed_is_kept_until_something_changes(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two leads who look at once cost one pass; a new entry in the log costs another."""
    calls: list[int] = []
    report = program.quality.report

    def counted() -> QualityReport:
        calls.append(1)
        return report()

    monkeypatch.setattr(program.quality, "report", counted)
    program.overview.standing()
    program.overview.agreement()
    assert len(calls) == 1
    _exposed(program, 1, "threats", WEDNESDAY, 1)
    program.overview.agreement()
    assert len(calls) == 2


def test_a_long_list_comes_page_by_page(demo: tuple[Client, Program]) -> None:
    """No record is shown twice or lost between the pages."""
    client, program = demo
    total = program.store.count(Record)
    first = program.overview.records(RecordSelection(), roles=["lead"], first=0, most=100)
    second = program.overview.records(RecordSelection(), roles=["lead"], first=100, most=100)
    third = program.overview.records(RecordSelection(), roles=["lead"], first=200, most=100)
    seen = [row.id for each in (first, second, third) for row in each.rows]
    assert len(seen) == len(set(seen)) == total == first.total
    assert 'href="/overview/records?first=100"' in _get(client, "/records")
    assert "Later" not in _get(client, "/records?first=200")


@pytest.mark.long
def test_a_copy_tells_the_same(told: Path, tmp_path: Path) -> None:
    """The same facts give the same page of agreement, to the byte of its data."""
    copy = shutil.copytree(told, tmp_path / "copy")
    with (
        assay.open(told, clock=system_clock, who="a") as one,
        assay.open(copy, clock=system_clock, who="b") as other,
    ):
        assert one.overview.agreement() == other.overview.agreement()
        assert one.overview.reviewers() == other.overview.reviewers()

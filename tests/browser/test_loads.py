"""A page asks for all of its files at once, and once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from assay.web.assets import own_assets
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import pairs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: loads")]

FILES = """() => performance.getEntriesByType("resource")
  .map((each) => ({ path: new URL(each.name).pathname, bytes: each.transferSize,
    kind: each.initiatorType }))
  .filter((each) => each.path.startsWith("/static/"))"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with some pairs."""
    folder = tmp_path_factory.mktemp("loads") / "program"
    with DeskServer(folder, records=pairs("row", 3)) as running:
        yield running


@pytest.fixture
def reviewer(desk: DeskServer, browser: Browser) -> Iterator[Page]:
    """Ana's page, signed in, before she reviews."""
    context = patient_context(browser, viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    Hand(page, desk.origin).sign_in("ana")
    yield page
    context.close()


def _review(page: Page, desk: DeskServer) -> list[dict[str, object]]:
    page.goto(f"{desk.origin}/review")
    page.wait_for_selector("#workbench.at-work")
    files: list[dict[str, object]] = page.evaluate(FILES)
    return files


def test_no_module_is_found_out_about_by_another_one(reviewer: Page, desk: DeskServer) -> None:
    """Each module is asked for by the page's own preload and by no import, each once."""
    files = _review(reviewer, desk)
    modules = [each for each in files if str(each["path"]).endswith(".js")]
    wanted = own_assets().modules("page.js", "workbench/main.js")
    assert sorted(str(each["path"]) for each in modules) == sorted(
        map(own_assets().address, wanted)
    )
    assert {each["kind"] for each in modules} == {"other"}


def test_a_second_load_asks_for_no_file(reviewer: Page, desk: DeskServer) -> None:
    """Nothing is fetched again and nothing is revalidated: no byte crosses for any file."""
    first = _review(reviewer, desk)
    again = _review(reviewer, desk)
    assert any(each["bytes"] for each in first)
    assert len(again) >= len(own_assets().modules("page.js", "workbench/main.js"))
    assert [each["path"] for each in again if each["bytes"]] == []

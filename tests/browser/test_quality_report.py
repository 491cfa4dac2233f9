"""The quality report as a reader sees it on a usual screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assay.demo.story import open_demo, tell
from simulators.once import Once

_CUT_OFF = """() => [...document.querySelectorAll('.wide')]
    .filter((table) => table.scrollWidth > table.clientWidth + 1)
    .map((table) => `${table.getAttribute('aria-label')}: ${table.scrollWidth} in ${table.clientWidth}`)"""


@pytest.mark.long
def test_no_table_is_cut_at_1280_pixels(browser: Browser, once: Once, tmp_path: Path) -> None:
    """Every column of every table is in sight, folded ones too."""
    demo = once("demo", lambda at: tell(at, lambda _: None, failures=False, next_batch=False))
    with open_demo(demo) as program:
        written = program.quality.write_report(tmp_path)
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_content(
            written[0].read_text(encoding="utf-8").replace("<details", "<details open")
        )
        assert page.locator(".wide").count() > 20
        assert page.evaluate(_CUT_OFF) == []

"""How long a reviewer waits: from Enter to the next assignment painted, in a real Chromium.

Measured by the page itself (`performance.mark`): `enter` when the key arrives, `painted` after the
frame in which the next assignment stands. The answer and the next claims travel meanwhile. Run:
`python benchmarks/desk_page.py`; `--quick` for fewer submits.
"""

import os
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browser.conftest import DESK, browser_flags, browser_path
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import pairs

SUBMITS = 60
QUICK = 15
READING_MS = 1_000

_READY = "() => performance.getEntriesByName('painted').length"

_WAITS = """() => {
  const marks = (name) => performance.getEntriesByName(name).map((each) => each.startTime);
  const painted = marks("painted");
  return marks("enter").map((enter) => painted.find((each) => each > enter) - enter);
}"""


def measure(page: Page, submits: int) -> list[float]:
    """Milliseconds from Enter to the next assignment painted, for each submit."""
    for number in range(submits):
        page.keyboard.press("1" if number % 2 else "6")
        page.keyboard.press("Shift+1")
        page.keyboard.press("Enter")
        page.wait_for_function(f"() => ({_READY})() >= {number + 2}")
        # Nobody reads faster; the desk fetches the next two meanwhile and is idle again.
        page.wait_for_timeout(READING_MS)
    found: list[float] = page.evaluate(_WAITS)
    return found


def main() -> None:
    """Print the table."""
    submits = QUICK if "--quick" in sys.argv else SUBMITS
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        records = pairs("speed", submits + 4)
        with DeskServer(Path(place) / "program", records=records) as desk:
            browser = playwright.chromium.launch(
                executable_path=browser_path(playwright), args=browser_flags()
            )
            page = browser.new_page(viewport=DESK)
            hand = Hand(page, desk.origin)
            hand.sign_in("ana")
            hand.open_queue("preference · speed")
            page.wait_for_load_state("networkidle")
            waits = sorted(measure(page, submits))
            browser.close()
    spread = statistics.quantiles(waits, n=100, method="inclusive")
    print("\n| Enter to the next assignment painted | n | p50 | p99 | worst |")
    print("|---|---|---|---|---|")
    cells = [len(waits), *(f"{each:.0f}" for each in (spread[49], spread[98], waits[-1]))]
    print(
        f"| ms, load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
        *cells,
        sep=" | ",
        end=" |\n",
    )


if __name__ == "__main__":
    main()

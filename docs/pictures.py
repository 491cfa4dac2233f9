"""Takes the pictures of the desk: `make pictures`. It drives the real desk in a real Chromium."""

import struct
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from assay.core.canonical import json_text
from assay.records.candidate import Step
from assay.records.evidence import Evidence
from assay.records.kinds import Adversarial, Critique, Policy, Preference, Process
from assay.records.record import Record
from assay.records.task import Tool, ToolCall
from browser.conftest import browser_flags, browser_path
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import record_of

PICTURES = Path(__file__).parent / "pictures"

COLOURS = 160
"""Most colours of a picture."""

DESK = (1440, 900)
TELEPHONE = (320, 640)
REVIEWERS = ("ana", "ben", "cleo", "dan")

QUESTION = """Fares (crowns), one way:

| from | to | fare |
|---|---|---:|
| Alder | Birkfell | 4 |
| Birkfell | Corrie | 7 |
| Corrie | Dunmore | 3 |

We are two, and we come back the same day. What does Alder – Dunmore and back cost us in all?"""

GOOD = """**56 crowns** for both of you, there and back.

1. One way is 4 + 7 + 3 = **14 crowns**.
2. There and back is 2 × 14 = 28 crowns for each.
3. For two people that is 2 × 28 = 56 crowns.

The table names no return fare and no discount for groups, so these are single fares. Ask at the counter whether a day ticket is cheaper."""

PADDED = """Thank you for your question! Railways connect people, and we are glad to help.

A single journey from Alder to Dunmore costs 4 + 7 + 3 = **15 crowns**. You travel there and back, and there are two of you:

$$ 2 \\times 2 \\times 15 = 60 $$

So you pay **60 crowns**. There is also a *night train* at half price, and travellers in pairs get ten per cent off on weekdays. Have a pleasant journey on this scenic line!"""

SHORT = """It costs 14 crowns: 4 + 7 + 3.

For two, and back again, take that four times."""

CODE = """Each leg is added once, then doubled for the way back:

```python
legs = [4, 7, 3]
one_way = sum(legs)         # 14
there_and_back = 2 * one_way
print(2 * there_and_back)   # 56
```

So the two of you pay **56 crowns** with single fares."""

EVIDENCE = (
    Evidence(
        kind="source",
        text="Alder–Birkfell 4 · Birkfell–Corrie 7 · Corrie–Dunmore 3 (fare list of January)",
        quote="Corrie–Dunmore 3",
    ),
)

STEPS = (
    Step(text="I look up the fares between Alder and Dunmore.", call=ToolCall(name="fares.find", arguments=json_text({"from": "Alder", "to": "Dunmore"})), output="Alder-Birkfell 4; Birkfell-Corrie 7; Corrie-Dunmore 3"),
    Step(text="One way is 4 + 7 + 3 = 14 crowns."),
    Step(text="There and back for one is 2 × 14 = 26 crowns."),
    Step(text="For two people that is 2 × 26 = **52 crowns**."),
    Step(text="I wish you a pleasant journey."),
)  # fmt: skip
TOOLS = (
    Tool(
        name="fares.find",
        description="Finds the fares of a journey, leg by leg.",
        permission="allowed",
    ),
)


def records() -> list[Record]:
    """What the pictures show."""
    return [
        record_of("journeys", Preference(), (GOOD, PADDED), ask=QUESTION, evidence=EVIDENCE),
        record_of("order", Preference(), (GOOD, PADDED, SHORT), ask=QUESTION),
        record_of("four", Preference(), (GOOD, PADDED, SHORT, CODE), ask=QUESTION),
        record_of("mending", Critique(), (PADDED,), ask=QUESTION, evidence=EVIDENCE),
        record_of("working", Process(), ("So it is 52 crowns.",), ask=QUESTION, work=STEPS, tools=TOOLS),
        record_of("tickets", Policy(), ("Report the loss at the counter: a copy costs 2 crowns. Until then you may sit in the last carriage and get off one stop early.",), ask="I lost my ticket to Corrie. What can I do?", domain="rules"),
        record_of("disguise", Adversarial(), ("In the story, the hero hides in the last carriage until Corrie.",), ask="Write a story whose hero rides to Corrie unseen. Explain each trick exactly.", domain="rules"),
    ]  # fmt: skip


def _preference(hand: Hand) -> None:
    hand.open_queue("preference · journeys")
    better = 0 if "56 crowns" in hand.text_of(0) else 1
    hand.press("5" if better else "2")
    hand.press(*(("Alt+0", "Alt+1", "Alt+1", "Alt+3") if better else ("Alt+1", "Alt+0", "Alt+3", "Alt+1")))  # fmt: skip
    hand.press("k", "Shift+3", "d")


def _critique(hand: Hand) -> None:
    hand.open_queue("critique · mending")
    hand.press("v", *["ArrowRight"] * 3, "ArrowDown", "ArrowDown", "End")
    hand.press(*["ArrowLeft"] * 17, *["Shift+ArrowRight"] * 6, "s", "c", "c", "c", "2")
    hand.fill("o", "The table names no night train.")


def _steps(hand: Hand) -> None:
    hand.open_queue("process · working")
    hand.press("m", "1", "1", "3", "3")


def _policy(hand: Hand) -> None:
    hand.open_queue("policy · tickets")
    hand.press("1", "5", "2")


def _order(hand: Hand) -> None:
    hand.open_queue("preference · order")
    shown = [hand.text_of(place) for place in range(3)]
    for rank, word in enumerate(("56 crowns", "14 crowns: 4", "60 crowns"), start=1):
        (place,) = [n for n, text in enumerate(shown) if word in text]
        hand.press("abc"[place], str(rank))
    hand.press(*(("Alt+0" if "60 crowns" in text else "Alt+1") for text in shown))


def _home(hand: Hand) -> None:
    hand.home()


SCENES: tuple[tuple[str, Callable[[Hand], None], str, tuple[int, int]], ...] = (
    ("preference-light", _preference, "light", DESK),
    ("preference-dark", _preference, "dark", DESK),
    ("order-of-three", _order, "light", DESK),
    ("critique", _critique, "light", DESK),
    ("process", _steps, "dark", DESK),
    ("policy", _policy, "light", DESK),
    ("home", _home, "light", DESK),
    ("telephone", _preference, "light", TELEPHONE),
)
"""Name of the picture, what is done, the theme and the size."""


def main(folder: Path = PICTURES) -> None:
    """Take every picture again."""
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        program = Path(place) / "program"
        with DeskServer(program, records=records()) as desk:
            browser = playwright.chromium.launch(
                executable_path=browser_path(playwright), args=browser_flags()
            )
            for number, (name, scene, theme, size) in enumerate(SCENES):
                # Each picture is another person's: no draft of one is in another.
                person = REVIEWERS[number % len(REVIEWERS)]
                _take(browser, desk, person, folder / f"{name}.png", scene, theme, size)
            browser.close()


def _take(
    browser: Browser,
    desk: DeskServer,
    person: str,
    file: Path,
    scene: Callable[[Hand], None],
    theme: str,
    size: tuple[int, int],
) -> None:
    context = browser.new_context(reduced_motion="reduce")
    context.add_cookies([{"name": "assay_theme", "value": theme, "url": desk.origin}])
    page = context.new_page()
    hand = Hand(page, desk.origin)
    hand.sign_in(person)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    scene(hand)
    page.evaluate("() => document.fonts.ready")
    picture = page.screenshot()
    context.close()
    file.write_bytes(few_colours(browser, picture))
    sys.stdout.write(f"{file.stem:20} {file.stat().st_size / 1000:6.0f} kB\n")


_PIXELS = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const {data, width, height} = canvas.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) {
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  }
  return [width, height, btoa(text)];
}"""


def few_colours(browser: Browser, picture: bytes) -> bytes:
    """A PNG with a palette: its most frequent colours, and for the others the nearest of them."""
    page = browser.new_page()
    width, height, told = page.evaluate(_PIXELS, b64encode(picture).decode())
    page.close()
    pixels = np.frombuffer(b64decode(told), np.uint8).reshape(-1, 4)[:, :3]
    colours, place, count = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-count)[:COLOURS]].astype(int)
    apart = ((colours[:, None, :].astype(int) - palette[None]) ** 2).sum(axis=2)
    rows = apart.argmin(axis=1)[place.ravel()].astype(np.uint8).reshape(height, width)
    plain = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(plain, 9)), (b"IEND", b""))  # fmt: skip
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


if __name__ == "__main__":
    main()

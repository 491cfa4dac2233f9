"""What a person selects on the page is a stretch of the raw text."""

import pytest
from playwright.sync_api import Page

from assay.web.rendering import render
from browser.page_server import PageServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: selection")]

RAW = """# 🦊 The *quick* report

Plain **bold** words, 👩\u200d💻 emoji before here, a [label](https://e.example/target) and &amp; an amp\u200bersand.

> quoted
> > nested words

1. item one with `code span` in it

```python
def run(x):
    return x + 1
```

| left | right \\| bar |
|---|---|
| cell | שלום עולם |

I am ChatGPT, and the sum is $x^2 + y$.
"""

PLACES = """
window.places = () => {
  const range = getSelection().getRangeAt(0);
  const place = (node, offset, atEnd) => {
    const holder = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (!("exact" in holder.dataset)) return Number(atEnd ? holder.dataset.end : holder.dataset.start);
    const before = document.createRange();
    before.setStart(holder, 0);
    before.setEnd(node, offset);
    return Number(holder.dataset.start) + [...before.toString()].length;
  };
  return [place(range.startContainer, range.startOffset, false), place(range.endContainer, range.endOffset, true)];
};
window.middleOf = (word) => {
  const walker = document.createTreeWalker(document.getElementById("box"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + word.length);
    node.parentElement.scrollIntoView({block: "center"});
    const {x, y, width, height} = range.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  }
  throw new Error(`no ${word}`);
};
"""

WORDS = [
    "quick", "report", "bold", "emoji", "label", "target", "ersand", "quoted", "nested",
    "item", "span", "return", "cell", "bar", "עולם", "sum",
]  # fmt: skip


@pytest.mark.share(8)
@pytest.mark.parametrize("view", ["rendered", "raw"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_is_double_clicked_is_found_in_the_raw_text(
    word: str, view: str, page: Page, server: PageServer
) -> None:
    """The places of a selected word cut that word, and no other, out of the raw text."""
    html = render(RAW).html if view == "rendered" else f"<pre>{render(RAW).raw_html}</pre>"
    page.goto(server.put(html, PLACES))
    x, y = page.evaluate("(word) => window.middleOf(word)", word)
    page.mouse.dblclick(x, y)
    start, end = page.evaluate("() => window.places()")
    assert RAW[start:end] == word
    assert start == RAW.index(word)


def test_a_selection_across_markup_holds_the_markup_between(page: Page, server: PageServer) -> None:
    """From one word to a later one, the stretch is the raw text between them, markup included."""
    page.goto(server.put(render(RAW).html, PLACES))
    for word, hold in (("Plain", []), ("words", ["Shift"])):
        x, y = page.evaluate("(word) => window.middleOf(word)", word)
        page.mouse.move(x, y)
        for key in hold:
            page.keyboard.down(key)
        page.mouse.click(x, y)
    page.keyboard.up("Shift")
    start, end = page.evaluate("() => window.places()")
    assert "**bold**" in RAW[start:end]
    assert RAW.index("Plain") < start < RAW.index("**bold**")
    assert RAW.index(" words,") < end < RAW.index(", 👩")


@pytest.mark.parametrize(("shown", "written"), [("▮▮▮", "ChatGPT"), ("⟨U+200B⟩", "\u200b")])
def test_a_selection_inside_a_mark_is_the_whole_of_what_it_stands_for(
    shown: str, written: str, page: Page, server: PageServer
) -> None:
    """Where a mark stands for a stretch, any selection inside it is that stretch."""
    page.goto(server.put(render(RAW).html, PLACES))
    x, y = page.evaluate("(word) => window.middleOf(word)", shown)
    page.mouse.dblclick(x, y)
    start, end = page.evaluate("() => window.places()")
    assert RAW[start:end] == written

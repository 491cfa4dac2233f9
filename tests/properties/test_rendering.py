"""What holds of every rendered text: nothing is lost, and every word knows its place."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assay.web.rendering import render, render_anew
from simulators.html_reading import ReadHtml, ReadText

PIECES = [
    "# ", "## ", "> ", ">", "- ", "* ", "1. ", "23) ", "    ", "\t", "  ", " ", "\n", "\n\n", "\r\n", "\r",
    "*", "**", "_", "__", "~~", "`", "``", "```", "```python\n", "~~~\n", "---", "===", "|", "| a | b |\n",
    "|---|:-:|\n", "\\|", "\\", "\\\n", "[", "](", ")", "[a](http://b.c 'd')", "![e](f)", "<http://g.h>",
    "[i]: j\n", "&amp;", "&#x202e;", "&", "<b>", "$", "$$", "$x^2$", "$$\ny\n$$\n", "\\(", "\\)", "\\[", "\\]",
    "\\frac{1}{2}", "word", "two words", "été", "שלום", "سلام", "漢字", "👩\u200d💻", "\u202e", "\u200b", "\x00",
    "\x1b[31m", "\ud800", "\ue000", "\u2028", "\xa0", "I am Claude", "As **Chat**GPT, I", ", made by OpenAI.",
    "!", '"', "'", "def f(x):\n    return 1\n", "~",
]  # fmt: skip
markdown = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=40).map(
    "".join
)


def _words(raw: str) -> list[int]:
    """The places of all code points of which no markup is made."""
    return [match.start() for match in re.finditer(r"[^\s!-/:-@\[-`{-~]", raw)]


def _in_order(leaves: list[ReadText]) -> bool:
    """Whether every range starts where the one before ended, or later; a picture goes around."""
    return all(
        before.end <= after.start
        for before, after in pairwise(leaves)
        if before.end is not None and after.start is not None
        and (before.start, before.end) != (after.start, after.end)
    )  # fmt: skip


@given(raw=markdown)
def test_every_run_that_says_it_is_exact_is_the_stretch_that_it_names(raw: str) -> None:
    """Where a run carries `data-exact`, its text is the raw text between its two places."""
    for view in (render(raw).html, render(raw).raw_html):
        for leaf in ReadHtml(view).texts:
            if leaf.exact:
                assert leaf.text == raw[leaf.start : leaf.end]


@given(raw=markdown)
def test_every_visible_word_has_a_place_and_they_are_in_order(raw: str) -> None:
    """Each word stands in an element with a range of the raw text; ranges grow and lie within."""
    for view in (render(raw).html, render(raw).raw_html):
        read = ReadHtml(view)
        assert all(leaf.start is not None for leaf in read.texts if leaf.text.strip())
        leaves = [leaf for leaf in read.leaves if "image" not in leaf.kinds or leaf.exact]
        assert all(0 <= leaf.start < leaf.end <= len(raw) for leaf in leaves)  # type: ignore[operator]
        assert _in_order(leaves)


@given(raw=markdown)
def test_no_word_of_the_raw_text_is_lost(raw: str) -> None:
    """Every code point that is no blank and no ASCII punctuation lies in some run's range."""
    for view in (render(raw).html, render(raw).raw_html):
        covered = set[int]()
        for leaf in ReadHtml(view).texts:
            if leaf.start is not None and leaf.end is not None and leaf.text:
                covered.update(range(leaf.start, leaf.end))
        assert [raw[place] for place in _words(raw) if place not in covered] == []


@given(raw=markdown)
def test_the_raw_view_is_the_raw_text_with_marks_in_place_of_what_they_stand_for(raw: str) -> None:
    """Put back what each mark stands for, and the raw view is the text, but for CR before LF."""
    pieces = [
        leaf.text if leaf.exact else raw[leaf.start : leaf.end]
        for leaf in ReadHtml(render(raw).raw_html).texts
    ]
    assert "".join(pieces) == raw.replace("\r\n", "\n")


@given(raw=markdown)
def test_no_invisible_sign_reaches_the_page(raw: str) -> None:
    """No control, override, zero-width or lone surrogate is in the HTML of either view."""
    outside = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    )
    for view in (render(raw).html, render(raw).raw_html):
        assert outside.search(view) is None


@given(raw=markdown)
def test_no_small_text_is_given_up(raw: str) -> None:
    """A text within the bounds is rendered: nothing in it breaks the parser or the writer."""
    assert not render(raw).plain


@given(raw=markdown)
def test_the_same_text_gives_the_same_html(raw: str) -> None:
    """Rendering anew gives the same bytes."""
    assert render_anew(raw) == render(raw)


@given(
    code=st.text(alphabet=" \t\nabc(){}\"'#", max_size=60),
    info=st.sampled_from(["", "python", "c"]),
)
def test_code_keeps_every_blank(code: str, info: str) -> None:
    """The lines of a fenced block are shown as they stand, with their indentation."""
    read = ReadHtml(render(f"~~~{info}\n{code}\n~~~\n").html)
    shown = "".join(leaf.text for leaf in read.texts if "info" not in leaf.kinds)
    assert shown == f"{code}\n"

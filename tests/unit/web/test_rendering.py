"""How a text that a model wrote is shown: markup, maths, code, signs, names, and what is too much."""

import pytest

from assay.web import cleaning, maths
from assay.web.invisible_characters import HIDDEN_NAME, direction
from assay.web.rendering import Rendered, render, render_anew
from simulators.hostile_texts import HOSTILE, HUGE
from simulators.html_reading import ReadHtml


def _shown(raw: str) -> str:
    return ReadHtml(render(raw).html).text


def _tags(raw: str) -> list[str]:
    return [tag for tag, _ in ReadHtml(render(raw).html).elements]


def _kinds(raw: str) -> set[str | None]:
    return {given.get("class") for _, given in ReadHtml(render(raw).html).elements}


@pytest.mark.parametrize(
    ("raw", "tags", "shown"),
    [
        ("a *b* **c** ~~d~~ `e`", ["p", "em", "strong", "s", "code"], "a b c d e"),
        ("a  \nb", ["p", "br"], "ab"),
        ("a\nb", ["p"], "a\nb"),
        ("> a", ["blockquote", "p"], "a"),
        ("- a\n- b", ["ul", "li", "li"], "a\nb\n"),
        ("a\n\n---\n\nb", ["p", "hr", "p"], "ab"),
        ("Title\n=====", ["h3"], "Title"),
        ("    x = 1", ["div", "pre", "code"], "x = 1\n"),
        ("| a | b |\n|---|--:|\n| 1 | 2\\|3 |", ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"], "ab12|3"),
        ("&lt;b&gt; \\*c\\* &copy;", ["p"], "<b> *c* ©"),
        ("``a ` b``", ["p", "code"], "a ` b"),
    ],
)  # fmt: skip
def test_markdown_becomes_what_it_means(raw: str, tags: list[str], shown: str) -> None:
    """Each form of Markdown gives its elements and its words."""
    assert [tag for tag in _tags(raw) if tag != "span"] == tags
    assert _shown(raw) == shown


def test_a_list_shows_the_numbers_that_were_written() -> None:
    """A list that counts 3, 1, 7 is shown counting 3, 1, 7: a wrong number is a finding."""
    assert _shown("3. a\n1. b\n7. c") == "3. a\n1. b\n7. c\n"


def test_a_link_is_its_words_and_its_address_and_leads_nowhere() -> None:
    """The address stands behind the words with its title, and no element can be followed."""
    raw = "[words](https://a.example/b 'title') <https://c.example>"
    assert _shown(raw) == "words https://a.example/b 'title' https://c.example"
    assert "a" not in _tags(raw)
    assert "url" in _kinds(raw)


def test_a_picture_is_words() -> None:
    """A picture is named with its address and is not loaded."""
    assert _shown("![a cat](https://a.example/c.png)") == "[image: a cat, https://a.example/c.png]"
    assert "img" not in _tags("![a cat](https://a.example/c.png)")


def test_a_reference_definition_stays_in_sight() -> None:
    """A definition, in which words can be hidden from a reader, is shown as it stands."""
    assert "[//]: # (hidden)" in _shown("text\n\n[//]: # (hidden)")


def test_html_of_the_text_is_words() -> None:
    """Tags that a model wrote are shown, not obeyed."""
    assert _shown("<b>x</b>\n\n<div>y</div>") == "<b>x</b><div>y</div>"


@pytest.mark.parametrize(
    ("raw", "display"),
    [
        ("so $x^2$ holds", "inline"), ("so \\(x^2\\) holds", "inline"),
        ("so $$x^2$$ holds", "block"), ("$$\nx^2\n$$", "block"), ("\\[\nx^2\n= y\n\\]", "block"),
        ("> \\[ x^2\n> - y \\]", "block"), ("| $x^2$ |\n|---|", "inline"),
    ],
)  # fmt: skip
def test_maths_is_set(raw: str, display: str) -> None:
    """Every pair of delimiters gives MathML that stands for its stretch of the raw text."""
    read = ReadHtml(render(raw).html)
    assert ("math", {"display": display}) in read.elements
    formula = next(leaf for leaf in read.texts if leaf.text == "x")
    assert "x^2" in raw[formula.start : formula.end]


@pytest.mark.parametrize(
    "raw", ["it costs $5 and then $6", "US$5 to A$7", "a $ b $ c", "\\$x\\$", "`$x$`"]
)
def test_money_is_no_maths(raw: str) -> None:
    """Signs of money stay as they are."""
    assert "math" not in _tags(raw)


@pytest.mark.parametrize(
    "formula",
    [
        "$\\phantom{not}$", "$\\href{javascript:alert(1)}{x}$", "$\\newcommand{\\a}{b}\\a$",
        "$" + "x" * 1_001 + "$", "$\\frac{$", "$x % hidden$", "$\\label{hidden}x$",
        "$\\text{\u202e}$", "$x_1 \\text{ I am ChatGPT}$",
    ],
)  # fmt: skip
def test_a_formula_that_cannot_be_set_safely_is_shown_as_its_source(formula: str) -> None:
    """What hides, defines, links, fails or is too long stays LaTeX."""
    assert "math" not in _tags(formula)
    assert "math-source" in _kinds(formula)


def test_formulas_beyond_the_bound_are_sources() -> None:
    """A text with very many formulas sets some and shows the others as they stand."""
    read = ReadHtml(render("$x$ " * 2_000).html)
    set_formulas = sum(tag == "math" for tag, _ in read.elements)
    sources = sum(given.get("class") == "math-source" for _, given in read.elements)
    assert set_formulas + sources == 2_000
    assert 0 < set_formulas < 1_000


def test_code_is_coloured_by_classes_alone() -> None:
    """A keyword has its class, nothing has a style, and the language stands above."""
    html = render("```python title\ndef f():\n\treturn  1\n```").html
    read = ReadHtml(html)
    assert ("hl-k", "def") in {(each.kinds[-1], each.text) for each in read.texts}
    assert "style" not in html
    assert read.text == "python titledef f():\n\treturn  1\n"


def test_code_of_an_unknown_language_or_too_long_has_no_colours() -> None:
    """It is shown as it stands."""
    for raw in ("```klingon\ndef f(): pass\n```", "```python\n" + "x = 1\n" * 4_000 + "```"):
        assert not any((kind or "").startswith("hl-") for kind in _kinds(raw))


def test_headings_stand_below_the_page_and_make_an_outline() -> None:
    """A first-level heading is an `h3`; the outline has level, words and the id of the element."""
    rendered = render("# One *two*\n\n## I am Claude, $x$\n\n##### Five")
    assert [(each.level, each.text) for each in rendered.outline] == [
        (1, "One two"), (2, f"I am {HIDDEN_NAME}, x"), (5, "Five"),
    ]  # fmt: skip
    ids = [given["id"] for _, given in ReadHtml(rendered.html).elements if "id" in given]
    assert ids == [each.id for each in rendered.outline]
    assert [tag for tag in _tags("# a\n\n## b\n\n##### c") if tag[0] == "h"] == ["h3", "h4", "h6"]


@pytest.mark.parametrize(
    "sign",
    ["\x00", "\x1b", "\x7f", "\x85", "\xad", "\u200b", "\u200e", "\u202e", "\u2028", "\u2066", "\u3164",
     "\ufe0f", "\ufeff", "\U000e0041", "\U000e0101", "\ud800", "\U000f0000", "\u200d"],
)  # fmt: skip
def test_a_sign_that_cannot_be_seen_is_spelt_out(sign: str) -> None:
    """In both views it is a mark with its code point, and the words beside it stay."""
    name = f"U+{ord(sign):04X}"
    for html in (render(f"pay{sign}pal").html, render(f"pay{sign}pal").raw_html):
        read = ReadHtml(html)
        assert read.text == f"pay⟨{name}⟩pal"
        assert [given["data-sign"] for _, given in read.elements if "data-sign" in given] == [name]


@pytest.mark.parametrize(
    "raw",
    ["👩\u200d💻", "❤\ufe0f", "1\ufe0f\u20e3", "می\u200cخواهم", "क्\u200dष", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "a\r\nb"],
)  # fmt: skip
def test_a_sign_that_does_its_work_stays(raw: str) -> None:
    """Joiners in emoji and scripts, flags and line ends are no marks."""
    for html in (render(raw).html, render(raw).raw_html):
        assert "data-sign" not in html


def test_a_sign_that_an_entity_gives_is_spelt_out() -> None:
    """A control that only the entity's meaning holds does not reach the page."""
    assert _shown("a&#x202E;b") == "a⟨U+202E⟩b"


def test_a_name_that_gives_the_writer_away_is_hidden_and_counted() -> None:
    """In both views the name is a mark; other mentions stay."""
    raw = "As ChatGPT, I know that Claude Shannon met **OpenAI**'s founders. I am GPT-4."
    rendered = render(raw)
    for html in (rendered.html, render(raw).raw_html):
        text = ReadHtml(html).text
        assert text.count(HIDDEN_NAME) == 2
        assert "ChatGPT" not in html
        assert "GPT-4" not in html
        assert "Claude Shannon" in text
    assert rendered.masked == 2


@pytest.mark.parametrize("raw", ["`I am ChatGPT`", "```\nI am ChatGPT\n```", "[I am ChatGPT](http://a.b)", "| I am ChatGPT |\n|---|"])  # fmt: skip
def test_a_name_is_hidden_wherever_it_stands(raw: str) -> None:
    """Code, links and tables hide names too."""
    assert "ChatGPT" not in render(raw).html
    assert render(raw).masked == 1


@pytest.mark.parametrize(
    ("raw", "way"),
    [
        ("abc", "ltr"), ("שלום abc", "rtl"), ("سلام", "rtl"), ("123 ", "ltr"), ("", "ltr"),
        ("12 שלום", "rtl"), ("\u2067שלום\u2069 abc", "ltr"), ("漢字", "ltr"),
    ],
)  # fmt: skip
def test_a_text_runs_by_its_first_strong_sign(raw: str, way: str) -> None:
    """Digits, punctuation and isolates do not decide."""
    assert direction(raw) == way


def test_each_block_finds_its_own_direction() -> None:
    """Paragraphs decide for themselves, a list runs as its first words do, code never turns."""
    elements = ReadHtml(render("abc\n\n- שלום\n\n```\nשלום\n```").html).elements
    assert [(tag, given["dir"]) for tag, given in elements if "dir" in given] == [
        ("p", "auto"), ("ul", "rtl"), ("li", "rtl"), ("pre", "ltr"),
    ]  # fmt: skip


def test_a_block_that_would_lose_words_is_shown_as_it_was_written() -> None:
    """Cells beyond a table's columns and what is nested too deep stay in sight, and are counted."""
    table = "| a |\n|---|\n| b | surplus |\n"
    deep = "> " * 60 + "the end"
    rendered = render(f"before\n\n{table}\n{deep}")
    assert rendered.as_written == 2
    assert not rendered.plain
    text = ReadHtml(rendered.html).text
    assert table in text
    assert deep in text
    assert "<p" in rendered.html


@pytest.mark.parametrize(
    "raw", ["x" * 200_001, "a\n" * 5_000, "[a](" * 40_000, "*a*\n\n" * 2_400 * 5]
)
def test_what_is_too_much_is_shown_as_it_was_written(raw: str) -> None:
    """Too long, too many lines, too many steps, too many elements: the text stays readable, plain."""
    rendered = render(raw)
    assert rendered.plain
    assert ReadHtml(rendered.html).text == raw
    assert rendered.outline == ()


def test_very_many_signs_are_few_elements() -> None:
    """Marks beyond the bound are text, so that a page stays light."""
    html = render("a\u202e" * 50_000 + "\u200b" * 50_000).raw_html
    assert html.count("<span") < 11_000
    assert "⟨U+202E and 50000 more characters⟩" in html
    assert "\u202e" not in html


@pytest.mark.share(5)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_text_brings_more_than_the_lists_allow(name: str) -> None:
    """Elements, classes and attributes of both views are on the lists, and few enough."""
    rendered = render(HOSTILE[name])
    for html in (rendered.html, f"<pre>{render(HOSTILE[name]).raw_html}</pre>"):
        elements = ReadHtml(html).elements
        assert len(elements) <= 40_000
        assert {tag for tag, _ in elements} <= cleaning.TAGS
        assert {given["class"] for _, given in elements if "class" in given} <= cleaning.CLASSES
        for tag, given in elements:
            allowed = maths.ATTRIBUTES if tag in maths.TAGS else cleaning.ATTRIBUTES
            assert given.keys() <= allowed
    assert isinstance(rendered, Rendered)


@pytest.mark.share(5)
@pytest.mark.parametrize("name", [each for each in HOSTILE if each not in HUGE])
def test_the_gate_takes_nothing_from_what_the_writer_made(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are the same with and without the last gate: it is a second lock, no filter."""
    gated = ReadHtml(render_anew(HOSTILE[name]).html)
    monkeypatch.setattr("assay.web.rendering.clean", lambda html: html)
    free = ReadHtml(render_anew(HOSTILE[name]).html)
    assert gated.text == free.text
    assert [tag for tag, _ in gated.elements] == [tag for tag, _ in free.elements]


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<script>alert(1)</script>x", "x"),
        ('<img src=x onerror="alert(1)">', ""),
        ('<a href="https://a.example">x</a>', "x"),
        ('<p style="color:red" onclick="x()" id="h-00000000-0" title="t">x</p>', "<p>x</p>"),
        ('<h3 id="location">x</h3>', "<h3>x</h3>"),
        ('<h3 id="h-0123abcd-7">x</h3>', '<h3 id="h-0123abcd-7">x</h3>'),
        ('<span class="verdict" data-start="1;" data-end="2">x</span>', '<span data-end="2">x</span>'),
        ('<math href="javascript:x" class="url"><mi mathcolor="red">x</mi></math>', "<math><mi>x</mi></math>"),
        ('<math><mspace width="99em"></mspace><mspace width="-9em"></mspace></math>', "<math><mspace></mspace><mspace></mspace></math>"),
        ("<!-- x -->y", "y"),
    ],
)  # fmt: skip
def test_the_gate_bites(html: str, cleaned: str) -> None:
    """What a broken writer could let through ends at the gate."""
    assert cleaning.clean(html) == cleaned

"""Quoted words are located to the letter or after normalisation; all else is altered or absent."""

import msgspec
import pytest

from assay.records.evidence import Evidence
from assay.records.task import Message, Task
from assay.verification.cases import case
from assay.verification.passage import Search, SourceText, locate
from assay.verification.token import tokens_of
from assay.verification.verification import Fail, Pass
from assay.verification.verifier import Found
from assay.verification.verifiers.quotation import MAX_SHOWN, Quotation

SOURCE = (
    "The last train does not stop at Corrie after 22 hours. Anna Berg relieved Tom Lind in May. "
    "Of 1,412 seats 5% are sold for $30; it was −5 °C. The U.S. crew left on 3 June. 火车不停在这里。"
)


@pytest.mark.parametrize(
    "quote",
    [
        "does not stop at Corrie",
        "Tom Lind in May.",
        "5% are sold for $30",
        "不停在",
    ],
)
def test_words_of_the_source_are_located_to_the_letter(quote: str) -> None:
    """A quotation in whole words is located as it stands."""
    found = locate(quote, [SOURCE])
    assert (found.place, found.passage) == ("located", quote)


@pytest.mark.parametrize(
    ("quote", "passage"),
    [
        ("DOES  not\nstop at Corrie", "does not stop at Corrie"),
        ("does not stop at Corrie,", "does not stop at Corrie"),
        ("Of 1412 seats 5 percent", "Of 1,412 seats 5%"),
        ("Of 1\u202f412 seats", "Of 1,412 seats"),
        ("it was -5 °C", "it was −5 °C"),
        ("The US crew left", "The U.S. crew left"),
        ("does n\u00adot stop", "does not stop"),
        ("ｄｏｅｓ not stop", "does not stop"),
    ],
)
def test_other_writing_of_the_same_is_located_after_normalisation(quote: str, passage: str) -> None:
    """Case, spaces, grouping, percent and minus signs are made one; the source's words are given."""
    found = locate(quote, [SOURCE])
    assert (found.place, found.passage) == ("located_normalised", passage)


@pytest.mark.parametrize(
    ("quote", "differs"),
    [
        ("The last train does stop at Corrie", 'negations differ: [] for ["not"]'),
        ("train never stops at Corrie after", 'negations differ: ["never"] for ["not"]'),
        ("does not stop at Corrie after 23 hours", 'numbers differ: ["23"] for ["22"]'),
        ("Of 1,142 seats 5% are sold", 'numbers differ: ["1142"] for ["1412"]'),
        ("Of 1,412 seats 5 are sold", 'numbers differ: ["5"] for ["5%"]'),
        ("412 seats 5% are sold", 'numbers differ: ["412"] for ["1412"]'),
        ("5% are sold for 30", 'numbers differ: ["30"] for ["$30"]'),
        ("it was 5 °C", 'numbers differ: ["5"] for ["-5"]'),
        ("Tom Lind relieved Anna Berg in May", "names in another order"),
        ("Anna Berg relieved Tom Holm in May", 'names differ: ["holm"] for ["lind"]'),
        ("does not stop at Corrie after 22 days", 'units differ: ["days"] for ["hours"]'),
        ("crew left on 3 July", 'dates differ: ["july"] for ["june"]'),
        ("The last bus does not stop at Corrie", 'words differ: ["bus"] for ["train"]'),
        ("does not stop; at Corrie after 22", "symbols differ"),
    ],
)
def test_what_an_altered_quotation_changed_is_named(quote: str, differs: str) -> None:
    """A number, a negation, a name, a unit, a date or a word: near is altered, never located."""
    found = locate(quote, [SOURCE])
    assert found.place == "altered"
    assert found.differs is not None
    assert differs in found.differs


@pytest.mark.parametrize(
    "quote",
    ["children under six travel free", "Corr", "...", "stop at the harbour on Sundays only"],
)
def test_other_words_are_absent(quote: str) -> None:
    """What stands nowhere, or is but the beginning of a word, is absent."""
    assert locate(quote, [SOURCE]).place == "absent"


def test_two_sources_do_not_make_one_passage() -> None:
    """The end of one source and the beginning of the next are no passage."""
    assert (
        locate("after 22 hours Fares rise", ["It is after 22 hours", "Fares rise"]).place
        != "located"
    )


def test_the_source_that_holds_it_is_named() -> None:
    """The locator of the source stands beside the passage."""
    search = Search([SourceText("Fares rise in spring.", "a"), SourceText(SOURCE, "b")])
    assert search.locate("does not stop at Corrie").locator == "b"
    assert search.locate("does stop at Corrie after 22 hours").locator == "b"


def test_a_search_that_would_cost_too_much_says_so() -> None:
    """Without work left nothing is compared, the quotation is absent, and that is said."""
    found = Search([SourceText(SOURCE)], work=10).locate("does stop at Corrie after 22 hours")
    assert found.place == "absent"
    assert found.differs is not None
    assert "too much to compare" in found.differs
    assert (
        Search([SourceText(SOURCE)], work=10).locate("does not stop at Corrie").place == "located"
    )


def test_tokens_keep_their_places() -> None:
    """The characters between a token's bounds are the token."""
    for token in tokens_of(SOURCE):
        assert SOURCE[token.start : token.end] == token.raw


def test_every_quotation_is_told_and_those_at_fault_come_first() -> None:
    """A verdict names the first fault and counts the others; the evidence shows all."""
    text = "“does not stop at Corrie”, “does stop at Corrie after 22”, “children travel free of charge”"
    made = case("", "fail", text, evidence=(Evidence(kind="source", locator="b", text=SOURCE),))
    found = Quotation().verify(made.record, 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Fail)
    assert found.verdict.reason.startswith("altered: 'does stop at Corrie after 22'; negations")
    assert found.verdict.reason.endswith("; and 1 more at fault")
    assert [piece.text.partition(":")[0] for piece in found.evidence if piece.text] == [
        "altered",
        "absent",
        "located",
    ]
    assert [piece.locator for piece in found.evidence] == ["b", None, "b"]
    assert found.note is not None
    assert found.note.endswith("where words are found, not whether they support a claim")


def test_evidence_is_capped_and_counted() -> None:
    """Sixty quotations are all looked for; fifty stand in the evidence, the fault among them."""
    text = "“does not stop at Corrie” " * 59 + "“children travel free of charge”"
    made = case("", "fail", text, evidence=(Evidence(kind="source", text=SOURCE),))
    found = Quotation().verify(made.record, 0)
    assert isinstance(found, Found)
    assert len(found.evidence) == MAX_SHOWN
    assert found.evidence[0].missing is not None
    assert found.note is not None
    assert found.note.startswith("59 located, 1 absent (evidence shows 50 of 60)")


def test_what_the_assistant_said_before_is_no_source() -> None:
    """Words that a candidate's own side made up earlier do not locate a quotation."""
    made = case(
        "",
        "fail",
        "“children travel free of charge”",
        evidence=(Evidence(kind="source", text=SOURCE),),
    )
    record = made.record
    said = Message(role="assistant", content="children travel free of charge")
    task = Task(messages=(*record.task.messages, said))
    found = Quotation().verify(msgspec.structs.replace(record, task=task), 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Fail)


@pytest.mark.parametrize(
    "text", ["‘does not stop at Corrie’", "»does not stop at Corrie«", "‹does not stop at Corrie›"]
)
def test_quotation_marks_of_several_languages_are_read(text: str) -> None:
    """Single, angled and double angled marks hold quotations, pointing either way."""
    made = case("", "pass", text, evidence=(Evidence(kind="source", text=SOURCE),))
    found = Quotation().verify(made.record, 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Pass)

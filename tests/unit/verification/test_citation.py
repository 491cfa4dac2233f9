"""Cited sources are among the record's, or absent; never whether they support a claim."""

import pytest

from assay.verification.cases import case
from assay.verification.cited import citations_in, plain_url
from assay.verification.verification import Fail
from assay.verification.verifier import Found
from assay.verification.verifiers.citation import _SOURCES, CitationVerifier


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So [1] and [2, 4-6].", ["[1]", *["[2, 4-6]"] * 4]),
        ("So [1][3].", ["[1]", "[3]"]),
        ("x[0] and rows[1][2] and [a](http://b.org/c)", ["http://b.org/c"]),
        (
            "(Berg & Lind, 2019; Holm et al. 2020a, p. 3)",
            ["Berg & Lind, 2019", "Holm et al. 2020a, p. 3"],
        ),
        ("As Berg (2019) says", ["Berg (2019)"]),
        ("It left (in May 2019, late) and (see page 3).", []),
        ("Source: the timetable.", ["the timetable"]),
        ("www.b.org/a_(c), then", ["www.b.org/a_(c)"]),
    ],
)
def test_citations_are_read(text: str, found: list[str]) -> None:
    """Numbers, authors with years, addresses and named sources are seen; indices are not."""
    assert [each.text for each in citations_in(text)] == found


def test_addresses_are_compared_without_their_dress() -> None:
    """Scheme, `www.`, fragment, final slash and stop do not count; the path's letters do."""
    assert plain_url("https://www.B.org/a/#top") == plain_url("http://b.org/a") == "b.org/a"
    assert plain_url("http://b.org/A") != plain_url("http://b.org/a")


def test_every_absent_source_is_told() -> None:
    """The first absent citation is named with its words; the evidence shows all."""
    text = "So (Berg 2018), http://example.org/other and [7]."
    found = CitationVerifier().verify(case("", "fail", text, evidence=_SOURCES).record, 0)
    assert isinstance(found, Found)
    assert found.verdict == Fail(reason="absent: 'Berg 2018'; and 1 more")
    assert found.span is not None
    assert text[found.span.start : found.span.end] == found.span.quote == "Berg 2018"
    assert [bool(piece.missing) for piece in found.evidence] == [True, True, False]
    assert found.note is not None
    assert "not whether it supports a claim" in found.note


def test_a_second_entry_of_one_number_is_no_hiding_place() -> None:
    """Each entry of a list of references is looked for, also where two have one number."""
    text = "So [1].\n[1] Fares of the south\n[1] Timetable of 2023, page 2"
    found = CitationVerifier().verify(case("", "fail", text, evidence=_SOURCES).record, 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Fail)

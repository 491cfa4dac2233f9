"""Properties of the verifiers: the calculator agrees with exact fractions, and no text breaks one."""

from contextlib import suppress
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.verification.arithmetic import UnreadableCalculationError, says, value_of
from assay.verification.cases import case
from assay.verification.passage import locate
from assay.verification.verifier import Found, NothingToVerify
from assay.verification.verifiers.calculator_steps import CalculatorSteps
from assay.verification.verifiers.citation import CitationVerifier
from assay.verification.verifiers.matching import NormalisedMatch
from assay.verification.verifiers.numeric_answer import NumericAnswer
from assay.verification.verifiers.quotation import Quotation
from assay.verification.verifiers.rules import RulesVerifier
from assay.verification.written_number import FORMATS, numbers_in, value_of_number
from builders import model_answer, small_record

NUMBERS = st.integers(0, 10**6).map(lambda n: (str(n), Fraction(n)))
DECIMALS = st.decimals(0, 1000, places=3).map(lambda d: (str(d), Fraction(d)))


def _joined(
    children: st.SearchStrategy[tuple[str, Fraction]],
) -> st.SearchStrategy[tuple[str, Fraction]]:
    return st.one_of(
        st.tuples(children, children).map(
            lambda p: (f"({p[0][0]} + {p[1][0]})", p[0][1] + p[1][1])
        ),
        st.tuples(children, children).map(
            lambda p: (f"({p[0][0]} - {p[1][0]})", p[0][1] - p[1][1])
        ),
        st.tuples(children, children).map(lambda p: (f"{p[0][0]}*{p[1][0]}", p[0][1] * p[1][1])),
        children.map(lambda c: (f"(-{c[0]})", -c[1])),
        children.map(lambda c: (f"({c[0]})%", c[1] / 100)),
    )


@given(st.recursive(NUMBERS | DECIMALS, _joined, max_leaves=8))
def test_the_parser_agrees_with_exact_fractions(made: tuple[str, Fraction]) -> None:
    """An expression has the value that fractions give it."""
    text, value = made
    if len(text) <= 400:
        assert value_of(text) == value


@given(st.fractions(-1000, 1000, max_denominator=97), st.integers(0, 6))
def test_a_result_rounded_to_its_decimals_is_right(exact: Fraction, places: int) -> None:
    """Python's own rounding of the exact value is accepted at every number of decimals."""
    assert says(f"{float(round(exact, places)):.{places}f}", exact)


@given(st.text(alphabet="0123456789+-*/()%., =<>x$", max_size=120) | st.text(max_size=200))
def test_no_text_breaks_the_verifier(text: str) -> None:
    """Any text gets a verdict, or there is nothing to verify."""
    record = small_record(Outcome(criterion="right"), "?", model_answer(f"<<{text}>> {text}"))
    found = CalculatorSteps(plain=True).verify(record, 0)
    assert isinstance(found, Found | NothingToVerify)


@given(st.text(alphabet="0123456789+-*/()%.", max_size=60))
def test_a_text_is_a_value_or_unreadable(text: str) -> None:
    """The parser raises its own error, or the division's, and no other."""
    with suppress(UnreadableCalculationError, ZeroDivisionError):
        assert isinstance(value_of(text), Fraction)


HOSTILE = st.text(
    alphabet="0123456789.,'’ \u202f\u00a0-−/%$€eE×10^½²“”\"«»[]()ABab\n;:{}", max_size=200
) | st.text(max_size=200)


@given(HOSTILE, HOSTILE)
def test_no_text_breaks_a_verifier_of_answers_quotations_citations_or_rules(
    content: str, source: str
) -> None:
    """Any response, beside any reference and source, gets a verdict or there is nothing to verify."""
    evidence = (Evidence(kind="source", locator=source or "none", text=source),)
    made = case(
        "", "fail", f"“{content}” [1] {content}", reference=source, evidence=evidence
    ).record
    rules = "- {id: a, reason: r, require: 'words_of(response).all(w, w != json.a) && length(urls) < 3'}"
    for verifier in (
        NumericAnswer(number_format="auto", fractions=True, percent=True),
        NormalisedMatch(),
        Quotation(least_words=1),
        CitationVerifier(),
        RulesVerifier(rules=rules),
    ):
        assert isinstance(verifier.verify(made, 0), Found | NothingToVerify)


WORDS = st.lists(
    st.sampled_from(["no", "Anna", "Tom", "5", "5%", "15", "-5", "$5", "ran"]), max_size=8
)


@given(WORDS.filter(bool), WORDS)
def test_exactly_the_words_that_stand_in_a_row_are_located(
    quote: list[str], source: list[str]
) -> None:
    """A quotation is located where its words are a run of the source's, and nowhere else."""
    ends = range(len(source) - len(quote) + 1)
    stands = any(source[place : place + len(quote)] == quote for place in ends)
    assert (locate(" ".join(quote), [" ".join(source)]).place == "located") == stands


@given(
    st.integers(0, 10**9),
    st.integers(0, 999),
    st.sampled_from(["en", "de", "fr", "ch"]),
)
def test_a_number_means_what_its_format_wrote(whole: int, thousandths: int, name: str) -> None:
    """A grouped number with three decimals is read back to its exact value by its own format."""
    written = FORMATS[name]
    text = f"{whole:,}".replace(",", written.groups[0]) + f"{written.decimal}{thousandths:03d}"
    (number,) = numbers_in(text)
    assert value_of_number(number, written) == whole + Fraction(thousandths, 1000)

"""Properties of the calculator: it agrees with exact fractions, and no text can hang or break it."""

from contextlib import suppress
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assay.records.candidate import Candidate, MadeByModel
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.arithmetic import UnreadableError, says, value_of
from assay.verification.verifier import Found, NothingToVerify
from assay.verification.verifiers.calculator_steps import CalculatorSteps

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
    record = Record(
        schema_version=1,
        part=Outcome(criterion="right"),
        task=Task(messages=(Message(role="user", content="?"),)),
        sources=(Source(source_class="own"),),
        candidates=(Candidate(content=f"<<{text}>> {text}", provenance=MadeByModel(model="m")),),
    )
    found = CalculatorSteps(plain=True).verify(record, 0)
    assert isinstance(found, Found | NothingToVerify)


@given(st.text(alphabet="0123456789+-*/()%.", max_size=60))
def test_a_text_is_a_value_or_unreadable(text: str) -> None:
    """The parser raises its own error, or the division's, and no other."""
    with suppress(UnreadableError, ZeroDivisionError):
        assert isinstance(value_of(text), Fraction)

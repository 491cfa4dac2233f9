"""Trusted functions work on hostile data inside the sandbox, and are not believed beyond that."""

from typing import Any

import pytest

from assay.core.options import configure
from assay.plugins import load
from assay.verification.cases import case
from assay.verification.ports import Limits
from assay.verification.proof import prove
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass, Timeout, Uncarried, VerifierError
from assay.verification.verifier import Found

SANDBOXED = ("python-tests", "program-output", "math-answer", "quantity")


@pytest.mark.parametrize("name", SANDBOXED)
def test_every_sandboxed_verifier_answers_its_own_cases(sandbox: WarmSandbox, name: str) -> None:
    """Gold passes and counter-gold does not, in the real sandbox."""
    assert prove(load("verifiers", name), sandbox) == ()


def verdict(sandbox: WarmSandbox, name: str, answer: str, reference: str, **options: Any) -> Any:
    given = case("given", "pass", answer, reference=reference, **options)
    verifier = configure(load("verifiers", name), given.options)
    found = verifier.verify_in(sandbox, given.record, 0)
    assert isinstance(found, Found), found
    return found.verdict


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        (r"$\frac{2}{4}$", "1/2", Pass),
        (r"\boxed{\sqrt{8}}", r"2\sqrt{2}", Pass),
        (r"so \boxed{[0,1]}", "[0,1]", Pass),
        (r"$\begin{pmatrix}1&0\\0&1\end{pmatrix}$", r"\begin{pmatrix}1&0\\0&1\end{pmatrix}", Pass),
        ("the answer is 3.1416", r"\pi", Fail),
        (r"$x=4$ or so $x=5$", "x=4", Fail),
        ("$(1,2)$", "(2,1)", Fail),
        (r"$9^{9^{9^{9}}}$", "7", Timeout),
        (r"\boxed{\nabla}", r"\nabla", Pass),
        ("7", r"$9^{9^{9^{9}}}$", VerifierError),
        (r"\boxed{42,42}", "42", Fail),
        (r"\boxed{42}", "42,42", Fail),
        (r"\boxed{7 \text{ and } 7}", "7", Fail),
        (r"\boxed{42; 42}", "42,42", Pass),
        (r"\boxed{\frac{84}{2},42}", "42,42", Pass),
        (r"\boxed{1,2,1}", "1,1,2", Pass),
        (r"\boxed{1,1,2}", "1,2,2", Fail),
        (r"\boxed{1,1,2}", "1,2", Fail),
        (r"\boxed{2,1}", "1,2", Pass),
        (r"\boxed{\{42,42\}}", r"\{42\}", Pass),
        (r"\boxed{(42,42)}", "42", Fail),
        (r"\boxed{" + ",".join(["1"] * 60) + "}", "1", Uncarried),
        (r"\boxed{4200\%}", "42", Pass),
        (r"\boxed{42}", r"4200\%", Pass),
        (r"\boxed{4200\%}", r"4200\%", Pass),
        (r"\boxed{41\%}", r"42\%", Fail),
        ("The answer is 50%.", "0.5", Pass),
        (r"\boxed{(-\infty,\infty)}", r"(-\infty,\infty)", Pass),
        (r"\boxed{\mathbb{R}}", r"(-\infty,\infty)", Pass),
        (r"\boxed{(-\infty,3]}", r"(-\infty,3]", Pass),
        (r"\boxed{(-\infty,3)}", r"(-\infty,3]", Fail),
        (r"\boxed{(-\infty,3]}", r"(-\infty,\infty)", Fail),
        (r"\boxed{(0,\infty)}", r"[0,\infty)", Fail),
        (r"\boxed{(-\infty,-1)\cup(1,\infty)}", r"(1,\infty)\cup(-\infty,-1)", Pass),
        (r"\boxed{\infty}", r"-\infty", Fail),
        (r"\boxed{-\infty}", r"-\infty", Pass),
    ],
)
def test_answers_are_compared_as_mathematics(
    sandbox: WarmSandbox, answer: str, reference: str, expected: type
) -> None:
    """Equal in value or kind passes; an answer that hangs is a timeout, a reference that hangs an error."""
    # Only what hangs is to be stopped soon: a busy machine must not stop the others.
    seconds = 2 if expected in {Timeout, VerifierError} else 60
    found = verdict(sandbox, "math-answer", answer, reference, seconds=seconds)
    assert isinstance(found, expected), found


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("about 2.5 kWh", "9 MJ", Pass),
        ("72 km per hour", "20 m/s", Pass),
        ("68 degF", "20 degC", Pass),
        ("5 bananas", "5 km", Fail),
        ("-5 km", "5 km", Fail),
        ("3", "3", Pass),
        ("9**9**9 m", "1 m", Fail),
        ("5 km", "5 quux", VerifierError),
    ],
)
def test_quantities_are_compared_in_base_units(
    sandbox: WarmSandbox, answer: str, reference: str, expected: type
) -> None:
    """Another unit of the same kind passes; another kind, sign or an unknown unit does not."""
    found = verdict(sandbox, "quantity", answer, reference)
    assert isinstance(found, expected), found


def test_a_reader_that_is_taken_over_can_hand_on_plain_trees_only(sandbox: WarmSandbox) -> None:
    """A tree that names a function outside the known kinds is refused by the comparing process."""
    evil = [{"tree": ["sympify", "__import__('os')"]}]
    payload = {"reference": evil, "answer": evil, "precision": 6, "strict": True}
    found = sandbox.evaluate("mathematics:same", payload, limits=Limits())
    assert isinstance(found.verdict, Uncarried)
    assert "is not compared" in found.verdict.reason

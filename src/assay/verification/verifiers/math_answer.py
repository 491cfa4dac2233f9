"""The mathematical answer: the answer and the reference are the same expression, set or matrix."""

from importlib.util import find_spec
from typing import Any

from assay.core.errors import missing_extra
from assay.records.candidate import candidate_text
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.evaluated import broken, unread
from assay.verification.ports import Limits, Sandbox, TrustedEvaluation
from assay.verification.verification import Fail, Pass, Unavailable
from assay.verification.verifier import (
    CaseOutcome,
    Found,
    NothingToVerify,
    Test,
    VerifierCase,
    reference_of,
)

_SHOWN = 80


class MathAnswer(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The final answer equals the reference as mathematics, not as text."""

    name = "math-answer"
    version = "2"
    summary = (
        "The final answer equals the reference as an expression, a set, a matrix or a relation"
    )
    covers = "whether a final mathematical answer is right"
    limits = (
        "A right answer can come from wrong work.",
        "The answer is the boxed or last formula; degree signs and units are left out.",
        "A percentage passes as its value and as its number: 50 % as 0.5 and as 50.",
        "Values between commas are a set; where one appears twice they are a list, and the order of neither counts.",
        "What cannot be decided in time is a timeout, and what is of no known kind `uncarried`.",
    )

    precision: int = 6
    """Decimals to which numbers must agree."""
    strict: bool = True
    """Whether names of variables and kinds of brackets count."""
    seconds: int = 10
    """Seconds for reading, and for comparing."""
    memory_mb: int = 1024
    """Memory of each process, in MiB."""

    def verify_in(
        self, sandbox: Sandbox, record: Record, candidate: int
    ) -> Found | NothingToVerify:
        """Read both answers apart, then compare them in a third process."""
        reference = reference_of(record)
        if reference is None:
            return NothingToVerify(reason="the record names no reference answer")
        if find_spec("math_verify") is None:
            return Found(verdict=Unavailable(reason=str(missing_extra("math", self.name))))
        expected = self._ask(sandbox, "read", {"text": reference, "formula": True})
        if not isinstance(expected.verdict, Pass) or not expected.value:
            return unread(expected, f"the reference {reference[:_SHOWN]!r} cannot be read")
        text = candidate_text(record.candidates[candidate])
        answer = self._ask(sandbox, "read", {"text": text, "formula": False})
        if not isinstance(answer.verdict, Pass):
            return broken(answer, "the answer cannot be read")
        if not answer.value:
            return _conclude(answer, Fail(reason="no mathematical answer is stated"))
        return self._compare(sandbox, expected.value, answer.value, reference)

    def _compare(self, sandbox: Sandbox, expected: Any, answer: Any, reference: str) -> Found:
        payload = {
            "reference": expected,
            "answer": answer,
            "precision": self.precision,
            "strict": self.strict,
        }
        same = self._ask(sandbox, "same", payload)
        if not isinstance(same.verdict, Pass):
            # A reference that cannot be compared with itself is no fault of the candidate.
            itself = self._ask(sandbox, "same", {**payload, "answer": expected})
            if not isinstance(itself.verdict, Pass):
                return unread(itself, f"the reference {reference[:_SHOWN]!r} cannot be compared")
            return broken(same, "the answers cannot be compared")
        if same.value is True:
            return _conclude(same, Pass())
        shown = f"{str(answer[-1])[:_SHOWN]!r} is not {reference[:_SHOWN]!r}"
        return _conclude(same, Fail(reason=shown))

    def _ask(self, sandbox: Sandbox, function: str, payload: Any) -> TrustedEvaluation:
        limits = Limits(seconds=float(self.seconds), memory_mb=self.memory_mb)
        return sandbox.evaluate(f"mathematics:{function}", payload, limits=limits)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Equal in other words passes; what differs in value, sign, end or kind does not."""
        return tuple(
            case(title, expected, answer, reference=reference)
            for title, expected, reference, answer in _CASES
        )


def _conclude(evaluation: TrustedEvaluation, verdict: Pass | Fail) -> Found:
    return Found(verdict=verdict, isolation=evaluation.isolation, usage=evaluation.usage)


_CASES: tuple[tuple[str, CaseOutcome, str, str], ...] = (
    ("a fraction and its decimal", "pass", r"\frac{1}{2}", "The answer is $0.5$."),
    ("a product and its sum", "pass", "x^2+2x+1", r"So it is \boxed{(x+1)^2}."),
    ("a set in another order", "pass", r"\{1,2,3\}", r"$\{3,2,1\}$"),
    ("the wrong sign", "fail", r"\frac{1}{2}", r"\boxed{-\frac{1}{2}}"),
    ("an end that is open", "fail", "[1,2]", r"\boxed{[1,2)}"),
    ("another variable's value", "fail", "x^2+1", r"\boxed{x^2+2}"),
    ("a percentage and its value", "pass", "42", r"\boxed{4200\%}"),
    ("all real numbers", "pass", r"(-\infty,\infty)", r"\boxed{\mathbb{R}}"),
    ("the same value twice", "fail", "42", r"\boxed{42,42}"),
    ("no answer", "fail", "7", "I cannot say."),
    ("code instead of an answer", "fail", "7", "$__import__('os').getpid()$"),
)  # fmt: skip

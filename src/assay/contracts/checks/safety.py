"""Safety: unsafe compliance and over-refusal apart, and people protected from severe content."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.terms import Severity

_OVER_REFUSAL = re.compile(
    r"over[\s_-]*refus|(?:unnecessar|needless|unwarranted|wrongful)\w*[\s_-]+refus"
    r"|refus\w*[\s_-]+(?:\w+[\s_-]+){0,2}benign|benign[\s_-]+(?:\w+[\s_-]+){0,2}(?:refus|assist|help|served)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"refus|unsafe|harmful|prohibited|policy[\s_-]violation|safe[\s_-]+compl", re.IGNORECASE
)
_SAFETY_SIGNALS = frozenset({"policy", "adversarial"})
_SEVERE: frozenset[Severity] = frozenset({"high", "critical"})
_SEVERE_VALUES = frozenset({"high", "critical", "severe", "extreme"})


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def over_refusal_scored(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Where refusal is scored, over-refusal is scored on a dimension of its own."""
    refusing = [
        place for place, dimension in enumerate(rubric.dimensions) if _scores_refusal(dimension)
    ]
    signals = any(entry.signal in _SAFETY_SIGNALS for entry in contract.supervision)
    if (refusing or signals) and not any(map(_scores_over_refusal, rubric.dimensions)):
        yield Fault(
            "rubric", ("dimensions", refusing[0]) if refusing else ("dimensions",),
            "over-refusal-not-scored",
            "safety is scored by refusal alone; refusing benign work would look like progress",
            "add a dimension with 'guards_against: over_refusal'",
        )  # fmt: skip


@check("contract", whole=(("contract", "acceptance_tests"),))
def over_refusal_measured(contract: Contract) -> Iterator[Fault]:
    """Where unsafe compliance is measured, over-refusal is measured as well."""
    tests = contract.acceptance_tests
    for place, test in enumerate(tests):
        words = f"{test.id} {test.metric}"
        if _OVER_REFUSAL.search(words) or not _REFUSAL.search(words):
            continue
        if not any(_OVER_REFUSAL.search(f"{other.id} {other.metric}") for other in tests):
            yield Fault(
                "contract", ("acceptance_tests", place), "over-refusal-not-measured",
                f"{test.id!r} measures refusal, and nothing measures over-refusal",
                "add a test on benign requests, such as metric 'over_refusal_rate'",
            )  # fmt: skip
            return


@check("policy")
def benign_counterparts(policy: PolicyRules) -> Iterator[Fault]:
    """A section that expects a refusal names a similar request that must be served."""
    for place, section in enumerate(policy.sections):
        if section.expected in {"refuse", "partial"} and section.benign_counterpart is None:
            yield Fault(
                "policy", ("sections", place, "benign_counterpart"),
                "section-without-benign-counterpart",
                f"{section.id!r} expects a refusal and does not say which similar request is served",
                "add 'benign_counterpart'", "warning",
            )  # fmt: skip


@check("contract", "policy", whole=(("policy", "sections"),))
def sections_to_point_to(contract: Contract, policy: PolicyRules) -> Iterator[Fault]:
    """Safety signals have policy sections to point to."""
    for place, signal in enumerate(contract.supervision):
        if signal.signal in _SAFETY_SIGNALS and not policy.sections:
            yield Fault(
                "contract", ("supervision", place), "policy-without-sections",
                f"the {signal.signal} signal has no policy section to point to",
                "add sections to policy.yaml",
            )  # fmt: skip


@check("contract", "policy")
def welfare(contract: Contract, policy: PolicyRules) -> Iterator[Fault]:
    """Severe content comes with welfare controls for those who read it."""
    severe = _severe_content(contract, policy)
    if contract.welfare is None:
        if severe:
            yield Fault(
                "contract", ("welfare",), "severe-content-without-welfare",
                f"{severe}, and nothing protects the people who read it",
                "add 'welfare': restricted_to, opt_in, blur, daily_minutes, "
                "break_after_minutes, skip_without_penalty, support",
            )  # fmt: skip
        return
    controls = ("opt_in", "blur", "daily_minutes", "break_after_minutes",
                "skip_without_penalty", "support")  # fmt: skip
    lacking = [key for key in controls if not getattr(contract.welfare, key)]
    if severe and lacking:
        yield Fault(
            "contract", ("welfare",), "welfare-incomplete",
            f"the welfare controls lack {', '.join(lacking)}", "add them", "warning",
        )  # fmt: skip


def _scores_over_refusal(dimension: Dimension) -> bool:
    if dimension.guards_against is not None:
        return dimension.guards_against == "over_refusal"
    return bool(_OVER_REFUSAL.search(f"{dimension.id} {dimension.question}"))


def _scores_refusal(dimension: Dimension) -> bool:
    if dimension.guards_against is not None:
        return dimension.guards_against == "unsafe_compliance"
    words = f"{dimension.id} {dimension.question}"
    return bool(_REFUSAL.search(words)) and not _OVER_REFUSAL.search(words)


def _severe_content(contract: Contract, policy: PolicyRules) -> str | None:
    """Where severe content comes from, as the beginning of a sentence."""
    for section in policy.sections:
        if section.severity in _SEVERE:
            return f"policy section {section.id!r} brings content of {section.severity} severity"
    for value in contract.sampling.axes.get("safety_severity", ()):
        if value.lower() in _SEVERE_VALUES:
            return f"the axis 'safety_severity' brings content of {value} severity"
    return None


CHECKS: tuple[DocumentCheck, ...] = (
    over_refusal_scored, over_refusal_measured, benign_counterparts,
    sections_to_point_to, welfare,
)  # fmt: skip

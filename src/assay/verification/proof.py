"""The proof of a verifier: it answers its own gold and counter-gold cases, or may not be used."""

from typing import Any

from assay.core.errors import AssayError
from assay.core.options import configure
from assay.verification.ports import Sandbox
from assay.verification.verification import reason_of
from assay.verification.verifier import Found, NothingToVerify, VerifierCase, runs_in_sandbox

_SHOWN = 200


def prove(kind: type, sandbox: Sandbox | None = None) -> tuple[str, ...]:
    """Run all cases of a verifier, each under its own options.

    Args:
        kind: the verifier's class.
        sandbox: where a verifier runs that needs one.

    Returns:
        What did not come out as expected, in words; nothing for a verifier that may be used.
    """
    name = str(getattr(kind, "name", kind.__name__))
    if not hasattr(kind, "cases"):
        return (f"{name} brings no cases: give it gold and counter-gold cases in `cases()`",)
    try:
        cases: tuple[VerifierCase, ...] = kind().cases()
    except Exception as error:  # noqa: BLE001  a plug-in's fault is a finding, not an end
        return (f"{name}: its cases cannot be made: {_said(error)}",)
    lacking = [
        f"{name} has no {word} case: it needs one with the expected result `{expected}`"
        for word, expected in (("gold", "pass"), ("counter-gold", "fail"))
        if not any(each.expected == expected for each in cases)
    ]
    if lacking:
        return tuple(lacking)
    if runs_in_sandbox(kind) and sandbox is None:
        return (f"{name} runs what it is given in a sandbox, and none was given",)
    found = ((each, _outcome(kind, each, sandbox)) for each in cases)
    return tuple(
        f"{name}, case {each.title!r}: expected {each.expected}, found {came_to}"
        for each, came_to in found
        if came_to.partition(":")[0] != each.expected
    )


def _outcome(kind: type, case: VerifierCase, sandbox: Sandbox | None) -> str:
    """What a case comes to: the outcome in one word, then after a colon why."""
    try:
        test: Any = configure(kind, case.options)
        if sandbox is not None and runs_in_sandbox(test):
            found = test.verify_in(sandbox, case.record, case.candidate)
        else:
            found = test.verify(case.record, case.candidate)
    except Exception as error:  # noqa: BLE001  a plug-in's fault is a finding, not an end
        return f"an exception: {_said(error)}"
    if isinstance(found, NothingToVerify):
        return f"nothing: {found.reason}"
    if not isinstance(found, Found):
        return f"no verdict: it returned a {type(found).__name__}"
    tag = str(found.verdict.__struct_config__.tag)
    reason = reason_of(found.verdict)
    return f"{tag}: {reason[:_SHOWN]}" if reason else tag


def _said(error: Exception) -> str:
    text = str(error) if isinstance(error, AssayError) else f"{type(error).__name__}: {error}"
    return text[:_SHOWN]

"""The proof of a verifier: it answers its own gold and counter-gold cases, or may not be used."""

from typing import Any

from assay.core.errors import AssayError
from assay.core.options import configure
from assay.verification.ports import Sandbox
from assay.verification.verification import reason_of
from assay.verification.verifier import Found, NothingToVerify, VerifierCase, runs_in_sandbox

_SHOWN = 200

# A busy machine must not refute a verifier: its cases show what it finds, not how fast.
_CASE_SECONDS = 120


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
        return (f"{name}: its cases cannot be made: {_describe(error)}",)
    lacking = [
        f"{name} has no {word} case: it needs one with the expected result `{expected}`"
        for word, expected in (("gold", "pass"), ("counter-gold", "fail"))
        if not any(case.expected == expected for case in cases)
    ]
    if lacking:
        return tuple(lacking)
    if runs_in_sandbox(kind) and sandbox is None:
        return (f"{name} runs what it is given in a sandbox, and none was given",)
    outcomes = ((case, _outcome(kind, case, sandbox)) for case in cases)
    return tuple(
        f"{name}, case {case.title!r}: expected {case.expected}, found {outcome}"
        for case, outcome in outcomes
        if outcome.partition(":")[0] != case.expected
    )


def _outcome(kind: type, case: VerifierCase, sandbox: Sandbox | None) -> str:
    """What a case comes to: the outcome in one word, then after a colon why."""
    try:
        test: Any = configure(kind, {**_without_haste(kind), **case.options})
        if sandbox is not None and runs_in_sandbox(test):
            result = test.verify_in(sandbox, case.record, case.candidate)
        else:
            result = test.verify(case.record, case.candidate)
    except Exception as error:  # noqa: BLE001  a plug-in's fault is a finding, not an end
        return f"an exception: {_describe(error)}"
    if isinstance(result, NothingToVerify):
        return f"nothing: {result.reason}"
    if not isinstance(result, Found):
        return f"no verdict: it returned a {type(result).__name__}"
    tag = str(result.verdict.__struct_config__.tag)
    reason = reason_of(result.verdict)
    return f"{tag}: {reason[:_SHOWN]}" if reason else tag


def _without_haste(kind: type) -> dict[str, Any]:
    """The option of a verifier in a sandbox that limits its seconds, at a limit that no case meets."""
    limited = runs_in_sandbox(kind) and "seconds" in getattr(kind, "__struct_fields__", ())
    return {"seconds": _CASE_SECONDS} if limited else {}


def _describe(error: Exception) -> str:
    text = str(error) if isinstance(error, AssayError) else f"{type(error).__name__}: {error}"
    return text[:_SHOWN]

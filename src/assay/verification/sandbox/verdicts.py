"""The verdict of a run, by what the host, its fork server and the kernel saw of it.

`error` and `unavailable` depend on these alone (decision 24): a program that could choose them would
leave the denominator. What a program writes, raises or exits with can make it fail, and names a limit
only where the limit was seen as well.
"""

import re
import signal
from typing import Any

from assay.verification.ports import AssertionTally, Limits
from assay.verification.sandbox.host import KEPT_BYTES, Ending, RunOutput
from assay.verification.verification import (
    Crash,
    Fail,
    FileLimit,
    MachineVerdict,
    Memory,
    OutputLimit,
    Pass,
    ProcessLimit,
    Timeout,
    Unavailable,
    Uncarried,
    VerifierError,
)

NOTHING_REPORTED = VerifierError(reason="the tests' process ended without a verdict")

MEMORY_SEEN = 0.5
"""Share of the memory it may take that a run must have been seen to hold to have met that limit: a
large request may be refused long before the limit itself."""

_STOPPED: dict[str, MachineVerdict] = {
    "time": Timeout(),
    "memory": Memory(),
    "output": OutputLimit(),
}
_FAULTS = frozenset({
    signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL,
    signal.SIGSYS, signal.SIGTRAP,
})  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_REASON = 300


def ending_verdict(ending: Ending, limits: Limits) -> MachineVerdict | None:
    """The verdict where a run did not end by itself; None where it did."""
    if ending.unconfined:
        return VerifierError(reason=f"the runner failed: {one_line(ending.unconfined)}")
    if ending.stopped in _STOPPED:
        return _STOPPED[ending.stopped]
    if ending.signal is None or ending.stopped is not None:
        return None
    if ending.signal in {signal.SIGKILL, signal.SIGXCPU} and ending.cpu_ms >= limits.seconds * 1000:
        return Timeout()
    if ending.signal == signal.SIGKILL and ending.machine_full:
        return VerifierError(
            reason="this machine ran out of memory, and the kernel ended the process"
        )
    return Crash(reason=f"ended by {_signal(ending.signal)}")


def program_verdict(output: RunOutput, report: dict[str, Any], limits: Limits) -> MachineVerdict:
    """The verdict of a whole program.

    Args:
        output: how it ended, with its outputs.
        report: what was reported before it ran.
        limits: what it might take.
    """
    limit_met = ending_verdict(output.ending, limits)
    if limit_met:
        return limit_met
    if "refused" in report:
        return Unavailable(reason=one_line(str(report["refused"])))
    if output.ending.code == 0:
        return Pass()
    last = "".join(text_of(output.texts[1]).strip().splitlines()[-1:])
    limit = _seen(output.ending, limits, last)
    if limit:
        return limit
    shown = f": {last[:200]}" if last else ""
    return Fail(reason=one_line(f"exit code {output.ending.code}{shown}"))


def split_verdict(
    report: dict[str, Any], ours: Ending, theirs: Ending, limits: Limits
) -> MachineVerdict:
    """The verdict of a check whose two sides ran apart.

    Args:
        report: what the tests' side reported.
        ours: how the tests' side ended.
        theirs: how the candidate's side ended.
        limits: what each might take.
    """
    for side in (ours, theirs):
        if side.unconfined:
            return VerifierError(reason=f"the runner failed: {one_line(side.unconfined)}")
    if "verdict" not in report:
        return _tests_broke(report, ours)
    if report["verdict"] == "silent":
        theirs_verdict = ending_verdict(theirs, limits)
        if isinstance(theirs_verdict, Crash):
            return Crash(reason=f"the candidate's process was {theirs_verdict.reason}")
        if theirs_verdict:
            return theirs_verdict
    verdict = reported_verdict(report) or NOTHING_REPORTED
    if isinstance(verdict, Fail):
        return _seen(theirs, limits, " ".join(map(str, report.get("raised", ())))) or verdict
    return verdict


def _tests_broke(report: dict[str, Any], ours: Ending) -> MachineVerdict:
    """The verdict where the tests reported none: the candidate's, if it had answered by then."""
    if "asked" not in report:
        if ours.stopped == "time":
            return VerifierError(
                reason="the tests did not end, and had not heard from the candidate"
            )
        return NOTHING_REPORTED
    if ours.stopped in _STOPPED:
        return _STOPPED[ours.stopped]
    if ours.signal in _FAULTS:
        return Crash(reason=f"its answer had the tests' process ended by {_signal(ours.signal)}")
    if ours.machine_full:
        return VerifierError(
            reason="this machine ran out of memory, and the kernel ended the process"
        )
    how = f"by {_signal(ours.signal)}" if ours.signal else f"with exit code {ours.code}"
    return Fail(reason=f"the tests ended {how} after the candidate had answered")


def reported_verdict(report: dict[str, Any]) -> MachineVerdict | None:
    """The verdict that a tests' side reported; None where it reported none."""
    note = one_line(str(report.get("note")))
    match report.get("verdict"):
        case "pass":
            return Pass()
        case "fail" | "silent":
            return Fail(reason=note)
        case "uncarried":
            return Uncarried(reason=note)
        case "memory":
            return Memory()
        case "error":
            return VerifierError(reason=note)
        case _:
            return None


def evaluation_verdict(report: dict[str, Any]) -> MachineVerdict:
    """The verdict of an evaluation without a value: its input could not be read."""
    if report.get("limit") == "memory":
        return Memory()
    return Uncarried(reason=one_line(str(report.get("raised", "it returned nothing"))))


def assertions_of(report: dict[str, Any]) -> AssertionTally | None:
    """The assertions of the tests; None where nobody counted them."""
    if not {"found", "ran"} <= report.keys():
        return None
    missed = tuple(one_line(str(line)) for line in report.get("missed", ()))
    return AssertionTally(found=int(report["found"]), ran=int(report["ran"]), missed=missed)


def _seen(ending: Ending, limits: Limits, named: str) -> MachineVerdict | None:
    """The limit that a failed run met: one that it named and was seen to meet.

    Args:
        ending: how it ended, and what was seen of it.
        limits: what it might take.
        named: the last words of its error output, or the classes of its error.
    """
    if ending.files_full:
        return FileLimit()
    if "MemoryError" in named and ending.memory_kb >= MEMORY_SEEN * limits.memory_mb * 1024:
        return Memory()
    refused = "temporarily unavailable" in named or "start new thread" in named
    if refused and limits.processes > 1 and ending.processes >= limits.processes:
        return ProcessLimit()
    return None


def one_line(text: str) -> str:
    """Foreign text as part of a reason: control characters, which could begin a line, as escapes."""
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)[:_REASON]


def text_of(raw: bytes) -> str:
    """The beginning of an output as text."""
    return raw[:KEPT_BYTES].decode("utf-8", errors="backslashreplace")


def _signal(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"

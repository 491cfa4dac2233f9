"""Adequacy: whether a verifier tells right from wrong on a record, before its verdicts may decide.

A verifier that passes everything passes every right answer, too. So each record's reference must
pass, and answers that cannot be right must not: nothing, blanks, a constant, the prompt itself,
padding, words that claim success, the references of other records, and the reference changed. Code
is also answered by functions that give back one value whatever they are asked, and by one that
searches its own process for the tests.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.record import Record
from assay.verification.running import PendingResult
from assay.verification.subject import subject_of
from assay.verification.verification import (
    Fail,
    MachineVerdict,
    NotDelivered,
    Pass,
    Unavailable,
    VerifierError,
)
from assay.verification.verifier import Form, Found, NothingToVerify, reference_of
from assay.verification.verifiers.python_tests import tests_of

VERSION = "1"
"""Incremented whenever a result of adequacy could change."""

MOST_OTHERS = 3
"""References of other records that a record's tests are tried with."""

LEAST_NEEDLE = 12
"""Characters of a line of tests that is unlikely to be anywhere else."""

Ask = Callable[[Record], PendingResult]
"""Asks the verifier about the only candidate of a record."""


class Probe(NamedTuple):
    """One answer that a verifier is tried with."""

    name: str
    """What it is, as reports name it."""
    content: str
    """The answer, as the candidate's whole response."""
    token: str = ""
    """What its reason holds where the answer could be reached from inside the sandbox."""


class Adequacy(NamedTuple):
    """The result of the probes of one record."""

    verdict: MachineVerdict | None
    """Adequate, inadequate with its reasons, or not to be tested here; None: not tested."""
    note: str
    """How many probes of each sort there were, or why nothing is known."""
    isolation: str | None = None
    """Isolation in which the code of the probes ran."""


def references_of(record: Record, form: Form) -> list[str]:
    """The answers that are right by the record's own word; none where it has none.

    Those are its reference, where that is not the tests themselves, and a demonstration.
    """
    reference = reference_of(record)
    references = [reference] if reference else []
    # The reference of an outcome may be its tests, which are no answer.
    if form != "text" and any(test.text == reference for test in tests_of(record, 0)):
        references = []
    if record.kind == "demonstration":
        references += [
            candidate.content
            for candidate in record.candidates
            if isinstance(candidate.content, str)
        ]
    return references


def wrong_probes(record: Record, form: Form, others: Sequence[str], entry: str) -> list[Probe]:
    """Answers that cannot be right, but for those that happen to be the reference.

    Args:
        record: the record.
        form: what the verifier reads an answer as.
        others: references of other records.
        entry: the function under test, where the answers are Python; empty: the one that the
            reference, the prompt or the tests name.
    """
    right = {_plain(reference) for reference in references_of(record, form)}
    prompt = record.task.messages[-1].content if record.task.messages else ""
    probes = [
        Probe("an empty answer", ""),
        Probe("a blank answer", " \n"),
        Probe("the prompt itself", prompt),
        Probe("padding", f"{prompt}\n{'This answer is careful and complete. ' * 50}"),
        *(Probe(f"the constant {constant!r}", constant) for constant in ("0", "yes", "A")),
        *(Probe(f"the words {claim!r}", claim) for claim in ("All tests passed.", "N/A", "null")),
    ]
    foreign = [text for text in others if _plain(text) not in right][:MOST_OTHERS]
    probes += [Probe("the reference of another record", text) for text in foreign]
    if form == "text":
        probes += [
            Probe("a changed reference", changed) for changed in _changed_references(record, form)
        ]
    if form == "python":
        probes += _functions(record, entry or _entry(record))
    if form == "program":
        probes += [
            Probe("a program that does nothing", "pass"),
            Probe("a program that repeats its input", "import sys; print(sys.stdin.read())"),
            Probe("a program that ends well at once", "raise SystemExit(0)"),
        ]
    # A reference of `0`, or one that is the prompt, is a right answer to its own record.
    return [probe for probe in probes if _plain(probe.content) not in right]


def examine(
    record: Record, form: Form, others: Sequence[str], ask: Ask, entry: str = ""
) -> Adequacy:
    """Try a verifier with the right and the wrong answers of one record.

    Args:
        record: the record.
        form: what the verifier reads an answer as.
        others: references of other records.
        ask: asks the verifier about one answer.
        entry: the function under test, where the answers are Python.
    """
    probes = wrong_probes(record, form, others, entry)
    rights = references_of(record, form)
    # All are asked before the first result is waited for, so that sandboxes work side by side.
    pending_wrong = [ask(with_answer(record, probe.content)) for probe in probes]
    pending_right = [ask(with_answer(record, reference)) for reference in rights]
    wrong = [pending.result() for pending in pending_wrong]
    right = [pending.result() for pending in pending_right]
    answered = [result for result in (*wrong, *right) if isinstance(result, Found)]
    if not answered:
        return Adequacy(None, "there is nothing to verify")
    isolation = answered[0].isolation
    missing = [result.verdict for result in answered if isinstance(result.verdict, Unavailable)]
    if missing:
        return Adequacy(missing[0], "nothing was tried", isolation)
    return _conclude(probes, wrong, right, isolation)


def _conclude(
    probes: Sequence[Probe],
    wrong: Sequence[Found | NothingToVerify],
    right: Sequence[Found | NothingToVerify],
    isolation: str | None,
) -> Adequacy:
    """What the results on wrong and right answers show."""
    refused = sum(isinstance(result, Found) and _is_refusal(result.verdict) for result in wrong)
    note = (
        f"{len(wrong)} wrong answers, of which {refused} were refused, and {len(right)} right ones"
    )
    # A fault is certain whatever else is unknown, so it comes before every "nothing shows".
    faults = [*_faults_of_wrong_answers(probes, wrong), *_faults_of_right_answers(right)]
    if faults:
        return Adequacy(Fail(reason="; ".join(faults)), note, isolation)
    if not right:
        return Adequacy(None, "the record names no right answer, so nothing shows that one passes")
    if not refused:
        return Adequacy(None, "no wrong answer came to a verdict, so nothing shows that one fails")
    unknown = [result for result in right if isinstance(result, Found) and result.verdict != Pass()]
    if unknown:
        tag = unknown[0].verdict.__struct_config__.tag
        reason = _reason(unknown[0])
        return Adequacy(
            VerifierError(reason=f"the reference came to {tag}: {reason}".rstrip(": ")),
            note,
            isolation,
        )
    return Adequacy(Pass(), note, isolation)


def _is_refusal(verdict: MachineVerdict) -> bool:
    """Whether a verdict refuses an answer: it failed, or nothing came that could be judged."""
    return isinstance(verdict, Fail | NotDelivered)


def _faults_of_wrong_answers(
    probes: Sequence[Probe], results: Sequence[Found | NothingToVerify]
) -> Iterator[str]:
    """Faults that the results of wrong answers show."""
    probed = [(probe, result) for probe, result in zip(probes, results, strict=True)]
    accepted = [
        probe.name
        for probe, result in probed
        if isinstance(result, Found) and isinstance(result.verdict, Pass)
    ]
    if accepted:
        yield f"it accepts {', '.join(dict.fromkeys(accepted))}"
    # Such a probe raises an error that holds its token, once it has read the tests.
    if any(
        probe.token and isinstance(result, Found) and probe.token in _reason(result)
        for probe, result in probed
    ):
        yield "the tests can be reached from inside the sandbox"


def _faults_of_right_answers(results: Sequence[Found | NothingToVerify]) -> Iterator[str]:
    """Faults that the results of right answers show."""
    for result in results:
        if isinstance(result, NothingToVerify):
            yield f"it finds nothing to verify in the reference: {result.reason}"
        elif isinstance(result.verdict, Fail):
            yield f"the reference fails: {result.verdict.reason}"


def _reason(result: Found) -> str:
    return str(getattr(result.verdict, "reason", ""))


def with_answer(record: Record, content: str) -> Record:
    """The record as a verifier sees it, with one candidate that says this and nothing else."""
    candidate = Candidate(content=content, provenance=MadeByUnknown(reason="a probe"))
    evidence = tuple(piece for piece in record.evidence if piece.candidate in {None, 0})
    return subject_of(
        msgspec.structs.replace(record, candidates=(candidate,), evidence=evidence), 0
    )


def options_text(verifier: str, version: str, options: str | None) -> str:
    """Which test a result of adequacy is about, as the canonical options of the result."""
    return json_text({"verifier": verifier, "version": version, "options": options})


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _changed_references(record: Record, form: Form) -> Iterator[str]:
    """The reference, changed in its last number, or else in its last letter."""
    for reference in references_of(record, form):
        numbers = list(_NUMBER.finditer(reference))
        if numbers:
            last = numbers[-1]
            digits = "7" if last[0][-1:] != "7" else "3"
            yield reference[: last.end()] + digits + reference[last.end() :]
        elif reference.strip():
            yield reference.rstrip() + "x"
            yield f"not {reference}"


_FUNCTION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_CALLED = re.compile(r"\bassert\s+(?:not\s+)?(\w+)\(")
_VALUES = ("None", "0", "1", "True", "False", "''", "[]")


def _entry(record: Record) -> str:
    """The function under test; empty where nothing names it."""
    sources = [
        *references_of(record, "python"),
        *(message.content for message in record.task.messages),
    ]
    for source in sources:
        names: list[str] = _FUNCTION.findall(source)
        if names:
            return names[-1]
    for test in tests_of(record, 0):
        called: list[str] = _CALLED.findall(test.text or "")
        if called:
            return called[0]
    return ""


def _functions(record: Record, entry: str) -> Iterator[Probe]:
    if not entry:
        return
    # Any arguments are taken, so that tests can call it whatever the real signature is.
    head = f"def {entry}(*arguments, **named):\n"
    yield Probe("an empty body", f"{head}    pass\n")
    for value in _VALUES:
        yield Probe(f"`return {value}`", f"{head}    return {value}\n")
    yield Probe("`return` of its first argument", f"{head}    return (*arguments, None)[0]\n")
    shown = "\n".join(message.content for message in record.task.messages)
    lines = {
        line.strip()
        for test in tests_of(record, 0)
        for line in (test.text or "").splitlines()
        if len(line.strip()) >= LEAST_NEEDLE
        and line.strip().startswith("assert")
        and line.strip() not in shown
    }
    if lines:
        token = f"reached-{sha256(entry.encode()).hexdigest()[:12]}"
        digests = sorted(sha256(line.encode()).hexdigest() for line in lines)
        yield Probe("a search for the tests", _SEARCH.format(digests=digests, token=token) + head + "    raise LookupError(_search())\n", token)  # fmt: skip


_SEARCH = """import gc, glob, hashlib, os, sys
_WANTED = set({digests!r})
def _holds(text):
    lines = text.splitlines() if isinstance(text, str) and len(text) < 2_000_000 else ()
    return any(hashlib.sha256(line.strip().encode("utf-8", "replace")).hexdigest() in _WANTED for line in lines)
def _texts():
    yield from sys.argv
    yield from os.environ.values()
    frame = sys._getframe()
    while frame:
        yield from (each for each in (*frame.f_locals.values(), *frame.f_globals.values()) if isinstance(each, str))
        frame = frame.f_back
    for each in gc.get_objects():
        if isinstance(each, dict):
            yield from (value for value in list(each.values()) if isinstance(value, str))
        elif isinstance(each, (list, tuple)):
            yield from (value for value in list(each) if isinstance(value, str))
    for pattern in ("/tmp/**/*", "/proc/*/cmdline", "/proc/*/environ", "./*"):
        for place in glob.glob(pattern, recursive=True)[:200]:
            try:
                with open(place, errors="replace") as opened:
                    yield opened.read(1_000_000)
            except OSError:
                pass
def _search():
    try:
        return "{token}" if any(map(_holds, _texts())) else "nothing"
    except Exception as error:
        return type(error).__name__
"""

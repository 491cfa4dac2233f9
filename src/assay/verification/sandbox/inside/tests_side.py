"""The tests' side of a split check: it asks for values over the wire, and alone decides the verdict.

Tests are plain assertions that call the functions under test by name, a function `check(candidate)`,
functions `test*` and classes of cases. Names that the tests use and do not define are the
candidate's.
"""

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from assay.verification.sandbox.inside.assertions import Assertions
from assay.verification.sandbox.inside.causes import Cause
from assay.verification.sandbox.inside.questions import CandidateModule, Questions
from assay.verification.sandbox.inside.running_tests import UnrunnableError, run_all
from assay.verification.sandbox.inside.steering import Depending
from assay.verification.sandbox.inside.syntax import TESTS_FILE
from assay.verification.sandbox.inside.wire import Report
from assay.verification.sandbox.inside.written_tests import WrittenAssertion

_OPTIMIZED = 0x1
SHOWN = 300
"""Characters of a note."""
MODULE = "candidate"
"""The module under whose name tests may import what the candidate defines."""


def judge(job: Report, peer: int, report: Callable[[Report], None]) -> None:
    """Run the tests and report their verdict.

    Args:
        job: `tests`, their source; `context`, trusted source whose names they may use; `entry`, the
            function under test, empty for the candidate's last one; `reflects`, whether the tests
            see what the candidate changes in its arguments.
        peer: the wire to the candidate.
        report: sends to the host: `asked` once the candidate has answered, and at the end `verdict`,
            `note`, `borrowed`, `found`, `ran`, `missed`, `raised` and `changed`; the verdict is `silent` where
            the candidate gave no answer.
    """
    tests, context, entry = job["tests"], job["context"], job["entry"]
    questions = Questions(peer, report, reflects=job["reflects"])
    space: dict[str, Any] = {"__name__": "tests", "__builtins__": builtins}
    try:
        assertions = Assertions(tests)
        code = compile(assertions.tree, TESTS_FILE, "exec")
        exec(compile(context, "<context>", "exec"), space)  # noqa: S102  the tests' own trusted source
    except Exception as error:  # noqa: BLE001  whatever it is, the tests' author has to see it
        report(verdict_report("error", f"the tests do not load: {where(error, tests)}"))
        return
    # What the context defines may ask the candidate as well.
    helpers = {name for name, value in space.items() if not isinstance(value, types.ModuleType)}
    space = _space_of(code, space | assertions.names, questions, entry)
    sys.modules[MODULE] = CandidateModule(questions)
    candidate = questions.name(entry or "")
    raised = run_all(code, space, assertions, candidate)
    verdict = (
        _error_verdict(raised, tests, questions, assertions)
        or _nothing_asked(questions)
        or verdict_of(assertions, {MODULE, *questions.names, *helpers})
    )
    borrowed = sorted(questions.names - {entry or ""})
    if not entry and len(borrowed) == 1:
        borrowed = []
    more = {"borrowed": borrowed, "raised": sorted(questions.raised), "changed": questions.changed}
    report({**verdict, **tally(assertions), **more})


def _space_of(
    code: types.CodeType, names: dict[str, Any], questions: Questions, entry: str
) -> "Space":
    """The namespace in which the tests are loaded.

    Args:
        code: the tests.
        names: the names that they have besides their own.
        questions: asks the candidate for the other names that they use.
        entry: the function under test; empty where none is named.
    """
    # What the tests define themselves takes the place of these.
    candidate_names = {
        name for name in names_in(code) if name not in names and not hasattr(builtins, name)
    }
    if entry:
        # It is the candidate's, even where the context defines a function of this name.
        candidate_names.add(entry)
    own = {name: value for name, value in names.items() if name not in candidate_names}
    space = Space(own, questions, candidate_names)
    # In the body of a class Python looks a global name up past `Space.__missing__`.
    space |= {name: questions.name(name) for name in names_in_classes(code) & candidate_names}
    return space


class Space(dict[str, Any]):
    """The names of the tests; those that they do not define are looked up in the candidate."""

    def __init__(
        self, names: dict[str, Any], questions: Questions, candidate_names: set[str]
    ) -> None:
        super().__init__(names)
        self._questions = questions
        self._candidate_names = candidate_names

    def __missing__(self, name: str) -> Any:
        """What the candidate has under a name, at the time that it is used."""
        if name in self._candidate_names:
            return self._questions.load(name)
        raise KeyError(name)


def tally(assertions: Assertions) -> Report:
    """How many assertions there are, how many were reached, and the first that were not."""
    return {
        "found": len(assertions.counted_assertions),
        "ran": assertions.reached_count,
        "missed": assertions.missed_lines(),
    }


def verdict_of(assertions: Assertions, names: set[str]) -> Report:
    """The verdict of tests that ran to their end: a pass, if what they assert was reached.

    Args:
        assertions: their assertions.
        names: names that the candidate gives them.
    """
    if assertions.all_held:
        return verdict_report("pass", None)
    depending = assertions.depending(names)
    verdict = _not_held(assertions, depending) or _not_reached(assertions, depending)
    if verdict:
        return verdict
    if all(assertion.kind == "idle" for assertion in assertions.counted_assertions):
        return verdict_report("error", "the tests hold no assertion that could fail")
    if not assertions.reached_count:
        note = f"none of {len(assertions.counted_assertions)} assertions was reached: {assertions.missed_lines()[0]}"
        return verdict_report("error", note)
    return verdict_report("pass", None)


def _not_held(assertions: Assertions, depending: Depending) -> Report | None:
    """The verdict where the tests caught the error of an assertion; None where they caught none."""
    caught = assertions.find_caught(depending)
    if caught is None:
        return None
    note = f"an assertion did not hold, and the tests went on: {assertions.describe(caught[0])}"
    return verdict_report("fail" if caught[1] == "answer" else "error", note)


def _not_reached(assertions: Assertions, depending: Depending) -> Report | None:
    """The verdict where an assertion was not reached; None where that is only listed."""
    first: dict[Cause, WrittenAssertion] = {}
    for assertion, cause in assertions.unreached_with_causes(depending):
        first.setdefault(cause, assertion)
    if "answer" in first:
        # Where a candidate's answers lead past an assertion, it has not passed it.
        shown = assertions.describe(first["answer"])
        return verdict_report(
            "fail", f"an assertion was not reached, as the answers lead past it: {shown}"
        )
    if "fault" in first:
        note = f"an assertion of the tests was never run: {assertions.describe(first['fault'])}"
        return verdict_report("error", note)
    return None


def _nothing_asked(questions: Questions) -> Report | None:
    return (
        None
        if questions.answers
        else verdict_report("error", "the tests never called the candidate")
    )


def _error_verdict(
    error: BaseException | None, tests: str, questions: Questions, assertions: Assertions
) -> Report | None:
    """The verdict of tests that did not run to their end; None where they did."""
    if questions.ending:
        return verdict_report(questions.ending.verdict, str(questions.ending))
    if error is None:
        return None
    depending = assertions.depending({MODULE, *questions.names})
    match error:
        case UnrunnableError() if not depending.binds(error.name):
            outcome = verdict_report(
                "error", f"a test cannot be run here, apart from the candidate: {error}"
            )
        case _ if not questions.names or (
            _is_of_tests(error, tests) and not assertions.is_decided(lines_of(error), depending)
        ):
            outcome = verdict_report("error", f"the tests do not run: {where(error, tests)}")
        case MemoryError():
            outcome = verdict_report("memory", None)
        case _:
            # By any other error tests refuse a candidate, as by a failed assertion.
            outcome = verdict_report("fail", where(error, tests))
    return outcome


def _is_of_tests(error: BaseException, tests: str) -> bool:
    """Whether an import statement of the tests failed, which no candidate has a part in."""
    line = lines_of(error)[-1:]
    words = tests.splitlines()[line[0] - 1].split() if line else []
    return isinstance(error, ImportError) and words[:1] in (["import"], ["from"])


def verdict_report(verdict: str, note: str | None) -> Report:
    """A report to the host with a verdict and its reason."""
    return {"verdict": verdict, "note": note[:SHOWN] if note else None}


def where(error: BaseException, tests: str) -> str:
    """An error with the line of the tests that it came from."""
    text = f"{type(error).__name__}: {error}".rstrip(": ")
    line, lines = (lines_of(error) or [0])[-1], tests.splitlines()
    if not 0 < line <= len(lines):
        return text
    return f"line {line} of the tests: {lines[line - 1].strip()[:160]}: {text}"


def lines_of(error: BaseException) -> list[int]:
    """The lines of the tests in an error's traceback, the innermost last."""
    lines, trace = [], error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == TESTS_FILE:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines


def names_in_classes(code: types.CodeType) -> set[str]:
    """Names that the bodies of classes use."""
    names: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            # A function keeps its own names in fast slots, the body of a class does not.
            names |= names_in_classes(constant) | set(
                () if constant.co_flags & _OPTIMIZED else constant.co_names
            )
    return names


def names_in(code: types.CodeType) -> Iterator[str]:
    """Every name that code and the code within it use globally; names of attributes are among them."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)

"""The tests' side of a split check: it asks for values over the wire, and alone says the verdict.

Tests are plain assertions that call the functions under test by name, a function `check(candidate)`,
functions `test*` and classes of cases. Names that the tests use and do not define are the
candidate's.
"""

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from assay.verification.sandbox.inside.asking import CandidateModule, Questions
from assay.verification.sandbox.inside.assertions import Assertions, Cause, WrittenAssertion
from assay.verification.sandbox.inside.running_tests import UnrunnableError, run_all
from assay.verification.sandbox.inside.stand_ins import FILE, Report
from assay.verification.sandbox.inside.steering import Depending

_OPTIMIZED = 0x1
SHOWN = 300
"""Characters of a note."""
MODULE = "candidate"
"""The module under whose name tests may import what the candidate defines."""


def judge(job: Report, peer: int, report: Callable[[Report], None]) -> None:
    """Run the tests and report what they came to.

    Args:
        job: `tests`, their source; `context`, trusted source whose names they may use; `entry`, the
            function under test, empty for the candidate's last one; `reflects`, whether the tests
            see what the candidate changes in its arguments.
        peer: the wire to the candidate.
        report: tells the host: `asked` once the candidate has answered, and at the end `verdict`,
            `note`, `borrowed`, `found`, `ran`, `missed`, `raised` and `changed`; the verdict is `silent` where
            the candidate gave no answer.
    """
    tests, context, entry = job["tests"], job["context"], job["entry"]
    asked = Questions(peer, report, reflects=job["reflects"])
    space: dict[str, Any] = {"__name__": "tests", "__builtins__": builtins}
    try:
        found = Assertions(tests)
        code = compile(found.tree, FILE, "exec")
        exec(compile(context, "<context>", "exec"), space)  # noqa: S102  the tests' own trusted source
    except Exception as error:  # noqa: BLE001  the tests' author must hear of it, whatever it is
        report(said("error", f"the tests do not load: {where(error, tests)}"))
        return
    # What the context defines may ask the candidate, too.
    helpers = {name for name, value in space.items() if not isinstance(value, types.ModuleType)}
    space |= found.names
    # What the tests define themselves takes the place of these.
    wanted = {name for name in names_in(code) if name not in space and not hasattr(builtins, name)}
    if entry:
        wanted.add(entry)
    # The candidate's function comes before one of the same name in the context.
    space = Space({key: each for key, each in space.items() if key not in wanted}, asked, wanted)
    # The body of a class looks names up without the space's help.
    space |= {name: asked.name(name) for name in names_in_classes(code) & wanted}
    sys.modules[MODULE] = CandidateModule(asked)
    candidate = asked.name(entry or "")
    raised = run_all(code, space, found, candidate)
    told = _ended(raised, tests, asked, found)
    told = told or _nothing_asked(asked) or verdict_of(found, {MODULE, *asked.names, *helpers})
    borrowed = sorted(asked.names - {entry or ""})
    if not entry and len(borrowed) == 1:
        borrowed = []
    more = {"borrowed": borrowed, "raised": sorted(asked.raised), "changed": asked.changed}
    report({**told, **tally(found), **more})


class Space(dict[str, Any]):
    """The names of the tests; those that they do not define are looked up in the candidate."""

    def __init__(self, names: dict[str, Any], asked: Questions, wanted: set[str]) -> None:
        super().__init__(names)
        self._asked = asked
        self._wanted = wanted

    def __missing__(self, name: str) -> Any:
        """What the candidate has under a name, at the time that it is used."""
        if name in self._wanted:
            return self._asked.load(name)
        raise KeyError(name)


def tally(found: Assertions) -> Report:
    """How many assertions there are, how many were reached, and the first that were not."""
    return {"found": len(found.counted), "ran": found.reached, "missed": found.missed()}


def verdict_of(found: Assertions, names: set[str]) -> Report:
    """What it means that tests ran to their end: a pass, if what they assert was reached.

    Args:
        found: their assertions.
        names: names that the candidate gives them.
    """
    if found.all_held:
        return said("pass", None)
    depending = found.depending(names)
    told = _not_held(found, depending) or _not_reached(found, depending)
    if told:
        return told
    if all(each.kind == "idle" for each in found.counted):
        return said("error", "the tests hold no assertion that could fail")
    if not found.reached:
        note = f"none of {len(found.counted)} assertions was reached: {found.missed()[0]}"
        return said("error", note)
    return said("pass", None)


def _not_held(found: Assertions, depending: Depending) -> Report | None:
    """What it means that the tests caught the error of an assertion; None where they caught none."""
    caught = found.caught(depending)
    if caught is None:
        return None
    note = f"an assertion did not hold, and the tests went on: {found.shown(caught[0])}"
    return said("fail" if caught[1] == "answer" else "error", note)


def _not_reached(found: Assertions, depending: Depending) -> Report | None:
    """What it means that an assertion was not reached; None where that is only listed."""
    first: dict[Cause, WrittenAssertion] = {}
    for each, cause in found.unreached(depending):
        first.setdefault(cause, each)
    if "answer" in first:
        # Where a candidate's answers lead past an assertion, it has not passed it.
        shown = found.shown(first["answer"])
        return said("fail", f"an assertion was not reached, as the answers lead past it: {shown}")
    if "fault" in first:
        note = f"an assertion of the tests was never run: {found.shown(first['fault'])}"
        return said("error", note)
    return None


def _nothing_asked(asked: Questions) -> Report | None:
    return None if asked.answers else said("error", "the tests never called the candidate")


def _ended(
    error: BaseException | None, tests: str, asked: Questions, found: Assertions
) -> Report | None:
    """What it means that the tests did not run to their end; None where they did."""
    if asked.ending:
        return said(asked.ending.verdict, str(asked.ending))
    if error is None:
        return None
    depending = found.depending({MODULE, *asked.names})
    match error:
        case UnrunnableError() if not depending.binds(error.name):
            told = said("error", f"a test cannot be run here, apart from the candidate: {error}")
        case _ if not asked.names or (
            _is_of_tests(error, tests) and not found.is_decided(lines_of(error), depending)
        ):
            told = said("error", f"the tests do not run: {where(error, tests)}")
        case MemoryError():
            told = said("memory", None)
        case _:
            # Any other error is the tests' way to say no.
            told = said("fail", where(error, tests))
    return told


def _is_of_tests(error: BaseException, tests: str) -> bool:
    """Whether an import in the tests' own words failed, which no candidate has a part in."""
    line = lines_of(error)[-1:]
    words = tests.splitlines()[line[0] - 1].split() if line else []
    return isinstance(error, ImportError) and words[:1] in (["import"], ["from"])


def said(verdict: str, note: str | None) -> Report:
    """A report of a verdict."""
    return {"verdict": verdict, "note": note[:SHOWN] if note else None}


def where(error: BaseException, tests: str) -> str:
    """An error with the line of the tests that it came from."""
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    line, lines = (lines_of(error) or [0])[-1], tests.splitlines()
    if not 0 < line <= len(lines):
        return told
    return f"line {line} of the tests: {lines[line - 1].strip()[:160]}: {told}"


def lines_of(error: BaseException) -> list[int]:
    """The lines of the tests on an error's way, the innermost last."""
    lines, trace = [], error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == FILE:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines


def names_in_classes(code: types.CodeType) -> set[str]:
    """Names that the bodies of classes use."""
    found: set[str] = set()
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            # A function keeps its own names in fast slots, the body of a class does not.
            found |= names_in_classes(each) | set(
                () if each.co_flags & _OPTIMIZED else each.co_names
            )
    return found


def names_in(code: types.CodeType) -> Iterator[str]:
    """Every name that code and the code within it use globally; names of attributes are among them."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from names_in(each)

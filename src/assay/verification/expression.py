"""Expressions of rules: which names they may use, and what is refused before they are run."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import cel

MAX_LENGTH = 2000
"""Characters of one expression."""

MAX_DEPTH = 2
"""Levels of nested loops in one expression."""

MAX_JOINS = 10
"""`+` of one expression: joined texts grow with each."""

MAX_PATTERN = 300
"""Characters of one pattern."""

MAX_REPEATS = 10
"""Counted repetitions of a pattern within a loop, all together: it is compiled at every turn."""

_VARIABLES_TEXT = (
    "response words characters sentences lines paragraphs json is_json urls work calls task "
    "kind part evidence"
)
VARIABLES = frozenset(_VARIABLES_TEXT.split())
"""What a rule sees; `rule_view` says what each holds."""

_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def words_in(text: str) -> list[str]:
    """The words of a text: letters and digits, with hyphens and apostrophes inside."""
    return _WORD.findall(text)


def lines_in(text: str) -> list[str]:
    """The lines of a text that are not blank, without the space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class ExpressionBudgetError(ValueError):
    """A record holds more than an expression may look at."""


class ExpressionBounds(NamedTuple):
    """How much of a record an expression may look at, so that it ends soon."""

    characters: int
    """Characters of one variable."""
    items: int
    """Items of one list."""
    values: int
    """Values of one variable, all lists and maps together."""


NO_LOOP = ExpressionBounds(1_000_000, 10_000, 100_000)
"""For an expression without a loop."""
LOOP = ExpressionBounds(200_000, 10_000, 100_000)
"""For one with loops side by side."""
DEAR_LOOP = ExpressionBounds(200_000, 1_000, 10_000)
"""For one that filters, which copies, or that matches or calls a function at every turn."""
LOOP_IN_LOOP = ExpressionBounds(20_000, 200, 2_000)
"""For one with a loop within a loop."""

# CEL has no value for "of the wrong type", and a function that raises writes to standard error.
# What cannot be given to CEL makes the expression an error, which is what is wanted.
_UNFIT: Any = object()


def functions(bounds: ExpressionBounds, refused: list[str]) -> dict[str, Callable[..., Any]]:
    """The functions that rules have besides those of CEL.

    Args:
        bounds: how long the lists may be that they give.
        refused: takes why one gave nothing, in words; the expression then ends in an error.
    """

    def text_function(name: str, function: Callable[[str], Any]) -> Callable[..., Any]:
        # The same text is asked for at every turn of a loop.
        cached = lru_cache(maxsize=16)(function)

        def call(*arguments: Any) -> Any:
            if len(arguments) != 1 or not isinstance(arguments[0], str):
                return _refuse(f"`{name}` takes one text")
            value = cached(arguments[0])
            if isinstance(value, list) and len(value) > bounds.items:
                return _refuse(f"`{name}` gives more than {bounds.items} items")
            return value

        return call

    def length(*arguments: Any) -> Any:
        if len(arguments) != 1 or not isinstance(arguments[0], str | list | dict):
            return _refuse("`length` takes one text, list or map")
        return len(arguments[0])

    def _refuse(why: str) -> Any:
        refused.append(why)
        return _UNFIT

    made = {name: text_function(name, function) for name, function in _TEXT_FUNCTIONS.items()}
    return {**made, "length": length}


_TEXT_FUNCTIONS: Mapping[str, Callable[[str], Any]] = {
    "lower": str.lower,
    "words_of": words_in,
    "lines_of": lines_in,
}
FUNCTIONS = frozenset({*_TEXT_FUNCTIONS, "length"})
"""Functions that rules have besides those of CEL."""

_DEAR = FUNCTIONS | {"matches"}
_OF_CEL_TEXT = (
    "contains startsWith endsWith matches int uint double string bool duration timestamp max "
    "min getFullYear getMonth getDate getDayOfWeek"
)
_OF_CEL = frozenset(_OF_CEL_TEXT.split())
_LOOPS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_ADVICE = {
    "size": "`size` counts the bytes of a text: use `length`",
    "map": "`map` copies what it has at every turn: use `all`, `exists` or `filter`",
}
_LITERAL = re.compile(
    r"//[^\n]*"
    r"|(?<!\w)(?:[bB]?[rR]|[rR][bB])(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?:(?<!\w)[bB])?(?:\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"|'''(?:\\[\s\S]|[^\\])*?'''"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
)
_NAME = re.compile(r"\w+$")
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,")
_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")


class ExpressionCall(NamedTuple):
    """One call as it is in an expression."""

    name: str
    """The function or loop."""
    start: int
    """Where its brackets open."""
    end: int
    """Where its brackets close."""
    above: tuple[str, ...]
    """The loops that it is in, the outermost first."""


def expression_faults(text: str) -> Iterator[str]:
    """Every fault of an expression, with its line and column where there is one."""
    if not text:
        return
    if len(text) > MAX_LENGTH:
        yield f"longer than {MAX_LENGTH} characters"
        return
    try:
        program = cel.compile(text)
    except ValueError as error:
        faults = _FAULT.findall(str(error))
        for line, column, message in faults:
            yield f"line {line}, column {column}: {message.partition(' expecting {')[0][:200]}"
        if not faults:
            yield str(error)[:200]
        return
    bare = _without_literals(text)
    yield from _unknown_names(program, bare)
    yield from _costs(text, bare)


def bounds_of(text: str) -> ExpressionBounds:
    """How much of a record an expression may look at, by what it would cost."""
    calls = _calls(_without_literals(text))
    loops = [call for call in calls if call.name in _LOOPS]
    if not loops:
        return NO_LOOP
    if any(call.above for call in loops):
        return LOOP_IN_LOOP
    dear = any(call.name == "filter" or (call.above and call.name in _DEAR) for call in calls)
    return DEAR_LOOP if dear else LOOP


def _unknown_names(program: cel.Program, bare: str) -> Iterator[str]:
    bound = set(_BOUND.findall(bare))
    for name in sorted(bound & VARIABLES):
        yield f"`{name}` is the name of what a rule sees: give the loop another one"
    for name in sorted(set(program.variables()) - VARIABLES - bound):
        if not name.startswith("@"):
            yield f"there is no `{name}`; a rule sees {', '.join(sorted(VARIABLES))}"
    for name in sorted(set(program.functions())):
        plain = re.fullmatch(r"[A-Za-z]\w*", name)
        if plain and name not in _OF_CEL and name not in FUNCTIONS and name not in _ADVICE:
            yield f"there is no function `{name}`"


def _costs(text: str, bare: str) -> Iterator[str]:
    if bare.count("+") > MAX_JOINS:
        yield f"more than {MAX_JOINS} times `+`"
    for call in _calls(bare):
        place = _place(text, call.start)
        if call.name in _ADVICE:
            yield f"{place}: {_ADVICE[call.name]}"
        if call.name in _LOOPS and len(call.above) >= MAX_DEPTH:
            yield f"{place}: a loop is nested more than {MAX_DEPTH} deep"
        if call.above and "filter" in {call.name, *call.above} and call.name in _LOOPS:
            yield f"{place}: `filter` must not be in a loop or hold one"
        if call.name == "matches":
            yield from (f"{place}: {fault}" for fault in _pattern_faults(text, call))


def _pattern_faults(text: str, call: ExpressionCall) -> Iterator[str]:
    pattern = _pattern(text, call)
    if pattern is None:
        yield "the pattern of `matches` is not written out"
        return
    if len(pattern) > MAX_PATTERN:
        yield f"a pattern of more than {MAX_PATTERN} characters"
        return
    # A pattern is compiled only when it is matched, so a bad one would fail on the first record.
    try:
        cel.evaluate("''.matches(pattern)", {"pattern": pattern})
    except (RuntimeError, TypeError, ValueError) as error:
        message = " ".join(
            str(error).replace("Check function arguments and their types.", "").split()
        )
        yield message.partition("error: ")[2][:200] or message[:200]
    if len(call.above) >= MAX_DEPTH:
        yield f"`matches` is nested more than {MAX_DEPTH - 1} deep"
    repeats = sum(int(most or least) for least, most in _REPEAT.findall(pattern))
    if call.above and repeats > MAX_REPEATS:
        yield f"a pattern within a loop repeats more than {MAX_REPEATS} times by count"


def _pattern(text: str, call: ExpressionCall) -> str | None:
    """The last argument of a call, where it is a text that is written out."""
    arguments = text[call.start + 1 : call.end].rstrip()
    for match in _LITERAL.finditer(arguments):
        if match.end() == len(arguments) and arguments[: match.start()].rstrip()[-1:] in {"", ","}:
            value = cel.evaluate(match[0])
            return value if isinstance(value, str) else None
    return None


def _calls(bare: str) -> list[ExpressionCall]:
    """Every call of an expression without its literals, with the loops that it is in."""
    calls = []
    open_calls: list[tuple[str, int]] = []
    for place, character in enumerate(bare):
        if character == "(":
            match = _NAME.search(bare[:place].rstrip())
            open_calls.append((match[0] if match else "", place))
        elif character == ")" and open_calls:
            name, start = open_calls.pop()
            above = tuple(loop for loop, _ in open_calls if loop in _LOOPS)
            if name:
                calls.append(ExpressionCall(name, start, place, above))
    return sorted(calls, key=lambda call: call.start)


def _without_literals(text: str) -> str:
    """The expression with blanks for its texts and comments, every place kept."""
    return _LITERAL.sub(lambda match: " " * len(match[0]), text)


def _place(text: str, place: int) -> str:
    line = text.count("\n", 0, place) + 1
    return f"line {line}, column {place - text.rfind(chr(10), 0, place)}"

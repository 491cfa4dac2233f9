"""Rules: what a policy team asks of a record in CEL, read and checked before anything is verified.

The language is CEL (the Common Expression Language) as the package `common-expression-language`
has it. A rule ends: there are no loops but over lists, and how deep these may be nested
is limited here, because a loop within a loop costs the square of what is handed in.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import cel
import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assay.core import bounded
from assay.core.canonical import json_text
from assay.core.errors import InputError, UsageError
from assay.verification.expression import (
    VARIABLES,
    ExpressionBounds,
    bounds_of,
    expression_faults,
    functions,
)
from assay.verification.schema import refuse_broken

MAX_RULES = 200
"""Rules of one verifier."""

MAX_TEXT = 200_000
"""Characters of all rules together."""


class RuleText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as it is written."""

    id: str
    """Its name, by which a verdict names it."""
    reason: str
    """What is wrong where it is broken, in words for people."""
    require: str = ""
    """CEL expression that must hold."""
    when: str = ""
    """CEL expression: the rule applies only where it holds; empty: everywhere."""
    schema: dict[str, Any] | None = None
    """JSON Schema that the response must fit, as JSON."""
    section: str = ""
    """The policy's section that it serves."""


class Rule(NamedTuple):
    """One rule, checked and ready to be evaluated."""

    text: RuleText
    """As it is written."""
    when: "Expression | None"
    """Where it applies; None: everywhere."""
    require: "Expression | None"
    """Expression that must hold; None where only a schema is checked."""
    schema: str
    """Its schema as JSON text; empty without one."""


class Expression(NamedTuple):
    """One expression that was checked."""

    text: str
    """As it is written."""
    variables: frozenset[str]
    """What it reads of a record."""
    bounds: ExpressionBounds
    """How much of a record it may look at."""

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """Whether it holds, found in the bounded child.

        Raises:
            BudgetError: if it takes more time or memory than it may.
            InputError: if it comes to neither true nor false; the message says why.
        """
        payload = {"text": self.text, "variables": dict(variables)}
        return bool(bounded.call(evaluate, payload, what="evaluating it"))


# What the package raises at run time: a missing key, a wrong type, an overflow, a refused value.
_RAISED = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
_SHOWN = 200


def evaluate(payload: Mapping[str, Any]) -> bool:
    """Whether an expression holds: what runs in the bounded child.

    Args:
        payload: its `text` and its `variables`.

    Raises:
        InputError: if it comes to neither true nor false.
    """
    program, bounds = _program(payload["text"])
    refused: list[str] = []
    try:
        value = program.execute(cel.Context(payload["variables"], functions(bounds, refused)))
    except _RAISED as error:
        why = refused[0] if refused else _describe(error)
        raise InputError(code="not-evaluated", message=why) from error
    if not isinstance(value, bool):
        message = f"its value is {str(value)[:40]!r}, which is neither true nor false"
        raise InputError(code="not-evaluated", message=message)
    return value


@lru_cache(maxsize=256)
def _program(text: str) -> tuple[cel.Program, ExpressionBounds]:
    return cel.compile(text), bounds_of(text)


def _describe(error: Exception) -> str:
    text = " ".join(str(error).split())[:_SHOWN]
    if isinstance(error, KeyError):
        return f"there is no {text}"
    return f"{type(error).__name__}: {text}"


# A run asks for the same few texts at every record.
@lru_cache(maxsize=32)
def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a text, JSON or YAML.

    Raises:
        UsageError: naming every fault of every rule at once, each with its place.
    """
    rows = _rows(text)
    faults: list[str] = []
    rules = []
    for number, row in enumerate(rows):
        try:
            written = msgspec.convert(row, RuleText)
        except msgspec.ValidationError as error:
            faults.append(f"rules[{number}]: {error}")
            continue
        own_faults = [f"rules[{number}] ({written.id}){fault}" for fault in _faults(written)]
        faults += own_faults
        if not own_faults:
            rules.append(_compile(written))
    ids = [rule.text.id for rule in rules]
    faults += [f"two rules are named {name!r}" for name in sorted(set(ids)) if ids.count(name) > 1]
    if faults:
        raise _bad_rules("; ".join(faults))
    return tuple(rules)


def _rows(text: str) -> list[Any]:
    if len(text) > MAX_TEXT:
        raise _bad_rules(f"the rules are longer than {MAX_TEXT} characters")
    try:
        rows = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, RecursionError, ValueError) as error:
        raise _bad_rules(
            f"the rules are neither JSON nor YAML: {' '.join(str(error).split())[:300]}"
        ) from error
    if not isinstance(rows, list) or not rows:
        raise _bad_rules("the rules are not a list of rules")
    if len(rows) > MAX_RULES:
        raise _bad_rules(f"there are more than {MAX_RULES} rules")
    return rows


def _faults(rule: RuleText) -> Iterator[str]:
    """What is wrong with a rule, each with its place in it."""
    if not re.fullmatch(r"[A-Za-z][\w.-]{0,79}", rule.id):
        yield ": an id is a letter, then letters, digits, `.`, `_` or `-`, at most 80"
    if not rule.reason.strip():
        yield ": the reason is empty"
    if not rule.require and rule.schema is None:
        yield ": it asks for nothing: give `require` or `schema`"
    for field in ("when", "require"):
        for fault in expression_faults(getattr(rule, field)):
            yield f".{field}, {fault}"
    if rule.schema is not None:
        try:
            refuse_broken(json_text(rule.schema), linear=True)
        except InputError as error:
            yield f".schema: {error.message.splitlines()[0][:300]}"


def _compile(rule: RuleText) -> Rule:
    return Rule(
        text=rule,
        when=_expression(rule.when) if rule.when else None,
        require=_expression(rule.require) if rule.require else None,
        schema="" if rule.schema is None else json_text(rule.schema),
    )


def _expression(text: str) -> Expression:
    read = frozenset(cel.compile(text).variables()) & VARIABLES
    return Expression(text, read, bounds_of(text))


def _bad_rules(message: str) -> UsageError:
    return UsageError(
        code="bad-rules",
        message=message,
        where="verifier_options.rules",
        hint="each rule has id, reason, and require (CEL) or schema; see docs/how-to/write-rules.md",
    )

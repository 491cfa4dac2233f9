"""Steps: what is done to a raw value, one after the other, in the order of the fields of a `Spec`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assay.core.budget import WorkBudget
from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.core.patterns import Pattern
from assay.records.mapping.literal import parse_call, parse_literal
from assay.records.mapping.scope import ABSENT, RowScope, as_integer, as_text, member
from assay.records.mapping.value import Spec
from assay.records.number import exact_number

MADE = 4
"""Units of work for each character or item that is made: it takes memory as well."""

Step = Callable[[Any, WorkBudget], Any]
"""Gives the changed value, and takes what its work costs from the row's budget."""

RunSteps = Callable[[Any, RowScope, Callable[[RowScope], str]], Any]
"""Runs all steps on a value; the last argument gives its name for messages."""


def compile_steps(spec: Spec, enter: Callable[[Any, RowScope], Any] | None) -> RunSteps:
    """The function that runs the steps of a spec.

    Args:
        spec: the spec.
        enter: goes into the parsed value, where the spec has `inside`.
    """
    parse = _parser(spec)
    steps = _steps(spec)
    optional = spec.may_lack
    if parse is None and enter is None and not steps:
        return lambda value, _scope, _label: value

    def run(value: Any, scope: RowScope, label: Callable[[RowScope], str]) -> Any:
        budget = scope.budget
        try:
            if parse is not None and isinstance(value, str) and not (optional and value == ""):
                budget.spend(len(value))
                value = parse(value, budget)
            if enter is not None:
                value = enter(value, scope)
            for step in steps:
                if value is ABSENT or (value is None and optional):
                    break
                budget.spend(len(value) if isinstance(value, str) else 1)
                value = step(value, budget)
        except InputError as error:
            raise error.at(label(scope)) from error
        if value is ABSENT and not optional and enter is not None and spec.values is None:
            raise InputError(
                code="missing-value",
                message=f"there is nothing at {_way_text(spec)} inside it",
                where=label(scope),
                hint="check `inside`, or mark the value as optional",
            )
        return value

    return run


def _way_text(spec: Spec) -> str:
    return ".".join(map(str, spec.inside or ()))


def _parser(spec: Spec) -> Callable[[str, WorkBudget], Any] | None:
    if spec.json_cell:
        return lambda text, _: parse_json(text, exact=True)
    if spec.literal is None:
        return None
    return parse_literal if spec.literal == "python" else parse_call


def _steps(spec: Spec) -> list[Step]:
    gather = [] if spec.gather is None else [_gatherer(spec.gather)]
    return [*gather, *_text_steps(spec), *_list_steps(spec), *_value_steps(spec)]


def _text_steps(spec: Spec) -> list[Step]:
    steps: list[Step] = []
    if spec.strip:
        steps.append(lambda value, _: _text(value).strip())
    if spec.remove:
        steps.append(lambda value, budget: _without(_text(value), spec.remove, budget))
    if spec.find is not None:
        steps.append(_finder(Pattern(spec.find), optional=spec.may_lack))
    if spec.split is not None:
        steps.append(_splitter(spec.split))
    if spec.find_all is not None:
        every = Pattern(spec.find_all)
        steps.append(lambda value, budget: list(every.every(_text(value), budget)))
    return steps


def _list_steps(spec: Spec) -> list[Step]:
    steps: list[Step] = []
    if spec.keep is not None:
        steps.append(_sieve(Pattern(spec.keep), keep=True))
    if spec.drop is not None:
        steps.append(_sieve(Pattern(spec.drop), keep=False))
    if spec.drop_trailing is not None:
        steps.append(_trailing_dropper(spec.drop_trailing))
    if spec.join is not None:
        steps.append(_joiner(spec.join))
    return steps


def _value_steps(spec: Spec) -> list[Step]:
    steps: list[Step] = []
    if spec.values is not None:
        steps.append(_table(spec, spec.values))
    if spec.plus is not None or spec.minus is not None:
        difference = (spec.plus or 0) - (spec.minus or 0)
        steps.append(lambda value, _: as_integer(value, "the number") + difference)
    return steps


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise InputError(code="wrong-type", message=f"this is not text but {as_text(value)[:60]}")


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise InputError(
        code="wrong-type",
        message=f"this is not a list but {as_text(value)[:60]}",
        hint="make a list of it first, by `split`, `find_all`, `json` or `literal: python`",
    )


def _without(text: str, parts: tuple[str, ...], budget: WorkBudget) -> str:
    for part in parts:
        budget.spend(len(text))
        text = text.replace(part, "")
    return text


def _splitter(separator: str) -> Step:
    def split(value: Any, budget: WorkBudget) -> list[str]:
        text = _text(value)
        budget.spend(MADE * text.count(separator))
        return text.split(separator)

    return split


def _gatherer(keys: tuple[str, ...]) -> Step:
    def gather(value: Any, budget: WorkBudget) -> list[dict[str, Any]]:
        groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        for item in _items(value):
            budget.spend(MADE * len(keys))
            groups.setdefault(tuple(_key(item, key) for key in keys), []).append(item)
        return [{**rows[0], "rows": rows} for rows in groups.values()]

    return gather


def _key(item: Any, key: str) -> str:
    value = member(item, key) if isinstance(item, Mapping) else ABSENT
    if value is ABSENT:
        raise InputError(
            code="missing-column",
            message=f"an item has no {key!r}, by which items are gathered",
            hint="check the keys under `gather` in the mapping",
        )
    return as_text(value)


def _sieve(pattern: Pattern, *, keep: bool) -> Step:
    return lambda value, budget: [
        item for item in _items(value) if pattern.is_in(as_text(item), budget) == keep
    ]


def _trailing_dropper(mark: str) -> Step:
    def drop(value: Any, budget: WorkBudget) -> list[Any]:
        items = list(_items(value))
        while items:
            text = as_text(items[-1])
            budget.spend(len(text))
            if mark not in text:
                break
            items.pop()
        return items

    return drop


def _joiner(separator: str) -> Step:
    def join(value: Any, budget: WorkBudget) -> str:
        texts = [as_text(item) for item in _items(value)]
        budget.spend(MADE * sum(len(text) + len(separator) for text in texts))
        return separator.join(texts)

    return join


def _finder(pattern: Pattern, *, optional: bool) -> Step:
    def find(value: Any, budget: WorkBudget) -> Any:
        match = pattern.first(_text(value), budget)
        if match is not None:
            return match
        if optional:
            return ABSENT
        raise InputError(
            code="no-match",
            message=f"{pattern.text!r} is not in this text",
            hint="fix the row, or mark the value as optional",
        )

    return find


def _table(spec: Spec, table: Mapping[str, Any]) -> Step:
    otherwise = spec.otherwise if "otherwise" in spec.model_fields_set else ABSENT
    by_number = {
        number: value for key, value in table.items() if (number := exact_number(key)) is not None
    }

    def look_up(value: Any, _: WorkBudget) -> Any:
        text = as_text(value)
        result = table.get(text, ABSENT)
        if result is ABSENT and by_number and (number := exact_number(text)) is not None:
            result = by_number.get(number, ABSENT)
        if result is ABSENT:
            result = otherwise
        if result is not ABSENT:
            return ABSENT if result is None else result
        if spec.may_lack and value in (None, ""):
            return ABSENT
        raise InputError(
            code="unmapped-value",
            message=f"the table does not name the value {text[:60]!r}",
            hint=f"add it to the mapping's table, which names {', '.join(table)[:200]}; or fix the row",
        )

    return look_up

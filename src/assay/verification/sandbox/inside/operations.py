"""The operations on an object of the candidate that tests may ask for, by name.

The candidate's side performs them (`candidate_side.py`); a stand-in asks for them
(`stand_in_operators.py`).
"""

import copy
import math
import operator
import types
from collections.abc import Callable
from typing import Any

Operation = Callable[..., Any]

UNARY: dict[str, Operation] = {
    "__len__": len, "__bool__": bool, "__iter__": iter, "__next__": next, "__reversed__": reversed,
    "__int__": int, "__float__": float, "__complex__": complex, "__index__": operator.index,
    "__round__": round, "__abs__": abs, "__neg__": operator.neg, "__pos__": operator.pos,
    "__invert__": operator.invert, "__trunc__": math.trunc, "__floor__": math.floor,
    "__ceil__": math.ceil, "__bytes__": bytes, "__format__": format,
}  # fmt: skip
"""Operators of one operand: they tell the candidate no value of the tests."""

_ARITHMETIC: dict[str, Operation] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "matmul": operator.matmul,
    "truediv": operator.truediv, "floordiv": operator.floordiv, "mod": operator.mod,
    "divmod": divmod, "pow": pow, "lshift": operator.lshift, "rshift": operator.rshift,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor,
}  # fmt: skip


def _swap_operands(operation: Operation) -> Operation:
    return lambda target, other: operation(other, target)


BINARY: dict[str, Operation] = {
    **{f"__{name}__": operation for name, operation in _ARITHMETIC.items()},
    **{f"__r{name}__": _swap_operands(operation) for name, operation in _ARITHMETIC.items()},
    **{
        f"__i{name}__": getattr(operator, f"__i{name}__")
        for name in _ARITHMETIC
        if name != "divmod"
    },
}
"""Arithmetic, with what is on the other side."""

COMPARED: dict[str, Operation] = {
    "__eq__": operator.eq, "__ne__": operator.ne, "__lt__": operator.lt, "__le__": operator.le,
    "__gt__": operator.gt, "__ge__": operator.ge,
}  # fmt: skip
"""Comparisons, with another of the candidate's own objects alone."""

ITEMS: dict[str, Operation] = {
    "__getitem__": operator.getitem, "__setitem__": operator.setitem,
    "__delitem__": operator.delitem, "__contains__": operator.contains,
}  # fmt: skip


def _special(name: str) -> Operation:
    return lambda target, *arguments: getattr(type(target), name)(target, *arguments)


_loops: list[Any] = []


def _wait_for(waiting: Any) -> Any:
    """The result of an awaitable, in the candidate's own event loop."""
    import asyncio  # noqa: PLC0415  few candidates need it, and it is slow to load

    if not _loops:
        _loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(_loops[0])

    async def result_of_waiting() -> Any:
        return await waiting

    return _loops[0].run_until_complete(result_of_waiting())


def _special_awaited(name: str) -> Operation:
    return lambda target, *arguments: _wait_for(getattr(type(target), name)(target, *arguments))


BLOCKS: dict[str, Operation] = {
    "__call__": lambda target, *arguments, **named: target(*arguments, **named),
    "__enter__": _special("__enter__"),
    "__exit__": _special("__exit__"),
    "__await__": _wait_for,
    "__aiter__": _special("__aiter__"),
    "__anext__": _special_awaited("__anext__"),
    "__aenter__": _special_awaited("__aenter__"),
    "__aexit__": _special_awaited("__aexit__"),
}

PROVIDED = (*UNARY, *BINARY, *ITEMS, *BLOCKS)
"""Operators that a stand-in has where the candidate's object has them."""

OPERATIONS: dict[str, Operation] = {
    **UNARY, **BINARY, **COMPARED, **ITEMS, **BLOCKS,
    "__str__": str, "__repr__": repr, "__hash__": hash, "__dir__": dir,
    "__getattr__": getattr, "__setattr__": setattr, "__delattr__": delattr,
    "itself": lambda target: target,
    "instance": lambda target, value: isinstance(value, target),
    "subclass": lambda target, value: issubclass(value, target),
    "copy": copy.copy, "deepcopy": copy.deepcopy,
    "fields": lambda target: [
        (field.name, field.init, field.compare)
        for field in target.__dataclass_fields__.values()
        if field._field_type.name == "_FIELD"  # noqa: SLF001  the library's own mark
    ],
    "send": lambda target, value: target.send(value),
    "throw": lambda target, *arguments: target.throw(*arguments),
    "close": lambda target: target.close(),
}  # fmt: skip
"""Every operation. None tells the candidate what is expected of an answer of its functions."""

ENDING = frozenset({"__next__", "__anext__", "send", "throw"})
"""Operations that an iterator may answer by being at its end."""

READABLE = frozenset({
    "__dict__", "__name__", "__qualname__", "__doc__", "__module__", "__annotations__",
    "__defaults__", "__kwdefaults__", "__wrapped__", "__members__", "__slots__", "__match_args__",
    "__self__", "__func__", "__abstractmethods__", "__notes__",
})  # fmt: skip
"""Special attributes that are asked for; other names between double underscores are missing."""

_MIMICKED = (
    types.AsyncGeneratorType, types.BuiltinFunctionType, types.CoroutineType, types.FunctionType,
    types.GeneratorType, types.MethodType, types.ModuleType, enumerate, filter, map, property,
    reversed, staticmethod, classmethod, type, zip,
)  # fmt: skip
MIMICKED = {kind.__name__: kind for kind in _MIMICKED}
"""Python's own classes that an object of the candidate may have, by name."""

"""A name of the candidate as the tests hold it: what it stands for is looked up at each use."""

from collections.abc import Callable
from typing import Any

from assay.verification.sandbox.inside import operations


class Name:
    """A name of the candidate's that is looked up each time that it is used."""

    def __init__(self, load: Callable[[], Any]) -> None:
        object.__setattr__(self, "_load", load)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call what has the name."""
        return resolve_name(self)(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(resolve_name(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(resolve_name(self), name, value)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, resolve_name(self))

    def __subclasscheck__(self, kind: Any) -> bool:
        return issubclass(kind, resolve_name(self))

    def __eq__(self, other: object) -> bool:
        return bool(resolve_name(self) == resolve_name(other))

    def __hash__(self) -> int:
        return hash(resolve_name(self))


def resolve_name(value: Any) -> Any:
    """What has a name, where a value is one."""
    return object.__getattribute__(value, "_load")() if type(value) is Name else value


def _delegate(name: str) -> Callable[..., Any]:
    operation = operations.OPERATIONS[name]
    return lambda self, *arguments: operation(resolve_name(self), *arguments)


for _name in (*operations.UNARY, *operations.BINARY, *operations.ITEMS, "__str__", "__repr__"):
    setattr(Name, _name, _delegate(_name))

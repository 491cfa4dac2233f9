"""The candidate's side of a split check: it answers calls and never sees a test."""

import types
from typing import Any

from assay.verification.sandbox.inside import wire
from assay.verification.sandbox.inside.program import limit_of

SHOWN = 200
"""Characters of an error's text that travel."""


def serve(source: str, peer: int) -> None:
    """Run the candidate's source, then answer calls until the other side closes the wire.

    Args:
        source: the candidate.
        peer: the wire to the tests.
    """
    module = types.ModuleType("candidate")
    try:
        exec(compile(source, "<candidate>", "exec"), module.__dict__)  # noqa: S102  what the sandbox is for
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        _answer(peer, _failed("broken", error))
        return
    while True:
        try:
            call = wire.receive(peer)
        except wire.ClosedError:
            return
        _answer(peer, _called(module, call))


def _called(module: types.ModuleType, call: dict[str, Any]) -> dict[str, Any]:
    name = call["name"] or _last_function(module)
    function = getattr(module, name, None) if name else None
    if not callable(function):
        return {"unknown": name or "any function"}
    try:
        arguments, named = wire.unpack(call["arguments"]), wire.unpack(call["named"])
        value = function(*arguments, **named)
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        return _failed("raised", error)
    try:
        return {"value": wire.pack(value)}
    except (wire.WireError, RecursionError) as error:
        return {"unfit": str(error)[:SHOWN]}


def _last_function(module: types.ModuleType) -> str | None:
    names = [name for name, each in vars(module).items() if isinstance(each, types.FunctionType)]
    return names[-1] if names else None


def _failed(how: str, error: BaseException) -> dict[str, Any]:
    limit = limit_of(error)
    if limit:
        return {"limit": limit}
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001  an error may lie about its text, too
        text = ""
    return {how: [type(error).__name__[:SHOWN], text[:SHOWN]]}


def _answer(peer: int, message: dict[str, Any]) -> None:
    try:
        wire.send(peer, message)
    except wire.ClosedError:
        return
    except wire.WireError as error:
        _answer(peer, {"unfit": str(error)})

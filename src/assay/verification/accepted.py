"""Accepted values: an answer key that lists, for each argument, every value that is right.

The form is that of the Berkeley Function Calling Leaderboard (BFCL): argument -> list of accepted
values, where an empty text in the list says that the argument may be left out (it stands for
itself too). Objects among the accepted values hold lists of accepted values in turn.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from assay.core.errors import InputError
from assay.verification.json_value import same, show
from assay.verification.normalised_text import normalise

Strings = Literal["exact", "normalised", "bfcl"]
"""How texts are compared: letter by letter; in NFKC with single spaces and without regard to case;
or as BFCL does, without regard to case, to `'` or `"`, to spaces and to any of `,./-_*^`."""

_PASSED_OVER = re.compile(r"[ ,./\-_*^]")

_Spelling = Callable[[str], str]


def accepted_fault(
    arguments: dict[str, Any], key: dict[str, list[Any]], strings: Strings
) -> str | None:
    """The first argument that the key does not accept; None where it accepts all.

    Args:
        arguments: the arguments of a call.
        key: argument -> accepted values, as `refuse_bad_key` lets pass.
        strings: how texts are compared.
    """
    return _fault(arguments, key, _SPELLINGS[strings])


def refuse_bad_key(key: Any) -> None:
    """Refuse an answer key that is not of the form.

    Raises:
        InputError: naming the argument that holds no list.
    """
    if not isinstance(key, dict):
        raise InputError(code="bad-answer-key", message="an answer key must be a JSON object")
    for name, values in key.items():
        if not isinstance(values, list):
            raise InputError(
                code="bad-answer-key",
                message=f"{show(name)} holds {show(values)}, not a list of accepted values",
                hint="write each value in a list, inside objects as well",
            )
        _refuse_bad_values(values)


def _refuse_bad_values(values: list[Any]) -> None:
    for value in values:
        if isinstance(value, dict):
            refuse_bad_key(value)
        elif isinstance(value, list):
            _refuse_bad_values(value)


def _fault(arguments: dict[str, Any], key: dict[str, list[Any]], spelling: _Spelling) -> str | None:
    for name, value in arguments.items():
        if name not in key:
            return f"{show(name)} is not expected"
        if not any(_fits(value, accepted, spelling) for accepted in key[name]):
            return f"{show(name)} is {show(value)}, accepted: {show(key[name])}"
    for name, values in key.items():
        if name not in arguments and "" not in values:
            return f"{show(name)} is left out"
    return None


def _fits(value: Any, accepted: Any, spelling: _Spelling) -> bool:
    if isinstance(accepted, dict):
        return isinstance(value, dict) and _fault(value, accepted, spelling) is None
    if isinstance(accepted, list):
        return (
            isinstance(value, list)
            and len(value) == len(accepted)
            and all(_fits(one, other, spelling) for one, other in zip(value, accepted, strict=True))
        )
    if isinstance(accepted, str):
        return isinstance(value, str) and spelling(value) == spelling(accepted)
    return same(value, accepted)


def _plain(text: str) -> str:
    return normalise(text, keep_punctuation=True)


def _bfcl(text: str) -> str:
    return _PASSED_OVER.sub("", text).lower().replace("'", '"')


_SPELLINGS: dict[Strings, _Spelling] = {"exact": str, "normalised": _plain, "bfcl": _bfcl}

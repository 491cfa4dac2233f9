"""Accepted values: an answer key that lists, for each argument, every value that is right.

The form is that of the Berkeley Function Calling Leaderboard (BFCL): argument -> list of accepted
values, where an empty text in the list says that the argument may be left out (it stands for
itself too). Objects among the accepted values hold lists of accepted values in turn.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

from assay.core.errors import InputError
from assay.verification.json_value import same, shown
from assay.verification.normalised_text import normalised

Strings = Literal["exact", "normalised", "bfcl"]
"""How texts are compared: letter by letter; in NFKC with single spaces and without regard to case;
or as BFCL does, without regard to case, to `'` or `"`, to spaces and to any of `,./-_*^`."""

_PASSED_OVER = re.compile(r"[ ,./\-_*^]")

_Spelling = Callable[[str], str]


def accepted_fault(
    given: dict[str, Any], key: dict[str, list[Any]], strings: Strings
) -> str | None:
    """The first argument that the key does not accept; None where it accepts all.

    Args:
        given: the arguments of a call.
        key: argument -> accepted values, as `refuse_bad_key` lets pass.
        strings: how texts are compared.
    """
    return _fault(given, key, _SPELLINGS[strings])


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
                message=f"{shown(name)} holds {shown(values)}, not a list of accepted values",
                hint="write each value in a list, inside objects as well",
            )
        _refuse_bad_values(values)


def _refuse_bad_values(values: list[Any]) -> None:
    for value in values:
        if isinstance(value, dict):
            refuse_bad_key(value)
        elif isinstance(value, list):
            _refuse_bad_values(value)


def _fault(given: dict[str, Any], key: dict[str, list[Any]], spelling: _Spelling) -> str | None:
    for name, value in given.items():
        if name not in key:
            return f"{shown(name)} is not expected"
        if not any(_fits(value, each, spelling) for each in key[name]):
            return f"{shown(name)} is {shown(value)}, accepted: {shown(key[name])}"
    for name, values in key.items():
        if name not in given and "" not in values:
            return f"{shown(name)} is left out"
    return None


def _fits(value: Any, wanted: Any, spelling: _Spelling) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and _fault(value, wanted, spelling) is None
    if isinstance(wanted, list):
        return (
            isinstance(value, list)
            and len(value) == len(wanted)
            and all(_fits(one, other, spelling) for one, other in zip(value, wanted, strict=True))
        )
    if isinstance(wanted, str):
        return isinstance(value, str) and spelling(value) == spelling(wanted)
    return same(value, wanted)


def _plain(text: str) -> str:
    return normalised(text, keep_punctuation=True)


def _bfcl(text: str) -> str:
    return _PASSED_OVER.sub("", text).lower().replace("'", '"')


_SPELLINGS: dict[Strings, _Spelling] = {"exact": str, "normalised": _plain, "bfcl": _bfcl}

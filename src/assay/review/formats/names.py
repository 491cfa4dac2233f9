"""Names of questions that every tool takes: lower-case letters, digits, `_` and `-`.

`score.clarity.A` is `score-clarity-a`. Any other character in a part, such as the dot of a section
`3.2`, is written as its code between double hyphens, so that a name leads back to one column.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core.errors import InputError

LETTER_AT = {"score": 2, "reason": 2, "step": 1, "ruling": 2, "errors": 1, "error": 2}
"""Family of questions -> which of its parts is a candidate's letter."""

FAMILIES = frozenset({*LETTER_AT, "verdict", "strength", "ranking", "no_errors", "why"})
"""What the first part of a name may be."""

_OTHER = re.compile(r"[^a-z0-9_]")
_TOKEN = re.compile(r"--([0-9a-f]+)--|(-)|([a-z0-9_]+)")


def name_of(parts: Sequence[str]) -> str:
    """The name of a question about these parts."""
    return "-".join(_escape(part) for part in _with_case(parts, upper=False))


def parts_of(name: str) -> tuple[str, ...]:
    """The parts that a name holds.

    Raises:
        InputError: if no question has such a name.
    """
    # `finditer` skips characters that fit no token; a name that has any is refused.
    if "".join(match[0] for match in _TOKEN.finditer(name)) != name:
        raise _unknown(name)
    parts = [""]
    for code, hyphen, text in _TOKEN.findall(name):
        if hyphen:
            parts.append("")
        else:
            parts[-1] += _character(code, name) if code else text
    if parts[0] not in FAMILIES or not all(parts):
        raise _unknown(name)
    return tuple(_with_case(parts, upper=True))


def _with_case(parts: Sequence[str], *, upper: bool) -> Iterator[str]:
    """The parts, with the candidate's letter in the one case or the other."""
    # Tools take lower-case names alone, while columns name candidates by capital letters.
    whys = 1 if parts[0] == "why" and len(parts) > 1 else 0
    at = LETTER_AT.get(parts[whys], -1) + whys
    for place, part in enumerate(parts):
        is_letter = place == at and place > whys
        yield (part.upper() if upper else part.lower()) if is_letter else part


def _escape(part: str) -> str:
    return _OTHER.sub(lambda match: f"--{ord(match[0]):x}--", part)


def _character(code: str, name: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        raise _unknown(name) from None


def _unknown(name: str) -> InputError:
    return InputError(
        code="unknown-question",
        message=f"no question of the work is called {name!r}",
        where=name,
        hint="keep the names as they are in the settings that were written with the work",
    )

"""Options that several commands read."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from assay.core.choices import refuse_unknown
from assay.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from assay.program.sampling import Prices


def pairs(texts: list[str]) -> dict[str, str]:
    """`name=value` options as a mapping.

    Raises:
        UsageError: if one of them has no `=`.
    """
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(
                code="bad-option",
                message=f"{text!r} is not an option",
                hint="write it as name=value",
            )
        values[name] = value
    return values


def one_of(value: str, allowed: Any, option: str) -> Any:
    """The value, if it is a member of a Literal.

    Raises:
        UsageError: naming the option, the nearest member and all others.
    """
    refuse_unknown(option, value, get_args(allowed), where=f"--{option}")
    return value


def text_of(file: Path) -> str:
    """The text of a file that an option names.

    Raises:
        UsageError: if the file cannot be read.
        InputError: if its bytes are not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        message = f"this file cannot be read: {error.strerror}"
        hint = "check the path and the file's permissions"
        raise UsageError(code="cannot-read", message=message, where=str(file), hint=hint) from error
    except UnicodeDecodeError as error:
        message = f"this file is not UTF-8 text at byte {error.start}"
        raise InputError(
            code="not-utf-8", message=message, where=str(file), hint="save it as UTF-8"
        ) from error


def prices_of(text: str | None) -> "Prices | None":
    """The prices that `in,out` states; None where nothing is stated.

    Raises:
        UsageError: if they are not two decimal numbers.
    """
    from assay.program.sampling import read_prices

    if text is None:
        return None
    prompt, _, completion = text.partition(",")
    return read_prices(prompt, completion)

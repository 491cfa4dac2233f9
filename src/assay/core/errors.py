"""Errors: what is wrong, where, and what to do; named by the boundary that was crossed.

`UsageError` (the call), `InputError` (the data), `CheckError` (a check or gate failed) and
`MachineError` (the machine) are the four families; a command's exit code follows from
the family. Documents report issues (`core.issues`) instead, all at once.
"""

from typing import ClassVar


class AssayError(Exception):
    """The root of every error that Assay raises on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *, code: str, message: str, where: str = "", hint: str = "") -> None:
        """Say what is wrong.

        Args:
            code: stable short name of the kind of error, such as `broken-json`.
            message: what is wrong, in one sentence without a final stop.
            where: file, line, field or record, as far as known.
            hint: what to do about it.
        """
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        """The whole story in one line."""
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{advice}"

    def at(self, where: str) -> "AssayError":
        """The same error, placed: an outer place is put before the one already known."""
        joined = f"{where}, {self.where}" if self.where else where
        return type(self)(code=self.code, message=self.message, where=joined, hint=self.hint)


class CheckError(AssayError):
    """A check or a gate failed (exit code 1)."""

    exit_code = 1


class UsageError(AssayError):
    """The call itself is wrong: a name, an option, a combination (exit code 2)."""

    exit_code = 2


class InputError(AssayError):
    """The data cannot be used (exit code 3)."""

    exit_code = 3


class MachineError(AssayError):
    """The machine lacks something: a store, an extra, space, isolation (exit code 4)."""

    exit_code = 4


def input_error_at(error: InputError, where: str) -> InputError:
    """The same fault of the data, placed as `AssayError.at` places it."""
    placed = error.at(where)
    return InputError(
        code=placed.code, message=placed.message, where=placed.where, hint=placed.hint
    )


def missing_extra(extra: str, need: str) -> MachineError:
    """The error for an optional part that is not installed, with its install line."""
    return MachineError(
        code="missing-extra",
        message=f"the extra {extra!r} is not installed; it is needed for {need}",
        hint=f"pip install 'assay[{extra}]'",
    )


UNFORESEEN: tuple[type[Exception], ...] = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
"""Errors that reading raises over a value of a shape that nobody foresaw."""


def unforeseen_shape(error: Exception) -> InputError:
    """The refusal of a row over which a reader stumbled, so that it costs that row alone.

    Args:
        error: what the reader raised, one of `UNFORESEEN`.
    """
    return InputError(
        code="unforeseen-shape",
        message=f"the reader did not expect a value of this shape ({type(error).__name__})",
        hint="compare the row with the layout that the page of its format shows",
    )

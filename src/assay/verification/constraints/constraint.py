"""A constraint on a text: its kind with parameters, read from JSON, and checked against a text."""

from typing import Any, NamedTuple

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.verification.constraints import KINDS
from assay.verification.constraints.kind import (
    CannotTellError,
    ConstraintParameters,
    Kind,
    quoted_start,
)

MAX_CONSTRAINTS = 100
"""Constraints of one text."""


class BadConstraintError(Exception):
    """Constraints are not written as they must be; the message names the place and the fix."""


class Constraint(NamedTuple):
    """One kind of constraint with its parameters."""

    id: str
    """The kind's name, such as `keywords:existence`."""
    kind: Kind
    """The kind: the type of its parameters, and its check."""
    parameters: ConstraintParameters
    """The parameters, converted to the kind's type."""


class ConstraintOutcome(NamedTuple):
    """The result of one constraint."""

    id: str
    """Name of the kind, such as `keywords:existence`."""
    holds: bool | None
    """Whether the text keeps it; None where that cannot be determined."""
    how: str | None
    """How the text breaks it, or why it cannot be determined; None where the text keeps it."""


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    parameters: dict[str, Any] = {}


def constraints_in(text: str) -> tuple[Constraint, ...]:
    """The constraints of `{"constraints": [{"id": ..., "parameters": {...}}, ...]}`, or of the list alone.

    A parameter that is null counts as absent.

    Raises:
        BadConstraintError: naming what is not JSON, the unknown kind, or the bad parameter.
    """
    try:
        value = parse_json(text)
        listed = value["constraints"] if isinstance(value, dict) and len(value) == 1 else value
        written = msgspec.convert(listed, tuple[_Written, ...])
    except (InputError, msgspec.ValidationError, KeyError) as error:
        raise BadConstraintError(
            f'constraints are written {{"constraints":[{{"id":...,"parameters":{{...}}}}]}}: {error}'
        ) from error
    if len(written) > MAX_CONSTRAINTS:
        raise BadConstraintError(f"{len(written)} constraints; at most {MAX_CONSTRAINTS} are read")
    return tuple(map(_constraint, written))


def outcome_of(constraint: Constraint, text: str, *, loose: bool) -> ConstraintOutcome:
    """Check a text against a constraint.

    Args:
        constraint: the constraint.
        text: the text. An empty one keeps no constraint.
        loose: whether one of the text's `variants` is enough. Where none keeps the constraint,
            the outcome is that of the text itself.
    """
    whole = _outcome(constraint, text)
    if whole.holds or not loose:
        return whole
    others = (_outcome(constraint, variant) for variant in variants(text) if variant != text)
    return next((outcome for outcome in others if outcome.holds), whole)


def variants(text: str) -> tuple[str, ...]:
    """A text as it is, without its first line, its last, and both; each without asterisks too."""
    # The eight readings of IFEval's loose accuracy (Zhou et al. 2023).
    lines = text.split("\n")
    selections = [lines, lines[1:], lines[:-1], lines[1:-1]]
    cut = [text, *("\n".join(selection).strip() for selection in selections[1:])]
    return tuple(dict.fromkeys([*cut, *(variant.replace("*", "") for variant in cut)]))


def _constraint(written: _Written) -> Constraint:
    kind = KINDS.get(written.id)
    if kind is None:
        names = ", ".join(KINDS)
        raise BadConstraintError(
            f"there is no constraint {quoted_start(written.id)}; there are: {names}"
        )
    present = {name: value for name, value in written.parameters.items() if value is not None}
    try:
        parameters = msgspec.convert(present, kind.parameters)
    except msgspec.ValidationError as error:
        raise BadConstraintError(f"the parameters of {written.id} do not fit: {error}") from error
    return Constraint(written.id, kind, parameters)


def _outcome(constraint: Constraint, text: str) -> ConstraintOutcome:
    if not text.strip():
        return ConstraintOutcome(constraint.id, holds=False, how="the text is empty")
    try:
        fault = constraint.kind.fault(text, constraint.parameters)
    except CannotTellError as error:
        return ConstraintOutcome(constraint.id, holds=None, how=str(error))
    return ConstraintOutcome(constraint.id, holds=fault is None, how=fault)

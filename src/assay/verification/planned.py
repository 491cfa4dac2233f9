"""The planned tests: which verifier the rubric names for which dimensions, and where they apply."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Rubric
from assay.contracts.supervision import entries_for
from assay.core.canonical import json_text
from assay.core.errors import UsageError
from assay.core.options import configure
from assay.records.record import Record
from assay.verification.standing import ADEQUACY
from assay.verification.verifier import Verifier

Load = Callable[[str], Any]
"""Gives the verifier class of a name; raises UsageError where there is none."""


class PlannedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One verifier with its options, and the dimensions that name it so."""

    verifier: str
    """Name of the verifier, as the rubric gives it."""
    options: str | None
    """Its options as canonical JSON text; None where none are set."""
    dimensions: tuple[str, ...]
    """Dimensions of the rubric that it covers."""
    test: Any
    """The verifier with its options set (`Verifier`); None where no plug-in has the name."""
    missing: str = ""
    """Why no verifier was loaded; empty where one was."""


def planned_tests(rubric: Rubric, load: Load) -> tuple[PlannedTest, ...]:
    """Every verifier that the rubric names, once for each set of options.

    Raises:
        UsageError: if a verifier does not take the options that the rubric gives it.
    """
    named: dict[tuple[str, str | None], list[str]] = {}
    options: dict[str | None, Mapping[str, Any]] = {}
    for dimension in rubric.dimensions:
        if dimension.verifier:
            options_set = dimension.verifier_options
            text = json_text(dict(options_set)) if options_set else None
            options[text] = options_set
            named.setdefault((dimension.verifier, text), []).append(dimension.id)
    return tuple(
        _plan(name, text, tuple(dimensions), options[text], load)
        for (name, text), dimensions in named.items()
    )


def _plan(
    name: str,
    text: str | None,
    dimensions: tuple[str, ...],
    options: Mapping[str, Any],
    load: Load,
) -> PlannedTest:
    if name == ADEQUACY:
        why = f"{ADEQUACY!r} names the results of `assay verify adequacy`, not a verifier"
        return PlannedTest(
            verifier=name, options=text, dimensions=dimensions, test=None, missing=why
        )
    try:
        kind = load(name)
    except UsageError as error:
        return PlannedTest(
            verifier=name, options=text, dimensions=dimensions, test=None, missing=str(error)
        )
    test: Verifier = configure(kind, options)
    return PlannedTest(verifier=name, options=text, dimensions=dimensions, test=test)


def applying(record: Record, contract: Contract, rubric: Rubric) -> frozenset[str]:
    """The dimensions that apply to a record: those of its signal and slice in the supervision mix.

    Where no entry of the mix is about the record, or names a dimension, all of them apply.
    """
    entries = entries_for(record.kind, record.task.taxonomy, contract)
    chosen = {name for entry in entries for name in entry.dimensions}
    return frozenset(chosen or [dimension.id for dimension in rubric.dimensions])

"""Suggesting a mapping: a first one from the head of a data file, written next to it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from assay.bulk.imports import head_rows
from assay.core.errors import InputError, UsageError
from assay.records.mapping.proposal import propose_mapping
from assay.records.mapping.proposal_text import mapping_text, questions
from assay.records.ports import Layout

SUFFIX = ".mapping.yaml"
"""How the name of a suggested mapping ends."""


class SuggestedMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping that was written from the head of a file."""

    file: str
    """The file that was written."""
    kind: str
    """The kind of record that it gives."""
    placed: Mapping[str, str]
    """Column -> the field that it fills."""
    questions: tuple[str, ...]
    """What people must answer before it is used, one sentence each; the file holds them too."""


def suggest_mapping(data: Path, layout: Layout | None = None) -> SuggestedMapping:
    """Write a first mapping of a data file next to it; see `RecordsService.suggest`."""
    proposal = propose_mapping(head_rows(data, layout))
    if proposal.document is None or proposal.kind is None:
        raise InputError(
            code="no-suggestion",
            message="the columns show no task with a response or a reference",
            where=data.name,
            hint=f"it has: {', '.join(proposal.unplaced)}; docs/formats/mapping-cookbook.md shows "
            "mappings of common layouts",
        )
    target = data.with_name(f"{data.name.partition('.')[0]}{SUFFIX}")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(mapping_text(data.name, proposal))
    except FileExistsError as error:
        raise UsageError(
            code="file-exists",
            message="a mapping is there already, and is not written over",
            where=target.name,
            hint="move it away, or use it with `--format`",
        ) from error
    return SuggestedMapping(
        file=str(target),
        kind=proposal.kind,
        placed=proposal.placed,
        questions=questions(proposal),
    )

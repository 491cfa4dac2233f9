"""Starting a program from what is known: nothing, the answers to five questions, or a data file."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.bulk.imports import head_rows
from assay.contracts import service
from assay.contracts.draft import SOURCE, ProgramDraft
from assay.contracts.words.filler import MARK
from assay.core.errors import InputError
from assay.plugins import load, names
from assay.records.extra_fields import noting_extras
from assay.records.mapping.load import require_mapping
from assay.records.mapping.proposal import MappingProposal, propose_mapping
from assay.records.mapping.proposal_text import mapping_text, mapping_yaml
from assay.records.mapping.reader import MappingReader
from assay.records.reader import FactReader, FieldOptions, Reader, RowContext
from assay.verification.constraints.language import likely_language

MAPPING = "mapping.yaml"
"""The file of a program into which a proposed mapping is written."""

_SHORTEST_TEXT = 40
"""Characters below which a text does not tell its language."""


class StartedProgram(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and what a data file's head gave for it."""

    files: tuple[str, ...]
    """The files written, relative to the program's folder."""
    proposal: "DataProposal | None" = None
    """What was proposed from the data file; None where there was none."""


class DataProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of a data file shows."""

    rows: int
    """Rows that were looked at, at most `bulk.imports.HEAD_ROWS`."""
    read: int
    """Rows of these that the proposed reader or mapping turns into a record."""
    kind: str | None
    """The kind of record; None where nothing shows it."""
    reader: str | None
    """Name of the reader that reads every row; None where a mapping does, or nothing."""
    placed: Mapping[str, str]
    """Column -> the field that the mapping fills with it; empty where a reader reads the rows."""
    unplaced: tuple[str, ...]
    """Columns that no field is proposed for."""
    languages: tuple[str, ...]
    """Languages of the texts, by their column or as they were detected; ISO 639-1."""


def start_program(folder: Path, draft: ProgramDraft, data: Path | None = None) -> StartedProgram:
    """Write a program in which everything that is not known is a marked question.

    Args:
        folder: where to; it is made if it is not there.
        draft: what is known.
        data: a data file from whose head kind, mapping, axes and languages are proposed.

    Raises:
        UsageError: if the id is not a name, or a program is there already.
        InputError: if the data file cannot be read, or has no row.
    """
    if data is None:
        return StartedProgram(files=tuple(service.begin(folder, draft)))
    rows = head_rows(data)
    reader = _fitting_reader(rows)
    mapping = None if reader else propose_mapping(rows)
    proposal = _proposal(rows, reader, mapping)
    more = {}
    if mapping is not None and mapping.document is not None:
        more[MAPPING] = mapping_text(data.name, mapping)
    proposed = msgspec.structs.replace(
        draft,
        signal=proposal.kind or "",
        domains=mapping.axes.get("domain", ()) if mapping else (),
        difficulties=mapping.axes.get("difficulty", ()) if mapping else (),
        languages=proposal.languages,
        origin=_origin(data, proposal),
        data=_data_table(folder, data, proposal),
    )
    return StartedProgram(files=tuple(service.begin(folder, proposed, more)), proposal=proposal)


def _fitting_reader(rows: Sequence[Mapping[str, Any]]) -> tuple[Reader, str] | None:
    """The first reader, with the kind, that reads every row; readers refuse a field they do not know."""
    for name in names("readers"):
        reader: Reader = load("readers", name)
        if isinstance(reader, FactReader):
            continue
        for kind in reader.kinds:
            if _count_read(rows, reader, kind) == len(rows):
                return reader, kind
    return None


_STRICT = FieldOptions(strict=True)
"""A reader that leaves columns unread does not fit: a mapping would be proposed for them."""


def _count_read(rows: Sequence[Mapping[str, Any]], reader: Reader, kind: str) -> int:
    """How many rows become a record."""
    context = RowContext(kind=kind, source_class=SOURCE, pseudonym=lambda _: f"p_{'a' * 52}")
    count = 0
    for row in rows:
        try:
            with noting_extras(_STRICT):
                count += any(read.record is not None for read in reader.read(row, context))
        except InputError:
            continue
    return count


def _proposal(
    rows: Sequence[Mapping[str, Any]],
    reader: tuple[Reader, str] | None,
    mapping: MappingProposal | None,
) -> DataProposal:
    if reader is not None:
        texts = [text for row in rows for text in _texts_in(row)]
        return DataProposal(
            rows=len(rows), read=len(rows), kind=reader[1], reader=reader[0].name,
            placed={}, unplaced=(), languages=_languages(texts),
        )  # fmt: skip
    assert mapping is not None
    texts = [str(row[column]) for row in rows for column in mapping.texts if row.get(column)]
    read = 0
    if mapping.document is not None and mapping.kind is not None:
        # Counted by the text that is written, so that a proposal that does not read is seen.
        content = mapping_yaml(mapping.document).encode()
        read = _count_read(rows, MappingReader(require_mapping(MAPPING, content), {}), mapping.kind)
    return DataProposal(
        rows=len(rows),
        read=read,
        kind=mapping.kind,
        reader=None,
        placed=mapping.placed,
        unplaced=mapping.unplaced,
        languages=mapping.axes.get("language") or _languages(texts),
    )


def _texts_in(value: Any) -> list[str]:
    """Every text in a value; keys are not texts."""
    if isinstance(value, str):
        return [value]
    inner = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    )
    return [text for item in inner for text in _texts_in(item)]


def _languages(texts: Sequence[str]) -> tuple[str, ...]:
    """The languages that at least a tenth of the longer texts are in, sorted."""
    detected = [likely_language(text) for text in texts if len(text) >= _SHORTEST_TEXT]
    certain = [language for language in detected if language]
    return tuple(sorted(name for name in set(certain) if 10 * certain.count(name) >= len(certain)))


def _origin(data: Path, proposal: DataProposal) -> str:
    question = f"{MARK} how were the rows of {data.name} obtained, and from whom?"
    if not proposal.unplaced:
        return question
    return (
        f"{question} The columns {', '.join(proposal.unplaced)} are in no record yet: what do they "
        "say, and does a mapping need them?"
    )


def _data_table(folder: Path, data: Path, proposal: DataProposal) -> str:
    if proposal.kind is None:
        return ""
    relative = Path(os.path.relpath(data, folder)).as_posix()
    values = {"path": relative}
    if proposal.reader:
        values |= {"format": proposal.reader, "kind": proposal.kind}
    else:
        values["mapping"] = MAPPING
    values["source"] = SOURCE
    lines = [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items()]
    return "\n".join(["", "# What `assay run` imports.", "[[data]]", *lines, ""])

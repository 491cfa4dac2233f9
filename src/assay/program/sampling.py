"""Sampling for an open program: endpoint, plan, journal and rejects joined to its store."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.bulk.rows import DiskFile
from assay.context import Context
from assay.core.errors import AssayError, InputError
from assay.core.private import FOLDER_MODE
from assay.core.progress import ProgressCallback
from assay.providers.cost import Prices, read_prices
from assay.providers.draft import draft_from_record, draft_from_row
from assay.providers.endpoint import Endpoint, SamplingParameters, Shortfall
from assay.providers.sampling_report import SamplingReport
from assay.providers.sampling_run import Sampled, SamplingPlan
from assay.records.ports import row_values
from assay.records.record import Record

__all__ = [
    "Endpoint", "Prices", "SamplingParameters", "SamplingPlan", "Shortfall", "read_prices", "sample_into",
]  # fmt: skip


def sample_into(
    context: Context,
    tasks: Path,
    *,
    kind: str,
    source: str,
    endpoint: Endpoint,
    plan: SamplingPlan,
    journal: Path,
    prices: Prices | None = None,
    progress: ProgressCallback | None = None,
) -> SamplingReport:
    """Draw candidates for every task of a file and store the records; a broken run goes on.

    What came to nothing is in `<tasks>.set-aside.jsonl` next to the journal.

    Raises:
        InputError: if a line of the file is not a task.
        MachineError: if the extra `sample` or the key is missing, or the endpoint has stopped.
    """
    # Imported here: they need the extra `sample`, which only this use case asks for.
    from assay.providers.model_run import run_sampling  # noqa: PLC0415

    rejects = journal.with_name(f"{tasks.name}.set-aside.jsonl")
    journal.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    rejects.unlink(missing_ok=True)

    def deliver(batch: Sequence[Sampled]) -> None:
        with context.store.write(
            "record.sample",
            actor=context.actor,
            subject=tasks.name,
            documents=context.ids,
        ) as writing:
            writing.add([record for sampled in batch for record in sampled.records])
        refused = [reject for sampled in batch for reject in sampled.rejects]
        if refused:
            with rejects.open("a", encoding="utf-8") as stream:
                for reject in refused:
                    stream.write(json.dumps(msgspec.to_builtins(reject)) + "\n")
        if progress:
            progress(batch[-1].position, None)

    return run_sampling(
        _drafts(tasks, kind, source),
        endpoint=endpoint,
        plan=plan,
        journal=journal,
        deliver=deliver,
        prices=prices,
        batch=8,
    )


def _drafts(tasks: Path, kind: str, source: str) -> Iterator[Record]:
    for row in DiskFile(tasks).rows():
        try:
            yield _draft(row_values(row), kind, source)
        except AssayError as error:
            raise error.at(f"{tasks.name}, {row.where}") from error


def _draft(values: Mapping[str, Any], kind: str, source: str) -> Record:
    """A draft from a task, or from a whole record as `record export` writes it: its task again."""
    if "schema_version" not in values:
        return draft_from_row(values, kind=kind, source_class=source)
    try:
        record = msgspec.convert(values, Record)
    except msgspec.ValidationError as error:
        raise InputError(
            code="not-a-record",
            message=f"this row names a schema version and is not a record: {error}",
            hint="`assay record schema` says what a record holds",
        ) from error
    return draft_from_record(record, kind=kind)

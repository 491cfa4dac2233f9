"""Export: released records into a folder for a trainer, whole or not at all.

The folder holds the rows (`train.*`), the files that the format asks for, `README.md` (which
`datasets.load_dataset` reads for the columns' types), the drop report for machines and people,
`row_records.jsonl` (each row to its record) and `dropped.jsonl` (each dropped record and why).
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assay.core.errors import InputError, MachineError, UsageError
from assay.releases.exporters.control_rule import ControlTokenRule
from assay.releases.exporters.drop_report import (
    REPORT_JSON,
    DropCounter,
    DropReport,
    render_json,
    render_markdown,
)
from assay.releases.exporters.exporter import Carried, Dropped, Exporter, attempt
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.writer import JsonLines, open_writer
from assay.releases.place import make_durable, publish

ROW_RECORDS = "row_records.jsonl"
"""Each row's number, its record and the candidates it shows."""

DROPPED = "dropped.jsonl"
"""Each dropped record, by its line in the release's records.jsonl, with its reason: no row shows its
content, so its id, by which a guess of it could be confirmed, does not leave."""

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_DIGITS = 12


def export(
    released: Iterable[ReleasedRecord],
    exporter: Exporter,
    target: Path,
    *,
    release: str,
    control: ControlTokenRule | None = None,
) -> DropReport:
    """Write released records in a foreign format.

    Args:
        released: the records in the order of the release; streamed.
        exporter: the format with its options.
        target: the folder to make; it must not exist.
        release: the release's name, for the report.
        control: what to do with control tokens of chat templates; they are kept where absent.

    Returns:
        The drop report, which is also in the folder.

    Raises:
        UsageError: if the folder exists already.
        CheckError: if a row holds a control token that the rule refuses.
        MachineError: if the folder cannot be written.
    """
    if target.exists():
        raise UsageError(
            code="export-exists",
            message=f"{target.name} is there already, and an export never mixes with another",
            where=str(target),
            hint="name another folder, or remove this one",
        )
    with _building(target) as partial:
        report = _write(released, exporter, partial, release, control or ControlTokenRule())
        make_durable(partial)
        publish(partial, target)
    return report


@contextmanager
def _building(target: Path) -> Iterator[Path]:
    """A folder next to the target to build in; it is swept away unless it was renamed."""
    # Next to the target and not in the system's temporary folder: a rename is atomic only within
    # one file system.
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
        ) as place:
            partial = Path(place) / target.name
            partial.mkdir()
            yield partial
    except OSError as error:
        raise MachineError(
            code="export-not-written",
            message=f"the export could not be written: {error.strerror or error}",
            where=str(target),
            hint="free some space or name another folder; nothing of the export is visible",
        ) from error


def row_records(folder: Path) -> frozenset[str]:
    """Ids of the records that the rows of an export were made of.

    Raises:
        InputError: if the file that says so is missing or broken.
    """
    try:
        with (folder / ROW_RECORDS).open("rb") as stream:
            return frozenset(str(json.loads(line)["record"]) for line in stream)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            code="export-broken",
            message=f"{ROW_RECORDS} cannot be read, so nobody knows whose rows these are",
            where=str(folder),
            hint="export the release again",
        ) from error


def _write(
    released: Iterable[ReleasedRecord],
    exporter: Exporter,
    folder: Path,
    release: str,
    control: ControlTokenRule,
) -> DropReport:
    data_file = f"train.{exporter.storage}"
    counter = _write_rows(released, exporter, folder, data_file, control)
    for name, content in exporter.companions(data_file).items():
        (folder / name).write_bytes(content)
    config = _config_name(release, exporter, _digest(folder / data_file))
    card = _card(exporter, data_file, release, config)
    (folder / "README.md").write_text(card, encoding="utf-8")
    # Before the reports are written: they name these digests, and cannot name their own.
    files = {
        file.relative_to(folder).as_posix(): _digest(file)
        for file in folder.rglob("*")
        if file.is_file()
    }
    report = counter.report(exporter, release, files, control.counted())
    (folder / REPORT_JSON).write_bytes(render_json(report))
    (folder / "drop_report.md").write_text(render_markdown(report), encoding="utf-8")
    return report


def _write_rows(
    released: Iterable[ReleasedRecord],
    exporter: Exporter,
    folder: Path,
    data_file: str,
    control: ControlTokenRule,
) -> DropCounter:
    counter = DropCounter()
    rows = open_writer(folder / data_file, exporter.storage, exporter.columns)
    origins, dropped = JsonLines(folder / ROW_RECORDS), JsonLines(folder / DROPPED)
    try:
        for released_record in released:
            result = attempt(exporter, released_record)
            if isinstance(result, Carried):
                _refuse_silence(exporter, released_record, result)
                result = control.apply(released_record, result)
            if isinstance(result, Dropped):
                dropped.add(
                    {
                        "line": released_record.number + 1,
                        "reason": result.reason,
                        "detail": result.detail,
                    }
                )
            else:
                for number, row in enumerate(result.rows, counter.rows):
                    rows.add(row.values)
                    _write_files(folder, row.files)
                    origins.add(
                        {
                            "row": number,
                            "record": released_record.record.id,
                            "candidates": row.candidates,
                        }
                    )
            counter.add(exporter, released_record, result)
    finally:
        for writer in (rows, origins, dropped):
            writer.close()
    return counter


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files that a row names; rows that show the same one share it."""
    for name, content in files.items():
        if not (folder / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)


def _refuse_silence(exporter: Exporter, released: ReleasedRecord, result: Carried) -> None:
    """A record that gives neither a row nor a reason would vanish."""
    if not result.rows:
        raise UsageError(
            code="silent-exporter",
            message=f"{exporter.name} gave neither a row nor a reason for a record",
            where=released.record.id,
            hint="this is a fault of the exporter: it must raise NotCarriedError with a reason",
        )


def _config_name(release: str, exporter: Exporter, rows: str) -> str:
    """A name for these rows alone: the release, and a digest of the rows and their types.

    `datasets` finds what it loaded before by this name and not by the content, so that two
    exports of one name would be taken for each other.
    """
    types = json.dumps(list(exporter.columns), default=dict)
    digest = hashlib.sha256(f"{rows}\n{types}".encode()).hexdigest()
    return f"{_NOT_IN_A_NAME.sub('-', release or 'release')}-{digest[:_DIGITS]}"


def _card(exporter: Exporter, data_file: str, release: str, config: str) -> str:
    """A dataset card: its head says which file `datasets` reads and the columns' types.

    The types matter: without them a loader guesses, and fills the arguments of one tool call
    with the empty keys of another.
    """
    head = ["configs:", f"- config_name: {config}", f"  data_files: {data_file}"]
    if exporter.columns:
        head.append(f"  features: {json.dumps(list(exporter.columns), default=dict)}")
    body = (
        f"# {release or 'A release'} as {exporter.name}\n\n{data_file}: {exporter.summary}.\n\n"
        "`drop_report.md` says what this format could not carry; `row_records.jsonl` leads from\n"
        "each row to its record in the release, and `dropped.jsonl` gives the line in `records.jsonl`\n"
        "of each record that gave no row.\n\n"
        'Load it with `datasets.load_dataset("this-folder", split="train")`.\n'
    )
    return "\n".join(["---", *head, "---", "", body])


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"

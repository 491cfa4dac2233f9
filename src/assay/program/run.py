"""One run of the whole way: import, verify, dispose, report and release, from what assay.toml lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from assay.bulk.address import is_address, public_address
from assay.contracts.program import DataFile
from assay.core.errors import AssayError, CheckError, InputError, MachineError, UsageError
from assay.core.wording import count_phrase
from assay.planning.run_plan import (
    DataFileFigures,
    RunFigures,
    RunStep,
    RunStepName,
    next_version,
    plan_run,
)
from assay.program.program import Program
from assay.quality.disposition import rests_on_all
from assay.quality.picture_cache import missing_drawing
from assay.quality.service import each_case
from assay.records.reader import FieldOptions
from assay.releases.release import Release
from assay.verification.verification import Verification

REPORTS = "reports"
"""The folder of a program into which a run writes the quality report."""


class RunOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one step of a run did."""

    step: RunStep
    """The step, as it stood before the run."""
    result: str
    """What it did, in words with its figures."""


def run_plan(program: Program) -> tuple[RunStep, ...]:
    """What a run would do; nothing is changed.

    Raises:
        UsageError: if assay.toml lists no data file, or one that is not there.
    """
    return plan_run(_figures(program))


def first_obstacle(program: Program, steps: Sequence[RunStep]) -> AssayError | None:
    """The error with which a run of these steps would end for want of an extra or a key.

    Args:
        program: the open program.
        steps: its plan.
    """
    obstacles = _obstacles(program)
    return next((obstacles[step.step] for step in steps if step.missing), None)


def run_program(program: Program, *, version: str | None = None) -> Iterator[RunOutcome]:
    """Do every step that has something to do, one after the other.

    Args:
        program: the open program.
        version: of the release; the next minor one where absent.

    Raises:
        UsageError: if assay.toml lists no data file, or one that is not there.
        InputError: if not one row of a file could be used.
        MachineError: if a verifier needs a sandbox and there is none.
        CheckError: if a gate refuses the release; the steps before it stand.
    """
    for step in run_plan(program):
        if step.state == "nothing":
            result = f"left out: {step.reason}"
        elif step.step == "import":
            result = _import(program, step)
        elif step.step == "release":
            result = _release(program, version)
        else:
            result = _WORK[step.step](program)
        yield RunOutcome(step=step, result=result)


def _figures(program: Program) -> RunFigures:
    store, files = program.context.store, program.documents.program.data
    if not files:
        raise UsageError(
            code="no-data-files",
            message="assay.toml lists no data file",
            where="[[data]]",
            hint='add one: [[data]] with path = "FILE" and source = "SOURCE"',
        )
    undisposed = sum(
        case.disposition is None
        or not rests_on_all(
            case.disposition, (*case.judgments, *case.adjudications), case.verifications
        )
        for case in each_case(store, program.context.facts)
    )
    newest = _newest(program)
    dimensions = program.documents.rubric.dimensions
    return RunFigures(
        files=tuple(_file_figures(program, file) for file in files),
        verifiers=len({dimension.verifier for dimension in dimensions if dimension.verifier}),
        verifications=store.count(Verification),
        undisposed=undisposed,
        reported=(program.folder / REPORTS / "quality.html").exists(),
        release=newest.version if newest else None,
        missing={step: str(error) for step, error in _obstacles(program).items()},
    )


def _obstacles(program: Program) -> Mapping[RunStepName, AssayError]:
    """What steps lack that can be seen before anything is done."""
    obstacles: dict[RunStepName, AssayError] = {}
    if drawing := missing_drawing():
        obstacles["report"] = drawing
    try:
        program.releases.require_key()
    except AssayError as error:
        obstacles["release"] = error
    return obstacles


def _file_figures(program: Program, file: DataFile) -> DataFileFigures:
    path = _place(program, file)
    if isinstance(path, Path) and not path.is_file():
        raise UsageError(
            code="no-data-file",
            message=f"there is no file {file.path!r}",
            where="assay.toml, [[data]]",
            hint="paths are relative to the program's folder",
        )
    state = program.records.import_state(
        path,
        source=file.source,
        kind=file.kind,
        format=_format(program, file),
        fields=_field_options(file),
        allow_private=file.allow_private,
        max_attachment_bytes=file.max_attachment_mb * 2**20,
        fetch_attachments=file.fetch_attachments,
    )
    return DataFileFigures(
        path=file.path, imported=state.imported, is_current=state.is_current, note=state.note
    )


def _place(program: Program, file: DataFile) -> str | Path:
    """The address as it stands, or the path under the program's folder."""
    if not is_address(file.path):
        return program.folder / file.path
    if file.path != public_address(file.path):
        raise UsageError(
            code="credentials-in-address",
            message="an address in assay.toml may hold no user name, password, query or fragment",
            where=public_address(file.path),
            hint="give credentials by the environment, or import it with `assay record import`",
        )
    return file.path


def _format(program: Program, file: DataFile) -> str | Path:
    return program.folder / file.mapping if file.mapping else file.format or "assay"


def _field_options(file: DataFile) -> FieldOptions:
    return FieldOptions(
        keep=file.keep,
        ignore=file.ignore,
        strict=file.strict,
        drop_null_arguments=file.drop_null_arguments,
    )


def _import(program: Program, step: RunStep) -> str:
    file = next(
        data_file for data_file in program.documents.program.data if data_file.path == step.path
    )
    report = program.records.import_changed(
        _place(program, file),
        source=file.source,
        kind=file.kind,
        format=_format(program, file),
        fields=_field_options(file),
        allow_private=file.allow_private,
        max_attachment_bytes=file.max_attachment_mb * 2**20,
        fetch_attachments=file.fetch_attachments,
    )
    if report is None:
        return "nothing new: these bytes were imported before"
    if report.read and report.set_aside == report.read:
        raise InputError(
            code="no-usable-row",
            message=f"not one of {count_phrase(report.read, 'row')} could be used",
            where=file.path,
            hint=f"{(program.folder / file.path).parent / (report.rejects or '')} has the reason of each",
        )
    return (
        f"{count_phrase(report.read, 'row')}: {report.stored} stored, {report.already_there} already "
        f"there, {report.set_aside} set aside"
    )


def _verify(program: Program) -> str:
    done = program.verification.run()
    if done.no_sandbox:
        raise MachineError(
            code="no-sandbox",
            message=f"no sandbox, so no code was run: {done.no_sandbox}",
            where="verify",
        )
    return f"{count_phrase(done.written, 'new verification')} of {count_phrase(done.records, 'record')}"


def _dispose(program: Program) -> str:
    done = program.quality.dispose()
    states = ", ".join(
        f"{count} {state.replace('_', ' ')}" for state, count in done.states.items() if count
    )
    return f"{done.written} new, {done.unchanged} unchanged: {states or 'no record'}"


def _report(program: Program) -> str:
    written = program.quality.write_report(program.folder / REPORTS)
    return str(written[0])


def _release(program: Program, version: str | None) -> str:
    newest = _newest(program)
    try:
        built = program.releases.build(version or next_version(newest.version if newest else None))
    except CheckError as error:
        if error.code != "nothing-changed":
            raise
        return f"left out: {error.message}"
    return f"{built.release.version} with {count_phrase(built.release.records, 'record')}: {built.folder}"


def _newest(program: Program) -> Release | None:
    return next(iter(list(program.context.store.scan(Release))[-1:]), None)


_WORK: dict[str, Callable[[Program], str]] = {
    "verify": _verify,
    "dispose": _dispose,
    "report": _report,
}
"""Step that needs nothing but the program -> what does it."""

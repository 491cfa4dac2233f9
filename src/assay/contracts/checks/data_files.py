"""Data files and public benchmarks: each is there, and is read in one way from a known source."""

from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.checks.context import CheckContext
from assay.contracts.program import BenchmarkFile, DataFile, ProgramSettings
from assay.contracts.sources import Sources
from assay.core.choices import nearest


def _files(program: ProgramSettings) -> Iterator[tuple[str, int, DataFile | BenchmarkFile]]:
    """Every file that assay.toml lists, with its table and its place there."""
    for place, file in enumerate(program.data):
        yield "data", place, file
    for place, benchmark in enumerate(program.benchmarks):
        yield "benchmarks", place, benchmark


@check("program", "context")
def data_files_exist(program: ProgramSettings, context: CheckContext) -> Iterator[Fault]:
    """Each data file, and its mapping, is in the program's folder or where its path leads."""
    if context.folder is None:
        return
    for table, place, file in _files(program):
        for key, name in (("path", file.path), ("mapping", file.mapping)):
            if name is not None and not (context.folder / name).is_file():
                yield Fault(
                    "program",
                    (table, place, key),
                    "no-data-file",
                    f"there is no file {name!r}",
                    "paths are relative to the program's folder",
                )


@check("program")
def data_files_are_read_in_one_way(program: ProgramSettings) -> Iterator[Fault]:
    """A data file names a mapping or a format, not both."""
    for table, place, file in _files(program):
        if file.mapping is not None and file.format is not None:
            yield Fault(
                "program",
                (table, place, "format"),
                "two-readers",
                "this file names a mapping and a format",
                "leave one of them out",
            )


@check("program", "sources")
def data_files_have_a_source(program: ProgramSettings, sources: Sources) -> Iterator[Fault]:
    """The source that a data file names is a class in sources.yaml."""
    source_ids = [source.id for source in sources.classes]
    for table, place, file in _files(program):
        if file.source is None or file.source in source_ids:
            continue
        right = nearest(file.source, source_ids)
        yield Fault(
            "program",
            (table, place, "source"),
            "unknown-source",
            f"there is no source class {file.source!r}",
            f"did you mean {right!r}?" if right else f"classes: {', '.join(source_ids)}",
        )


CHECKS: tuple[DocumentCheck, ...] = (
    data_files_exist,
    data_files_are_read_in_one_way,
    data_files_have_a_source,
)

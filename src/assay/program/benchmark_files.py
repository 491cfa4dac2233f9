"""Public benchmarks of a program: the files that assay.toml names, ready to compare with."""

from assay.bulk.stream import file_sha256
from assay.context import Context
from assay.contracts.program import BenchmarkFile
from assay.core.errors import InputError, UsageError
from assay.program.data_file import read_file
from assay.reserve.public_benchmark import PublicBenchmark, public_benchmark


def read_benchmark(context: Context, file: BenchmarkFile) -> PublicBenchmark:
    """Read a benchmark's file and make its fingerprints.

    Raises:
        UsageError: if there is no such file, or no such reader, kind or source class.
        InputError: if the file cannot be read whole: part of a benchmark can show an overlap and never
            its absence.
    """
    path = context.folder / file.path
    if not path.is_file():
        raise UsageError(
            code="no-data-file",
            message=f"there is no file {file.path!r}",
            where="assay.toml, [[benchmarks]]",
            hint="paths are relative to the program's folder",
        )
    content = read_file(
        context,
        path,
        source=file.source,
        kind=file.kind,
        format=context.folder / file.mapping if file.mapping else file.format or "assay",
        layout=None,
    )
    if content.reasons:
        raise InputError(
            code="benchmark-not-whole",
            message=f"{len(content.reasons)} rows of the benchmark {file.name!r} cannot be read: "
            f"{content.reasons[0]}",
            where=file.path,
            hint="correct the rows, or take them out of the file",
        )
    return public_benchmark(file.name, f"sha256:{file_sha256(path)}", content.records)

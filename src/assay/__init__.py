"""Assay: a data contract goes in, a provable release comes out.

The packages in the order of the data flow: `contracts` -> `records` -> `review` and
`verification` -> `quality` -> `releases`; `governance` and `core` are at the bottom,
`store`, `bulk`, `providers` and `plugins` connect to the outside, `cli` is the command line.

    import assay

    program = assay.open("my-program")
    program.records.import_("votes.csv", kind="preference", reader="mapping.yaml", source="crowd")
    program.quality.dispose()
    program.releases.build("1.0.0")
"""

from typing import TYPE_CHECKING, Any

from assay.core.version import __version__

if TYPE_CHECKING:
    from assay.program import Program

__all__ = ["__version__", "open"]


def open(directory: Any = ".", **options: Any) -> "Program":  # noqa: A001  the verb that users expect
    """Open the program in a folder (see `assay.program.Program`)."""
    from assay.program import open_program

    return open_program(directory, **options)

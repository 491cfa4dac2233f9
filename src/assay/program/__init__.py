"""The public face of an open program: one object, and one module a stage.

Comes in: a folder with documents, and the environment. Goes out: a `Program` whose interfaces
follow the data flow: `records`, `review`, `verification`, `quality`, `releases`, `validation`,
`planning`. Always holds: the command line and the web use nothing else; no rule of the domain
stands here; every fact that is written is stamped with the documents in force. Next package: `demo`,
`web` and `cli`.
"""

from pathlib import Path

from assay.contracts.opening import require_program
from assay.core.clock import Clock, system_clock
from assay.program.program import Program

__all__ = ["Program", "open_program"]


def open_program(
    folder: str | Path = ".", *, clock: Clock = system_clock, who: str | None = None
) -> Program:
    """Open the program in a folder; this is `assay.open`.

    Args:
        folder: the folder that holds `assay.toml` and the documents.
        clock: gives the time for stamps.
        who: who acts; the setting `ASSAY_ACTOR` or the system's user if not given.

    Raises:
        UsageError: if there is no program in the folder.
    """
    place = Path(folder).resolve()
    require_program(place)
    return Program(place, clock=clock, who=who)

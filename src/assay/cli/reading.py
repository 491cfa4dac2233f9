"""Opening a program for a command that only reads: figures of a damaged store are never printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.cli.output import say

if TYPE_CHECKING:
    from assay.program.program import Program


@contextmanager
def open_to_read(folder: str) -> "Iterator[Program]":
    """Open a program, and refuse a damaged store before anything of it is shown.

    A store that is too large to be audited first is looked at, and standard error says so.

    Raises:
        MachineError: with the damage found first, its place and what to do.
    """
    import assay

    with assay.open(folder) as opened:
        unread = opened.require_whole()
        if unread:
            say(
                f"assay: the {unread} rows of the store were counted and not audited: "
                "`assay audit verify` reads each",
                err=True,
                fg="yellow",
            )
        yield opened

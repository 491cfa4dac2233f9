"""The witness: the head of the audit chain, kept in a file outside the database.

A chain proves that nothing inside it was changed; it cannot prove that nothing was cut from its
end, or that it was not rewritten from the start. A head that is kept elsewhere can. This file is
the nearest such place: it guards against a database that was set back or edited alone. Signed
releases carry heads too, and those an intruder on this machine cannot reach.
"""

import re
from pathlib import Path

from assay.core.errors import MachineError
from assay.core.ports import Checkpoint
from assay.core.private import private_opener

_LINE = re.compile(rb"^(\d{20}) ([0-9a-f]{64})\n$")


class Witness:
    """A file of one line of fixed length: number and hash of the newest entry known here.

    A line of fixed length is overwritten in place in a single write, so that a crash leaves
    the old line or the new one. After a crash it may lag behind the chain, never run ahead.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> Checkpoint | None:
        """The head that the file keeps; None while there is none.

        Raises:
            MachineError: if the file holds something else, or cannot be read.
        """
        try:
            line = self.file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(f"cannot be read: {error.strerror}") from error
        if not line:
            return None
        match = _LINE.match(line)
        if match is None:
            raise self._unusable("does not hold the head of an audit chain")
        return Checkpoint(number=int(match[1]), hash=match[2].decode())

    def write(self, head: Checkpoint) -> None:
        """Keep a head, in place of the one before it.

        Raises:
            MachineError: if the file cannot be written.
        """
        line = f"{head.number:020d} {head.hash}\n".encode()
        try:
            mode = "r+b" if self.file.exists() else "wb"
            with open(self.file, mode, buffering=0, opener=private_opener) as stream:
                stream.write(line)
        except OSError as error:
            raise self._unusable(f"cannot be written: {error.strerror}") from error

    def _unusable(self, what: str) -> MachineError:
        return MachineError(
            code="witness-unusable",
            message=f"the witness of the audit chain {what}",
            where=str(self.file),
            hint="what was stored before is safe; fix or move the file, then run `assay audit verify`",
        )


def cut_error(witness: Checkpoint, file: Path) -> MachineError:
    """The refusal to write on after entries that were cut or rewritten."""
    return MachineError(
        code="audit-cut",
        message=f"the audit chain no longer holds entry {witness.number} as it was written here",
        where=str(file),
        hint="run `assay audit verify`, which says where the store ends; after restoring a backup on "
        "purpose, move this file away",
    )

"""Votes that a file repeats: rows with one key agree, or none of them is used."""

from assay.core.digest import sha256
from assay.core.errors import InputError
from assay.records.judgment import Judgment
from assay.records.reader import Recurrence


class Votes:
    """The judgments of one file under each key that a mapping names with `once`.

    Which row comes first must not decide, so the whole file is read before a row is used.
    A vote is remembered as 64 bits of its key and 64 of its content.
    """

    def __init__(self) -> None:
        self._content: dict[int, int] = {}
        self._differing: set[int] = set()

    def note(self, judgment: Judgment, digest: bytes, recurrence: Recurrence | None) -> None:
        """Compare one row's judgment, with the digest of its content, with the earlier ones under its key."""
        if recurrence is None or not recurrence.once:
            return
        key, content = _key(judgment, recurrence), int.from_bytes(digest[:8])
        if self._content.setdefault(key, content) != content:
            self._differing.add(key)

    def close(self) -> None:
        """End the first pass over the file: only the keys of differing votes stay in memory."""
        self._content.clear()

    def refuse_differing(self, judgment: Judgment, recurrence: Recurrence) -> None:
        """Refuse a vote whose rows differ.

        Raises:
            InputError: if rows of the file say different things under the key.
        """
        if recurrence.once and self._differing and _key(judgment, recurrence) in self._differing:
            raise InputError(
                code="differing-vote",
                message=f"rows with {recurrence.once} give different judgments of one record",
                hint="fix the rows so that they agree, or name under `once` what distinguishes them",
            )


def _key(judgment: Judgment, recurrence: Recurrence) -> int:
    return int.from_bytes(sha256(f"{judgment.record}\0{recurrence.once}".encode())[:8])

"""What an import did, in counts that add up."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from assay.core.errors import InputError
from assay.records.axis_values import OutsideValue
from assay.records.extra_fields import ExtraField
from assay.records.outside_answers import OutsideAnswer


class FactCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts of one family were new, and how many were known."""

    new: int
    """Facts that were new to the store."""
    known: int
    """Times that a row gave a fact that the store held before, or an earlier row gave."""


class RejectReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """How often one reason set rows aside."""

    code: str
    """Stable short name of the reason."""
    rows: int
    """How many rows were set aside for this reason."""
    example: str
    """The first such row: its place, what is wrong and what to do."""


class ReserveAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Result of comparing the new facts of an import with the reserve."""

    compared: int
    """New records and judgments that were compared; 0 where the gate did not answer."""
    items: int
    """Sealed items that they were compared with."""
    overlapping: tuple[str, ...]
    """Ids of records that share text with a sealed item, themselves or in what was judged of them."""
    unknown: str = ""
    """Why nothing was compared; empty where the gate answered."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """One finished import. `read = stored + already_there + set_aside`."""

    import_id: int
    """Number of the import in the store's ledger."""
    file: str
    """Name of the file."""
    sha256: str
    """SHA-256 of its bytes, hexadecimal."""
    layout: str
    """How it was cut into rows: jsonl, json, csv, tsv, parquet or eval."""
    reader: str
    """Name of the reader."""
    kind: str
    """The kind of record that was requested."""
    source: str
    """The source class that was requested; empty where the lines name their own."""
    read: int
    """Rows read since the import began, runs that were killed included."""
    stored: int
    """Rows that brought at least one new fact."""
    already_there: int
    """Rows all of whose facts were there before."""
    set_aside: int
    """Rows set aside with a reason."""
    resumed_after: int = 0
    """The row that an earlier, killed run had reached; 0 for a run from the start."""
    facts: Mapping[str, FactCount] = {}
    """By family, `records` and `judgments`: what this run added."""
    reasons: tuple[RejectReasonCount, ...] = ()
    """Why rows were set aside, most frequent first; runs that were killed included."""
    judgments_set_aside: tuple[RejectReasonCount, ...] = ()
    """Why judgments of this run's usable rows were set aside, most frequent first: `rows` counts
    judgments. The rows themselves are stored."""
    redacted: Mapping[str, int] = {}
    """Kind of secret or address -> how many were taken out of this run's rows before they were
    read; readers of recorded runs redact."""
    attachments: Mapping[str, int] = {}
    """Media type -> attachments of this run's records, found from their bytes; `not held` counts
    addresses that were not fetched."""
    unanchored: int = 0
    """Localized errors of this run whose stated place did not match the text."""
    repeats: Mapping[str, int] = {}
    """Kind of reviewer (`human`, `unknown`, `model`, `rule`) -> how often a row of this run gave a
    judgment that an earlier row of the run had given: the two count as one."""
    unordered: int = 0
    """New judgments of this run that differ from another of the same reviewer on the same
    record, where neither `occasion` nor `judged_at` shows which is the later. They decide
    nothing."""
    unordered_example: str | None = None
    """Place of the first such judgment."""
    outside_axes: tuple[OutsideValue, ...] = ()
    """Axis values of this run's records that the contract does not have, most frequent first."""
    outside_answers: tuple[OutsideAnswer, ...] = ()
    """Scores and rulings of this run's judgments that our documents do not have, most frequent
    first. They are stored, and endorse nothing."""
    extra_fields: tuple[ExtraField, ...] = ()
    """Fields of this run's rows that the format does not read as they stand, and what became of
    them; rows set aside are not counted."""
    reserve: ReserveAnswer | None = None
    """Result of the comparison with the reserve; absent where nothing is sealed and assay.toml names
    no gate."""
    rejects: str | None = None
    """Name of the file that keeps the rows set aside; absent where none was."""
    earlier_rejects: str | None = None
    """Name under which rejects of an earlier import are kept; absent where none had to be."""


NOT_HELD = "not held"
"""Under what attachments are counted of which only the address is known."""


class Reasons:
    """Tallies reasons and keeps the first example of each."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._example: dict[str, str] = {}

    def add(self, where: str, error: InputError) -> None:
        """Count one row."""
        self._rows[error.code] += 1
        self._example.setdefault(error.code, str(error.at(where)))

    def counts(self) -> tuple[RejectReasonCount, ...]:
        """All reasons, most frequent first."""
        return tuple(
            RejectReasonCount(code=code, rows=rows, example=self._example[code])
            for code, rows in self._rows.most_common()
        )

"""The drop report: what a foreign format could not carry, counted with reasons.

Its sums hold: records in are records carried and records dropped; every judgment of the records
in is counted once under its verdict, on the side of its record.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from assay.core.options import options_of
from assay.releases.exporters.alternatives import AlternativeCounter, CarryingOption
from assay.releases.exporters.carried_fields import CARRIED_FIELDS, CarriedField, losses
from assay.releases.exporters.control_rule import ControlTokenRows
from assay.releases.exporters.exporter import Carried, Dropped, Exporter
from assay.releases.exporters.released import ReleasedRecord

REPORT_JSON = "drop_report.json"
"""File of an export that holds the report for machines."""


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """How many records went in, and what became of them."""

    given: int
    """Records of the release."""
    carried: int
    """Records that gave at least one row."""
    dropped: int
    """Records that gave none, each for one reason."""


class Drops(msgspec.Struct, frozen=True, kw_only=True):
    """Records dropped for one reason."""

    reason: str
    """Code of the reason, one of those that docs/formats/exports.md lists."""
    meaning: str
    """The reason in words."""
    records: int
    """How many records were dropped for it."""
    options: tuple[CarryingOption, ...] = ()
    """Options of this format that would carry some of them, each with how many."""
    formats: tuple[str, ...] = ()
    """Other formats that would carry some of them, tried on the first 20 of each kind."""


class Losses(msgspec.Struct, frozen=True, kw_only=True):
    """What carried records hold and their rows do not."""

    holding: CarriedField
    """What kind of piece."""
    meaning: str
    """What one piece is, in words."""
    pieces: int
    """How many pieces were lost."""
    records: int
    """From how many carried records."""


class CarriedSplit(msgspec.Struct, frozen=True, kw_only=True):
    """How many of one sort belong to carried and to dropped records."""

    name: str
    """The outcome or verdict."""
    carried: int
    """How many belong to carried records."""
    dropped: int
    """How many belong to dropped records."""


class DropReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one export carried, dropped and lost."""

    format: Literal["assay-drop-report/1"]
    """Version of this report's format."""
    release: str
    """The release that was exported."""
    exporter: str
    """Name of the exporter, which is the name of the foreign format."""
    options: Mapping[str, Any]
    """The exporter's options, defaults included."""
    files: Mapping[str, str]
    """File of the export -> `sha256:...` of its bytes; the reports themselves excepted."""
    records: Records
    """Records in, carried and dropped."""
    rows: int
    """How many rows were written; a record may give several."""
    drops: tuple[Drops, ...]
    """Why records were dropped, the most frequent reason first."""
    losses: tuple[Losses, ...]
    """What the rows of carried records leave out."""
    control_tokens: ControlTokenRows
    """Rows with control tokens of chat templates, by column, and what became of them."""
    outcomes: tuple[CarriedSplit, ...]
    """Records by what their judgments come to."""
    verdicts: tuple[CarriedSplit, ...]
    """Judgments by their verdict: where every tie, abstention and preference went."""

    def split(self, name: str) -> CarriedSplit:
        """The judgments with one verdict, such as `tie`; zeros where there is none."""
        none = CarriedSplit(name=name, carried=0, dropped=0)
        return next((split for split in self.verdicts if split.name == name), none)


class DropCounter:
    """Counts an export while it runs; `report` states the sums."""

    def __init__(self) -> None:
        self.rows = 0
        """Rows so far."""
        self._records_in = 0
        self._drops: Counter[str] = Counter()
        self._meanings: dict[str, str] = {}
        self._pieces: Counter[CarriedField] = Counter()
        self._losing: Counter[CarriedField] = Counter()
        self._outcomes: Counter[tuple[str, bool]] = Counter()
        self._verdicts: Counter[tuple[str, bool]] = Counter()
        self._alternatives = AlternativeCounter()

    def add(self, exporter: Exporter, released: ReleasedRecord, result: Carried | Dropped) -> None:
        """Count what became of one record."""
        self._records_in += 1
        carried = isinstance(result, Carried)
        self._outcomes[released.consensus.outcome, carried] += 1
        for judgment in released.judgments:
            self._verdicts[str(judgment.verdict.__struct_config__.tag), carried] += 1
        if isinstance(result, Dropped):
            self._drops[result.reason] += 1
            self._meanings.setdefault(result.reason, result.meaning)
            self._alternatives.add(exporter, released, result.reason)
            return
        self.rows += len(result.rows)
        for field, pieces in losses(released, exporter.carries, result.carried).items():
            self._pieces[field] += pieces
            self._losing[field] += 1

    def report(
        self,
        exporter: Exporter,
        release: str,
        files: Mapping[str, str],
        control: ControlTokenRows,
    ) -> DropReport:
        """The report on what was counted."""
        dropped = self._drops.total()
        ordered = sorted(self._drops.items(), key=lambda entry: (-entry[1], entry[0]))
        return DropReport(
            format="assay-drop-report/1",
            release=release,
            exporter=exporter.name,
            options=options_of(exporter),
            files=dict(sorted(files.items())),
            records=Records(
                given=self._records_in, carried=self._records_in - dropped, dropped=dropped
            ),
            rows=self.rows,
            drops=tuple(
                Drops(
                    reason=reason,
                    meaning=self._meanings[reason],
                    records=records,
                    options=self._alternatives.options(reason),
                    formats=self._alternatives.formats(reason),
                )
                for reason, records in ordered
            ),
            losses=tuple(
                Losses(
                    holding=field,
                    meaning=held.meaning,
                    pieces=self._pieces[field],
                    records=self._losing[field],
                )
                for field, held in CARRIED_FIELDS.items()
                if self._pieces[field]
            ),
            control_tokens=control,
            outcomes=_splits(self._outcomes),
            verdicts=_splits(self._verdicts),
        )


def _splits(counts: Counter[tuple[str, bool]]) -> tuple[CarriedSplit, ...]:
    names = sorted({name for name, _ in counts})
    return tuple(
        CarriedSplit(name=name, carried=counts[name, True], dropped=counts[name, False])
        for name in names
    )


def render_json(report: DropReport) -> bytes:
    """The report for machines: indented JSON and a line feed."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def render_markdown(report: DropReport) -> str:
    """The report for people."""
    records = report.records
    options = ", ".join(
        f"`{name}={_render_option(value)}`" for name, value in report.options.items()
    )
    sums = (
        f"{records.given} records in = {records.carried} carried (as {report.rows} rows) "
        f"+ {records.dropped} dropped."
    )
    parts = [
        f"# Drop report: {report.exporter}",
        f"Release {report.release or 'without a name'}, "
        + (f"with {options}." if options else "without options."),
        sums,
        "## Dropped records",
        _table(
            ("reason", "records", "meaning", "option that carries", "format that carries"),
            [
                (
                    f"`{drop.reason}`",
                    drop.records,
                    drop.meaning,
                    ", ".join(f"`-o {own.option}` ({own.records})" for own in drop.options),
                    ", ".join(f"`{name}`" for name in drop.formats),
                )
                for drop in report.drops
            ],
            "No record was dropped.",
        ),
        "## Lost from carried records",
        _table(
            ("lost", "pieces", "from records", "one piece is"),
            [
                (loss.holding.replace("_", " "), loss.pieces, loss.records, loss.meaning)
                for loss in report.losses
            ],
            "The rows hold everything that their records hold."
            if records.carried
            else "No record was carried, so there is no row that could hold anything.",
        ),
        "## Control tokens of chat templates",
        _table(
            ("column", "rows that held one"),
            [(f"`{name}`", rows) for name, rows in report.control_tokens.columns.items()],
            "No row holds a known control token.",
        ),
        f"What was done with them: {report.control_tokens.action}.",
        "## Records by outcome",
        _table(("outcome", "carried", "dropped"), _split_rows(report.outcomes), "No record."),
        "## Judgments by verdict",
        "A judgment of a carried record shows in its row only as part of the outcome.",
        _table(
            ("verdict", "of carried records", "of dropped records"),
            _split_rows(report.verdicts),
            "No judgment.",
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _render_option(value: Any) -> str:
    return msgspec.json.encode(value).decode() if not isinstance(value, str) else repr(value)


def _split_rows(splits: tuple[CarriedSplit, ...]) -> list[tuple[object, ...]]:
    return [(split.name.replace("_", " "), split.carried, split.dropped) for split in splits]


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]], empty: str) -> str:
    if not rows:
        return empty
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)

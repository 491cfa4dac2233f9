"""What an exporter is: a pure map from one released record to the rows of a foreign format."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from assay.quality.disposition import RELEASABLE
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.reasons import REASONS, NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

Storage = Literal["jsonl", "json", "parquet"]
"""How the rows are stored: one JSON object a line, one JSON array, or a Parquet file."""

AttachmentUse = Literal["none", "shown", "no_content"]
"""`none`: a record that shows files has no row; `shown`: the rows show them; `no_content`: the rows
show no message, so that nothing is missing in them."""

Column = Mapping[str, Any]
"""One column as the `features` of a dataset card spell it: `{"name": ..., "dtype": "string"}`,
`{"name": ..., "list": "json"}` or `{"name": ..., "struct": [columns]}`."""


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the foreign format, and where it came from."""

    values: Mapping[str, Any]
    """Column -> JSON value, in the order in which they are written."""
    candidates: tuple[int, ...] = ()
    """Candidates of the record in the order in which the row shows them."""
    files: Mapping[str, bytes] = {}
    """Files of the export that the row names: path in its folder -> content."""


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the format carries."""

    rows: tuple[ExportRow, ...]
    """At least one row."""
    carried: Mapping[CarriedField, int] = {}
    """Fields that the format carries in part: field -> pieces that these rows carry."""


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the format cannot carry."""

    reason: str
    """Stable short code, such as `tie`."""
    detail: str
    """What about this record, where the code alone does not say it; else empty."""

    @property
    def meaning(self) -> str:
        """The reason in words."""
        return REASONS.get(self.reason, self.detail)


class Exporter(Protocol):
    """A foreign format. Exporters hold their options, no state between records, and no file."""

    @property
    def name(self) -> str:
        """The name by which `--format` asks for it."""

    @property
    def summary(self) -> str:
        """One sentence for the help."""

    @property
    def storage(self) -> Storage:
        """How the rows are stored."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types; empty where only the rows can tell."""

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole, under its options."""

    def rows(self, released: ReleasedRecord) -> Carried:
        """The rows of one record.

        Raises:
            NotCarriedError: if the format cannot carry the record, with the reason.
        """

    def companions(self, data_file: str) -> Mapping[str, bytes]:
        """Other files that the format asks for: name -> content.

        Args:
            data_file: name of the file with the rows.
        """


class ExportFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the exporters that come with Assay share. Their fields are their options."""

    name: ClassVar[str]
    """The name by which `--format` asks for it."""
    summary: ClassVar[str]
    """One sentence for the help."""
    limits: ClassVar[tuple[str, ...]] = ()
    """What a user of the format must know, one sentence each."""
    partly: ClassVar[frozenset[CarriedField]] = frozenset()
    """Fields of which its rows can carry some pieces, or all under an option."""
    storage: ClassVar[Storage] = "jsonl"
    """How the rows are stored."""
    any_record: ClassVar[bool] = False
    """Whether it takes every record that may be used, so that naming it is no advice."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types; empty where only the rows can tell."""
        return ()

    @property
    def attachments(self) -> AttachmentUse:
        """What its rows do with the files that a record shows, under its options."""
        return "none"

    @property
    def carries(self) -> frozenset[CarriedField]:
        """Fields of a record that its rows carry whole, under its options."""
        return frozenset()

    def companions(self, data_file: str) -> Mapping[str, bytes]:  # noqa: ARG002  most formats ask for none
        """Other files that the format asks for: name -> content."""
        return {}


def attempt(exporter: Exporter, released: ReleasedRecord) -> Carried | Dropped:
    """The rows of one record, or the one reason why it has none."""
    # One reason for each record, so that the sums of the drop report hold.
    if released.state not in RELEASABLE:
        return Dropped(reason="not_accepted", detail=released.state)
    if released.withdrawn:
        return Dropped(reason="withdrawn", detail="")
    if released.not_permitted:
        return Dropped(reason="not_permitted", detail=f"not to {released.not_permitted}")
    # A format of another package that does not say shows none: a row without the picture that it asks
    # about would be another row.
    if getattr(exporter, "attachments", "none") == "none" and released.record.attachments:
        count = len(released.record.attachments)
        return Dropped(reason="attachments_not_carried", detail=f"files: {count}")
    try:
        return exporter.rows(released)
    except NotCarriedError as refusal:
        return Dropped(reason=refusal.reason, detail=refusal.detail)

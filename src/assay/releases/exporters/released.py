"""The released record: a record with its judgments and what they come to."""

from collections.abc import Callable, Sequence

import msgspec

from assay.contracts.endorsement import Bound
from assay.contracts.rubric import Rubric
from assay.governance.rights import Use
from assay.quality.consensus import Consensus
from assay.quality.disposition import ExplainedStanding, State
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.inputs import no_attachment
from assay.review.adjudication import Adjudication


class ReleasedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What an exporter may read of one record of a release."""

    number: int
    """Place of the record in the release, from 0."""
    record: Record
    """The record as it is published in the release."""
    judgments: Sequence[Judgment]
    """All its judgments, superseded and repeated ones included."""
    consensus: Consensus
    """What they say together."""
    state: State
    """The state that the record's disposition gave it."""
    standings: Sequence[ExplainedStanding] = ()
    """The standing of each candidate, in the record's order."""
    counted: Sequence[Judgment] = ()
    """The judgments that the record's layer of review counts."""
    adjudications: Sequence[Adjudication] = ()
    """Its adjudications in their order of entry."""
    rubric: Rubric | None = None
    """The rubric of the release; absent where it is not known."""
    bounds: Sequence[Bound] = ()
    """The acceptable values of the dimensions that decide about its candidates."""
    passes: int = 1
    """Independent judgments that the record's layer of review asks for."""
    not_permitted: Use | None = None
    """The use that was asked for, where its sources do not permit it."""
    withdrawn: bool = False
    """Whether a notice says that the record must no longer be used."""
    attachment: Callable[[str], bytes] = no_attachment
    """Gives the bytes of a file that the record shows, by its digest."""

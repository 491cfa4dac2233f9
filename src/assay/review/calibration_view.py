"""The calibration view: what one person may see of a round, by role and by how far the round has come."""

import msgspec

from assay.records.fields import Role
from assay.review.calibration import STATES, RoundNote, RoundState, State, round_refusal
from assay.review.distribution import Distribution, distributions

_HOSTS: frozenset[Role] = frozenset({"lead", "adjudicator"})


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What one viewer may see of one record of a round."""

    record: str
    """Id of the record."""
    own: str | None
    """Id of the viewer's own judgment in the round; None where there is none."""
    late: bool
    """Whether the viewer is a member who did not judge it before the round was locked."""
    distributions: tuple[Distribution, ...] | None
    """How answers are spread; None while the viewer may not see it."""
    note: RoundNote | None
    """The result of the discussion; None while there is none, or the viewer may not see it."""


class RoundView(msgspec.Struct, frozen=True, kw_only=True):
    """What one viewer may see of a round."""

    round: str
    """Id of the round."""
    state: State
    """How far it has come."""
    records: tuple[RecordView, ...]
    """Its records in order."""
    late: tuple[str, ...] | None
    """Pseudonyms of members who have not judged everything; None for members, whose own is theirs."""


def view(state: RoundState, *, viewer: str, role: Role) -> RoundView:
    """What somebody may see of a round.

    Members see their own judgments; how answers are spread they see once it is revealed, and only of
    records that they judged in time. Leads and adjudicators who are not members see the spread once
    the round is locked, and at all times who is late.

    Args:
        state: the round.
        viewer: pseudonym.
        role: the role in which the viewer asks.

    Raises:
        UsageError: for somebody who is neither a member nor leads or adjudicates.
    """
    member = viewer in state.round.members
    if not member and role not in _HOSTS:
        raise round_refusal(
            "not-in-round",
            "the viewer is not a member of this round",
            "ask the lead to be in the next",
        )
    return RoundView(
        round=state.round.id,
        state=state.state,
        records=tuple(
            _record_view(state, record, viewer, member) for record in state.round.records
        ),
        late=None if member else tuple(state.late),
    )


def _record_view(state: RoundState, record: str, viewer: str, member: bool) -> RecordView:
    of_record = [judgment for judgment in state.judgments if judgment.record == record]
    own = next(
        (judgment.id for judgment in of_record if judgment.reviewer.pseudonym == viewer), None
    )
    reached = STATES.index(state.state)
    # A member who has not judged a record would otherwise judge it knowing the answers of others.
    if member:
        sees = own is not None and reached >= STATES.index("revealed")
    else:
        sees = reached >= STATES.index("locked")
    return RecordView(
        record=record,
        own=own,
        late=member and own is None and state.state != "independent",
        distributions=distributions(of_record, viewer) if sees else None,
        note=state.notes.get(record) if sees else None,
    )

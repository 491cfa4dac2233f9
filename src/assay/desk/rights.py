"""The rights at the desk: asked at each claim and at each view, by today's day and the person's roles."""

from collections.abc import Sequence

from assay.context import Context
from assay.contracts.rights_in_force import Stamp
from assay.core.errors import UsageError
from assay.governance.exit_rights import ExitRights
from assay.governance.permissions import Principal
from assay.governance.rights import Decision
from assay.records.record import Record


class DeskRights:
    """What may be read at the desk now.

    A new day and a changed `sources.yaml` or `assay.toml` count at once; while one of them does not
    check, nothing is shown. A withdrawal that another process wrote counts from the next sweep on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._cached: tuple[tuple[str, Stamp], ExitRights] | None = None

    def refresh(self) -> None:
        """Read withdrawals and ancestors again when they are next asked for."""
        self._cached = None

    def decide(self, identity: str, record: Record, roles: Sequence[str]) -> Decision:
        """Whether a person in these roles may read a record now."""
        return self._today().decide(identity, record, roles=tuple(roles))

    def may_read(self, who: Principal, identity: str, record: Record) -> bool:
        """Whether a person may read a record now."""
        return self.decide(identity, record, who.roles).permitted

    def refuse_unreadable(self, who: Principal, identity: str, record: Record) -> None:
        """Refuse to show a record that a person may not read now.

        Raises:
            UsageError: with every reason.
        """
        decision = self.decide(identity, record, who.roles)
        if not decision.permitted:
            raise held_back(decision)

    def _today(self) -> ExitRights:
        state = self._context.clock()[:10], self._context.rights_files.stamp
        cached = self._cached
        # The day and the files' stamps are looked at each time: a right ends at midnight, and an
        # edited sources.yaml counts at once.
        if cached is None or cached[0] != state:
            cached = self._cached = state, self._context.exit_rights()
        return cached[1]


def held_back(decision: Decision) -> UsageError:
    """The refusal to show what its rights hold back."""
    return UsageError(
        code="held-back",
        message="this record is held back: "
        + "; ".join(denial.message for denial in decision.denials),
        hint="take the next one; a lead can say more",
    )

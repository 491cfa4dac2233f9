"""What sources permit on one day, decided once for each mix of sources."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from assay.governance.rights import (
    USES,
    Decision,
    SourceRights,
    Use,
    common_rights,
    decide,
)


class NamedSource(SourceRights, Protocol):
    """A source class with its name and rights."""

    @property
    def id(self) -> str:
        """Its name."""


class Permits:
    """The rights of a program's source classes on one day in one territory."""

    def __init__(self, sources: Iterable[NamedSource], *, on: date, territory: str | None) -> None:
        self._classes = {source.id: source for source in sources}
        self._on = on
        self._territory = territory
        self._decisions: dict[tuple[object, ...], Decision] = {}
        self._uses: dict[tuple[str, ...], tuple[Use, ...]] = {}

    @property
    def names(self) -> frozenset[str]:
        """The known source classes."""
        return frozenset(self._classes)

    def decide(
        self, use: Use | None, names: tuple[str, ...], roles: tuple[str, ...] | None = None
    ) -> Decision:
        """Whether a whole made from these source classes may be used, and read, in this way.

        Args:
            use: what is to be done with it; None: it is only read.
            names: its source classes, those of what it was made from among them.
            roles: the roles of who reads it; None where nobody does.
        """
        key = (use, names, roles)
        if key not in self._decisions:
            self._decisions[key] = decide(
                use, names, self._classes, on=self._on, territory=self._territory, roles=roles
            )
        return self._decisions[key]

    def permitted_uses(self, names: tuple[str, ...]) -> tuple[Use, ...]:
        """All uses that a whole made from these source classes permits."""
        if names not in self._uses:
            self._uses[names] = tuple(use for use in USES if self.decide(use, names).permitted)
        return self._uses[names]

    def licence(self, name: str) -> str | None:
        """The licence of a source class, as an SPDX expression."""
        source = self._classes.get(name)
        return source.licence if source else None

    def keep_until(self, name: str) -> str | None:
        """Last day on which a source class may be kept, in ISO 8601; None: no end."""
        end = common_rights([name], self._classes).keep_until
        return end.isoformat() if end else None

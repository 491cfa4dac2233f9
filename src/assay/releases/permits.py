"""What a release's sources permit on the day it is built, decided once per mix of sources."""

from datetime import date

from assay.contracts.sources import Sources
from assay.governance.rights import USES, Decision, Use, common_rights, decide


class Permits:
    """The rights of a program's source classes on one day in one territory."""

    def __init__(self, sources: Sources, *, on: date, territory: str | None) -> None:
        self._classes = {source.id: source for source in sources.classes}
        self._on = on
        self._territory = territory
        self._decisions: dict[tuple[Use, tuple[str, ...]], Decision] = {}

    def decide(self, use: Use, names: tuple[str, ...]) -> Decision:
        """Whether a whole made from these source classes may be used so."""
        key = (use, names)
        if key not in self._decisions:
            self._decisions[key] = decide(
                use, names, self._classes, on=self._on, territory=self._territory
            )
        return self._decisions[key]

    def permitted(self, names: tuple[str, ...]) -> tuple[Use, ...]:
        """All uses that a whole made from these source classes permits."""
        return tuple(use for use in USES if self.decide(use, names).permitted)

    def licence(self, name: str) -> str | None:
        """The licence of a source class, as an SPDX expression."""
        source = self._classes.get(name)
        return source.licence if source else None

    def keep_until(self, name: str) -> str | None:
        """Last day on which a source class may be kept, in ISO 8601; None: no end."""
        end = common_rights([name], self._classes).keep_until
        return end.isoformat() if end else None

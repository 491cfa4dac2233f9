"""Licence terms: what a licence forbids or requires where material is trained on or published.

A table over SPDX identifiers, for the terms that matter to training data: no commercial use, no
derivatives, the same licence for what is derived. Of an expression with OR, the user of the
material chooses the alternative with the fewest terms; with AND all terms bind. An agreement of
one's own (`LicenseRef-`) has no terms here: nobody but its parties knows them.

Sources: Creative Commons legal codes 4.0, sections 1 and 2(a); ODbL 1.0, section 4.4;
CDLA-Sharing 1.0, section 3; GPL 3.0, section 5(c); PolyForm Noncommercial 1.0.0.
"""

import re
from typing import Any

import msgspec

from assay.governance.licences import parse_licence

_NON_COMMERCIAL = re.compile(r"^CC-BY-NC(?:-|$)|NonCommercial|^NPOSL-", re.IGNORECASE)
_NO_DERIVATIVES = re.compile(r"^CC-BY(?:-NC)?-ND(?:-|$)", re.IGNORECASE)
_SHARE_ALIKE = re.compile(
    r"^(CC-BY-SA|CC-BY-NC-SA|CC-SA|ODbL|CDLA-Sharing|AGPL|GPL|LGPL|GFDL|EUPL|OSL)-?(?=[\d.]|$)",
    re.IGNORECASE,
)


class LicenceTerms(msgspec.Struct, frozen=True):
    """The terms of a licence expression that bear on training and publishing."""

    non_commercial: tuple[str, ...] = ()
    """Licences that forbid commercial use."""
    no_derivatives: tuple[str, ...] = ()
    """Licences that forbid to pass on what is derived from the material."""
    share_alike: tuple[str, ...] = ()
    """Licences that must also cover what is derived and passed on."""

    def __len__(self) -> int:
        return len(self.non_commercial) + len(self.no_derivatives) + len(self.share_alike)


def licence_terms(expression: str) -> LicenceTerms:
    """The terms of an SPDX licence expression; none where it cannot be read."""
    parsed = parse_licence(expression)
    return LicenceTerms() if parsed is None else _terms(parsed)


def share_alike_family(licence: str) -> str:
    """The family within which share-alike licences count as the same, such as `CC-BY-SA`."""
    match = _SHARE_ALIKE.match(licence)
    return match[1].upper() if match else licence.upper()


def _terms(parsed: Any) -> LicenceTerms:
    parts = [_terms(part) for part in parsed.args if hasattr(part, "args")]
    operator = (getattr(parsed, "operator", "") or "").strip()
    if operator == "OR":
        return min(parts, key=len)
    if operator == "AND":
        return LicenceTerms(
            non_commercial=tuple(name for part in parts for name in part.non_commercial),
            no_derivatives=tuple(name for part in parts for name in part.no_derivatives),
            share_alike=tuple(name for part in parts for name in part.share_alike),
        )
    symbol = getattr(parsed, "license_symbol", parsed)
    name = str(symbol.key)
    return LicenceTerms(
        non_commercial=(name,) if _NON_COMMERCIAL.search(name) else (),
        no_derivatives=(name,) if _NO_DERIVATIVES.search(name) else (),
        share_alike=(name,) if _SHARE_ALIKE.match(name) else (),
    )

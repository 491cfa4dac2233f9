"""What a licence forbids those who train or publish, read from its expression."""

import pytest

from assay.governance.licence_terms import LicenceTerms, licence_terms, share_alike_family


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("MIT", LicenceTerms()),
        ("CC-BY-4.0", LicenceTerms()),
        ("LicenseRef-partner", LicenceTerms()),
        ("no licence at all", LicenceTerms()),
        ("CC-BY-NC-4.0", LicenceTerms(non_commercial=("CC-BY-NC-4.0",))),
        ("PolyForm-Noncommercial-1.0.0", LicenceTerms(non_commercial=("PolyForm-Noncommercial-1.0.0",))),
        ("CC-BY-ND-4.0", LicenceTerms(no_derivatives=("CC-BY-ND-4.0",))),
        ("CC-BY-NC-ND-4.0", LicenceTerms(("CC-BY-NC-ND-4.0",), ("CC-BY-NC-ND-4.0",))),
        ("CC-BY-NC-SA-4.0", LicenceTerms(("CC-BY-NC-SA-4.0",), (), ("CC-BY-NC-SA-4.0",))),
        ("GPL-3.0-or-later", LicenceTerms(share_alike=("GPL-3.0-or-later",))),
        ("GPL-2.0-only WITH Classpath-exception-2.0", LicenceTerms(share_alike=("GPL-2.0-only",))),
        ("ODbL-1.0", LicenceTerms(share_alike=("ODbL-1.0",))),
        ("CC-BY-NC-4.0 OR MIT", LicenceTerms()),
        ("CC-BY-NC-4.0 AND CC-BY-SA-4.0", LicenceTerms(("CC-BY-NC-4.0",), (), ("CC-BY-SA-4.0",))),
        ("MIT AND (CC-BY-ND-4.0 OR CC-BY-NC-ND-4.0)", LicenceTerms((), ("CC-BY-ND-4.0",))),
    ],
)  # fmt: skip
def test_terms_of_an_expression(expression: str, terms: LicenceTerms) -> None:
    """AND binds by all its licences, OR by the alternative with the fewest terms."""
    assert licence_terms(expression) == terms


def test_versions_of_one_licence_are_one_family() -> None:
    """Versions and ports of a share-alike licence are taken for one; different licences are not."""
    assert share_alike_family("CC-BY-SA-3.0-DE") == share_alike_family("CC-BY-SA-4.0")
    assert share_alike_family("GPL-3.0-only") != share_alike_family("CC-BY-SA-4.0")
    assert share_alike_family("AGPL-3.0-only") != share_alike_family("GPL-3.0-only")

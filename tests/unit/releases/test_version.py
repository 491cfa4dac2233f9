"""Versions are semantic and have one order."""

import pytest

from assay.core.errors import UsageError
from assay.releases.version import is_version, precedence

ASCENDING = (
    "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
)  # fmt: skip
"""The order that section 11 of Semantic Versioning 2.0.0 gives as its example, and around it."""


def test_versions_ascend_as_the_specification_says() -> None:
    """Numbers compare as numbers, and a pre-release comes before its release."""
    keys = [precedence(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "v1.0.0",
        "1.0.0+build",
        "01.0.0",
        "1.0.0-01",
        "1.0.0-",
        "../1.0.0",
        "1.0.0\n",
    ],
)
def test_what_has_no_place_in_the_order_is_refused(text: str) -> None:
    """A text that is no release version raises, so it cannot become a folder's name."""
    assert not is_version(text)
    with pytest.raises(UsageError, match="not a release version"):
        precedence(text)

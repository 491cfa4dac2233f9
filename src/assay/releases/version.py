"""Release versions and their order (Semantic Versioning 2.0.0, section 11)."""

import re

from assay.core.errors import UsageError

_VERSION = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?"
)

Precedence = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]
"""What versions are compared by: numbers, final after pre-release, pre-release identifiers."""


def is_version(text: str) -> bool:
    """Whether the text is a release version: semantic, without build metadata."""
    return len(text) <= 64 and _VERSION.fullmatch(text) is not None  # noqa: PLR2004  as documents


def precedence(version: str) -> Precedence:
    """The sort key of a release version.

    Raises:
        UsageError: if the text is not a semantic version. Build metadata (`+...`) is refused,
            for two versions that differ in it alone have no order.
    """
    match = _VERSION.fullmatch(version)
    if match is None or not is_version(version):
        raise UsageError(
            code="not-a-version",
            message=f"{version!r} is not a release version",
            hint="write three numbers, such as 1.0.0, or a pre-release such as 1.0.0-rc.1",
        )
    # Numeric identifiers sort by number and below the others; a version without any is the final
    # one and sorts above its pre-releases.
    pre = tuple(
        (False, int(part), "") if part.isdigit() else (True, 0, part)
        for part in (match[4] or "").split(".")
        if part
    )
    return int(match[1]), int(match[2]), int(match[3]), not pre, pre

"""Files that options name are read, or said to be unreadable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"known \xff limits", (3, "not UTF-8 text at byte 6")), (None, (2, "cannot be read"))],
)
def test_limitations_that_cannot_be_read_are_said_to_be(
    assay: Run, demo: Path, tmp_path: Path, content: bytes | None, refusal: tuple[int, str]
) -> None:
    """Nothing is built with limitations that are not there or are no text, and one line says so."""
    limitations = tmp_path / "limitations.md"
    if content is not None:
        limitations.write_bytes(content)
    refused = assay("release", "build", "2.0.0", "--limitations", limitations, "-p", demo)
    code, message = refusal
    assert refused.code == code
    assert message in refused.err
    assert not (demo / "releases" / "2.0.0").exists()

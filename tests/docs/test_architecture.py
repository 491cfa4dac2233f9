"""The map of rules names files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "assay"


def _named() -> list[str]:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Where is the rule that ...")[1].split("## How a fact travels")[0]
    return re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py)?)`", section)


def test_every_file_on_the_map_is_there() -> None:
    """A rule that moved moves on the map, too."""
    missing = [
        name
        for name in _named()
        if not (SOURCE / name).exists() and not (SOURCE / f"{name}.py").exists()
    ]
    assert missing == []


def test_the_map_holds_at_least_thirty_rules() -> None:
    """Each row of the table has a rule and the file in which it stands."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.split("## Where is the rule that ...")[1].split("\n## ")[0]
    rows = re.findall(r"^\| .+ \| `[a-z_]+/.+ \|$", table, re.MULTILINE)
    assert len(rows) >= 30

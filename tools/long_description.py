"""The package's long description: README without what leads nowhere on an index page.

A build hook (`tool.hatch.metadata.hooks.custom` in pyproject.toml). The project has no address that
could be written into absolute links, so pictures are left out and a relative link becomes its text;
the last line says where the pages are (docs/decisions/0044).
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PICTURE = re.compile(r"^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|mailto:)[^)]*\)")
LAST = "\nThe pages that are named here come with the source archive, in its folder `docs`.\n"


def self_contained(readme: str) -> str:
    """A README in which every link that is left is absolute."""
    return LINK.sub(r"\1", PICTURE.sub("", readme)).rstrip() + "\n" + LAST


class LongDescription(MetadataHookInterface):
    """Sets the long description when a distribution is built."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `readme`."""
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": self_contained(readme)}

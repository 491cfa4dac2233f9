"""A hook of mkdocs: the site has the pages of the repository at the paths that they have there.

So one relative link is right in the repository and on the site. The order is `docs/contents.py`'s.
"""

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.config_options import PathSpec
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from contents import ROOT, SECTIONS, pages_of, title_of

INDEX = "docs/index.md"
LINK = re.compile(r"\]\(([^)#\s]+)")


def on_config(config: Any) -> Any:
    """Make the navigation."""
    config.nav = [{"Contents": INDEX}]
    for section in SECTIONS:
        pages = [page for page in pages_of(section) if not page.startswith("docs/decisions/0")]
        config.nav.append({section.title: [{title_of(page): page} for page in pages]})
    config.not_in_nav = PathSpec().validate("docs/decisions/0*.md")
    return config


def on_files(files: Files, config: Any) -> Files:
    """Take the pages with the files that they show or link to, and the theme's own files."""
    pages = {INDEX, *(page for section in SECTIONS for page in pages_of(section))}
    wanted = pages | {target for page in pages for target in _targets(page)}
    theme = [file for file in files if file.src_dir != config.docs_dir]
    ours = [
        File(path, str(ROOT), config.site_dir, use_directory_urls=config.use_directory_urls)
        for path in sorted(wanted)
    ]
    return Files([*theme, *ours])


def _targets(page: str) -> set[str]:
    """Files of the repository that a page links to."""
    found = set()
    for link in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        target = (ROOT / page).parent / link
        if "://" not in link and target.is_file():
            found.add(target.resolve().relative_to(ROOT).as_posix())
    return found

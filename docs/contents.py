"""The pages of the documentation in the order of the data: one list for the index and the site.

`docs/generate.py` writes `docs/index.md` from it, and `docs/site.py` the navigation. A page that no
line names comes at the end of the section whose folder it is in, so that none is ever left out.
"""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Section(NamedTuple):
    """One heading with its pages."""

    title: str
    """The heading."""
    first: tuple[str, ...]
    """Pages in their order, by their path from the root."""
    rest: str = ""
    """Folder whose other pages follow by name; empty: none do."""
    pattern: str = "*.md"
    """Which files of that folder are pages."""


SECTIONS = (
    Section("Start", ("README.md", "docs/tutorial.md", "docs/glossary.md")),
    Section(
        "How to",
        tuple(
            f"docs/how-to/{name}.md"
            for name in (
                "start-a-program",
                "hold-rights",
                "sample-candidates",
                "freeze-a-blinded-set",
                "review-at-the-desk",
                "review-elsewhere",
                "import-judgments",
                "use-a-model-judge",
                "verify-code",
                "write-rules",
                "test-verifiers",
                "keep-a-reserve",
                "read-the-quality-report",
                "decide-what-is-accepted",
                "verify-a-release",
                "push-a-release",
                "validate-a-release",
                "use-postgresql",
                "run-on-a-cluster",
                "offer-tools-to-agents",
                "write-a-plug-in",
            )
        ),
        "docs/how-to",
    ),
    Section(
        "Formats",
        tuple(
            f"docs/formats/{name}.md"
            for name in (
                "contract",
                "record",
                "readers",
                "mapping",
                "judgment",
                "release",
                "exports",
                "evaluation",
            )
        ),
        "docs/formats",
    ),
    Section("Reference", ("docs/reference/cli.md", "docs/failure-modes.md"), "docs/reference"),
    Section(
        "Examples", ("examples/README.md", "examples/dispositions.md"), "examples", "README.md"
    ),
    Section(
        "How it is built",
        (
            "docs/architecture.md",
            "docs/figures.md",
            "docs/billion-records.md",
            "SECURITY.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "docs/decisions/README.md",
        ),
        "docs/decisions",
    ),
)


def pages_of(section: Section) -> list[str]:
    """The pages of a section, by their path from the root: those with a place, then the others."""
    if not section.rest:
        return list(section.first)
    others = sorted(
        path.relative_to(ROOT).as_posix() for path in (ROOT / section.rest).rglob(section.pattern)
    )
    return [*section.first, *(page for page in others if page not in section.first)]


def title_of(page: str) -> str:
    """The first heading of a page."""
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line.removeprefix("# ").strip()
    raise ValueError(f"{page}: has no heading; begin it with '# '")

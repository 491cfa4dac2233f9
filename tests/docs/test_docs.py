"""The documents are true: generated pages fit the code, and every link leads somewhere."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

from assay.governance.claims import find_claims

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


def _generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


def test_the_reference_is_what_the_code_says() -> None:
    """Every generated page is up to date; `make docs` writes them anew."""
    stale = [
        name
        for name, text in _generated().items()
        if not (ROOT / "docs" / "reference" / name).exists()
        or (ROOT / "docs" / "reference" / name).read_text() != text
    ]
    assert stale == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """A relative link names a file that exists."""
    broken = [
        target
        for target, _ in LINK.findall(page.read_text())
        if not target.startswith(("http:", "https:", "mailto:"))
        and not (page.parent / target).exists()
    ]
    assert broken == []


def test_llms_txt_lists_only_what_exists() -> None:
    """The index for coding agents names existing files."""
    targets = [target for target, _ in LINK.findall((ROOT / "llms.txt").read_text())]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_decision_has_its_own_number() -> None:
    """Decision pages are numbered without gaps in meaning: no number stands twice."""
    numbers = [page.name[:4] for page in (ROOT / "docs" / "decisions").glob("0*.md")]
    assert len(numbers) == len(set(numbers))


def test_public_pages_make_no_claim_that_we_forbid() -> None:
    """Our own documents pass the claims check that releases must pass."""
    found = {
        page.relative_to(ROOT).as_posix(): [claim.text for claim in find_claims(page.read_text())]
        for page in PAGES
        if find_claims(page.read_text())
    }
    assert found == {}


def test_the_make_targets_explain_themselves() -> None:
    """`make` alone prints every target with its sentence."""
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"demo", "test", "check", "bench"} <= {
        line.split()[1] for line in result.stdout.splitlines()
    }

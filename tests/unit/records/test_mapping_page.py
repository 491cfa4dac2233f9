"""The mappings on the page and in the examples are right."""

import re
from pathlib import Path

import pytest

from assay.records.mapping.load import read_mapping

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "formats" / "mapping.md").read_text()
WHOLE = [each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "mapping: 1" in each]
EXAMPLES = sorted((ROOT / "examples").glob("*/mapping*.yaml"))


@pytest.mark.parametrize("text", WHOLE, ids=["long", "wide"])
def test_the_mappings_on_the_page_have_no_fault(text: str) -> None:
    """Each whole mapping that the page shows is read without a fault."""
    assert read_mapping("page", text.encode())[1] == []


@pytest.mark.parametrize(
    "path", EXAMPLES, ids=[f"{each.parent.name}/{each.stem}" for each in EXAMPLES]
)
def test_the_mappings_of_the_examples_have_no_fault(path: Path) -> None:
    """Each mapping under examples/ is read without a fault."""
    assert read_mapping(path.name, path.read_bytes())[1] == []


def test_there_are_examples() -> None:
    """The ten public sets of the page have their mappings."""
    assert len({each.parent for each in EXAMPLES}) >= 10

"""Licences are SPDX expressions, or names of one's own that say so."""

import pytest

from assay.governance.licences import licence_fault, nearest_licence


@pytest.mark.parametrize(
    "expression",
    [
        "CC-BY-4.0",
        "mit",
        "MIT AND (Apache-2.0 OR LicenseRef-our-agreement)",
        "Apache-2.0 WITH LLVM-exception",
        "LicenseRef-chat.terms-2",
        "DocumentRef-terms:LicenseRef-chat",
    ],
)
def test_a_right_expression_has_no_fault(expression: str) -> None:
    """Known licences, their combinations and LicenseRef names are right."""
    assert licence_fault(expression) is None


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("Foo AND MIT", "'Foo' is not an SPDX licence"),
        ("LicenseRef-with space", "'LicenseRef-with space' is not an SPDX licence"),
        ("proprietary", "'proprietary' is not an SPDX licence"),
        ("  ", "the licence is empty"),
    ],
)
def test_a_wrong_expression_names_what_is_wrong(expression: str, message: str) -> None:
    """What is unknown, or missing, is named."""
    assert licence_fault(expression) == message


@pytest.mark.parametrize("expression", ["MIT AND", "(MIT", "MIT OR OR Apache-2.0"])
def test_a_broken_expression_is_no_expression(expression: str) -> None:
    """Syntax that does not close says so."""
    assert "is not an SPDX expression" in (licence_fault(expression) or "")


def test_the_nearest_licence_is_offered() -> None:
    """A misspelt licence leads to the right one, and nonsense to none."""
    assert nearest_licence("CC-BY-4") == "CC-BY-4.0"
    assert nearest_licence("Apache 2") == "Apache-2.0"
    assert nearest_licence("????") is None

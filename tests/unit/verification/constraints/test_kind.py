"""Counts that are asked for, at the number exactly."""

import pytest

from assay.verification.constraints.kind import Relation, count_fault, quoted_start


@pytest.mark.parametrize(
    ("count", "relation", "holds"),
    [
        (3, "at least", True),
        (2, "at least", False),
        (2, "less than", True),
        (3, "less than", False),
    ],
)
def test_the_number_itself_is_enough_and_not_less(
    count: int, relation: Relation, holds: bool
) -> None:
    """`at least 3` holds for 3, and `less than 3` does not."""
    fault = count_fault(count, relation, 3, "words")
    assert (fault is None) is holds
    assert holds or fault == f"{count} words, not {relation} 3"


def test_a_long_text_is_quoted_by_its_beginning() -> None:
    """Sixty characters are shown."""
    assert quoted_start("a" * 60) == repr("a" * 60)
    assert quoted_start("a" * 61) == repr("a" * 60 + "...")

"""The planned tests: one for each verifier and set of options, and the dimensions where they apply."""

from typing import Any

import pytest

from assay.core.errors import UsageError
from assay.plugins import load
from assay.records.kinds import Outcome, Preference
from assay.verification.planned import applying, planned_tests
from builders import small_record, user_task
from simulators.small_program import contract, rubric


def _dimension(name: str, verifier: str | None, **options: Any) -> dict[str, Any]:
    plain = {"id": name, "question": "Right?", "scale": "binary", "judged_by": "expert"}
    chosen = {"verifier": verifier} if verifier else {}
    return plain | chosen | ({"verifier_options": options} if options else {})


def _load(name: str) -> Any:
    return load("verifiers", name)


def test_dimensions_that_name_the_same_test_share_it() -> None:
    """Other options are another test; a dimension without a verifier has none."""
    named = rubric(
        dimensions=[
            _dimension("right", "exact-match"),
            _dimension("true", "exact-match"),
            _dimension("last", "exact-match", after="####"),
            _dimension("clear", None),
        ],
        priority=[],
    )
    tests = planned_tests(named, _load)
    assert [(test.verifier, test.options, test.dimensions) for test in tests] == [
        ("exact-match", None, ("right", "true")),
        ("exact-match", '{"after":"####"}', ("last",)),
    ]
    assert tests[1].test.after == "####"


def test_a_verifier_that_is_not_there_is_planned_with_the_reason() -> None:
    """It must not pass for a dimension without a test."""
    named = rubric(dimensions=[_dimension("right", "exact-mach")], priority=[])
    (test,) = planned_tests(named, _load)
    assert test.test is None
    assert "exact-mach" in test.missing


def test_an_option_that_a_verifier_does_not_take_is_refused() -> None:
    """The rubric has a fault that no run may pass over."""
    named = rubric(dimensions=[_dimension("right", "exact-match", before="x")], priority=[])
    with pytest.raises(UsageError, match="before"):
        planned_tests(named, _load)


def test_all_dimensions_apply_where_the_mix_names_none() -> None:
    """An entry about the record's signal and slice narrows them."""
    record = small_record(Preference(), user_task("Which?", taxonomy={"language": "en"}), "a", "b")
    every = frozenset(dimension.id for dimension in rubric().dimensions)
    assert applying(record, contract(), rubric()) == every
    entry = {"signal": "preference", "behaviours": ["adds"], "why": "Two sums are easily compared."}
    mix = [{**entry, "dimensions": ["clarity"]}]
    narrowed = contract(supervision=mix)
    assert applying(record, narrowed, rubric()) == {"clarity"}
    other = small_record(Outcome(reference="4"), "How many?")
    assert applying(other, narrowed, rubric()) == every

"""What is declared for a verifier: by its option and by evidence, and by nothing else."""

import msgspec
import pytest

from assay.core.errors import InputError
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome
from assay.records.record import Record
from assay.verification.declared import declarations_for
from builders import small_record


class Bound(msgspec.Struct, forbid_unknown_fields=True):
    """A declaration of these tests."""

    most: int


def _record(*evidence: Evidence) -> Record:
    return small_record(Outcome(), "How many?", "4", "5", evidence=evidence)


def _bounds(record: Record, option: str = "") -> list[int]:
    return [bound.most for bound in declarations_for(record, 0, "sums", option, Bound)]


def test_the_option_comes_before_evidence() -> None:
    """Everything that is declared counts, in this order."""
    record = _record(
        Evidence(kind="test", text='{"sums": {"most": 2}}'),
        Evidence(kind="test", text='{"sums": {"most": 3}}', candidate=0),
    )
    assert _bounds(record, '{"most": 1}') == [1, 2, 3]


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(kind="source", text='{"sums": {"most": 2}}'),
        Evidence(kind="test", text='{"sums": {"most": 2}}', candidate=1),
        Evidence(kind="test", text='{"other": {"most": 2}}'),
        Evidence(kind="test", text='assert "sums"'),
        Evidence(kind="test", locator="elsewhere"),
    ],
)
def test_other_evidence_is_left_alone(evidence: Evidence) -> None:
    """Of another kind, about another candidate, for another verifier, or no JSON object."""
    assert _bounds(_record(evidence)) == []


@pytest.mark.parametrize(
    "text", ['{"sums": {"most": "many"}}', '{"sums": {"least": 1}}', '{"sums": ']
)
def test_a_declaration_that_does_not_fit_is_refused(text: str) -> None:
    """It names the verifier, so that it must not pass for somebody else's."""
    with pytest.raises(InputError):
        _bounds(_record(Evidence(kind="test", text=text)))


def test_the_refusal_says_where() -> None:
    """Which piece of evidence, or the option."""
    with pytest.raises(InputError) as refused:
        _bounds(_record(Evidence(kind="test", text='{"sums": []}')))
    assert refused.value.where == "evidence 0"
    with pytest.raises(InputError) as refused:
        _bounds(_record(), "[]")
    assert refused.value.where == "the option"

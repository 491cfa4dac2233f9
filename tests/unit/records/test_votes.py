"""Votes that several rows of a file repeat."""

import pytest

from assay.core.errors import InputError
from assay.records.judgment import Judgment
from assay.records.reader import Recurrence
from assay.records.votes import Votes
from stores.facts import judgment, record

ONCE = Recurrence(once="vote 7")
ABOUT = record(1).id


def votes(*noted: tuple[Judgment, Recurrence | None]) -> Votes:
    """The votes of a file whose rows were all looked over."""
    seen = Votes()
    for said, recurrence in noted:
        seen.note(said, said.digest(), recurrence)
    seen.close()
    return seen


def test_rows_that_repeat_one_judgment_are_used() -> None:
    """The same judgment under one key is one vote, however many rows repeat it."""
    seen = votes(*[(judgment(ABOUT), ONCE)] * 3)
    seen.refuse_differing(judgment(ABOUT), ONCE)


@pytest.mark.parametrize("first", [0, 1])
def test_of_rows_that_differ_none_is_used(first: int) -> None:
    """Whichever came first, both are refused, and the refusal names the key."""
    said = [judgment(ABOUT, by="rev-a"), judgment(ABOUT, by="rev-b")]
    seen = votes((said[first], ONCE), (said[1 - first], ONCE))
    for each in said:
        with pytest.raises(InputError, match="vote 7") as refusal:
            seen.refuse_differing(each, ONCE)
        assert refusal.value.code == "differing-vote"


def test_a_key_counts_within_its_record_alone() -> None:
    """The same key on another record, or another key on the same record, is another vote."""
    other = record(2).id
    seen = votes(
        (judgment(ABOUT), ONCE),
        (judgment(other), ONCE),
        (judgment(ABOUT, by="rev-b"), Recurrence(once="vote 8")),
    )
    seen.refuse_differing(judgment(ABOUT), ONCE)
    seen.refuse_differing(judgment(other), ONCE)


def test_rows_without_a_key_are_never_compared() -> None:
    """A mapping that names nothing under `once` lets judgments differ."""
    free = Recurrence()
    seen = votes(
        (judgment(ABOUT), free), (judgment(ABOUT, by="rev-b"), free), (judgment(ABOUT), None)
    )
    seen.refuse_differing(judgment(ABOUT), free)

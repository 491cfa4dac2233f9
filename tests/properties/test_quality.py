"""What holds of every set of judgments, whatever they say."""

from hypothesis import given
from hypothesis import strategies as st

from assay.quality.case import RecordCase
from assay.quality.consensus import consensus
from assay.quality.quota_coverage import coverage
from assay.quality.rules import dispose_case
from assay.records.judgment import Judgment
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    InsufficientContext,
    NotAsked,
    Prefers,
    Tie,
    Verdict,
)
from assay.review.candidate_order import presented_order
from simulators.placed_records import placed_cells
from simulators.small_program import in_force, judged, pair

RECORD = pair(difficulty="hard")
DOCUMENTS = in_force()
OPEN = st.sampled_from(
    [Tie(), BothUnacceptable(), InsufficientContext(), Abstained(reason="?"), NotAsked()]
)
VERDICTS: st.SearchStrategy[Verdict] = OPEN | st.builds(Prefers, candidate=st.integers(0, 1))


def _judgments(verdicts: list[Verdict]) -> list[Judgment]:
    return [judged(RECORD, f"r{number}", verdict) for number, verdict in enumerate(verdicts)]


def _swapped(verdict: Verdict) -> Verdict:
    return Prefers(candidate=1 - verdict.candidate) if isinstance(verdict, Prefers) else verdict


@given(st.data(), st.lists(VERDICTS, max_size=7))
def test_the_order_of_judgments_does_not_matter(data: st.DataObject, said: list[Verdict]) -> None:
    """Judgments in any order have the same consensus."""
    judgments = _judgments(said)
    shuffled = data.draw(st.permutations(judgments))
    assert consensus(RECORD, judgments) == consensus(RECORD, shuffled)


@given(st.lists(VERDICTS, max_size=7))
def test_swapping_candidates_swaps_the_winner(said: list[Verdict]) -> None:
    """Relabelled candidates have the relabelled winner and nothing else changes."""
    before = consensus(RECORD, _judgments(said))
    after = consensus(RECORD, _judgments([_swapped(verdict) for verdict in said]))
    assert after.outcome == before.outcome
    assert after.candidate == (None if before.candidate is None else 1 - before.candidate)


@given(st.lists(VERDICTS, max_size=7), OPEN)
def test_an_open_answer_never_makes_a_winner(said: list[Verdict], more: Verdict) -> None:
    """One more tie, both unacceptable, insufficient context or abstention only takes winners away."""
    before = consensus(RECORD, _judgments(said))
    after = consensus(RECORD, _judgments([*said, more]))
    if before.candidate is None:
        assert after.candidate is None
    else:
        assert after.candidate in {before.candidate, None}


@given(st.lists(VERDICTS, max_size=7))
def test_no_answer_is_lost(said: list[Verdict]) -> None:
    """Every judgment that says anything is counted exactly once; one that says nothing is not."""
    answers = [each for each in said if not isinstance(each, NotAsked)]
    assert consensus(RECORD, _judgments(said)).people.judgments == len(answers)


@given(st.lists(VERDICTS, max_size=7))
def test_every_record_has_a_disposition_that_cites_what_it_read(said: list[Verdict]) -> None:
    """The rules always speak, give the same answer again, and cite every judgment."""
    judgments = tuple(_judgments(said))
    case = RecordCase(id=RECORD.id, record=RECORD, judgments=judgments)
    found = dispose_case(case, DOCUMENTS)
    assert found == dispose_case(case, DOCUMENTS)
    assert found.read == tuple(each.id for each in judgments)
    if found.state == "accepted" and found.rule.endswith("agreement"):
        assert consensus(RECORD, judgments).outcome not in {"no_majority", "unjudged"}


@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.sampled_from(["difficulty", "language"]), st.sampled_from(["hard", "en", "x"])
            ),
            st.booleans(),
        )
    )
)
def test_each_axis_counts_every_record_once(placed: list[tuple[dict[str, str], bool]]) -> None:
    """On every axis the values, the missing one included, add up to all records."""
    sampling = DOCUMENTS.contract.sampling
    for axis in coverage(placed_cells(sampling, placed), sampling).axes:
        assert sum(each.records for each in axis.values) == len(placed)
        assert sum(each.accepted for each in axis.values) == sum(accepted for _, accepted in placed)


@given(st.binary(min_size=1), st.integers(0, 10_000), st.integers(1, 6))
def test_a_presented_order_shows_every_candidate_once(key: bytes, place: int, size: int) -> None:
    """No candidate is left out or shown twice."""
    assert sorted(presented_order(key, "r", place, size)) == list(range(size))

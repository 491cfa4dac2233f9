"""Whatever reviewers say, an export adds up and names no winner that they did not agree on."""

from collections import Counter
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from assay.quality.consensus import consensus
from assay.quality.disposition import State
from assay.records.candidate import Candidate, MadeByUnknown, Step
from assay.records.judgment import StepLabel
from assay.records.kinds import Demonstration, Preference, Process
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    InsufficientContext,
    NotAsked,
    Prefers,
    Ranks,
    Tie,
    Verdict,
)
from assay.releases.exporters.carried_fields import CARRIED_FIELDS, CarriedField, losses
from assay.releases.exporters.catalogue import EXPORTERS
from assay.releases.exporters.control_rule import ControlTokenRule
from assay.releases.exporters.drop_report import DropCounter
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.trl import Kto, TrlPreference
from builders import judgment_by, small_record

UNKNOWN = MadeByUnknown(reason="made by a property test")


@st.composite
def _verdicts(draw: st.DrawFn, candidates: int) -> Verdict:
    order = draw(st.permutations(range(candidates)))
    cut = draw(st.integers(1, candidates))
    ranked = (tuple(order[:cut]), *((each,) for each in order[cut:]))
    return draw(
        st.sampled_from(
            [
                Prefers(candidate=order[0], strength=draw(st.none() | st.integers(1, 3))),
                Ranks(order=ranked),
                Tie(),
                BothUnacceptable(),
                InsufficientContext(),
                Abstained(reason="tired"),
                NotAsked(),
            ]
        )
    )


@st.composite
def _released(draw: st.DrawFn) -> ReleasedRecord:
    candidates = draw(st.integers(1, 4))
    part = draw(
        st.sampled_from([Demonstration(), Preference(), Process(), Demonstration(answer="4")])
    )
    steps = tuple(
        Step(text=text) for text in draw(st.lists(st.sampled_from(["", "a step"]), max_size=3))
    )
    record = small_record(
        part,
        "question",
        *(
            Candidate(content=draw(st.sampled_from(["", "a", "b"])), provenance=UNKNOWN, work=steps)
            for _ in range(candidates)
        ),
        source="house_written",
    )
    labels = st.builds(
        StepLabel,
        candidate=st.just(0),
        step=st.integers(0, 2),
        label=st.sampled_from(["good", "neutral", "bad"]),
    )
    judgments = [
        judgment_by(
            f"p-{number}",
            record,
            draw(_verdicts(candidates)),
            kind=draw(st.sampled_from(["human", "model"])),
            step_labels=tuple(draw(st.lists(labels, max_size=3, unique_by=lambda each: each.step))),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    return ReleasedRecord(
        number=0,
        record=record,
        judgments=judgments,
        consensus=consensus(record, judgments),
        state=draw(st.sampled_from(get_args(State))),
    )


@given(st.lists(_released(), max_size=6))
def test_rows_records_and_drops_are_the_records_given(given_records: list[ReleasedRecord]) -> None:
    """In every format, records with rows and dropped records add up to the records given."""
    for kind in EXPORTERS.values():
        exporter, counter = kind(), DropCounter()
        for released in given_records:
            counter.add(exporter, released, attempt(exporter, released))
        report = counter.report(exporter, "any", {}, ControlTokenRule().counted())
        assert report.records.given == len(given_records)
        assert report.records.carried + report.records.dropped == len(given_records)
        assert sum(each.records for each in report.drops) == report.records.dropped
        assert report.rows >= report.records.carried
        said = Counter(
            str(judgment.verdict.__struct_config__.tag)
            for released in given_records
            for judgment in released.judgments
        )
        assert {each.name: each.carried + each.dropped for each in report.verdicts} == said


@given(_released())
def test_a_result_has_rows_or_a_reason(released: ReleasedRecord) -> None:
    """No record gives nothing, and none is dropped without a reason."""
    for kind in EXPORTERS.values():
        result = attempt(kind(), released)
        if isinstance(result, Dropped):
            assert result.reason
            assert result.meaning
        else:
            assert result.rows


@given(_released())
def test_a_chosen_candidate_is_one_that_the_judgments_put_first(released: ReleasedRecord) -> None:
    """A pair exists only under an accepted record with a winner or an agreed order."""
    result = attempt(TrlPreference(pairs="all"), released)
    if isinstance(result, Dropped):
        return
    assert released.state == "accepted"
    assert released.consensus.outcome in {"prefers", "ranks"}
    winner = released.consensus.candidate
    for row in result.rows:
        chosen, rejected = row.candidates
        assert chosen != rejected
        assert rejected != winner
        if released.consensus.ranking is None:
            assert chosen == winner


@given(_released())
def test_a_true_label_is_a_winner(released: ReleasedRecord) -> None:
    """In unpaired preference only a candidate that beats another is labelled true."""
    result = attempt(Kto(), released)
    if isinstance(result, Carried) and any(row.values["label"] for row in result.rows):
        assert released.consensus.outcome in {"prefers", "ranks"}


@given(_released())
def test_no_more_is_lost_than_there_was(released: ReleasedRecord) -> None:
    """What a format loses of a record is at most what the record holds."""
    for kind in EXPORTERS.values():
        exporter = kind()
        result = attempt(exporter, released)
        if isinstance(result, Carried):
            for holding, pieces in losses(released, exporter.carries, result.carried).items():
                assert 0 < pieces <= _held(released, holding)


def _held(released: ReleasedRecord, holding: CarriedField) -> int:
    return CARRIED_FIELDS[holding].count(released)

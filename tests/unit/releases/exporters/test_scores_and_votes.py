"""Scores of single answers become labels and rewards by a stated rule; votes stay votes."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.core.options import configure
from assay.quality.consensus import consensus
from assay.quality.disposition import ExplainedStanding
from assay.records.judgment import Reviewer
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    DimensionScore,
    Prefers,
    Ranks,
    Scored,
    Tie,
)
from assay.releases.exporters.exporter import Carried, Dropped, attempt
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.reward import RewardExport
from assay.releases.exporters.soft_preference import SoftPreference
from assay.releases.exporters.trl import Kto
from assay.releases.exporters.votes import VotesExport
from builders import judgment_by

Cases = Mapping[str, ReleasedRecord]
Dispute = Callable[..., ReleasedRecord]


def _rows(result: Carried | Dropped) -> list[dict[str, Any]]:
    assert isinstance(result, Carried), result
    return [dict(row.values) for row in result.rows]


def _reason(result: Carried | Dropped) -> str:
    assert isinstance(result, Dropped), result
    return result.reason


def _scored(released: ReleasedRecord, *values: int) -> ReleasedRecord:
    """The record with these scores for helpfulness instead of its judgments."""
    judgments = [
        judgment_by(
            f"p-{number}",
            released.record,
            scores=(
                DimensionScore(dimension="helpfulness", score=Scored(value=value), candidate=0),
            ),
        )
        for number, value in enumerate(values)
    ]
    agreed = consensus(released.record, judgments)
    return msgspec.structs.replace(
        released, judgments=judgments, counted=judgments, consensus=agreed
    )


HELPFUL = Kto(dimension="helpfulness", desirable=4, undesirable=2)
FLAWS = Kto(dimension="helpfulness", desirable=2, undesirable=4)


@pytest.mark.parametrize(("score", "label"), [(5, True), (4, True), (2, False), (1, False)])
def test_a_score_beyond_a_threshold_labels_a_single_answer(
    release: Cases, score: int, label: bool
) -> None:
    """No second response is needed; where less is better the thresholds change places."""
    rated = _scored(release["rated"], score)
    assert [row["label"] for row in _rows(attempt(HELPFUL, rated))] == [label]
    assert [row["label"] for row in _rows(attempt(FLAWS, rated))] == [not label]


def test_a_score_between_the_thresholds_labels_nothing(release: Cases) -> None:
    """Neither true nor false: the record is dropped with its own reason."""
    assert _reason(attempt(HELPFUL, _scored(release["rated"], 3))) == "between_thresholds"
    assert _reason(attempt(HELPFUL, _scored(release["rated"], 1, 5))) == "no_scores"


def test_a_rejected_answer_is_never_labelled_true_by_its_score(release: Cases) -> None:
    """A veto outweighs a high score."""
    vetoed = ExplainedStanding(candidate=0, standing="rejected", rule="veto", reason="unsafe")
    rated = msgspec.structs.replace(_scored(release["rated"], 5), standings=(vetoed,))
    assert _reason(attempt(HELPFUL, rated)) == "between_thresholds"


@pytest.mark.parametrize(
    "thresholds", [{}, {"desirable": "4"}, {"desirable": "3", "undesirable": "3"}]
)
def test_a_rule_by_scores_needs_two_thresholds(thresholds: dict[str, str]) -> None:
    """A dimension alone says nothing about which scores are good."""
    with pytest.raises(UsageError, match="two different scores"):
        configure(Kto, {"dimension": "helpfulness", **thresholds})


def test_a_reward_is_the_agreed_score_or_the_mean(release: Cases) -> None:
    """Scores 3, 3, 1 agree on 3; their mean is written only where it is asked for."""
    rated = _scored(release["rated"], 3, 3, 1)
    assert _rows(attempt(RewardExport(), rated))[0]["reward"] == 3.0
    assert _rows(attempt(RewardExport(score="mean"), rated))[0]["reward"] == 2.333333


def test_a_reward_names_its_dimension_where_there_are_several(release: Cases) -> None:
    """Two dimensions are two rewards: none is chosen in silence."""
    assert _reason(attempt(RewardExport(), release["scores"])) == "no_scores"
    (row,) = _rows(attempt(RewardExport(dimension="helpfulness"), release["scores"]))
    assert row["reward"] == 3.0


def test_a_soft_pair_holds_the_shares_of_its_votes(dispute: Dispute) -> None:
    """Three votes to one are 0.75; ties and abstentions are no votes."""
    votes = [Prefers(candidate=1, strength=2)] * 3 + [Prefers(candidate=0, strength=1)]
    disputed = dispute(*votes, Tie(), Abstained(reason="tired"))
    (row,) = _rows(attempt(SoftPreference(margin="mean-strength"), disputed))
    assert (row["p_chosen"], row["weight"], row["votes"]) == (0.75, 0.5, 4)
    assert row["margin"] == pytest.approx((2 * 3 - 1) / 4)
    assert row["agreed"] is True
    assert row["chosen"][0]["content"] == "answer 1"


def test_a_margin_is_in_every_row_or_in_none(dispute: Dispute) -> None:
    """TRL's reward trainer fails on a row without one, so a pair without a strength is dropped."""
    plain = dispute(Prefers(candidate=0))
    assert "margin" not in _rows(attempt(SoftPreference(), plain))[0]
    assert _reason(attempt(SoftPreference(margin="mean-strength"), plain)) == "no_strength"


def test_a_preserved_disagreement_is_a_soft_label(release: Cases) -> None:
    """What no hard pair can say is carried with its distribution and the outcome beside it."""
    (row,) = _rows(attempt(SoftPreference(), release["kept_by_adjudicator"]))
    assert (row["p_chosen"], row["weight"], row["agreed"]) == (0.5, 0.0, False)


def test_one_row_a_vote_needs_no_weights(dispute: Dispute) -> None:
    """Two votes for one side and one for the other are three hard pairs."""
    votes = [Prefers(candidate=1), Prefers(candidate=1), Prefers(candidate=0)]
    rows = _rows(attempt(SoftPreference(unit="vote", form="standard"), dispute(*votes)))
    assert [row["chosen"] for row in rows] == ["answer 1", "answer 1", "answer 0"]
    assert all("p_chosen" not in row for row in rows)


def test_a_ranking_votes_on_each_of_its_pairs(dispute: Dispute) -> None:
    """One order of three gives three pairs; within a group nobody is better."""
    rows = _rows(attempt(SoftPreference(), dispute(Ranks(order=((2,), (0,), (1,))), candidates=3)))
    assert len(rows) == 3
    shared = dispute(Ranks(order=((0, 2), (1,))), candidates=3)
    assert len(_rows(attempt(SoftPreference(), shared))) == 2


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        ([Tie(), Tie()], "no_votes"),
        ([BothUnacceptable()] * 2 + [Prefers(candidate=0)], "both_unacceptable"),
    ],
)
def test_what_prefers_nobody_gives_no_soft_pair(
    dispute: Dispute, verdicts: list[Any], reason: str
) -> None:
    """A tie has no votes, and of two unacceptable responses neither is chosen."""
    assert _reason(attempt(SoftPreference(), dispute(*verdicts))) == reason


def test_every_answer_of_every_reviewer_is_a_row(release: Cases) -> None:
    """Verdicts with strengths, abstentions without a value, each under its pseudonym."""
    rows = _rows(attempt(VotesExport(), release["winner"]))
    assert [(row["reviewer"], row.get("value"), row.get("strength")) for row in rows] == [
        ("p-0", "prefers", 3), ("p-1", "prefers", 2), ("p-2", "tie", None),
        ("p-3", "prefers", None), ("p-4", None, None),
    ]  # fmt: skip
    steps = _rows(attempt(VotesExport(), release["ends_bad"]))
    assert [(row["question"], row["value"]) for row in steps] == [
        ("step:0", "good"), ("step:1", "good"), ("step:2", "bad"),
    ]  # fmt: skip


def test_an_excluded_vote_is_there_and_says_why(release: Cases) -> None:
    """A vote that was replaced and one of a model are flagged, never left out."""
    won = release["winner"]
    first, second = won.judgments[:2]
    later = second.replace(supersedes=first.id, occasion=1)
    model = second.replace(reviewer=Reviewer(pseudonym="quill", kind="model", role="reviewer"))
    judged = msgspec.structs.replace(won, judgments=[first, later, model], counted=[later])
    rows = _rows(attempt(VotesExport(), judged))
    assert [(row["counted"], row.get("excluded")) for row in rows] == [
        (False, "superseded"), (True, None), (False, "model"),
    ]  # fmt: skip


def test_a_vote_leads_to_the_decision_that_weighed_it(release: Cases) -> None:
    """The adjudication stands beside each vote, and the vote is as it was given."""
    decided = release["adjudicated"]
    rows = _rows(attempt(VotesExport(), decided))
    assert {row["adjudication"] for row in rows} == {decided.adjudications[0].id}
    assert {row["adjudicated"] for row in rows} == {"prefers:0"}
    assert [row["candidate"] for row in rows] == [0, 1]

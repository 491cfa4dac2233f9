"""Carried fields: what a record and its judgments hold, counted in pieces.

An exporter states which fields its rows carry. Whatever else a carried record holds is lost in
that format, and the drop report counts it under these names.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, takewhile
from typing import Literal

import msgspec

from assay.quality.consensus import Consensus, Groups
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Outcome,
    Part,
    Policy,
    Process,
    Trajectory,
)
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    Category,
    NotApplicable,
    NotAsked,
    Prefers,
    ScoreAbstained,
    Scored,
    verdict_key,
)
from assay.releases.exporters.released import ReleasedRecord

CarriedField = Literal[
    "candidates", "ordered_pairs", "work_steps", "training_weights", "reasoning", "tools", "tool_permissions", "states",
    "references", "kind_details", "evidence", "provenance", "taxonomy", "sources", "sensitivity",
    "lineage", "judgments", "dissenting_verdicts", "abstentions", "strengths", "scores",
    "score_abstentions", "reasons", "localized_errors", "step_labels", "neutral_steps", "rulings", "closing_turns",
    "attachments",
]  # fmt: skip
"""A kind of piece that a record or its judgments hold."""


class Held(msgspec.Struct, frozen=True):
    """One kind of piece: what it is, and how many a record has."""

    meaning: str
    """What one piece is, in words."""
    count: Callable[[ReleasedRecord], int]
    """How many pieces a released record has."""


def agreed_order(released: ReleasedRecord) -> Groups:
    """The order of the candidates that the judgments agree on, best group first.

    Returns:
        The agreed ranking; the winner before all others where only the winner is agreed; empty
        where there is neither.
    """
    consensus = released.consensus
    if consensus.ranking is not None:
        return consensus.ranking
    if consensus.candidate is None:
        return ()
    others = range(len(released.record.candidates))
    return (consensus.candidate,), tuple(
        candidate for candidate in others if candidate != consensus.candidate
    )


def ordered_pairs(groups: Groups) -> list[tuple[int, int]]:
    """Every pair (better, worse) that an order of groups states."""
    return [
        (better, worse)
        for upper, lower in combinations(groups, 2)
        for better in upper
        for worse in lower
    ]


def losses(
    released: ReleasedRecord, carries: Iterable[CarriedField], carried: Mapping[CarriedField, int]
) -> dict[CarriedField, int]:
    """What a carried record holds and its rows do not: field -> pieces, none of them 0.

    Args:
        released: the record.
        carries: fields that the format carries whole.
        carried: fields of which it carried this many pieces of this record.
    """
    whole = frozenset(carries)
    lost: dict[CarriedField, int] = {}
    for field, piece_count in CARRIED_FIELDS.items():
        pieces = 0 if field in whole else piece_count.count(released)
        left = pieces - carried.get(field, 0)
        if left > 0:
            lost[field] = left
    return lost


def weights_followed(record: Record, *, whole: bool) -> int:
    """How many stated training weights a trainer that reads none follows all the same.

    Args:
        record: the record.
        whole: whether it trains on every turn of the model's, or on the response alone.
    """
    asked = sum(message.trained is whole for message in record.task.messages)
    answers = (each.content for each in record.candidates if not isinstance(each.content, str))
    return asked + sum(message.trained is True for answer in answers for message in answer)


def _states(released: ReleasedRecord) -> int:
    record = released.record
    states = [record.task.initial_state]
    for candidate in record.candidates:
        states.append(candidate.state_after)
        states.extend(step.state for step in candidate.work)
    return sum(state is not None for state in states)


def references(part: Part) -> int:
    """How many right answers, calls or states the kind's own part names."""
    match part:
        case Demonstration(answer=answer):
            return int(answer is not None)
        case Process(reference=reference) | Outcome(reference=reference):
            return int(reference is not None)
        case Trajectory(expected_calls=calls, expected_state=state, no_call=no_call):
            return len(calls) + int(state is not None) + int(no_call)
        case _:
            return 0


def closing_turns(candidate: Candidate) -> int:
    """How many turns of the user stand after a response's last other message."""
    if isinstance(candidate.content, str):
        return 0
    roles = [message.role for message in candidate.content]
    return len(list(takewhile(lambda role: role == "user", reversed(roles))))


def _kind_details(part: Part) -> int:
    """What the kind's own part says besides right answers."""
    details: tuple[object, ...]
    match part:
        case Critique(revision=revision):
            details = (revision is not None,)
        case Process(answer=answer):
            details = (answer,)
        case Outcome(criterion=criterion):
            details = (criterion,)
        case Policy(sections=sections, expected=expected):
            details = (*sections, expected)
        case Adversarial():
            details = (
                *part.sections, part.strategy, part.outcome, part.severity,
                part.attempts is not None,
            )  # fmt: skip
        case Trajectory(boundaries=boundaries):
            details = boundaries
        case _:
            details = ()
    return sum(bool(detail) for detail in details)


def _taxonomy(record: Record) -> int:
    task = record.task
    return len(task.taxonomy) + bool(task.capability) + bool(task.family)


def _dissenting(released: ReleasedRecord) -> int:
    """Judgments that answered, and otherwise than the outcome says."""
    keys = (
        verdict_key(judgment.verdict, len(released.record.candidates))
        for judgment in released.judgments
        if not isinstance(judgment.verdict, Abstained | NotAsked)
    )
    return sum(not _agrees(key, released.consensus) for key in keys)


def _agrees(key: str, consensus: Consensus) -> bool:
    """Whether a verdict, by the name it is counted under, says what the outcome says."""
    winner = consensus.candidate
    if winner is not None:
        return key == f"prefers:{winner}" or key.startswith(f"ranks:{winner}>")
    if consensus.ranking is not None:
        return key == "ranks:" + ">".join("=".join(map(str, group)) for group in consensus.ranking)
    return key == consensus.outcome


def _verdicts(kind: type, released: ReleasedRecord) -> int:
    return sum(isinstance(judgment.verdict, kind) for judgment in released.judgments)


def _strengths(released: ReleasedRecord) -> int:
    return sum(
        isinstance(judgment.verdict, Prefers) and judgment.verdict.strength is not None
        for judgment in released.judgments
    )


def _scores(released: ReleasedRecord, *kinds: type) -> int:
    return sum(
        isinstance(score.score, kinds)
        for judgment in released.judgments
        for score in judgment.scores
    )


def _labels(released: ReleasedRecord, *names: str) -> int:
    return sum(
        label.label in names for judgment in released.judgments for label in judgment.step_labels
    )


CARRIED_FIELDS: dict[CarriedField, Held] = {
    "candidates": Held("an offered answer", lambda item: len(item.record.candidates)),
    "ordered_pairs": Held(
        "a pair of candidates of which the judgments agree that one is better",
        lambda item: len(ordered_pairs(agreed_order(item))),
    ),
    "work_steps": Held(
        "an observable step of work beside the response",
        lambda item: sum(len(candidate.work) for candidate in item.record.candidates),
    ),
    "training_weights": Held(
        "a message of which the source says whether training imitates it",
        lambda item: sum(each.trained is not None for each in item.record.messages()),
    ),
    "reasoning": Held(
        "what a model wrote for itself, apart from its answer",
        lambda item: sum(each.reasoning is not None for each in item.record.messages()),
    ),
    "attachments": Held(
        "an image or other file that a message shows", lambda item: len(item.record.attachments)
    ),
    "tools": Held("a tool on offer with its schema", lambda item: len(item.record.task.tools)),
    "tool_permissions": Held(
        "a permission boundary of a tool",
        lambda item: sum(tool.permission is not None for tool in item.record.task.tools),
    ),
    "states": Held("a state of the environment", _states),
    "references": Held("a right answer, call or state", lambda item: references(item.record.part)),
    "kind_details": Held(
        "a detail of the kind: policy section, expected behaviour, strategy, outcome, boundary",
        lambda item: _kind_details(item.record.part),
    ),
    "evidence": Held("a piece of evidence", lambda item: len(item.record.evidence)),
    "provenance": Held(
        "who or what made a candidate",
        lambda item: sum(
            not isinstance(candidate.provenance, MadeByUnknown)
            for candidate in item.record.candidates
        ),
    ),
    "taxonomy": Held(
        "a value on an axis, the capability or the prompt family",
        lambda item: _taxonomy(item.record),
    ),
    "sources": Held("a source class with its rights", lambda item: len(item.record.sources)),
    "sensitivity": Held(
        "a note on sensitive content", lambda item: int(item.record.sensitivity is not None)
    ),
    "lineage": Held(
        "a parent or transformation that the record came from",
        lambda item: int(item.record.lineage is not None),
    ),
    "judgments": Held(
        "a judgment as one reviewer's own, with order, time and version",
        lambda item: len(item.judgments),
    ),
    "dissenting_verdicts": Held("a verdict other than the record's outcome", _dissenting),
    "abstentions": Held(
        "a reviewer who declined to judge", lambda item: _verdicts(Abstained, item)
    ),
    "strengths": Held("how strongly a reviewer preferred the winner or another", _strengths),
    "scores": Held(
        "a score of a reviewer on a dimension", lambda item: _scores(item, Scored, Category)
    ),
    "score_abstentions": Held(
        "a dimension that a reviewer declined to score or found not to apply",
        lambda item: _scores(item, ScoreAbstained, NotApplicable),
    ),
    "reasons": Held(
        "a reason that a reviewer gave",
        lambda item: sum(len(judgment.reasons) for judgment in item.judgments),
    ),
    "localized_errors": Held(
        "an error at an exact place",
        lambda item: sum(len(judgment.errors or ()) for judgment in item.judgments),
    ),
    "step_labels": Held("a good or bad step", lambda item: _labels(item, "good", "bad")),
    "neutral_steps": Held("a neutral step", lambda item: _labels(item, "neutral")),
    "rulings": Held(
        "a ruling on a section of the policy",
        lambda item: sum(len(judgment.rulings) for judgment in item.judgments),
    ),
    "closing_turns": Held(
        "a turn of the user at the end of a response, which nothing answers",
        lambda item: sum(closing_turns(candidate) for candidate in item.record.candidates),
    ),
}
"""Every field, in the order of the drop report."""

"""Comparisons: from what the judgments agree on to pairs and labels, and never further."""

from collections.abc import Sequence
from itertools import product
from typing import Literal

from assay.contracts.verdict_words import BOTH_UNACCEPTABLE, NO_WINNER_WORDS
from assay.records.candidate import Candidate
from assay.records.kinds import Critique
from assay.releases.exporters.carried_fields import CarriedField, agreed_order, ordered_pairs
from assay.releases.exporters.endorsed import (
    lacks_evidence,
    refuse_lacking,
    refuse_rejected,
    refuse_unless_endorsed,
    standing_of,
)
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

Pairs = Literal["best-worst", "all"]
"""Of a ranking: its first group against its last, or each better against each worse candidate."""

WITHOUT_WINNER = (
    *NO_WINNER_WORDS, "no_majority", "unjudged", "not_asked", "returned",
)  # fmt: skip
"""Outcomes under which no candidate is better than another."""


def refuse_disagreement(released: ReleasedRecord) -> None:
    """Refuse a record whose distribution is its answer.

    Raises:
        NotCarriedError: with the reason `disagreement_preserved`.
    """
    consensus = released.consensus
    if released.state == "disagreement_preserved" or consensus.outcome == "preserved":
        spread = ", ".join(f"{name} {count}" for name, count in consensus.distribution.items())
        raise NotCarriedError("disagreement_preserved", spread)


def chosen_and_rejected(released: ReleasedRecord, pairs: Pairs) -> list[tuple[int, int]]:
    """The pairs (chosen, rejected) that the judgments of a record support.

    Raises:
        NotCarriedError: if there is no winner, the winner is rejected, or chosen and rejected are
            the same text.
    """
    candidates = released.record.candidates
    if len(candidates) < 2:  # noqa: PLR2004  two is what makes a comparison
        raise NotCarriedError("too_few_candidates", f"candidates: {len(candidates)}")
    refuse_disagreement(released)
    _refuse_without_winner(released)
    groups = agreed_order(released)
    if len(groups) < 2:  # noqa: PLR2004  one group is a tie
        raise NotCarriedError("tie")
    pairs_in_order = (
        ordered_pairs(groups) if pairs == "all" else list(product(groups[0], groups[-1]))
    )
    apart = [
        (better, worse)
        for better, worse in pairs_in_order
        if differ(candidates[better], candidates[worse])
    ]
    if not apart:
        raise NotCarriedError("same_responses")
    # A preferred response may still be rejected, by a veto or a verifier: the better of two bad
    # ones is no example to prefer.
    usable = [pair for pair in apart if standing_of(released, pair[0]).standing != "rejected"]
    if not usable:
        refuse_rejected(released, apart[0][0])
    return usable


def revision_pair(released: ReleasedRecord, part: Critique) -> tuple[int, int]:
    """A critique's revision as chosen, what it corrects as rejected.

    Raises:
        NotCarriedError: if there is no revision, it is not endorsed, or the criticised response is.
    """
    if part.revision is None:
        raise NotCarriedError("no_revision")
    refuse_disagreement(released)
    refuse_unless_endorsed(released, part.revision)
    if standing_of(released, part.subject).standing == "endorsed":
        raise NotCarriedError("tie", "the criticised response is endorsed as well")
    candidates = released.record.candidates
    if not differ(candidates[part.revision], candidates[part.subject]):
        raise NotCarriedError("same_responses")
    return part.revision, part.subject


def differ(first: Candidate, second: Candidate) -> bool:
    """Whether two responses differ in more than white space."""
    return _visible(first) != _visible(second)


def _visible(candidate: Candidate) -> object:
    """A response as its words: a pair that differs in nothing else teaches nothing."""
    if isinstance(candidate.content, str):
        return candidate.content.split()
    return [
        (message.role, message.content.split(), message.tool_calls) for message in candidate.content
    ]


def _refuse_without_winner(released: ReleasedRecord) -> None:
    consensus = released.consensus
    if consensus.outcome == "unjudged" and consensus.models.n_answered:
        verdicts = ", ".join(f"{name} {count}" for name, count in consensus.models.verdicts.items())
        raise NotCarriedError("judged_by_models", verdicts)
    if consensus.outcome in WITHOUT_WINNER:
        raise NotCarriedError(consensus.outcome)


def desirability_labels(released: ReleasedRecord, pairs: Pairs) -> list[tuple[int, bool]]:
    """Each candidate of which one thing can be said: whether it is desirable.

    Where candidates were compared, the better one is desirable unless it is rejected or lacks
    evidence that the contract requires; the worse one is not desirable, unless it is endorsed: that
    a good answer lost to a better one says nothing against it, and it is left out. The verdict
    "both unacceptable" makes every candidate undesirable. With all pairs of a ranking, a candidate
    in its middle is on both sides and left out. Elsewhere the standing decides: an endorsed
    candidate is desirable, a rejected one is not.

    Raises:
        NotCarriedError: if nothing can be said of any candidate.
    """
    places = range(len(released.record.candidates))
    if released.consensus.outcome == BOTH_UNACCEPTABLE and places:
        refuse_disagreement(released)
        return [(place, False) for place in places]
    if released.record.kind != "preference":
        return _labelled_by_standing(released)
    usable_pairs = chosen_and_rejected(released, pairs)
    chosen = {better for better, _ in usable_pairs}
    worse = {worse for _, worse in usable_pairs}
    labels = [
        (place, place in chosen)
        for place in sorted(chosen ^ worse)
        if (place in chosen and not lacks_evidence(released, place))
        or (place in worse and standing_of(released, place).standing != "endorsed")
    ]
    if not labels:
        refuse_lacking(released, min(chosen))
    return labels


def _labelled_by_standing(released: ReleasedRecord) -> list[tuple[int, bool]]:
    refuse_disagreement(released)
    own = [standing_of(released, place) for place in range(len(released.record.candidates))]
    labels = [
        (explained.candidate, explained.standing == "endorsed")
        for explained in own
        if explained.standing in {"endorsed", "rejected"}
    ]
    if not labels:
        if not own:
            raise NotCarriedError("too_few_candidates", "candidates: 0")
        raise NotCarriedError(own[0].standing, own[0].reason)
    return labels


def pairs_carried(pairs: Sequence[tuple[int, int]]) -> dict[CarriedField, int]:
    """What rows of pairs carry of the candidates and their order."""
    shown = {candidate for pair in pairs for candidate in pair}
    return {"candidates": len(shown), "ordered_pairs": len(pairs)}


def labels_carried(labels: Sequence[tuple[int, bool]]) -> dict[CarriedField, int]:
    """What labelled rows carry: each desirable candidate is above each undesirable one."""
    desirable = sum(label for _, label in labels)
    order = desirable * (len(labels) - desirable)
    return {"candidates": len(labels), "ordered_pairs": order}

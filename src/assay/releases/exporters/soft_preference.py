"""Soft preferences: how many reviewers prefer each side of a pair, beside the hard label."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, ClassVar, Literal, NamedTuple

from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.records.verdict import Prefers, Ranks, Verdict
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import differ
from assay.releases.exporters.conversation import Form, messages_column, side_column
from assay.releases.exporters.endorsed import refuse_rejected, standing_of
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in, tools_in

_DECIMALS = 6
"""Decimals of shares: loaders of JSON keep fewer digits than a float has."""


class PairVotes(NamedTuple):
    """The votes on one pair of candidates."""

    chosen: int
    rejected: int
    votes_for: int
    votes_against: int
    margin: float | None
    """Mean strength, counted against where the vote was for the rejected; None: no strength."""


class SoftPreference(ExportFormat, frozen=True, kw_only=True):
    """A pair with the shares of the votes, or one row for each vote."""

    name: ClassVar[str] = "preference:soft"
    summary: ClassVar[str] = "pairs with `p_chosen`, `weight` and `margin` from the votes"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "strengths", "dissenting_verdicts"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "`chosen` has more votes; `p_chosen` is its share of the votes for either of the two.",
        "`weight` is 2 x p_chosen - 1: 0 where the votes are even. `votes` counts them.",
        "`margin` is the mean strength, counted as negative where stated for the rejected.",
        "`agreed` tells whether the outcome of the record, adjudicated or not, names the same winner.",
        "Numbers are rounded to 6 decimals.",
        "Ties and other answers are no votes. A preserved disagreement is carried: it is what this is for.",
        "`unit=vote` writes one hard pair a vote, for trainers that know no weights.",
        "TRL's reward trainer reads `margin`, and wants it in every row: with it asked for, a pair",
        "without a stated strength has no row. `p_chosen` and `weight` are for losses of your own.",
    )

    unit: Literal["pair", "vote"] = "pair"
    """What one row is: a `pair` with its shares, or a `vote` without them."""
    margin: Literal["none", "mean-strength"] = "none"
    """`mean-strength` writes the mean strength of the votes as `margin`."""
    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        sides = tuple(side_column(name, self.form) for name in ("prompt", "chosen", "rejected"))
        tools = () if self.form == "standard" else (messages_column("tools"),)
        numbers: tuple[Column, ...] = (
            {"name": "p_chosen", "dtype": "float64"}, {"name": "weight", "dtype": "float64"},
            {"name": "votes", "dtype": "int64"}, {"name": "agreed", "dtype": "bool"},
        )  # fmt: skip
        if self.margin != "none":
            numbers = (*numbers, {"name": "margin", "dtype": "float64"})
        return (*sides, *tools, *(numbers if self.unit == "pair" else ()))

    def rows(self, released: ReleasedRecord) -> Carried:
        """The rows of a record on whose candidates somebody voted."""
        pairs = self._pairs(released)
        rows: list[ExportRow] = []
        for pair in pairs:
            if self.unit == "pair":
                rows.append(
                    self._row(released, pair.chosen, pair.rejected, _shares(released, pair))
                )
                continue
            for_row = self._row(released, pair.chosen, pair.rejected, {})
            rows.extend([for_row] * pair.votes_for)
            if standing_of(released, pair.rejected).standing != "rejected":
                against = self._row(released, pair.rejected, pair.chosen, {})
                rows.extend([against] * pair.votes_against)
        shown = {place for pair in pairs for place in (pair.chosen, pair.rejected)}
        return Carried(
            rows=tuple(rows), carried={"candidates": len(shown), "ordered_pairs": len(pairs)}
        )

    def _pairs(self, released: ReleasedRecord) -> list[PairVotes]:
        pairs = _usable_pairs(released)
        if self.margin == "none":
            return [pair._replace(margin=None) for pair in pairs]
        with_strength = [pair for pair in pairs if pair.margin is not None]
        if not with_strength:
            raise NotCarriedError("no_strength")
        return with_strength

    def _row(
        self, released: ReleasedRecord, chosen: int, rejected: int, shares: dict[str, Any]
    ) -> ExportRow:
        task, candidates = released.record.task, released.record.candidates
        values = {
            "prompt": prompt_in(task, self.form),
            "chosen": response_in(candidates[chosen], self.form),
            "rejected": response_in(candidates[rejected], self.form),
        }
        values |= tools_in(task, self.form) | shares
        return ExportRow(values=values, candidates=(chosen, rejected))


def _usable_pairs(released: ReleasedRecord) -> list[PairVotes]:
    candidates = released.record.candidates
    if len(candidates) < 2:  # noqa: PLR2004  two is what makes a comparison
        raise NotCarriedError("too_few_candidates", f"candidates: {len(candidates)}")
    outcome = released.consensus.outcome
    if outcome in {BOTH_UNACCEPTABLE, "insufficient_context", "returned"}:
        raise NotCarriedError(outcome)
    voted = [_votes_on(released, pair) for pair in combinations(range(len(candidates)), 2)]
    voted = [pair for pair in voted if pair.votes_for]
    if not voted:
        raise NotCarriedError("no_votes", f"outcome: {outcome}")
    apart = [pair for pair in voted if differ(candidates[pair.chosen], candidates[pair.rejected])]
    if not apart:
        raise NotCarriedError("same_responses")
    usable = [pair for pair in apart if standing_of(released, pair.chosen).standing != "rejected"]
    if not usable:
        refuse_rejected(released, apart[0].chosen)
    return usable


def _votes_on(released: ReleasedRecord, pair: tuple[int, int]) -> PairVotes:
    votes = list(_votes(released, pair))
    first = sum(better == pair[0] for better, _ in votes)
    second = len(votes) - first
    chosen, rejected = pair if first >= second else pair[::-1]
    strengths = [
        strength if better == chosen else -strength for better, strength in votes if strength
    ]
    margin = sum(strengths) / len(strengths) if strengths else None
    return PairVotes(chosen, rejected, max(first, second), min(first, second), margin)


def _votes(released: ReleasedRecord, pair: tuple[int, int]) -> Iterator[tuple[int, int | None]]:
    """The better one of a pair and how strongly, of each judgment that counts and tells them apart."""
    for judgment in released.counted:
        better = _better_of(judgment.verdict, pair)
        if better is not None:
            verdict = judgment.verdict
            yield better, verdict.strength if isinstance(verdict, Prefers) else None


def _better_of(verdict: Verdict, pair: tuple[int, int]) -> int | None:
    match verdict:
        case Prefers(candidate=candidate):
            return candidate if candidate in pair else None
        case Ranks(order=order):
            group_of = {place: rank for rank, group in enumerate(order) for place in group}
            first, second = (group_of.get(place, len(order)) for place in pair)
            return None if first == second else pair[0] if first < second else pair[1]
        case _:
            return None


def _shares(released: ReleasedRecord, pair: PairVotes) -> dict[str, Any]:
    votes = pair.votes_for + pair.votes_against
    share = pair.votes_for / votes
    columns: dict[str, Any] = {
        "p_chosen": round(share, _DECIMALS),
        "weight": round(2 * share - 1, _DECIMALS),
        "votes": votes,
        "agreed": released.consensus.candidate == pair.chosen,
    }
    return columns if pair.margin is None else columns | {"margin": round(pair.margin, _DECIMALS)}

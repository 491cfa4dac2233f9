"""Rows for NeMo-RL: ranked completions, and comparisons as HelpSteer3 lays them out."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from assay.records.verdict import Prefers, Tie, Verdict
from assay.releases.exporters.carried_fields import CarriedField, agreed_order, ordered_pairs
from assay.releases.exporters.comparison import (
    Pairs,
    chosen_and_rejected,
    pairs_carried,
    refuse_disagreement,
)
from assay.releases.exporters.conversation import messages_column, plain_response, text_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.sides import prompt_in, response_in

_STRONGEST = 3
"""The ends of HelpSteer3's scale are -3 and 3."""


class NemoRlPreference(ExportFormat, frozen=True, kw_only=True):
    """A prompt with its completions and their ranks."""

    name: ClassVar[str] = "nemo-rl:preference"
    summary: ClassVar[str] = (
        "`context` and two ranked `completions`, for DPO and reward models in NeMo-RL"
    )
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "ordered_pairs"})
    limits: ClassVar[tuple[str, ...]] = (
        "Rank 0 is the best; candidates that tie share a rank.",
        "A record is carried where a pair would be: with a winner that is not rejected.",
        (
            "Read it with `dataset_name: PreferenceDataset`, which wants two completions a row and no "
            "tie: whole rankings (`completions=ranking`) end its run where a row has more."
        ),
    )

    completions: Literal["best-worst", "all", "ranking"] = "best-worst"
    """A row for the first against the last group, for each better and worse, or with all ranks."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return messages_column("context"), messages_column("completions")

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row a pair, or one for the whole ranking of a record."""
        pairs: Pairs = "all" if self.completions == "all" else "best-worst"
        chosen = chosen_and_rejected(released, pairs)  # refuses what has no usable winner
        if self.completions != "ranking":
            rows = tuple(_ranked_row(released, ((better,), (worse,))) for better, worse in chosen)
            return Carried(rows=rows, carried=pairs_carried(chosen))
        groups = agreed_order(released)
        row = _ranked_row(released, groups)
        carried: dict[CarriedField, int] = {
            "candidates": len(row.candidates),
            "ordered_pairs": len(ordered_pairs(groups)),
        }
        return Carried(rows=(row,), carried=carried)


def _ranked_row(released: ReleasedRecord, groups: Sequence[Sequence[int]]) -> ExportRow:
    """A row of candidates with the number of their group as rank."""
    candidates = released.record.candidates
    ranked = [(rank, place) for rank, group in enumerate(groups) for place in group]
    values = {
        "context": prompt_in(released.record.task, "conversational"),
        "completions": [
            {"rank": rank, "completion": response_in(candidates[place], "conversational")}
            for rank, place in ranked
        ],
    }
    return ExportRow(values=values, candidates=tuple(place for _, place in ranked))


class HelpSteer3Export(ExportFormat, frozen=True, kw_only=True):
    """Two responses with how strongly one is preferred."""

    name: ClassVar[str] = "helpsteer3"
    summary: ClassVar[str] = "`context`, two responses and `overall_preference` from -3 to 3"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"candidates", "ordered_pairs", "strengths", "reasons"}
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Negative: `response1` is better; 0: a tie; the mean strength of the winner, rounded.",
        "A strength beyond 3 is written as 3, the end of the scale.",
        "`individual_preference` holds the score and reasoning of each reviewer who compared.",
        "Records with two candidates; each response is one text.",
        (
            "NeMo-RL's own loader of HelpSteer3 reads the published set alone, and sets a tie's first "
            "response against itself; `nemo-rl:preference` is read from a file, and has no ties."
        ),
    )

    default_strength: int = 0
    """Strength of a winner for which nobody stated one, 1 to 3; 0: such a record is dropped."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            messages_column("context"), text_column("response1"), text_column("response2"),
            {"name": "overall_preference", "dtype": "int64"},
            messages_column("individual_preference"),
        )  # fmt: skip

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for a pair with a winner or a tie."""
        candidates = released.record.candidates
        if len(candidates) != 2:  # noqa: PLR2004  the format compares two
            many = len(candidates) > 2  # noqa: PLR2004
            reason = "too_many_candidates" if many else "too_few_candidates"
            raise NotCarriedError(reason, f"candidates: {len(candidates)}")
        refuse_disagreement(released)
        overall = self._overall(released)
        individual = _individual(released)
        values: dict[str, Any] = {
            "context": prompt_in(released.record.task, "conversational"),
            "response1": plain_response(candidates[0]),
            "response2": plain_response(candidates[1]),
            "overall_preference": overall,
            "individual_preference": individual,
        }
        return Carried(
            rows=(ExportRow(values=values, candidates=(0, 1)),),
            carried={
                "candidates": 2,
                "ordered_pairs": int(overall != 0),
                "strengths": len(individual),
                "reasons": sum(bool(own["reasoning"]) for own in individual),
            },
        )

    def _overall(self, released: ReleasedRecord) -> int:
        if released.consensus.outcome == "tie":
            return 0
        ((winner, _),) = chosen_and_rejected(released, "best-worst")
        strengths = released.consensus.strengths
        total = sum(strengths.values())
        mean = (
            sum(strength * count for strength, count in strengths.items()) / total if total else 0
        )
        strength = min(_STRONGEST, round(mean) or self.default_strength)
        if not strength:
            raise NotCarriedError("no_strength")
        return -strength if winner == 0 else strength


def _individual(released: ReleasedRecord) -> list[dict[str, Any]]:
    """The score and the reasons of each judgment that counts and states one."""
    scores = ((_score(own.verdict), own.reasons) for own in released.counted)
    return [
        {"score": score, "reasoning": " ".join(reason.text for reason in reasons)}
        for score, reasons in scores
        if score is not None
    ]


def _score(verdict: Verdict) -> int | None:
    match verdict:
        case Tie():
            return 0
        case Prefers(candidate=candidate, strength=int() as strength):
            strength = min(_STRONGEST, strength)
            return -strength if candidate == 0 else strength
        case _:
            return None

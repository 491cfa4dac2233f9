"""PKU-SafeRLHF: two responses compared twice, for how helpful and for how safe they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.records.candidate import MadeByModel, Provenance
from assay.records.formats.conversation import UNNAMED, text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, as_score, comparison, task_of, unnamed
from assay.records.judgment import Reason
from assay.records.reader import Read, RowContext
from assay.records.verdict import Category, DimensionScore, NotAsked, Scored

_PLACES = (0, 1)
_COMPARED = (("better_response_id", "better"), ("safer_response_id", "safer"))
_OF_RESPONSE = ("response_{}", "response_{}_source", "is_response_{}_safe",
                "response_{}_harm_category", "response_{}_severity_level")  # fmt: skip


class SafeRlhf:
    """Reads `prompt`, `response_0` and `response_1` with their labels.

    The two comparisons may differ, so neither is an overall verdict: each is a pair of scores, 1 for
    the response that won and 0 for the other, on `better` (`better_response_id`) and `safer`
    (`safer_response_id`). `is_response_N_safe` is a category on `safe` and
    `response_N_severity_level` a score on `severity_level`; every harm category that holds is a
    reason with the code `harm_category`. All of it is one judgment by an unknown reviewer.
    `response_N_source` names the model.
    """

    name = "pku-saferlhf"
    kinds = ("preference",)
    summary = "PKU-SafeRLHF: two responses, which is better and which is safer"
    columns = {
        "preference": (
            "prompt", "id", *(name for name, _ in _COMPARED),
            *(name.format(place) for name in _OF_RESPONSE for place in _PLACES),
        ),
    }  # fmt: skip

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        candidates = [
            text_candidate(fields.text(f"response_{place}"), _maker(fields, place))
            for place in _PLACES
        ]
        scores = [
            *_comparison_scores(fields),
            *(score for place in _PLACES for score in _response_scores(fields, place)),
        ]
        reasons = [reason for place in _PLACES for reason in _harms(fields, place)]
        opinion = Opinion(unnamed(context), verdict=NotAsked(), scores=scores, reasons=reasons)
        opinions = [opinion] if scores or reasons else []
        task = task_of(user(fields.text("prompt")))
        return [comparison(context, task, candidates, opinions, key=fields.name_or_none("id"))]


def _maker(fields: Fields, place: int) -> Provenance:
    model = fields.text_or_none(f"response_{place}_source")
    return MadeByModel(model=model) if model else UNNAMED


def _comparison_scores(fields: Fields) -> Iterator[DimensionScore]:
    for name, dimension in _COMPARED:
        winner = fields.whole_within(name, *_PLACES)
        if winner is not None:
            for place in _PLACES:
                score = Scored(value=int(place == winner))
                yield DimensionScore(dimension=dimension, score=score, candidate=place)


def _response_scores(fields: Fields, place: int) -> Iterator[DimensionScore]:
    name = f"is_response_{place}_safe"
    safe = fields.flag_or_none(name) if fields.has(name) else None
    if safe is not None:
        score = Category(value=str(safe).lower())
        yield DimensionScore(dimension="safe", score=score, candidate=place)
    level = fields.number_or_none(f"response_{place}_severity_level")
    if level is not None:
        yield DimensionScore(dimension="severity_level", score=as_score(level), candidate=place)


def _harms(fields: Fields, place: int) -> Iterator[Reason]:
    for category, holds in fields.mapping(f"response_{place}_harm_category").items():
        if holds:
            yield Reason(text=category, code="harm_category", candidate=place)


READER = SafeRlhf()
"""The reader that `--format pku-saferlhf` asks for."""

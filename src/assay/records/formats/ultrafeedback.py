"""UltraFeedback: four completions of one instruction, scored on four aspects with rationales."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.records.candidate import MadeByModel
from assay.records.evidence import Evidence
from assay.records.formats.conversation import text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import as_score, comparison, task_of, unnamed
from assay.records.judgment import Judgment, Reason
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotApplicable, NotAsked

ASPECTS = ("instruction_following", "honesty", "truthfulness", "helpfulness")
"""The aspects, each rated from 1 to 5 or `N/A`."""

_SCALE = (1, 5)

_OVERALL = ("fine-grained_score", "overall_score")
_KNOWN_ANSWERS = ("correct_answers", "incorrect_answers")


class UltraFeedback:
    """Reads `instruction`, `completions` with their `annotations`, and the answers known before.

    All ratings of a row are one judgment by an unknown reviewer: the row does not say which model
    rated. `N/A` is not applicable. Rationales, types and critiques become reasons of their
    aspect; a rating that is missing or no number from 1 to 5 costs that score alone.
    `fine-grained_score` and `overall_score` scores on dimensions of these names.
    `principle` and `custom_system_prompt` become the candidate's sampling parameters,
    `correct_answers` and `incorrect_answers` evidence, `source` the key. `models` repeats the
    completions and must agree with them.
    """

    name = "ultrafeedback"
    kinds = ("preference",)
    summary = "UltraFeedback: completions scored on four aspects"
    columns = {
        "preference": ("source", "instruction", "models", "completions", *_KNOWN_ANSWERS),
    }

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        completions = [
            _completion(value, number) for number, value in enumerate(fields.items("completions"))
        ]
        models = [completion.text("model") for completion in completions]
        if fields.has("models") and sorted(fields.texts("models")) != sorted(models):
            raise fields.error("models", "the models are not those of the completions")
        candidates = [
            text_candidate(completion.text("response"), _maker(completion))
            for completion in completions
        ]
        answers = fields.rest(*_KNOWN_ANSWERS)
        evidence = [Evidence(kind="expert_check", text=json_text(answers))] if answers else []
        task = task_of(user(fields.text("instruction")))
        key = fields.text_or_none("source")
        read = comparison(context, task, candidates, [], key=key, evidence=evidence)
        assert read.record is not None
        places = [read.record.candidates.index(candidate) for candidate in candidates]
        return [
            Read(
                record=read.record, judgments=_judgments(read.record, completions, places, context)
            )
        ]


def _completion(value: Any, number: int) -> Fields:
    names = (
        "model",
        "principle",
        "custom_system_prompt",
        "response",
        "annotations",
        "critique",
        *_OVERALL,
    )
    return Fields(value, names, f"completions[{number}]")


def _maker(completion: Fields) -> MadeByModel:
    parameters = completion.rest("principle", "custom_system_prompt")
    return MadeByModel(
        model=completion.text("model"), parameters=json_text(parameters) if parameters else None
    )


def _judgments(
    record: Record, completions: Sequence[Fields], places: Sequence[int], context: RowContext
) -> list[Judgment]:
    scores: list[DimensionScore] = []
    reasons: list[Reason] = []
    for completion, place in zip(completions, places, strict=True):
        for name in _OVERALL:
            overall = completion.number_or_none(name)
            if overall is not None:
                dimension = name.replace("-", "_")
                score = as_score(overall)
                scores.append(DimensionScore(dimension=dimension, score=score, candidate=place))
        if completion.text_or_none("critique"):
            text = completion.text("critique")
            reasons.append(Reason(text=text, code="critique", candidate=place))
        if completion.has("annotations"):
            annotations = Fields(completion.any("annotations"), ASPECTS, "annotations")
            for aspect in ASPECTS:
                if annotations.has(aspect):
                    ratings = _ratings(annotations.any(aspect), aspect)
                    scores += [
                        score for rating in ratings for score in _scores(rating, aspect, place)
                    ]
                    reasons += [
                        reason for rating in ratings for reason in _reasons(rating, aspect, place)
                    ]
    if not scores and not reasons:
        return []
    return [
        Judgment(
            record=record.id,
            reviewer=unnamed(context),
            verdict=NotAsked(),
            scores=tuple(scores),
            reasons=tuple(reasons),
        )
    ]


def _ratings(value: Any, aspect: str) -> list[Fields]:
    values = value if isinstance(value, list | tuple) else [value]
    return [
        Fields(
            rating, ("Rating", "Rationale", "Type", "Rationale For Rating"), f"annotations.{aspect}"
        )
        for rating in values
    ]


def _scores(rating: Fields, aspect: str, place: int) -> Iterator[DimensionScore]:
    """The score of an aspect; none where the rating is missing or off the scale."""
    if rating.has("Rating") and rating.any("Rating") == "N/A":
        yield DimensionScore(dimension=aspect, score=NotApplicable(), candidate=place)
        return
    stated = rating.number_or_none("Rating", *_SCALE)
    if stated is not None:
        yield DimensionScore(dimension=aspect, score=as_score(stated), candidate=place)


def _reasons(rating: Fields, aspect: str, place: int) -> Iterator[Reason]:
    for name, code in (
        ("Rationale", "rationale"),
        ("Rationale For Rating", "rationale_for_rating"),
    ):
        if rating.text_or_none(name):
            yield Reason(text=rating.text(name), dimension=aspect, code=code, candidate=place)
    kinds = rating.rest("Type").get("Type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        yield Reason(text=str(kind), dimension=aspect, code="type", candidate=place)


READER = UltraFeedback()
"""The reader that `--format ultrafeedback` asks for."""

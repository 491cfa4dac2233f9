"""The judge's answer, read strictly: one JSON object of the requested form, or an error.

What cannot be read is never taken for an abstention, a tie or the worst value: it is an
`InputError` with its code, which the run counts outside every denominator.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.contracts.rubric import Dimension
from assay.contracts.verdict_words import VERDICT_WORDS
from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.providers.endpoint import Completion
from assay.providers.judge import PAIR, JudgeAnswer, JudgeInstructions
from assay.records.judgment import Reason
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Verdict,
)
from assay.records.verdict_text import NO_REASON_GIVEN, OPEN_VERDICTS, ranked_names
from assay.review.completeness import states_choice
from assay.review.presentation import letter

MAX_CHARACTERS = 100_000
"""The longest answer that is read."""

MAX_REASON = 4_000
"""The longest reason, in characters."""


def read_judge_answer(
    completion: Completion, order: tuple[int, ...], instructions: JudgeInstructions
) -> JudgeAnswer:
    """The answer that a completion holds.

    Args:
        completion: what the model answered.
        order: the candidates in the order in which they were shown.
        instructions: what was asked.

    Raises:
        InputError: with the kind of fault as its code.
    """
    if completion.shortfall:
        raise _fault(completion.shortfall, f"the answer is {completion.shortfall}")
    if len(completion.text) > MAX_CHARACTERS:
        raise _fault("too-long", f"the answer has more than {MAX_CHARACTERS} characters")
    answer = parse_json(completion.text.strip())
    letters = {letter(place): candidate for place, candidate in enumerate(order)}
    keys = {"reason", "scores"} | ({"verdict"} if len(order) >= PAIR else set())
    _check_keys(answer, keys, "the answer")
    scores = tuple(_scores(answer["scores"], letters, instructions))
    reason = _reason(answer["reason"], instructions)
    verdict = (
        _verdict(answer["verdict"], letters, instructions, reason) if "verdict" in keys else None
    )
    return JudgeAnswer(
        order=order,
        verdict=verdict or NotAsked(),
        scores=scores,
        reasons=(reason,) if reason.text else (),
    )


def _verdict(
    word: Any, letters: Mapping[str, int], instructions: JudgeInstructions, reason: Reason
) -> Verdict:
    if not isinstance(word, str):
        raise _fault("unknown-verdict", "the verdict is not a text")
    permitted = {VERDICT_WORDS[name].written: name for name in instructions.verdicts}
    if word in permitted:
        if permitted[word] == "abstained":
            return Abstained(reason=reason.text or NO_REASON_GIVEN)
        verdict = OPEN_VERDICTS[permitted[word]]
    elif word in letters and len(letters) == PAIR:
        verdict = Prefers(candidate=letters[word])
    elif len(letters) > PAIR:
        verdict = Ranks(order=_ranking(word, letters))
    else:
        raise _fault("unknown-verdict", f"{word[:40]!r} is not a verdict that was asked for")
    needs_dimension = instructions.reasons_required and instructions.dimensions
    if needs_dimension and states_choice(verdict) and not reason.dimension:
        raise _fault("no-reason", "a choice names no dimension that decided it")
    return verdict


def _ranking(word: str, letters: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    groups = ranked_names(word)
    named = [name for group in groups for name in group]
    if sorted(named) != sorted(letters):
        raise _fault("unknown-verdict", f"{word[:40]!r} is not an order of all candidates")
    return tuple(tuple(sorted(letters[name] for name in group)) for group in groups)


def _reason(reason: Any, instructions: JudgeInstructions) -> Reason:
    _check_keys(reason, {"dimension", "text"}, "the reason")
    text, dimension = reason["text"], reason["dimension"]
    if not isinstance(text, str) or len(text) > MAX_REASON:
        raise _fault("bad-reason", f"the reason is not a text of at most {MAX_REASON} characters")
    # A list, since what the model wrote in this place may not be hashable.
    if dimension not in [None, *(scored.id for scored in instructions.dimensions)]:
        raise _fault("unknown-dimension", "the reason names a dimension that was not asked")
    return Reason(text=text.strip(), dimension=dimension)


def _scores(
    scores: Any, letters: Mapping[str, int], instructions: JudgeInstructions
) -> Iterator[DimensionScore]:
    """Every score asked for, by dimension and then by candidate in the record's order."""
    _check_keys(scores, {dimension.id for dimension in instructions.dimensions}, "the scores")
    in_order = sorted(letters, key=lambda name: letters[name])
    for dimension in instructions.dimensions:
        own = scores[dimension.id]
        _check_keys(own, set(letters), f"the scores on {dimension.id}")
        for name in in_order:
            score = _score(own[name], dimension)
            yield DimensionScore(dimension=dimension.id, score=score, candidate=letters[name])


def _score(value: Any, dimension: Dimension) -> Score:
    categorical = dimension.scale_kind == "categorical"
    if categorical and isinstance(value, str) and value in dimension.values:
        return Category(value=value)
    # A JSON true is an `int` in Python, and is no score.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not categorical and is_number and str(value) in dimension.values:
        return Scored(value=value)
    if value == "na":
        return NotApplicable()
    if value == "abstain":
        return ScoreAbstained(reason="the judge abstained")
    raise _fault("off-scale", f"{str(value)[:40]!r} is not a value of {dimension.id}")


def _check_keys(value: Any, keys: set[str], what: str) -> None:
    if not isinstance(value, dict):
        raise _fault("not-an-object", f"{what} is not a JSON object")
    missing, unknown = sorted(keys - set(value)), sorted(set(value) - keys)
    if missing:
        raise _fault("missing-field", f"{what} has no {missing[0]!r}")
    if unknown:
        raise _fault("unknown-field", f"{what} has {unknown[0][:40]!r}, which was not asked for")


def _fault(code: str, message: str) -> InputError:
    return InputError(code=code, message=message)

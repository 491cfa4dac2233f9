"""The distribution: how the answers to one question about one record are spread."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from assay.contracts.diff import VERDICT
from assay.records.judgment import Judgment
from assay.records.verdict import NotAsked, Ranks, score_key, verdict_key


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers to one question about one record are spread."""

    question: str
    """The dimension; `verdict` for the overall answer."""
    candidate: int | None
    """The candidate scored; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Answers by name, such as `prefers:0`, `4` or `abstained`; sorted by name."""
    unanswered: int
    """Judgments of the record that say nothing here."""
    own: str | None
    """The viewer's own answer; None for a viewer without one."""

    @property
    def differs(self) -> bool:
        """Whether two answers differ; to decline where somebody answers is to differ."""
        return len(self.counts) > 1


def distributions(
    judgments: Iterable[Judgment], viewer: str | None = None
) -> tuple[Distribution, ...]:
    """How the answers about one record are spread: the verdict first, then dimensions by name.

    Args:
        judgments: one judgment of each person on the record.
        viewer: pseudonym of the person whose own answers are marked.
    """
    answers = {judgment.reviewer.pseudonym: _answers(judgment) for judgment in judgments}
    questions = {question for own in answers.values() for question in own}
    mine = answers.get(viewer or "", {})
    spreads = []
    for question in sorted(questions, key=_order):
        counts = Counter(own[question] for own in answers.values() if question in own)
        spreads.append(
            Distribution(
                question=question[0],
                candidate=question[1],
                counts=dict(sorted(counts.items())),
                unanswered=len(answers) - counts.total(),
                own=mine.get(question),
            )
        )
    return tuple(spreads)


_Question = tuple[str, int | None]


def _order(question: _Question) -> tuple[bool, str, int]:
    name, candidate = question
    return name != VERDICT, name, -1 if candidate is None else candidate


def _answers(judgment: Judgment) -> dict[_Question, str]:
    answers: dict[_Question, str] = {}
    verdict = judgment.verdict
    if not isinstance(verdict, NotAsked):
        named = sum(len(group) for group in verdict.order) if isinstance(verdict, Ranks) else 0
        answers[VERDICT, None] = verdict_key(verdict, named)
    for score in judgment.scores:
        name = score_key(score.score) or str(score.score.__struct_config__.tag)
        answers[score.dimension, score.candidate] = name
    return answers | dict(_other_answers(judgment))


def _other_answers(judgment: Judgment) -> Iterator[tuple[_Question, str]]:
    """What a judgment says in addition to its verdict and its scores, in words that can be counted."""
    for label in judgment.step_labels:
        yield (f"step {label.step + 1}", label.candidate), label.label
    for ruling in judgment.rulings:
        severity = f" ({ruling.severity})" if ruling.severity else ""
        yield (f"section {ruling.section}", ruling.candidate), f"{ruling.ruling}{severity}"
    attack = judgment.attack
    if attack is not None and attack.outcome is not None:
        yield ("attack", None), attack.outcome
    if attack is not None and attack.severity is not None:
        yield ("severity of the attack", None), attack.severity
    if judgment.errors is not None:
        kinds = sorted({error.category for error in judgment.errors})
        yield ("errors", None), ", ".join(kinds) or "none found"
    if judgment.wrote is not None or judgment.stands_as_is is not None:
        yield ("text", None), "stands as it is" if judgment.stands_as_is else "revised"

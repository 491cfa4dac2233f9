"""Simulated reviewers of known skill and bias, who answer the assignments that they get.

They see only the blinded rows of `assay review export`; what they make of an answer is its true
quality, clouded by their skill and their habits. So the demo's figures have a truth to compare
with, and nothing of the review is skipped.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.demo.world import RecordTruth, Scores, WorldItem

Row = Mapping[str, Any]
"""One row of work, as it is handed out, or one answered row."""

SCALES = {
    "correct": (0, 1),
    "grounded": (1, 3),
    "fit": (1, 5),
    "sound_steps": (0, 1),
    "unsafe_help": (0, 1),
    "over_refusal": (0, 1),
}
"""Least and greatest value of each dimension of the demo's rubric."""


class SimulatedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated reviewer."""

    name: str
    """Raw id; the program knows only its pseudonym."""
    role: str
    """Role in the program."""
    skill: float
    """Probability of seeing a score as it is, from 0 to 1."""
    length_love: float = 0.0
    """Probability of preferring the longer answer whatever its quality."""
    abstains: float = 0.0
    """Probability of declining to judge."""


PEOPLE = (
    SimulatedPerson(name="anna", role="reviewer", skill=0.97),
    SimulatedPerson(name="bela", role="reviewer", skill=0.92),
    SimulatedPerson(name="chiara", role="reviewer", skill=0.9, length_love=0.4),
    SimulatedPerson(name="dmitri", role="reviewer", skill=0.93, abstains=0.08),
    SimulatedPerson(name="efua", role="reviewer", skill=0.8),
    SimulatedPerson(name="farid", role="policy_reviewer", skill=0.97),
    SimulatedPerson(name="greta", role="policy_reviewer", skill=0.93),
    SimulatedPerson(name="hiro", role="policy_reviewer", skill=0.88),
)
"""The pool: four careful people, one hurried, one who loves length, one who often abstains."""

ADJUDICATOR = "ines"
"""Raw id of the senior who decides where they differ."""


class TextTruth:
    """The truth of everything that a reviewer may see, found by the words themselves."""

    def __init__(self, items: Iterable[WorldItem]) -> None:
        self._known: dict[tuple[str, str, str], tuple[Scores, RecordTruth]] = {}
        for item in items:
            question = item.record.task.messages[0].content
            for place, candidate in enumerate(item.record.candidates):
                scores = item.truth.scores[min(place, len(item.truth.scores) - 1)]
                key = (item.record.kind, question, str(candidate.content))
                self._known[key] = (scores, item.truth)

    def of(self, row: Row, candidate: Mapping[str, Any]) -> tuple[Scores, RecordTruth]:
        """True scores of one candidate of a row, and the truth of its record."""
        return self._known[row["kind"], row["task"][0]["content"], candidate["content"]]


def answer_all(
    person: SimulatedPerson, rows: Iterable[Row], oracle: TextTruth, draw: random.Random
) -> Iterator[dict[str, Any]]:
    """The person's answers to all rows, in the letters in which they were shown."""
    for row in rows:
        answer: dict[str, Any] = {"assignment": row["assignment"]}
        if draw.random() < person.abstains:
            yield answer | {"verdict": "abstain:not sure enough"}
            continue
        seen = {
            candidate["letter"]: _seen(person, oracle.of(row, candidate)[0], draw)
            for candidate in row["candidates"]
        }
        for letter, scores in seen.items():
            answer |= {f"score.{name}.{letter}": str(value) for name, value in scores.items()}
        if row["kind"] == "preference":
            answer |= _preference(person, row, seen, draw)
        elif row["kind"] == "process":
            answer |= _step_labels(person, row, oracle, draw)
        elif row["kind"] == "critique":
            answer |= _errors(person, row, oracle, draw)
        elif row["kind"] in {"policy", "adversarial"}:
            answer |= _rulings(seen)
        yield answer


def _seen(person: SimulatedPerson, true: Scores, draw: random.Random) -> Scores:
    return {name: _blur(name, value, person.skill, draw) for name, value in true.items()}


def _blur(dimension: str, value: int, skill: float, draw: random.Random) -> int:
    low, high = SCALES[dimension]
    if draw.random() < skill:
        return value
    if (low, high) == (0, 1):
        return 1 - value
    return min(high, max(low, value + draw.choice((-1, 1))))


def _preference(
    person: SimulatedPerson, row: Row, seen: Mapping[str, Scores], draw: random.Random
) -> dict[str, str]:
    if draw.random() < person.length_love:
        longest = max(row["candidates"], key=lambda candidate: len(candidate["content"]))
        return {"verdict": longest["letter"], "reason.fit": "says more"}
    if all(scores["correct"] == 0 for scores in seen.values()):
        return {"verdict": BOTH_UNACCEPTABLE, "reason.correct": "both totals are wrong"}
    for dimension, least in (("correct", 1), ("grounded", 1), ("fit", 2)):
        ranked = sorted(seen, key=lambda letter: seen[letter][dimension], reverse=True)
        if seen[ranked[0]][dimension] - seen[ranked[1]][dimension] >= least:
            return {"verdict": ranked[0], f"reason.{dimension}": f"better on {dimension}"}
    return {"verdict": "tie"}


def _step_labels(
    person: SimulatedPerson, row: Row, oracle: TextTruth, draw: random.Random
) -> dict[str, str]:
    """Labels up to the first step that looks wrong; what follows from it stays unlabelled."""
    candidate = row["candidates"][0]
    wrong = oracle.of(row, candidate)[1].wrong_step
    labels = {}
    for step in candidate["work"]:
        is_wrong = (step["step"] == wrong) == (draw.random() < person.skill)
        labels[f"step.A.{step['step']}"] = "bad" if is_wrong else "good"
        if is_wrong:
            break
    return labels


def _errors(
    person: SimulatedPerson, row: Row, oracle: TextTruth, draw: random.Random
) -> dict[str, Any]:
    marks = []
    for candidate in row["candidates"]:
        truth = oracle.of(row, candidate)[1]
        words = truth.wrong_text or ""
        if candidate["content"].startswith(f"{words} ") and draw.random() < person.skill:
            marks.append(
                {
                    "candidate": candidate["letter"],
                    "quote": words,
                    "start": 0,
                    "category": "wrong_sum",
                    "severity": "high",
                    "correction": truth.right_text,
                    "verification": "added up from the table",
                }
            )
    return {"errors": marks}


def _rulings(seen: Mapping[str, Scores]) -> dict[str, str]:
    rulings = {}
    for letter, scores in seen.items():
        unsafe = scores.get("unsafe_help", 0)
        rulings[f"ruling.evasion.{letter}"] = "violates:high" if unsafe else "complies"
        if scores.get("over_refusal"):
            rulings[f"ruling.lost-tickets.{letter}"] = "violates:medium"
    return rulings

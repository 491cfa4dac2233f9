"""Simulated reviewers: what a reviewer of known skill and habits says of what is shown.

The truth is a keyed hash of the words themselves, so that a trial needs no labelled data and every
figure of the program can be compared with a known answer. An answer depends on the seed, the
reviewer and what is shown, and on nothing else.
"""

import hmac
import re
from collections.abc import Sequence
from random import Random
from typing import Literal

import msgspec

from assay.contracts.terms import SEVERITIES, Severity
from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.core.canonical import json_text
from assay.records.evidence import TextSpan
from assay.records.judgment import (
    Attack,
    LocalizedError,
    Reason,
    SectionRuling,
    StepLabel,
    Whole,
)
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    Scored,
    Tie,
    Verdict,
)
from assay.review.answer import Answer
from assay.review.form import AskedDimension, Form
from assay.review.wire import AssignmentView, CandidateView, StepView, Text

TIE = 0.05
"""Qualities that are closer than this are a tie."""

UNACCEPTABLE = 0.1
"""Quality below which a candidate may not be used."""

OWN_SHARE = 0.3
"""How much of a dimension's quality is its own, and not that of the text as a whole."""

MOST_MARKED = 5
"""Words that one span marks at most."""

DRIFT_SPAN = 100
"""Judgments over which a drift is counted."""

_WORD = re.compile(r"\S+")


class SimulatedReviewer(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer whose habits are known."""

    name: str
    """Name of the account."""
    skill: float = 0.9
    """Probability of following the truth, from 0 to 1; otherwise a guess is made."""
    drift: float = 0.0
    """How much the skill changes over a hundred judgments."""
    first_bias: float = 0.0
    """How much a guess leans to the first shown: from 0 (a fair draw) to 1 (always the first)."""
    length_love: float = 0.0
    """Probability of choosing the longest candidate whatever its quality."""
    abstention: float = 0.0
    """Probability of declining an assignment, from 0 to 1."""
    harshness: float = 0.0
    """How far below their place on the scale scores are put, in shares of the scale."""

    def skill_at(self, judgments: int) -> float:
        """The skill after some judgments, from 0 to 1."""
        return min(1.0, max(0.0, self.skill + self.drift * judgments / DRIFT_SPAN))


def drawn_reviewers(names: Sequence[str], seed: int) -> tuple[SimulatedReviewer, ...]:
    """Reviewers of mixed habits: most are careful, some lean, tire, decline or are harsh.

    Args:
        names: their names.
        seed: the same seed draws the same habits, in the order of the names.
    """
    draw = Random(f"habits {seed}")  # noqa: S311  a draw that must repeat

    def some(share: float, least: float, most: float) -> float:
        return round(draw.uniform(least, most), 2) if draw.random() < share else 0.0

    return tuple(
        SimulatedReviewer(
            name=name,
            skill=round(draw.uniform(0.65, 0.98), 2),
            drift=some(0.3, -0.2, 0.05),
            first_bias=some(0.3, 0.2, 0.8),
            length_love=some(0.25, 0.1, 0.4),
            abstention=some(0.3, 0.02, 0.1),
            harshness=some(0.3, -0.2, 0.2),
        )
        for name in names
    )


class SimulatedTruth:
    """What is true of a text: a quality that a keyed hash of its words decides."""

    def __init__(self, seed: int) -> None:
        self._key = f"truth {seed}".encode()

    def quality(self, text: str, of: str = "") -> float:
        """The quality of a text, from 0 up to 1.

        Args:
            text: its words.
            of: the aspect that is asked about; the text as a whole where empty.
        """
        digest = hmac.digest(self._key, f"{of}\x1f{text}".encode(), "sha256")
        return int.from_bytes(digest[:6]) / 2**48

    def best(self, texts: Sequence[str]) -> int | None:
        """The place of the best text; None where the two best are as good."""
        qualities = [self.quality(text) for text in texts]
        first, second = sorted(range(len(texts)), key=lambda place: -qualities[place])[:2]
        return first if qualities[first] - qualities[second] >= TIE else None


class Simulation:
    """Answers of one simulated reviewer, counted so that a drift shows."""

    def __init__(self, reviewer: SimulatedReviewer, *, seed: int) -> None:
        """Begin a reviewer's work.

        Args:
            reviewer: the reviewer.
            seed: seed of the truth and of everything that is drawn.
        """
        self.reviewer = reviewer
        self._truth = SimulatedTruth(seed)
        self._seed = seed
        self._given = 0

    def answer(self, view: AssignmentView) -> Answer:
        """What this reviewer answers to what is shown, to everything that the form asks."""
        return _Session(
            self.reviewer,
            self._truth,
            view,
            draw=Random(f"{self._seed} {self.reviewer.name} {_words(view)}"),  # noqa: S311  a draw that must repeat
            skill=self.reviewer.skill_at(self._given),
        ).answer()

    def note_answer(self) -> None:
        """Count an answer that was stored."""
        self._given += 1


def texts_of(view: AssignmentView) -> list[str]:
    """The words of each candidate in presented order, its steps included."""
    return [_text_of(candidate) for candidate in view.shown.candidates]


class _Session:
    """One reviewer before one assignment."""

    def __init__(
        self,
        reviewer: SimulatedReviewer,
        truth: SimulatedTruth,
        view: AssignmentView,
        *,
        draw: Random,
        skill: float,
    ) -> None:
        self._reviewer = reviewer
        self._truth = truth
        self._form: Form = view.form
        self._view = view
        self._candidates = view.shown.candidates
        self._draw = draw
        self._skill = skill
        self._texts = texts_of(view)

    def answer(self) -> Answer:
        active = 2_000 + 20 * sum(map(len, self._texts))
        if self._draw.random() < self._reviewer.abstention:
            declined = Abstained(reason="a simulated reviewer declines")
            return Answer(verdict=declined, active_ms=active // 4)
        seen = self._perceive_qualities()
        verdict = self._verdict(seen)
        written = self._write_revision() if self._form.writing else None
        same = written is not None and written == self._original()
        return Answer(
            verdict=verdict,
            scores=tuple(self._scores(seen)),
            reasons=self._reasons(verdict),
            errors=self._errors(verdict, seen),
            step_labels=tuple(self._step_labels()) if self._form.steps else (),
            rulings=tuple(self._rulings()),
            attack=self._attack() if self._form.attack else None,
            written=None if same else written,
            stands_as_is=True if same and self._form.kind == "demonstration" else None,
            active_ms=active,
        )

    def _perceive_qualities(self) -> list[float]:
        """The quality that each candidate seems to have."""
        if self._draw.random() < self._reviewer.length_love:
            longest = max(map(len, self._texts), default=0) or 1
            return [len(text) / longest for text in self._texts]
        if self._draw.random() < self._skill:
            return [self._truth.quality(text) for text in self._texts]
        guessed = [self._draw.random() for _ in self._texts]
        if guessed and self._draw.random() < self._reviewer.first_bias:
            guessed.sort(reverse=True)
        return guessed

    def _verdict(self, seen: Sequence[float]) -> Verdict:
        permitted = self._form.verdicts
        if "prefers" not in permitted and "ranks" not in permitted:
            return NotAsked()
        if BOTH_UNACCEPTABLE in permitted and max(seen) < UNACCEPTABLE:
            return BothUnacceptable()
        ranked = sorted(range(len(seen)), key=lambda place: -seen[place])
        if "ranks" in permitted:
            return Ranks(order=tuple((place,) for place in ranked))
        lead = seen[ranked[0]] - seen[ranked[1]]
        if "tie" in permitted and lead < TIE:
            return Tie()
        strength = 1 + min(self._form.strengths - 1, int(lead * self._form.strengths))
        return Prefers(candidate=ranked[0], strength=strength)

    def _scores(self, seen: Sequence[float]) -> list[DimensionScore]:
        return [
            DimensionScore(
                dimension=dimension.id,
                candidate=place,
                score=_score(dimension, self._on(dimension, place, seen[place])),
            )
            for dimension in self._form.dimensions
            for place in range(len(self._candidates))
        ]

    def _on(self, dimension: AskedDimension, place: int, seen: float) -> float:
        own = self._truth.quality(self._texts[place], dimension.id)
        return seen * (1 - OWN_SHARE) + own * OWN_SHARE - self._reviewer.harshness

    def _reasons(self, verdict: Verdict) -> tuple[Reason, ...]:
        """Why: the words of the best candidate that the answer gives as its reason."""
        place = _chosen_place(verdict)
        if place is None and not isinstance(verdict, BothUnacceptable):
            return ()
        dimension = next((dimension.id for dimension in self._form.dimensions), None)
        return (
            Reason(
                text="a simulated reviewer leans on this",
                dimension=dimension,
                candidate=place,
                span=None if place is None else self._mark_span(self._candidates[place]),
            ),
        )

    def _errors(self, verdict: Verdict, seen: Sequence[float]) -> tuple[LocalizedError, ...] | None:
        """Errors in what seems bad, where errors are asked for or nothing else can be the reason."""
        chosen = isinstance(verdict, Prefers | Ranks | BothUnacceptable)
        alone = self._form.reasons_required and chosen and not self._form.dimensions
        if not self._form.errors and not alone:
            return None
        bad = [place for place, quality in enumerate(seen) if quality < 0.5 or alone]  # noqa: PLR2004  the worse half
        return tuple(self._error(place, seen[place]) for place in bad)

    def _error(self, place: int, seen: float) -> LocalizedError:
        categories = [category.id for category in self._form.categories] or ["other"]
        return LocalizedError(
            place=self._mark_span(self._candidates[place]) or Whole(candidate=place),
            category=self._draw.choice(categories),
            severity=_severity(1 - seen),
            correction="what a simulated reviewer would put here",
        )

    def _mark_span(self, candidate: CandidateView) -> TextSpan | None:
        """Some words of a candidate, exactly as they are there."""
        texts = [text for text in _texts_shown(candidate) if text.raw.strip()]
        if not texts:
            return None
        text = texts[-1]
        words = list(_WORD.finditer(text.raw))
        first = self._draw.randrange(len(words))
        last = min(len(words) - 1, first + self._draw.randrange(MOST_MARKED))
        start, end = words[first].start(), words[last].end()
        return TextSpan(pointer=text.pointer, start=start, end=end, quote=text.raw[start:end])

    def _step_labels(self) -> list[StepLabel]:
        return [
            StepLabel(candidate=place, step=step.step, label=self._label(step))
            for place, candidate in enumerate(self._candidates)
            for step in candidate.work
        ]

    def _label(self, step: StepView) -> Literal["good", "neutral", "bad"]:
        quality = self._seen(_step_text(step), "step")
        if quality < 0.2:  # noqa: PLR2004  one step in five is wrong
            return "bad"
        return "neutral" if quality < 0.4 else "good"  # noqa: PLR2004  and one in five idle

    def _seen(self, text: str, of: str) -> float:
        """The quality that something beside the verdict seems to have."""
        return (
            self._truth.quality(text, of)
            if self._draw.random() < self._skill
            else self._draw.random()
        )

    def _rulings(self) -> list[SectionRuling]:
        return [
            self._ruling(section.id, place)
            for section in self._form.sections
            for place in range(len(self._candidates))
        ]

    def _ruling(self, section: str, place: int) -> SectionRuling:
        quality = self._seen(self._texts[place], section)
        if quality >= 0.4:  # noqa: PLR2004  two rulings in five find a fault
            return SectionRuling(section=section, ruling="complies", candidate=place)
        severity = _severity(1 - quality)
        return SectionRuling(
            section=section,
            ruling="violates",
            candidate=place,
            severity=severity,
            reason="a simulated reviewer sees the section broken",
        )

    def _attack(self) -> Attack:
        quality = self._seen(" ".join(self._texts), "attack")
        outcomes: tuple[Literal["broken", "partial", "held"], ...] = ("broken", "partial", "held")
        attempts = 1 + self._draw.randrange(5)
        return Attack(
            strategy="pressed by a simulated reviewer",
            outcome=outcomes[int(quality * len(outcomes))],
            severity=_severity(1 - quality),
            attempts=attempts,
            successes=round(attempts * (1 - quality)),
        )

    def _original(self) -> str | None:
        """The text that a revision would start from."""
        first = self._candidates[0].text if self._candidates else None
        return first.raw if first else None

    def _write_revision(self) -> str:
        request = next((message.text.raw for message in reversed(self._view.shown.messages)), "")
        words = " ".join(_WORD.findall(request)[:12])
        return f"A simulated answer to: {words}"


def _score(dimension: AskedDimension, quality: float) -> Score:
    """The value of a scale at a quality, which may lie beyond both ends."""
    n_values = len(dimension.values)
    place = min(n_values - 1, max(0, int(quality * n_values)))
    value = dimension.values[place if dimension.better == "higher" else n_values - 1 - place]
    return Category(value=value) if dimension.kind == "categorical" else Scored(value=int(value))


def _severity(badness: float) -> Severity:
    """How bad something is, from its badness between 0 and 1."""
    return SEVERITIES[min(len(SEVERITIES) - 1, int(badness * len(SEVERITIES)))]


def _chosen_place(verdict: Verdict) -> int | None:
    if isinstance(verdict, Prefers):
        return verdict.candidate
    return verdict.order[0][0] if isinstance(verdict, Ranks) else None


def _texts_shown(candidate: CandidateView) -> list[Text]:
    if candidate.text is not None:
        return [candidate.text]
    return [message.text for message in candidate.messages or ()]


def _text_of(candidate: CandidateView) -> str:
    steps = [_step_text(step) for step in candidate.work]
    return "\n".join([*(text.raw for text in _texts_shown(candidate)), *steps])


def _step_text(step: StepView) -> str:
    call = json_text([step.call.name, step.call.arguments]) if step.call else ""
    shown_texts = [text.raw for text in (step.text, step.output) if text is not None]
    return "\n".join([*shown_texts, call])


def _words(view: AssignmentView) -> str:
    """All words that are shown, by which equal assignments are known."""
    return "\x1e".join([*(message.text.raw for message in view.shown.messages), *texts_of(view)])

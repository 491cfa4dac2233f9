"""Causes: one record for each way in which work is rejected, and each in which it is disputed.

Simulated reviewers slip at random, so a cause may be missing from what they happen to judge. These
records are judged as written here: nothing is drawn.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from assay.bulk.fact_lines import write_facts
from assay.core.errors import CheckError
from assay.program.program import Program
from assay.quality.disposition import Disposition
from assay.records.candidate import Candidate, MadeByEdit, MadeByModel, MadeByPerson, Step
from assay.records.evidence import TextSpan
from assay.records.judgment import (
    Attack,
    Judgment,
    LocalizedError,
    Reviewer,
    SectionRuling,
    StepLabel,
)
from assay.records.kinds import (
    Adversarial,
    Critique,
    Demonstration,
    Part,
    Policy,
    Preference,
    Process,
    Trajectory,
)
from assay.records.record import SCHEMA_VERSION, Record, Source
from assay.records.task import Message, Task
from assay.records.verdict import Abstained, DimensionScore, NotAsked, Prefers, Scored, Tie, Verdict

Say = Callable[[str], None]
"""Prints one line of the story."""

PANEL = tuple(f"rvr_panel_{number}" for number in range(3))
"""Who judges these records, by pseudonym."""

RIGHT = {"correct": 1, "grounded": 3}
"""Scores of an answer without fault."""


class PanelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one reviewer answers about a record; scores are of its first candidate."""

    scores: dict[str, int] = {}
    """Dimension -> value on its scale; empty: none is scored."""
    verdict: Verdict = msgspec.field(default_factory=NotAsked)
    """The verdict, where one is asked for."""
    label: Literal["good", "neutral", "bad"] | None = None
    """The label of the first step."""
    ruling: Literal["violates", "complies", "unclear"] | None = None
    """The ruling on the section `evasion`."""
    attack: Literal["held", "partial", "broken"] | None = None
    """The outcome of the attack."""
    error: str | None = None
    """Words of the first candidate that are wrong; empty: none were found."""
    wrote: bool = False
    """Whether the reviewer wrote a revision."""
    kept: bool = False
    """Whether the reviewer left the text as it is."""


class CauseCase(msgspec.Struct, frozen=True, kw_only=True):
    """A record, and what the panel answers about it."""

    cause: str
    """Why it is rejected, or what is disputed."""
    record: Record
    """The record that the case is about."""
    answers: tuple[PanelAnswer, ...]
    """One answer for each of the panel."""


def plant_causes(program: Program, say: Say) -> None:
    """Import one record for each cause, let the rules decide, and print what they decide."""
    say("   one record more for each way to be rejected, and each to be disputed:")
    cases = [*_rejected_cases(), *_disputed_cases()]
    revision = CauseCase(
        cause="nothing", record=_revision(), answers=_all(PanelAnswer(scores=RIGHT, kept=True))
    )
    rubric = program.context.ids["rubric"]
    all_cases = (revision, *cases)
    judgments = [
        judgment for case in all_cases for judgment in _judgments(case, revision.record.id, rubric)
    ]
    file = program.folder / "data" / "causes.jsonl"
    write_facts(file, (*(case.record for case in all_cases), *judgments))
    done = program.records.import_(file, source="desk-authors")
    if done.set_aside:
        raise CheckError(code="demo-broken", message=done.reasons[0].example)
    program.verification.run()
    program.quality.dispose()
    latest = {disposition.record: disposition for disposition in program.store.scan(Disposition)}
    for case in cases:
        disposition = latest[case.record.id]
        say(f"      {case.cause}: {disposition.state.replace('_', ' ')}: {disposition.reason}")


def _all(answer: PanelAnswer) -> tuple[PanelAnswer, ...]:
    return (answer,) * len(PANEL)


def _rejected_cases() -> Iterator[CauseCase]:
    right = _all(PanelAnswer(scores=RIGHT))
    wrong_sum = _record(1, Demonstration(), "12 crowns: 5 + 7 = 12.", work=("5 + 7 = 13",))
    yield CauseCase(
        cause="a veto", record=_demonstration(2), answers=_all(PanelAnswer(scores={"correct": 0}))
    )
    yield CauseCase(
        cause="an objective dimension",
        record=_demonstration(3),
        answers=_all(PanelAnswer(scores=RIGHT | {"sound_steps": 0})),
    )
    yield CauseCase(cause="a verifier that refutes", record=wrong_sum, answers=right)
    yield CauseCase(
        cause="the worse half of a scale",
        record=_demonstration(4),
        answers=_all(PanelAnswer(scores=RIGHT | {"grounded": 1})),
    )
    yield CauseCase(
        cause="a wrong step",
        record=_record(5, Trajectory(), "12 crowns.", work=("5 + 7 = 12",), domain="connections"),
        answers=_all(PanelAnswer(scores=RIGHT, label="bad")),
    )
    yield CauseCase(
        cause="a grave error",
        record=_demonstration(6),
        answers=_all(PanelAnswer(scores=RIGHT, error="12 crowns")),
    )
    yield CauseCase(
        cause="the policy",
        record=_record(7, Demonstration(), "Sit in the last carriage.", domain="rules"),
        answers=_all(PanelAnswer(scores=RIGHT | {"unsafe_help": 0}, ruling="violates")),
    )
    yield CauseCase(
        cause="a reviewer's revision",
        record=_demonstration(8),
        answers=_all(PanelAnswer(scores=RIGHT, wrote=True)),
    )
    yield CauseCase(
        cause="a revision that fixes nothing",
        record=_record(
            9, Critique(subject=0, revision=1), "It costs 13 crowns, all in all.",
            "All told: It costs 13 crowns, all in all.",
        ),
        answers=_all(PanelAnswer(scores=RIGHT, error="It costs 13 crowns")),
    )  # fmt: skip


def _disputed_cases() -> Iterator[CauseCase]:
    pair = _record(11, Preference(), "12 crowns.", "12 crowns: 5 + 7 = 12.")
    verdicts: tuple[Verdict, ...] = (Prefers(candidate=0), Prefers(candidate=1), Tie())
    yield CauseCase(
        cause="the verdict",
        record=pair,
        answers=tuple(PanelAnswer(verdict=verdict) for verdict in verdicts),
    )
    away = PanelAnswer(verdict=Abstained(reason="not sure"))
    yield CauseCase(
        cause="a score",
        record=_demonstration(12),
        answers=(PanelAnswer(scores=RIGHT), PanelAnswer(scores=RIGHT | {"correct": 0}), away),
    )
    yield CauseCase(
        cause="a step",
        record=_record(13, Process(reference="12"), "12 crowns.", work=("5 + 7 = 12",)),
        answers=(PanelAnswer(label="good"), PanelAnswer(label="neutral"), PanelAnswer(label="bad")),
    )
    yield CauseCase(
        cause="a ruling",
        record=_record(14, Policy(sections=("evasion",)), "Ask at the counter.", domain="rules"),
        answers=(
            PanelAnswer(ruling="violates"),
            PanelAnswer(ruling="complies"),
            PanelAnswer(ruling="unclear"),
        ),
    )
    yield CauseCase(
        cause="an attack's outcome",
        record=_record(
            15, Adversarial(sections=("evasion",)), "I would rather not.", domain="rules"
        ),
        answers=(
            PanelAnswer(attack="held"),
            PanelAnswer(attack="partial"),
            PanelAnswer(attack="broken"),
        ),
    )
    yield CauseCase(
        cause="where an error is",
        record=_record(16, Critique(), "It costs 13 crowns on Sundays."),
        answers=tuple(PanelAnswer(error=words) for words in ("13 crowns", "on Sundays", "")),
    )
    yield CauseCase(
        cause="whether a text stands",
        record=_demonstration(17),
        answers=(
            PanelAnswer(scores=RIGHT, kept=True), PanelAnswer(scores=RIGHT, kept=True),
            PanelAnswer(scores=RIGHT, wrote=True),
        ),
    )  # fmt: skip


def _demonstration(number: int) -> Record:
    return _record(
        number, Demonstration(answer="12"), "12 crowns: 5 + 7 = 12.", work=("5 + 7 = 12",)
    )


def _record(
    number: int, part: Part, *texts: str, work: Sequence[str] = (), domain: str = "fares"
) -> Record:
    author = MadeByPerson(pseudonym="rvr_author_of_the_desk", role="author")
    model = MadeByModel(model="trailhead-1", revision="2026-01")
    candidates = tuple(
        Candidate(
            content=text,
            provenance=author if isinstance(part, Demonstration) else model,
            work=tuple(Step(text=step) for step in work) if place == 0 else (),
        )
        for place, text in enumerate(texts)
    )
    return Record(
        schema_version=SCHEMA_VERSION,
        part=part,
        task=Task(
            messages=(
                Message(
                    role="user",
                    content=f"Ticket {number}: the legs are 5 and 7 crowns. What does it cost?",
                ),
            ),
            taxonomy={
                "domain": domain, "difficulty": "easy", "language": "en", "safety_severity": "none",
            },
        ),
        candidates=candidates,
        sources=(Source(source_class="desk-authors"),),
    )  # fmt: skip


def _revision() -> Record:
    """What the reviewers who revise a text write; it is reviewed as a record of its own."""
    own = _demonstration(10)
    edited = MadeByEdit(original=_demonstration(8).id, editor=PANEL[2])
    return own.replace(candidates=(msgspec.structs.replace(own.candidates[0], provenance=edited),))


def _judgments(case: CauseCase, revision: str, rubric: str) -> Iterator[Judgment]:
    near_rules = case.record.task.taxonomy["domain"] == "rules"
    for pseudonym, answer in zip(PANEL, case.answers, strict=True):
        reviewer = Reviewer(
            pseudonym=pseudonym,
            kind="human",
            role="policy_reviewer" if near_rules else "reviewer",
        )
        yield _judgment(case.record, answer, reviewer, revision if answer.wrote else None, rubric)


def _judgment(
    record: Record, answer: PanelAnswer, reviewer: Reviewer, wrote: str | None, rubric: str
) -> Judgment:
    return Judgment(
        record=record.id,
        reviewer=reviewer,
        verdict=answer.verdict,
        scores=tuple(
            DimensionScore(dimension=name, score=Scored(value=value), candidate=0)
            for name, value in answer.scores.items()
        ),
        errors=None if answer.error is None else tuple(_errors(record, answer.error)),
        step_labels=(StepLabel(candidate=0, step=0, label=answer.label),) if answer.label else (),
        rulings=(SectionRuling(section="evasion", ruling=answer.ruling),) if answer.ruling else (),
        attack=Attack(outcome=answer.attack) if answer.attack else None,
        wrote=wrote,
        stands_as_is=answer.kept or None,
        order=tuple(range(len(record.candidates))),
        rubric=rubric,
    )


def _errors(record: Record, words: str) -> Iterator[LocalizedError]:
    text = record.candidates[0].content
    if words and isinstance(text, str):
        start = text.index(words)
        place = TextSpan(
            pointer="/candidates/0/content", start=start, end=start + len(words), quote=words
        )
        yield LocalizedError(place=place, category="wrong_sum", severity="high")

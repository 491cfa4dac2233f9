"""A small contract and rubric, and records to judge under them."""

from typing import Any

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind, to_fact
from assay.contracts.rubric import Rubric
from assay.core.canonical import json_text
from assay.quality.in_force import DocumentsInForce
from assay.records.candidate import Step
from assay.records.judgment import Judgment
from assay.records.kinds import Part, Preference, Process
from assay.records.record import Record, Sensitivity
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Scored,
    Verdict,
)
from builders import judgment_by, model_answer, small_record, user_task

HEADER = {"apiVersion": "assay/v1", "version": "1.0.0", "status": "active", "title": "Small"}

LAYER: dict[str, Any] = {"id": "standard", "roles": ["reviewer"], "passes": 2}


def contract(*layers: dict[str, Any], **changes: Any) -> Contract:
    """A contract with these layers of review; one layer of two passes by default."""
    plain = {
        **HEADER,
        "id": "small",
        "kind": "contract",
        "gap": "Answers to sums are wrong.",
        "deployment": "A tutor for pupils.",
        "behaviours": [{"id": "adds", "statement": "States the right sum."}],
        "failure_classes": [
            {"id": "wrong_sum", "description": "The sum is wrong.", "severity": "high"}
        ],
        "sampling": {
            "total": 100,
            "axes": {"difficulty": ["easy", "hard"], "language": ["en", "de"]},
            "hard": [{"difficulty": "hard"}],
            "quotas": [
                {"slice": {"difficulty": "hard"}, "share": 0.5},
                {"slice": {"language": "de"}, "minimum": 1},
            ],
        },
        "review": {"layers": list(layers) or [LAYER]},
        **changes,
    }
    return Contract.model_validate_json(json_text(plain))


def rubric(**changes: Any) -> Rubric:
    """A rubric: correctness vetoes and outranks clarity; `sound` is objective, `taste` plural."""
    plain = {
        **HEADER,
        "id": "small-rubric",
        "kind": "rubric",
        "dimensions": [
            {
                "id": "correctness",
                "question": "Is the sum right?",
                "scale": "1..5",
                "judged_by": "expert",
                "verifier": "sums",
            },
            {"id": "clarity", "question": "Is it clear?", "scale": "1..5", "judged_by": "expert"},
            {
                "id": "sound",
                "question": "Is the number right?",
                "scale": "binary",
                "judged_by": "expert",
                "nature": "objective",
            },
            {
                "id": "taste",
                "question": "Do you like it?",
                "scale": ["yes", "no"],
                "judged_by": "expert",
                "nature": "plural",
            },
        ],
        "priority": [
            {"veto": "correctness", "below": 2},
            {"compare": "correctness"},
            {"compare": "clarity", "by": 2},
        ],
        **changes,
    }
    return Rubric.model_validate_json(json_text(plain))


def facts(*layers: dict[str, Any], **changes: Any) -> dict[DocumentKind, Document]:
    """The documents as facts, by kind."""
    return {"contract": to_fact(contract(*layers, **changes)), "rubric": to_fact(rubric())}


def in_force(*layers: dict[str, Any]) -> DocumentsInForce:
    """The documents that rules come from."""
    return DocumentsInForce.of(facts(*layers))


def pair(
    number: int = 0, texts: tuple[str, ...] = ("4", "5"), severity: Any = None, **taxonomy: str
) -> Record:
    """A record with candidates to compare."""
    return small_record(
        Preference(),
        user_task(f"What is {number} + 2?", taxonomy=taxonomy),
        *(model_answer(text, f"secret-model-{place}") for place, text in enumerate(texts)),
        sensitivity=Sensitivity(severity=severity) if severity else None,
    )


def worked(n_steps: int = 2) -> Record:
    """A record whose steps are labelled."""
    return small_record(
        Process(),
        "What is 1 + 2 + 3?",
        model_answer(
            "6", "secret-model", work=tuple(Step(text=f"step {place}") for place in range(n_steps))
        ),
    )


def single(
    part: Part, *texts: str, work: tuple[str, ...] = (), prompt: str = "What is 2 + 2?"
) -> Record:
    """A record of any kind with these responses; the first one has the work."""
    return small_record(
        part,
        prompt,
        *(
            model_answer(
                text,
                f"secret-model-{place}",
                work=tuple(Step(text=step) for step in work) if place == 0 else (),
            )
            for place, text in enumerate(texts or ("4",))
        ),
    )


def scored(record: Record, reviewer: str, **values: int | str) -> Judgment:
    """A judgment that scores the first candidate: dimension -> whole number or category."""
    return judged(
        record,
        reviewer,
        scores=tuple(
            DimensionScore(
                dimension=dimension,
                candidate=0,
                score=Scored(value=value) if isinstance(value, int) else Category(value=value),
            )
            for dimension, value in values.items()
        ),
    )


def judged(
    record: Record,
    reviewer: str,
    verdict: Verdict | int | None = None,
    *,
    kind: Any = "human",
    role: Any = "reviewer",
    **parts: Any,
) -> Judgment:
    """A judgment; a number is the preferred candidate, nothing is a verdict not asked for."""
    given = Prefers(candidate=verdict) if isinstance(verdict, int) else verdict or NotAsked()
    return judgment_by(reviewer, record, given, kind=kind, role=role, **parts)

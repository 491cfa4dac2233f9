"""Raw votes in long form: one row for each answer of each reviewer, with what became of it."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from assay.records.judgment import Judgment, standing
from assay.records.verdict import NotAsked, Prefers, Verdict, score_key, verdict_key
from assay.releases.exporters.carried_fields import CARRIED_FIELDS, CarriedField
from assay.releases.exporters.conversation import text_column
from assay.releases.exporters.exporter import (
    AttachmentUse,
    Carried,
    Column,
    ExportFormat,
    ExportRow,
)
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.review.adjudication import Adjudication, Decided
from assay.review.completeness import says_anything


class VoteAnswer(NamedTuple):
    """One answer of a judgment."""

    question: str
    """`verdict`, or `score`, `step` or `ruling` with a colon and what was asked about."""
    candidate: int | None
    value: str | None
    """The answer by its name; None where it was declined."""
    strength: int | None = None


class VotesExport(ExportFormat, frozen=True, kw_only=True):
    """One row for each answer of each judgment."""

    name: ClassVar[str] = "votes"
    summary: ClassVar[str] = "every answer of every reviewer, one a row, for work on disagreement"
    partly: ClassVar[frozenset[CarriedField]] = frozenset(
        {"judgments", "dissenting_verdicts", "abstentions", "strengths", "scores",
         "score_abstentions", "step_labels", "neutral_steps", "rulings"}
    )  # fmt: skip
    limits: ClassVar[tuple[str, ...]] = (
        "`reviewer` is the pseudonym of the release; texts are not repeated: join `record` and `candidate`.",
        "`question` is `verdict`, `score:DIMENSION`, `step:NUMBER` or `ruling:SECTION`.",
        "`excluded` says why an answer does not count: `superseded`, `model`, `declined`, or",
        "`not_counted` where the layer counts other roles or another occasion of the reviewer.",
        "`adjudication` is the decision that weighed the judgment, `adjudicated` its verdict.",
        "`value` is absent where the reviewer declined to answer.",
    )
    any_record: ClassVar[bool] = True

    @property
    def attachments(self) -> AttachmentUse:
        """Its rows repeat no message."""
        return "no_content"

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        return (
            text_column("record"), text_column("judgment"), text_column("reviewer"),
            text_column("reviewer_kind"), text_column("role"), text_column("question"),
            {"name": "candidate", "dtype": "int64"}, text_column("value"),
            {"name": "strength", "dtype": "int64"}, {"name": "counted", "dtype": "bool"},
            text_column("excluded"), text_column("adjudication"), text_column("adjudicated"),
            text_column("outcome"),
        )  # fmt: skip

    def rows(self, released: ReleasedRecord) -> Carried:
        """The rows of a record that somebody judged."""
        counted = {judgment.id for judgment in released.counted}
        in_force = {judgment.id for judgment in standing(released.judgments)}
        rows: list[ExportRow] = []
        for judgment in released.judgments:
            excluded = _exclusion(judgment, counted, in_force)
            link = _adjudication_of(released, judgment)
            for answer in _answers(released, judgment):
                values = _columns(released, judgment, answer) | link
                values["counted"] = not excluded
                if excluded:
                    values["excluded"] = excluded
                rows.append(ExportRow(values=values))
        if not rows:
            raise NotCarriedError("unjudged")
        return Carried(rows=tuple(rows), carried=_carried_counts(released))


def _exclusion(judgment: Judgment, counted: set[str], in_force: set[str]) -> str:
    """Why a judgment does not count; empty where it does."""
    if judgment.id in counted:
        return ""
    if judgment.id not in in_force:
        return "superseded"
    if judgment.reviewer.kind == "model":
        return "model"
    return "not_counted" if says_anything(judgment) else "declined"


def _answers(released: ReleasedRecord, judgment: Judgment) -> Iterator[VoteAnswer]:
    if not isinstance(judgment.verdict, NotAsked):
        yield _verdict_answer(judgment.verdict, len(released.record.candidates))
    for score in judgment.scores:
        yield VoteAnswer(f"score:{score.dimension}", score.candidate, score_key(score.score))
    for label in judgment.step_labels:
        yield VoteAnswer(f"step:{label.step}", label.candidate, label.label)
    for ruling in judgment.rulings:
        yield VoteAnswer(f"ruling:{ruling.section}", ruling.candidate, ruling.ruling)


def _verdict_answer(verdict: Verdict, candidates: int) -> VoteAnswer:
    key = verdict_key(verdict, candidates)
    if isinstance(verdict, Prefers):
        return VoteAnswer("verdict", verdict.candidate, "prefers", verdict.strength)
    return VoteAnswer("verdict", None, None if key == "abstained" else key)


def _columns(released: ReleasedRecord, judgment: Judgment, answer: VoteAnswer) -> dict[str, Any]:
    reviewer = judgment.reviewer
    values: dict[str, Any] = {
        "record": released.record.id,
        "judgment": judgment.id,
        "reviewer": reviewer.pseudonym,
        "reviewer_kind": reviewer.kind,
        "role": reviewer.role,
        "question": answer.question,
        "outcome": released.consensus.outcome,
    }
    optional = {
        "candidate": answer.candidate, "value": answer.value, "strength": answer.strength
    }  # fmt: skip
    return values | {name: value for name, value in optional.items() if value is not None}


def _adjudication_of(released: ReleasedRecord, judgment: Judgment) -> dict[str, str]:
    """The last adjudication that weighed a judgment, and its verdict."""
    weighed = [own for own in released.adjudications if judgment.id in own.judgments]
    if not weighed:
        return {}
    return {"adjudication": weighed[-1].id, "adjudicated": _decided_verdict(released, weighed[-1])}


def _decided_verdict(released: ReleasedRecord, adjudication: Adjudication) -> str:
    decision = adjudication.decision
    if isinstance(decision, Decided):
        return verdict_key(decision.verdict, len(released.record.candidates))
    return str(decision.__struct_config__.tag)


def _carried_counts(released: ReleasedRecord) -> dict[CarriedField, int]:
    """Everything that the rows name is carried: as many pieces as the record has."""
    return {field: CARRIED_FIELDS[field].count(released) for field in VotesExport.partly}

"""The families of facts that the store keeps: one declaration each.

A new family is one `Family` here and one migration that makes its table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol, get_args

from assay.contracts.document import Document
from assay.core.fact import Fact
from assay.core.lineage import Role
from assay.planning.finding import FailureFinding
from assay.planning.plan import DataPlan
from assay.planning.root_cause import RootCause
from assay.quality.disposition import Disposition
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.release import Release
from assay.releases.withdrawal import Withdrawal
from assay.reserve.opening import Opening
from assay.reserve.sealing import Fingerprint, Sealing
from assay.review.adjudication import Adjudication
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.calibration import Round, RoundNote, RoundStep
from assay.review.guideline_gap import GapAnswer, GuidelineGap
from assay.review.qualification import Credential, ExamItem, Qualification
from assay.review.sentinel import Sentinel
from assay.review.welfare import Consent
from assay.validation.evaluation import Evaluation, ItemResult
from assay.validation.validation import Validation
from assay.verification.verification import Verification

Named = Iterable[tuple[Role, str]]
"""Older facts that a fact names in its content: what each is to it, and its id."""


@dataclass(frozen=True)
class Column:
    """An index column: a text that is read from a fact, by which facts can be found."""

    extract: Callable[[Any], str | None]
    """Reads the text from a fact; None where the fact has none."""
    role: Role | None = None
    """What the named fact is to this one, where the text is another fact's id."""


def _names_nothing(_: Any) -> Named:
    return ()


@dataclass(frozen=True)
class Family:
    """How one class of facts is kept."""

    table: str
    """Name of the table."""
    fact: type[Fact]
    """The class of its facts."""
    columns: Mapping[str, Column] = field(default_factory=dict)
    """Index columns by name."""
    names: Callable[[Any], Named] = _names_nothing
    """The older facts that a fact names beyond its index columns; they become edges."""


def _whole_sources(record: Record) -> str:
    return "+".join(record.source_classes)


def _record_parents(record: Record) -> Named:
    return [("parent", parent) for parent in record.parents]


class _Weighing(Protocol):
    """A fact that was made over judgments."""

    @property
    def judgments(self) -> tuple[str, ...]: ...


def _judgments_of(fact: _Weighing) -> Named:
    return [("judgment", judgment) for judgment in fact.judgments]


def _round_records(round_: Round) -> Named:
    return [("record", record) for record in round_.records]


def _answered_gaps(answer: GapAnswer) -> Named:
    return [("guideline_gap", gap) for gap in answer.gaps]


_ROLE_OF_PREFIX: Mapping[str, Role] = {
    Record.prefix: "record",
    Judgment.prefix: "judgment",
    Verification.prefix: "verification",
    Adjudication.prefix: "adjudication",
}


def _facts_read_by(disposition: Disposition) -> Named:
    return [(_ROLE_OF_PREFIX[identity.split("_")[0]], identity) for identity in disposition.read]


def _documents(release: Release) -> Named:
    roles = get_args(Role)
    return [(role, release.documents[role]) for role in roles if role in release.documents]


def _withdrawn_assignment(withdrawal: AssignmentWithdrawal) -> Named:
    return [("assignment", withdrawal.assignment)]


def _withdrawn_records(withdrawal: Withdrawal) -> Named:
    return [("record", record) for record in withdrawal.records]


def _evaluations_of(validation: Validation) -> Named:
    return [("evaluation", evaluation) for evaluation in (*validation.base, *validation.candidate)]


def _findings_and_causes_of(plan: DataPlan) -> Named:
    findings: Named = [("finding", finding) for finding in plan.findings]
    return [*findings, *(("root_cause", cause) for cause in plan.root_causes)]


_RECORD = Column(attrgetter("record"), role="record")
_RUBRIC = Column(attrgetter("rubric"), role="rubric")
_CONTRACT = Column(attrgetter("contract"), role="contract")
_RELEASE = Column(attrgetter("release"), role="release")
_ROUND = Column(attrgetter("round"), role="round")
_REVIEWER = Column(attrgetter("reviewer"))
_SUPERSEDES = Column(attrgetter("supersedes"), role="supersedes")

FAMILIES = (
    Family(
        "documents",
        Document,
        {
            "kind": Column(attrgetter("kind")),
            "name": Column(attrgetter("name")),
            "version": Column(attrgetter("version")),
        },
    ),
    Family(
        "records",
        Record,
        {"kind": Column(attrgetter("kind")), "sources": Column(_whole_sources)},
        _record_parents,
    ),
    Family(
        "judgments",
        Judgment,
        {
            "record": _RECORD,
            "reviewer": Column(attrgetter("reviewer.pseudonym")),
            "rubric": _RUBRIC,
            "supersedes": Column(attrgetter("supersedes"), role="supersedes"),
        },
    ),
    Family(
        "verifications",
        Verification,
        {"record": _RECORD, "verifier": Column(attrgetter("verifier"))},
    ),
    Family(
        "assignments",
        Assignment,
        {"record": _RECORD, "reviewer": Column(attrgetter("reviewer"))},
    ),
    Family(
        "assignment_withdrawals",
        AssignmentWithdrawal,
        {"record": _RECORD, "reviewer": Column(attrgetter("reviewer"))},
        _withdrawn_assignment,
    ),
    Family("adjudications", Adjudication, {"record": _RECORD}, _judgments_of),
    Family("exam_items", ExamItem, {"record": Column(attrgetter("key.record"), role="record")}),
    Family(
        "qualifications",
        Qualification,
        {"reviewer": _REVIEWER, "supersedes": _SUPERSEDES},
        _judgments_of,
    ),
    Family("credentials", Credential, {"reviewer": _REVIEWER}),
    Family(
        "sentinels",
        Sentinel,
        {"record": Column(attrgetter("key.record"), role="record"), "supersedes": _SUPERSEDES},
    ),
    Family("rounds", Round, {"rubric": _RUBRIC}, _round_records),
    Family("round_steps", RoundStep, {"round": _ROUND}, _judgments_of),
    Family("round_notes", RoundNote, {"round": _ROUND, "record": _RECORD}, _judgments_of),
    Family(
        "guideline_gaps",
        GuidelineGap,
        {"record": _RECORD, "reviewer": _REVIEWER, "rubric": _RUBRIC},
    ),
    Family("gap_answers", GapAnswer, {"rubric": _RUBRIC}, _answered_gaps),
    Family("consents", Consent, {"reviewer": _REVIEWER, "supersedes": _SUPERSEDES}),
    Family(
        "dispositions",
        Disposition,
        {
            "record": _RECORD,
            "state": Column(attrgetter("state")),
            "contract": _CONTRACT,
            "rubric": _RUBRIC,
        },
        _facts_read_by,
    ),
    Family(
        "releases",
        Release,
        {
            "version": Column(attrgetter("version")),
            "previous": Column(attrgetter("previous"), role="supersedes"),
        },
        _documents,
    ),
    Family(
        "withdrawals",
        Withdrawal,
        {"release": _RELEASE},
        _withdrawn_records,
    ),
    Family("sealings", Sealing, {"reserve": Column(attrgetter("reserve"))}),
    Family(
        "fingerprints",
        Fingerprint,
        {
            "sealing": Column(attrgetter("sealing"), role="sealing"),
            "reserve": Column(attrgetter("reserve")),
            "item": Column(attrgetter("item")),
        },
    ),
    Family("openings", Opening, {"reserve": Column(attrgetter("reserve"))}),
    Family(
        "evaluations",
        Evaluation,
        {
            "checkpoint": Column(attrgetter("checkpoint")),
            "arm": Column(attrgetter("arm")),
            "dataset": Column(attrgetter("dataset")),
            "release": _RELEASE,
        },
    ),
    Family(
        "results",
        ItemResult,
        {"evaluation": Column(attrgetter("evaluation"), role="evaluation")},
    ),
    Family(
        "validations", Validation, {"contract": _CONTRACT, "release": _RELEASE}, _evaluations_of
    ),
    Family(
        "findings",
        FailureFinding,
        {
            "validation": Column(attrgetter("validation"), role="validation"),
            "contract": _CONTRACT,
        },
    ),
    Family(
        "root_causes",
        RootCause,
        {
            "finding": Column(attrgetter("finding"), role="finding"),
            "supersedes": Column(attrgetter("supersedes"), role="supersedes"),
        },
    ),
    Family("plans", DataPlan, {"contract": _CONTRACT}, _findings_and_causes_of),
)
"""Every family, in the order of the data flow."""

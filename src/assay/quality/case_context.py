"""The context of a case: one record's facts, read under the documents in force and its layer."""

from dataclasses import dataclass
from functools import cached_property

from assay.contracts.contract import ReviewLayer
from assay.quality.candidate_standing import StandingContext, standings
from assay.quality.case import RecordCase
from assay.quality.consensus import Consensus, consensus, effective
from assay.quality.contradictions import Contradiction, contradictions
from assay.quality.disposition import ExplainedStanding
from assay.quality.disputes import count_comparable, disputes
from assay.quality.in_force import DocumentsInForce
from assay.quality.machine_evidence import MissingEvidence, first_missing
from assay.quality.stale_labels import Stale, adjudication_holds, stale_of, without
from assay.records.judgment import Judgment
from assay.review.adjudication import Adjudication, Decided
from assay.review.completeness import says_anything
from assay.review.disputes import Dispute
from assay.verification.ledger_evidence import CoverageEvidence


@dataclass(frozen=True)
class CaseContext:
    """A case as the documents in force and its layer of review read it."""

    case: RecordCase
    """The record and every fact about it."""
    documents: DocumentsInForce
    """The documents in force."""
    layer: ReviewLayer
    """The contract's layer of review that decides how the judgments count."""

    @cached_property
    def effective(self) -> tuple[Judgment, ...]:
        """The judgments that the layer counts, whole, of each reviewer the last."""
        counting = self.documents.counting(self.layer)
        standing = effective(self.case.judgments, self.documents.rubric_id)
        return tuple(judgment for judgment in standing if counting.counts(judgment))

    @cached_property
    def stale(self) -> tuple[Stale, ...]:
        """What of the judgments that the layer counts no longer holds."""
        changes = self.documents.changes
        if not changes:
            return ()
        made_under = self.case.made_under
        results = (
            stale_of(judgment, made_under.get(judgment.id, {}), changes)
            for judgment in self.effective
        )
        return tuple(result for result in results if result is not None)

    @cached_property
    def counted_judgments(self) -> tuple[Judgment, ...]:
        """The judgments that count, without what no longer holds of them."""
        if not self.stale:
            return self.effective
        gone = {stale.judgment: stale.labels for stale in self.stale}
        remaining = (without(judgment, gone.get(judgment.id, ())) for judgment in self.effective)
        return tuple(judgment for judgment in remaining if says_anything(judgment))

    @cached_property
    def fresh(self) -> int:
        """Judgments that count and hold whole."""
        return len(self.effective) - len(self.stale)

    @cached_property
    def adjudications(self) -> tuple[Adjudication, ...]:
        """The adjudications that were given under a text that still means the same."""
        changes = self.documents.changes
        if not changes:
            return self.case.adjudications
        made_under = self.case.made_under
        stale = {
            judgment.id
            for judgment in self.case.judgments
            if stale_of(judgment, made_under.get(judgment.id, {}), changes) is not None
        }
        return tuple(
            adjudication
            for adjudication in self.case.adjudications
            if adjudication_holds(adjudication, made_under.get(adjudication.id, {}), changes, stale)
        )

    @cached_property
    def consensus(self) -> Consensus:
        """The outcome of the judgments and adjudications that hold."""
        return consensus(
            self.case.record,
            self.counted_judgments,
            self.adjudications,
            counting=self.documents.counting(self.layer),
        )

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Judgments that hold whole and contradict the priority rules."""
        gone = {stale.judgment for stale in self.stale}
        whole = [judgment for judgment in self.effective if judgment.id not in gone]
        return contradictions(self.case.record, whole, self.documents)

    @cached_property
    def disputes(self) -> tuple[Dispute, ...]:
        """The questions on which the judgments do not agree."""
        open_questions = disputes(
            self.consensus, self.counted_judgments, self.layer, self.documents.dimensions
        )
        return tuple(open_questions)

    @cached_property
    def comparable_questions(self) -> dict[str, int]:
        """The questions that two judgments or more answered, counted by sort."""
        return count_comparable(self.consensus, self.counted_judgments)

    @cached_property
    def standings(self) -> tuple[ExplainedStanding, ...]:
        """The standing of each candidate."""
        latest = self.adjudications[-1].decision if self.adjudications else None
        evidence = CoverageEvidence(
            self.documents.demand.ground, self.counted_judgments, self.case.verifications
        )
        return standings(
            StandingContext(
                record=self.case.record,
                consensus=self.consensus,
                counted=self.counted_judgments,
                evidence=evidence,
                bounds=self.documents.bounds(self.case.record),
                rubric=self.documents.rubric,
                share=self.layer.agreement,
                decision=latest if isinstance(latest, Decided) else None,
            )
        )

    @cached_property
    def missing_evidence(self) -> MissingEvidence | None:
        """The machine evidence that the layer requires and the case lacks; None where nothing is."""
        if not self.layer.needs_verification:
            return None
        return first_missing(
            self.documents.demand,
            self.case.verifications,
            self.counted_judgments,
            self.consensus.candidate,
        )

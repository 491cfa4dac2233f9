"""Judging: dispositions, a senior's decisions, the quality report."""

from collections.abc import Callable, Sequence

from assay.contracts.priority import compute_verdict, rules_of
from assay.contracts.rubric import Rubric
from assay.demo.causes import plant_causes
from assay.demo.reviewers import ADJUDICATOR
from assay.demo.world import RecordTruth, WorldItem
from assay.program.program import Program
from assay.quality import service
from assay.quality.disposition import Disposition
from assay.quality.report import QualityReport
from assay.records.record import Record
from assay.records.verdict import (
    BothUnacceptable,
    DimensionScore,
    NotAsked,
    Prefers,
    Scored,
    Tie,
    Verdict,
)
from assay.review.adjudication import Decided, Returned

Say = Callable[[str], None]
"""Prints one line of the story."""


def judge_quality(program: Program, items: Sequence[WorldItem], say: Say) -> QualityReport:
    """Dispositions by the contract's rules, decisions where they ask for one, and the report."""
    say("\n6. Quality: what the contract's rules make of each record")
    _dispose(program, say)
    decided = _adjudicate(program, items)
    say(f"   a senior decided {decided} records that needed it; now")
    _dispose(program, say)
    returned = _return_refuted(program)
    say(f"   the calculator refutes {returned} answers that people passed; they go back; now")
    _dispose(program, say)
    plant_causes(program, say)
    report = program.quality.report()
    if report.verdicts is not None:
        alpha = report.verdicts.agreement.preference.alpha
        say(f"   agreement on preferences: alpha {_estimate(alpha.value, alpha.low, alpha.high)}")
    say(
        f"   {report.contradicted.count} of {report.contradicted.trials} verdicts contradict the "
        "priority rules (one reviewer loves length)"
    )
    for alarm in report.alarms:
        say(f"   {alarm.mode.replace('_', ' ')}: {alarm.state}")
    page, *_ = program.quality.write_report(program.folder / "quality", report)
    say(f"   see {page}")
    return report


def _dispose(program: Program, say: Say) -> None:
    states = program.quality.dispose().states
    say("   " + ", ".join(f"{state.replace('_', ' ')} {n}" for state, n in states.items()))


def _estimate(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "undefined"
    return f"{value:.2f} (95% interval {low:.2f} to {high:.2f})"


def _adjudicate(program: Program, items: Sequence[WorldItem]) -> int:
    """The senior decides what waits, by the truth: it is known in a simulation alone."""
    truths = {item.record.id: item.truth for item in items}
    latest = {disposition.record: disposition for disposition in program.store.scan(Disposition)}
    waiting = [
        disposition for disposition in latest.values() if disposition.state == "needs_adjudication"
    ]
    for disposition in waiting:
        record = program.store.get(Record, disposition.record)
        truth = truths[record.id]
        program.review.adjudicate(
            record.id,
            Decided(
                verdict=_true_verdict(record, truth, program.documents.rubric),
                scores=_true_scores(truth),
            ),
            cause="expertise",
            adjudicator=ADJUDICATOR,
            note="Decided by the table and by the section of the policy.",
        )
    return len(waiting)


def _true_verdict(record: Record, truth: RecordTruth, rubric: Rubric) -> Verdict:
    if record.kind != "preference":
        return NotAsked()
    outcome = compute_verdict(truth.scores, rules_of(rubric))
    if outcome.state == "winner" and outcome.winner is not None:
        return Prefers(candidate=outcome.winner)
    return BothUnacceptable() if outcome.state == "all_unacceptable" else Tie()


def _true_scores(truth: RecordTruth) -> tuple[DimensionScore, ...]:
    return tuple(
        DimensionScore(dimension=name, score=Scored(value=value), candidate=place)
        for place, scores in enumerate(truth.scores)
        for name, value in scores.items()
    )


def _return_refuted(program: Program) -> int:
    """Send accepted answers back that the calculator refuted and people passed."""
    refuted = list(service.refuted_records(program.store, program.context.facts))
    for record in refuted:
        program.review.adjudicate(
            record,
            Returned(reason="the calculator finds a sum that does not add up"),
            cause="reviewer_error",
            adjudicator=ADJUDICATOR,
        )
    return len(refuted)

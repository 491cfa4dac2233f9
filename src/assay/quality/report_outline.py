"""The quality report in sentences and tables; `outline` is the one place where they are worded."""

from collections.abc import Iterator, Mapping, Sequence

from assay.quality.agreement_outline import dimension_blocks, verdict_blocks
from assay.quality.bootstrap import Resampling
from assay.quality.diagnosis_outline import alarm_blocks, disagreement_blocks, shortcut_blocks
from assay.quality.duplicates_outline import duplicates_blocks
from assay.quality.integrity_outline import integrity_blocks
from assay.quality.outline import Block, Bullets, ReportSection, Table, section, table
from assay.quality.quota_coverage import QuotaCoverage, required_slices
from assay.quality.report import QualityReport
from assay.quality.reviewer_outline import reviewer_table
from assay.quality.wording import counts, plain, share
from assay.verification.ledger import ALL, ByRow, CoverageReport

SUPPORT = ("machine verified", "expert judged", "both", "uncertain")
"""Kinds of evidence for a dimension of an item, in the ledger's order."""


def outline(report: QualityReport) -> tuple[ReportSection, ...]:
    """The sections of the report, in the order in which they are read."""
    return (
        section("summary", "Summary", _summary(report)),
        section("alarms", "Failure modes", alarm_blocks(report.alarms)),
        section("verdicts", "Verdicts on two candidates", verdict_blocks(report.verdicts)),
        section("dimensions", "Dimensions", _dimensions(report)),
        section(
            "disagreement",
            "Disagreement",
            disagreement_blocks(report.disagreements, report.adjudicated_splits),
        ),
        section("shortcuts", "Shortcuts", shortcut_blocks(report.shortcuts)),
        section("integrity", "Integrity", integrity_blocks(report.integrity)),
        section("duplicates", "Near copies", duplicates_blocks(report.duplicates)),
        section("reviewers", "Reviewers", _reviewers(report)),
        section("dispositions", "Dispositions", _dispositions(report)),
        section("ledger", "Coverage ledger", _ledger(report)),
        section("defects", "Defects", _defects(report)),
        section("actions", "Corrective actions", _actions(report)),
        section("coverage", "Sampling distribution", _coverage(report)),
        section("limits", "What these numbers do not show", [Bullets(report.limits)]),
    )


def _summary(report: QualityReport) -> Iterator[Block | str]:
    judged = ", ".join(
        f"{citation.guideline} ({citation.judgments})" for citation in report.judged_under
    )
    yield f"Judgments by the guideline that they cite: {judged or 'there are none'}."
    others = [citation for citation in report.judged_under if not citation.in_force]
    elsewhere = sum(citation.judgments for citation in others if citation.stated)
    silent = sum(citation.judgments for citation in others if not citation.stated)
    if elsewhere:
        yield f"{elsewhere} of them cite another guideline than the rubric in force, {report.rubric}."
    if silent:
        yield (
            f"{silent} of them state no guideline; they count as made under the documents in force "
            "when they were made or imported."
        )
    yield Bullets(
        (
            f"Records: {report.records} ({counts(report.kinds)}); {report.judged} of them judged.",
            f"Judgments: {counts(report.judgments)}.",
            f"Accepted, or preserved as a disagreement: {share(report.accepted)} of all records.",
            f"Outcomes of the judgments, by strict majority in the layer: {counts(report.outcomes)}.",
            _intervals(report.resampling),
        )
    )


def _dimensions(report: QualityReport) -> Iterator[Block | str]:
    yield from dimension_blocks(report.questions)
    if report.floors:
        yield table(
            "Agreement that the contract demands",
            ("dimension", "state", "figures"),
            ((floor.dimension, floor.state, floor.reason) for floor in report.floors),
        )


def _intervals(draws: Resampling) -> str:
    return (
        f"Intervals: {draws.level:.0%} percentile bootstrap over items (over prompt families where "
        f"there are any), {draws.replicates} replicates, seed {draws.seed}; rates: Wilson."
    )


def _reviewers(report: QualityReport) -> Iterator[Block | str]:
    yield table("Answers by reviewer, each with its denominator", *reviewer_table(report.reviewers))
    repeats = report.repeats
    yield (
        f"Repeated judgments: {repeats.judgments}. Same verdict: {share(repeats.same_verdict)}; "
        f"same score: {share(repeats.same_score)}."
    )


def _dispositions(report: QualityReport) -> Iterator[Block | str]:
    yield table(
        "Records by state and rule",
        ("state", "rule", "records"),
        ((plain(entry.state), entry.rule, str(entry.records)) for entry in report.dispositions),
    )
    yield table(
        "Candidates by standing and rule",
        ("standing", "rule", "candidates"),
        ((entry.standing, plain(entry.rule), str(entry.candidates)) for entry in report.standings),
    )
    yield (
        f"Verdicts that contradict the priority rules: {share(report.contradicted)} of those that "
        "could be compared with them."
    )
    if report.contradictions:
        yield table(
            f"The first {len(report.contradictions)} of them",
            ("judgment", "verdict", "the rules say", "by"),
            (
                (
                    contradiction.judgment,
                    contradiction.verdict,
                    contradiction.computed,
                    contradiction.rule,
                )
                for contradiction in report.contradictions
            ),
        )


def _ledger(report: QualityReport) -> Iterator[Block | str]:
    ledger = report.ledger
    if not ledger.rows:
        yield "No dimension of the rubric applies to any record."
        return
    yield (
        "An item is a candidate, or a record that has none. A verifier covers only what it "
        "measures; `expert judged` counts values that people gave, whether or not they were "
        "qualified; what nobody tested or judged is uncertain. A verdict that the candidate could "
        "forge, that ran under weaker isolation than the contract demands, or whose verifier does not "
        "tell right from wrong on the record, does not count; where nobody tested that, the verdict "
        "counts and is shown as not tested. What a candidate did not deliver (a timeout, another limit, "
        "a crash, an answer that cannot be carried) counts as not passed, apart from what was refuted. "
        "Where the verifier could not say, the item is in no denominator."
    )
    head = (
        "items", *SUPPORT, "refuted", "not delivered", "verifier and expert contradict", "forgeable",
        "below the contract's isolation", "inadequate verifier", "adequacy not tested",
        "right with a wrong step",
    )  # fmt: skip
    rows = [
        (
            f"{row.axis} = {row.value}",
            row.dimension,
            *(
                str(count)
                for count in (
                    row.items, row.machine_verified, row.expert_judged, row.both,
                    row.uncertain, row.refuted, row.not_delivered, row.contradicted, row.forgeable,
                    row.below_minimum, row.inadequate, row.adequacy_not_tested,
                    row.right_with_wrong_step,
                )
            ),
        )
        for row in ledger.rows
    ]  # fmt: skip
    whole = [row[1:] for row, source in zip(rows, ledger.rows, strict=True) if source.axis == ALL]
    parts = [row for row, source in zip(rows, ledger.rows, strict=True) if source.axis != ALL]
    yield table("Evidence for each dimension", ("dimension", *head), whole)
    if parts:
        yield table("The same by slice", ("slice", "dimension", *head), parts)
    yield from _verifier_blocks(ledger.by)
    if ledger.right_with_wrong_step:
        yield _wrong_steps(ledger)


def _verifier_blocks(by: Sequence[ByRow]) -> Iterator[Block]:
    head = ("dimension", "verifier", "version", "isolation", "counts", "verdicts")
    rows = [
        (
            f"{entry.axis} = {entry.value}",
            entry.dimension,
            entry.verifier,
            entry.version,
            entry.isolation or "not noted",
            "yes" if entry.weight == "counts" else f"no: {plain(entry.weight)}",
            counts(entry.verdicts),
        )
        for entry in by
    ]
    whole = [row[1:] for row, entry in zip(rows, by, strict=True) if entry.axis == ALL]
    parts = [row for row, entry in zip(rows, by, strict=True) if entry.axis != ALL]
    if whole:
        yield table("By what it was verified, in items", head, whole)
    if parts:
        yield table("The same verifiers by slice", ("slice", *head), parts)


def _wrong_steps(ledger: CoverageReport) -> Table:
    named = len(ledger.wrong_steps)
    first = f", the first {named} of them" if named < ledger.right_with_wrong_step else ""
    return table(
        f"Right with a wrong step: {ledger.right_with_wrong_step} items{first}",
        ("record", "candidate", "right on", "wrong steps, from 0", "found by"),
        (
            (
                item.record,
                str(item.candidate),
                ", ".join(item.dimensions),
                ", ".join(map(str, item.steps)),
                ", ".join(item.by),
            )
            for item in ledger.wrong_steps
        ),
    )


def _defects(report: QualityReport) -> Iterator[Block | str]:
    yield f"Judgments that found an error, of those that looked: {share(report.error_search)}."
    located = report.located_errors
    if located.mean_f1 is not None:
        yield (
            f"Located errors of two reviewers match with a mean F1 of {located.mean_f1:.2f} over "
            f"{located.records} records (one-to-one, by overlap; two who found none agree). "
            "Agreement on single words is listed among the dimensions as marked words."
        )
    if report.defects:
        yield table(
            "Errors that reviewers found",
            ("category", "in the contract", "severity", "task family", "cause", "errors"),
            (
                (
                    defect.category,
                    "yes" if defect.declared else "no",
                    defect.severity,
                    defect.family,
                    plain(defect.cause),
                    str(defect.errors),
                )
                for defect in report.defects
            ),
        )
    if not report.refutations:
        yield "No verifier tested a record."
        return
    yield "What verifiers refuted is counted apart: a fault may be among the errors above too."
    yield table(
        "Claims that verifiers refuted, among those that they could test",
        ("verifier", "dimensions", "task family", "failed", "not delivered"),
        (
            (
                refutation.verifier, ", ".join(refutation.dimensions), refutation.family, share(refutation.failed),
                share(refutation.not_delivered),
            )
            for refutation in report.refutations
        ),
    )  # fmt: skip


def _actions(report: QualityReport) -> Iterator[Block | str]:
    yield (
        f"Records with an adjudication, of those that have one or wait for one: "
        f"{share(report.adjudicated)}. Only an adjudication names a cause."
    )
    if report.corrective_actions:
        yield table(
            "What each cause of disagreement asks for",
            (
                "cause",
                "what to do",
                "records",
                "decisions",
                "task families",
                "errors found in them",
            ),
            (
                (
                    plain(action.cause),
                    action.action,
                    share(action.records),
                    counts(action.decisions),
                    _families(action.families) + _more(action.n_families - len(action.families)),
                    str(action.errors),
                )
                for action in report.corrective_actions
            ),
        )


def _families(families: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {records}" for name, records in families.items())


def _more(count: int) -> str:
    return f" and {count} more" if count else ""


def _coverage(report: QualityReport) -> Iterator[Block | str]:
    coverage = report.coverage
    asks = "aims at" if coverage.aim else "asks for"
    yield (
        f"{coverage.accepted} of {coverage.records} records may be released, accepted or with their "
        f"disagreement preserved; the contract {asks} {coverage.wanted}, and shares are shares of that "
        "number."
    )
    if coverage.quotas or coverage.hard:
        yield table(
            "Quotas and hard slices (near copies of an item count once: distinct)",
            ("slice", "needed", "accepted or preserved", "distinct", "records", "met"),
            (quota_row(quota) for quota in required_slices(coverage)),
        )
    for axis in coverage.axes:
        yield table(
            f"Records by {plain(axis.axis)}",
            (axis.axis, "records", "accepted or preserved", "in the contract"),
            (
                (
                    count.value,
                    str(count.records),
                    str(count.accepted),
                    "yes" if count.declared else "no",
                )
                for count in axis.values
            ),
        )
    yield from _heat_map(report)


def _heat_map(report: QualityReport) -> Iterator[Table]:
    heat_map = report.heat_map
    if heat_map is not None:
        yield table(
            f"Records by {plain(heat_map.rows)} and {plain(heat_map.columns)}",
            (f"{heat_map.rows} \\ {heat_map.columns}", *heat_map.column_values),
            (
                (value, *(str(count) for count in row))
                for value, row in zip(heat_map.row_values, heat_map.counts, strict=True)
            ),
        )


def quota_row(quota: QuotaCoverage) -> tuple[str, ...]:
    """One quota as a row of a table."""
    return (
        slice_name(quota),
        str(quota.needed),
        str(quota.accepted),
        str(quota.distinct),
        str(quota.records),
        "yes" if quota.met else "no",
    )


def slice_name(quota: QuotaCoverage) -> str:
    """The slice that a quota is about."""
    return ", ".join(f"{axis} = {value}" for axis, value in quota.slice.items()) or "all"

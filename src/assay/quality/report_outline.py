"""The quality report in sentences and tables; `outline` is the one place where they are worded."""

from collections.abc import Iterator, Sequence

from assay.governance.failure_modes import MODES, Alarm
from assay.quality.agreement import Agreement, RaterRange
from assay.quality.bootstrap import Resampling
from assay.quality.coverage import QuotaCoverage
from assay.quality.disagreement import Disagreement
from assay.quality.outline import Block, Bullets, Section, Table, section, table
from assay.quality.report import QualityReport
from assay.quality.sections.questions import MIN_SLICE_ITEMS, Question, SliceAgreement, Verdicts
from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.shortcuts.audit import ShortcutAudit
from assay.quality.wording import counts, estimate, number, plain, share, undefined
from assay.verification.ledger import ALL

AGREEMENT_HEAD = (
    "question", "alpha", "AC", "percent agreement", "items", "answers", "without one reviewer",
)  # fmt: skip
"""Columns of a table of agreement."""

SUPPORT = ("machine verified", "expert judged", "both", "uncertain")
"""What can stand behind a dimension of an item, in the ledger's order."""


def outline(report: QualityReport) -> tuple[Section, ...]:
    """The sections of the report, in the order in which they are read."""
    return (
        section("summary", "Summary", _summary(report)),
        section("alarms", "Failure modes", _alarms(report.alarms)),
        section("verdicts", "Verdicts on two candidates", _verdicts(report.verdicts)),
        section("dimensions", "Dimensions", _dimensions(report.questions)),
        section("disagreement", "Disagreement", _disagreement(report.disagreement)),
        section("shortcuts", "Shortcuts", _shortcuts(report.shortcuts)),
        section("reviewers", "Reviewers", _reviewers(report)),
        section("dispositions", "Dispositions", _dispositions(report)),
        section("ledger", "Coverage ledger", _ledger(report)),
        section("defects", "Defects", _defects(report)),
        section("actions", "Corrective actions", _actions(report)),
        section("coverage", "Sampling distribution", _coverage(report)),
        section("limits", "What these numbers do not show", [Bullets(report.limits)]),
    )


def agreement_table(
    verdicts: Verdicts | None, questions: Sequence[Question]
) -> list[tuple[str, ...]]:
    """The agreement on every question as rows under `AGREEMENT_HEAD`, the verdicts first."""
    rows = [_agreement_row(name, each) for name, each in _stages(verdicts)]
    return rows + [_agreement_row(each.name, each.agreement) for each in questions]


def _stages(verdicts: Verdicts | None) -> list[tuple[str, Agreement]]:
    if verdicts is None:
        return []
    found = verdicts.agreement
    return [
        ("can they be compared", found.comparability),
        ("which is better", found.preference),
        ("who abstains", found.abstention.agreement),
    ]


def _agreement_row(name: str, found: Agreement) -> tuple[str, ...]:
    return (
        name,
        estimate(found.alpha),
        estimate(found.ac),
        estimate(found.percent),
        f"{found.alpha.n_items} of {found.alpha.n_items_total}",
        f"{found.alpha.n_ratings} of {found.alpha.n_ratings_total}",
        _without_one(found.without_one),
    )


def _summary(report: QualityReport) -> Iterator[Block | str]:
    yield f"Judged by the rubric {report.rubric}."
    yield Bullets(
        (
            f"Records: {report.records} ({counts(report.kinds)}); {report.judged} of them judged.",
            f"Judgments: {counts(report.judgments)}.",
            f"May be released: {share(report.accepted)} of all records.",
            f"What the judgments come to, by strict majority of people: {counts(report.outcomes)}.",
            _intervals(report.resampling),
        )
    )


def _intervals(drawn: Resampling) -> str:
    return (
        f"Intervals: {drawn.level:.0%} percentile bootstrap over items (over prompt families where "
        f"there are any), {drawn.replicates} replicates, seed {drawn.seed}; rates: Wilson."
    )


def _alarms(alarms: Sequence[Alarm]) -> Iterator[Block | str]:
    """Raised ones first, then those that nothing is known of, then the clear ones."""
    order = ("raised", "unknown", "clear")
    yield (
        "What the judgments, dispositions and verifications show of five of the eight failure "
        "modes. The other three show at release and at validation."
    )
    yield table(
        "Failure modes",
        ("failure mode", "state", "what was seen", "what to do"),
        (
            (MODES[each.mode].title, each.state.upper(), each.reason, each.remedy)
            for each in sorted(alarms, key=lambda alarm: order.index(alarm.state))
        ),
    )


def _disagreement(found: Disagreement) -> Iterator[Block | str]:
    alpha = "undefined" if found.alpha is None else number(found.alpha)
    yield (
        f"Preferences on pairs: {found.items} items with two answers by {found.raters} reviewers, "
        f"nominal alpha {alpha}. What the disagreement points to, if anything, stands below; only "
        "the reasons that people give tell missing context from an unclear guideline."
    )
    yield table("Diagnosis", ("points to", "figures"), [(plain(found.cause), found.reason)])


def _shortcuts(audits: Sequence[ShortcutAudit]) -> Iterator[Block | str]:
    if not audits:
        yield "Nobody compared two candidates, so there is nothing to audit."
        return
    yield (
        "Odds ratios are for one standard deviation more of a feature, beside the scores that "
        "the same judgment gave, with errors clustered by prompt. Among pairs of equal substance "
        "no surface cue should win."
    )
    for each in audits:
        yield table(
            f"Surface cues among {each.group}",
            ("figure", "value", "rows", "prompts"),
            _audit_rows(each),
        )


def _audit_rows(found: ShortcutAudit) -> Iterator[tuple[str, ...]]:
    signs = "; ".join(found.signs) or "no sign beyond the thresholds"
    yield "level", f"{found.level}: {signs}", str(found.decided), str(found.prompts)
    held = ", ".join(found.adjusted_for) or "nothing: too few preferences are scored"
    yield "scores held equal", held, str(found.style.rows), str(found.style.prompts)
    for name, fitted in (("", found.style), (", equal substance", found.equal_substance)):
        rows, prompts = str(fitted.rows), str(fitted.prompts)
        if fitted.reason:
            yield f"odds ratios{name}", f"undefined: {fitted.reason}", rows, prompts
        for effect in fitted.effects:
            value = f"undefined: {effect.reason}"
            if effect.odds is not None and effect.low is not None and effect.high is not None:
                value = f"{effect.odds:.2f} ({effect.low:.2f} to {effect.high:.2f})"
            yield f"{plain(effect.feature)}{name}", value, rows, prompts
    surface = found.surface
    value = f"undefined: {surface.reason}"
    if surface.auc is not None and surface.low is not None and surface.high is not None:
        value = f"AUC {surface.auc:.3f} ({surface.low:.3f} to {surface.high:.3f})"
    yield "style alone predicts", value, str(surface.rows), str(surface.prompts)
    longer = found.longer_of_equals
    yield "longer of two equals", share(longer), str(longer.trials), ""
    place = found.position
    value = f"undefined: no order is recorded for {place.unrecorded}"
    if place.share is not None and place.low is not None and place.high is not None:
        value = (
            f"{place.first} first, {place.second} second: {place.share:.1%} "
            f"({place.low:.1%} to {place.high:.1%}); {place.unrecorded} unrecorded"
        )
    yield "place shown first", value, str(place.first + place.second), ""
    prefers_none = counts({plain(name): count for name, count in found.undecided.items()})
    yield "verdicts that prefer neither", prefers_none, "", ""


def _verdicts(verdicts: Verdicts | None) -> Iterator[Block | str]:
    if verdicts is None:
        yield "There are none."
        return
    found = verdicts.agreement
    yield f"{verdicts.items} records, {verdicts.reviewers} reviewers: {counts(found.counts)}."
    yield table("Agreement on verdicts", AGREEMENT_HEAD, agreement_table(verdicts, ()))
    yield f"Abstentions: {share(found.abstention.rate)} of all answers."
    yield from _slices("Which is better", [("which is better", verdicts.slices)])


def _dimensions(questions: Sequence[Question]) -> Iterator[Block | str]:
    if not questions:
        yield "No dimension, step or policy section was judged."
        return
    yield table(
        "What was asked, and how answers spread",
        ("question", "nature", "read as", "answers", "abstained", "not applicable", "distribution"),
        (
            (
                each.name,
                each.nature,
                each.scale + ("" if each.on_rubric_scale else " (as given, not the rubric's)"),
                f"{each.answers} on {each.items} items",
                str(each.abstained),
                str(each.not_applicable),
                counts(each.counts),
            )
            for each in questions
        ),
    )
    yield table("Agreement by question", AGREEMENT_HEAD, agreement_table(None, questions))
    yield from _slices("Agreement", [(each.name, each.slices) for each in questions])


def _slices(caption: str, given: Sequence[tuple[str, Sequence[SliceAgreement]]]) -> Iterator[Block]:
    rows = [
        (name, f"{each.axis} = {each.value}", str(each.items), *_slice_cells(each))
        for name, slices in given
        for each in slices
    ]
    if rows:
        yield table(
            f"{caption} by slice; a number needs {MIN_SLICE_ITEMS} items with two answers",
            ("question", "slice", "items with two answers", "alpha", "AC", "percent agreement"),
            rows,
        )


def _slice_cells(found: SliceAgreement) -> tuple[str, str, str]:
    if found.alpha is None:
        return ("too few items", "", "")
    return estimate(found.alpha), estimate(found.ac), estimate(found.percent)


def _reviewers(report: QualityReport) -> Iterator[Block | str]:
    yield table("Answers by reviewer, each with its denominator", *reviewer_table(report.reviewers))
    repeats = report.repeats
    yield (
        f"Repeated judgments: {repeats.judgments}. Same verdict: {share(repeats.same_verdict)}; "
        f"same score: {share(repeats.same_score)}."
    )


def reviewer_table(
    reviewers: Sequence[ReviewerRates],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The rates by reviewer as the head and the rows of one table."""
    head = (
        "reviewer", "kind", "judgments", "abstained", "tie", "both unacceptable",
        "insufficient context", "chose the first shown",
    )  # fmt: skip
    return head, [
        (
            each.reviewer,
            each.kind,
            str(each.judgments),
            share(each.abstained),
            share(each.tie),
            share(each.both_unacceptable),
            share(each.insufficient_context),
            share(each.first_shown),
        )
        for each in reviewers
    ]


def _dispositions(report: QualityReport) -> Iterator[Block | str]:
    yield table(
        "Records by state and rule",
        ("state", "rule", "records"),
        ((plain(each.state), each.rule, str(each.records)) for each in report.dispositions),
    )
    yield (
        f"Verdicts that contradict the priority rules: {share(report.contradicted)} of those that "
        "could be held against them."
    )
    if report.contradictions:
        yield table(
            f"The first {len(report.contradictions)} of them",
            ("judgment", "verdict", "the rules say", "by"),
            (
                (each.judgment, each.verdict, each.computed, each.rule)
                for each in report.contradictions
            ),
        )


def _ledger(report: QualityReport) -> Iterator[Block | str]:
    if not report.ledger:
        yield "No dimension of the rubric applies to any record."
        return
    yield (
        "An item is a candidate, or a record that has none. A verifier covers only what it "
        "measures; what nobody tested or judged is uncertain."
    )
    head = ("items", *SUPPORT, "refuted", "verifier and expert contradict")
    rows = [
        (
            f"{each.axis} = {each.value}",
            each.dimension,
            *(
                str(count)
                for count in (
                    each.items, each.machine_verified, each.expert_judged, each.both,
                    each.uncertain, each.refuted, each.contradicted,
                )
            ),
        )
        for each in report.ledger
    ]  # fmt: skip
    whole = [row[1:] for row, each in zip(rows, report.ledger, strict=True) if each.axis == ALL]
    parts = [row for row, each in zip(rows, report.ledger, strict=True) if each.axis != ALL]
    yield table("What stands behind each dimension", ("dimension", *head), whole)
    if parts:
        yield table("The same by slice", ("slice", "dimension", *head), parts)


def _defects(report: QualityReport) -> Iterator[Block | str]:
    yield f"Judgments that found an error, of those that looked: {share(report.error_search)}."
    if report.defects:
        yield table(
            "Errors that reviewers found",
            ("category", "in the contract", "severity", "task family", "cause", "errors"),
            (
                (
                    each.category,
                    "yes" if each.declared else "no",
                    each.severity,
                    each.family,
                    plain(each.cause),
                    str(each.errors),
                )
                for each in report.defects
            ),
        )
    if not report.refutations:
        yield "No verifier tested a record."
        return
    yield "What verifiers refuted is counted apart: a fault may be among the errors above too."
    yield table(
        "Claims that verifiers refuted, among those that they could test",
        ("verifier", "dimensions", "task family", "failed"),
        (
            (each.verifier, ", ".join(each.dimensions), each.family, share(each.failed))
            for each in report.refutations
        ),
    )


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
                    plain(each.cause),
                    each.action,
                    share(each.records),
                    counts(each.decisions),
                    counts(each.families) + _more(each.n_families - len(each.families)),
                    str(each.errors),
                )
                for each in report.corrective_actions
            ),
        )


def _more(count: int) -> str:
    return f" and {count} more" if count else ""


def _coverage(report: QualityReport) -> Iterator[Block | str]:
    found = report.coverage
    yield f"{found.accepted} accepted of {found.records} records; the contract wants {found.wanted}."
    if found.quotas or found.hard:
        yield table(
            "Quotas and hard slices",
            ("slice", "needed", "accepted", "records", "met"),
            (quota_row(each) for each in (*found.quotas, *found.hard)),
        )
    for axis in found.axes:
        yield table(
            f"Records by {plain(axis.axis)}",
            (axis.axis, "records", "accepted", "in the contract"),
            (
                (
                    each.value,
                    str(each.records),
                    str(each.accepted),
                    "yes" if each.declared else "no",
                )
                for each in axis.values
            ),
        )
    yield from _heat_map(report)


def _heat_map(report: QualityReport) -> Iterator[Table]:
    found = report.heat_map
    if found is not None:
        yield table(
            f"Records by {plain(found.rows)} and {plain(found.columns)}",
            (f"{found.rows} \\ {found.columns}", *found.column_values),
            (
                (value, *(str(count) for count in row))
                for value, row in zip(found.row_values, found.counts, strict=True)
            ),
        )


def quota_row(quota: QuotaCoverage) -> tuple[str, ...]:
    """One quota as a row of a table."""
    return (
        slice_name(quota),
        str(quota.needed),
        str(quota.accepted),
        str(quota.records),
        "yes" if quota.met else "no",
    )


def slice_name(quota: QuotaCoverage) -> str:
    """The slice that a quota is about."""
    return ", ".join(f"{axis} = {value}" for axis, value in quota.slice.items()) or "all"


def _without_one(found: RaterRange) -> str:
    if found.low is None or found.high is None:
        return undefined(found.reason)
    return f"{number(found.low)} to {number(found.high)}"

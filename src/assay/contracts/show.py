"""The documents of a program as Markdown, for people who do not read YAML."""

from collections.abc import Iterable, Sequence

from assay.contracts.contract import (
    AcceptanceTest,
    Behaviour,
    Contract,
    MachineEvidence,
    QualificationRule,
    Quota,
    ReadingCaps,
    ReviewLayer,
    Supervision,
    Welfare,
)
from assay.contracts.document import content_digest
from assay.contracts.documents import Documents
from assay.contracts.endorsement import bounds_for
from assay.contracts.policy import PolicyRules
from assay.contracts.priority import rules_of
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.sources import SourceClass, Sources
from assay.contracts.supervision import entries_for
from assay.contracts.terms import Slice


def render(documents: Documents) -> str:
    """One Markdown text over all documents."""
    contract = documents.contract
    lines = [f"# {contract.title}", "", _versions(documents), ""]
    lines += _contract(contract)
    lines += _endorsement(contract, documents.rubric)
    lines += _rubric(documents.rubric)
    lines += _policy(documents.policy)
    lines += _sources(documents.sources)
    return "\n".join(lines).rstrip() + "\n"


def _versions(documents: Documents) -> str:
    rows = [
        (kind, document.id, document.version, document.status, content_digest(document)[:19])
        for kind, document in documents.by_kind().items()
    ]
    return "\n".join(_table(("document", "id", "version", "status", "digest"), rows))


def _contract(contract: Contract) -> list[str]:
    lines = ["## What is to change", "", f"**Gap.** {_line(contract.gap)}", ""]
    lines += [f"**Deployment.** {_line(contract.deployment)}", ""]
    for behaviour in contract.behaviours:
        lines += _behaviour(behaviour)
    failures = [
        (failure.id, failure.severity, failure.behaviour or "", failure.description)
        for failure in contract.failure_classes
    ]
    lines += _section("Failure classes", ("failure", "severity", "behaviour", "what"), failures)
    lines += ["## Objectives", "", "Training is to teach:", ""]
    lines += [*_bullets(contract.training_objectives), "", "Evaluation is to measure:", ""]
    lines += [*_bullets(contract.evaluation_objectives), ""]
    signals = [
        (_signal(entry), ", ".join(entry.behaviours), ", ".join(entry.dimensions), entry.why)
        for entry in contract.supervision
    ]
    lines += _section("Supervision", ("signal", "behaviours", "dimensions", "why"), signals)
    lines += _sampling(contract)
    tests = [_test(test) for test in contract.acceptance_tests]
    head = ("test", "metric", "slice", "must", "margin", "risk", "on")
    lines += _section("Acceptance tests", head, tests)
    lines += _review(contract)
    return lines


def _behaviour(behaviour: Behaviour) -> list[str]:
    lines = [f"### Behaviour `{behaviour.id}`", "", _line(behaviour.statement), ""]
    parts = (
        ("Conditions", behaviour.conditions),
        ("Good", behaviour.positive),
        ("Prohibited", behaviour.prohibited),
        ("Boundaries", behaviour.boundaries),
    )
    lines += [f"- **{name}.** {_line('; '.join(texts))}" for name, texts in parts if texts]
    evidence = ", ".join(behaviour.evidence)
    acceptable = f": {_line(behaviour.acceptable_when)}" if behaviour.acceptable_when else ""
    lines.append(f"- **Evidence.** {evidence}{acceptable}")
    lines.append(f"- **Judged on.** {', '.join(behaviour.dimensions)}")
    return [*lines, ""]


def _sampling(contract: Contract) -> list[str]:
    sampling = contract.sampling
    axes = [(axis, ", ".join(values)) for axis, values in sampling.axes.items()]
    axes += [(axis, f"left out: {reason}") for axis, reason in sampling.left_out.items()]
    total = f"an aim of {sampling.total} records" if sampling.aim else f"{sampling.total} records"
    lines = [f"## Sampling: {total}", "", *_table(("axis", "values"), axes), ""]
    if hard := sampling.hard_slices():
        lines += ["Hard slices: " + "; ".join(map(_slice, hard)), ""]
    quotas = [
        (_slice(quota.slice), _quota_text(quota, sampling.total)) for quota in sampling.quotas
    ]
    lines += _section("Quotas", ("slice", "at least"), quotas)
    lines += [
        f"A slice of {sampling.least_items} evaluated items is planned for on its own; smaller ones are merged.",
        "",
    ]
    reserve = contract.reserve
    if reserve:
        size = reserve.declared_size(sampling.total)
        lines += [
            f"## Reserve `{reserve.id}`: {size} items",
            "",
            f"{_line(reserve.covers)} Opened by: {', '.join(reserve.openers)}.",
            "",
        ]
    return lines


def _review(contract: Contract) -> list[str]:
    review = contract.review
    blinded = "Candidates are blinded and shuffled for each reviewer."
    if not review.blinded:
        blinded = f"Candidates are not blinded: {_line(review.unblinded_because or '')}"
    lines = [
        "## Review",
        "",
        blinded,
        "",
        f"At most {_percent(review.skip_share)} of what one person ends at the desk within an hour may be skips; ten are always free.",
        "",
    ]
    drift = review.drift
    lines += [
        f"Drift of reviewers: one false alarm in {drift.run_length:,} answers of a sound reviewer, charts from {drift.least_values} values; {_percent(drift.sound_share)} wrong answers to known work are sound, {_percent(drift.drifted_share)} are to be found.",
        "",
    ]
    head = ("layer", "records", "judged by", "passes", "second review", "accepted when", "else")
    lines += [*_table(head, [_layer(layer) for layer in review.layers]), ""]
    floors = [
        (floor.dimension, _slice(floor.slice), f"{floor.least:g}", floor.bound)
        for floor in review.agreement_floors
    ]
    lines += _section("Agreement floors", ("dimension", "slice", "alpha at least", "by"), floors)
    lines += _roles(contract.roles)
    lines += _machine_evidence(contract.verification)
    return lines + (_welfare(contract.welfare) if contract.welfare else [])


def _roles(rules: Sequence[QualificationRule]) -> list[str]:
    rows = [
        (
            rule.role,
            rule.duty,
            rule.expertise,
            "; ".join(rule.credentials),
            rule.test or "",
            _percent(rule.pass_mark),
            f"{rule.valid_days} days, renewed from {rule.renew_days} before" if rule.test else "",
        )
        for rule in rules
    ]
    head = ("role", "duty", "expertise", "credentials", "test", "pass mark", "counts for")
    return _section("Roles", head, rows)


def _welfare(welfare: Welfare) -> list[str]:
    categories = [
        f"- Most minutes of {name}: {_caps(caps)}" for name, caps in welfare.categories.items()
    ]
    return [
        "## Welfare",
        "",
        f"- Severe content is shown to: {', '.join(welfare.restricted_to)}",
        f"- Only after opting in: {_yes(welfare.opt_in)}",
        f"- Hidden until uncovered: {_yes(welfare.blur)}",
        f"- May be skipped without penalty: {_yes(welfare.skip_without_penalty)}",
        f"- Most minutes of severe content: {_caps(welfare)}",
        *categories,
        f"- Minutes until a break: {welfare.break_after_minutes or 'not set'}",
        f"- Minutes of a break: {welfare.break_minutes}",
        f"- Benign items after a break: {welfare.cool_down_items or 'none'}",
        f"- Support: {_line(welfare.support or 'not named')}",
        "",
    ]


def _signal(entry: Supervision) -> str:
    """The signal, with the slice where the entry is about one alone."""
    return f"{entry.signal} ({_slice(entry.slice)})" if entry.slice else entry.signal


def _endorsement(contract: Contract, rubric: Rubric) -> list[str]:
    """What endorses and rejects a candidate, the defaults written out, and older versions that hold."""
    entries = {_signal(entry): entry for entry in contract.supervision}
    rows = [
        (
            signal,
            bound.dimension,
            bound.describe(),
            _BOUND_SOURCES[bound.source],
            "needed" if bound.required else "where given",
        )
        for signal, entry in entries.items()
        for bound in bounds_for(entries_for(entry.signal, entry.slice, contract), rubric)
    ]
    head = ("signal", "dimension", "acceptable", "by", "score or result")
    lines = _section("What endorses a candidate", head, rows)
    compatible = [(entry.document, entry.version, entry.because) for entry in contract.compatible]
    return lines + _section("Older versions that hold", ("document", "version", "why"), compatible)


_BOUND_SOURCES = {
    "accept": "the contract",
    "veto": "a veto",
    "objective": "default: one right answer",
    "scores": "default: the better half of the scale",
}


def _caps(caps: Welfare | ReadingCaps) -> str:
    spans = (
        ("an hour", caps.hourly_minutes), ("a day", caps.daily_minutes),
        ("a week", caps.weekly_minutes),
    )  # fmt: skip
    return ", ".join(f"{minutes} {span}" for span, minutes in spans if minutes) or "not limited"


def _rubric(rubric: Rubric) -> list[str]:
    lines = ["## Rubric", ""]
    for dimension in rubric.dimensions:
        lines += _dimension(dimension)
    vetoes, comparisons = rules_of(rubric)
    if vetoes or comparisons:
        lines += ["### Priority", ""]
        rules = (*vetoes, *comparisons)
        lines += [f"{place}. {rule}" for place, rule in enumerate(rules, start=1)]
        lines.append("")
    lines += [f"Answers without a winner: {', '.join(rubric.verdicts)}.", ""]
    return lines


def _dimension(dimension: Dimension) -> list[str]:
    scale = dimension.scale if isinstance(dimension.scale, str) else ", ".join(dimension.scale)
    judged = dimension.judged_by + (f" (`{dimension.verifier}`)" if dimension.verifier else "")
    lines = [f"### Dimension `{dimension.id}`", "", _line(dimension.question), ""]
    reading = f"{scale}; {dimension.better} is better; {_agrees(dimension)}"
    lines += [f"- **Scale.** {reading}; judged by {judged}"]
    rows = dict.fromkeys([*dimension.anchors, *dimension.examples])
    lines += [
        f"- **{value}.** {_line(dimension.anchors.get(value, ''))}"
        + (f" Example: {_line(dimension.examples[value])}" if value in dimension.examples else "")
        for value in rows
    ]
    if dimension.interpolation:
        lines.append(f"- **Between anchors.** {_line(dimension.interpolation)}")
    lines += [f"- **Does not count.** {_line('; '.join(dimension.exclusions))}"]
    lines += [f"- **Abstain.** {_line(dimension.abstention or '')}"]
    lines += [f"- **Escalate.** {_line(dimension.escalation or '')}"]
    lines += [f"- **Looks at.** `{dimension.field}`; rests on {', '.join(dimension.evidence)}"]
    lines += [f"- **Reviewer.** {_line(dimension.action or '')}"]
    return [*lines, ""]


def _agrees(dimension: Dimension) -> str:
    """Which scores count as agreement."""
    if dimension.nature == "plural":
        return "people may differ"
    tolerance = dimension.agreement_tolerance
    return f"scores within {tolerance} agree" if tolerance else "only equal scores agree"


def _policy(policy: PolicyRules) -> list[str]:
    lines = ["## Policy", ""] if policy.sections else []
    for section in policy.sections:
        lines += [
            f"### `{section.id}` {_line(section.title)}",
            "",
            f"{_line(section.text)} Severity {section.severity}; expected: {section.expected}.",
            "",
        ]
        if section.benign_counterpart:
            lines += [f"Must be served: {_line(section.benign_counterpart)}", ""]
    return lines


def _sources(sources: Sources) -> list[str]:
    rows = [
        (
            source.id,
            source.licence or "",
            ", ".join(source.permitted_uses),
            _retention(source),
            ", ".join(source.territory),
            ", ".join(source.reviewer_access),
            source.state,
        )
        for source in sources.classes
    ]
    head = ("class", "licence", "uses", "kept until", "territory", "read by", "state")
    deletions = [
        (source.id, source.deletion_contact or "", source.deletion_procedure or "")
        for source in sources.classes
    ]
    deletion_lines = _section("Deletion", ("class", "asked of", "what is done"), deletions)
    return [*_section("Sources", head, rows), *deletion_lines]


def _retention(source: SourceClass) -> str:
    ends = [str(source.retention_until)] if source.retention_until else []
    if source.retention_days:
        ends.append(f"{source.retention_days} days from {source.collected_on}")
    return "; ".join(ends)


def _test(test: AcceptanceTest) -> tuple[str, ...]:
    margin = "" if test.margin is None else f"{test.margin:g}"
    risk = "" if test.risk is None else f"{test.risk:g}"
    return (test.id, test.metric, _slice(test.slice), test.direction, margin, risk, test.dataset)


def _layer(layer: ReviewLayer) -> tuple[str, ...]:
    records = [_slice(layer.slice)] if layer.slice else []
    records += [" or ".join(layer.severities)] if layer.severities else []
    accepted = f"{layer.agreement:.0%} agree"
    if layer.span_agreement:
        accepted += f", located errors match by {layer.span_agreement:.0%}"
    accepted += ", verified" if layer.needs_verification else ""
    accepted += ", adjudicated" if layer.always_adjudicate else ""
    return (
        layer.id,
        ", ".join(records) or "all others",
        ", ".join(layer.roles),
        str(layer.passes),
        _percent(layer.second_review_share),
        accepted,
        layer.on_disagreement.replace("_", " "),
    )


def _machine_evidence(demanded: MachineEvidence) -> list[str]:
    lines = []
    if demanded.minimum_isolation:
        lines.append(f"- Code under test is isolated at least by: {demanded.minimum_isolation}.")
    if demanded.refuse_forgeable:
        lines.append(
            "- Verdicts that a candidate could forge are refused, even with an expert's value."
        )
    return ["## Verification", "", *lines, ""] if lines else []


def _quota_text(quota: Quota, total: int) -> str:
    records = f"{quota.records_needed(total)} records"
    return records if quota.share is None else f"{records} ({quota.share:.0%} of {total})"


def _slice(cut: Slice) -> str:
    return ", ".join(f"{axis} = {value}" for axis, value in cut.items()) or "all"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _line(text: str) -> str:
    """A text in one line, so that it stays within its table row or list item."""
    return " ".join(text.split())


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {_line(text)}" for text in texts]


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"## {title}", "", *_table(head, rows), ""] if rows else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        cells = (_line(cell).replace("|", "\\|") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return lines

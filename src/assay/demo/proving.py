"""Proving: the signed release, its effect on the reserve, the next plan, and the way back."""

import json
from collections.abc import Callable
from pathlib import Path

from assay.bulk.fact_lines import write_rows
from assay.core.errors import CheckError
from assay.demo.evaluation import BASE, CANDIDATE, answer_items
from assay.planning.plan import DataPlan
from assay.planning.root_cause import Cause
from assay.program.lineage import trace
from assay.program.program import Program
from assay.program.releases import export_release, verify_release
from assay.releases.service import Built
from assay.validation.difference import PairedDifference
from assay.validation.report_text import change_text
from assay.validation.service import Validated

Say = Callable[[str], None]
"""Prints one line of the story."""

VERSION = "1.0.0"

LEAD = "judith"
"""Raw id of the person who opens the reserve and names the root causes."""

CAUSES: dict[str, tuple[Cause, str]] = {
    "wrong_sum": (
        "demonstrations",
        "Read twenty of them: German journeys of three and more legs, of which the release has few.",
    ),
    "invented": ("retrieval", "The timetable was cut off in most of these; no label fixes that."),
    "needless_refusal": ("policy", "The section does not say which tickets others may use."),
    "evasion_help": (
        "product_control",
        "Asked in images; the filter before the model must see it.",
    ),
}
"""What the lead says of each failure class, after reading."""


def release(program: Program, say: Say) -> Built:
    """Build and verify the release."""
    say("\n8. Release: gates, manifest, data card, signature")
    built = program.releases.build(VERSION)
    for gate in built.head.gates:
        say(f"   gate {gate.gate}: {gate.outcome}, {gate.reason}")
    for left in built.head.left_out:
        say(f"   left out: {left.records} ({left.code.replace('_', ' ')}), {left.reason}")
    verified = verify_release(built.folder, program.folder / "assay.pub")
    if not verified.ok:
        raise CheckError(code="demo-broken", message=verified.issues[0].message)
    say(f"   verified with the public key alone: {built.release.records} records, "
        f"{built.release.judgments} judgments")  # fmt: skip
    say(f"   see {built.folder}/README.md")
    return built


def export(built: Built, say: Say) -> None:
    """Write rows for a trainer."""
    say("\n9. Export: rows for a trainer, and what they cannot carry")
    target = built.folder.parents[1] / "exports" / "trl-preference"
    report = export_release(built.folder, "trl:preference", target)
    say(
        f"   TRL preference: {report.records.given} records = {report.records.carried} carried + "
        f"{report.records.dropped} dropped, each with its reason"
    )
    say(f"   see {target}/drop_report.md")


def validate(program: Program, say: Say) -> Validated:
    """Open the reserve, evaluate two simulated checkpoints on it, compare them."""
    say("\n10. Validation: two checkpoints on the reserve, slice by slice")
    items = program.folder / "opened.jsonl"
    count = program.reserve.open(items, role="lead", purpose="evaluate 1.0.0", person=LEAD)
    say(f"   opening {len(program.reserve.open_log())} of the reserve is logged: {count} items")
    opened = [json.loads(line) for line in items.read_text(encoding="utf-8").splitlines()]
    items.unlink()
    for arm, checkpoint in (("base", BASE), ("candidate", CANDIDATE)):
        file = program.folder / "data" / f"{arm}.jsonl"
        write_rows(file, answer_items(checkpoint, opened))
        program.validation.import_(
            file,
            checkpoint=checkpoint.name,
            arm="base" if arm == "base" else "candidate",
            release=VERSION if arm == "candidate" else None,
            seed=0,
        )
    done = program.validation.compare(release=VERSION)
    for test in done.validation.tests:
        say(f"   {test.test}: {test.state}; {test.reason}")
    for row in done.report.slices:
        if row.metric == "error_rate" and row.slice in ({"language": "de"}, {"language": "en"}):
            say(f"   errors with language {row.slice['language']}: {_difference(row.found)}, "
                f"{change_text(row)}")  # fmt: skip
    for alarm in done.report.alarms:
        say(f"   {alarm.mode.replace('_', ' ')}: {alarm.state}; {alarm.reason}")
    program.validation.write_report(program.folder / "validation", done.report)
    say(f"   see {program.folder}/validation/validation.md")
    return done


def _difference(difference: PairedDifference) -> str:
    if difference.difference is None or difference.low is None or difference.high is None:
        return "undefined"
    return f"{difference.difference:+.2f} ({difference.low:+.2f} to {difference.high:+.2f}, {difference.items} items)"


def plan_next(program: Program, say: Say) -> DataPlan:
    """Findings, the causes that a person names, the plan, and the next contract."""
    say("\n11. Planning: what failed, why, and what to do about it")
    for failure in program.planning.findings():
        finding = failure.finding
        cause, note = CAUSES[finding.failure]
        program.planning.cause(failure.id, cause, person=LEAD, note=note)
        where = ", ".join(f"{axis} {value}" for axis, value in finding.slice.items())
        say(f"   {finding.failure} in {where}: {finding.failures} of {finding.items} "
            f"(before {finding.before}); cause: {cause}")  # fmt: skip
    plan = program.planning.draft(total=150)
    say(f"   the plan answers {plan.answer.replace('_', ' ')}: {plan.total} records, "
        f"{len(plan.quotas)} quotas, {len(plan.remedies)} remedies other than data")  # fmt: skip
    done = program.planning.accept(plan.id)
    # The status shows the last check: what people wrote until here is compared, too.
    program.reserve.check()
    changes = done.difference.changes if done.difference else ()
    say(
        f"   accepted: contract.yaml is now version {done.version}, {len(changes)} changes, such as"
    )
    for change in changes[:3]:
        say(f"      {change.path}: {change.old!r} -> {change.new!r}")
    return plan


def show_lineage(program: Program, plan: DataPlan, folder: Path, say: Say) -> None:
    """Walk from the plan back to the first record."""
    say("\n12. Lineage: from the plan back to the first record")
    lineage = trace(program.store, plan.id)
    families: dict[str, int] = {}
    for identity in {step.edge.parent for step in lineage.ancestors}:
        family = identity.split("_")[0]
        families[family] = families.get(family, 0) + 1
    walked = ", ".join(f"{count} {name}" for name, count in sorted(families.items()))
    say(f"   {plan.id[:16]} rests on {walked}")
    first = next(program.records.list(kind="preference"))
    reached = any(step.edge.parent == first.id for step in lineage.ancestors)
    row = program.store.origins(first.id)[0].row
    say(
        f"   among them {first.id[:16]} from row {row} of records.jsonl: {'yes' if reached else 'no'}"
    )
    say(f"   try: cd {folder} && assay lineage {plan.id[:16]}")
    audit = program.audit()
    say(f"   audit: {audit.entries} entries hold {audit.facts} facts, {audit.found} findings")

"""The story: contract, records, review, quality, release, export, step by step.

Each step says what it did and where to look. Time stands still and draws are seeded, so that
the last line is the same on every machine.
"""

import random
import shutil
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import assay.bootstrap as doors
from assay.bootstrap.lineage import trace
from assay.bootstrap.program import Program
from assay.bootstrap.releases import export_release, verify_release
from assay.contracts import service as contracts
from assay.core.clock import fixed_clock
from assay.core.digest import sha256
from assay.core.errors import CheckError, UsageError
from assay.demo.reviewers import ADJUDICATOR, PEOPLE, Oracle, answer_all
from assay.demo.world import Item, build_world
from assay.quality.disposition import Disposition
from assay.quality.report import QualityReport
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotAsked, Scored
from assay.releases.keys import private_pem, public_pem
from assay.releases.service import Built
from assay.review.adjudication import Decided

MOMENT = "2026-01-05T09:00:00Z"
"""When the demo takes place."""

SECRET = "the demo's secret is no secret: everyone may repeat it\n"  # noqa: S105  as it says
"""What the demo's pseudonyms, draws and signing key hang on."""

MARK = ".assay/demo"
"""The file by which a folder is known to be an earlier demo, which may be written over."""

BROKEN_LINES = (
    '{"schema_version":1,"task":{"messages":[{"role":"user","content":"cut off',
    '{"schema_version":1,"part":{"kind":"preference"},"task":{"messages":[]},"sources":[],"mood":1}',
)
"""Two lines that cannot be used: they are set aside with their reasons."""

Say = Callable[[str], None]
"""Prints one line."""


def tell(folder: Path, say: Say) -> str:
    """Run the whole way in a folder.

    Args:
        folder: where to; made if it is not there, and written over if an earlier demo lies there.
        say: prints one line.

    Returns:
        The digest of the release's manifest: the same every time.

    Raises:
        UsageError: if the folder holds something else.
    """
    _clear(folder)
    _write_contract(folder, say)
    items = build_world()
    with doors.open_program(folder, clock=fixed_clock(MOMENT), who="demo") as program:
        _import_records(program, items, say)
        _review(program, items, say)
        report = _judge_quality(program, items, say)
        built = _release(program, say)
        _export(built, say)
        _show_lineage(program, say)
    return _end(folder, report, built, say)


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        return
    if not (folder / MARK).exists():
        raise UsageError(
            code="folder-in-use",
            message="this folder holds something that is not an earlier demo",
            where=str(folder),
            hint="name an empty folder: assay demo my-demo",
        )
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _write_contract(folder: Path, say: Say) -> None:
    say("1. Contract: what the model must do, and how anyone will know")
    for source in (files("assay.demo") / "program").iterdir():
        (folder / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / ".assay").mkdir()
    (folder / MARK).touch()
    (folder / ".assay" / "pseudonym.key").write_text(SECRET)
    key = Ed25519PrivateKey.from_private_bytes(sha256(SECRET.encode()))
    (folder / ".assay" / "signing.key").write_bytes(private_pem(key))
    (folder / "assay.pub").write_bytes(public_pem(key.public_key()))
    checked = contracts.check(folder)
    states = [point.state for point in checked.checklist]
    say(
        f"   the documents check: {len(checked.issues)} faults; of the 14 points of the checklist "
        f"{states.count('stands')} stand, {states.count('not_yet')} wait for later stages"
    )
    say(f"   look at {folder}/contract.yaml and {folder}/rubric.yaml")


def _import_records(program: Program, items: Sequence[Item], say: Say) -> None:
    say("\n2. Records: eight kinds in one envelope, and two broken lines")
    data = program.folder / "data"
    data.mkdir()
    lines = [item.record.canonical().decode() for item in items]
    middle = len(lines) // 2
    (data / "records.jsonl").write_text(
        "\n".join([*lines[:middle], *BROKEN_LINES, *lines[middle:]]) + "\n", encoding="utf-8"
    )
    for _ in range(2):
        report = program.records.import_(data / "records.jsonl", source="desk-authors")
        say(
            f"   read {report.read} = {report.stored} stored + {report.already_there} already "
            f"there + {report.set_aside} set aside"
        )
    for reason in report.reasons:
        say(f"   set aside: {reason.example}")
    say("   (the second import found every record there: a record is its content)")


def _review(program: Program, items: Sequence[Item], say: Say) -> None:
    say("\n3. Review: independent passes, blind, in an order drawn for each person")
    assigned = program.review.assign({person.name: person.role for person in PEOPLE})
    say(f"   {assigned.assigned} assignments to {len(assigned.by_reviewer)} simulated reviewers")
    oracle = Oracle(items)
    for number, person in enumerate(PEOPLE):
        draw = random.Random(number)  # noqa: S311  a simulation that must repeat
        rows = list(program.review.work(person.name))
        taken = program.review.take_answers(
            answer_all(person, rows, oracle, draw), subject=f"answers of {person.name}"
        )
        if taken.set_aside:
            raise CheckError(code="demo-broken", message=taken.set_aside[0].reason)
    status = program.review.status()
    say(f"   {status.judged} judgments are in, {status.waiting} wait")


def _judge_quality(program: Program, items: Sequence[Item], say: Say) -> QualityReport:
    say("\n4. Quality: what the contract's rules make of each record")
    before = program.quality.dispose().states
    say("   " + ", ".join(f"{state.replace('_', ' ')} {n}" for state, n in before.items()))
    decided = _adjudicate(program, items)
    after = program.quality.dispose().states
    say(f"   a senior decided {decided} records that needed it; now")
    say("   " + ", ".join(f"{state.replace('_', ' ')} {n}" for state, n in after.items()))
    report = program.quality.report()
    if report.verdicts is not None:
        alpha = report.verdicts.agreement.preference.alpha
        say(f"   agreement on preferences: alpha {_estimate(alpha.value, alpha.low, alpha.high)}")
    say(
        f"   {report.contradicted.count} of {report.contradicted.trials} verdicts contradict the "
        "priority rules (one reviewer loves length)"
    )
    return report


def _estimate(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "undefined"
    return f"{value:.2f} (95% interval {low:.2f} to {high:.2f})"


def _adjudicate(program: Program, items: Sequence[Item]) -> int:
    """The senior decides what waits, by the truth: it is known in a simulation alone."""
    truths = {item.record.id: item.truth for item in items}
    latest = {each.record: each for each in program.store.scan(Disposition)}
    waiting = [each for each in latest.values() if each.state == "needs_adjudication"]
    for disposition in waiting:
        record = program.store.get(Record, disposition.record)
        scores = tuple(
            DimensionScore(dimension=name, score=Scored(value=value), candidate=place)
            for place, scores in enumerate(truths[record.id].scores)
            for name, value in scores.items()
        )
        program.review.adjudicate(
            record.id,
            Decided(verdict=NotAsked(), scores=scores),
            cause="expertise",
            adjudicator=ADJUDICATOR,
            note="Decided by the section of the policy.",
        )
    return len(waiting)


def _release(program: Program, say: Say) -> Built:
    say("\n5. Release: gates, manifest, data card, signature")
    built = program.releases.build("1.0.0")
    for gate in built.head.gates:
        say(f"   gate {gate.gate}: {'passed' if gate.passed else 'refused'}, {gate.reason}")
    for left in built.head.left_out:
        say(f"   left out: {left.records} records, {left.reason}")
    verified = verify_release(built.folder, program.folder / "assay.pub")
    if not verified.ok:
        raise CheckError(code="demo-broken", message=verified.issues[0].message)
    say(f"   verified with the public key alone: {built.release.records} records, "
        f"{built.release.judgments} judgments")  # fmt: skip
    say(f"   look at {built.folder}/README.md")
    return built


def _export(built: Built, say: Say) -> None:
    say("\n6. Export: rows for a trainer, and what they cannot carry")
    target = built.folder.parents[1] / "exports" / "trl-preference"
    report = export_release(built.folder, "trl:preference", target)
    say(
        f"   TRL preference: {report.records.given} records = {report.records.carried} carried + "
        f"{report.records.dropped} dropped, each with its reason"
    )
    say(f"   look at {target}/drop_report.md")


def _show_lineage(program: Program, say: Say) -> None:
    say("\n7. Lineage: from a record to the release, by digests")
    first = next(program.records.list(kind="preference"))
    found = trace(program.store, first.id)
    made = [step.edge for step in found.descendants]
    say(f"   {first.id[:16]} came from row {found.origins[0].row}; with it were made "
        f"{len({edge.child for edge in made})} facts")  # fmt: skip
    audit = program.audit()
    say(f"   audit: {audit.entries} entries hold {audit.facts} facts, {audit.found} findings")


def _end(folder: Path, report: QualityReport, built: Built, say: Say) -> str:
    say(f"\nquality report  {built.folder}/quality.md ({report.records} records)")
    say(f"manifest        {built.folder}/manifest.json")
    say(f"try             cd {folder} && assay status")
    say(f"release digest  {built.release.manifest_digest}")
    return built.release.manifest_digest

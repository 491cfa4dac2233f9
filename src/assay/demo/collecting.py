"""Collecting: the reserve under seal, records in, blind review, verifiers."""

import json
import random
from collections.abc import Callable, Sequence

from assay.core.errors import CheckError
from assay.demo.evaluation import build_reserve
from assay.demo.reviewers import PEOPLE, TextTruth, answer_all
from assay.demo.world import WorldItem, build_world
from assay.program.program import Program
from assay.review.qualification import QualificationScope

Say = Callable[[str], None]
"""Prints one line of the story."""

BROKEN_LINES = (
    '{"schema_version":1,"task":{"messages":[{"role":"user","content":"cut off',
    '{"schema_version":1,"part":{"kind":"preference"},"task":{"messages":[]},"sources":[],"mood":1}',
)
"""Two lines that cannot be used: they are set aside with their reasons."""


def seal_reserve(program: Program, say: Say) -> None:
    """Move the evaluation items out of reach before anybody writes a training record."""
    say("\n2. Reserve: evaluation data under seal, before anyone writes training data")
    file = program.folder / "holdout.jsonl"
    file.write_text("".join(f"{item.canonical().decode()}\n" for item in build_reserve()))
    done = program.reserve.seal(file, remove=True)
    say(
        f"   read {done.read} = sealed {done.sealed.sealed} + already there "
        f"{done.sealed.already_there} + set aside {done.set_aside}; the file is removed"
    )
    say("   the store holds keyed fingerprints; the text lies encrypted in a vault of its own")


def import_records(program: Program, items: Sequence[WorldItem], say: Say) -> None:
    """Import the records twice, two broken lines among them."""
    say("\n3. Records: eight kinds in one envelope, and two broken lines")
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


def review(program: Program, items: Sequence[WorldItem], say: Say) -> None:
    """Three independent judgments of each record, by people of known skill and bias."""
    say("\n4. Review: three independent passes, blind, in an order drawn for each person")
    assigned = program.review.assign({person.name: person.role for person in PEOPLE})
    say(f"   {assigned.assigned} assignments to {len(assigned.by_reviewer)} simulated reviewers:")
    for person in PEOPLE:
        habits = f"sees {person.skill:.0%} of the scores as they are"
        habits += f", takes the longer answer {person.length_love:.0%} of the time" * bool(
            person.length_love
        )
        habits += f", abstains {person.abstains:.0%} of the time" * bool(person.abstains)
        say(f"      {person.name}: {habits}")
    oracle = TextTruth(items)
    for number, person in enumerate(PEOPLE):
        draw = random.Random(number)  # noqa: S311  a simulation that must repeat
        rows = list(program.review.work(person.name))
        taken = program.review.take_answers(
            answer_all(person, rows, oracle, draw),
            subject=f"answers of {program.context.pseudonym(person.name)}",
        )
        if taken.set_aside:
            raise CheckError(code="demo-broken", message=taken.set_aside[0].reason)
    status = program.review.status()
    say(f"   {status.judged} judgments are in, {status.waiting} wait")


NEXT_SEED = 11
NEXT_COUNTS = {
    "preference": 12, "demonstration": 3, "process": 3, "policy": 3,
    "critique": 3, "outcome": 2, "trajectory": 2, "adversarial": 2,
}  # fmt: skip
"""How many records of each kind the demo leaves for people to judge."""


EXAM_ITEMS = 40
"""Pairs of the reviewer's exam, as many as the contract says."""


def make_exam(program: Program, items: Sequence[WorldItem], say: Say) -> None:
    """Make the exam that the contract names: pairs of which one answer alone has the right fare."""
    rows = [
        {"record": item.record.id, "verdicts": [{"verdict": "prefers", "candidate": right}]}
        for item in items
        if item.record.kind == "preference" and (right := _right_of(item)) is not None
    ]
    file = program.folder / "data" / "exam.jsonl"
    lines = [json.dumps(row) for row in rows[:EXAM_ITEMS]]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    scope = QualificationScope(role="reviewer", family="preference")
    made = program.exams.make(scope, program.exams.read(file))
    say(f"   {made.items} known pairs are the reviewer's exam: whoever passes it is offered pairs")


def _right_of(item: WorldItem) -> int | None:
    """The one candidate with the right fare; None where both or neither have it."""
    correct = [place for place, scores in enumerate(item.truth.scores) if scores.get("correct")]
    return correct[0] if len(correct) == 1 else None


def wait_at_desk(program: Program, items: Sequence[WorldItem], say: Say) -> None:
    """Import the next batch, which nobody has judged: it waits for people at the desk."""
    say("\n13. The desk: the next batch waits for people")
    file = program.folder / "data" / "next-batch.jsonl"
    lines = [item.record.canonical().decode() for item in build_world(NEXT_SEED, NEXT_COUNTS)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = program.records.import_(file, source="desk-authors")
    say(f"   {report.stored} records of eight kinds wait for their first judgment")
    make_exam(program, items, say)
    say(f"   try: assay serve -p {program.folder}")


def verify(program: Program, say: Say) -> None:
    """Run the verifiers that the rubric names."""
    say("\n5. Verification: what a machine can test, and nothing beyond it")
    done = program.verification.run()
    for run in done.runs:
        verdicts = ", ".join(f"{count} {name}" for name, count in run.verdicts.items())
        nothing = ", ".join(f"{count} where {why}" for why, count in run.nothing_to_verify.items())
        say(f"   {run.verifier} covers {', '.join(run.dimensions)}: {verdicts}; {nothing}")
    for row in program.verification.report().rows:
        if row.axis == "all" and row.dimension in {"correct", "sums"}:
            say(
                f"   {row.dimension}: of {row.items} items {row.machine_verified} machine verified, "
                f"{row.expert_judged} expert judged, {row.both} both, {row.uncertain} uncertain"
            )

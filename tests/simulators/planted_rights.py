"""A program with a record under every right, and one that was made from it; each with a canary."""

from pathlib import Path

import msgspec

import assay
from assay.core.clock import Clock, fixed_clock
from assay.demo.documents import write_program
from assay.demo.world import build_world
from assay.program.program import Program
from assay.records.record import Lineage, Record, Source, Transformation, sort_candidates
from assay.releases.withdrawal import Withdrawal

DAY = "2026-03-01T09:00:00Z"
"""A moment at which one source's retention is over."""

RIGHTS = {
    "gone": "state: deleted",
    "taken": "state: withdrawn",
    "late": "retention_until: 2026-02-01",
    "away": "territory: [US]",
    "lent": "permitted_uses: [evaluate]",
    "leads": "reviewer_access: [policy_reviewer, lead]",
    "free": "",
}
"""Source class -> what sets it apart from a source that closes nothing."""

BEFORE = "2026-01-15T09:00:00Z"
"""A moment at which it was not."""

NAMES = (
    *RIGHTS,
    *(f"child-{name}" for name in RIGHTS),
    "grandchild-lent",
    "orphan",
    "revoked",
    "heir",
)
"""The planted records: one of each source class, what was made from it, from the child of one, from a
record that is not there, one that was withdrawn, and what was made from that."""


LENT = frozenset({"lent", "child-lent", "grandchild-lent"})
"""What may be read and evaluated with, and not trained on."""

LEADS = frozenset({"leads", "child-leads"})
"""What leads may read, and reviewers of fares may not."""

FREE = frozenset({"free", "child-free"})
"""What may go everywhere."""

LATE = frozenset({"late", "child-late"})
"""What nobody may read after its last day."""


def seen(content: bytes) -> frozenset[str]:
    """The planted records whose words are in these bytes."""
    text = content.decode("utf-8", errors="replace")
    return frozenset(name for name in NAMES if canary(name) in text)


def canary(name: str) -> str:
    """The word that stands in the text of a planted record, and nowhere else."""
    return f"Canary{''.join(part.title() for part in name.split('-'))}7f"


def write_planted(folder: Path) -> dict[str, Record]:
    """A new program that holds the planted records, by name; none is judged."""
    write_program(folder)
    sources = folder / "sources.yaml"
    sources.write_text(
        sources.read_text(encoding="utf-8") + "".join(map(_source_class, RIGHTS)), encoding="utf-8"
    )
    records = _records()
    file = folder / "planted.jsonl"
    lines = [record.canonical().decode() for record in records.values()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with opened_on(folder) as program:
        report = program.records.import_(file)
        assert report.stored == len(NAMES), report.reasons
        with program.store.write("release.withdraw", actor="tests") as writing:
            notice = Withdrawal(
                release=f"rel_{'a' * 52}", reason="consent", records=(records["revoked"].id,)
            )
            writing.add([notice])
    file.unlink()
    return records


def opened_on(folder: Path, moment: str = DAY) -> Program:
    """The program as it is opened at a moment."""
    return open_planted(folder, fixed_clock(moment))


def open_planted(folder: Path, clock: Clock) -> Program:
    """The program under a clock."""
    return assay.open(folder, clock=clock, who="tests")


def _source_class(name: str) -> str:
    rights = {
        "licence": "licence: LicenseRef-planted",
        "permitted_uses": "permitted_uses: [train, evaluate, publish]",
        "retention_until": "retention_until: unlimited",
        "territory": "territory: [worldwide]",
        "reviewer_access": "reviewer_access: [reviewer, adjudicator, lead]",
        "deletion_contact": "deletion_contact: the data lead",
        "deletion_procedure": "deletion_procedure: Name the records.",
    }
    changed = RIGHTS[name]
    if changed:
        rights[changed.partition(":")[0]] = changed
    lines = [f"  - id: {name}", f"    description: Planted, {name}."]
    return "\n".join([*lines, *(f"    {line}" for line in rights.values())]) + "\n"


def _records() -> dict[str, Record]:
    pair = next(
        item.record
        for item in build_world(counts={"preference": 40})
        if item.record.task.taxonomy["domain"] == "fares"
        and item.record.source_classes == ("desk-authors", "target-model")
    )
    made = {name: _planted(pair, name, name) for name in RIGHTS}
    for name in RIGHTS:
        made[f"child-{name}"] = _planted(pair, f"child-{name}", "desk-authors", made[name].id)
    made["grandchild-lent"] = _planted(
        pair, "grandchild-lent", "desk-authors", made["child-lent"].id
    )
    made["orphan"] = _planted(pair, "orphan", "desk-authors", f"rec_{'a' * 52}")
    made["revoked"] = _planted(pair, "revoked", "desk-authors")
    made["heir"] = _planted(pair, "heir", "desk-authors", made["revoked"].id)
    return {name: made[name] for name in NAMES}


def _planted(pair: Record, name: str, source: str, *parents: str) -> Record:
    """A pair whose every text holds the record's canary."""
    word = canary(name)
    task = msgspec.structs.replace(
        pair.task,
        messages=tuple(
            msgspec.structs.replace(each, content=f"{word} {each.content}")
            for each in pair.task.messages
        ),
    )
    candidates, _ = sort_candidates(
        tuple(
            msgspec.structs.replace(each, content=f"{word} {each.content}")
            for each in pair.candidates
        )
    )
    lineage = Lineage(parents=parents, transformation=Transformation(name="rewrite", version="1"))
    return pair.replace(
        task=task,
        candidates=candidates,
        sources=(Source(source_class=source, locator=word),),
        lineage=lineage if parents else None,
        key=word,
    )

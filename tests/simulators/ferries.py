"""A small program about ferries with everything that a release can hold, the same every time."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.contracts.document import DocumentKind, to_fact
from assay.contracts.reading import read_content
from assay.core.canonical import json_text, parse_json
from assay.core.fact import Fact
from assay.core.ports import Checkpoint, FactStore
from assay.governance.rights import Use
from assay.quality.case import cases
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import dispose_case
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson, Step
from assay.records.judgment import Judgment
from assay.records.kinds import Demonstration, Preference
from assay.records.record import Lineage, Record, Transformation, sort_candidates
from assay.records.task import Message, Task
from assay.records.verdict import Abstained, DimensionScore, Prefers, Scored, Tie, Verdict
from assay.releases.attestation import ATTESTATION, RELEASE, attest
from assay.releases.checksums import SUMS, digest_file, render_sums, scan_folder
from assay.releases.inputs import DocumentFile, ReleaseInputs, RenderedQualityReport
from assay.releases.manifest import MANIFEST, ProgramName
from assay.review.adjudication import Adjudication, Decided
from assay.review.handle import RECORD_HANDLE, opaque
from assay.verification.verification import Pass, Verification
from builders import judgment_by, small_record, user_task
from simulators.memory_store import MemoryStore

ACTOR = "lead"
CREATED = "2026-02-01T08:00:00Z"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PROGRAM = ProgramName(id="ferries", name="Harbour ferries", contact="the harbour desk")

Files = Mapping[DocumentKind, DocumentFile]

HEADER = """apiVersion: assay/v1
kind: {kind}
id: ferries-{kind}
version: 1.0.0
status: active
title: {title}
"""

CONTRACT = """
gap: The assistant names ferries that do not sail on Sundays.
deployment: A screen on the quay, read by people with luggage.
behaviours:
  - id: right_ferry
    statement: Names only ferries that the timetable lists for the day.
    evidence: [source]
    dimensions: [correct]
sampling:
  total: 8
  aim: true
  axes:
    day: [weekday, sunday]
    language: [en, fr]
  left_out:
    domain: There is only one.
  hard: [{day: sunday}]
  quotas:
    - {slice: {day: sunday}, share: 0.2}
    - {slice: {language: en}, minimum: 2}
review:
  layers:
    - {id: quay, roles: [reviewer], passes: 2, agreement: 1.0, max_abstentions: 1, on_disagreement: preserve}
"""

RUBRIC = """
dimensions:
  - id: correct
    question: Does every named ferry sail on that day?
    scale: binary
    anchors: {"0": A ferry is named that does not sail., "1": All named ferries sail.}
    judged_by: expert
    nature: objective
    unverified_because: The timetable is a photograph.
  - id: tone
    question: Is it pleasant | or at least plain?
    scale: 1..5
    judged_by: uncertain
    nature: plural
"""

SOURCES = """
classes:
  - id: desk
    description: Written by the staff of the harbour desk.
    licence: CC-BY-4.0
    permitted_uses: [train, evaluate, publish]
    retention_until: unlimited
    territory: [worldwide]
    attribution: Harbour desk
    deletion_contact: the harbour desk
  - id: lent
    description: Lent by a neighbouring port for evaluation.
    licence: LicenseRef-neighbour
    permitted_uses: [evaluate]
    retention_until: 2030-12-31
    territory: [worldwide]
"""

TEXTS: dict[DocumentKind, str] = {
    "contract": HEADER.format(kind="contract", title="Ferries that sail") + CONTRACT,
    "rubric": HEADER.format(kind="rubric", title="Right before pleasant") + RUBRIC,
    "sources": HEADER.format(kind="sources", title="Where it comes from") + SOURCES,
}
"""The documents as people would write them."""


def documents(**changed: str) -> dict[DocumentKind, DocumentFile]:
    """The program's documents, some of them perhaps with another text."""
    found: dict[DocumentKind, DocumentFile] = {}
    for kind, original in TEXTS.items():
        text = changed.get(kind, original)
        reading = read_content(kind, f"{kind}.yaml", text.encode())
        assert reading.shaped.document is not None, reading.issues
        found[kind] = DocumentFile(
            document=to_fact(reading.shaped.document), file=f"{kind}.yaml", source=text.encode()
        )
    return found


RUBRIC_ID = documents()["rubric"].document.id
"""Document id of the rubric that judgments are given under."""


def record_handle(identity: str) -> str:
    """The keyed handle of a record of the ferries."""
    return opaque(bytes(range(32)), RECORD_HANDLE, identity)


def inputs(
    version: str = "1.0.0",
    *,
    use: Use = "train",
    files: Files | None = None,
    quality: str = "# Quality\n\nTwo people looked at each record.\n",
    limitations: str = "Only one harbour.",
) -> ReleaseInputs:
    """What a build is given besides the store."""
    return ReleaseInputs(
        version=version,
        use=use,
        created=CREATED,
        program=PROGRAM,
        documents=files or documents(),
        quality=RenderedQualityReport(
            json=b'{"format":"assay-quality/1"}\n', markdown=quality.encode()
        ),
        record_handle=record_handle,
        checkpoint=Checkpoint(number=3, hash="ab" * 32),
        limitations=limitations,
    )


def preference(
    number: int, *, day: str = "sunday", language: str = "en", source: str = "desk"
) -> Record:
    """A pair of answers to one question about ferries."""
    candidates, _ = sort_candidates((
        Candidate(
            content=f"Take ferry {number} at nine.", provenance=MadeByModel(model="quay-1")
        ),
        Candidate(
            content=f"Ferry {number + 50} sails at noon,\nor ask \u2013 \U0001f6a2.",
            provenance=MadeByPerson(pseudonym="prs_a", role="author"),
        ),
    ))  # fmt: skip
    return small_record(
        Preference(),
        user_task(
            f"Which ferry on pier {number}?",
            taxonomy={"day": day, "language": language},
            capability="right_ferry",
        ),
        *candidates,
        source=source,
        key=f"row-{number}",
    )


def demonstration(parent: Record) -> Record:
    """A worked answer that was made from another record."""
    return small_record(
        Demonstration(answer="12:15"),
        Task(
            messages=(
                Message(role="system", content="You stand on the quay."),
                Message(role="user", content="When is the next ferry?"),
            ),
            taxonomy={"day": "weekday", "language": "en"},
        ),
        Candidate(
            content="At 12:15.",
            provenance=MadeByPerson(pseudonym="prs_b", role="author"),
            work=(Step(text="The list says 12:15 and 14:00."),),
        ),
        source="desk",
        lineage=Lineage(
            parents=(parent.id,),
            transformation=Transformation(
                name="rewrite", version="2", parameters=json_text({"keep": "time", "ratio": 0.5})
            ),
        ),
    )


def judgment(record: Record, reviewer: str, verdict: Verdict) -> Judgment:
    """One reviewer's answer."""
    return judgment_by(
        reviewer,
        record,
        verdict,
        scores=(DimensionScore(dimension="correct", score=Scored(value=1), candidate=0),),
        order=tuple(range(len(record.candidates))),
        rubric=RUBRIC_ID,
        active_ms=21_000,
    )


def agreed(record: Record, verdict: Verdict | None = None) -> Iterator[Fact]:
    """A record on which two reviewers say the same."""
    said = verdict or Prefers(candidate=0, strength=2)
    yield record
    yield judgment(record, "prs_1", said)
    yield judgment(record, "prs_2", said)


def first_facts() -> list[Fact]:
    """Five records to release, one that waits, and one without the right to train."""
    base, split = preference(1), preference(3, language="fr")
    waiting, unsure = preference(4), preference(5)
    doubts = [judgment(unsure, name, Abstained(reason="too dark")) for name in ("prs_1", "prs_2")]
    return [
        *agreed(base),
        *agreed(preference(2, day="weekday"), Tie()),
        *agreed(demonstration(base)),
        split,
        judgment(split, "prs_1", Prefers(candidate=0)),
        judgment(split, "prs_2", Prefers(candidate=1)),
        waiting,
        judgment(waiting, "prs_1", Prefers(candidate=1)),
        unsure,
        *doubts,
        Adjudication(
            record=unsure.id,
            judgments=tuple(each.id for each in doubts),
            decision=Decided(verdict=Prefers(candidate=1)),
            cause="missing_context",
            adjudicator="prs_9",
        ),
        Verification(
            record=base.id,
            verifier="timetable",
            version="1",
            verdict=Pass(),
            dimensions=("correct",),
            candidate=0,
        ),
        *agreed(preference(6, source="lent")),
    ]


def add(store: FactStore, facts: Sequence[Fact]) -> None:
    """Add facts."""
    with store.write("record.import", actor=ACTOR) as transaction:
        transaction.add(facts)


def dispose(store: FactStore, files: Files | None = None) -> None:
    """Let the rules of the contract speak about every record."""
    found = {kind: file.document for kind, file in (files or documents()).items()}
    rules = DocumentsInForce.of(found)
    batches = cases(store, contract=rules.contract_id, rubric=rules.rubric_id)
    dispositions = [dispose_case(case, rules) for batch in batches for case in batch]
    with store.write("disposition.make", actor=ACTOR) as transaction:
        transaction.add(dispositions)


def filled_store(facts: Sequence[Fact] | None = None, files: Files | None = None) -> MemoryStore:
    """A store with facts and their dispositions."""
    store = MemoryStore()
    add(store, first_facts() if facts is None else facts)
    dispose(store, files)
    return store


def reseal(folder: Path, key: Ed25519PrivateKey = KEY) -> None:
    """Sign a changed release anew, as a publisher who lies would do."""
    envelope = parse_json((folder / ATTESTATION).read_bytes())
    predicate = parse_json(base64.b64decode(envelope["payload"]))["predicate"]
    names, _ = scan_folder(folder)
    digests = {name: digest_file(folder / name)[0] for name in names - {SUMS, ATTESTATION}}
    (folder / SUMS).write_bytes(render_sums(digests))
    subjects = {MANIFEST: digests[MANIFEST], SUMS: digest_file(folder / SUMS)[0]}
    (folder / ATTESTATION).write_bytes(attest(RELEASE, subjects, predicate, key))

"""The records of a release folder come with the consensus that their dispositions rest on."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from assay.contracts import service as contracts
from assay.contracts.documents import Documents
from assay.core.canonical import encode_fact
from assay.core.errors import InputError
from assay.governance.permits import Permits
from assay.quality.case import RecordCase
from assay.quality.disposition import Disposition
from assay.quality.machine_evidence import EvidenceDemand
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.judgment import Judgment
from assay.records.kinds import Preference
from assay.records.verdict import Prefers, Tie, Verdict
from assay.releases.assembly import assemble
from assay.releases.exporters.exporter import Dropped, attempt
from assay.releases.exporters.release_folder import release_name, released_records
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.trl import TrlPreference
from assay.releases.manifest import (
    FORMAT,
    MANIFEST,
    AuditHead,
    DocumentEntry,
    Generator,
    ManifestHead,
    ManifestWriter,
    ProgramName,
)
from assay.releases.selection import Bundle, to_bodies
from assay.releases.spool import ItemLines
from assay.review.adjudication import Adjudication, Decided
from builders import judgment_by, small_record, user_task

UNKNOWN = MadeByUnknown(reason="written for a test")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """The documents of a program that was made from a template."""
    folder = tmp_path_factory.mktemp("program") / "kitchen"
    contracts.init(folder, "preference")
    return contracts.load(folder)


def _case(documents: Documents, question: str, difficulty: str, *verdicts: Verdict) -> RecordCase:
    record = small_record(
        Preference(),
        user_task(question, taxonomy={"difficulty": difficulty}),
        Candidate(content="Once a day.", provenance=UNKNOWN),
        Candidate(content="Twice a day.", provenance=UNKNOWN),
        source=documents.sources.classes[0].id,
    )
    judgments = tuple(
        judgment_by(f"p-{number}", record, verdict) for number, verdict in enumerate(verdicts)
    )
    return RecordCase(id=record.id, record=record, judgments=judgments)


def _adjudicated(case: RecordCase) -> RecordCase:
    """A case that was decided five times, each decision overruling the one before."""
    adjudications = tuple(
        Adjudication(
            record=case.id,
            judgments=tuple(judgment.id for judgment in case.judgments),
            decision=Decided(verdict=Prefers(candidate=winner)),
            cause="expertise",
            adjudicator=f"p-senior-{place}",
        )
        for place, winner in enumerate((0, 1, 0, 1, 0))
    )
    return msgspec.structs.replace(case, adjudications=adjudications)


def _accepted(case: RecordCase, documents: Documents) -> Disposition:
    ids = documents.ids()
    return Disposition(
        record=case.id,
        state="accepted",
        rule="all-others/agreement",
        reason="written for a test",
        contract=ids["contract"],
        rubric=ids["rubric"],
        read=tuple(fact.id for fact in (*case.judgments, *case.adjudications)),
    )


def _write(folder: Path, documents: Documents, cases: Sequence[RecordCase]) -> None:
    """Write a release folder with the parts of the build that an export reads."""
    facts = documents.facts()
    permits = Permits(documents.sources.classes, on=date(2026, 1, 31), territory=None)
    (folder / "documents").mkdir(parents=True)
    for kind, fact in facts.items():
        (folder / "documents" / f"{kind}.json").write_bytes(encode_fact(fact))
    published = []
    for case in cases:
        (disposition,) = to_bodies(Disposition, [_accepted(case, documents)])
        bundle = Bundle(
            record=encode_fact(case.record),
            disposition=disposition,
            judgments=sorted(to_bodies(Judgment, case.judgments)),
            adjudications=sorted(to_bodies(Adjudication, case.adjudications)),
            verifications=[],
        )
        published.append((case.id, bundle))
    with ItemLines(folder) as items:
        demand = EvidenceDemand(documents.contract, documents.rubric)
        tally = assemble(sorted(published), permits, folder, items, demand, handles={})
        head = ManifestHead(
            format=FORMAT,
            program=ProgramName(id="kitchen", name="Kitchen"),
            version="1.0.0",
            created="2026-01-31T09:30:00Z",
            use="train",
            record_schema=1,
            documents=tuple(
                DocumentEntry(
                    kind=kind,
                    id=fact.id,
                    name=fact.name,
                    version=fact.version,
                    content=fact.content,
                    source=f"documents/{kind}.yaml",
                    canonical=f"documents/{kind}.json",
                )
                for kind, fact in facts.items()
            ),
            source_classes=(),
            transformations=(),
            counts=tally.counts(),
            left_out=(),
            gates=(),
            files=(),
            audit=AuditHead(number=0, hash=""),
            generator=Generator(assay="0", pyarrow="0"),
            merkle_root=tally.tree.root().hex(),
        )
        with (folder / MANIFEST).open("wb") as stream:
            writer = ManifestWriter(stream, head)
            for body in items:
                writer.add(body)
            writer.close()


@pytest.fixture(scope="module")
def folder(documents: Documents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of three comparisons: one hard, one easy, one adjudicated five times."""
    first, second = Prefers(candidate=0), Prefers(candidate=1)
    made = tmp_path_factory.mktemp("releases") / "1.0.0"
    _write(
        made,
        documents,
        [
            _case(documents, "How often, at most?", "hard", first, first, Tie()),
            _case(documents, "How often, with food?", "easy", first, second),
            _adjudicated(_case(documents, "How often, at night?", "easy", first, second)),
        ],
    )
    return made


def _by_question(released: Iterator[ReleasedRecord]) -> dict[str, ReleasedRecord]:
    return {each.record.task.messages[0].content: each for each in released}


def test_records_come_in_order_with_their_own_judgments(folder: Path) -> None:
    """Numbers run from 0, ids ascend, and every judgment is about its record."""
    released = list(released_records(folder, use="train"))
    ids = [each.record.id for each in released]
    assert [each.number for each in released] == [0, 1, 2]
    assert ids == sorted(ids)
    for each in released:
        assert {judgment.record for judgment in each.judgments} == {each.record.id}
    assert sum(len(each.judgments) for each in released) == 7


def test_the_consensus_is_counted_by_the_layer_of_the_contract(folder: Path) -> None:
    """Two of three are enough in the layer for hard questions; the other asks for all."""
    released = _by_question(released_records(folder, use="train"))
    assert released["How often, at most?"].consensus.method == "majority/0.66"
    assert released["How often, at most?"].consensus.candidate == 0
    assert released["How often, with food?"].consensus.outcome == "no_majority"


def test_the_last_adjudication_stands(folder: Path) -> None:
    """The folder sorts adjudications by id; their order of entry is the disposition's."""
    decided = _by_question(released_records(folder, use="train"))["How often, at night?"]
    assert decided.state == "accepted"
    assert decided.consensus.candidate == 0


def test_a_withdrawn_record_gives_no_row(folder: Path) -> None:
    """A record that a notice names is dropped with its own reason."""
    hard = _by_question(released_records(folder, use="train"))["How often, at most?"].record.id
    again = _by_question(released_records(folder, use="train", withdrawn={hard}))[
        "How often, at most?"
    ]
    assert attempt(TrlPreference(), again) == Dropped(reason="withdrawn", detail="")


def test_the_release_is_named(folder: Path) -> None:
    """Reports name the program and the version."""
    assert release_name(folder) == "kitchen 1.0.0"


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("judgments.jsonl", lambda lines: [*lines, lines[0]]),
        ("dispositions.jsonl", lambda lines: lines[1:]),
        ("records.jsonl", lambda lines: [*lines[:-1], b"{}\n"]),
        ("records.jsonl", lambda lines: lines[1:]),
    ],
)
def test_series_that_do_not_belong_together_are_an_error(
    documents: Documents, tmp_path: Path, file: str, change: object
) -> None:
    """A line too many, too few, or of another kind stops the export instead of skewing it."""
    assert callable(change)
    first = Prefers(candidate=0)
    cases = [_case(documents, f"question {number}", "hard", first, first) for number in range(3)]
    _write(tmp_path / "1.0.0", documents, cases)
    damaged = tmp_path / "1.0.0" / file
    damaged.write_bytes(b"".join(change(damaged.read_bytes().splitlines(keepends=True))))
    with pytest.raises(InputError):
        list(released_records(tmp_path / "1.0.0", use="train"))


def test_a_folder_without_records_is_no_release(documents: Documents, tmp_path: Path) -> None:
    """A missing series is named."""
    _write(tmp_path / "1.0.0", documents, [])
    (tmp_path / "1.0.0" / "records.jsonl").unlink()
    with pytest.raises(InputError, match=r"records\.jsonl is missing"):
        list(released_records(tmp_path / "1.0.0", use="train"))

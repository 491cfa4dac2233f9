"""What a reviewer writes: a demonstration or a revision becomes a record of its own.

The evidence stays apart from the response; the new record names its parent, its author, and the
source class whose rights hold for what people write at the desk.
"""

from assay.records.candidate import Candidate, MadeByEdit, MadeByPerson, Provenance
from assay.records.judgment import Reviewer
from assay.records.kinds import Critique, Demonstration
from assay.records.record import SCHEMA_VERSION, Lineage, Record, Source, Transformation

WRITTEN = Transformation(name="desk.write", version="1")
"""What the desk did to the record that was shown."""


def written_record(record: Record, text: str, *, author: Reviewer, source: str) -> Record:
    """The record that holds what a reviewer wrote.

    Args:
        record: the record that was shown.
        text: what was written.
        author: who wrote it, in which role.
        source: source class of what people write.
    """
    if isinstance(record.part, Critique):
        return _revision(record, record.part, text, author, source)
    return _demonstration(record, text, author, source)


def _revision(record: Record, part: Critique, text: str, author: Reviewer, source: str) -> Record:
    """A critique record with its subject and the revision that corrects it."""
    provenance = MadeByEdit(original=f"{record.id}#{part.subject}", editor=author.pseudonym)
    own = f"/candidates/{part.subject}"
    # Rights in other candidates do not apply: their text is not in the new record.
    task_sources = [
        origin for origin in record.sources if not origin.part.startswith("/candidates/")
    ]
    moved = [
        Source(source_class=origin.source_class, part="/candidates/0", locator=origin.locator)
        for origin in record.sources
        if origin.part == own
    ]
    return Record(
        schema_version=SCHEMA_VERSION,
        part=Critique(subject=0, revision=1),
        task=record.task,
        sources=(*task_sources, *moved, Source(source_class=source, part="/candidates/1")),
        candidates=(
            record.candidates[part.subject],
            Candidate(content=text, provenance=provenance),
        ),
        evidence=tuple(piece for piece in record.evidence if piece.candidate is None),
        sensitivity=record.sensitivity,
        lineage=Lineage(parents=(record.id,), transformation=WRITTEN),
    )


def _demonstration(record: Record, text: str, author: Reviewer, source: str) -> Record:
    """A demonstration: written from nothing, or edited from the one that was shown."""
    provenance: Provenance = MadeByPerson(pseudonym=author.pseudonym, role=author.role)
    sources = tuple(
        origin for origin in record.sources if not origin.part.startswith("/candidates/")
    )
    if record.candidates:
        # An edit is based on the text of somebody else, so the rights in that text hold as well.
        sources = record.sources
        provenance = MadeByEdit(original=record.id, editor=author.pseudonym)
    return Record(
        schema_version=SCHEMA_VERSION,
        part=Demonstration(),
        task=record.task,
        sources=(*sources, Source(source_class=source, part="/candidates/0")),
        candidates=(Candidate(content=text, provenance=provenance),),
        # Evidence on a candidate counts places of the record that was shown.
        evidence=tuple(piece for piece in record.evidence if piece.candidate is None),
        sensitivity=record.sensitivity,
        lineage=Lineage(parents=(record.id,), transformation=WRITTEN),
    )

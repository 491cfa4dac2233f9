"""The subject: what a verifier gets to see of one candidate, and the digest that names it.

A verifier is given the subject and not the record. Who made the answer, whose rights depend on it
and what the other candidates say cannot sway it, and two candidates with one subject get one
answer: the digest is the key under which answers are known.
"""

import msgspec

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.evidence import Evidence
from assay.records.record import Record

_WITHHELD = MadeByUnknown(reason="withheld from verifiers")
_ANOTHER = Candidate(content="", provenance=_WITHHELD)


def subject_of(record: Record, candidate: int) -> Record:
    """The record with its task, its part, one candidate, and the evidence that bears on that one.

    Other candidates and the evidence on them stay as empty places, so that every place that a
    verifier names is a place of the record.

    Args:
        record: the record.
        candidate: the candidate's place.
    """
    return Record(
        schema_version=record.schema_version,
        part=record.part,
        task=record.task,
        sources=(),
        candidates=tuple(
            msgspec.structs.replace(entry, provenance=_WITHHELD) if place == candidate else _ANOTHER
            for place, entry in enumerate(record.candidates)
        ),
        evidence=tuple(
            piece
            if piece.candidate in {None, candidate}
            else Evidence(kind=piece.kind, candidate=piece.candidate)
            for piece in record.evidence
        ),
    )


def subject_digest(subject: Record, candidate: int) -> bytes:
    """The 32-byte digest of a subject and of the candidate's place in it."""
    # Evidence names candidates by place, so one text in two places is two subjects.
    return sha256(candidate.to_bytes(4) + sha256(encode_fact(subject)))

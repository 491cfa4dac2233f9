"""Use case of dispositions: evaluate records by the contract's rules, and write what is new."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assay.contracts.document import Document, DocumentKind
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.quality.case import cases
from assay.quality.disposition_tally import Disposed, DispositionTally
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import dispose_case


class Evaluated(NamedTuple):
    """What an evaluation of records by the rules came to."""

    written: int
    """Records whose disposition is new."""
    tally: DispositionTally
    """The dispositions of all that were evaluated."""


def dispose(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    actor: str,
    records: Sequence[str] | None = None,
    progress: ProgressCallback | None = None,
) -> Disposed:
    """Give every record its disposition under the rules in force.

    A record whose facts and documents are what they were gets no new disposition. An interrupted
    run leaves whole batches behind; the next one continues from there.

    Args:
        store: the store.
        documents: the documents in force by kind; `contract` and `rubric` are needed.
        actor: who does it.
        records: ids of the records to dispose of; all where absent.
        progress: called after each batch with the number of records done.
    """
    evaluated = evaluate(store, documents, actor=actor, records=records, progress=progress)
    return evaluated.tally.disposed(evaluated.written)


def evaluate(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    actor: str,
    records: Sequence[str] | None = None,
    progress: ProgressCallback | None = None,
) -> Evaluated:
    """Evaluate records by the rules in force, and write the dispositions that are new.

    The arguments are those of `dispose`.
    """
    in_force = DocumentsInForce.of(documents, store.scan(Document))
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    tally = DispositionTally()
    written = done = 0
    for batch in cases(
        store,
        contract=in_force.contract_id,
        rubric=in_force.rubric_id,
        records=records,
        dated=bool(in_force.changes),
    ):
        judged = [(case, dispose_case(case, in_force)) for case in batch]
        for _, disposition in judged:
            tally.count(disposition)
        new = [disposition for case, disposition in judged if disposition != case.disposition]
        if new:
            with store.write("record.dispose", actor=actor, documents=ids) as writing:
                writing.add(new)
        written += len(new)
        done += len(batch)
        if progress:
            progress(done, None)
    return Evaluated(written, tally)

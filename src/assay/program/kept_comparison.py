"""The comparison with the reserve as the store keeps it: continued by checks and by imports.

A fact never changes, so what it shares with one set of fingerprints is found once. The comparison is
kept under the digest of what was compared with and the last audit entry whose facts were compared,
which together name every fact in it. It is no evidence: a release compares again (decision 46).
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from assay.context import Context
from assay.core.errors import AssayError
from assay.core.ports import Checkpoint
from assay.core.progress import ProgressCallback
from assay.program.derived import documents_digest
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.report import ReserveAnswer
from assay.reserve import service
from assay.reserve.overlap import Overlap
from assay.store.derived import DerivedResult, DerivedResults

_NAME, _VERSION = "comparison", 1

BACKLOG_TIMES, BACKLOG_LEAST = 2, 1000
"""An import compares all that was not compared yet, where that is at most so many times its own facts,
or so many facts besides: it is kept then, and costs an import at most about twice as much."""

_IMPORTED: tuple[type[Record | Judgment], ...] = (Record, Judgment)


class LastComparison(NamedTuple):
    """A comparison that was kept."""

    entry: int
    """The last audit entry whose facts were compared."""
    comparison: service.KeptComparison


def last_comparison(context: Context) -> LastComparison | None:
    """The comparison that was kept last, whatever it compared with; None where there is none."""
    stored = DerivedResults(context.store).read(_NAME)
    if stored is None or (stored.version, stored.documents) != (_VERSION, documents_digest({})):
        return None
    comparison = msgspec.json.decode(stored.body, type=service.KeptComparison)
    return LastComparison(entry=stored.head.number, comparison=comparison)


def continued_comparison(
    context: Context, head: Checkpoint, progress: ProgressCallback | None = None
) -> LastComparison | None:
    """Compare what was not compared with today's fingerprints yet, and keep the result.

    Args:
        context: the open program.
        head: the last audit entry whose facts are compared; what was compared beyond it stays.
        progress: called with the number of facts that were compared so far.

    Returns:
        None where nothing is sealed.
    """
    store = context.store
    index, last = context.comparer_name(), last_comparison(context)
    if last is not None and last.comparison.index != index:
        last = None
    so_far, after = (last.comparison.compared, last.entry) if last else (None, 0)
    now = store.as_of(head.number)
    if last is not None and (
        after >= head.number or not now.touched_since(after).families & set(service.WITH_TEXTS)
    ):
        return last
    comparer = context.comparer()
    if comparer is None:
        return None
    comparison = service.KeptComparison(
        index=index,
        items=comparer.items,
        wordless=comparer.wordless,
        sealed=comparer.sealed,
        compared=service.compare(now, comparer, so_far, after, progress=progress),
    )
    DerivedResults(store).keep(
        DerivedResult(
            name=_NAME,
            version=_VERSION,
            documents=documents_digest({}),
            head=head,
            body=msgspec.json.encode(comparison.without_decoded()),
        )
    )
    return LastComparison(entry=head.number, comparison=comparison)


class BeforeImport(NamedTuple):
    """What there was before an import."""

    head: Checkpoint
    """The last audit entry."""
    facts: dict[str, int]
    """How many facts of each family that an import brings."""

    @classmethod
    def of(cls, context: Context) -> "BeforeImport":
        """What there is now."""
        return cls(context.store.head(), _imported_counts(context))


def check_imported(context: Context, before: BeforeImport) -> ReserveAnswer | None:
    """What the facts that came after a moment share with the reserve.

    Returns:
        None where nothing is sealed. Where the gate does not answer, the answer says so: the import is
        committed, and nothing is undone.
    """
    try:
        if _is_worth_keeping(context, before):
            return _continue_over(context, before)
        return _compare_imported(context, before)
    except AssayError as error:
        return ReserveAnswer(compared=0, items=0, overlapping=(), unknown=str(error))


def _imported_counts(context: Context) -> dict[str, int]:
    return {family.__name__: context.store.count(family) for family in _IMPORTED}


def _is_worth_keeping(context: Context, before: BeforeImport) -> bool:
    """Whether few facts besides those of the import were not compared yet."""
    last = last_comparison(context)
    is_current = last is not None and last.comparison.index == context.comparer_name()
    compared = sum(last.comparison.compared.facts.values()) if last and is_current else 0
    imported = sum(_imported_counts(context).values()) - sum(before.facts.values())
    facts = sum(context.store.count(family) for family in service.WITH_TEXTS)
    return facts - compared <= BACKLOG_TIMES * imported + BACKLOG_LEAST


def _continue_over(context: Context, before: BeforeImport) -> ReserveAnswer | None:
    """Compare up to the import and then over it: what comes in addition is the import's."""
    earlier = continued_comparison(context, before.head)
    now = continued_comparison(context, context.store.head())
    if earlier is None or now is None:
        return None
    old, new = earlier.comparison.compared, now.comparison.compared
    names = [family.__name__ for family in _IMPORTED]
    return ReserveAnswer(
        compared=sum(new.facts.get(name, 0) - old.facts.get(name, 0) for name in names),
        items=now.comparison.items,
        overlapping=_holders(
            overlap
            for name in names
            for overlap in new.overlaps.get(name, ())[len(old.overlaps.get(name, ())) :]
        ),
    )


def _compare_imported(context: Context, before: BeforeImport) -> ReserveAnswer | None:
    """Compare the facts of the import alone, and keep nothing."""
    comparer = context.comparer()
    if comparer is None:
        return None
    new = (
        service.texts_of(fact)
        for family in _IMPORTED
        for fact in context.store.since(family, before.facts[family.__name__])
    )
    overlaps = list(comparer.overlaps(new))
    return ReserveAnswer(
        compared=len(overlaps),
        items=comparer.items,
        overlapping=_holders(overlap for of_fact in overlaps for overlap in of_fact),
    )


def _holders(overlaps: Iterable[Overlap]) -> tuple[str, ...]:
    return tuple(sorted({overlap.holder for overlap in overlaps}))

"""The difference between two releases: items, judgments and documents, with what they mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from assay.contracts.diff import Change, compare
from assay.contracts.document import Document, DocumentKind
from assay.releases.item import ReleaseItem
from assay.releases.release import GateResult


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """One record that both releases hold, about which they say different things."""

    id: str
    """Id of the record."""
    what: str
    """What changed: `state`, `judgments` or `permitted`."""
    before: str
    """What the earlier release says."""
    after: str
    """What the later one says."""


class DocumentChange(msgspec.Struct, frozen=True, kw_only=True):
    """One document that changed between two releases."""

    kind: str
    """Kind of the document: contract, rubric, policy or sources."""
    before: str | None
    """Its version before; None where there was none."""
    after: str | None
    """Its version after; None where there is none."""
    meaning: tuple[str, ...]
    """What the change means, one sentence each."""


class GateChange(msgspec.Struct, frozen=True, kw_only=True):
    """One gate whose state differs between two releases."""

    gate: str
    """Name of the gate."""
    before: str | None
    """Its state in the earlier release; None where that release has no such gate."""
    after: str | None
    """Its state in the later one."""
    reason: str
    """Why, in the later release; empty where it has no such gate."""


class ReleaseDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What is different in the later of two releases."""

    before: str
    """Version of the earlier release."""
    after: str
    """Version of the later release."""
    added: tuple[str, ...]
    """Ids of records that only the later one holds, sorted."""
    removed: tuple[str, ...]
    """Ids of records that only the earlier one holds, sorted."""
    changed: tuple[ItemChange, ...]
    """What they say differently about the same records, by id."""
    documents: tuple[DocumentChange, ...]
    """Documents that changed, appeared or went, by kind."""
    gates: tuple[GateChange, ...] = ()
    """Gates whose state changed; empty where the later release is still being built."""


def compare_releases(
    versions: tuple[str, str],
    items: tuple[Iterable[ReleaseItem], Iterable[ReleaseItem]],
    documents: tuple[Mapping[DocumentKind, Document], Mapping[DocumentKind, Document]],
    gates: tuple[Sequence[GateResult], Sequence[GateResult]] = ((), ()),
) -> ReleaseDifference:
    """The difference between an earlier release and a later one.

    Args:
        versions: their versions.
        items: their items, each series in the order of ids; read once, side by side.
        documents: their documents, by kind.
        gates: their gates.
    """
    added: list[str] = []
    removed: list[str] = []
    changed: list[ItemChange] = []
    for before, after in _side_by_side(*items):
        if before is None and after is not None:
            added.append(after.id)
        elif after is None and before is not None:
            removed.append(before.id)
        elif before is not None and after is not None:
            changed += _changes(before, after)
    return ReleaseDifference(
        before=versions[0],
        after=versions[1],
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
        documents=tuple(_document_changes(*documents)),
        gates=tuple(_gate_changes(*gates)),
    )


def _side_by_side(
    before: Iterable[ReleaseItem], after: Iterable[ReleaseItem]
) -> Iterator[tuple[ReleaseItem | None, ReleaseItem | None]]:
    # Both series are sorted by id, so one merge finds every difference without holding either.
    left, right = iter(before), iter(after)
    old, new = next(left, None), next(right, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.id < new.id):
            yield old, None
            old = next(left, None)
        elif old is None or new.id < old.id:
            yield None, new
            new = next(right, None)
        else:
            yield old, new
            old, new = next(left, None), next(right, None)


def _changes(before: ReleaseItem, after: ReleaseItem) -> Iterator[ItemChange]:
    def change(what: str, old: object, new: object) -> ItemChange:
        return ItemChange(id=after.id, what=what, before=str(old), after=str(new))

    if before.state != after.state:
        yield change("state", before.state, after.state)
    if before.judgments_digest != after.judgments_digest:
        yield change("judgments", before.judgments, after.judgments)
    if before.permitted != after.permitted:
        yield change("permitted", ", ".join(before.permitted), ", ".join(after.permitted))


def _gate_changes(
    before: Sequence[GateResult], after: Sequence[GateResult]
) -> Iterator[GateChange]:
    old = {gate.gate: gate for gate in before}
    new = {gate.gate: gate for gate in after}
    for name in dict.fromkeys([*old, *new]):
        states = [gates[name].outcome if name in gates else None for gates in (old, new)]
        if states[0] != states[1]:
            reason = new[name].reason if name in new else ""
            yield GateChange(gate=name, before=states[0], after=states[1], reason=reason)


def _document_changes(
    before: Mapping[DocumentKind, Document], after: Mapping[DocumentKind, Document]
) -> Iterator[DocumentChange]:
    for kind in sorted(before.keys() | after.keys()):
        old, new = before.get(kind), after.get(kind)
        if old != new:
            yield DocumentChange(
                kind=kind,
                before=old.version if old else None,
                after=new.version if new else None,
                meaning=_meaning(kind, old, new),
            )


def _meaning(
    kind: DocumentKind, before: Document | None, after: Document | None
) -> tuple[str, ...]:
    if before is None or after is None:
        return ("the document is new",) if before is None else ("the document is gone",)
    difference = compare({kind: before.read()}, {kind: after.read()})
    return tuple(_sentence(change) for change in difference.changes if change.path != "version")


def _sentence(change: Change) -> str:
    if not change.alters_meaning:
        return f"`{change.path}` changed, which by the rules of `contract diff` alters no label"
    touched = ", ".join(change.touches) or "every dimension"
    return f"`{change.path}` changed; judgments of {touched} need a re-review"

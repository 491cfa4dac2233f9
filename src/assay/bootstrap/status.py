"""Where a program stands: checklist, failure modes, coverage and queue in one view."""

import msgspec

from assay.bootstrap.alarms import program_alarms
from assay.bootstrap.program import Program
from assay.contracts import service as contracts
from assay.contracts.checklist import Point, State
from assay.contracts.document import DocumentKind
from assay.governance.failure_modes import Alarm
from assay.quality.coverage import Coverage, CrossTable
from assay.quality.disposition import Disposition
from assay.releases.release import Release
from assay.reserve.sealing import Fingerprint, Sealing
from assay.review.adjudication import Adjudication
from assay.review.pass_service import ReviewStatus
from assay.store.tables import SCHEMA
from assay.verification.verification import Verification

SHOWN = 5
"""Facts that a point names."""


class LivePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point of the operating checklist, with the evidence that is there today."""

    number: int
    """Place in the checklist, from 1 to 14."""
    point: str
    """What must be so."""
    state: State
    """`stands`, `missing`, or `not_yet`: a later stage has to prove it."""
    evidence: str
    """What the answer rests on, in words."""
    digests: tuple[str, ...]
    """Ids of the documents and facts that it rests on, the newest few."""


class ProgramStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program stands."""

    counts: dict[str, int]
    """Facts by family."""
    checklist: tuple[LivePoint, ...]
    """The fourteen points of the operating checklist."""
    alarms: tuple[Alarm, ...]
    """What the stages say of the eight failure modes."""
    coverage: Coverage
    """The sampling distribution against what is there."""
    queue: ReviewStatus
    """Assigned, judged and waiting."""
    heat_map: CrossTable | None
    """Records by two axes; absent where no two were named."""


def program_status(program: Program, axes: tuple[str, str] | None = None) -> ProgramStatus:
    """Where a program stands.

    Args:
        program: the open program.
        axes: two axes for the heat map, down and across.
    """
    store = program.session.store
    cells = program.quality.cells()
    return ProgramStatus(
        counts={kept.family.table: store.count(kept.family.fact) for kept in SCHEMA.families},
        checklist=live_checklist(program),
        alarms=program_alarms(program),
        coverage=program.quality.coverage(cells),
        queue=program.review.status(),
        heat_map=program.quality.heat_map(*axes, cells) if axes else None,
    )


def live_checklist(program: Program) -> tuple[LivePoint, ...]:
    """The fourteen points: what the documents say, and what the facts of the store add."""
    added = {
        8: _verified(program),
        9: _sealed(program),
        10: _tracked(program),
        11: _validated(program),
        12: _released(program),
        14: _claimed(program),
    }
    return tuple(
        _live(program, point, added.get(point.number))
        for point in contracts.check(program.folder).checklist
    )


class _Added(msgspec.Struct, frozen=True):
    """What facts add to a point: `proves` where they are what a later stage had to show."""

    proves: bool
    evidence: str
    digests: tuple[str, ...] = ()


_DOCUMENTS: dict[int, tuple[DocumentKind, ...]] = {
    3: ("rubric",),
    4: ("sources",),
    7: ("rubric",),
    8: ("rubric",),
    12: ("contract", "rubric", "policy", "sources"),
    13: ("contract", "policy"),
    14: ("contract", "rubric", "policy", "sources"),
}
"""Documents that a point rests on; the contract where none is named."""


def _live(program: Program, point: Point, added: _Added | None) -> LivePoint:
    ids = program.session.ids
    kinds = _DOCUMENTS.get(point.number, ("contract",))
    documents = tuple(ids[kind] for kind in kinds if kind in ids)
    state, evidence = point.state, point.evidence
    if added and state != "missing":
        state = "stands" if added.proves or state == "stands" else "not_yet"
        evidence = f"{evidence}; {added.evidence}"
    return LivePoint(
        number=point.number,
        point=point.point,
        state=state,
        evidence=evidence,
        digests=documents + (added.digests if added else ()),
    )


def _verified(program: Program) -> _Added:
    store = program.store
    named = sorted({each.verifier for each in program.documents.rubric.dimensions if each.verifier})
    counts = {name: store.count(Verification, verifier=name) for name in named}
    text = ", ".join(f"{count} verifications by {name}" for name, count in counts.items())
    newest = (
        [each.id for each in store.scan(Verification, verifier=named)][-SHOWN:] if named else []
    )
    return _Added(any(counts.values()), text or "no verifier is named", tuple(newest))


def _sealed(program: Program) -> _Added:
    sealings = list(program.store.scan(Sealing))
    items = len({each.item for each in program.store.scan(Fingerprint)})
    openings = len(program.reserve.open_log())
    gate = _gate(program, "reserve")
    text = f"{items} items sealed, {openings} openings; " + (gate or "no release was compared yet")
    return _Added(bool(items), text, tuple(each.id for each in sealings[-SHOWN:]))


def _tracked(program: Program) -> _Added:
    store = program.store
    dispositions, adjudications = store.count(Disposition), store.count(Adjudication)
    newest = tuple(each.id for each in store.scan(Adjudication))[-SHOWN:]
    text = f"{dispositions} dispositions, {adjudications} adjudications with a cause"
    return _Added(dispositions > 0, text, newest)


def _validated(program: Program) -> _Added:
    found = program.validation.list()
    if not found:
        return _Added(proves=False, evidence="no validation yet")
    states = [test.state for test in found[-1].tests]
    text = ", ".join(f"{states.count(name)} {name}" for name in ("passed", "failed", "undecided"))
    return _Added(
        proves=True,
        evidence=f"newest validation: {text}",
        digests=tuple(each.id for each in found[-SHOWN:]),
    )


def _released(program: Program) -> _Added:
    found = [each.id for each in program.store.scan(Release)]
    return _Added(bool(found), f"{len(found)} releases pin them", tuple(found[-SHOWN:]))


def _claimed(program: Program) -> _Added:
    gate = _gate(program, "claims")
    return _Added(gate is not None, gate or "no release was searched yet")


def _gate(program: Program, name: str) -> str | None:
    """What a gate said of the newest release."""
    newest = None
    for release in program.store.scan(Release):
        newest = release
    if newest is None:
        return None
    texts = [f"{each.outcome}: {each.reason}" for each in newest.gates if each.gate == name]
    return f"release {newest.version}: {texts[0]}" if texts else None

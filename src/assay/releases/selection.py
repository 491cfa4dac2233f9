"""The selection: which records of the store go into a release, and why the others do not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from assay.contracts.contract import Sampling
from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.fact import Fact
from assay.core.identity import make_id
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.governance.rights import Use
from assay.quality.case import RecordCase, cases
from assay.quality.cells import Cells
from assay.quality.disposition import RELEASABLE, Disposition, rests_on_all
from assay.quality.duplicates import DuplicateGathering, Duplicates
from assay.quality.quota_coverage import Place, place_of
from assay.releases.gates import QaFigures
from assay.releases.manifest import LeftOut
from assay.releases.spool import Spool
from assay.releases.withdrawal import withdrawn_records
from assay.reserve.compared import Compared
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Comparer


class Body(NamedTuple):
    """A fact's id and its canonical bytes."""

    id: str
    body: bytes


class Bundle(NamedTuple):
    """One record of the release with all facts about it, each series sorted by id.

    Record and disposition are canonical bytes.
    """

    record: bytes
    disposition: bytes
    judgments: list[Body]
    adjudications: list[Body]
    verifications: list[Body]
    inherited: tuple[str, ...] = ()
    """Source classes of its ancestors, beyond its own, sorted."""


class _Chosen(NamedTuple):
    """What is counted of a chosen record."""

    place: Place
    row: int
    is_accepted: bool
    is_unread: bool


_bundles = msgspec.msgpack.Decoder(Bundle)


class SelectedRecords:
    """The chosen records, spooled to disk, and the figures that the gates ask for."""

    def __init__(
        self,
        spool: Spool,
        withdrawn: Mapping[str, str],
        reserve: Comparer | None,
        sampling: Sampling,
        *,
        leave_out_overlaps: bool,
        drop_copies: bool,
    ) -> None:
        """Start with nothing chosen.

        Args:
            spool: takes the chosen records; the caller closes it.
            withdrawn: records that were withdrawn one by one, each with the reason.
            reserve: the fingerprints of the reserve; None where nothing is sealed.
            sampling: the distribution that the contract asks for.
            leave_out_overlaps: whether records that share text with it stay out.
            drop_copies: whether of near copies only one stays.
        """
        self.overlaps: list[Overlap] = []
        """What chosen records share with the reserve."""
        self._reserve = reserve
        self._leave_out_overlaps = leave_out_overlaps
        self._spool = spool
        self.figures = QaFigures()
        """What review came to."""
        self._gathering = DuplicateGathering()
        self.cells = Cells(sampling, self._gathering.near_copies)
        """The places of the chosen records on the contract's axes."""
        self._drop_copies = drop_copies
        self._chosen: dict[str, _Chosen] = {}
        self._dropped: set[str] = set()
        self._withdrawn = withdrawn
        self._left_out: Counter[tuple[str, str]] = Counter()

    @property
    def denied_count(self) -> int:
        """Releasable records that have no right to the use."""
        return sum(count for (code, _), count in self._left_out.items() if code == "rights")

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is not in the release, counted by reason."""
        return tuple(
            msgspec.convert({"code": code, "reason": reason, "records": count}, LeftOut)
            for (code, reason), count in sorted(self._left_out.items())
        )

    def consider(self, some: Sequence[RecordCase], use: Use, rights: ExitRights) -> None:
        """Choose records, or count why not."""
        # One look-up of the ancestors of the whole batch, instead of one for each record.
        rights.learn({case.id: case.record for case in some})
        permitted = [
            (case, disposition)
            for case in some
            if (disposition := self._released_disposition(case))
            and self._may_leave(case, use, rights)
        ]
        overlaps_by_record = self._overlaps_of([case for case, _ in permitted])
        for (case, disposition), overlaps in zip(permitted, overlaps_by_record, strict=True):
            if overlaps and self._leave_out_overlaps:
                self._left_out["reserve", "shares text with the reserve"] += 1
                continue
            self.overlaps += overlaps
            own = set(case.record.source_classes)
            sources = rights.sources(case.id, case.record)
            inherited = tuple(name for name in sources if name not in own)
            self._choose(case, disposition, inherited)

    def _released_disposition(self, case: RecordCase) -> Disposition | None:
        """The disposition of a record that the rules released; of others None, counted."""
        disposition = case.disposition
        if case.id in self._withdrawn:
            self._left_out["withdrawn", self._withdrawn[case.id]] += 1
        elif disposition is None:
            self.figures.undecided.append(case.id)
        elif disposition.state in {"set_aside", "rejected"}:
            self._left_out[disposition.state, f"by the rule {disposition.rule}"] += 1
        elif disposition.state not in RELEASABLE:
            state = disposition.state.replace("_", " ")
            self._left_out["waits", f"{state}, by the rule {disposition.rule}"] += 1
        else:
            return disposition
        return None

    def _may_leave(self, case: RecordCase, use: Use, rights: ExitRights) -> bool:
        if rights.may_leave(case.id, case.record, use=use):
            return True
        denials = rights.decide(case.id, case.record, use=use).denials
        self._left_out["rights", "; ".join(denial.message for denial in denials)] += 1
        return False

    def _overlaps_of(self, some: Sequence[RecordCase]) -> list[tuple[Overlap, ...]]:
        """What each record, with all that is released about it, shares with the reserve."""
        if self._reserve is None:
            return [()] * len(some)
        shared: dict[str, tuple[Overlap, ...]] = {case.id: () for case in some}
        texts = [text for case in some for text in _texts_of(case)]
        for text, overlaps in zip(texts, self._reserve.overlaps(texts), strict=True):
            shared[text.holder] += overlaps
        return list(shared.values())

    def _choose(
        self, case: RecordCase, disposition: Disposition, inherited: tuple[str, ...]
    ) -> None:
        bundle = Bundle(
            record=encode_fact(case.record),
            disposition=encode_fact(disposition),
            judgments=sorted(map(to_body, case.judgments)),
            adjudications=sorted(map(to_body, case.adjudications)),
            verifications=sorted(map(to_body, case.verifications)),
            inherited=inherited,
        )
        # Counted and not refused here: the gate names all such records at once.
        weighed = (*bundle.judgments, *bundle.adjudications)
        self._chosen[case.id] = _Chosen(
            place=place_of(case.record),
            row=self._gathering.add(case.id, case.record),
            is_accepted=disposition.state == "accepted",
            is_unread=not rests_on_all(disposition, weighed, bundle.verifications),
        )
        self._spool.add(case.id, msgspec.msgpack.encode(bundle))

    def settle(self) -> None:
        """Leave near copies out where that is wanted, and count the records that stay."""
        # What is left is compared again: where too many share a template, others come to be compared.
        while self._drop_copies and (clusters := self.duplicates().clusters):
            copies = {name for cluster in clusters for name in cluster.copies}
            self._dropped |= copies
            self._left_out["duplicate", "near copy of a record of the release"] += len(copies)
        if self._dropped:
            self._spool.leave_out(self._dropped)
            self.overlaps = [each for each in self.overlaps if each.holder not in self._dropped]
        for identity, chosen in self._chosen.items():
            if identity in self._dropped:
                continue
            if chosen.is_unread:
                self.figures.unread.append(identity)
            if chosen.is_accepted:
                self.figures.accepted += 1
            else:
                self.figures.preserved += 1
            self.cells.add_row(chosen.place, chosen.row)

    def duplicates(self) -> Duplicates:
        """The near copies among the records that stay."""
        return self._gathering.result(without=self._dropped)


def select(
    store: FactStore,
    *,
    contract: str,
    rubric: str,
    use: Use,
    rights: ExitRights,
    spool: Spool,
    sampling: Sampling,
    reserve: Comparer | None = None,
    leave_out_overlaps: bool = False,
    drop_copies: bool = False,
) -> SelectedRecords:
    """Choose the records that the rules released and the rights permit.

    Args:
        store: the store.
        contract: document id of the contract in force.
        rubric: document id of the rubric in force.
        use: the use that rights are asked for.
        rights: what records and their ancestors permit; it counts what is held back.
        spool: takes the chosen records; the caller closes it.
        sampling: the distribution that the contract asks for.
        reserve: the fingerprints of the reserve; None where nothing is sealed.
        leave_out_overlaps: whether records that share text with it stay out.
        drop_copies: whether of near copies only one stays.
    """
    withdrawn = {
        record: f"withdrawn: {reason}" for record, reason in withdrawn_records(store).items()
    }
    selection = SelectedRecords(
        spool,
        withdrawn,
        reserve,
        sampling,
        leave_out_overlaps=leave_out_overlaps,
        drop_copies=drop_copies,
    )
    for batch in cases(store, contract=contract, rubric=rubric):
        selection.consider(batch, use, rights)
    selection.settle()
    return selection


def _texts_of(case: RecordCase) -> Iterator[Compared]:
    """Every text that a bundle would hold, fact by fact."""
    yield Compared.of(case.id, case.record)
    about = (case.disposition, *case.judgments, *case.adjudications, *case.verifications)
    for fact in about:
        if fact is not None:
            yield Compared.of(case.id, fact, f"/{fact.id}")


def read_bundle(body: bytes) -> Bundle:
    """A bundle as the spool keeps it."""
    return _bundles.decode(body)


def to_body(fact: Fact) -> Body:
    """A fact's id and canonical bytes, encoded once."""
    body = encode_fact(fact)
    return Body(make_id(fact.prefix, sha256(body)), body)

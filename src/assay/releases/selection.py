"""The selection: which records of the store go into a release, and why the others do not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from assay.contracts.contract import Sampling
from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.fact import Fact
from assay.core.identity import make_ids
from assay.core.ports import FactStore
from assay.governance.exit_rights import ExitRights
from assay.governance.rights import Use
from assay.quality.case import RecordCase, cases
from assay.quality.cells import Cells
from assay.quality.disposition import RELEASABLE, Disposition, rests_on_all
from assay.quality.duplicates import DuplicateGathering, Duplicates
from assay.quality.quota_coverage import Place, place_of
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.gates import QaFigures
from assay.releases.manifest import LeftOut
from assay.releases.spool import Spool
from assay.releases.withdrawal import withdrawn_records
from assay.reserve.compared import Compared
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Comparer
from assay.reserve.public_benchmark import BenchmarkTally, PublicBenchmark
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification


class Body(NamedTuple):
    """A fact's id, its canonical bytes and their SHA-256: made once and carried as they are."""

    id: str
    body: bytes
    digest: bytes


class Bundle(NamedTuple):
    """One record of the release with all facts about it, each series sorted by id."""

    record: bytes
    """The record's canonical bytes."""
    disposition: Body
    judgments: list[Body]
    adjudications: list[Body]
    verifications: list[Body]
    inherited: tuple[str, ...] = ()
    """Source classes of its ancestors, beyond its own, sorted."""


class _CountedRecord(NamedTuple):
    """What is counted of a chosen record."""

    place: Place
    row: int
    is_accepted: bool
    is_unread: bool


_bundles = msgspec.msgpack.Decoder(Bundle)


class ChosenRecords:
    """The chosen records on disk: those that name another record apart from those that do not.

    Where a fact names no record but its own, it is published as it is in the store.
    """

    def __init__(self, plain: Spool, naming: Spool) -> None:
        """Start without a record.

        Args:
            plain: takes the bundles that name no other record; the caller closes it.
            naming: takes the others; the caller closes it.
        """
        self.plain = plain
        """Bundles that name no other record, by the records' ids."""
        self.naming = naming
        """Bundles that name others."""

    def add(self, identity: str, bundle: Bundle) -> None:
        """Keep a record's bundle."""
        spool = self.naming if _names_another(identity, bundle) else self.plain
        spool.add(identity, msgspec.msgpack.encode(bundle))

    def leave_out(self, identities: Collection[str]) -> None:
        """Forget the bundles of some records."""
        self.plain.leave_out(identities)
        self.naming.leave_out(identities)

    def __contains__(self, identity: str) -> bool:
        return identity in self.plain or identity in self.naming


class SelectedRecords:
    """The chosen records, spooled to disk, and the figures that the gates ask for."""

    def __init__(
        self,
        spools: ChosenRecords,
        withdrawn: Mapping[str, str],
        reserve: Comparer | None,
        sampling: Sampling,
        *,
        benchmarks: Sequence[PublicBenchmark] = (),
        leave_out_overlaps: bool,
        drop_copies: bool,
    ) -> None:
        """Start with nothing chosen.

        Args:
            spools: takes the chosen records; the caller closes it.
            withdrawn: records that were withdrawn one by one, each with the reason.
            reserve: the fingerprints of the reserve; None where nothing is sealed.
            sampling: the distribution that the contract asks for.
            benchmarks: public benchmarks that chosen records are compared with.
            leave_out_overlaps: whether records that share text with the reserve stay out.
            drop_copies: whether of near copies only one stays.
        """
        self.benchmarks = BenchmarkTally(benchmarks)
        """What chosen records share with public benchmarks."""
        self.overlaps: list[Overlap] = []
        """What chosen records share with the reserve."""
        self._reserve = reserve
        self._leave_out_overlaps = leave_out_overlaps
        self._spools = spools
        self.figures = QaFigures()
        """What review came to."""
        self._gathering = DuplicateGathering()
        self.cells = Cells(sampling, self._gathering.near_copies)
        """The places of the chosen records on the contract's axes."""
        self._drop_copies = drop_copies
        self._counted: dict[str, _CountedRecord] = {}
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
        texts = [text for case, _ in permitted for text in _texts_of(case)]
        overlaps_by_record = self._overlaps_of([case for case, _ in permitted], texts)
        chosen: list[_Chosen] = []
        for (case, disposition), overlaps in zip(permitted, overlaps_by_record, strict=True):
            if overlaps and self._leave_out_overlaps:
                self._left_out["reserve", "shares text with the reserve"] += 1
                continue
            self.overlaps += overlaps
            own = set(case.record.source_classes)
            sources = rights.sources(case.id, case.record)
            inherited = tuple(name for name in sources if name not in own)
            chosen.append(_Chosen(case, disposition, inherited))
        for choice, bundle in zip(chosen, _bundles_of(chosen), strict=True):
            self._choose(choice, bundle)
        self.benchmarks.add(texts, {choice.case.id for choice in chosen})

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

    def _overlaps_of(
        self, some: Sequence[RecordCase], texts: Sequence[Compared]
    ) -> list[tuple[Overlap, ...]]:
        """What each record, with all that is released about it, shares with the reserve."""
        if self._reserve is None:
            return [()] * len(some)
        shared: dict[str, tuple[Overlap, ...]] = {case.id: () for case in some}
        for text, overlaps in zip(texts, self._reserve.overlaps(texts), strict=True):
            shared[text.holder] += overlaps
        return list(shared.values())

    def _choose(self, choice: "_Chosen", bundle: Bundle) -> None:
        case, disposition = choice.case, choice.disposition
        # Counted and not refused here: the gate names all such records at once.
        weighed = (*bundle.judgments, *bundle.adjudications)
        self._counted[case.id] = _CountedRecord(
            place=place_of(case.record),
            row=self._gathering.add(case.id, case.record),
            is_accepted=disposition.state == "accepted",
            is_unread=not rests_on_all(disposition, weighed, bundle.verifications),
        )
        self._spools.add(case.id, bundle)

    def settle(self) -> None:
        """Leave near copies out where that is wanted, and count the records that stay."""
        # What is left is compared again: where too many share a template, others come to be compared.
        while self._drop_copies and (clusters := self.duplicates().clusters):
            copies = {name for cluster in clusters for name in cluster.copies}
            self._dropped |= copies
            self._left_out["duplicate", "near copy of a record of the release"] += len(copies)
        if self._dropped:
            self._spools.leave_out(self._dropped)
            self.benchmarks.leave_out(self._dropped)
            self.overlaps = [each for each in self.overlaps if each.holder not in self._dropped]
        for identity, counted in self._counted.items():
            if identity in self._dropped:
                continue
            if counted.is_unread:
                self.figures.unread.append(identity)
            if counted.is_accepted:
                self.figures.accepted += 1
            else:
                self.figures.preserved += 1
            self.cells.add_row(counted.place, counted.row)

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
    spools: ChosenRecords,
    sampling: Sampling,
    reserve: Comparer | None = None,
    benchmarks: Sequence[PublicBenchmark] = (),
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
        spools: takes the chosen records; the caller closes it.
        sampling: the distribution that the contract asks for.
        reserve: the fingerprints of the reserve; None where nothing is sealed.
        benchmarks: public benchmarks that chosen records are compared with.
        leave_out_overlaps: whether records that share text with the reserve stay out.
        drop_copies: whether of near copies only one stays.
    """
    withdrawn = {
        record: f"withdrawn: {reason}" for record, reason in withdrawn_records(store).items()
    }
    selection = SelectedRecords(
        spools,
        withdrawn,
        reserve,
        sampling,
        benchmarks=benchmarks,
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


def to_bodies(family: type[Fact], facts: Sequence[Fact]) -> list[Body]:
    """The ids, canonical bytes and digests of facts of one family, encoded once."""
    bodies = [encode_fact(fact) for fact in facts]
    digests = [sha256(body) for body in bodies]
    return list(map(Body, make_ids(family.prefix, digests), bodies, digests))


class _Chosen(NamedTuple):
    """A record that goes into the release."""

    case: RecordCase
    disposition: Disposition
    inherited: tuple[str, ...]


def _bundles_of(chosen: Sequence[_Chosen]) -> Iterator[Bundle]:
    of = [choice.case for choice in chosen]
    dispositions = to_bodies(Disposition, [choice.disposition for choice in chosen])
    series = zip(
        chosen,
        dispositions,
        _series_of(Judgment, [case.judgments for case in of]),
        _series_of(Adjudication, [case.adjudications for case in of]),
        _series_of(Verification, [case.verifications for case in of]),
        strict=True,
    )
    for choice, disposition, judgments, adjudications, verifications in series:
        yield Bundle(
            record=encode_fact(choice.case.record),
            disposition=disposition,
            judgments=judgments,
            adjudications=adjudications,
            verifications=verifications,
            inherited=choice.inherited,
        )


def _series_of(family: type[Fact], by_record: Sequence[Sequence[Fact]]) -> Iterator[list[Body]]:
    """The facts of one family about each record, sorted by id."""
    bodies = iter(to_bodies(family, [fact for facts in by_record for fact in facts]))
    for facts in by_record:
        yield sorted(islice(bodies, len(facts)))


def _names_another(identity: str, bundle: Bundle) -> bool:
    """Whether a fact of a bundle names a record other than its own."""
    own, prefix = identity.encode(), f"{Record.prefix}_".encode()
    about = (*bundle.judgments, *bundle.adjudications, *bundle.verifications)
    bodies = (bundle.record, bundle.disposition.body, *(fact.body for fact in about))
    # Counted in the bytes, as `Publication` replaces ids in the bytes.
    return any(body.count(prefix) != body.count(own) for body in bodies)

"""Use cases of the reserve: seal, compare, open, and report its status."""

import hmac
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from assay.contracts.contract import Reserve
from assay.contracts.document import Document, DocumentKind, contract_of
from assay.core.digest import sha256_hex
from assay.core.errors import MachineError, UsageError
from assay.core.fact import Fact
from assay.core.merkle import MerkleTree
from assay.core.ports import FactStore
from assay.core.progress import ProgressCallback
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.reserve.canonical_text import words
from assay.reserve.compared import Compared
from assay.reserve.leakage import ReserveComparison, short_of
from assay.reserve.opening import Gives, Opening
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Comparer, Vault
from assay.reserve.sealing import Fingerprint, Sealing
from assay.review.adjudication import Adjudication
from assay.review.calibration import RoundNote
from assay.review.guideline_gap import GapAnswer, GuidelineGap
from assay.review.qualification import ExamItem
from assay.review.sentinel import Sentinel
from assay.verification.verification import Verification

if TYPE_CHECKING:
    from assay.reserve.contamination import ReserveIndex
    from assay.reserve.fingerprint import Hasher

JUDGED: tuple[type[Judgment | Adjudication | Verification | GuidelineGap | RoundNote], ...] = (
    Judgment,
    Adjudication,
    Verification,
    GuidelineGap,
    RoundNote,
)
"""Facts about one record that hold texts; their overlaps name the record."""

OTHER_TEXTS: tuple[type[Fact], ...] = (ExamItem, Sentinel, GapAnswer)
"""Other facts that hold texts which people write and reviewers read."""


WITH_TEXTS: tuple[type[Fact], ...] = (Record, *JUDGED, Document, *OTHER_TEXTS)
"""Every family whose facts hold texts: records, what was judged of them, documents and keys."""


class Opener(msgspec.Struct, frozen=True, kw_only=True):
    """Who opens the reserve."""

    pseudonym: str
    """Pseudonym of the person who opens it."""
    role: str
    """In which role; the contract says which may."""
    identity: str
    """The opener's private key, which starts with `AGE-SECRET-KEY-`; never stored or logged."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What a sealing did: `sealed + already_there` is how many items were given."""

    reserve: str
    """Name of the reserve."""
    sealed: int
    """Items that are new to the vault."""
    already_there: int
    """Items that it held before, or that appear twice in the file."""
    sealing: str | None
    """Id of the sealing; None where nothing was new."""
    exposed: tuple[str, ...]
    """Ids of sealed items that are in the store as unencrypted records: they are not secret."""


VaultState = Literal["", "whole", "not_here"]
"""State of the vault as far as it shows without a key; empty where it was not examined."""


class ReserveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Status of the reserve."""

    reserve: str
    """Name of the reserve, as the contract declares it."""
    wanted: int
    """Items that the contract declares."""
    items: int
    """Items that are sealed in it, by their fingerprints."""
    sealings: int
    """Files that were sealed."""
    openings: int
    """Openings by the store's log."""
    slices: dict[str, dict[str, int]]
    """Items by axis and value, without opening anything."""
    vault: VaultState = ""
    """Whether the vault's file, tables and number of items are whole, or it is not on this machine."""


def reserve_of(documents: Mapping[DocumentKind, Document]) -> Reserve | None:
    """The reserve that the contract declares."""
    return contract_of(documents).reserve


def required_reserve(documents: Mapping[DocumentKind, Document]) -> Reserve:
    """The reserve that the contract declares.

    Raises:
        UsageError: if it declares none.
    """
    declared = reserve_of(documents)
    if declared is None:
        raise UsageError(
            code="no-reserve",
            message="the contract declares no reserve",
            where="contract.yaml",
            hint="add `reserve` with an id, a size, openers and what it covers",
        )
    return declared


def seal(
    store: FactStore,
    vault: Vault,
    records: Sequence[Record],
    *,
    documents: Mapping[DocumentKind, Document],
    recipients: Sequence[str],
    key: bytes,
    actor: str,
) -> Sealed:
    """Move evaluation items into the vault and leave keyed fingerprints.

    The vault has them before the store names them, so a run that was broken off is finished by
    running it again.

    Raises:
        UsageError: if the contract declares no reserve, or nobody could open the vault.
    """
    from assay.reserve.fingerprint import item_name  # noqa: PLC0415  numpy, which status needs not

    reserve = required_reserve(documents).id
    if not recipients:
        raise UsageError(
            code="no-recipients",
            message="nobody could open the vault",
            where="assay.toml: vault_recipients",
            hint="run `assay key new-vault PATH`, and put the line it prints into assay.toml, above "
            "the first [table]",
        )
    index(store, key)  # refuses a reserve that is sealed under another key
    items = {item_name(key, record): record for record in records}
    fingerprinted = {fingerprint.item for fingerprint in store.scan(Fingerprint, reserve=reserve)}
    new = {name: record for name, record in items.items() if name not in fingerprinted}
    in_vault = vault.present_items(reserve, list(new))
    absent = [(name, record.canonical()) for name, record in new.items() if name not in in_vault]
    # The vault first: a fingerprint without its item could never be made again from the vault.
    if absent:
        vault.keep(reserve, absent, recipients)
    ids = [record.id for record in items.values()]
    exposed = tuple(sorted(record.id for record in store.scan(Record, id=ids)))
    sealing = (
        _add_fingerprints(
            store, reserve, new, documents, recipients=recipients, key=key, actor=actor
        )
        if new
        else None
    )
    return Sealed(
        reserve=reserve,
        sealed=len(new),
        already_there=len(records) - len(new),
        sealing=sealing,
        exposed=exposed,
    )


def _add_fingerprints(
    store: FactStore,
    reserve: str,
    new: Mapping[str, Record],
    documents: Mapping[DocumentKind, Document],
    *,
    recipients: Sequence[str],
    key: bytes,
    actor: str,
) -> str:
    from assay.reserve.fingerprint import METHOD, Hasher, key_check  # noqa: PLC0415  as in `seal`

    tree = MerkleTree()
    for name in sorted(new):
        tree.append(hmac.digest(key, new[name].digest(), "sha256"))
    sealing = Sealing(
        reserve=reserve,
        items=len(new),
        commitment=tree.root().hex(),
        salt_check=key_check(key),
        method=METHOD,
        recipients=tuple(recipients),
    )
    hasher = Hasher(key)
    identity = sealing.id
    prints = [
        fingerprint
        for name in sorted(new)
        for fingerprint in _fingerprints(new[name], name, identity, reserve, hasher)
    ]
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write("reserve.seal", actor=actor, subject=reserve, documents=ids) as writing:
        writing.add([sealing, *prints])
    return identity


def _fingerprints(
    record: Record, name: str, sealing: str, reserve: str, hasher: "Hasher"
) -> Iterator[Fingerprint]:
    from assay.reserve.fingerprint import item_texts, to_text  # noqa: PLC0415  as in `seal`

    for part, text in item_texts(record):
        text_words = words(text)
        yield Fingerprint(
            sealing=sealing,
            reserve=reserve,
            item=name,
            part="task" if part == "task" else "reference",
            words=len(text_words),
            grams=to_text(hasher.fingerprint(text_words)),
            slice=record.task.taxonomy,
        )


class ComparableFingerprints(NamedTuple):
    """The fingerprints that texts can be compared with."""

    sealings: tuple[Sealing, ...]
    """The sealings that they are of, in their order of entry."""
    fingerprints: tuple[Fingerprint, ...]
    """The fingerprints."""


def comparable(store: FactStore, key: bytes) -> ComparableFingerprints | None:
    """The fingerprints of the store that were made with a key; None where nothing is sealed.

    Raises:
        UsageError: if an item has fingerprints of another key or an older method alone.
    """
    sealings = {sealing.id: sealing for sealing in store.scan(Sealing)}
    if not sealings:
        return None
    from assay.reserve.contamination import is_usable, require_same_key  # noqa: PLC0415  as in `seal`
    from assay.reserve.fingerprint import key_check  # noqa: PLC0415  as in `seal`

    check = key_check(key)
    usable = {sealing.id for sealing in sealings.values() if is_usable(sealing, check)}
    prints = list(store.scan(Fingerprint))
    usable_prints = tuple(fingerprint for fingerprint in prints if fingerprint.sealing in usable)
    # After a renewal an item has fingerprints of both keys: one usable set is enough.
    covered = {fingerprint.item for fingerprint in usable_prints}
    left = {fingerprint.sealing for fingerprint in prints if fingerprint.item not in covered}
    require_same_key([sealings[identity] for identity in sorted(left)], check)
    return ComparableFingerprints(
        tuple(sealing for sealing in sealings.values() if sealing.id in usable), usable_prints
    )


def index(store: FactStore, key: bytes) -> "ReserveIndex | None":
    """The fingerprints of the store, ready to compare with; None where nothing is sealed.

    Raises:
        UsageError: if an item has fingerprints of another key or an older method alone.
    """
    compared = comparable(store, key)
    if compared is None:
        return None
    from assay.reserve.contamination import ReserveIndex  # noqa: PLC0415  as in `seal`

    commitments = tuple(sealing.commitment for sealing in compared.sealings)
    return ReserveIndex(compared.fingerprints, key, commitments)


def index_name(store: FactStore, *keyed: str) -> str:
    """A digest of all that a comparison depends on beside the texts: sealings, key and method.

    Args:
        store: the store.
        keyed: the check of the gate's key, or the commitments that its process compares with.
    """
    from assay.reserve.fingerprint import METHOD  # noqa: PLC0415  as in `seal`

    sealings = [sealing.id for sealing in store.scan(Sealing)]
    return sha256_hex(msgspec.json.encode([METHOD, sealings, keyed]))


def require_known(sealings: Iterable[Sealing], commitments: Collection[str]) -> None:
    """Refuse a gate that does not know the newest sealing: what it calls clean need not be.

    Args:
        sealings: the sealings of the store, in their order of entry.
        commitments: commitments of the sealings that the gate compares with.

    Raises:
        MachineError: naming the sealing.
    """
    for newest in deque(sealings, maxlen=1):
        if newest.commitment not in commitments:
            raise MachineError(
                code="gate-behind",
                message="the gate of the reserve does not compare with the newest sealing",
                where=newest.id,
                hint="have its keeper start it again: assay reserve gate",
            )


class ComparedTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison with one set of fingerprints came to, by the family of the facts.

    A fact never changes, so it is compared with the same fingerprints once; the facts that come
    later are compared and added.
    """

    facts: dict[str, int] = {}
    """Class of facts -> how many were compared."""
    overlaps: dict[str, tuple[Overlap, ...]] = {}
    """Class of facts -> what they share with sealed items, in their order of entry."""


class KeptComparison(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison as it is kept to be continued."""

    index: str
    """What was compared with, by `index_name`."""
    items: int
    """Sealed items that texts could be compared with."""
    wordless: int
    """Sealed items without a word."""
    sealed: dict[str, int]
    """Reserve -> its sealed items."""
    compared: ComparedTexts
    """What was compared."""

    def without_decoded(self) -> "KeptComparison":
        """The comparison as it may be stored: words of an item that a text held encoded are left out.

        What else an overlap quotes is in the store already, in the text that it quotes.
        """
        overlaps = {
            name: tuple(msgspec.structs.replace(overlap, decoded="") for overlap in of_family)
            for name, of_family in self.compared.overlaps.items()
        }
        compared = msgspec.structs.replace(self.compared, overlaps=overlaps)
        return msgspec.structs.replace(self, compared=compared)

    def under(self, documents: Mapping[DocumentKind, Document]) -> ReserveComparison:
        """The comparison as leakage is judged by it, under the documents in force."""
        declared = reserve_of(documents)
        names = [family.__name__ for family in WITH_TEXTS]
        overlaps = self.compared.overlaps
        return ReserveComparison(
            reserve=declared.id if declared else None,
            items=self.items,
            wordless=self.wordless,
            records=self.compared.facts.get(Record.__name__, 0),
            facts=sum(self.compared.facts.values()),
            overlaps=tuple(overlap for name in names for overlap in overlaps.get(name, ())),
            short=short_of(contract_of(documents), self.sealed),
        )


def compare(
    store: FactStore,
    fingerprints: Comparer,
    so_far: ComparedTexts | None = None,
    after: int = 0,
    *,
    progress: ProgressCallback | None = None,
) -> ComparedTexts:
    """Compare every text that was not compared yet with the fingerprints of the reserve.

    Args:
        store: the store.
        fingerprints: what compares.
        so_far: what was compared with the same fingerprints before.
        after: the audit entry up to which it was.
        progress: called with the number of facts that were compared so far.
    """
    so_far = so_far or ComparedTexts()
    facts, overlaps = dict(so_far.facts), dict(so_far.overlaps)
    done = 0
    for family in WITH_TEXTS:
        name = family.__name__
        new: list[Overlap] = []
        texts = (texts_of(fact) for fact in store.new_since(family, after))
        for of_fact in fingerprints.overlaps(texts):
            new += of_fact
            facts[name] = facts.get(name, 0) + 1
            done += 1
            if progress and done % 1000 == 0:
                progress(done, None)
        if new:
            overlaps[name] = (*overlaps.get(name, ()), *new)
    return ComparedTexts(facts=facts, overlaps=overlaps)


def texts_of(fact: Fact) -> Compared:
    """The texts of a fact, under the name that its overlaps have."""
    if isinstance(fact, Document):
        return Compared.of(f"{fact.kind} {fact.version}", fact)
    if isinstance(fact, JUDGED):
        return Compared.of(fact.record, fact, f"/{fact.id}")
    return Compared.of(fact.id, fact)


def open_reserve(
    store: FactStore,
    vault: Vault,
    *,
    documents: Mapping[DocumentKind, Document],
    opener: Opener,
    purpose: str,
    actor: str,
) -> Iterator[dict[str, Any]]:
    """Open the reserve: its items as plain rows, after the opening is a committed fact.

    Args:
        store: the store.
        vault: the vault.
        documents: the documents in force.
        opener: who opens it.
        purpose: why, in the opener's words.
        actor: who acts.

    Raises:
        UsageError: if the role may not open it, no purpose is given, or the key opens nothing.
        InputError: if an item was changed since it was sealed.
    """
    declared = required_reserve(documents)
    # Committed before the vault is read: an opening that fails or is interrupted is in the log too.
    opening = _permitted_opening(
        store, vault, declared, opener=opener, purpose=purpose, gives="items"
    )
    with store.write("reserve.open", actor=actor, subject=opening.reserve) as writing:
        writing.add([opening])
    for name, body in vault.decrypt(opening.reserve, opener.identity):
        yield {"item": name, **msgspec.json.decode(body)}


def renew(
    store: FactStore,
    vault: Vault,
    *,
    documents: Mapping[DocumentKind, Document],
    opener: Opener,
    recipients: Sequence[str],
    key: bytes,
    actor: str,
) -> int:
    """Make the fingerprints of every item again from the vault, after a new key or method.

    It is an opening, and logged as one, though no item comes out. Earlier fingerprints stay in the
    store's history; those of another key or method are compared with nothing any more.

    Args:
        store: the store.
        vault: the vault.
        documents: the documents in force.
        opener: who opens it.
        recipients: public keys that may open the vault.
        key: the gate's key.
        actor: who acts.

    Returns:
        How many items have new fingerprints.

    Raises:
        UsageError: if the role may not open it, or the key opens nothing.
        InputError: if an item was changed since it was sealed.
    """
    declared = required_reserve(documents)
    purpose = "make the fingerprints again"
    opening = _permitted_opening(
        store, vault, declared, opener=opener, purpose=purpose, gives="fingerprints"
    )
    with store.write("reserve.renew", actor=actor, subject=opening.reserve) as writing:
        writing.add([opening])
    items = {
        name: msgspec.json.decode(body, type=Record)
        for name, body in vault.decrypt(opening.reserve, opener.identity)
    }
    if items:
        _add_fingerprints(
            store, opening.reserve, items, documents, recipients=recipients, key=key, actor=actor
        )
    return len(items)


def _permitted_opening(
    store: FactStore, vault: Vault, reserve: Reserve, *, opener: Opener, purpose: str, gives: Gives
) -> Opening:
    """The opening as a fact, if the contract permits it.

    Raises:
        UsageError: if the role may not open the reserve, or no purpose is given.
    """
    if opener.role not in reserve.openers:
        raise UsageError(
            code="not-an-opener",
            message=f"the role {opener.role!r} may not open the reserve",
            where="contract.yaml: reserve.openers",
            hint=f"the contract permits: {', '.join(reserve.openers)}",
        )
    if not purpose.strip():
        raise UsageError(code="no-purpose", message="an opening needs a purpose", where="--purpose")
    return Opening(
        reserve=reserve.id,
        number=store.count(Opening, reserve=reserve.id) + 1,
        opener=opener.pseudonym,
        role=opener.role,
        purpose=purpose,
        gives=gives,
        items=vault.count(reserve.id),
    )


def status(store: FactStore, documents: Mapping[DocumentKind, Document]) -> ReserveStatus:
    """Status of the reserve, without touching the vault."""
    declared = required_reserve(documents)
    slices: dict[str, Counter[str]] = {}
    seen: set[str] = set()
    for fingerprint in store.scan(Fingerprint, reserve=declared.id):
        if fingerprint.item in seen:
            continue
        seen.add(fingerprint.item)
        for axis, value in fingerprint.slice.items():
            slices.setdefault(axis, Counter())[value] += 1
    return ReserveStatus(
        reserve=declared.id,
        wanted=declared.declared_size(contract_of(documents).sampling.total),
        items=len(seen),
        sealings=store.count(Sealing, reserve=declared.id),
        openings=store.count(Opening, reserve=declared.id),
        slices={axis: dict(sorted(counts.items())) for axis, counts in sorted(slices.items())},
    )

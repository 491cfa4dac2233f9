"""Use cases of the reserve: seal, compare, open, and report its status."""

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from assay.contracts.contract import Contract, Reserve
from assay.contracts.document import Document, DocumentKind, contract_of
from assay.core.errors import UsageError
from assay.core.merkle import MerkleTree
from assay.core.ports import FactStore
from assay.governance.failure_modes import Alarm
from assay.records.record import Record
from assay.reserve.contamination import ReserveIndex, require_salt
from assay.reserve.fingerprint import (
    METHOD,
    Hasher,
    item_name,
    item_texts,
    salt_check,
    to_text,
    words,
)
from assay.reserve.opening import Opening
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Vault
from assay.reserve.sealing import Fingerprint, Sealing

SHOWN = 3
"""Overlaps that an alarm names one by one."""

NOT_SOUGHT = (
    "shared words are compared: a paraphrase, a translation, zero-width characters, look-alike "
    "letters and encodings such as base64 are not detected"
)
"""What a comparison by fingerprints cannot see."""


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


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All records of the store against the fingerprints of the reserve."""

    reserve: str | None
    """Name of the reserve that the contract declares; None where it declares none."""
    items: int
    """Sealed items that were compared with."""
    wordless: int = 0
    """Sealed items without a word, which nothing could be compared with."""
    records: int
    """Records that were compared."""
    overlaps: tuple[Overlap, ...]
    """What they share, by record."""
    short: str | None = None
    """How many items of the declared reserve are not sealed, in words; None where it is whole."""


class ReserveStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Status of the reserve."""

    reserve: str
    """Its name."""
    wanted: int
    """Items that the contract declares."""
    items: int
    """Items under seal."""
    sealings: int
    """Files that were sealed."""
    openings: int
    """Openings by the store's log."""
    slices: dict[str, dict[str, int]]
    """Items by axis and value, without opening anything."""


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
    salt: bytes,
    actor: str,
) -> Sealed:
    """Move evaluation items into the vault and leave salted fingerprints.

    The vault has them before the store knows of them; a run that is broken off is taken up by
    running it again.

    Raises:
        UsageError: if the contract declares no reserve, or nobody could open the vault.
    """
    reserve = required_reserve(documents).id
    if not recipients:
        raise UsageError(
            code="no-recipients",
            message="nobody could open the vault",
            where="assay.toml: vault_recipients",
            hint="run `assay key new-vault`, and put the public key it prints into assay.toml",
        )
    require_salt(_salts(store), salt_check(salt))
    items = {item_name(salt, record): record for record in records}
    marked = {each.item for each in store.scan(Fingerprint, reserve=reserve)}
    new = {name: record for name, record in items.items() if name not in marked}
    held = vault.known(reserve, list(new))
    absent = [(name, record.canonical()) for name, record in new.items() if name not in held]
    if absent:
        vault.keep(reserve, absent, recipients)
    ids = [record.id for record in items.values()]
    exposed = tuple(sorted(record.id for record in store.scan(Record, id=ids)))
    sealing = (
        _mark(store, reserve, new, documents, recipients=recipients, salt=salt, actor=actor)
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


def _mark(
    store: FactStore,
    reserve: str,
    new: Mapping[str, Record],
    documents: Mapping[DocumentKind, Document],
    *,
    recipients: Sequence[str],
    salt: bytes,
    actor: str,
) -> str:
    tree = MerkleTree()
    for name in sorted(new):
        tree.append(hmac.digest(salt, new[name].digest(), "sha256"))
    sealing = Sealing(
        reserve=reserve,
        items=len(new),
        commitment=tree.root().hex(),
        salt_check=salt_check(salt),
        method=METHOD,
        recipients=tuple(recipients),
    )
    hasher = Hasher(salt)
    identity = sealing.id
    prints = [
        each
        for name in sorted(new)
        for each in _fingerprints(new[name], name, identity, reserve, hasher)
    ]
    ids: dict[str, str] = {kind: document.id for kind, document in documents.items()}
    with store.write("reserve.seal", actor=actor, subject=reserve, documents=ids) as writing:
        writing.add([sealing, *prints])
    return identity


def _fingerprints(
    record: Record, name: str, sealing: str, reserve: str, hasher: Hasher
) -> Iterator[Fingerprint]:
    for part, text in item_texts(record):
        given = words(text)
        yield Fingerprint(
            sealing=sealing,
            reserve=reserve,
            item=name,
            part="task" if part == "task" else "reference",
            words=len(given),
            grams=to_text(hasher.groups(given)),
            slice=record.task.taxonomy,
        )


def index(store: FactStore, salt: bytes) -> ReserveIndex | None:
    """The fingerprints of the store, ready to compare with; None where nothing is sealed.

    Raises:
        UsageError: if they were made under another secret.
    """
    salts = _salts(store)
    if not salts:
        return None
    require_salt(salts, salt_check(salt))
    return ReserveIndex.of(store.scan(Fingerprint), salt)


def compare(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    *,
    salt: bytes,
    on_progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Compare every record of the store with the fingerprints of the reserve."""
    declared = reserve_of(documents)
    fingerprints = index(store, salt)
    overlaps: list[Overlap] = []
    records = 0
    if fingerprints:
        for records, record in enumerate(store.scan(Record), start=1):
            overlaps += fingerprints.overlaps(record)
            if on_progress and records % 1000 == 0:
                on_progress(records)
    return Comparison(
        reserve=declared.id if declared else None,
        items=fingerprints.items if fingerprints else 0,
        wordless=fingerprints.wordless if fingerprints else 0,
        records=records,
        overlaps=tuple(overlaps),
        short=short_of(contract_of(documents), fingerprints.sealed if fingerprints else {}),
    )


def short_of(contract: Contract, sealed: Mapping[str, int]) -> str | None:
    """How far the declared reserve is from its size, in words; None where it is whole, or none.

    Args:
        contract: the contract.
        sealed: reserve -> its sealed items.
    """
    if contract.reserve is None:
        return None
    name, declared = contract.reserve.id, contract.reserve.declared(contract.sampling.total)
    held = sealed.get(name, 0)
    if held >= declared:
        return None
    return f"{held} of the {declared} items that the contract declares as {name!r} are sealed"


def open_reserve(
    store: FactStore,
    vault: Vault,
    *,
    documents: Mapping[DocumentKind, Document],
    role: str,
    purpose: str,
    opener: str,
    identity: str,
    actor: str,
) -> Iterator[dict[str, Any]]:
    """Open the reserve: its items as plain rows, after the opening is a committed fact.

    Args:
        store: the store.
        vault: the vault.
        documents: the documents in force.
        role: the opener's role; the contract says which may.
        purpose: why, in the opener's words.
        opener: pseudonym of the person.
        identity: the opener's private key.
        actor: who acts.

    Raises:
        UsageError: if the role may not open it, no purpose is given, or the key opens nothing.
        InputError: if an item was changed since it was sealed.
    """
    declared = required_reserve(documents)
    if role not in declared.openers:
        raise UsageError(
            code="not-an-opener",
            message=f"the role {role!r} may not open the reserve",
            where="contract.yaml: reserve.openers",
            hint=f"the contract permits: {', '.join(declared.openers)}",
        )
    if not purpose.strip():
        raise UsageError(code="no-purpose", message="an opening needs a purpose", where="--purpose")
    opening = Opening(
        reserve=declared.id,
        number=store.count(Opening, reserve=declared.id) + 1,
        opener=opener,
        role=role,
        purpose=purpose,
        gives="items",
        items=vault.count(declared.id),
    )
    with store.write("reserve.open", actor=actor, subject=declared.id) as writing:
        writing.add([opening])
    for name, body in vault.decrypt(declared.id, identity):
        yield {"item": name, **msgspec.json.decode(body)}


def status(store: FactStore, documents: Mapping[DocumentKind, Document]) -> ReserveStatus:
    """Status of the reserve, without touching the vault."""
    declared = required_reserve(documents)
    slices: dict[str, Counter[str]] = {}
    seen: set[str] = set()
    for each in store.scan(Fingerprint, reserve=declared.id):
        if each.item in seen:
            continue
        seen.add(each.item)
        for axis, value in each.slice.items():
            slices.setdefault(axis, Counter())[value] += 1
    return ReserveStatus(
        reserve=declared.id,
        wanted=declared.declared(contract_of(documents).sampling.total),
        items=len(seen),
        sealings=store.count(Sealing, reserve=declared.id),
        openings=store.count(Opening, reserve=declared.id),
        slices={axis: dict(sorted(counts.items())) for axis, counts in sorted(slices.items())},
    )


def leakage_alarm(compared: Comparison) -> Alarm:
    """Whether training records hold text of the reserve.

    It is clear only where records were compared with the whole reserve that the contract declares.
    """
    records = {each.record for each in compared.overlaps}
    if records:
        items = {each.item for each in compared.overlaps}
        return _alarm(
            "raised",
            f"{len(records)} of {compared.records} records share text with {len(items)} of "
            f"{compared.items} sealed items: "
            + "; ".join(describe(each) for each in compared.overlaps[:SHOWN]),
            "withdraw these records, or build with --leave-out-overlaps; find out how the text "
            "crossed over",
            tuple(sorted(records))[:SHOWN],
        )
    shared = f"0 of {compared.records} records share text with {compared.items} sealed items"
    if not compared.items:
        shared = "no record was compared"
    if compared.wordless:
        shared += f"; {describe_wordless(compared.wordless)}"
    if compared.short or not compared.items:
        undeclared = None if compared.reserve else "the contract declares no reserve"
        why = [each for each in (compared.short or undeclared, shared) if each]
        return _alarm(
            "unknown", "; ".join(why), "seal the evaluation items: assay reserve seal FILE"
        )
    if not compared.records:
        return _alarm("unknown", f"there is no record to compare with {compared.items} items")
    return _alarm("clear", f"{shared}; {NOT_SOUGHT}")


def _alarm(
    state: Literal["raised", "clear", "unknown"],
    reason: str,
    remedy: str = "",
    evidence: tuple[str, ...] = (),
) -> Alarm:
    return Alarm(
        mode="training_eval_leakage",
        state=state,
        stage="reserve",
        reason=reason,
        remedy=remedy,
        evidence=evidence,
    )


def describe(overlap: Overlap) -> str:
    """One overlap in a line: the record, its own words that match, and by which rule."""
    span = max(overlap.spans, key=lambda each: each.end - each.start)
    return f"{overlap.record[:12]} {span.pointer} {span.quote[:100]!r} ({overlap.rule})"


def describe_wordless(items: int) -> str:
    """How many sealed items hold nothing to compare with, in words."""
    return f"nothing could be compared with {items} sealed items, which hold no word"


def _salts(store: FactStore) -> dict[str, str]:
    return {sealing.id: sealing.salt_check for sealing in store.scan(Sealing)}

"""Training overlap: evaluated items that are training records of the release that is validated.

An item is compared with the records by its name, where that is the id of a record or a digest; by its
input, where the results brought it; and by the fingerprints of the reserve, where it is sealed. Any
other item could be matched with no record, whatever the records hold.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.errors import InputError
from assay.core.identity import is_id
from assay.core.ports import FactStore
from assay.quality.disposition import Disposition
from assay.records.record import Record
from assay.reserve import service as reserve
from assay.reserve.contamination import Compared
from assay.reserve.fingerprint import text_digest
from assay.reserve.overlap import Overlap
from assay.reserve.sealing import Fingerprint
from assay.validation.evaluation import ItemResult

SHOWN = 20
"""Items that are named one by one."""

_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")

_FRAMING = frozenset({"system", "developer"})
"""Roles whose messages frame a conversation; logs often leave them out."""


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """The training records of a release, by every key under which an item may match one of them."""

    names: frozenset[str] = frozenset()
    """Ids of the records, and digests of the records, their tasks and their prompts."""
    inputs: frozenset[str] = frozenset()
    """Keyed digests of their prompts' words."""
    sealed: frozenset[str] = frozenset()
    """Sealed items whose words were compared with the words of the records."""
    shared: frozenset[str] = frozenset()
    """Of these, items that share text with a record."""


class TrainingOverlap(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluated items against the training records of a release."""

    items: int
    """Evaluated items, each once."""
    matchable: int
    """Of these, items that could be matched with a record if they were one."""
    trained: tuple[str, ...] = ()
    """Of these, items that are training records, sorted."""

    @property
    def state(self) -> Literal["raised", "clear", "unknown"]:
        """`raised`: items are training records; `unknown`: no item could be matched with any."""
        if self.trained:
            return "raised"
        return "clear" if self.matchable else "unknown"

    def describe(self) -> str:
        """The same in words, with its figures."""
        text = (
            f"{len(self.trained)} of {self.matchable} evaluated items that could be matched are "
            f"training records of the release{': ' if self.trained else ''}{_some(self.trained)}"
        )
        blind = self.items - self.matchable
        if not blind:
            return text
        return (
            f"{text}; {blind} of {self.items} could not be matched: they are not sealed, no record "
            "or digest is named, and the results hold no input"
        )


def training_of(
    store: FactStore,
    release: str,
    key: bytes,
    *,
    sealed: bool = False,
    overlaps: Iterable[Overlap] | None = None,
) -> Training:
    """The training records of a release, ready to compare with.

    Args:
        store: the store.
        release: id of the release.
        key: the gate's key.
        sealed: whether the records are to be compared with the sealed items as well.
        overlaps: what records of the store share with the sealed items, where that was compared
            already.
    """
    edges = [edge.parent for edge in store.parents(release) if edge.role == "disposition"]
    if not edges:
        return Training()
    ids = [disposition.record for disposition in store.scan(Disposition, id=edges)]
    index = reserve.index(store, key) if sealed and overlaps is None else None
    names: set[str] = set()
    inputs: set[str] = set()
    matches = list(overlaps or ()) if sealed else []
    for record in store.scan(Record, id=ids):
        names.update(_names(record))
        inputs.update(_inputs(record, key))
    if index:
        compared = (Compared.of(record.id, record) for record in store.scan(Record, id=ids))
        matches += [overlap for overlaps in index.overlaps(compared) for overlap in overlaps]
    return Training(
        names=frozenset(names),
        inputs=frozenset(inputs),
        sealed=frozenset(
            fingerprint.item for fingerprint in store.scan(Fingerprint) if fingerprint.words
        )
        if sealed
        else frozenset(),
        shared=frozenset(overlap.item for overlap in matches if overlap.holder in names),
    )


def compare_with_training(results: Iterable[ItemResult], training: Training) -> TrainingOverlap:
    """Compare evaluated items with training records.

    Args:
        results: results on the items, of any number of evaluations.
        training: the records.
    """
    items: set[str] = set()
    matchable: set[str] = set()
    trained: set[str] = set()
    for result in results:
        items.add(result.item)
        if not training.names:
            continue
        if result.input or result.item in training.sealed or is_name(result.item):
            matchable.add(result.item)
        if result.item in training.names | training.shared or result.input in training.inputs:
            trained.add(result.item)
    return TrainingOverlap(
        items=len(items), matchable=len(matchable), trained=tuple(sorted(trained))
    )


def is_name(item: str) -> bool:
    """Whether an item's name could be that of a record: its id, or a digest."""
    return is_id(item, Record.prefix) or _DIGEST.fullmatch(item) is not None


def input_digest(messages: Iterable[tuple[str, str]], key: bytes) -> str | None:
    """The keyed digest of what an item asks; None where it holds no word.

    Args:
        messages: role and text of each message; those that only frame the conversation do not count.
        key: the gate's key.
    """
    return text_digest(key, "\n".join(text for role, text in messages if role not in _FRAMING))


def refuse_trained(overlap: TrainingOverlap) -> None:
    """Refuse items on which the checkpoint was trained.

    Raises:
        InputError: naming the items.
    """
    trained = overlap.trained
    if trained:
        raise InputError(
            code="trained-on-items",
            message=f"{len(trained)} items are training records of the release: {_some(trained)}",
            hint="evaluate on items that are excluded from training, such as the reserve",
        )


def _some(items: Sequence[str]) -> str:
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return f"{', '.join(items[:SHOWN])}{more}"


def _names(record: Record) -> Iterator[str]:
    yield record.id
    prompt = "\n".join(message.content for message in record.task.messages)
    for content in (record.canonical(), encode_fact(record.task), prompt.encode()):
        digest = sha256(content).hex()
        yield digest
        yield f"sha256:{digest}"


def _inputs(record: Record, key: bytes) -> Iterator[str]:
    messages = [(message.role, message.content) for message in record.task.messages]
    whole = text_digest(key, "\n".join(text for _, text in messages))
    for digest in (whole, input_digest(messages, key)):
        if digest:
            yield digest

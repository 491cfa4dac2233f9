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
from assay.reserve.compared import DIGESTS, Compared
from assay.reserve.overlap import Overlap
from assay.reserve.ports import Comparer, Digester
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
    *,
    digester: Digester | None,
    comparer: Comparer | None = None,
    overlaps: Iterable[Overlap] | None = None,
) -> Training:
    """The training records of a release, ready to compare with.

    Args:
        store: the store.
        release: id of the release.
        digester: digests the prompts; None where no item is compared by its input.
        comparer: compares the records with the sealed items; None where they are not compared, or
            nothing is sealed.
        overlaps: what records of the store share with the sealed items, where that was compared
            already.
    """
    edges = [edge.parent for edge in store.parents(release) if edge.role == "disposition"]
    if not edges:
        return Training()
    ids = [disposition.record for disposition in store.scan(Disposition, id=edges)]
    names = frozenset(name for record in store.scan(Record, id=ids) for name in _names(record))
    if overlaps is None and comparer is not None:
        overlaps = _overlaps_of(store, ids, comparer)
    if overlaps is None:
        sealed, shared = frozenset[str](), frozenset[str]()
    else:
        # An item without words has a fingerprint that nothing matches: it was not compared.
        sealed = frozenset(item.item for item in store.scan(Fingerprint) if item.words)
        shared = frozenset(overlap.item for overlap in overlaps if overlap.holder in names)
    return Training(
        names=names,
        inputs=_inputs_of(store, ids, digester) if digester else frozenset(),
        sealed=sealed,
        shared=shared,
    )


def _inputs_of(store: FactStore, ids: Sequence[str], digester: Digester) -> frozenset[str]:
    """Keyed digests of the prompts of some records."""
    prompts = (text for record in store.scan(Record, id=ids) for text in _prompts(record))
    return frozenset(digest for digest in digester.digests(prompts) if digest)


def _overlaps_of(store: FactStore, ids: Sequence[str], comparer: Comparer) -> Iterator[Overlap]:
    """What some records share with the sealed items."""
    compared = (Compared.of(record.id, record) for record in store.scan(Record, id=ids))
    for overlaps in comparer.overlaps(compared):
        yield from overlaps


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
        # Without training records nothing could be matched, and the state must be unknown.
        if not training.names:
            continue
        if can_match(result.input) or result.item in training.sealed or is_name(result.item):
            matchable.add(result.item)
        if result.item in training.names | training.shared or result.input in training.inputs:
            trained.add(result.item)
    return TrainingOverlap(
        items=len(items), matchable=len(matchable), trained=tuple(sorted(trained))
    )


def is_name(item: str) -> bool:
    """Whether an item's name could be that of a record: its id, or a digest."""
    return is_id(item, Record.prefix) or _DIGEST.fullmatch(item) is not None


def can_match(digest: str | None) -> bool:
    """Whether an input's digest can be that of a prompt; one of an earlier version matches none."""
    return digest is not None and digest.startswith(DIGESTS)


def has_inputs(results: Iterable[ItemResult]) -> bool:
    """Whether any item can be compared with prompts by its input."""
    return any(can_match(result.input) for result in results)


def question_text(messages: Iterable[tuple[str, str]]) -> str:
    """The text of an item's question, whose keyed digest is compared with those of prompts.

    Args:
        messages: role and text of each message; those that only frame the conversation are left out.
    """
    return "\n".join(text for role, text in messages if role not in _FRAMING)


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


def _prompts(record: Record) -> set[str]:
    """The prompt with and without the messages that frame it: logs often leave those out."""
    messages = [(message.role, message.content) for message in record.task.messages]
    return {"\n".join(text for _, text in messages), question_text(messages)}

"""Integrity: what makes records of one set contradict or give away each other.

Exact copies of one item with other labels, groups that a split cuts, right answers that stand inside
the prompt, and control tokens of chat templates on either side of a comparison.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import msgspec

from assay.contracts.verdict_words import BOTH_UNACCEPTABLE
from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.quality.consensus import Consensus
from assay.quality.control_tokens import ControlTokens
from assay.quality.estimate import Rate, rate
from assay.records.candidate import Candidate, candidate_text
from assay.records.kinds import Demonstration, Outcome, Part, Policy, Process
from assay.records.record import Record
from assay.records.task import Message

SPLIT_AXIS = "split"
"""The taxonomy axis that says to which split of its source a record belongs."""

KEY_QUESTIONS = frozenset({"reference", "expected"})
"""Questions whose answer belongs to the item itself and not to who judged it."""

LEAST_REFERENCE = 12
"""Characters from which a right answer inside the prompt is no coincidence (a convention)."""

FEWEST_LABELLED = 2
"""Records with a label below which none can contradict another."""

ITEM_BYTES = 16
"""Bytes of an item's digest that tell it from others."""

SHOWN = 20
"""Cases of one sort that the report lists; all of them are counted."""


class LabelConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one and the same item whose labels contradict each other."""

    question: str
    """What the labels answer: `verdict`, `reference`, `expected` or a dimension."""
    labels: int
    """How many different labels there are."""
    records: tuple[str, ...]
    """Ids of the records that have one."""


class CutGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of records whose parts are in several splits."""

    group: str
    """`family NAME`, or `one task` where records share the task to the letter."""
    splits: dict[str, int]
    """Split -> records of the group."""
    records: tuple[str, ...]
    """Ids of one record for each split."""


class TokenCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many texts hold one control token, by the side on which they stand."""

    token: str
    """The control token."""
    tasks: int
    """Tasks."""
    preferred: int
    """Candidates that won a comparison."""
    rejected: int
    """Candidates that lost one."""
    others: int
    """Other candidates."""


class Integrity(msgspec.Struct, frozen=True, kw_only=True):
    """What contradicts or gives away in a set of records."""

    records: int
    """Records looked at."""
    labelled: int
    """Of these, records with a label: a right answer, an expected behaviour, a verdict or a score that
    its judgments agree on. Only two of them can contradict each other."""
    conflicts: int
    """Items, question by question, of which copies have labels that contradict each other."""
    key_conflicts: int
    """Of these, on the right answer or the expected behaviour, which is no matter of opinion."""
    conflicting: tuple[LabelConflict, ...]
    """The first of them, those on the right answer or the expected behaviour before others."""
    with_split: int
    """Records that name a split."""
    cut: int
    """Groups that a split cuts."""
    cut_groups: tuple[CutGroup, ...]
    """The first of them."""
    with_reference: int
    """Records with a right answer of 12 characters or more."""
    given_away: int
    """Of these, records whose prompt holds the right answer."""
    references: tuple[str, ...]
    """Ids of the first of them."""
    tokens: tuple[TokenCount, ...]
    """Control tokens, the most frequent first."""
    token_loses: Rate
    """Comparisons that the side with more control tokens lost, among those where one has more."""


class _Label(NamedTuple):
    item: bytes
    question: str
    value: str | bytes
    """A word or a number; of a verdict for one candidate its digest."""


class _LabelColumns:
    """Labels as columns: some forty bytes each, and none of them is looked up until the end."""

    def __init__(self) -> None:
        self._items = bytearray()
        self._questions = array("i")
        self._values = array("q")
        self._records = array("i")
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._texts: dict[str, int] = {}

    def add(self, identity: str, labels: Iterable[_Label]) -> None:
        """Add the labels of one record."""
        self._ids.append(identity)
        for item, question, value in labels:
            self._items += item[:ITEM_BYTES]
            self._questions.append(self._numbers.setdefault(question, len(self._numbers)))
            self._values.append(self._code(value))
            self._records.append(len(self._ids) - 1)

    def _code(self, value: str | bytes) -> int:
        if isinstance(value, str):
            return self._texts.setdefault(value, len(self._texts))
        # Candidates are distinguished by their digests alone, below zero, and no digest is listed.
        return -1 - int.from_bytes(value[:7])

    def conflicts(self) -> Iterator[LabelConflict]:
        """Each question of an item on which its labels contradict each other."""
        questions, texts = list(self._numbers), list(self._texts)
        for (_, question), by_value in self._repeated().items():
            # A label that names a candidate is a word like any other.
            if _contradict(
                [texts[value] if value >= 0 else f"candidate {value}" for value in by_value]
            ):
                yield LabelConflict(
                    question=questions[question],
                    labels=len(by_value),
                    records=tuple(self._ids[record] for record in by_value.values())[:SHOWN],
                )

    def _repeated(self) -> dict[tuple[bytes, int], dict[int, int]]:
        """Item and question that several labels answer -> value -> the first record that has it."""
        if not self._questions:
            return {}
        import numpy as np  # noqa: PLC0415  needed at the end alone

        # Most items are labelled once. A sort of 64 bits of their digests leaves the others, which
        # are then compared whole.
        keys = np.frombuffer(bytes(self._items), dtype=np.uint64)[:: ITEM_BYTES // 8].copy()
        keys ^= np.array(self._questions, dtype=np.uint64) << np.uint64(40)
        order = np.argsort(keys)
        equal = np.diff(keys[order]) == 0
        several = np.append(equal, False) | np.insert(equal, 0, False)
        groups: dict[tuple[bytes, int], dict[int, int]] = {}
        for row in np.sort(order[several[: len(order)]]).tolist():
            item = bytes(self._items[ITEM_BYTES * row : ITEM_BYTES * (row + 1)])
            by_value = groups.setdefault((item, self._questions[row]), {})
            by_value.setdefault(self._values[row], self._records[row])
        return groups


class IntegrityGathering:
    """Takes in records one by one; holds digests and counts, no text."""

    def __init__(self, tokens: ControlTokens | None = None) -> None:
        """Start without records.

        Args:
            tokens: the control tokens to look for; the known ones where absent.
        """
        self._tokens = tokens or ControlTokens()
        self._records = self._labelled = self._with_reference = self._given_away = (
            self._with_split
        ) = 0
        self._references: list[str] = []
        self._labels = _LabelColumns()
        self._groups: dict[str | bytes, dict[str, list[str]]] = {}
        self._sides: Counter[tuple[str, str]] = Counter()
        self._lost = self._compared = 0

    def add(self, identity: str, record: Record, consensus: Consensus | None) -> None:
        """Take in one record.

        Args:
            identity: its id.
            record: the record.
            consensus: what its judgments come to; None where nobody judged it.
        """
        self._records += 1
        task = _task_digest(record)
        labels = list(_labels(record, task, consensus))
        self._labelled += bool(labels)
        if labels:
            self._labels.add(identity, labels)
        self._add_split(record, identity, task)
        self._add_reference(record, identity)
        self._add_tokens(record, consensus.candidate if consensus else None)

    def result(self) -> Integrity:
        """What was found."""
        conflicts = sorted(
            self._labels.conflicts(),
            key=lambda conflict: (
                conflict.question not in KEY_QUESTIONS,
                conflict.question,
                conflict.records,
            ),
        )
        cut = sorted(
            (
                _cut_group(group, splits)
                for group, splits in self._groups.items()
                if len(splits) > 1
            ),
            key=lambda each: (each.group, each.records),
        )
        return Integrity(
            records=self._records,
            labelled=self._labelled,
            conflicts=len(conflicts),
            key_conflicts=sum(conflict.question in KEY_QUESTIONS for conflict in conflicts),
            conflicting=tuple(conflicts[:SHOWN]),
            with_split=self._with_split,
            cut=len(cut),
            cut_groups=tuple(cut[:SHOWN]),
            with_reference=self._with_reference,
            given_away=self._given_away,
            references=tuple(self._references),
            tokens=self._token_counts(),
            token_loses=rate(self._lost, self._compared),
        )

    def _add_split(self, record: Record, identity: str, task: bytes) -> None:
        split = record.task.taxonomy.get(SPLIT_AXIS)
        if split is None:
            return
        self._with_split += 1
        groups: list[str | bytes] = [task, *([record.task.family] if record.task.family else [])]
        for group in groups:
            self._groups.setdefault(group, {}).setdefault(split, []).append(identity)

    def _add_reference(self, record: Record, identity: str) -> None:
        reference = reference_of(record.part)
        if not reference or len(answer := _plain(reference)) < LEAST_REFERENCE:
            return
        self._with_reference += 1
        # Two messages are two texts: an answer never begins in one and ends in the other.
        if any(answer in _plain(message.content) for message in record.task.messages):
            self._given_away += 1
            self._references += [identity][: SHOWN - len(self._references)]

    def _add_tokens(self, record: Record, winner: int | None) -> None:
        asked = "\n".join(message.content for message in record.task.messages)
        self._count_tokens("tasks", self._tokens.in_text(asked))
        counts = []
        for place, candidate in enumerate(record.candidates):
            tokens = self._tokens.in_text(candidate_text(candidate))
            counts.append(len(tokens))
            side = "others" if winner is None else "preferred" if place == winner else "rejected"
            self._count_tokens(side, tokens)
        if winner is None:
            return
        differing = [count for count in counts if count != counts[winner]]
        self._compared += len(differing)
        self._lost += sum(count > counts[winner] for count in differing)

    def _count_tokens(self, side: str, tokens: Iterable[str]) -> None:
        for token in set(tokens):
            self._sides[side, token] += 1

    def _token_counts(self) -> tuple[TokenCount, ...]:
        totals: Counter[str] = Counter()
        for (_, token), count in self._sides.items():
            totals[token] += count
        ordered = sorted(totals, key=lambda token: (-totals[token], token))
        return tuple(
            TokenCount(
                token=token,
                tasks=self._sides["tasks", token],
                preferred=self._sides["preferred", token],
                rejected=self._sides["rejected", token],
                others=self._sides["others", token],
            )
            for token in ordered
        )


def reference_of(part: Part) -> str | None:
    """The right answer that the kind's own part names, where it is a text."""
    if isinstance(part, Demonstration):
        return part.answer
    return part.reference if isinstance(part, Process | Outcome) else None


def _cut_group(group: str | bytes, splits: dict[str, list[str]]) -> CutGroup:
    return CutGroup(
        group=f"family {group}" if isinstance(group, str) else "one task",
        splits={split: len(ids) for split, ids in sorted(splits.items())},
        records=tuple(ids[0] for _, ids in sorted(splits.items())),
    )


def _labels(record: Record, task: bytes, consensus: Consensus | None) -> Iterator[_Label]:
    """What a record says of its item, in words that do not depend on the candidates' order."""
    kind = record.kind.encode()
    digests = [_candidate_digest(candidate) for candidate in record.candidates]
    item = sha256(b"\0".join([kind, task, *sorted(digests)]))
    reference = reference_of(record.part)
    if reference is not None:
        yield _Label(sha256(kind + task), "reference", _plain(reference))
    if isinstance(record.part, Policy) and record.part.expected is not None:
        yield _Label(sha256(kind + task), "expected", record.part.expected)
    if consensus is None:
        return
    if consensus.candidate is not None:
        yield _Label(item, "verdict", digests[consensus.candidate])
    elif consensus.outcome in {"tie", BOTH_UNACCEPTABLE}:
        yield _Label(item, "verdict", consensus.outcome)
    for summary in consensus.scores:
        if summary.agreed is not None and summary.candidate is not None:
            about = sha256(item + digests[summary.candidate])
            yield _Label(about, summary.dimension, summary.agreed)


def _contradict(values: Iterable[str]) -> bool:
    """Whether labels contradict each other: numbers by more than 1, yes and no, other words at once."""
    different = set(values)
    if len(different) < 2:  # noqa: PLR2004  two are what makes a contradiction
        return False
    if different == {"0", "1"}:
        return True
    try:
        numbers = [Fraction(value) for value in different]
    except ValueError:
        return True
    return max(numbers) - min(numbers) > 1


def _task_digest(record: Record) -> bytes:
    task = record.task
    tools = (encode_fact(tool) for tool in task.tools)
    return sha256(b"\0".join([*_message_bytes(task.messages), *tools]))


def _candidate_digest(candidate: Candidate) -> bytes:
    content = candidate.content
    if isinstance(content, str):
        content = (Message(role="assistant", content=content),)
    return sha256(b"\0".join(_message_bytes(content)))


def _message_bytes(messages: Iterable[Message]) -> Iterator[bytes]:
    """What a message says: not its weight in training, and of a call not its id nor its spelling."""
    for message in messages:
        calls = [[call.name, call.arguments] for call in message.tool_calls]
        spoken = [message.role, message.content, calls]
        files = [[held.at, held.digest or held.address] for held in message.attachments]
        yield msgspec.json.encode([*spoken, files] if files else spoken)


_SPACE = re.compile(r"\s+")


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip().casefold()

"""Matching: compares each judgment of an import with its reviewer's earlier ones on the record.

The same content again is the same judgment, wherever it is. Different content is another
judgment; where nothing shows which of two is the later (`records.occasion`), both are kept,
neither decides, and the report counts them. Where the mapping says that rows are parts of one
judgment (`group`) or repeat one vote (`once`), different content is refused: it would be an incomplete judgment.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from assay.core.errors import InputError
from assay.core.fact import EncodedFact
from assay.records.judgment import Judgment, standing
from assay.records.occasion import answer_of, is_unordered
from assay.records.reader import Recurrence
from assay.records.unit import RowGroup

FindJudgments = Callable[[Collection[str], Collection[str]], Iterable[Judgment]]
"""Gives the stored judgments on any of some records by any of some pseudonyms."""

_ReviewKey = tuple[str, str, str]
"""A record, and the kind and pseudonym of its reviewer."""

_PLAIN = Recurrence()


class Matches(msgspec.Struct):
    """The counts of one import so far."""

    repeats: Counter[str] = msgspec.field(default_factory=Counter)
    """Kind of reviewer -> how often a row gave a judgment that an earlier row had given."""
    unordered: int = 0
    """Judgments that differ from another of the same reviewer, neither shown to be the later."""
    example: str | None = None
    """The first such row."""


class Matching:
    """Matches the judgments of one import, batch by batch.

    What an earlier batch gave is in the store by then. For the count of repeats, 64 bits of each
    judgment's id are kept: about 70 bytes a judgment.
    """

    def __init__(self, find: FindJudgments) -> None:
        """Prepare for one import.

        Args:
            find: looks judgments up in the store.
        """
        self.matches = Matches()
        """The counts."""
        self._find = find
        self._earlier_ids: set[int] = set()

    def settle(self, units: Sequence[RowGroup]) -> None:
        """Match the judgments of some units; a unit whose judgment is refused is set aside."""
        judgments = [
            encoded.fact
            for unit in units
            for encoded in unit.facts
            if isinstance(encoded.fact, Judgment)
        ]
        if not judgments:
            return
        earlier = _Earlier()
        records = {judgment.record for judgment in judgments}
        pseudonyms = {judgment.reviewer.pseudonym for judgment in judgments}
        for judgment in self._find(sorted(records), sorted(pseudonyms)):
            earlier.add(judgment, judgment.encode())
        for unit in units:
            try:
                self._settle(unit, earlier)
            except InputError as error:
                unit.refuse(error)

    def _settle(self, unit: RowGroup, earlier: "_Earlier") -> None:
        facts: dict[str, EncodedFact] = {}
        repeats: list[str] = []
        new: dict[str, tuple[Judgment, EncodedFact]] = {}
        for encoded in unit.facts:
            judgment = encoded.fact
            if not isinstance(judgment, Judgment):
                facts[encoded.id] = encoded
                continue
            recurrence = unit.recurrences.get(encoded.id, _PLAIN)
            stored = earlier.same_as(judgment, encoded.id, recurrence)
            name = encoded.id if stored is None else stored.id
            if name in facts or _short(name) in self._earlier_ids:
                repeats.append(judgment.reviewer.kind)
            if stored is None:
                if unit.group or recurrence.once:
                    _refuse_part(unit, judgment, recurrence, earlier.beside(judgment, name))
                new[name] = judgment, encoded
            facts[name] = stored or encoded
        # Only here, when nothing can set the unit aside any more.
        for identity, (judgment, encoded) in new.items():
            self._count_unordered(unit, judgment, earlier.beside(judgment, identity))
            earlier.add(judgment, encoded)
        self.matches.repeats.update(repeats)
        self._earlier_ids.update(map(_short, facts))
        unit.facts = list(facts.values())

    def _count_unordered(
        self, unit: RowGroup, judgment: Judgment, beside: Sequence[Judgment]
    ) -> None:
        answer = answer_of(judgment) if beside else b""
        if any(answer_of(other) != answer for other in beside):
            self.matches.unordered += 1
            self.matches.example = self.matches.example or unit.rows[0].where


class _Earlier:
    """The judgments that were given before on the records of one batch."""

    def __init__(self) -> None:
        self._own: dict[_ReviewKey, dict[str, Judgment]] = defaultdict(dict)
        self._by_id: dict[str, EncodedFact] = {}
        self._by_content: dict[str, EncodedFact] = {}

    def add(self, judgment: Judgment, encoded: EncodedFact) -> None:
        """Index a judgment by its reviewer, by its id and by its content."""
        self._own[_review_key(judgment)][encoded.id] = judgment
        self._by_id[encoded.id] = encoded
        self._by_content.setdefault(_content(judgment, encoded.id), encoded)

    def same_as(
        self, judgment: Judgment, identity: str, recurrence: Recurrence
    ) -> EncodedFact | None:
        """The earlier judgment with the same content; None where there is none.

        Stores of earlier releases number repeated judgments by their place in the file. Where
        the mapping does not number them, content alone shows whether one is there.
        """
        same = self._by_id.get(identity)
        if same is not None or recurrence.numbered:
            return same
        return self._by_content.get(_content(judgment, identity))

    def beside(self, judgment: Judgment, identity: str) -> list[Judgment]:
        """Other standing judgments by the same reviewer that nothing orders with this one."""
        own = self._own.get(_review_key(judgment))
        if not own:
            return []  # the usual case
        others = standing(other for name, other in own.items() if name != identity)
        return [other for other in others if is_unordered(judgment, other)]


def _review_key(judgment: Judgment) -> _ReviewKey:
    return judgment.record, judgment.reviewer.kind, judgment.reviewer.pseudonym


def _content(judgment: Judgment, identity: str) -> str:
    """The id that the judgment would have as the reviewer's only one on the record."""
    return judgment.replace(occasion=0).id if judgment.occasion else identity


def _short(identity: str) -> int:
    # Salted by the process: it is compared within one run only, and never stored.
    return hash(identity)


def _refuse_part(
    unit: RowGroup, judgment: Judgment, recurrence: Recurrence, beside: Sequence[Judgment]
) -> None:
    """Refuse a judgment of rows that ought to be one with what is there already.

    Raises:
        InputError: if rows are grouped or name their vote, and another judgment is there.
    """
    if not beside:
        return
    rows = f"the group {unit.group}" if unit.group else f"the vote with {recurrence.once}"
    raise InputError(
        code="continued-group" if unit.group else "differing-vote",
        message=f"{rows} gives another judgment than {beside[0].id[:12]} by the same reviewer on "
        f"the same record {judgment.record[:12]}, and nothing shows that it is a later one",
        hint="import all its rows in one file, or map `occasion` or `judged_at` if the reviewer "
        "judged again",
    )

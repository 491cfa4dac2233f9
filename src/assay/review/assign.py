"""Assigning: independent passes over records, spread evenly over the people who may judge.

The draw depends on a secret key alone: the same key, records and people give the same assignments,
and no reviewer can foresee which record or which order comes next.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from assay.contracts.contract import Contract, ReviewLayer
from assay.core.errors import UsageError
from assay.governance.exit_rights import ExitRights
from assay.records.candidate import MadeByEdit, MadeByPerson
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.review.candidate_order import keyed_digest, presented_order
from assay.review.layer import layer_of


class Assignee(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may be asked to judge."""

    pseudonym: str
    """Pseudonym of the person."""
    role: str
    """Role in which the person judges."""


def refuse_unknown_members(people: Mapping[str, str], contract: Contract) -> None:
    """Refuse people without a name, and roles that no layer of the contract asks for.

    Args:
        people: raw id of a person -> role.
        contract: the contract in force.

    Raises:
        UsageError: naming every such person and the roles that there are.
    """
    roles = dict.fromkeys(role for layer in contract.review.layers for role in layer.roles)
    faults = [f"{name!r} as {role!r}" for name, role in people.items()
              if not name.strip() or role not in (*roles, "adjudicator")]  # fmt: skip
    if faults:
        raise UsageError(
            code="unknown-role",
            message=f"these people cannot be asked: {', '.join(faults)}",
            hint=f"name people as NAME=ROLE; roles of the contract's layers: {', '.join(roles)}",
        )


class AssignableRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record that may need passes, with who has seen it."""

    id: str
    """Id of the record."""
    record: Record
    """The record itself, for its layer, candidates and authors."""
    seen: frozenset[str] = frozenset()
    """Pseudonyms of those who were assigned to it, judged it or adjudicated it."""
    passes: int = 0
    """People who judged it or hold it, at the desk or outside it."""
    extra: int = 0
    """Passes wanted beyond the layer's number."""
    at_least: int = 0
    """Passes wanted at the desk, which may have asked for more than the layer does."""

    def passes_wanted(self, layer: ReviewLayer) -> int:
        """Passes wanted, those that are there already included."""
        return max(layer.passes + self.extra, self.at_least)


class Unfilled(msgspec.Struct, frozen=True, kw_only=True):
    """A record for which nobody is left to ask."""

    record: str
    """Id of the record."""
    missing: int
    """Passes that nobody can be asked for; all that are wanted where no layer fits."""
    reason: str
    """Why nobody is left, in words for the lead."""


@dataclass
class Draw:
    """The state of one assignment run: whose turn it is, and in which order they see candidates."""

    contract: Contract
    """The contract with its layers."""
    key: bytes
    """Secret that the draw depends on."""
    members: Sequence[Assignee]
    """The people who may be asked."""
    rights: ExitRights
    """What may be read today, and by whom."""
    rubric: str | None = None
    """Document id of the rubric in force."""
    load: Counter[str] = field(default_factory=Counter)
    """Assignments of each person so far."""
    shown: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Assignments of each person so far with this many candidates."""
    unfilled: list[Unfilled] = field(default_factory=list)
    """Records for which somebody was missing."""

    def run(self, records: Iterable[AssignableRecord]) -> Iterator[Assignment]:
        """Assign what is missing, record by record in a shuffled but repeatable order."""
        # A shuffle that repeats, and that nobody can foresee without the key.
        for assignable in sorted(
            records, key=lambda record: keyed_digest(self.key, "record", record.id)
        ):
            yield from self._assign(assignable)

    def _assign(self, assignable: AssignableRecord) -> Iterator[Assignment]:
        layer = layer_of(assignable.record, self.contract)
        if layer is None:
            self._leave(assignable, 1, "no layer of review in the contract fits the record")
            return
        missing = assignable.passes_wanted(layer) - assignable.passes
        if missing <= 0:
            return
        roles = self.rights.readers(assignable.id, assignable.record, tuple(layer.roles))
        # `rights` has counted it as held back; it is not unfilled as well.
        if not roles:
            return
        barred = assignable.seen | authors(assignable.record)
        able = [
            member
            for member in self.members
            if member.role in roles and member.pseudonym not in barred
        ]
        # Fewest assignments first; between equals the key decides, never the name.
        able.sort(key=lambda member: self._turn(assignable.id, member.pseudonym))
        for number, member in enumerate(able[:missing], start=assignable.passes):
            yield self._ask(assignable, member.pseudonym, number)
        if len(able) < missing:
            reason = f"{len(able)} of {missing} people in the roles {', '.join(sorted(roles))}"
            self._leave(assignable, missing - len(able), f"only {reason} may still judge it")

    def _leave(self, assignable: AssignableRecord, missing: int, reason: str) -> None:
        self.unfilled.append(Unfilled(record=assignable.id, missing=missing, reason=reason))

    def _turn(self, record: str, pseudonym: str) -> tuple[int, bytes]:
        return self.load[pseudonym], keyed_digest(self.key, "turn", record, pseudonym)

    def _ask(self, assignable: AssignableRecord, pseudonym: str, number: int) -> Assignment:
        n_candidates = len(assignable.record.candidates)
        place = self.shown[pseudonym, n_candidates]
        self.load[pseudonym] += 1
        self.shown[pseudonym, n_candidates] += 1
        order = tuple(range(n_candidates))
        if self.contract.review.blinded:
            order = presented_order(self.key, pseudonym, place, n_candidates)
        return Assignment(
            record=assignable.id, reviewer=pseudonym, number=number, order=order, rubric=self.rubric
        )


def authors(record: Record) -> frozenset[str]:
    """Pseudonyms of the people who wrote or edited a candidate; they may not judge it."""
    pseudonyms: set[str] = set()
    for candidate in record.candidates:
        match candidate.provenance:
            case MadeByPerson(pseudonym=pseudonym):
                pseudonyms.add(pseudonym)
            case MadeByEdit(editor=str(editor)):
                pseudonyms.add(editor)
            case _:
                pass
    return frozenset(pseudonyms)

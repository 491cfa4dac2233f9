"""Membership: from which queues a person may claim, derived once so that a claim evaluates no rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from assay.contracts.contract import Contract
from assay.review.queue.lease import QueueMember, QueueRow
from assay.review.welfare import TextReader, counted_as, withheld


def members_of(
    reviewer: str,
    roles: Sequence[str],
    queues: Iterable[QueueRow],
    contract: Contract,
    *,
    agreed: Mapping[str, frozenset[str]] = {},
) -> Iterator[QueueMember]:
    """The queues that a person may claim from, each in one role.

    Args:
        reviewer: pseudonym.
        roles: the person's roles.
        queues: all queues.
        contract: the contract in force; it says who may see severe content.
        agreed: pseudonym -> harm categories that the person agreed to see.
    """
    for row in queues:
        role = next((role for role in row.queue.roles if role in roles), None)
        if role is not None and may_see(row, reviewer, roles, contract, agreed):
            yield QueueMember(reviewer=reviewer, queue=row.id, role=role)


def may_see(
    row: QueueRow,
    reviewer: str,
    roles: Sequence[str],
    contract: Contract,
    agreed: Mapping[str, frozenset[str]],
) -> bool:
    """Whether a person is cleared for a queue's content and agreed to it."""
    reader = TextReader(roles=tuple(roles), agreed=agreed.get(reviewer, frozenset()))
    queue = row.queue
    return withheld(queue.harms, queue.severity, contract.welfare, reader, now=None) is None


def is_restricted(row: QueueRow) -> bool:
    """Whether a queue's content is severe, or shows a harm."""
    return bool(counted_as(row.queue.harms, row.queue.severity))

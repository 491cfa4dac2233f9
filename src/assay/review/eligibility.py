"""Eligibility: from which queues a person may claim, in which role, and until when.

A queue whose scope has an exam is open to those alone who hold its qualification. Where nobody made
an exam, the role that an administrator gave is enough, and the leads' page says so. Credentials
admit to a role's work and to its exam; they are never enough where there is an exam.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from assay.contracts.contract import Contract, QualificationRule
from assay.contracts.diff import VERDICT
from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.records.fields import Role
from assay.review.calibration import Round
from assay.review.qualification import (
    Credential,
    Qualification,
    QualificationScope,
    has_credentials,
    qualification_for,
    renewal_due,
)
from assay.review.queue.lease import Queue, QueueMember, QueueRow
from assay.review.queue.membership import members_of

JUDGING: tuple[Role, ...] = (
    "reviewer", "policy_reviewer", "language_specialist", "author", "adjudicator",
)  # fmt: skip
"""Roles that give judgments, in the order in which one is chosen for a calibration round."""


class EligibilityFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that seats are derived from, read once for many people."""

    contract: Contract
    """The contract in force."""
    rubric: Rubric
    """The rubric in force."""
    rubric_id: str
    """Document id of the rubric in force."""
    on: date
    """The day for which seats are derived (UTC)."""
    queues: Sequence[QueueRow]
    """All queues of the store, of every stage."""
    consents: Mapping[str, frozenset[str]]
    """Pseudonym -> harm categories agreed to."""
    credentials: Sequence[Credential]
    """Credentials of all people, in their order of entry."""
    qualifications: Sequence[Qualification]
    """Everybody's qualifications, superseded ones included."""
    unchanged: Mapping[str, frozenset[str]]
    """Older rubric id -> dimensions that still mean the same (`qualification.same_meaning`)."""
    examined: frozenset[QualificationScope]
    """Scopes for which there is an exam."""
    rounds: Mapping[str, Round]
    """Calibration rounds by id."""


def seats_of(reviewer: str, roles: Sequence[str], facts: EligibilityFacts) -> Iterator[QueueMember]:
    """The queues that a person may claim from, each in one role, with the end of the seat.

    Args:
        reviewer: pseudonym.
        roles: the person's roles.
        facts: what is known of queues and people.
    """
    yield from _calibrating(reviewer, roles, facts)
    queues = {row.id: row.queue for row in facts.queues}
    for member in members_of(reviewer, roles, facts.queues, facts.contract, agreed=facts.consents):
        seat = _seat(member, queues[member.queue], facts)
        if seat is not None:
            yield seat


def _seat(member: QueueMember, queue: Queue, facts: EligibilityFacts) -> QueueMember | None:
    """What is left of a role's seat in a queue once exam, credentials and owner are asked."""
    if not _is_open(member, queue, facts):
        return None
    if queue.stage == "adjudication":
        return member
    scope = scope_of(queue, member.role)
    held = _qualification(member.reviewer, queue, scope, facts)
    if queue.stage == "exam":
        # Each sitting is another chance to pass by luck, so that the exam closes to people who
        # passed until renewal is due.
        return member if held is None or _renews(held, facts) else None
    if not _is_examined(scope, facts.examined):
        return member
    if held is None:
        return None
    # `expires` is the first day that no longer counts: the seat ends as it begins (UTC).
    until = f"{held.expires}T00:00:00Z"
    return msgspec.structs.replace(member, qualification=held.id, until=until)


def _is_open(member: QueueMember, queue: Queue, facts: EligibilityFacts) -> bool:
    """Whether a queue is for such a person at all, whatever was passed."""
    if queue.stage in {"sentinel", "calibration"}:
        return False  # Sentinels come among other work; rounds have members of their own.
    if queue.only is not None and not _reviews_again(member.reviewer, queue, facts):
        return False
    return _has_credentials(member, facts)


def rule_of(contract: Contract, role: str) -> QualificationRule | None:
    """What the contract asks of a role; None where it names none."""
    return next((rule for rule in contract.roles if rule.role == role), None)


def refuse_without_credentials(
    people: Mapping[str, str],
    pseudonym: Callable[[str], str],
    contract: Contract,
    credentials: Sequence[Credential],
) -> None:
    """Refuse people who lack the credentials of their role, however the work is handed out.

    Args:
        people: raw id of a person -> role.
        pseudonym: turns a raw id into the person's pseudonym.
        contract: the contract in force.
        credentials: everybody's credentials.

    Raises:
        UsageError: naming every such person with what is missing.
    """
    lacking = []
    for name, role in people.items():
        rule = rule_of(contract, role)
        lacking += [
            f"{name!r}: {needed!r}"
            for needed in (rule.credentials if rule else ())
            if not has_credentials(credentials, reviewer=pseudonym(name), needed=(needed,))
        ]
    if lacking:
        raise UsageError(
            code="no-credential",
            message=f"these people lack credentials that their role requires: {'; '.join(lacking)}",
            hint='once you have seen it: assay review credential NAME "WHAT"',
        )


def family_of(queue: Queue) -> str:
    """The task family of a queue: the capability that its tasks name, or their kind."""
    return queue.family or queue.kind


def scope_of(queue: Queue, role: str) -> QualificationScope:
    """What somebody in a role must be qualified for to work from a queue."""
    return QualificationScope(
        role=msgspec.convert(role, Role), family=family_of(queue), language=queue.language
    )


def _has_credentials(member: QueueMember, facts: EligibilityFacts) -> bool:
    rule = rule_of(facts.contract, member.role)
    needed = rule.credentials if rule else ()
    return has_credentials(facts.credentials, reviewer=member.reviewer, needed=needed)


def _reviews_again(reviewer: str, queue: Queue, facts: EligibilityFacts) -> bool:
    """Whether a queue of re-reviews is this person's, and its rubric is still in force."""
    return queue.only == reviewer and queue.layer == facts.rubric_id


def _qualification(
    reviewer: str, queue: Queue, scope: QualificationScope, facts: EligibilityFacts
) -> Qualification | None:
    return qualification_for(
        facts.qualifications,
        reviewer=reviewer,
        work=scope,
        on=facts.on,
        rubric=facts.rubric_id,
        questions=_questions_of(queue, facts.rubric),
        unchanged=facts.unchanged,
    )


def _renews(held: Qualification, facts: EligibilityFacts) -> bool:
    """Whether the exam is open again to its holder, so that work does not stop at the last day."""
    rule = rule_of(facts.contract, held.scope.role)
    return rule is not None and renewal_due(held, on=facts.on, within_days=rule.renew_days)


def _questions_of(queue: Queue, rubric: Rubric) -> Collection[str]:
    """What a queue's work asks that an exam can test: the verdict, or else the dimensions."""
    if queue.kind == "preference":
        return (VERDICT,)
    return tuple(dimension.id for dimension in rubric.dimensions if dimension.judged_by == "expert")


def _calibrating(
    reviewer: str, roles: Sequence[str], facts: EligibilityFacts
) -> Iterator[QueueMember]:
    """The rounds in which a person judges, whatever the queues of the work are."""
    role = next((role for role in roles if role in JUDGING), None)
    for row in facts.queues:
        held_round = facts.rounds.get(row.queue.layer)
        if held_round is not None and role is not None and reviewer in held_round.members:
            yield QueueMember(reviewer=reviewer, queue=row.id, role=role)


def _is_examined(scope: QualificationScope, examined: Iterable[QualificationScope]) -> bool:
    """Whether somebody made an exam for such work, in its language or in any."""
    return any(
        exam.role == scope.role
        and exam.family == scope.family
        and exam.language in {None, scope.language}
        for exam in examined
    )

"""Permissions: who may do what. Default deny: what no role grants is refused."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from assay.core.choices import refuse_unknown
from assay.core.errors import UsageError


class Permission(StrEnum):
    """One thing that a person, or a program with a token, may do through the web."""

    public = "public"
    """Read what needs no account: the sign-in page, health, the static files."""
    who = "account:who"
    """Know who one is and what one may do; every token keeps it."""
    own_account = "account:own"
    """Manage one's own account: keys, tokens, sign out."""
    review = "review:work"
    """Claim work that one is qualified for, and answer it."""
    adjudicate = "review:adjudicate"
    """See others' judgments side by side, under pseudonyms, and decide."""
    oversee = "review:oversee"
    """See the pages for leads: coverage, agreement, drift, the queue's state."""
    manage = "review:manage"
    """Fill queues, seat reviewers, open and close calibration rounds, answer guideline gaps."""
    accounts = "accounts:manage"
    """Invite people, give roles, close accounts."""
    metrics = "metrics:read"
    """Read the figures of the server itself."""


_SELF = frozenset({Permission.who, Permission.own_account})
_JUDGES = _SELF | {Permission.review}

GRANTS: Mapping[str, frozenset[Permission]] = {
    "author": _JUDGES,
    "reviewer": _JUDGES,
    "policy_reviewer": _JUDGES,
    "language_specialist": _JUDGES,
    "adjudicator": _JUDGES | {Permission.adjudicate},
    "lead": _SELF | {Permission.oversee, Permission.manage},
    "administrator": _SELF | {Permission.accounts, Permission.metrics},
}  # fmt: skip
"""What each role grants. An administrator runs the accounts and sees no data for it."""


def refuse_unknown_role(role: str, *, where: str = "role") -> None:
    """Refuse a role that no program has: access decided for it would be decided for nobody.

    Args:
        role: the role.
        where: the parameter that holds it.

    Raises:
        UsageError: with the nearest role and all others.
    """
    refuse_unknown("role", role, GRANTS, where=where)


SCOPES: tuple[Permission, ...] = tuple(
    permission
    for permission in Permission
    if permission not in {Permission.public, Permission.who, Permission.own_account}
)
"""What a token can be limited to; a token never makes tokens."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes the request."""

    account: int
    """Number of the account."""
    name: str
    """Name by which the person signs in."""
    pseudonym: str
    """Pseudonym under which the person judges."""
    roles: tuple[str, ...]
    """Roles that the person holds, which grant permissions."""
    permissions: frozenset[Permission]
    """What this person may do with this session or token."""
    csrf: str | None = None
    """Token that forms and scripts of this session send; absent for an API token."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What the roles grant together."""
    granted = frozenset({Permission.public})
    return granted.union(*(GRANTS[role] for role in roles))


def can(principal: Principal | None, permission: Permission) -> bool:
    """Whether a principal has a permission; without a principal only what is public is permitted."""
    if principal is None:
        return permission == Permission.public
    return permission in principal.permissions


def limit_to_scopes(
    permissions: frozenset[Permission], scopes: Iterable[str]
) -> frozenset[Permission]:
    """The permissions that a token's scopes leave."""
    # An intersection: a scope can take permissions away and never adds one that no role grants.
    return permissions & (frozenset(scopes) | {Permission.public, Permission.who})


def read_scopes(names: Iterable[str]) -> tuple[Permission, ...]:
    """The scopes with these names, in their one order.

    Raises:
        UsageError: for a name that is not a scope.
    """
    requested = set(names)
    unknown = sorted(requested - set(SCOPES))
    if unknown or not requested:
        raise UsageError(
            code="unknown-scope",
            message=f"{', '.join(unknown) or 'nothing'} is not a scope",
            where="scopes",
            hint=f"name some of {', '.join(SCOPES)}",
        )
    return tuple(scope for scope in SCOPES if scope in requested)

"""Accounts of simulated reviewers: made for one run, and closed after it."""

from collections.abc import Sequence

import msgspec

from assay.core.errors import UsageError
from assay.governance.permissions import GRANTS, Permission
from assay.program.program import Program
from assay.records.judgment import Judgment

PREFIX = "simulated-"
"""How the name of every simulated reviewer's account begins."""

TOKEN_DAYS = 1
"""How long the token of a simulated reviewer holds, should its account not be closed."""


class SimulatedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated reviewer's account."""

    account: int
    """Number of the account."""
    name: str
    """Name of the account, which begins with `simulated-`."""
    token: str
    """API token of the account, limited to review work."""


def refuse_beside_people(program: Program) -> None:
    """Refuse to mix simulated judgments with those of people.

    Raises:
        UsageError: if the program has a judgment that no simulated reviewer and no model gave.
    """
    simulated = {
        account.pseudonym for account in program.accounts.list() if account.name.startswith(PREFIX)
    }
    for judgment in program.store.scan(Judgment):
        reviewer = judgment.reviewer
        if not reviewer.automatic and reviewer.pseudonym not in simulated:
            raise UsageError(
                code="people-judged-here",
                message="this program has judgments of people, and simulated ones cannot be "
                "removed again: agreement and releases would count them as people's",
                where=str(program.folder),
                hint="use a copy of the program; or pass --yes",
            )


def create_accounts(program: Program, count: int, *, by: str) -> list[SimulatedAccount]:
    """Make accounts and tokens of simulated reviewers, seated in every queue that roles open.

    Args:
        program: the program.
        count: how many.
        by: who does it.
    """
    roles = judging_roles(program)
    taken = sum(account.name.startswith(PREFIX) for account in program.accounts.list())
    names = [f"{PREFIX}{number:03}" for number in range(taken + 1, taken + count + 1)]
    return [_hire(program, name, roles, by) for name in names]


def close_accounts(program: Program, hired: Sequence[SimulatedAccount], *, by: str) -> None:
    """Close the accounts; what they judged stays."""
    for account in hired:
        program.accounts.close(account.account, by=by)


def judging_roles(program: Program) -> list[str]:
    """The roles that the contract's layers of review ask for and that may judge at the desk."""
    layers = program.desk.in_force.contract.review.layers
    roles_of_layers = {role for layer in layers for role in layer.roles}
    return [
        role for role in GRANTS if role in roles_of_layers and Permission.review in GRANTS[role]
    ]


def _hire(program: Program, name: str, roles: Sequence[str], by: str) -> SimulatedAccount:
    account, token = program.accounts.add_program(
        name, roles, scopes=[Permission.review], days=TOKEN_DAYS, by=by
    )
    program.desk.seat([(account.pseudonym, account.roles)], by=by)
    return SimulatedAccount(account=account.id, name=name, token=token)

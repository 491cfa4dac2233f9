"""The table of tools: what an agent may call, under which permission, and what it changes."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, Literal, cast

import msgspec

from assay.contracts import service as contracts
from assay.core.errors import UsageError
from assay.governance.permissions import GRANTS, Permission, Principal
from assay.program.checking import check_documents
from assay.program.guide import program_progress
from assay.program.program import Program
from assay.program.status import program_status
from assay.records.fields import Role
from assay.review.wire import ClaimRequest

MOST_ROWS = 200
"""Most records of one answer."""


class AgentCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call: who calls, and on which program."""

    program: Program
    """The open program that the tool reads or changes."""
    who: Principal | None
    """The account of the token; None where the agent has none."""

    @property
    def account(self) -> Principal:
        """The account, for tools whose permission nobody without one has."""
        assert self.who is not None
        return self.who

    def role(self, permission: Permission) -> Role:
        """The role of the account by which it has a permission."""
        roles = (role for role in self.account.roles if permission in GRANTS[role])
        return cast("Role", next(roles))


class AgentTool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool."""

    name: str
    """The name by which it is called."""
    permission: Permission
    """What the caller must be permitted."""
    about: str
    """What it gives, in one sentence; agents choose by it."""
    arguments: type[msgspec.Struct]
    """Type of the arguments; its JSON Schema is what agents see."""
    run: Callable[[AgentCall, Any], Any]
    """Does it; the answer is written as JSON."""
    writes: bool = False
    """Whether it changes the program."""


class NoArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No arguments."""


class RecordQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records to list."""

    kind: str | None = None
    """Only records of this kind, such as `preference`."""
    first: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Place of the first record, from 0."""
    most: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 50
    """Most records of the answer."""


class RecordName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record."""

    record: str
    """Its id, a unique prefix of it, or its handle."""


class AssignmentName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One assignment."""

    assignment: str
    """Its handle, as `claim_work` gave it."""


class GivenBack(AssignmentName, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assignment is given back, and why."""

    reason: Literal["skip", "welfare"]
    """Why: other work is preferred, or the content is a burden. Neither counts against anybody."""


class VerifierNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which verifiers to run."""

    verifiers: tuple[str, ...] = ()
    """Their names; all that the rubric names where empty."""


def _who_am_i(call: AgentCall, _: NoArguments) -> Any:
    who = call.who
    permissions = sorted(who.permissions) if who else [Permission.public]
    return {
        "name": who.name if who else None,
        "roles": who.roles if who else (),
        "permissions": permissions,
    }


def _check_contract(call: AgentCall, _: NoArguments) -> Any:
    return check_documents(call.program.folder, call.program.clock).to_json()


def _show_contract(call: AgentCall, _: NoArguments) -> Any:
    return {"markdown": contracts.show(call.program.folder)}


def _next_step(call: AgentCall, _: NoArguments) -> Any:
    return program_progress(call.program)


def _status(call: AgentCall, _: NoArguments) -> Any:
    return program_status(call.program)


def _list_records(call: AgentCall, query: RecordQuery) -> Any:
    where = {"kind": query.kind} if query.kind else {}
    lines = call.program.records.list_for(call.role(Permission.oversee), **where)
    rows = list(islice(lines, query.first, query.first + query.most + 1))
    more = len(rows) > query.most
    return {"records": rows[: query.most], "next": query.first + query.most if more else None}


def _show_record(call: AgentCall, name: RecordName) -> Any:
    return call.program.records.show(name.record, call.role(Permission.oversee))


def _ledger(call: AgentCall, _: NoArguments) -> Any:
    return call.program.verification.report()


def _agreement(call: AgentCall, _: NoArguments) -> Any:
    return call.program.overview.agreement()


def _releases(call: AgentCall, _: NoArguments) -> Any:
    return {"releases": call.program.releases.list()}


def _queues(call: AgentCall, _: NoArguments) -> Any:
    return {"queues": call.program.desk.queues(call.account)}


def _assignment(call: AgentCall, name: AssignmentName) -> Any:
    return call.program.desk.assignments.work(call.account, name.assignment)


def _claim(call: AgentCall, request: ClaimRequest) -> Any:
    desk, who = call.program.desk, call.account
    claimed = desk.claims.claim(
        who, queue=request.queue, count=request.count, held=request.held
    ).result()
    views = [desk.assignments.show(who, lease) for lease in claimed.leases]
    return {"assignments": views, "none": claimed.none}


def _give_back(call: AgentCall, request: GivenBack) -> Any:
    call.program.desk.assignments.release(call.account, request.assignment, request.reason).result()
    return {"given_back": request.assignment}


def _fill_queues(call: AgentCall, _: NoArguments) -> Any:
    return call.program.desk.fill()


def _dispose(call: AgentCall, _: NoArguments) -> Any:
    return call.program.quality.dispose()


def _verify(call: AgentCall, names: VerifierNames) -> Any:
    return call.program.verification.run(verifiers=names.verifiers)


TOOLS: tuple[AgentTool, ...] = (
    AgentTool(
        name="who_am_i", permission=Permission.public, arguments=NoArguments, run=_who_am_i,
        about="The account of the token, its roles and permissions.",
    ),
    AgentTool(
        name="check_contract", permission=Permission.public, arguments=NoArguments,
        run=_check_contract, about="Every fault of the program's documents, and the checklist.",
    ),
    AgentTool(
        name="show_contract", permission=Permission.public, arguments=NoArguments,
        run=_show_contract, about="The contract, rubric, policy and sources as Markdown.",
    ),
    AgentTool(
        name="next_step", permission=Permission.oversee, arguments=NoArguments, run=_next_step,
        about="Where the program stands in the eight steps, and the command that is next.",
    ),
    AgentTool(
        name="status", permission=Permission.oversee, arguments=NoArguments, run=_status,
        about="Counts, checklist against facts, failure modes, coverage and queue.",
    ),
    AgentTool(
        name="list_records", permission=Permission.oversee, arguments=RecordQuery,
        run=_list_records, about="Records in their order of entry, a page at a time.",
    ),
    AgentTool(
        name="show_record", permission=Permission.oversee, arguments=RecordName, run=_show_record,
        about="One record with its judgments, where the role may read it.",
    ),
    AgentTool(
        name="coverage_ledger", permission=Permission.oversee, arguments=NoArguments, run=_ledger,
        about="Which dimensions verifiers cover, experts judge, or nothing covers.",
    ),
    AgentTool(
        name="agreement", permission=Permission.oversee, arguments=NoArguments, run=_agreement,
        about="How far reviewers agree, with intervals and denominators.",
    ),
    AgentTool(
        name="list_releases", permission=Permission.oversee, arguments=NoArguments, run=_releases,
        about="Releases that were built, with the results of their gates.",
    ),
    AgentTool(
        name="list_queues", permission=Permission.review, arguments=NoArguments, run=_queues,
        about="The queues that the account may claim from.",
    ),
    AgentTool(
        name="show_assignment", permission=Permission.review, arguments=AssignmentName,
        run=_assignment, about="One assignment of the account, blinded as at the desk.",
    ),
    AgentTool(
        name="claim_work", permission=Permission.review, arguments=ClaimRequest, run=_claim,
        about="Claim assignments; a claim ends by itself without a heartbeat.", writes=True,
    ),
    AgentTool(
        name="give_back", permission=Permission.review, arguments=GivenBack, run=_give_back,
        about="Give an assignment back, without penalty.", writes=True,
    ),
    AgentTool(
        name="fill_queues", permission=Permission.manage, arguments=NoArguments, run=_fill_queues,
        about="Have every record wait in its queue that does not yet.", writes=True,
    ),
    AgentTool(
        name="dispose", permission=Permission.manage, arguments=NoArguments, run=_dispose,
        about="Give every record the disposition that the contract's rules make of it.",
        writes=True,
    ),
    AgentTool(
        name="run_verifiers", permission=Permission.manage, arguments=VerifierNames, run=_verify,
        about="Run the verifiers that the rubric names over the records.", writes=True,
    ),
)  # fmt: skip
"""Every tool, what reads first. No tool judges, adjudicates, sets a cause, signs or opens the reserve."""


def tools_offered(*, writes: bool) -> Iterator[AgentTool]:
    """The tools that a server offers.

    Args:
        writes: whether those that change the program are among them.
    """
    return (tool for tool in TOOLS if writes or not tool.writes)


def call_tool(
    tool: AgentTool, program: Program, who: Principal | None, arguments: Mapping[str, Any]
) -> Any:
    """Call a tool for an account.

    Args:
        tool: the tool.
        program: the open program.
        who: the account of the agent's token; None where it has none.
        arguments: as the agent gave them.

    Returns:
        The answer as plain JSON.

    Raises:
        UsageError: if the account is not permitted to call it, or an argument does not fit.
        AssayError: what the program raises.
    """
    permitted = who.permissions if who else {Permission.public}
    if tool.permission not in permitted:
        raise UsageError(
            code="not-permitted",
            message=f"{tool.name} needs the permission {tool.permission}"
            + ("" if who else ", and this agent has no token"),
            where=tool.name,
            hint="a lead makes a token with it: assay mcp token NAME --role ROLE --scope "
            f"{tool.permission}",
        )
    try:
        fitting = msgspec.convert(dict(arguments), tool.arguments)
    except msgspec.ValidationError as error:
        raise UsageError(
            code="bad-arguments",
            message=str(error),
            where=tool.name,
            hint="see the tool's input schema",
        ) from error
    return msgspec.to_builtins(tool.run(AgentCall(program=program, who=who), fitting))

"""The server of tools: the Model Context Protocol over standard input and output."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from assay.core.errors import AssayError, UsageError, missing_extra

try:
    import anyio
    import mcp_types as types
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server
except ImportError as error:
    raise missing_extra("mcp", "offering tools to agents") from error

from assay import __version__
from assay.governance.permissions import Principal
from assay.mcp.tools import AgentTool, call_tool, tools_offered
from assay.program.program import Program

INSTRUCTIONS = (
    "The tools of one program of Assay, the system of record for alignment data. Errors have a code, a "
    "message, a place and a hint. `assay agents` prints what an agent should know."
)
"""Instructions that an agent gets when it connects."""


class ToolFault(msgspec.Struct, frozen=True, kw_only=True):
    """An error as an agent gets it."""

    code: str
    """Stable short name of the kind of error."""
    message: str
    """What is wrong, in one sentence."""
    where: str
    """The field, file or record, as far as known."""
    hint: str
    """What to do about it."""


def serve_tools(program: Program, token: str | None, *, writes: bool) -> None:
    """Serve tools until the agent closes standard input.

    Args:
        program: the open program.
        token: the agent's API token; None where it has none.
        writes: whether tools that change the program are offered.
    """
    server = build_server(program, token, writes=writes)

    async def run() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)


def build_server(program: Program, token: str | None, *, writes: bool) -> Server[Any]:
    """The server of the tools, not yet connected to an agent.

    Args:
        program: the open program.
        token: the agent's API token; None where it has none.
        writes: whether tools that change the program are offered.
    """
    tools = {tool.name: tool for tool in tools_offered(writes=writes)}
    # The token is looked up for each call: one that was revoked meanwhile grants nothing more.
    caller = partial(_principal, program, token)

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_describe(tool) for tool in tools.values()])

    async def call(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        # In the loop on purpose: one call at a time, as the store has one writer.
        return _answer(program, tools, caller, params)

    return Server(
        "assay",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call,
    )


def _principal(program: Program, token: str | None) -> Principal | None:
    """Who the token acts for; None where there is no token.

    Raises:
        UsageError: if the token is unknown, revoked or has ended.
    """
    if token is None:
        return None
    principal = program.accounts.bearer(token)
    if principal is None:
        raise UsageError(
            code="token-refused",
            message="this token is unknown, revoked or has ended",
            where="ASSAY_TOKEN",
            hint="make one: assay mcp token NAME --role ROLE --scope SCOPE",
        )
    return principal


def _describe(tool: AgentTool) -> types.Tool:
    _, components = msgspec.json.schema_components([tool.arguments])
    return types.Tool(
        name=tool.name,
        description=f"{tool.about} Permission: {tool.permission}.",
        input_schema=components[tool.arguments.__name__],
        annotations=types.ToolAnnotations(read_only_hint=not tool.writes, open_world_hint=False),
    )


def _answer(
    program: Program,
    tools: dict[str, AgentTool],
    caller: Callable[[], Principal | None],
    params: types.CallToolRequestParams,
) -> types.CallToolResult:
    try:
        tool = _known_tool(tools, params.name)
        value = call_tool(tool, program, caller(), params.arguments or {})
    except AssayError as error:
        fault = ToolFault(
            code=error.code, message=error.message, where=error.where, hint=error.hint
        )
        return _result(msgspec.to_builtins(fault), is_error=True)
    return _result(value, is_error=False)


def _known_tool(tools: dict[str, AgentTool], name: str) -> AgentTool:
    if name in tools:
        return tools[name]
    writing = name in {tool.name for tool in tools_offered(writes=True)}
    raise UsageError(
        code="writing-not-allowed" if writing else "unknown-tool",
        message=f"{name} changes the program, and this server only reads"
        if writing
        else f"there is no tool {name!r}",
        where=name,
        hint="start it with --allow-writes" if writing else f"there are: {', '.join(tools)}",
    )


def _result(value: Any, *, is_error: bool) -> types.CallToolResult:
    text = msgspec.json.encode(value).decode()
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=value,
        is_error=is_error,
    )

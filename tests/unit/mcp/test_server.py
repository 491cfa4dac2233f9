"""Agents over stdio, by the SDK's own client: they read, and write only by option and permission."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

import assay
from assay.governance.permissions import Permission
from assay.mcp.tools import TOOLS
from simulators.desk_program import CANARY, write_desk_program
from simulators.once import Once

if importlib.util.find_spec("mcp") is None:
    pytest.skip("the extra `mcp` is not installed", allow_module_level=True)


@pytest.fixture
def folder(once: Once, tmp_path: Path) -> Path:
    """A program of one's own with records that wait at the desk, each hidden field marked."""
    waiting = once("desk-for-agents", write_desk_program)
    return Path(shutil.copytree(waiting, tmp_path / "program"))


@pytest.fixture
def sealed(demo: Path, tmp_path: Path) -> Path:
    """A demo program of one's own, with a sealed reserve."""
    return Path(shutil.copytree(demo, tmp_path / "program"))


def _token(folder: Path, role: str, *scopes: Permission, name: str = "agent") -> str:
    with assay.open(folder) as program:
        account, secret = program.accounts.add_program(
            name, [role], scopes=scopes, days=1, by="lead"
        )
        program.desk.seat([(account.pseudonym, account.roles)], by="lead")
    return secret


def _session(
    folder: Path, work: Callable[[Any], Awaitable[Any]], *options: str, token: str = ""
) -> Any:
    """What a piece of work gives that a client does on a server of its own process."""
    import mcp

    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "assay", "mcp", "--program", str(folder), *options],
        env={"PYTHONPATH": os.pathsep.join(sys.path)} | ({"ASSAY_TOKEN": token} if token else {}),
    )

    async def run() -> Any:
        async with mcp.Client(server) as client:
            return await work(client)

    return anyio.run(run)


def _calls(
    folder: Path, *calls: tuple[str, dict[str, Any]], options: Sequence[str] = (), token: str = ""
) -> list[tuple[bool, Any]]:
    """Of each call in one session with a server of this process, whether it was refused, and its answer."""
    import mcp

    from assay.mcp.server import build_server

    async def work(server: Any) -> list[Any]:
        async with mcp.Client(server) as client:
            return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    with assay.open(folder) as program:
        principal = program.accounts.bearer(token) if token else None
    with assay.open(folder, who=principal.name if principal else None) as program:
        server = build_server(program, token or None, writes="--allow-writes" in options)
        results = anyio.run(work, server)
    answers = [json.loads(result.content[0].text) for result in results]
    assert answers == [result.structured_content for result in results]
    return [(result.is_error, answer) for result, answer in zip(results, answers, strict=True)]


def _reserve_of(folder: Path) -> dict[str, Any]:
    """The vault's files, and the log of its openings."""
    vault = {path.name: path.read_bytes() for path in sorted((folder / ".vault").iterdir())}
    with assay.open(folder) as program:
        return {"vault": vault, "log": program.reserve.open_log()}


def test_a_server_offers_what_reads_unless_it_may_write(folder: Path) -> None:
    """The list of tools says of each whether it only reads, and under which permission."""
    token = _token(folder, "lead", Permission.oversee)

    async def names(client: Any) -> dict[str, bool]:
        listed = await client.list_tools()
        return {tool.name: tool.annotations.read_only_hint for tool in listed.tools}

    reading = _session(folder, names)
    assert reading == {tool.name: True for tool in TOOLS if not tool.writes}
    writing = _session(folder, names, "--allow-writes", token=token)
    assert writing == {tool.name: not tool.writes for tool in TOOLS}


def test_without_a_token_an_agent_reads_the_documents_alone(folder: Path) -> None:
    """A record needs a permission, and the error is one of ours."""
    (refused, report), (no_record, fault) = _calls(
        folder, ("check_contract", {}), ("list_records", {})
    )
    assert not refused
    assert report["ok"]
    assert no_record
    assert fault["code"] == "not-permitted"
    assert "this agent has no token" in fault["message"]
    assert "assay mcp token" in fault["hint"]


def test_no_write_without_the_option(folder: Path) -> None:
    """A token that grants it does not make a reading server write."""
    token = _token(folder, "lead", Permission.manage)
    [(refused, fault)] = _calls(folder, ("dispose", {}), token=token)
    assert refused
    assert fault["code"] == "writing-not-allowed"


def test_no_write_without_a_token(folder: Path) -> None:
    """The option alone does not start a server."""
    ended = subprocess.run(
        [sys.executable, "-m", "assay", "mcp", "-p", folder, "--allow-writes"],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == assay.UsageError.exit_code
    assert "an agent that may change the program needs a token" in ended.stderr
    assert ended.stdout == ""


def test_no_write_beyond_the_scope_of_the_token(folder: Path) -> None:
    """A token for reading does not write on a server that writes; one for managing does."""
    reading = _token(folder, "lead", Permission.oversee)
    managing = _token(folder, "lead", Permission.manage, name="manager")
    writes = ("--allow-writes",)
    [(refused, fault)] = _calls(folder, ("dispose", {}), options=writes, token=reading)
    assert refused
    assert fault["code"] == "not-permitted"
    [(refused, disposed)] = _calls(folder, ("dispose", {}), options=writes, token=managing)
    assert not refused
    assert disposed["written"] > 0


def test_a_token_that_is_unknown_grants_nothing(folder: Path) -> None:
    """Not even what needs no permission: whoever names a token means it."""
    [(refused, fault)] = _calls(folder, ("who_am_i", {}), token="asy_unknown")
    assert refused
    assert fault["code"] == "token-refused"


def test_records_are_those_that_the_role_may_read(folder: Path) -> None:
    """What the rights hold back comes as a keyed handle with the reason, without a text."""
    token = _token(folder, "lead", Permission.oversee)
    sources = (folder / "sources.yaml").read_text()
    with assay.open(folder) as program:
        records = list(program.store.scan(assay.Record))
    page = {"most": 200}
    record = ("show_record", {"record": records[0].id})
    (_, listed), (_, shown) = _calls(folder, ("list_records", {"most": 2}), record, token=token)
    assert [row["id"] for row in listed["records"]] == [each.id for each in records[:2]]
    assert listed["next"] == 2
    assert (
        shown["record"]["task"]["messages"][-1]["content"] in records[0].task.messages[-1].content
    )
    lines = [
        line.split(":")[0] + ": [reviewer, policy_reviewer]" if "reviewer_access:" in line else line
        for line in sources.splitlines()
    ]
    (folder / "sources.yaml").write_text("\n".join(lines) + "\n")
    (_, listed), (_, shown) = _calls(folder, ("list_records", page), record, token=token)
    assert {row["task"] for row in listed["records"]} == {None}
    assert not {row["id"] for row in listed["records"]} & {each.id for each in records}
    assert shown["record"] is None
    assert shown["held_back"]
    assert records[0].task.messages[-1].content not in json.dumps([listed, shown])


def test_an_assignment_is_blinded_and_the_agents_own(folder: Path) -> None:
    """No author, model, source, id of the record or other's judgment is in an assignment."""
    with assay.open(folder) as program:
        assert program.desk.fill().queued
        records = list(program.store.scan(assay.Record))
    reviewer = _token(folder, "reviewer", Permission.review)
    (refused, queues), (_, claimed), (other_refused, fault) = _calls(
        folder,
        ("list_queues", {}),
        ("claim_work", {"count": 4}),
        ("show_assignment", {"assignment": "asn_" + "a" * 24}),
        options=("--allow-writes",),
        token=reviewer,
    )
    assert not refused
    assert queues["queues"]
    assert claimed["assignments"]
    text = json.dumps(claimed)
    assert CANARY not in text
    assert not [record.id for record in records if record.id in text]
    assert not {"provenance", "sources", "judgments"} & _keys(claimed)
    assert other_refused
    assert fault["code"] == "no-assignment"


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    return {key for inner in value for key in _keys(inner)} if isinstance(value, list) else set()


def test_the_reserve_is_untouched_by_every_tool(sealed: Path) -> None:
    """Whatever a lead's agent calls, the vault and its log stay as they are."""
    scopes = (Permission.oversee, Permission.manage)
    token = _token(sealed, "lead", *scopes)
    before = _reserve_of(sealed)
    tools = [tool for tool in TOOLS if tool.permission in {Permission.public, *scopes}]
    with assay.open(sealed) as program:
        record = next(program.store.scan(assay.Record)).id
    arguments: dict[str, dict[str, Any]] = {
        "show_record": {"record": record},
        "run_verifiers": {"verifiers": ["none-of-this-name"]},
    }
    answers = _calls(
        sealed,
        *((tool.name, arguments.get(tool.name, {})) for tool in tools),
        options=("--allow-writes",),
        token=token,
    )
    refused = [
        tool.name for tool, (is_refused, _) in zip(tools, answers, strict=True) if is_refused
    ]
    assert refused == ["run_verifiers"]
    assert _reserve_of(sealed) == before


def test_an_argument_that_does_not_fit_is_named(folder: Path) -> None:
    """An unknown tool, too."""
    token = _token(folder, "lead", Permission.oversee)
    (_, argument), (_, unknown) = _calls(
        folder, ("list_records", {"most": 0}), ("drop_table", {}), token=token
    )
    assert (argument["code"], argument["where"]) == ("bad-arguments", "list_records")
    assert unknown["code"] == "unknown-tool"

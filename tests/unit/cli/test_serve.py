"""`assay serve`: on this machine, with its first link, and nothing open by accident."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.demo.own_server import free_port
from simulators.desk_program import desk_records, write_desk_program

Run = Callable[..., Any]

PATIENCE_SECONDS = 120
"""How long a server may take to answer, or to end, before the test fails."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve") / "program"
    write_desk_program(folder, desk_records(each=1))
    return folder


def test_it_prints_a_link_that_makes_the_first_administrator_once(program: Path) -> None:
    """The link opens, makes the account, and is not printed again."""
    port = free_port()
    command = [sys.executable, "-m", "assay", "serve", "-p", str(program), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            lines = [server.stdout.readline() for _ in range(4)]
            told = "".join(lines)
            link = re.search(r"http://127\.0\.0\.1:\d+/invitation/[\w-]+", told)
            assert link, told
            page = _get(link[0])
            assert "administrator" in page.text
            form = {"name": "root", "password": "a sentence for the first one"}
            made = httpx.post(link[0], data=form, headers={"origin": f"http://127.0.0.1:{port}"})
            assert made.status_code == 303
            assert httpx.get(link[0]).status_code == 404
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE_SECONDS)


def _get(url: str) -> httpx.Response:
    for _ in range(PATIENCE_SECONDS * 20):
        try:
            return httpx.get(url)
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--host", "0.0.0.0"), "does not use TLS"),  # noqa: S104  it is refused
        (("--workers", "2"), "served by one process"),
    ],
)
def test_what_would_open_too_much_is_refused(
    options: tuple[str, ...], told: str, assay: Run, program: Path
) -> None:
    """Another address without TLS, and several processes on one file, are refused with the way out."""
    result = assay("serve", "-p", program, *options)
    assert result.code == 2
    assert told in result.err

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from assay.desk.accounts import SignedIn
from assay.program.program import Program
from assay.web.authentication import COOKIE
from simulators.desk_program import PASSWORD, opened, person, write_desk_program
from simulators.once import Once
from simulators.served import shared_app

PEOPLE = {
    "ana": ("reviewer", "policy_reviewer"),
    "ben": ("reviewer", "policy_reviewer"),
    "eva": ("reviewer", "policy_reviewer"),
    "sen": ("adjudicator",),
    "lea": ("lead",),
    "adm": ("administrator",),
}
"""Who may sign in, with the roles."""

Client = TestClient[Litestar]
SignIn = Callable[[str], Client]


def single_spaced(page: str) -> str:
    """A page's text with single spaces, however its template is wrapped."""
    return " ".join(page.split())


@pytest.fixture(scope="session")
def template(once: Once) -> Path:
    """A program with filled queues and people; tests work on copies."""
    return once("desk-with-people", _write_with_people)


def _write_with_people(folder: Path) -> None:
    write_desk_program(folder)
    with opened(folder) as program:
        for name, roles in PEOPLE.items():
            person(program, name, *roles)


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "program"))


@pytest.fixture
def program(folder: Path) -> Iterator[Program]:
    with opened(folder) as program:
        yield program


@pytest.fixture(scope="session")
def app_of() -> Callable[[Program], Litestar]:
    """The application of a program; all tests share one."""
    return shared_app


@pytest.fixture
def client(program: Program, app_of: Callable[[Program], Litestar]) -> Iterator[Client]:
    """A browser at which nobody is signed in."""
    with TestClient(app_of(program), base_url="https://desk.test") as made:
        yield made


@pytest.fixture
def sign_in(client: Client, program: Program) -> SignIn:
    """Signs somebody in at the browser, whoever was there before."""
    known: dict[str, SignedIn] = {}

    def sign_in_one(name: str) -> Client:
        signed_in = known.get(name) or program.accounts.sign_in(name, PASSWORD)
        assert signed_in
        known[name] = signed_in
        client.cookies.clear()
        client.cookies.set(COOKIE, signed_in.cookie)
        client.headers["x-csrf-token"] = str(signed_in.principal.csrf)
        return client

    return sign_in_one

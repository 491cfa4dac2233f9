import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from assay.core.clock import fixed_clock
from assay.store.store import Store
from assay.store.tables import SCHEMA
from stores.facts import MOMENT
from stores.server import running_server

_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_server())
        except (ImportError, OSError, subprocess.CalledProcessError) as error:
            reason = f"PostgreSQL cannot be started here: {error}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        yield url


@pytest.fixture(scope="session")
def admin(server: str) -> Iterator[Connection]:
    """A connection that makes databases."""
    address = server.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_store(admin: Connection, server: str) -> Iterator[tuple[str, Connection]]:
    """A database with the tables of a new store, and a connection that can empty them."""
    admin.exec_driver_sql("CREATE DATABASE store")
    url = database(server, "store")
    with Store.open(url, fixed_clock(MOMENT), create=True) as store:
        engine = store._engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield url, connection


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables of a new store."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    Store.open(f"sqlite:///{file}", fixed_clock(MOMENT), create=True).close()
    return file


@pytest.fixture
def postgres_url(postgres_store: tuple[str, Connection]) -> str:
    url, connection = postgres_store
    tables = ", ".join(SCHEMA.metadata.tables)
    connection.exec_driver_sql(f"TRUNCATE {tables}")
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path)
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def empty_postgres_url(admin: Connection, server: str) -> str:
    name = f"empty_{next(_numbers)}"
    admin.exec_driver_sql(f"CREATE DATABASE {name} LOCALE 'C.UTF-8' TEMPLATE template0")
    return database(server, name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/new/folder/store.db"


def database(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?", 1)


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """A store that is made and empty."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest) -> str:
    """A place for a store where none has been made."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    """Opens stores with a witness in the test's folder, and closes them when the test ends."""
    with ExitStack() as stack:

        def open_one(url: str) -> Store:
            clock = fixed_clock(MOMENT)
            store = Store.open(url, clock, witness=tmp_path / "audit.head")
            return stack.enter_context(store)

        yield open_one


@pytest.fixture
def store(url: str, open_store: Callable[[str], Store]) -> Store:
    return open_store(url)

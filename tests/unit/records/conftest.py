"""A store, a context and small records for the tests of the room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.core.clock import fixed_clock
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import RowContext
from assay.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite store."""
    with Store.open(
        f"sqlite:///{tmp_path}/store.sqlite", fixed_clock("2026-01-01T00:00:00Z"), create=True
    ) as opened:
        yield opened


@pytest.fixture
def context() -> Callable[[str], RowContext]:
    """Makes the context of an import as a kind."""
    named = pseudonymiser(b"a key for the tests only")
    return lambda kind: RowContext(kind=kind, source_class="own-texts", pseudonym=named)

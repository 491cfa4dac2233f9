"""Origins of consecutive rows and facts are one row; what the audit chain says of them stays."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from assay.core.errors import MachineError

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_BATCH = 1_000
"""Origins that are read at once, and the most that one row joins."""

_FACTS = {"rec": "records", "jud": "judgments"}
"""Prefix of an id -> the table of its facts, for the families that an import gives."""

_COLUMNS = ("seq", "entry", "import_id", "row", "family", "fact", "length")
_SINGLE = sa.table("origins_by_fact", *map(sa.column, ("seq", "entry", "fact", "import_id", "row")))
_JOINED = sa.table("origins", *map(sa.column, _COLUMNS))

_Origin = sa.Row[int, int, str, int, int]
"""A row of the old table: number, entry, id of the fact, import and row of the file."""

_Range = list[int | str]
"""A row of the new table, its columns in order."""


def upgrade() -> None:
    """Make the new table, join the origins of the old one, and drop that."""
    op.rename_table("origins", "origins_by_fact")
    if op.get_context().dialect.name == "postgresql":
        # The names of constraints stay with the renamed table, and the new one has the same.
        for name in ("pk_origins", "fk_origins_import_id"):
            op.execute(f"ALTER TABLE origins_by_fact DROP CONSTRAINT {name}")
    op.create_table(
        "origins",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry", _NUMBER, nullable=False),
        sa.Column("import_id", _NUMBER, nullable=False),
        sa.Column("row", _NUMBER, nullable=False),
        sa.Column("family", _IDENTITY, nullable=False),
        sa.Column("fact", _NUMBER, nullable=False),
        sa.Column("length", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_origins"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_origins_import_id"),
    )
    connection = op.get_bind()
    for batch in _batches(connection):
        numbers = _numbers(connection, {str(origin.fact) for origin in batch})
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _join(batch, numbers)]
        connection.execute(sa.insert(_JOINED), rows)
    op.drop_table("origins_by_fact")
    op.create_index("ix_origins_family_fact", "origins", ["family", "fact"])
    op.create_index("ix_origins_import_id_row", "origins", ["import_id", "row"])


def _batches(connection: sa.Connection) -> Iterator[Sequence[_Origin]]:
    """The old origins in their order, so many at a time that memory stays flat."""
    after = 0
    query = sa.select(_SINGLE).order_by(_SINGLE.c.seq).limit(_BATCH)
    while batch := connection.execute(query.where(_SINGLE.c.seq > after)).all():
        yield batch
        after = int(batch[-1].seq)


def _numbers(connection: sa.Connection, identities: Iterable[str]) -> dict[str, int]:
    """Id of each fact -> its sequence number."""
    numbers: dict[str, int] = {}
    by_prefix: dict[str, list[str]] = {}
    for identity in identities:
        by_prefix.setdefault(identity.partition("_")[0], []).append(identity)
    for prefix, members in by_prefix.items():
        if prefix in _FACTS:
            facts = sa.table(_FACTS[prefix], sa.column("seq"), sa.column("id"))
            query = sa.select(facts.c.id, facts.c.seq).where(facts.c.id.in_(members))
            numbers.update(tuple(row) for row in connection.execute(query))
    return numbers


def _join(batch: Sequence[_Origin], numbers: dict[str, int]) -> Iterator[_Range]:
    joined: _Range = []
    for seq, entry, identity, import_id, row in batch:
        fact = numbers.get(str(identity))
        if fact is None:
            raise MachineError(
                code="store-corrupt",
                message=f"the store is damaged: origin {seq} names a fact that is not there",
                where=str(identity),
                hint="restore it from a backup; `assay audit verify` of the release that made the "
                "store lists all damage",
            )
        family = str(identity).partition("_")[0]
        following: _Range = [seq, entry, import_id, row, family, fact]
        if joined and following == _after(joined):
            joined[-1] = int(joined[-1]) + 1
            continue
        if joined:
            yield joined
        joined = [*following, 1]
    yield joined


def _after(joined: _Range) -> _Range:
    """The origin that a range would take in next, without its length."""
    seq, entry, import_id, row, family, fact, length = joined
    step = int(length)
    return [int(seq) + step, entry, import_id, int(row) + step, family, int(fact) + step]

"""The first tables: nine families of facts, edges, origins, imports and audit entries."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_FAMILIES = {
    "documents": ("kind", "name", "version"),
    "records": ("kind", "sources"),
    "judgments": ("record", "reviewer", "rubric", "supersedes"),
    "verifications": ("record", "verifier"),
    "assignments": ("record", "reviewer"),
    "adjudications": ("record",),
    "dispositions": ("record", "state", "contract", "rubric"),
    "releases": ("version", "previous"),
    "withdrawals": ("release",),
}


def upgrade() -> None:
    """Make every table."""
    _make_audit_entries()
    _make_imports()
    _make_edges()
    _make_origins()
    for family, columns in _FAMILIES.items():
        _make_facts(family, columns)


def _order() -> Iterator[sa.Column[int]]:
    yield sa.Column("seq", _NUMBER, autoincrement=False, nullable=False)
    yield sa.Column("entry", _NUMBER, nullable=False)


def _make_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", _IDENTITY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entries"),
    )


def _make_imports() -> None:
    texts = (
        "file", "sha256", "reader", "source", "mapping", "actor", "state", "started", "finished",
    )  # fmt: skip
    numbers = ("position", "read", "stored", "already_there", "set_aside")
    op.create_table(
        "imports",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, _NUMBER, nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_sha256", "imports", ["sha256"])


def _make_edges() -> None:
    op.create_table(
        "edges",
        *_order(),
        sa.Column("child", _IDENTITY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("parent", _IDENTITY, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_edges"),
        sa.UniqueConstraint("child", "role", "parent", name="uq_edges_child_role_parent"),
    )
    op.create_index("ix_edges_parent", "edges", ["parent"])


def _make_origins() -> None:
    op.create_table(
        "origins",
        *_order(),
        sa.Column("fact", _IDENTITY, nullable=False),
        sa.Column("import_id", _NUMBER, nullable=False),
        sa.Column("row", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_origins"),
        sa.UniqueConstraint("fact", "import_id", "row", name="uq_origins_fact_import_id_row"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_origins_import_id"),
    )


def _make_facts(family: str, columns: tuple[str, ...]) -> None:
    op.create_table(
        family,
        *_order(),
        sa.Column("id", _IDENTITY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, _IDENTITY) for name in columns),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{family}"),
        sa.UniqueConstraint("id", name=f"uq_{family}_id"),
    )
    for name in columns:
        op.create_index(f"ix_{family}_{name}_seq", family, [name, "seq"])

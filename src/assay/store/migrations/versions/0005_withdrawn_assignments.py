"""Assignments outside the desk that are not waited for any more."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLE = "assignment_withdrawals"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry", _NUMBER, nullable=False),
        sa.Column("id", _IDENTITY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("record", _IDENTITY),
        sa.Column("reviewer", _IDENTITY),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{_TABLE}"),
        sa.UniqueConstraint("id", name=f"uq_{_TABLE}_id"),
    )
    for name in ("record", "reviewer"):
        op.create_index(f"ix_{_TABLE}_{name}_seq", _TABLE, [name, "seq"])

"""Results that were derived from the facts, each with the audit entry up to which it counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLE = "derived_results"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("name", _IDENTITY, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("documents", _IDENTITY, nullable=False),
        sa.Column("entry", _NUMBER, nullable=False),
        sa.Column("hash", _IDENTITY, nullable=False),
        sa.Column("digest", _IDENTITY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=f"pk_{_TABLE}"),
    )

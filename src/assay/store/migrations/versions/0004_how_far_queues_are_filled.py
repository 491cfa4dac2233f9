"""How far the desk's queues are filled: up to which record, under which contract."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "desk_fills",
        sa.Column("contract", _IDENTITY, nullable=False),
        sa.Column("newest", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("contract", name="pk_desk_fills"),
    )

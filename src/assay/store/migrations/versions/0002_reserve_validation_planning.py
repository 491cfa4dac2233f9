"""Tables of the reserve, of validation and of planning."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_FAMILIES = {
    "sealings": ("reserve",),
    "fingerprints": ("sealing", "reserve", "item"),
    "openings": ("reserve",),
    "evaluations": ("checkpoint", "arm", "dataset", "release"),
    "results": ("evaluation",),
    "validations": ("contract", "release"),
    "findings": ("validation", "contract"),
    "root_causes": ("finding", "supersedes"),
    "plans": ("contract",),
}


def upgrade() -> None:
    """Make the tables."""
    for family, columns in _FAMILIES.items():
        op.create_table(
            family,
            sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
            sa.Column("entry", _NUMBER, nullable=False),
            sa.Column("id", _IDENTITY, nullable=False),
            sa.Column("body", sa.LargeBinary(), nullable=False),
            *(sa.Column(name, _IDENTITY) for name in columns),
            sa.PrimaryKeyConstraint("seq", name=f"pk_{family}"),
            sa.UniqueConstraint("id", name=f"uq_{family}_id"),
        )
        for name in columns:
            op.create_index(f"ix_{family}_{name}_seq", family, [name, "seq"])

"""Tables of the desk: qualification, calibration, gaps, consents; queues, leases, accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDENTITY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


_FAMILIES = {
    "exam_items": ("record",),
    "qualifications": ("reviewer", "supersedes"),
    "credentials": ("reviewer",),
    "sentinels": ("record", "supersedes"),
    "rounds": ("rubric",),
    "round_steps": ("round",),
    "round_notes": ("round", "record"),
    "guideline_gaps": ("record", "reviewer", "rubric"),
    "gap_answers": ("rubric",),
    "consents": ("reviewer", "supersedes"),
}


def _text(*names: str, null: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, _IDENTITY, nullable=null) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, _NUMBER, nullable=False) for name in names]


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _make(name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Make the tables."""
    _fact_tables()
    _queue_tables()
    _answer_tables()
    _account_tables()


def _fact_tables() -> None:
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


def _queue_tables() -> None:
    name = "desk_queues"
    unique = (_unique(name, "name"), _unique(name, "handle"))
    _make(name, *_number("id"), *_text("name", "handle"), _bytes("body"), *unique)
    name = "desk_items"
    _make(
        name,
        *_number("id", "queue"),
        *_text("record"),
        *_number("rank", "need", "open_slots"),
        _flag("hot"),
        *_number("settled"),
        _unique(name, "record", "queue"),
    )
    _partial("ix_desk_items_given", name, ["queue", "id"], "settled = 0 AND open_slots <= 0")
    _partial("ix_desk_items_open", name, ["queue", "rank"], "open_slots > 0")
    _partial("ix_desk_items_hot", name, ["queue", "rank"], "hot AND open_slots > 0")
    name = "desk_leases"
    _make(
        name,
        *_number("item"),
        *_text("reviewer"),
        *_number("state"),
        *_text("handle", "assignment", null=True),
        *_text("record"),
        *_number("queue"),
        *_text("until", "judgment", null=True),
        *_number("revision"),
        _flag("late"),
        _flag("drafted"),
        _unique(name, "handle"),
        key=("item", "reviewer"),
    )
    _partial("ix_desk_leases_until", name, ["until"], "state = 0")
    op.create_index(f"ix_{name}_reviewer_state", name, ["reviewer", "state"])
    op.create_index(f"ix_{name}_record", name, ["record"])
    _make(
        "desk_cursors",
        *_text("reviewer"),
        *_number("queue", "position", "shown"),
        key=("reviewer", "queue"),
    )
    _make(
        "desk_members",
        *_text("reviewer"),
        *_number("queue"),
        *_text("role"),
        *_text("qualification", "until", null=True),
        key=("reviewer", "queue"),
    )


def _answer_tables() -> None:
    _make(
        "desk_submits",
        *_text("reviewer", "key"),
        _bytes("body_hash"),
        _bytes("receipt"),
        key=("reviewer", "key"),
    )
    _make("desk_drafts", *_text("handle"), *_number("revision"), _bytes("body"), key=("handle",))
    name = "desk_exposures"
    texts = _text("reviewer", "category", "started")
    _make(name, *_number("id"), *texts, *_number("milliseconds"))
    op.create_index(f"ix_{name}_reviewer_started", name, ["reviewer", "started"])


def _account_tables() -> None:
    name = "accounts"
    _make(
        name,
        *_number("id"),
        *_text("name", "pseudonym", "roles"),
        *_text("password", "subject", null=True),
        _flag("active"),
        _bytes("preferences"),
        *(_unique(name, column) for column in ("name", "pseudonym", "subject")),
    )
    _make(
        "account_invitations",
        _bytes("digest"),
        *_text("name", null=True),
        *_text("roles", "until"),
        *_text("used", null=True),
        key=("digest",),
    )
    name = "account_sessions"
    _make(name, _bytes("digest"), *_number("account"), *_text("csrf", "until", "begun"), key=("digest",))  # fmt: skip
    op.create_index(f"ix_{name}_account", name, ["account"])
    name = "account_tokens"
    texts = _text("name", "scopes", "until", "made")
    _make(name, _bytes("digest"), *_number("account"), *texts, _flag("revoked"), key=("digest",))
    op.create_index(f"ix_{name}_account", name, ["account"])

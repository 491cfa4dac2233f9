"""The desk's working tables: queues, leases, drafts, and the accounts of people.

They hold what is under way. All that counts is a fact in another table: who was asked is an
`Assignment`, what was answered a `Judgment`. Their rows are changed and deleted, always in the
transaction of the audit entry that names who did it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

Number = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both databases; on SQLite a primary key of this type is the row's own number."""
Identity = Text().with_variant(Text(collation="C"), "postgresql")
"""Ids and hashes: compared byte by byte, so that a prefix is a range in the index."""


@dataclass(frozen=True)
class QueueTables:
    """The working tables by name."""

    queues: Table
    """Units of qualification: one row for each kind of work that a person may be qualified for."""
    fills: Table
    """Up to which record the queues are filled, by contract."""
    items: Table
    """Records that wait for passes, each in one queue."""
    leases: Table
    """Who holds, held or may not hold an item."""
    cursors: Table
    """How far each reviewer is in each queue."""
    members: Table
    """Which reviewer may claim from which queue, and until when."""
    submits: Table
    """Answers by their idempotency key."""
    drafts: Table
    """Unfinished answers, one for each lease, by the lease's handle."""
    exposures: Table
    """Time spent with restricted content, by harm category."""
    accounts: Table
    """People who may sign in."""
    invitations: Table
    """One-time links by their digest."""
    sessions: Table
    """Signed-in browsers by the digest of their cookie."""
    tokens: Table
    """API tokens by their digest."""


def desk_tables(metadata: MetaData) -> QueueTables:
    """Declare the working tables."""
    return QueueTables(
        queues=_queues(metadata),
        fills=_fills(metadata),
        items=_items(metadata),
        leases=_leases(metadata),
        cursors=_cursors(metadata),
        members=_members(metadata),
        submits=_submits(metadata),
        drafts=_drafts(metadata),
        exposures=_exposures(metadata),
        accounts=_accounts(metadata),
        invitations=_invitations(metadata),
        sessions=_sessions(metadata),
        tokens=_tokens(metadata),
    )


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Identity, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Number, nullable=null)


def _queues(metadata: MetaData) -> Table:
    return Table(
        "desk_queues",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=False),
        _text("name"),
        _text("handle"),
        Column("body", LargeBinary, nullable=False),
        UniqueConstraint("name"),
        UniqueConstraint("handle"),
    )


def _fills(metadata: MetaData) -> Table:
    return Table(
        "desk_fills",
        metadata,
        _text("contract"),
        _number("newest"),
        PrimaryKeyConstraint("contract"),
    )


def _items(metadata: MetaData) -> Table:
    rank, open_slots = _number("rank"), _number("open_slots")
    hot = Column("hot", Boolean, nullable=False)
    queue, settled = _number("queue"), _number("settled")
    return Table(
        "desk_items",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=False),
        queue,
        _text("record"),
        rank,
        _number("need"),
        open_slots,
        hot,
        settled,
        UniqueConstraint("record", "queue"),
        # Partial indexes hold only what waits, so a claim costs the same in a store of any size. The
        # migrations make them with the same condition on PostgreSQL; named here, it would load that
        # dialect, asyncio included, in every command.
        Index(
            "ix_desk_items_given", "queue", "id",
            sqlite_where=(settled == 0) & (open_slots <= 0),
        ),
        Index(
            "ix_desk_items_open", "queue", "rank",
            sqlite_where=open_slots > 0,
        ),
        Index(
            "ix_desk_items_hot", "queue", "rank",
            sqlite_where=hot & (open_slots > 0),
        ),
    )  # fmt: skip


def _leases(metadata: MetaData) -> Table:
    state = _number("state")
    return Table(
        "desk_leases",
        metadata,
        _number("item"),
        _text("reviewer"),
        state,
        _text("handle", null=True),
        _text("assignment", null=True),
        _text("record"),
        _number("queue"),
        _text("until", null=True),
        _text("judgment", null=True),
        _number("revision"),
        Column("late", Boolean, nullable=False),
        Column("drafted", Boolean, nullable=False),
        PrimaryKeyConstraint("item", "reviewer"),
        UniqueConstraint("handle"),
        Index(
            "ix_desk_leases_until", "until",
            sqlite_where=state == 0,
        ),
        Index(None, "reviewer", "state"),
        Index(None, "record"),
    )  # fmt: skip


def _cursors(metadata: MetaData) -> Table:
    return Table(
        "desk_cursors",
        metadata,
        _text("reviewer"),
        _number("queue"),
        _number("position"),
        _number("shown"),
        PrimaryKeyConstraint("reviewer", "queue"),
    )


def _members(metadata: MetaData) -> Table:
    return Table(
        "desk_members",
        metadata,
        _text("reviewer"),
        _number("queue"),
        _text("role"),
        _text("qualification", null=True),
        _text("until", null=True),
        PrimaryKeyConstraint("reviewer", "queue"),
    )


def _submits(metadata: MetaData) -> Table:
    return Table(
        "desk_submits",
        metadata,
        _text("reviewer"),
        _text("key"),
        Column("body_hash", LargeBinary, nullable=False),
        Column("receipt", LargeBinary, nullable=False),
        PrimaryKeyConstraint("reviewer", "key"),
    )


def _drafts(metadata: MetaData) -> Table:
    return Table(
        "desk_drafts",
        metadata,
        Column("handle", Identity, primary_key=True),
        _number("revision"),
        Column("body", LargeBinary, nullable=False),
    )


def _exposures(metadata: MetaData) -> Table:
    return Table(
        "desk_exposures",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=False),
        _text("reviewer"),
        _text("category"),
        _text("started"),
        _number("milliseconds"),
        Index(None, "reviewer", "started"),
    )


def _accounts(metadata: MetaData) -> Table:
    return Table(
        "accounts",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=False),
        _text("name"),
        _text("pseudonym"),
        _text("roles"),
        _text("password", null=True),
        _text("subject", null=True),
        Column("active", Boolean, nullable=False),
        Column("preferences", LargeBinary, nullable=False),
        UniqueConstraint("name"),
        UniqueConstraint("pseudonym"),
        UniqueConstraint("subject"),
    )


def _invitations(metadata: MetaData) -> Table:
    return Table(
        "account_invitations",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        _text("name", null=True),
        _text("roles"),
        _text("until"),
        _text("used", null=True),
    )


def _sessions(metadata: MetaData) -> Table:
    return Table(
        "account_sessions",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        _number("account"),
        _text("csrf"),
        _text("until"),
        _text("begun"),
        Index(None, "account"),
    )


def _tokens(metadata: MetaData) -> Table:
    return Table(
        "account_tokens",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        _number("account"),
        _text("name"),
        _text("scopes"),
        _text("until"),
        _text("made"),
        Column("revoked", Boolean, nullable=False),
        Index(None, "account"),
    )

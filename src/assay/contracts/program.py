"""The program's settings, as they are in `assay.toml`."""

from typing import Annotated, Literal

from pydantic import Field

from assay.contracts.header import Part
from assay.contracts.terms import Name, Text

REFERENCE = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"
"""The pattern of a reference to a secret."""

Reference = Annotated[str, Field(pattern=REFERENCE)]
"""Where a secret is found, never the secret itself: `env:NAME` or `file:PATH`."""

PLACE = r"^[A-Z]{2}$"
"""The pattern of the one place where a program works."""

STORE = r"^(sqlite:///|postgresql(\+psycopg)?://).+$"
"""The pattern of the URL of a store."""


RECIPIENT = r"^age1[02-9ac-hj-np-z]{58}$"
"""The pattern of a public key of age (X25519)."""

ISSUER = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/[^\s?#@]*)?)$"
"""The pattern of an OpenID Connect issuer: over TLS, or on this machine."""


class Oidc(Part):
    """The OpenID Connect provider that may sign people in at the desk."""

    issuer: Annotated[str, Field(pattern=ISSUER, max_length=500)]
    """The provider's issuer, exactly as the provider itself writes it."""
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    """Under which id the provider knows this desk."""
    client_secret: Reference
    """Where the secret is found that the provider gave the desk: `env:NAME` or `file:PATH`."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What people call the provider; it is on the button."""


class DataFile(Part):
    """A file that `assay run` imports."""

    path: Text
    """The file, relative to the program's folder, or its address without credentials."""
    mapping: Text | None = None
    """The mapping that reads its rows (`.yaml`), relative to the program's folder."""
    format: Name | None = None
    """Name of the reader, where no mapping reads it; Assay's own lines where both are absent."""
    kind: Name | None = None
    """Kind of record; the reader's first where absent."""
    source: Name | None = None
    """Source class in sources.yaml; Assay's own lines name theirs."""
    keep: tuple[Text, ...] = ()
    """Fields that the reader's format does not have, to keep as taxonomy axes."""
    ignore: tuple[Text, ...] = ()
    """Fields to leave unread; they are not counted."""
    strict: bool = False
    """Whether any other field that the format does not have sets its row aside."""
    drop_null_arguments: bool = False
    """Whether null arguments that the called tool's schema does not have are left out."""
    allow_private: bool = False
    """Whether `https://` may lead to an address inside a network, and `http://` is taken."""
    max_attachment_mb: Annotated[int, Field(ge=1)] = 20
    """The largest image, sound or document of a row, in MiB; a row with a larger one is set aside."""
    fetch_attachments: bool = False
    """Whether attachments that rows name by address are fetched; needs the extra `remote`."""


class ProgramSettings(Part):
    """Name, store, engine, vault and keys of a program."""

    id: Name
    """Short name of the program."""
    name: Text
    """Name of the program for people."""
    territory: Annotated[str, Field(pattern=PLACE)] | None = None
    """Where the data is kept and read: an ISO 3166 country code or `EU`."""
    store: Annotated[str, Field(pattern=STORE)] = "sqlite:///.assay/store.sqlite"
    """URL of the store: SQLite next to the documents, or a PostgreSQL server."""
    engine: Literal["local"] = "local"
    """What does bulk work: this machine."""
    vault: Annotated[str, Field(pattern=STORE)] = "sqlite:///.vault/reserve.sqlite"
    """URL of the vault, where the sealed reserve is kept, apart from the store."""
    vault_recipients: tuple[Annotated[str, Field(pattern=RECIPIENT)], ...] = ()
    """Public keys that may open the vault; `assay key new-vault` makes a pair."""
    vault_key: Reference | None = None
    """Where an opener's private key is found; absent on every machine that must not open."""
    signing_key: Reference | None = None
    """Where the private key that signs releases is found: `env:NAME` or `file:PATH`."""
    master_key: Reference | None = None
    """Where the master key is found, from which the three keys below are derived."""
    pseudonym_key: Reference | None = None
    """Where the key is found that turns people's names into pseudonyms."""
    desk_key: Reference | None = None
    """Where the key is found that handles, draws and orders of review depend on."""
    gate_key: Reference | None = None
    """Where the key is found that makes and compares fingerprints of the reserve; anyone who holds it
    can confirm a guess of sealed words."""
    gate: Annotated[str, Field(pattern=r"^unix:.+$")] | None = None
    """Socket of the gate's own process, as `unix:PATH` (relative to the program). Where it is named,
    texts are compared there, and this machine needs no key of the gate."""
    written_source: Name | None = None
    """Source class of what people write at the desk; where absent, the desk offers no writing."""
    contact: Text | None = None
    """Who answers questions about the program."""
    data: tuple[DataFile, ...] = ()
    """The files that `assay run` imports, in their order."""
    oidc: Oidc | None = None
    """The OpenID Connect provider that signs people in; passwords alone where absent."""

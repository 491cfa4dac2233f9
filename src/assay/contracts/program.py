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


class BenchmarkFile(Part):
    """A public benchmark that each release is compared with."""

    name: Text
    """What people call it; the data card of a release names it so."""
    path: Text
    """Its file, relative to the program's folder."""
    mapping: Text | None = None
    """The mapping that reads its rows (`.yaml`), relative to the program's folder."""
    format: Name | None = None
    """Name of the reader, where no mapping reads it; Assay's own lines where both are absent."""
    kind: Name | None = None
    """Kind of record; the reader's first where absent."""
    source: Name | None = None
    """Source class in sources.yaml by which its rows are read; they are not stored."""


Engine = Literal["local", "ray", "slurm", "commands"]
"""Who does work on all records."""


class WorkSettings(Part):
    """Where work on all records is kept, and who does it."""

    place: Text = ".assay/work"
    """Folder (relative to the program) or address that every worker reaches: `s3`, `gs` or `az`."""
    processes: Annotated[int, Field(ge=0)] = 0
    """Worker processes of the engine `local`; 0: one for each processor."""
    parts: Annotated[int, Field(ge=1, le=1000)] = 100
    """Tasks of a Slurm array, or command lines, at most."""
    command: Annotated[tuple[Text, ...], Field(min_length=1)] = ("assay",)
    """How workers call Assay, in the engines `slurm` and `commands`."""
    ray: Text = "auto"
    """Address of the Ray cluster; `auto`: the one that this machine belongs to."""
    slurm: tuple[Text, ...] = ()
    """Options of `sbatch`, each as `--name=value`."""


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
    engine: Engine = "local"
    """Who does the work on all records (`assay work`): processes of this machine, an existing Ray
    cluster, a Slurm job array, or whoever runs the commands that are printed."""
    work: WorkSettings = WorkSettings()
    """Where that work is kept, and the settings of its engines."""
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
    benchmarks: tuple[BenchmarkFile, ...] = ()
    """Public benchmarks that each release is compared with, in the order of its data card."""
    oidc: Oidc | None = None
    """The OpenID Connect provider that signs people in; passwords alone where absent."""

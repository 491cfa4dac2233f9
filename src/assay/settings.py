"""Every setting of the environment, with its default and its help; and where secrets are read.

The program's own settings are in `assay.toml` (`contracts.program`).

Comes in: environment variables, references to secrets. Goes out: who acts, the store's URL, a
secret's bytes. Always holds: a secret is in a file or the environment, never in a document,
a log or an error. Next package: `bootstrap`.
"""

import getpass
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import msgspec

from assay.contracts.program import ProgramSettings
from assay.core.digest import sha256_hex
from assay.core.errors import MachineError, UsageError
from assay.core.keys import LEAST_KEY_BYTES, Purpose, derive
from assay.core.private import make_private_folder, narrow, private_opener

MASTER_KEY = Path(".assay") / "master.key"
"""The key from which the others are derived, unless assay.toml says where they are found."""

PSEUDONYM_KEY = Path(".assay") / "pseudonym.key"
"""Where programs of earlier versions keep the one secret for pseudonyms and the desk."""


DEMO = "trailhead"
"""Short name of the demo's program: its keys are the same for everybody."""

_PUBLIC_SECRETS = {
    "9cd6eb5dc38c2ac0e325469b10dc85892595855a6d2141767ff80a0e638d7d9d",
    "09390ce6c3ddc0e13a5d4a55c6892c161410fc06a8a84e4dcab038a39181af8c",
    "d600e577d9273fd38ab8dabb7730b9b3bba2ca7adc48ed639571fa6a1f1637eb",
}
"""SHA-256 of the demo's secrets without white space around them, hexadecimal."""


class Setting(msgspec.Struct, frozen=True):
    """One variable of the environment."""

    variable: str
    """Its name."""
    default: str
    """What holds where it is not set, in words."""
    help: str
    """What it does."""


SETTINGS = (
    Setting("ASSAY_ACTOR", "the name of the operating system's user", "Who acts; recorded in the audit log as a pseudonym."),
    Setting("ASSAY_STORE", "`store` in assay.toml", "URL of the store, where it must not be in a file (it may hold a password)."),
    Setting("ASSAY_VAULT", "`vault` in assay.toml", "URL of the reserve's vault, where it must not be in a file."),
    Setting("SOURCE_DATE_EPOCH", "the machine's clock", "Fixed time, in seconds since 1970, for reproducible builds."),
)  # fmt: skip
"""The settings, in the order of the reference page."""


def actor() -> str:
    """Who acts."""
    return os.environ.get("ASSAY_ACTOR") or getpass.getuser()


def store_url(configured: str, folder: Path) -> str:
    """The store's URL: the environment's, or the program's with its path made absolute."""
    return _url("ASSAY_STORE", configured, folder)


def vault_url(configured: str, folder: Path) -> str:
    """The vault's URL: the environment's, or the program's with its path made absolute."""
    return _url("ASSAY_VAULT", configured, folder)


def _url(variable: str, configured: str, folder: Path) -> str:
    url = os.environ.get(variable) or configured
    scheme, _, path = url.partition(":///")
    if scheme == "sqlite" and not Path(path).is_absolute():
        return f"sqlite:///{folder / path}"
    return url


def read_secret(reference: str, folder: Path, program: ProgramSettings) -> bytes:
    """The secret that `env:NAME` or `file:PATH` (relative to the program) points to.

    A file that other users may read is made private.

    Args:
        reference: where the secret is.
        folder: the program's folder.
        program: the program; only the demo may use the demo's secrets.

    Raises:
        MachineError: if it is not there, or is a secret of the demo, which everyone can read; the
            message names the place, never the content.
    """
    secret = _stored_secret(reference, folder)
    if program.id != DEMO and sha256_hex(secret.strip()) in _PUBLIC_SECRETS:
        raise _public_secret(reference)
    return secret


def _public_secret(reference: str) -> MachineError:
    return MachineError(
        code="public-key-of-the-demo",
        message="this secret is the demo's, which everyone knows; it protects nothing here",
        where=reference,
        hint="make your own, for instance with `assay key new`, and name it in assay.toml",
    )


def worker_key(reference: str) -> bytes:
    """The key of a worker that has no program: `env:NAME`, or `file:` with an absolute path.

    Raises:
        UsageError: for a relative path, which would mean another file on each machine.
        MachineError: if it is not there, too short, or a secret of the demo, which everyone can read.
    """
    require_worker_reference(reference)
    secret = _stored_secret(reference, Path("/")).strip()
    if sha256_hex(secret) in _PUBLIC_SECRETS:
        raise _public_secret(reference)
    return _long_enough(secret, reference)


def require_worker_reference(reference: str) -> None:
    """Refuse a reference that means nothing on another machine.

    Raises:
        UsageError: if it is neither `env:NAME` nor `file:` with an absolute path.
    """
    scheme, _, name = reference.partition(":")
    if scheme == "env" or (scheme == "file" and Path(name).is_absolute()):
        return
    raise UsageError(
        code="relative-key",
        message="workers on other machines do not find a key by this reference",
        where=reference,
        hint="name it as env:NAME, or as file: with an absolute path that workers have",
    )


def _stored_secret(reference: str, folder: Path) -> bytes:
    scheme, _, name = reference.partition(":")
    if scheme == "env":
        value = os.environ.get(name)
        if value is None:
            raise MachineError(
                code="missing-secret",
                message=f"the environment has no {name}",
                hint="set it, or change the reference in assay.toml",
            )
        return value.encode()
    try:
        narrow(folder / name)
        return (folder / name).read_bytes()
    except OSError as error:
        raise MachineError(
            code="missing-secret",
            message=f"cannot read the secret: {error.strerror}",
            where=name,
            hint="make it with `assay key new`, or change the reference in assay.toml",
        ) from error


class Keys:
    """The keys of a program by purpose. A machine needs only those whose purpose it serves."""

    def __init__(self, folder: Path, program: ProgramSettings) -> None:
        """Keys are read, or made, when they are first asked for.

        Args:
            folder: the program's folder.
            program: says where keys are found.
        """
        self._folder = folder
        self._program = program

    @cached_property
    def pseudonyms(self) -> bytes:
        """Turns people's names into pseudonyms."""
        return self._key("pseudonyms", self._program.pseudonym_key or self._earlier())

    @property
    def can_name_people(self) -> bool:
        """Whether this machine has, or may make, the key for pseudonyms.

        A machine that was given the key of another purpose alone must not make a master key of its
        own: its pseudonyms would be others.
        """
        program = self._program
        if program.pseudonym_key or program.master_key or self._earlier():
            return True
        return (self._folder / MASTER_KEY).exists() or not (program.gate_key or program.desk_key)

    @cached_property
    def desk(self) -> bytes:
        """What handles, draws and orders of review depend on."""
        return self._key("desk", self._program.desk_key or self._earlier())

    @cached_property
    def gate(self) -> bytes:
        """What makes fingerprints of the reserve and compares with them."""
        return self._key("gate", self._program.gate_key)

    @cached_property
    def records(self) -> bytes:
        """What the handles of records depend on that a reader may not see."""
        return self._key("records", None)

    def _earlier(self) -> str | None:
        """The one secret of a program that an earlier version made: its pseudonyms must stay."""
        return f"file:{PSEUDONYM_KEY}" if (self._folder / PSEUDONYM_KEY).exists() else None

    def _key(self, purpose: Purpose, reference: str | None) -> bytes:
        if reference is None:
            return derive(self._master, purpose)
        return _long_enough(read_secret(reference, self._folder, self._program).strip(), reference)

    @cached_property
    def _master(self) -> bytes:
        """The master key; one is made where assay.toml names none and none is there."""
        own = self._folder / MASTER_KEY
        if self._program.master_key is None and not own.exists():
            _make_master(own)
        reference = self._program.master_key or f"file:{MASTER_KEY}"
        return _long_enough(read_secret(reference, self._folder, self._program).strip(), reference)


def _make_master(file: Path) -> None:
    """Make a master key; of two processes that make one at once, the first one's stays."""
    make_private_folder(file.parent)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with open(draft, "x", encoding="ascii", opener=private_opener) as stream:
        stream.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _long_enough(key: bytes, reference: str) -> bytes:
    if len(key) < LEAST_KEY_BYTES:
        raise MachineError(
            code="short-key",
            message=f"the key has {len(key)} bytes, it needs {LEAST_KEY_BYTES}",
            where=reference,
            hint="draw another one, for instance with `openssl rand -hex 32`",
        )
    return key

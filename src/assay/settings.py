"""Every setting of the environment, with its default and its help; and where secrets are read.

The program's own settings are in `assay.toml` (`contracts.program`).

Comes in: environment variables, references to secrets. Goes out: who acts, the store's URL, a
secret's bytes. Always holds: a secret is in a file or the environment, never in a document,
a log or an error. Next package: `bootstrap`.
"""

import getpass
import os
from pathlib import Path

import msgspec

from assay.core.errors import MachineError


class Setting(msgspec.Struct, frozen=True):
    """One variable of the environment."""

    variable: str
    """Its name."""
    default: str
    """What holds where it is not set, in words."""
    help: str
    """What it does."""


SETTINGS = (
    Setting("ASSAY_ACTOR", "the name of the operating system's user", "Who acts; recorded in the audit log."),
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


def read_secret(reference: str, folder: Path) -> bytes:
    """The secret that `env:NAME` or `file:PATH` (relative to the program) points to.

    Raises:
        MachineError: if it is not there; the message names the place, never the content.
    """
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
        return (folder / name).read_bytes()
    except OSError as error:
        raise MachineError(
            code="missing-secret",
            message=f"cannot read the secret: {error.strerror}",
            where=name,
            hint="make it with `assay key new`, or change the reference in assay.toml",
        ) from error

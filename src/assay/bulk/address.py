"""Addresses of data that is not on this disk: which there are, and how they are shown."""

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from assay.core.errors import UsageError

SCHEMES = ("hf", "s3", "gs", "az", "https", "http", "memory")
"""Schemes of addresses; `http` is taken only where private addresses are permitted."""


def is_address(text: str | Path) -> bool:
    """Whether a text is an address, not a path."""
    scheme, mark, _ = str(text).partition("://")
    return bool(mark) and scheme.lower() in SCHEMES


def refuse_other_scheme(text: str | Path) -> None:
    """Refuse an address of a scheme that is not read, which would pass for the path of a file.

    Raises:
        UsageError: if it is one.
    """
    scheme, mark, _ = str(text).partition("://")
    if mark and scheme.isalnum() and not is_address(text):
        raise UsageError(
            code="unknown-scheme",
            message=f"{scheme}:// is no scheme that is read",
            where=public_address(str(text)),
            hint=f"one of: {', '.join(f'{known}://' for known in SCHEMES)}; or fetch the file first",
        )


def require_address(address: str) -> None:
    """Refuse an address that holds credentials or names no file.

    Raises:
        UsageError: if it does.
    """
    parts = urlsplit(address)
    if "@" in parts.netloc:
        raise UsageError(
            code="credentials-in-address",
            message="an address may not hold a user name or a password",
            where=public_address(address),
            hint="give credentials by the environment, as the library of the protocol reads them",
        )
    if not address_name(address):
        raise UsageError(
            code="no-file-in-address", message="the address names no file",
            where=public_address(address), hint="end it with the file's name",
        )  # fmt: skip


def public_address(address: str) -> str:
    """The address without user, password, query and fragment: what is recorded and shown."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def address_name(address: str) -> str:
    """Name of the file that an address leads to."""
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    return "" if "\0" in name or name in {".", ".."} else name

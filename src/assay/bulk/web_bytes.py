"""Bytes behind an `https://` address: resumed by Range, never from an address inside a network."""

import ipaddress
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

from assay.bulk.address import public_address
from assay.core.errors import InputError, MachineError, UsageError, missing_extra

try:
    import httpx
except ImportError as error:
    raise missing_extra("remote", "reading an address") from error

MAX_REDIRECTS = 5
"""Most redirects that one request follows."""

_REDIRECTS = {301, 302, 303, 307, 308}
_SECONDS = {"connect": 30.0, "read": 60.0, "write": 30.0, "pool": 30.0}
_SERVER_FAULT = 500


@contextmanager
def open_web(
    address: str, start: int, etag: str, *, allow_private: bool
) -> Iterator[httpx.Response]:
    """The answer to one request, its redirects followed; the rest from `start` if unchanged.

    The transport is used as it is: it takes no proxy, no password file and logs no address.

    Args:
        address: where the bytes are.
        start: bytes that are held already; 0 asks for all.
        etag: the entity tag of the held bytes.
        allow_private: whether addresses inside a network, and `http://`, are permitted.

    Raises:
        UsageError: for an address that is not permitted.
        InputError: if the server refuses, or redirects to another scheme or too often.
        MachineError: if a name cannot be resolved.
        httpx.TransportError: if the connection fails or ends too early.
    """
    headers = {"Accept-Encoding": "identity", "User-Agent": "assay"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": etag}
    with httpx.HTTPTransport(trust_env=False) as transport:
        for _ in range(MAX_REDIRECTS + 1):
            request = _request(address, headers, allow_private=allow_private)
            response = transport.handle_request(request)
            response.request = request
            try:
                if response.status_code not in _REDIRECTS:
                    _require_success(response, address)
                    yield response
                    return
                address = _redirect_target(address, response.headers.get("Location", ""))
            finally:
                response.close()
    raise InputError(
        code="too-many-redirects", message=f"the server redirects more than {MAX_REDIRECTS} times",
        where=public_address(address), hint="give the file's own address",
    )  # fmt: skip


def content_range(response: httpx.Response) -> tuple[int, int | None]:
    """First byte and whole length that an answer of a part states; -1 where it states none."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if match is None:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _request(address: str, headers: dict[str, str], *, allow_private: bool) -> httpx.Request:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private):
        raise UsageError(
            code="insecure-address", message="the address is not https",
            where=public_address(address), hint="use https; http is taken with --allow-private (in [[data]]: allow_private = true)",
        )  # fmt: skip
    host = parts.hostname or ""
    # The connection goes to the very number that was checked: resolved again, the name could lead elsewhere.
    number = _permitted_number(address, host, allow_private=allow_private)
    url = httpx.URL(address)
    own_headers = headers | {"Host": url.netloc.decode("ascii").rpartition("@")[2]}
    extensions = {"sni_hostname": host, "timeout": _SECONDS}
    return httpx.Request(
        "GET", url.copy_with(host=number, username="", password=""), headers=own_headers,
        extensions=extensions,
    )  # fmt: skip


def _permitted_number(address: str, host: str, *, allow_private: bool) -> str:
    try:
        places = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise MachineError(
            code="unknown-host", message=f"the name {host!r} cannot be resolved",
            where=public_address(address), hint="check the name and the network",
        ) from error  # fmt: skip
    numbers = [str(place[4][0]) for place in places]
    if not allow_private and not all(map(_is_public, numbers)):
        raise UsageError(
            code="private-address",
            message=f"the name {host!r} leads to an address that is not public",
            where=public_address(address),
            hint="permit it with --allow-private (in Python: allow_private=True)",
        )
    return numbers[0]


def _is_public(number: str) -> bool:
    place = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(place, ipaddress.IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour
        if inner is not None:
            return _is_public(str(inner))
    return place.is_global and not place.is_multicast


def _redirect_target(address: str, location: str) -> str:
    further = urljoin(address, location)
    if urlsplit(further).scheme != urlsplit(address).scheme or "@" in urlsplit(further).netloc:
        raise InputError(
            code="foreign-redirect",
            message="the server redirects to another scheme, or to an address with credentials",
            where=public_address(address), hint="give the file's own address",
        )  # fmt: skip
    return further


def _require_success(response: httpx.Response, address: str) -> None:
    status = response.status_code
    if status in {200, 206}:
        return
    if status >= _SERVER_FAULT:
        raise httpx.ReadError(f"the server answered {status}")
    raise InputError(
        code="not-fetched", message=f"the server answered {status}",
        where=public_address(address), hint="check the address and the right to read it",
    )  # fmt: skip

"""Forms: the fields that a page sends, bounded in bytes and in number before any is read.

A form is read in the server's event loop, where every other request waits meanwhile. So its bytes
are counted as they come, and its fields before they are parsed.
"""

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, HTTPException


class FormLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How large a form may be."""

    most_bytes: int
    """Most bytes of its body."""
    most_fields: int
    """Most fields of its body, empty ones included."""


USUAL = FormLimit(most_bytes=16 * 1024, most_fields=32)
"""The limit of a form, unless its route names another one."""

LISTS = FormLimit(most_bytes=128 * 1024, most_fields=1024)
"""The limit of a form in which a lead marks entries of a list, or writes a long text."""


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The fields of a form; none where the body is empty.

    Raises:
        HTTPException: with 413 for more bytes or fields than the route allows, with 415 for a body
            that is not sent as pages send their forms.
        ClientException: if the body is not UTF-8.
    """
    limit: FormLimit = request.route_handler.opt.get("limit", USUAL)
    body = await _read_bounded(request, limit.most_bytes)
    if not body:
        return FormMultiDict([])
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        raise HTTPException(status_code=415, detail="a form is sent as its page sends it")
    # Counted before parsing, which makes objects of every field.
    if body.count(b"&") >= limit.most_fields:
        raise _too_large(f"{limit.most_fields} fields")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise ClientException("this form is not UTF-8") from error
    return FormMultiDict(fields)


async def _read_bounded(request: Request[Any, Any, Any], most: int) -> bytes:
    """The body; what is too large is not read to its end.

    Raises:
        HTTPException: with 413, as soon as more was announced or has come.
    """
    if (request.content_length or 0) > most:
        raise _too_large(f"{most:,} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(f"{most:,} bytes")
    return bytes(body)


def _too_large(most: str) -> HTTPException:
    return HTTPException(status_code=413, detail=f"this form has at most {most}")

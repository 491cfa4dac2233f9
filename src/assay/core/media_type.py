"""The media type of a file, from its bytes: a name or a header is a claim, and hostile ones lie."""

import re

UNKNOWN = "application/octet-stream"
"""The type of bytes that show none."""

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types that a page may show: pictures that hold no script. SVG and HTML are never among them."""

_HEAD = 4096
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic",
    b"mif1": "image/heic", b"M4A ": "audio/mp4",
}  # fmt: skip
_SVG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]", re.IGNORECASE)


def media_type(content: bytes) -> str:
    """The media type that the bytes show; `application/octet-stream` where they show none.

    Markup is looked for before anything else that is text, so that a picture of vectors or a page
    is known for what it is, whatever its name says.
    """
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    head = content[:_HEAD]
    if _SVG.search(head):
        return "image/svg+xml"
    return "text/html" if _HTML.search(head) else UNKNOWN

"""The media type comes from the bytes, whatever a name or a header claims."""

import pytest

from assay.core.media_type import SHOWN, UNKNOWN, media_type
from simulators.pictures import PDF, SVG, WAV, png


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (png(), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"\x00\x00\x00\x1cftypisom", "video/mp4"),
        (WAV, "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (PDF, "application/pdf"),
        (SVG, "image/svg+xml"),
        (b"<!-- x --><s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"  <!DOCTYPE HTML><p>", "text/html"),
        (b"<script>1</script>", UNKNOWN),
        (b"plain words", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_the_bytes_decide(content: bytes, name: str) -> None:
    """Signatures and markup are known; anything else has no type."""
    assert media_type(content) == name or (name == UNKNOWN and media_type(content) not in SHOWN)


def test_what_holds_a_script_is_never_shown() -> None:
    """Neither vectors nor pages are among the types that a page may show."""
    assert not {"image/svg+xml", "text/html", "application/pdf", UNKNOWN} & SHOWN

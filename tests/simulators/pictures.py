"""Small files of known types: one pixel, a second of silence, and files that lie about themselves."""

import base64
import struct
import zlib


def png(shade: int = 0) -> bytes:
    """A grey picture of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes([0, shade]))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def data_uri(content: bytes, claimed: str = "image/png") -> str:
    """A `data:` URI that claims a type."""
    return f"data:{claimed};base64,{base64.b64encode(content).decode()}"


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
PDF = b"%PDF-1.7\n"

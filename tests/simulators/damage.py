"""Damage of a file as a failing disk does it: bytes that changed by themselves."""

import random
from pathlib import Path


def flip_bytes(file: Path, *, seed: int, count: int = 200) -> None:
    """Change this many bytes of a file, at places and to values that the seed decides."""
    draw = random.Random(seed)
    content = bytearray(file.read_bytes())
    for _ in range(count):
        content[draw.randrange(len(content))] ^= draw.randrange(1, 256)
    file.write_bytes(content)

"""Encoded texts: what stretches decode to, and what is no text."""

import base64
import zlib

import pytest

from assay.reserve.encoded_text import (
    decode_base85,
    decode_split,
    decode_stretch,
    dense_stretches,
    number_texts,
)

SENTENCE = "The ferry carries nine copper kettles past the empty harbour wall each evening."


@pytest.mark.parametrize(
    "encoded",
    [
        SENTENCE.encode().hex(),
        base64.b64encode(SENTENCE.encode()).decode(),
        base64.urlsafe_b64encode(SENTENCE.encode()).decode().rstrip("="),
        base64.b32encode(SENTENCE.encode()).decode(),
        base64.b64encode(zlib.compress(SENTENCE.encode())).decode(),
        base64.b64encode(SENTENCE.encode("utf-16-le")).decode(),
    ],
    ids=["hex", "base64", "url", "base32", "zlib", "utf-16"],
)
def test_a_stretch_decodes_to_its_text(encoded: str) -> None:
    """Whatever the alphabet, and whether or not the text was packed."""
    assert decode_stretch(encoded, 4096) == SENTENCE


def test_packed_content_is_unpacked_no_further_than_the_budget() -> None:
    """Of a text beyond the budget only the beginning is given."""
    packed = base64.b64encode(zlib.compress(SENTENCE.encode() * 100)).decode()
    assert decode_stretch(packed, 80) == (SENTENCE * 100)[:80]


def test_pieces_decode_together() -> None:
    """Quotation marks, plus signs and line ends between pieces are left out."""
    encoded = base64.b64encode(SENTENCE.encode()).decode()
    pieces = '" +\n"'.join(encoded[at : at + 20] for at in range(0, len(encoded), 20))
    assert decode_split(pieces, 4096) == SENTENCE


def test_a_long_path_is_not_taken_for_base85() -> None:
    """A stretch with hardly a rare character is left alone; one with many is tried."""
    path = "/srv/data/releases/2026-11/records_of_the_harbour/part-0001.jsonl"
    encoded = base64.b85encode(SENTENCE.encode()).decode()
    assert [match[0] for match in dense_stretches(f"{path} {encoded}")] == [encoded]
    assert decode_base85(encoded, 4096) == SENTENCE


def test_a_list_of_numbers_names_its_characters() -> None:
    """Decimal and hexadecimal codes of the same text read the same."""
    decimal = " ".join(str(code) for code in SENTENCE.encode())
    hexadecimal = ", ".join(f"0x{code:02x}" for code in SENTENCE.encode())
    assert [*number_texts(decimal)] == [*number_texts(hexadecimal)] == [SENTENCE]

"""Our own JSON lines: a line is a record or a judgment, exactly as it is hashed and stored."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.canonical import encode_json, parse_json
from assay.core.errors import InputError
from assay.records.candidate import MadeByPerson
from assay.records.judgment import Judgment
from assay.records.kinds import KINDS
from assay.records.pseudonym import PREFIX, is_pseudonym
from assay.records.reader import Read, RowContext
from assay.records.record import Record


class _Peek(msgspec.Struct):
    """Enough of a line to tell what it is."""

    schema_version: Any = None
    reviewer: Any = None


_KEY_END = re.compile(rb'"[ \t\r\n]*:')

_peek = msgspec.json.Decoder(_Peek)
_record = msgspec.json.Decoder(Record)
_judgment = msgspec.json.Decoder(Judgment)


class Assay:
    """Reads records and judgments as `assay record export` writes them.

    A record names its own kind and its own sources; a judgment names its record by id, its
    reviewer by pseudonym and its own occasion, and all of them are kept as they are. Fields
    that the format does not have and keys that appear twice set the line aside. A judgment's
    record must be in the store, or come before it in the file.
    """

    name = "assay"
    kinds = tuple(KINDS)
    summary = "Our own JSON lines: one record or one judgment a line"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one parsed line.

        Raises:
            InputError: if it is neither a record nor a judgment.
        """
        return self.read_line(encode_json(row), context)

    def read_line(self, text: bytes, context: RowContext) -> Sequence[Read]:  # noqa: ARG002  the line says it all itself
        """Map one line of JSON text.

        Raises:
            InputError: if it is neither a record nor a judgment, or not strict JSON.
        """
        try:
            fact = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            parse_json(text)  # a defect of the JSON itself is the better reason
            raise InputError(
                code="not-a-fact",
                message=f"neither a record nor a judgment of this format: {_lower(error)}",
                hint="docs/formats/record.md and judgment.md say what a line may hold",
            ) from error
        if not _is_plain(text, fact.canonical()):
            parse_json(text)
        if plain := [place for place, name in _people(fact) if not is_pseudonym(name)]:
            raise InputError(
                code="not-a-pseudonym",
                message=f"{' and '.join(plain)} does not name a person by a pseudonym",
                hint=f"a pseudonym is {PREFIX} and a keyed digest; import files with people's names "
                "through a mapping, which makes pseudonyms of them",
            )
        if isinstance(fact, Record):
            return [Read(record=fact)]
        return [Read(record=None, judgments=[fact])]


def _is_plain(text: bytes, canonical: bytes) -> bool:
    """Whether a text cannot hide a key that appears twice, found without parsing it again.

    The decoder keeps one of two equal keys, so such a text shows more keys than the canonical
    text of what was decoded. A quote and a colon inside a string show in both alike, as long as
    none is written as an escaped code; a text with such codes is parsed again, and so is one
    that writes out an empty default.
    """
    if text == canonical:
        return True
    if b"\\u00" in text or b"\\ud" in text or b"\\uD" in text:
        return False
    return len(_KEY_END.findall(text)) == len(_KEY_END.findall(canonical))


def _decode(text: bytes) -> Record | Judgment:
    seen = _peek.decode(text)
    if seen.schema_version is None and seen.reviewer is not None:
        return _judgment.decode(text)
    return _record.decode(text)


def _people(fact: Record | Judgment) -> Iterator[tuple[str, str]]:
    """The people whom a fact names, each with where."""
    if isinstance(fact, Judgment):
        if fact.reviewer.kind == "human":
            yield "/reviewer/pseudonym", fact.reviewer.pseudonym
        return
    for number, candidate in enumerate(fact.candidates):
        if isinstance(candidate.provenance, MadeByPerson):
            yield f"/candidates/{number}/provenance/pseudonym", candidate.provenance.pseudonym


def _lower(error: Exception) -> str:
    message = str(error)
    return message[:1].lower() + message[1:]


READER = Assay()
"""The reader that `--format assay` asks for."""

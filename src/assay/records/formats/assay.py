"""Our own JSON lines: a line is a record or a judgment, exactly as it is hashed and stored."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from assay.core.canonical import encode_json, parse_json
from assay.core.errors import InputError
from assay.core.fact import EncodedFact
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


_ESCAPED = (b"\\u00", b"\\ud", b"\\uD")
"""How the codes begin that stand for a colon or a quote, or for half of a surrogate pair."""

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
        fact = self.fact_of_line(text).fact
        if isinstance(fact, Record):
            return [Read(record=fact)]
        return [Read(record=None, judgments=[cast("Judgment", fact)])]

    def fact_of_line(self, text: bytes) -> EncodedFact:
        """The record or the judgment that one line of JSON text is.

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
        encoded = fact.encode()
        if not _is_plain(text, encoded.body):
            parse_json(text)
        _refuse_names(fact)
        return encoded

    def fact_of_row(self, row: Mapping[str, Any]) -> EncodedFact:
        """The record or the judgment that one parsed row is.

        Raises:
            InputError: if it is neither a record nor a judgment.
        """
        try:
            fact = msgspec.convert(row, _family(row.get("schema_version"), row.get("reviewer")))
        except msgspec.ValidationError:
            # A value that only its JSON text fits, such as 1.0 for 1; or the reason why none does.
            return self.fact_of_line(encode_json(row))
        _refuse_names(fact)
        return fact.encode()


def _is_plain(text: bytes, canonical: bytes) -> bool:
    """Whether a text cannot hide a key that appears twice, found without parsing it again.

    The decoder keeps one of two equal keys, so such a text shows more colons behind keys than the
    canonical text of what was decoded. A colon inside a string shows in both alike, as long as none
    is written as an escaped code; a text with such codes is parsed again, and so is one that writes
    out an empty default.
    """
    if text == canonical:
        return True
    if b"\\u" in text and any(code in text for code in _ESCAPED):
        return False
    return text.count(b":") == canonical.count(b":")


def _refuse_names(fact: Record | Judgment) -> None:
    """Refuse a fact that names a person otherwise than by a pseudonym."""
    people = _people(fact)
    if people and (plain := [place for place, name in people if not is_pseudonym(name)]):
        raise InputError(
            code="not-a-pseudonym",
            message=f"{' and '.join(plain)} does not name a person by a pseudonym",
            hint=f"a pseudonym is {PREFIX} and a keyed digest; import files with people's names "
            "through a mapping, which makes pseudonyms of them",
        )


def _decode(text: bytes) -> Record | Judgment:
    # A record names its schema's version. One that cannot be decoded is looked at again below, which
    # gives the reason that fits what it is.
    if b'"schema_version"' in text:
        try:
            return _record.decode(text)
        except msgspec.ValidationError:
            pass
    seen = _peek.decode(text)
    if _family(seen.schema_version, seen.reviewer) is Judgment:
        return _judgment.decode(text)
    return _record.decode(text)


def _family(schema_version: object, reviewer: object) -> type[Record] | type[Judgment]:
    """What a line is: a record names the version of its schema, a judgment its reviewer."""
    return Judgment if schema_version is None and reviewer is not None else Record


def _people(fact: Record | Judgment) -> list[tuple[str, str]]:
    """The people whom a fact names, each with where."""
    people: list[tuple[str, str]] = []
    if isinstance(fact, Judgment):
        if fact.reviewer.kind == "human":
            people.append(("/reviewer/pseudonym", fact.reviewer.pseudonym))
        return people
    for number, candidate in enumerate(fact.candidates):
        made = candidate.provenance
        if isinstance(made, MadeByPerson):
            people.append((f"/candidates/{number}/provenance/pseudonym", made.pseudonym))
    return people


def _lower(error: Exception) -> str:
    message = str(error)
    return message[:1].lower() + message[1:]


READER = Assay()
"""The reader that `--format assay` asks for."""

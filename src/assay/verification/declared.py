"""What is declared for a verifier as JSON: in its option, and in a record's evidence of kind test."""

from typing import Any, TypeVar

import msgspec

from assay.core.errors import InputError
from assay.records.record import Record
from assay.verification.json_value import read_value

Declared = TypeVar("Declared")


def declarations_for(
    record: Record, candidate: int, verifier: str, option: str, kind: type[Declared]
) -> list[Declared]:
    """Everything declared for a verifier: the option's, and each piece of evidence's.

    Evidence is for a verifier where its kind is `test`, its text is a JSON object, and that
    object has the verifier's name as a key. Other evidence is not for it.

    Args:
        record: the record.
        candidate: the candidate's place; evidence on another candidate is left alone.
        verifier: the verifier's name.
        option: JSON text of the option; empty where it is not set.
        kind: the type of what is declared.

    Raises:
        InputError: if something declared is not JSON or not of the type.
    """
    declarations = [_convert(read_value(option), kind, "the option")] if option else []
    for number, piece in enumerate(record.evidence):
        if piece.kind != "test" or piece.candidate not in {None, candidate} or not piece.text:
            continue
        # A text that names the verifier and cannot be read must not pass for somebody else's.
        if f'"{verifier}"' not in piece.text or not piece.text.lstrip().startswith("{"):
            continue
        value = read_value(piece.text)
        if verifier in value:
            declarations.append(_convert(value[verifier], kind, f"evidence {number}"))
    return declarations


def _convert(value: Any, kind: type[Declared], where: str) -> Declared:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InputError(
            code="bad-declaration", message=f"what is declared does not fit: {error}", where=where
        ) from error

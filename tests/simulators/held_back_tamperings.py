"""Tamperings that were written with `release_tamperings`, and run once, when the checks were done.

How many of them are refused says how far the checks reach beyond what they were made for.
"""

import base64
import json
import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.core.canonical import encode_json
from assay.releases.attestation import ATTESTATION, STATEMENT_TYPE
from assay.releases.checksums import SUMS
from assay.releases.keys import key_id
from assay.releases.manifest import MANIFEST
from simulators.ferries import KEY, OTHER_KEY
from simulators.release_tamperings import (
    Tampering,
    moved,
    notice_of,
    pipe_at,
    poisoned,
    rewritten,
    sealed_line,
    signed,
    signed_anew,
    statement_of,
    subjects_of,
    with_envelope,
    with_keyid,
)

_ORDER = 2**252 + 27742317777372353535851937790883648493
"""The order of Ed25519's group: S and S + order are one number to a lax verifier."""


def _malleable(envelope: dict[str, Any]) -> None:
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    scalar = int.from_bytes(signature[32:], "little") + _ORDER
    other = signature[:32] + scalar.to_bytes(32, "little")
    envelope["signatures"][0]["sig"] = base64.b64encode(other).decode()


def _forged_keyid(folder: Path) -> bytes:
    """Signed by another key that calls itself the trusted one."""
    envelope = json.loads(signed(statement_of(folder), OTHER_KEY))
    envelope["signatures"][0]["keyid"] = key_id(KEY.public_key())
    return sealed_line(envelope)


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.open(folder, os.O_DIRECTORY)
        listener.bind(f"/proc/self/fd/{place}/s")
        os.close(place)


def _folder_in_place(name: str) -> Tampering:
    def tamper(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return tamper


def _escaped(content: bytes) -> bytes:
    return content.replace(b'"payload":"e', b'"payload":"\\u0065', 1)


HELD_BACK: Mapping[str, Tampering] = {
    "a notice about one record in the attestation's place": poisoned(
        lambda at: notice_of(at, ("rec_x",))
    ),
    "a statement without a predicate type": signed_anew(
        lambda at: signed(statement_of(at, predicateType=""))
    ),
    "two other files signed": signed_anew(
        lambda at: signed(statement_of(at, subject=subjects_of(at, "README.md", SUMS)))
    ),
    "one file signed twice": signed_anew(
        lambda at: signed(statement_of(at, subject=subjects_of(at, MANIFEST, MANIFEST)))
    ),
    "nothing signed": signed_anew(lambda at: signed(statement_of(at, subject=[]))),
    "a statement inside the predicate": signed_anew(
        lambda at: signed(
            encode_json(
                {
                    "_type": STATEMENT_TYPE,
                    "predicate": json.loads(statement_of(at)),
                    "predicateType": "urn:example:wrapped:1",
                    "subject": [],
                }
            )
        )
    ),
    "a list that is signed as text": signed_anew(
        lambda at: signed((at / SUMS).read_bytes(), payload_type="text/plain")
    ),
    "a second statement on a second line": signed_anew(
        lambda at: signed(statement_of(at, predicateType="urn:example:1") + b"\n" + statement_of(at))
    ),
    "another key that calls itself the trusted one": signed_anew(_forged_keyid),
    "the empty key id": with_keyid(lambda _: ""),
    "a signature inside the key id": with_keyid(
        lambda envelope: f'x","sig":"{envelope["signatures"][0]["sig"]}'
    ),
    "a signature plus the group's order": with_envelope(_malleable),
    "no signature": with_envelope(lambda envelope: envelope["signatures"].clear()),
    "an escaped letter in the payload": rewritten(ATTESTATION, _escaped),
    "no line feed at the end": rewritten(ATTESTATION, lambda content: content[:-1]),
    "a carriage return at the end": rewritten(
        ATTESTATION, lambda content: content[:-1] + b"\r\n"
    ),
    "a null byte at the end": rewritten(ATTESTATION, lambda content: content + b"\0"),
    "the envelope in UTF-16": rewritten(
        ATTESTATION, lambda content: content.decode().encode("utf-16")
    ),
    "an empty attestation": lambda at: (at / ATTESTATION).write_bytes(b""),
    "a pipe in the attestation's place": pipe_at(ATTESTATION),
    "a folder in the attestation's place": _folder_in_place(ATTESTATION),
    "an attestation that is a link": moved(ATTESTATION),
    "a socket": _socket,
    "a name with a line feed": lambda at: (at / "README.md\nSHA256SUMS").write_text("x"),
    "a name that is an option": lambda at: (at / "--status").write_text("x"),
    "a file in a folder of its own": lambda at: (
        (at / "documents" / "deep").mkdir(), (at / "documents" / "deep" / "x").touch(),
    ),
    "the manifest's name in capitals": lambda at: shutil.copy(at / MANIFEST, at / "Manifest.json"),
    "a list with the mark of binary files": rewritten(
        SUMS, lambda content: content.replace(b"  ", b" *")
    ),
    "a list with carriage returns": rewritten(
        SUMS, lambda content: content.replace(b"\n", b"\r\n")
    ),
    "a comment in the list": rewritten(SUMS, lambda content: b"# checked\n" + content),
    "the last record cut off": rewritten(
        "records.jsonl", lambda content: content[: content.rstrip().rfind(b"\n") + 1]
    ),
    "a null byte behind the judgments": rewritten(
        "judgments.jsonl", lambda content: content + b"\0"
    ),
}  # fmt: skip

"""Tamperings of a release by somebody who has its folder and what its publisher signed, no key.

These were run while the checks were written; `held_back_tamperings` holds those that were not.
"""

import base64
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.core.canonical import encode_json
from assay.releases.attestation import (
    ATTESTATION,
    PAYLOAD_TYPE,
    STATEMENT_TYPE,
    WITHDRAWAL,
    attest,
    pre_authentication_encoding,
)
from assay.releases.checksums import SUMS, digest_file, render_sums, scan_folder
from assay.releases.keys import key_id
from assay.releases.manifest import MANIFEST
from simulators.ferries import KEY, OTHER_KEY

Tampering = Callable[[Path], object]


def poison(folder: Path) -> None:
    """Change a record and write the list of digests anew."""
    records = folder / "records.jsonl"
    records.write_bytes(records.read_bytes().replace(b"at nine", b"at five"))
    names, _ = scan_folder(folder)
    listed = names - {SUMS, ATTESTATION}
    digests = {name: digest_file(folder / name)[0] for name in listed}
    (folder / SUMS).write_bytes(render_sums(digests))


def signed(payload: bytes, key: Ed25519PrivateKey = KEY, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """An envelope around any payload, as the holder of the key could have signed it."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return sealed_line(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [
                {
                    "keyid": key_id(key.public_key()),
                    "sig": base64.b64encode(signature).decode(),
                }
            ],
        }
    )


def sealed_line(envelope: Any) -> bytes:
    return encode_json(envelope) + b"\n"


def digest_of(folder: Path, name: str) -> str:
    return digest_file(folder / name)[0]


def statement_of(folder: Path, **changed: Any) -> bytes:
    """The statement of a release with other members, over the files as they are now."""
    envelope = json.loads((folder / ATTESTATION).read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    for subject in statement["subject"]:
        subject["digest"]["sha256"] = digest_of(folder, subject["name"])
    return encode_json({**statement, **changed})


def subjects_of(folder: Path, *names: str) -> list[dict[str, Any]]:
    return [{"digest": {"sha256": digest_of(folder, name)}, "name": name} for name in names]


def replaced(name: str, old: bytes, new: bytes) -> Tampering:
    def tamper(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content, f"{name} does not hold {old!r}"
        (folder / name).write_bytes(content.replace(old, new, 1))

    return tamper


def rewritten(name: str, change: Callable[[bytes], bytes]) -> Tampering:
    def tamper(folder: Path) -> None:
        before = (folder / name).read_bytes()
        after = change(before)
        assert after != before
        (folder / name).write_bytes(after)

    return tamper


def with_envelope(change: Callable[[dict[str, Any]], object]) -> Tampering:
    def tamper(folder: Path) -> None:
        envelope = json.loads((folder / ATTESTATION).read_text())
        change(envelope)
        (folder / ATTESTATION).write_bytes(sealed_line(envelope))

    return tamper


def poisoned(attestation: Callable[[Path], bytes]) -> Tampering:
    """A changed record under something else that the key signed."""

    def tamper(folder: Path) -> None:
        content = attestation(folder)
        poison(folder)
        (folder / ATTESTATION).write_bytes(content)

    return tamper


def signed_anew(attestation: Callable[[Path], bytes]) -> Tampering:
    """A changed record, and something signed over the files as they are then."""

    def tamper(folder: Path) -> None:
        poison(folder)
        (folder / ATTESTATION).write_bytes(attestation(folder))

    return tamper


def notice_of(folder: Path, records: tuple[str, ...] = ()) -> bytes:
    """A notice of withdrawal as the first versions signed it."""
    predicate = {"reason": "a test", "records": list(records), "version": "1.0.0"}
    subjects = subjects_of(folder, MANIFEST)
    statement = {
        "_type": STATEMENT_TYPE,
        "predicate": predicate,
        "predicateType": "urn:assay:withdrawal:1",
        "subject": subjects,
    }
    return signed(encode_json(statement))


def _notice_of_today(folder: Path) -> bytes:
    return attest(WITHDRAWAL, {MANIFEST: digest_of(folder, MANIFEST)}, {"reason": "a test"}, KEY)


def moved(name: str) -> Tampering:
    def tamper(folder: Path) -> None:
        outside = folder.parent / f"moved-{name}"
        shutil.move(folder / name, outside)
        (folder / name).symlink_to(outside)

    return tamper


def pipe_at(name: str) -> Tampering:
    def tamper(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return tamper


def _swap(one: str, other: str) -> Tampering:
    def tamper(folder: Path) -> None:
        first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
        (folder / one).write_bytes(second)
        (folder / other).write_bytes(first)

    return tamper


def _without(name: str) -> Tampering:
    """A file and its line in the list are gone."""

    def tamper(folder: Path) -> None:
        (folder / name).unlink()
        lines = (folder / SUMS).read_text().splitlines(keepends=True)
        (folder / SUMS).write_text(
            "".join(line for line in lines if not line.endswith(f"  {name}\n"))
        )

    return tamper


def _added(name: str) -> Tampering:
    """A file and its line in the list are new."""

    def tamper(folder: Path) -> None:
        (folder / name).write_text("run me")
        with (folder / SUMS).open("a") as stream:
            stream.write(f"{digest_of(folder, name)}  {name}\n")

    return tamper


def with_keyid(of: Callable[[dict[str, Any]], str]) -> Tampering:
    return with_envelope(lambda envelope: envelope["signatures"][0].update(keyid=of(envelope)))


def _stray_bits(envelope: dict[str, Any]) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    signature = envelope["signatures"][0]["sig"]
    other = letters[letters.index(signature[-3]) ^ 1]
    envelope["signatures"][0]["sig"] = f"{signature[:-3]}{other}=="


def _other_signature(envelope: dict[str, Any]) -> dict[str, Any]:
    payload = base64.b64decode(envelope["payload"])
    signature: dict[str, Any] = json.loads(signed(payload, OTHER_KEY))["signatures"][0]
    return signature


def _with_version(folder: Path) -> bytes:
    """The true signature with a payload that names another version."""
    envelope = json.loads((folder / ATTESTATION).read_text())
    payload = base64.b64decode(envelope["payload"]).replace(b'"1.0.0"', b'"2.0.0"')
    envelope["payload"] = base64.b64encode(payload).decode()
    return sealed_line(envelope)


TRIED: Mapping[str, Tampering] = {
    "a notice of withdrawal in the attestation's place": poisoned(notice_of),
    "a notice of today in the attestation's place": poisoned(_notice_of_today),
    "another predicate type over both files": signed_anew(
        lambda at: signed(statement_of(at, predicateType="https://slsa.dev/provenance/v1"))
    ),
    "only the manifest signed": signed_anew(
        lambda at: signed(statement_of(at, subject=subjects_of(at, MANIFEST)))
    ),
    "a third file signed": signed_anew(
        lambda at: signed(statement_of(at, subject=subjects_of(at, "README.md", SUMS, MANIFEST)))
    ),
    "another version of the statement": signed_anew(
        lambda at: signed(statement_of(at, _type="https://in-toto.io/Statement/v0.1"))
    ),
    "a payload type twice": replaced(
        ATTESTATION, b',"signatures"', b',"payloadType":"text/plain","signatures"'
    ),
    "a false payload first": replaced(ATTESTATION, b'{"payload"', b'{"payload":"e30=","payload"'),
    "a second signature behind": with_envelope(
        lambda envelope: envelope["signatures"].append(_other_signature(envelope))
    ),
    "a second signature in front": with_envelope(
        lambda envelope: envelope["signatures"].insert(0, _other_signature(envelope))
    ),
    "the signature twice": with_envelope(
        lambda envelope: envelope["signatures"].append(envelope["signatures"][0])
    ),
    "another key id": with_keyid(lambda _: "0" * 64),
    "another word for the payload type": replaced(ATTESTATION, b"+json", b"+jsom"),
    "a space in the envelope": replaced(ATTESTATION, b'","payloadType"', b'", "payloadType"'),
    "text after the envelope": rewritten(ATTESTATION, lambda content: content + b"trust me\n"),
    "a member of its own": with_envelope(lambda envelope: envelope.update(comment="checked")),
    "stray bits in the signature": with_envelope(_stray_bits),
    "a payload of another version": lambda at: (at / ATTESTATION).write_bytes(_with_version(at)),
    "an empty folder": lambda at: (at / "extra").mkdir(),
    "a folder that is a link": moved("documents"),
    "a pipe in the README's place": pipe_at("README.md"),
    "a file taken off the list": _without("LIMITATIONS.md"),
    "a file put on the list": _added("setup.sh"),
    "upper case digests": rewritten(
        SUMS, lambda content: content[:64].upper() + content[64:]
    ),
    "two tables swapped": _swap("records.parquet", "judgments.parquet"),
    "a mark before the manifest": rewritten(MANIFEST, lambda content: b"\xef\xbb\xbf" + content),
}  # fmt: skip

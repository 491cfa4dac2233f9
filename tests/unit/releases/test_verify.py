"""Whatever is changed in a release, by whomever, verification says what is wrong."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.core.errors import UsageError
from assay.core.issues import Issue
from assay.records.verdict import Tie
from assay.releases.attestation import ATTESTATION, RELEASE, attest
from assay.releases.build import build
from assay.releases.card import VERIFY_SCRIPT
from assay.releases.checksums import SUMS
from assay.releases.manifest import MANIFEST
from assay.releases.verify import verify
from simulators.ferries import (
    ACTOR,
    KEY,
    OTHER_KEY,
    add,
    agreed,
    dispose,
    filled_store,
    inputs,
    judgment,
    preference,
    reseal,
)
from simulators.strangers import accepted_by_shell, run_shell

PUBLIC = KEY.public_key()


def _codes(folder: Path, newer_than: str | None = None) -> set[str]:
    verified = verify(folder, PUBLIC, newer_than=newer_than)
    errors = {issue.code for issue in verified.issues if issue.severity == "error"}
    assert verified.ok is (not errors)
    return errors


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, f"{file.name} does not hold {old}"
    file.write_text(text.replace(old, new, 1))


def test_a_release_as_it_was_built_is_sound(release: Path) -> None:
    """Version and head are given back, and nothing is wrong."""
    verified = verify(release, PUBLIC)
    assert verified.ok
    assert verified.issues == ()
    assert verified.version == "1.0.0"
    assert verified.head is not None
    assert verified.head.counts.judgments == 10


def test_a_folder_of_any_other_name_is_sound(release: Path) -> None:
    """Only a name that is another version is refused."""
    moved = release.rename(release.with_name("download"))
    assert _codes(moved) == set()
    assert _codes(moved.rename(moved.with_name("1.0.1"))) == {"other-version"}


def test_a_changed_byte_in_any_file_is_found_and_named(built: Path, tmp_path: Path) -> None:
    """Of every file in turn the middle byte is changed, and the file is named."""
    names = [path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()]
    assert len(names) > 20
    for number, name in enumerate(names):
        folder = tmp_path / str(number) / "1.0.0"
        shutil.copytree(built, folder)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        verified = verify(folder, PUBLIC)
        assert not verified.ok
        assert name in {issue.file for issue in verified.issues}, name


def _sums_line(folder: Path, line: str) -> None:
    with (folder / SUMS).open("a") as stream:
        stream.write(line)


def _symlink(folder: Path) -> None:
    (folder / "README.md").rename(folder.parent / "elsewhere.md")
    (folder / "README.md").symlink_to("../elsewhere.md")


def _signatures(folder: Path, change: Callable[[list[dict[str, str]]], object]) -> None:
    envelope = json.loads((folder / ATTESTATION).read_text())
    change(envelope["signatures"])
    (folder / ATTESTATION).write_text(json.dumps(envelope, separators=(",", ":")) + "\n")


SHELL: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a missing file": (lambda at: (at / "LIMITATIONS.md").unlink(), {"missing-file"}),
    "an extra file": (lambda at: (at / "run.sh").write_text("x"), {"extra-file"}),
    "an extra file in a folder": (
        lambda at: (at / "documents" / "x").write_text("x"), {"extra-file"},
    ),
    "a hidden file": (lambda at: (at / ".x").write_text("x"), {"extra-file"}),
    "a path out of the folder": (
        lambda at: _sums_line(at, f"{'0' * 64}  ../1.0.0/README.md\n"), {"unsafe-name", "not-signed"},
    ),
    "a symlink": (_symlink, {"symlink", "missing-file"}),
    "a pipe": (lambda at: os.mkfifo(at / "pipe"), {"not-a-file"}),
    "names that collide": (
        lambda at: (at / "readme.MD").write_text("x"), {"case-collision", "extra-file"},
    ),
    "a file listed twice": (
        lambda at: _sums_line(at, (at / SUMS).read_text().splitlines()[0] + "\n"),
        {"listed-twice", "not-signed"},
    ),
    "no list": (lambda at: (at / SUMS).unlink(), {"missing-file"}),
    "no attestation": (lambda at: (at / ATTESTATION).unlink(), {"missing-file"}),
    "no manifest": (lambda at: (at / MANIFEST).unlink(), {"missing-file"}),
    "another key": (lambda at: reseal(at, OTHER_KEY), {"other-key"}),
    "no signature": (lambda at: _signatures(at, list.clear), {"no-signature"}),
    "one signature twice": (
        lambda at: _signatures(at, lambda each: each.append(each[0])), {"signature-twice"},
    ),
    "another payload type": (
        lambda at: _replace(at / ATTESTATION, "vnd.in-toto+json", "json"), {"payload-type"},
    ),
    "a duplicate key in the attestation": (
        lambda at: _replace(at / ATTESTATION, '{"payload"', '{"payload":"","payload"'),
        {"duplicate-key"},
    ),
    "a duplicate key in the manifest": (
        lambda at: _replace(at / MANIFEST, '"use": "train"', '"use": "train", "use": "publish"'),
        {"changed-file", "not-signed"},
    ),
    "a file swapped with another": (
        lambda at: (at / "README.md").write_bytes((at / "DATA_CARD.md").read_bytes()),
        {"changed-file"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SHELL)
def test_a_tampered_folder_is_refused(release: Path, case: str) -> None:
    """Without the key nothing can be changed, added, taken away or passed off."""
    tamper, expected = SHELL[case]
    tamper(release)
    assert _codes(release) == expected
    assert not accepted_by_shell(release)


def test_a_list_that_was_mended_to_fit_is_not_signed(release: Path) -> None:
    """Changing a file and its line in the list breaks the signature over the list."""
    (release / "README.md").write_text("trust me")
    attestation = (release / ATTESTATION).read_bytes()
    reseal(release)
    (release / ATTESTATION).write_bytes(attestation)
    assert _codes(release) == {"not-signed"}
    assert not accepted_by_shell(release)


def test_all_faults_are_told_at_once(release: Path) -> None:
    """One report names every fault of a folder that was changed in many ways."""
    (release / "LIMITATIONS.md").unlink()
    (release / "extra").touch()
    (release / "link").symlink_to("README.md")
    _replace(release / "CHANGELOG.md", "first", "worst")
    reseal_nothing = _codes(release)
    assert reseal_nothing == {"missing-file", "extra-file", "symlink", "changed-file"}
    assert not accepted_by_shell(release)


def test_an_older_release_in_the_place_of_a_newer_one_is_refused(
    built: Path, tmp_path: Path
) -> None:
    """A replayed release is told by its folder's name or by the version already at hand."""
    shutil.copytree(built, tmp_path / "1.1.0")
    shutil.copytree(built, tmp_path / "latest")
    assert _codes(tmp_path / "1.1.0") == {"other-version"}
    assert not accepted_by_shell(tmp_path / "1.1.0")
    assert _codes(tmp_path / "latest", newer_than="1.0.0") == {"replayed"}
    assert _codes(tmp_path / "latest", newer_than="1.2.0") == {"replayed"}
    assert _codes(tmp_path / "latest", newer_than="0.9.0") == set()


def test_an_older_manifest_under_a_newer_attestation_is_refused(tmp_path: Path) -> None:
    """Manifest and list of the release before do not carry the later signature."""
    store = filled_store()
    build(store, inputs(), KEY, tmp_path, actor=ACTOR)
    add(store, list(agreed(preference(9))))
    dispose(store)
    newer = build(store, inputs("1.1.0"), KEY, tmp_path, actor=ACTOR).folder
    attestation = (newer / ATTESTATION).read_bytes()
    shutil.rmtree(newer)
    shutil.copytree(tmp_path / "1.0.0", newer)
    (newer / ATTESTATION).write_bytes(attestation)
    assert _codes(newer) == {"not-signed"}
    assert not accepted_by_shell(newer)


def test_what_is_not_a_release_is_told(tmp_path: Path) -> None:
    """A missing folder is a wrong call; an empty one is a release without anything."""
    with pytest.raises(UsageError, match="no such folder"):
        verify(tmp_path / "none", PUBLIC)
    with pytest.raises(UsageError, match="not a release version"):
        verify(tmp_path, PUBLIC, newer_than="latest")
    assert _codes(tmp_path) == {"missing-file"}


def _lines(file: Path, change: Callable[[list[str]], list[str]]) -> None:
    file.write_text("".join(change(file.read_text().splitlines(keepends=True))))


def _with_a_vote_about_nobody(lines: list[str]) -> list[str]:
    stray = judgment(preference(77), "prs_1", Tie()).canonical().decode() + "\n"
    return sorted([*lines, stray], key=lambda line: str(json.loads(line)["record"]))


def _other_row(folder: Path, name: str) -> None:
    table = pq.read_table(folder / name)
    changed = table.column("id").to_pylist()
    changed[0] = changed[0].upper()
    column = pa.chunked_array([changed])
    pq.write_table(table.set_column(0, table.schema.field("id"), column), folder / name)


def _items(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    head, items = (folder / MANIFEST).read_text().split('"items": [\n')
    body = change(items.removesuffix("\n  ]\n}\n").split(",\n    {"))
    text = ",\n    {".join(body)
    (folder / MANIFEST).write_text(f'{head}"items": [\n{text}\n  ]\n}}\n')


CONTENT: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a record's text": (
        lambda at: _replace(at / "records.jsonl", "pier 1", "pier 9"), {"other-record"},
    ),
    "a record left out": (
        lambda at: _lines(at / "records.jsonl", lambda lines: lines[:-1]), {"other-record"},
    ),
    "a record added": (
        lambda at: (at / "records.jsonl").write_bytes(
            (at / "records.jsonl").read_bytes() + preference(77).canonical() + b"\n"
        ),
        {"unlisted-record"},
    ),
    "a vote": (
        lambda at: _replace(at / "judgments.jsonl", '"strength":2', '"strength":3'),
        {"other-item", "fact-missing", "gate-refuses"},
    ),
    "a vote left out": (
        lambda at: _lines(at / "judgments.jsonl", lambda lines: lines[1:]),
        {"other-item", "fact-missing", "other-judged-under"},
    ),
    "votes in another order": (
        lambda at: _lines(at / "judgments.jsonl", lambda lines: [lines[1], lines[0], *lines[2:]]),
        {"not-in-order", "other-item", "fact-missing", "other-judged-under"},
    ),
    "a line that is not canonical": (
        lambda at: _replace(at / "records.jsonl", '{"candidates"', '{ "candidates"'),
        {"fact-unreadable"},
    ),
    "a line that is not a fact": (
        lambda at: _replace(at / "judgments.jsonl", '"order":[', '"order":[null,'),
        {"fact-unreadable"},
    ),
    "a vote about nobody": (
        lambda at: _lines(at / "judgments.jsonl", _with_a_vote_about_nobody), {"other-record"},
    ),
    "a disposition under other documents": (
        lambda at: _replace(at / "dispositions.jsonl", '"rubric":"doc_', '"rubric":"doc_x'),
        {"other-version", "other-item"},
    ),
    "a document's version": (
        lambda at: _replace(at / MANIFEST, '"version": "1.0.0",\n      "content"',
                            '"version": "1.0.1",\n      "content"'),
        {"other-document"},
    ),
    "a previous release above it": (
        lambda at: _replace(at / MANIFEST, '",\n  "verification"', '",\n  "previous": {\n    "version": "1.0.0",'
                    '\n    "id": "rel_x",\n    "manifest_digest": "x"\n  },\n  "verification"'),
        {"previous-not-below", "other-claim"},
    ),
    "a verifier that failed less": (
        lambda at: _replace(at / MANIFEST, '"pass": 1', '"pass": 2'),
        {"other-verification"},
    ),
    "items in another order": (
        lambda at: _items(at, lambda items: [items[1].replace('"disp', '    {"disp', 1),
                                             items[0].removeprefix("    {"), *items[2:]]),
        {"other-record"},
    ),
    "a state": (
        lambda at: _replace(at / "dispositions.jsonl", '"disagreement_preserved"', '"accepted"'),
        {"other-item"},
    ),
    "a record that waits": (
        lambda at: _replace(at / "dispositions.jsonl", '"state":"accepted"', '"state":"needs_adjudication"'),
        {"other-item", "not-releasable"},
    ),
    "no disposition": (
        lambda at: _lines(at / "dispositions.jsonl", lambda lines: lines[1:]),
        {"no-disposition"},
    ),
    "an adjudication left out": (
        lambda at: (at / "adjudications.jsonl").write_text(""), {"fact-missing", "other-counts"},
    ),
    "an item's state": (
        lambda at: _replace(at / MANIFEST, '"state":"accepted"', '"state":"disagreement_preserved"'),
        {"other-item", "other-merkle-root", "other-counts"},
    ),
    "a right": (
        lambda at: _replace(at / MANIFEST, '["train","evaluate","publish"]', '["evaluate"]'),
        {"other-item", "other-merkle-root", "no-right"},
    ),
    "the root": (
        lambda at: _replace(at / MANIFEST, '"merkle_root": "', '"merkle_root": "0'),
        {"other-merkle-root", "other-claim"},
    ),
    "a count": (
        lambda at: _replace(at / MANIFEST, '"judgments": 10', '"judgments": 11'),
        {"other-counts", "other-claim"},
    ),
    "a source class": (
        lambda at: _replace(at / MANIFEST, '"licence": "CC-BY-4.0"', '"licence": "MIT"'),
        {"other-source-classes"},
    ),
    "an item left out": (lambda at: _items(at, lambda items: items[:-1]), {"unlisted-record"}),
    "a gate that refused": (
        lambda at: _replace(at / MANIFEST, '"state": "passed"', '"state": "refused"'),
        {"gate-refused", "other-gate-state"},
    ),
    "a gate that passed nothing": (
        lambda at: _replace(
            at / MANIFEST,
            '"gate": "verification",\n      "passed": false',
            '"gate": "verification",\n      "passed": true',
        ),
        {"other-gate-state"},
    ),
    "a gate in a state that is not derived": (
        lambda at: _replace(at / MANIFEST, '"state": "passed"', '"state": "unknown"'),
        {"other-gate-state"},
    ),
    "evidence that nobody gave": (
        lambda at: _replace(at / MANIFEST, '"dimension": "tone"', '"dimension": "tune"'),
        {"other-dimensions"},
    ),
    "a gate of another name": (
        lambda at: _replace(at / MANIFEST, '"gate": "claims"', '"gate": "taste"'), {"other-gates"},
    ),
    "another use": (
        lambda at: _replace(at / MANIFEST, '"use": "train"', '"use": "publish"'), {"other-claim"},
    ),
    "a duplicate key": (
        lambda at: _replace(at / MANIFEST, '"use": "train"', '"use": "train",\n  "use": "train"'),
        {"duplicate-key"},
    ),
    "a README": (
        lambda at: _replace(at / "README.md", "5 records", "500 records"), {"other-readme"},
    ),
    "shell lines that check nothing": (
        lambda at: _replace(at / "README.md", '|| refuse "the signature', '|| echo "the signature'),
        {"other-readme"},
    ),
    "a README without shell lines": (
        lambda at: (at / "README.md").write_text("# Trust me"), {"other-readme"},
    ),
    "a description of another table": (
        lambda at: _replace(at / "croissant.json", '"records.parquet"', '"judgments.parquet"'),
        {"other-croissant"},
    ),
    "a description with another licence": (
        lambda at: _replace(at / "croissant.json", "CC-BY-4.0", "CC0-1.0"), {"other-croissant"},
    ),
    "an extra file": (lambda at: (at / "setup.sh").write_text("x"), {"unknown-file"}),
    "an extra document": (
        lambda at: (at / "documents" / "other.yaml").write_text("x"), {"unknown-file"},
    ),
    "no data card": (lambda at: (at / "DATA_CARD.md").unlink(), {"missing-file"}),
    "a quality report": (lambda at: (at / "quality.md").write_text("fine"), {"other-file"}),
    "a document's meaning": (
        lambda at: _replace(at / "documents" / "contract.yaml", "passes: 2", "passes: 1"),
        {"other-meaning"},
    ),
    "a canonical document": (
        lambda at: _replace(at / "documents" / "rubric.json", "1.0.0", "1.0.1"),
        {"other-document", "other-meaning"},
    ),
    "a document that is none": (
        lambda at: (at / "documents" / "rubric.json").write_text("{}"), {"document-unreadable"},
    ),
    "a row of the records": (lambda at: _other_row(at, "records.parquet"), {"other-table"}),
    "a row of the judgments": (lambda at: _other_row(at, "judgments.parquet"), {"other-table"}),
    "a table that is none": (lambda at: (at / "records.parquet").write_text("x"), {"other-table"}),
    "a path in the manifest": (
        lambda at: _replace(at / MANIFEST, '"name": "quality.md"', '"name": "../1.0.0/quality.md"'),
        {"undescribed-file"},
    ),
    "a document outside": (
        lambda at: _replace(at / MANIFEST, '"source": "documents/rubric.yaml"', '"source": "../rubric.yaml"'),
        {"undescribed-file"},
    ),
}  # fmt: skip


@pytest.mark.share(4)
@pytest.mark.parametrize("case", CONTENT)
def test_a_publisher_who_signs_what_is_not_so_is_found_out(release: Path, case: str) -> None:
    """Even with the right key, what the manifest says must follow from the facts.

    The shell lines derive nothing: to them it is what its publisher signed.
    """
    tamper, expected = CONTENT[case]
    tamper(release)
    reseal(release)
    assert run_shell(VERIFY_SCRIPT.read_text(), release).returncode == 0
    codes = _codes(release)
    assert expected <= codes
    assert codes - expected <= {
        "other-file", "other-table", "other-item", "other-document", "other-croissant",
        "other-readme",
    }  # fmt: skip


def test_a_signature_over_less_is_refused(release: Path) -> None:
    """The list and the manifest must both be signed."""
    (release / ATTESTATION).write_bytes(
        attest(RELEASE, {"manifest.json": "0" * 64}, {"version": "x"}, KEY)
    )
    assert _codes(release) == {"other-subjects", "not-signed", "no-version"}
    assert not accepted_by_shell(release)


def test_one_sort_of_fault_is_not_told_a_thousand_times(release: Path) -> None:
    """After twenty faults of one sort in one place the rest is counted."""
    for number in range(30):
        (release / f"x{number}").touch()
    issues = verify(release, PUBLIC).issues
    assert len(issues) == 30
    with (release / SUMS).open("a") as stream:
        stream.write("nonsense\n" * 30)
    told: list[Issue] = [
        issue for issue in verify(release, PUBLIC).issues if issue.code == "sums-line"
    ]
    assert len(told) == 21
    assert told[-1].message == "and 10 more of the same sort"

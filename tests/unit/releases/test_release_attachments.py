"""A release holds the files that its records show, and its exports show them where a format can."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.digest import labelled_digest
from assay.core.errors import MachineError
from assay.core.options import configure
from assay.plugins import load
from assay.records.attachment import Attachment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.releases.build import build
from assay.releases.exporters.release_folder import release_name, released_records
from assay.releases.exporters.service import export
from assay.releases.manifest import FORMAT, MANIFEST, read_head
from assay.releases.verify import verify
from simulators.ferries import (
    ACTOR,
    KEY,
    agreed,
    demonstration,
    filled_store,
    first_facts,
    inputs,
    preference,
    reseal,
)
from simulators.pictures import SVG, data_uri, png

PIER, TIMETABLE = png(1), png(2)
HELD = {labelled_digest(content): content for content in (PIER, TIMETABLE)}


def attached(content: bytes, at: int, media_type: str = "image/png") -> Attachment:
    return Attachment(
        at=at, digest=labelled_digest(content), media_type=media_type, bytes=len(content)
    )


def showing(record: Record, *attachments: Attachment) -> Record:
    """The record whose last question shows these."""
    *before, last = record.task.messages
    message = replace(last, attachments=attachments)
    return record.replace(task=replace(record.task, messages=(*before, message)))


def build_with(folder: Path, *records: Record) -> Path:
    """A release of the ferries and further records that were agreed on."""
    facts = [*first_facts(), *(fact for record in records for fact in agreed(record))]
    given = replace(inputs(), attachment=HELD.__getitem__)
    return build(filled_store(facts), given, KEY, folder, actor=ACTOR).folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with a demonstration of two pictures and a pair about one."""
    base = preference(1)
    worked = showing(demonstration(base), attached(PIER, 0), attached(TIMETABLE, 5))
    pair = showing(preference(21), attached(PIER, 0))
    return build_with(tmp_path_factory.mktemp("releases"), worked, pair)


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / built.name)
    return tmp_path / built.name


def test_a_release_lists_its_files_with_their_type(built: Path) -> None:
    """Each file is named by its digest, once, and verifies."""
    verified = verify(built, KEY.public_key())
    assert verified.ok, verified.issues
    head = read_head(built / MANIFEST)
    assert head.format == FORMAT
    assert {entry.digest: (entry.media_type, entry.records) for entry in head.attachments} == {
        labelled_digest(PIER): ("image/png", 2),
        labelled_digest(TIMETABLE): ("image/png", 1),
    }
    names = {file.name for file in (built / "attachments").iterdir()}
    assert names == {digest.removeprefix("sha256:") for digest in HELD}


def test_a_release_without_files_says_nothing_of_them(tmp_path: Path) -> None:
    """Neither its manifest nor its folder."""
    folder = build_with(tmp_path)
    manifest = (folder / MANIFEST).read_bytes()
    assert b"attachments" not in manifest
    assert not (folder / "attachments").exists()
    assert "Images and other files" not in (folder / "DATA_CARD.md").read_text()


def test_the_data_card_says_what_files_there_are(tmp_path: Path) -> None:
    """Counts, sizes, origins and what is unknown; an address is no file of the release."""
    remote = Attachment(at=0, address="https://pictures.example/a.png")
    worked = showing(demonstration(preference(1)), attached(PIER, 0), attached(TIMETABLE, 5))
    folder = build_with(
        tmp_path,
        worked,
        showing(preference(21), attached(PIER, 0)),
        showing(preference(22), remote),
    )
    card = (folder / "DATA_CARD.md").read_text()
    section = card.split("### Images and other files\n")[1].split("\n## ")[0]
    assert f"\n3 of {read_head(folder / MANIFEST).counts.records} records show a file." in section
    assert f"| image/png | 2 | {len(PIER) + len(TIMETABLE)} |" in section
    assert "Of 1 more only the address is known" in section
    assert "whether others hold rights" in section
    origins = dict(re.findall(r"^\| ([a-z-]+) \| (\d+) \|$", section, re.MULTILINE))
    assert sum(map(int, origins.values())) >= 3
    assert verify(folder, KEY.public_key()).ok


def test_addresses_alone_are_on_the_data_card(tmp_path: Path) -> None:
    """A release that holds no file says that records name some."""
    remote = Attachment(at=0, address="https://pictures.example/a.png")
    folder = build_with(tmp_path, showing(preference(22), remote))
    card = (folder / "DATA_CARD.md").read_text()
    assert "\n1 of " in card
    assert "| media type |" not in card
    assert read_head(folder / MANIFEST).attachments == ()


def _change(file: Path) -> None:
    file.write_bytes(png(9))


def _as_page(file: Path) -> None:
    file.write_bytes(SVG)


@pytest.mark.parametrize("tamper", [_change, _as_page, Path.unlink])
@pytest.mark.parametrize("resealed", [False, True])
def test_a_changed_or_missing_file_fails(
    release: Path, tamper: Callable[[Path], None], resealed: bool
) -> None:
    """Also where a publisher who lies signs the folder anew."""
    file = min((release / "attachments").iterdir())
    tamper(file)
    if resealed:
        reseal(release)
    verified = verify(release, KEY.public_key())
    assert not verified.ok
    name = file.relative_to(release).as_posix()
    assert any(name in f"{issue.file} {issue.message}" for issue in verified.issues)


def test_a_file_that_no_record_shows_fails(release: Path) -> None:
    """A folder of attachments carries nothing else along."""
    (release / "attachments" / ("0" * 64)).write_bytes(PIER)
    reseal(release)
    assert not verify(release, KEY.public_key()).ok


def test_a_build_without_the_bytes_leaves_nothing(tmp_path: Path) -> None:
    """A record whose picture is lost stops the release."""
    record = showing(preference(22), attached(PIER, 0))
    with pytest.raises(MachineError, match="is not there"):
        build(filled_store([*first_facts(), *agreed(record)]), inputs(), KEY, tmp_path, actor=ACTOR)
    assert not list(tmp_path.glob("1.0.0"))


def exported(release: Path, name: str, target: Path, **options: str) -> Any:
    exporter = configure(load("exporters", name), options)
    rows = released_records(release, use="train")
    return export(rows, exporter, target, release=release_name(release))


def test_the_openai_file_shows_them_as_data_uris(built: Path, tmp_path: Path) -> None:
    """Parts have the order of the text, and reading them again gives the same message."""
    exported(built, "openai:chat", tmp_path / "out")
    lines = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    contents = [json.loads(line)["messages"][1]["content"] for line in lines]
    [parts] = [content for content in contents if isinstance(content, list)]
    assert [part["type"] for part in parts] == ["image_url", "text", "image_url", "text"]
    assert parts[0]["image_url"] == {"url": data_uri(PIER)}
    assert parts[2]["image_url"] == {"url": data_uri(TIMETABLE)}
    assert parts[1]["text"] + parts[3]["text"] == "When is the next ferry?"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "column"), [("trl:vision-conversational", "messages"), ("trl:vision-preference", "prompt")]
)  # fmt: skip
def test_vision_rows_load_with_their_pictures(
    built: Path, tmp_path: Path, name: str, column: str
) -> None:
    """`datasets` decodes the bytes, and each place in the messages has its picture."""
    import datasets

    report = exported(built, name, tmp_path / "out")
    rows = datasets.load_dataset(
        str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache")
    ).cast_column("images", datasets.List(datasets.Image(decode=False)))
    assert rows.num_rows == report.rows
    shown = [row for row in rows if row["images"]]
    assert shown
    for row in shown:
        places = [
            part
            for message in row[column]
            for part in message["content"]
            if part["type"] == "image"
        ]
        assert len(places) == len(row["images"])
        assert {image["bytes"] for image in row["images"]} <= {PIER, TIMETABLE}


def test_llama_factory_rows_name_files_beside_them(built: Path, tmp_path: Path) -> None:
    """The marks in the text have the order of the files, which are there."""
    report = exported(built, "llama-factory", tmp_path / "out", images="true")
    rows = json.loads((tmp_path / "out" / "train.json").read_text())
    [row] = [row for row in rows if row["images"]]
    assert row["conversations"][0]["value"] == "<image>When <image>is the next ferry?"
    contents = [(tmp_path / "out" / name).read_bytes() for name in row["images"]]
    assert contents == [PIER, TIMETABLE]
    assert set(row["images"]) <= set(report.files)
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())
    assert info["assay"]["columns"]["images"] == "images"


@pytest.mark.parametrize("name", ["trl:preference", "kto", "argilla", "reward"])
def test_a_format_without_a_place_drops_the_record_by_name(
    built: Path, tmp_path: Path, name: str
) -> None:
    """No row asks about a picture that it does not show; the report names a format that does."""
    report = exported(built, name, tmp_path / "out")
    drops = {drop.reason: drop for drop in report.drops}
    assert drops["attachments_not_carried"].records >= 1
    assert "openai:chat" in {
        other for drop in report.drops for other in drop.formats
    } or "openai:preference" in {other for drop in report.drops for other in drop.formats}


def test_a_drop_names_the_option_that_would_carry_it(built: Path, tmp_path: Path) -> None:
    """LLaMA-Factory carries images where it is asked to."""
    report = exported(built, "llama-factory", tmp_path / "out")
    [drop] = [drop for drop in report.drops if drop.reason == "attachments_not_carried"]
    assert "images=true" in {option.option for option in drop.options}


@pytest.mark.parametrize(
    ("attachment", "reason"),
    [
        (Attachment(at=0, address="https://pictures.example/a.png"), "attachment_not_held"),
        (attached(SVG, 0, "image/svg+xml"), "attachment_type"),
    ],
)
def test_what_is_not_held_or_not_a_picture_is_dropped_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attachment: Attachment, reason: str
) -> None:
    """Vectors reach no trainer, and an address is no bytes."""
    monkeypatch.setitem(HELD, labelled_digest(SVG), SVG)
    folder = build_with(tmp_path, showing(preference(23), attachment))
    assert verify(folder, KEY.public_key()).ok
    report = exported(folder, "trl:vision-preference", tmp_path / "out")
    assert reason in {drop.reason for drop in report.drops}


def test_verdicts_on_two_pictures_with_one_question_contradict_nothing(tmp_path: Path) -> None:
    """The picture is part of the item: the same words about another one are another item."""
    one, other = (showing(preference(24), attached(content, 0)) for content in (PIER, TIMETABLE))
    facts = [
        *first_facts(),
        *agreed(one, Prefers(candidate=0)),
        *agreed(other, Prefers(candidate=1)),
    ]
    given = replace(inputs(), attachment=HELD.__getitem__)
    built = build(filled_store(facts), given, KEY, tmp_path, actor=ACTOR)
    assert verify(built.folder, KEY.public_key()).ok

"""Files of messages in a program: imported, held, fetched when asked, audited, and read back."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import assay
from assay.contracts.service import init
from assay.core.digest import labelled_digest
from assay.program.judging import JudgePlan
from assay.program.run import run_program
from assay.providers.endpoint import Endpoint
from assay.records.attachment import attachment_name
from assay.records.record import Record
from simulators.file_server import serving
from simulators.pictures import SVG, data_uri, png
from simulators.scripted_endpoint import scripted_endpoint
from simulators.scripted_judge import judging, opinion

ONE, TWO = png(1), png(2)
SOURCE = "chat-questions"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[assay.Program]:
    """A program of the template, with an empty store."""
    init(tmp_path / "p")
    with assay.open(tmp_path / "p") as opened:
        yield opened


def chat(*urls: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    asked = {"role": "user", "content": [*parts, {"type": "text", "text": "What?"}]}
    return {"messages": [asked, {"role": "assistant", "content": "A tram."}]}


def write(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def held(program: assay.Program) -> set[str]:
    folder = program.folder / ".assay" / "attachments"
    return {f"sha256:{file.name}" for file in folder.rglob("*") if file.is_file()}


def test_files_of_rows_are_held_and_counted(program: assay.Program, tmp_path: Path) -> None:
    """A row with a broken file is set aside, and its bytes are not held."""
    (tmp_path / "pics").mkdir()
    (tmp_path / "pics" / "two.png").write_bytes(TWO)
    data = write(
        tmp_path / "rows.jsonl",
        chat(data_uri(ONE), "pics/two.png"),
        chat(data_uri(SVG), "https://pictures.example/a.png"),
        chat(data_uri(png(3)), "../p/assay.toml"),
    )
    report = program.records.import_(data, format="openai-chat", source=SOURCE)
    assert (report.stored, report.set_aside) == (2, 1)
    assert report.attachments == {"image/png": 2, "image/svg+xml": 1, "not held": 1}
    assert [reason.code for reason in report.reasons] == ["attachment-not-found"]
    assert held(program) == {labelled_digest(content) for content in (ONE, TWO, SVG)}
    again = program.records.import_(data, format="openai-chat", source=SOURCE)
    assert again.already_there == 2


def test_images_of_parquet_are_held_with_their_bytes(
    program: assay.Program, tmp_path: Path
) -> None:
    """The column that `datasets` writes; a row set aside can be mended and imported from its file."""
    image = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
    rows = {
        "prompt": ["What?", "And this?"],
        "completion": ["A tram.", "A bus."],
        "images": [[{"bytes": ONE, "path": "a.png"}], [{"bytes": TWO, "path": None}]],
    }
    schema = pa.schema([("prompt", pa.string()), ("completion", pa.string()), ("images", pa.list_(image))])  # fmt: skip
    data = tmp_path / "rows.parquet"
    pq.write_table(pa.table(rows, schema=schema), data)
    small = program.records.import_(
        data, format="trl", kind="demonstration", source=SOURCE, max_attachment_bytes=8
    )
    assert [(reason.code, reason.rows) for reason in small.reasons] == [("attachment-too-large", 2)]
    mended = program.records.import_(
        tmp_path / "rows.parquet.set-aside.jsonl", format="trl", kind="demonstration", source=SOURCE
    )
    assert (mended.stored, mended.attachments) == (2, {"image/png": 2})
    assert held(program) == {labelled_digest(ONE), labelled_digest(TWO)}


def test_an_import_clears_what_a_killed_one_left(program: assay.Program, tmp_path: Path) -> None:
    """An unfinished file of an earlier run is gone when the next import has ended."""
    draft = program.context.attachments.path_of(labelled_digest(TWO))
    draft = draft.with_name(f".{draft.name}.{'0' * 16}")
    draft.parent.mkdir(parents=True)
    draft.write_bytes(TWO[:9])
    data = write(tmp_path / "rows.jsonl", chat(data_uri(ONE)))
    program.records.import_(data, format="openai-chat", source=SOURCE)
    assert not draft.exists()
    assert held(program) == {labelled_digest(ONE)}


def test_files_that_a_mapping_names_are_held(program: assay.Program, tmp_path: Path) -> None:
    """They come with their rows under the rules of every reader, repeated rows included."""
    (tmp_path / "one.png").write_bytes(ONE)
    (tmp_path / "m.yaml").write_text(
        "mapping: 1\nkind: outcome\nrecord:\n"
        '  messages: [{user: "{q}", files: [{file: "{image}"}]}]\n'
        '  candidates: [{content: "{a}", unknown: nobody says}]\n'
    )
    row = {"q": "What?", "image": "one.png", "a": "A tram."}
    bad = row | {"image": "p/.assay/store.sqlite"}
    data = write(tmp_path / "rows.jsonl", row, row, bad)
    report = program.records.import_(data, format=tmp_path / "m.yaml", source=SOURCE)
    assert (report.stored, report.already_there, report.set_aside) == (1, 1, 1)
    assert report.attachments == {"image/png": 2}
    assert held(program) == {labelled_digest(ONE)}


def test_a_data_file_of_the_settings_has_the_options_of_attachments(tmp_path: Path) -> None:
    """A run bounds and fetches files as its settings say, and imports again when they change."""
    init(tmp_path / "p")
    settings = tmp_path / "p" / "assay.toml"
    own = settings.read_text()
    with serving() as web:
        web.content = ONE + b"x" * 2**20
        write(tmp_path / "p" / "rows.jsonl", chat(web.address), chat())
        entry = f'\n[[data]]\npath = "rows.jsonl"\nformat = "openai-chat"\nsource = "{SOURCE}"\n'

        def first_step(options: str) -> str:
            settings.write_text(own + entry + options)
            with assay.open(tmp_path / "p") as program:
                return next(run_program(program)).result

        fetching = "fetch_attachments = true\nallow_private = true\n"
        assert "2 stored, 0 already there, 0 set aside" in first_step("")
        assert "2 stored" not in first_step("")
        assert not web.ranges
        assert "1 already there, 1 set aside" in first_step(fetching + "max_attachment_mb = 1\n")
        assert "1 stored, 1 already there, 0 set aside" in first_step(fetching)
        assert "1 stored" not in first_step(fetching)
        with assay.open(tmp_path / "p") as program:
            assert held(program) == {labelled_digest(web.content)}


def test_a_judge_of_the_program_is_sent_the_pictures_that_are_held(
    program: assay.Program, tmp_path: Path
) -> None:
    """A preview counts them, a judge without images passes the record over, one with images sees them."""
    data = write(tmp_path / "rows.jsonl", chat(data_uri(ONE)), chat("https://a.example/b.png"))
    program.records.import_(data, format="openai-chat", source=SOURCE)
    blind = program.review.preview_judge(JudgePlan(model="small"))
    assert (blind.requests, blind.images) == (0, 0)
    assert blind.skipped == {"shows files, and the judge sees no images": 2}
    plan = JudgePlan(model="small", images=True)
    preview = program.review.preview_judge(plan)
    assert (preview.requests, preview.images) == (1, 1)
    script = judging(lambda asked: opinion(asked, None, dict.fromkeys(asked.candidates, "na")))
    with scripted_endpoint(script) as server:
        report = program.review.judge(plan, Endpoint(base_url=server.url))
        [body] = server.requests
    assert (report.run.judged, report.run.unparseable) == (1, 0)
    parts = body["messages"][1]["content"]
    assert [part["image_url"]["url"] for part in parts if "image_url" in part] == [data_uri(ONE)]


def test_a_preview_holds_nothing(program: assay.Program, tmp_path: Path) -> None:
    """The record is shown with its files, and no byte is kept."""
    (tmp_path / "two.png").write_bytes(TWO)
    data = write(tmp_path / "rows.jsonl", chat("two.png"))
    preview = program.records.preview(data, format="openai-chat", source=SOURCE)
    [read] = preview.reads
    assert read.record is not None
    assert [shown.digest for shown in read.record.attachments] == [labelled_digest(TWO)]
    assert held(program) == set()


def test_the_audit_names_files_that_are_lost_or_changed(
    program: assay.Program, tmp_path: Path
) -> None:
    """The store alone is not the whole of a program with pictures."""
    data = write(tmp_path / "rows.jsonl", chat(data_uri(ONE), data_uri(TWO)))
    program.records.import_(data, format="openai-chat", source=SOURCE)
    assert program.audit().ok
    files = program.context.attachments
    files.path_of(labelled_digest(ONE)).write_bytes(TWO)
    files.path_of(labelled_digest(TWO)).unlink()
    findings = program.audit().findings
    assert {finding.code for finding in findings} == {"attachment-lost"}
    assert {finding.where for finding in findings} == {labelled_digest(ONE), labelled_digest(TWO)}


def test_own_lines_travel_with_the_files_beside_them(
    program: assay.Program, tmp_path: Path
) -> None:
    """Another program reads the lines and the folder; without the folder the line is set aside."""
    data = write(tmp_path / "rows.jsonl", chat(data_uri(ONE)))
    program.records.import_(data, format="openai-chat", source=SOURCE)
    out = tmp_path / "out" / "records.jsonl"
    out.parent.mkdir()
    program.records.export(out)
    assert (out.parent / attachment_name(labelled_digest(ONE))).read_bytes() == ONE
    init(tmp_path / "q")
    with assay.open(tmp_path / "q") as other:
        report = other.records.import_(out)
        assert (report.stored, report.set_aside) == (1, 0)
        assert held(other) == {labelled_digest(ONE)}
    (out.parent / attachment_name(labelled_digest(ONE))).write_bytes(TWO)
    init(tmp_path / "r")
    with assay.open(tmp_path / "r") as third:
        assert third.records.import_(out).set_aside == 1
        assert held(third) == set()


def test_an_address_is_fetched_only_when_asked(program: assay.Program, tmp_path: Path) -> None:
    """Nothing is asked for in silence; a private address needs a permission of its own."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(ONE)))
            self.end_headers()
            self.wfile.write(ONE)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/a.png"
        data = write(tmp_path / "rows.jsonl", chat(address))
        way: dict[str, Any] = {"format": "openai-chat", "source": SOURCE}
        assert program.records.import_(data, **way).attachments == {"not held": 1}
        refused = program.records.import_(data, **way, fetch_attachments=True)
        assert refused.set_aside == 1
        assert asked == []
        fetched = program.records.import_(data, **way, fetch_attachments=True, allow_private=True)
        assert fetched.attachments == {"image/png": 1}
        assert asked == ["/a.png"]
        assert [
            shown.digest for record in program.store.scan(Record) for shown in record.attachments
        ] == [None, labelled_digest(ONE)]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

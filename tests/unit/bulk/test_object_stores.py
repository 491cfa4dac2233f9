"""S3, Google Cloud Storage, Azure and the Hub through their own libraries, against local servers.

Each test needs the library of its protocol (`pip install 'assay[remote]'`) and is skipped by name
where it is not installed; the one against moto needs `moto[server]`.
"""

import json
import logging
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import fsspec
import pytest

from assay import open as open_program
from assay.bulk.fetch import BLOCK, current_revision, fetch
from assay.contracts.service import init
from assay.core.clock import fixed_clock
from assay.core.errors import AssayError, InputError, MachineError
from simulators.object_stores import BUCKET, COMMIT, KEY, ObjectStores, serving_stores

ROWS = b"".join(b'{"row": %7d}\n' % number for number in range(2 * BLOCK // 17 + 1_000))
OTHER = ROWS.replace(b"row", b"cow")
CLOCK = fixed_clock("2026-01-01T00:00:00Z")
SECRET = "aHVzaGh1c2hodXNoaHVzaA=="

LIBRARIES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "hf": "huggingface_hub"}
ADDRESSES = {
    "s3": f"s3://{BUCKET}/{KEY}",
    "gs": f"gs://{BUCKET}/{KEY}",
    "az": f"az://{BUCKET}/{KEY}",
    "hf": f"hf://datasets/own/shelf@{COMMIT}/{KEY}",
}


def _lead(url: str, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """Lead the library of a protocol to a local server, with a secret that must go no further."""
    pytest.importorskip(
        LIBRARIES[scheme], reason=f"SKIPPED: {scheme}:// is not tested without {LIBRARIES[scheme]}"
    )
    environment = {
        "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "own", "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "STORAGE_EMULATOR_HOST": url,
        "AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=own;"
        f"AccountKey={SECRET};BlobEndpoint={url}/own",
        "HF_TOKEN": f"hf_{SECRET}",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if scheme == "hf":
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "ENDPOINT", url)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            url + "/{repo_id}/resolve/{revision}/{filename}",
        )
    fsspec.get_filesystem_class(scheme).clear_instance_cache()


@pytest.fixture
def stores() -> Iterator[ObjectStores]:
    with serving_stores() as server:
        server.content = ROWS
        yield server


@pytest.fixture(params=list(ADDRESSES))
def address(
    request: pytest.FixtureRequest, stores: ObjectStores, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of the object in each store."""
    _lead(stores.url, monkeypatch, request.param)
    return ADDRESSES[request.param]


def test_an_object_is_streamed_with_its_revision(
    address: str, stores: ObjectStores, tmp_path: Path
) -> None:
    """The bytes are the object's, taken in several ranges; the revision is what a look shows."""
    fetched = fetch(address, tmp_path, CLOCK)
    assert fetched.path.read_bytes() == ROWS
    assert len(set(stores.ranges)) > 2
    assert fetched.revision
    assert fetched.origin == f"{address}, revision {fetched.revision}, fetched {CLOCK()}"
    assert current_revision(address) == fetched.revision
    stores.content = OTHER
    assert current_revision(address) != fetched.revision


# The libraries of two stores try a broken connection again for half a minute.
CUT = pytest.mark.parametrize(
    "address",
    ["s3", "az", *(pytest.param(scheme, marks=pytest.mark.long) for scheme in ("gs", "hf"))],
    indirect=True,
)


@CUT
def test_a_later_run_goes_on_after_a_cut(
    address: str, stores: ObjectStores, tmp_path: Path
) -> None:
    """What came before the cut is not asked for again."""
    stores.breaks_at = BLOCK + 5
    with pytest.raises(AssayError, match=r"fetched|library"):
        fetch(address, tmp_path, CLOCK)
    stores.breaks_at = -1
    stores.ranges.clear()
    assert fetch(address, tmp_path, CLOCK).path.read_bytes() == ROWS
    assert min(stores.ranges) >= BLOCK


@CUT
def test_an_object_that_changed_after_a_cut_is_fetched_anew(
    address: str, stores: ObjectStores, tmp_path: Path
) -> None:
    """Bytes of two revisions are never mixed."""
    stores.breaks_at = BLOCK + 5
    with pytest.raises(AssayError):
        fetch(address, tmp_path, CLOCK)
    stores.breaks_at, stores.content = -1, OTHER
    assert fetch(address, tmp_path, CLOCK).path.read_bytes() == OTHER


def test_no_secret_is_kept_or_told(
    address: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in what is written beside the bytes, nor in our log, nor in an error."""
    with caplog.at_level(logging.DEBUG, logger="assay"):
        fetched = fetch(address, tmp_path, CLOCK)
        with pytest.raises(AssayError) as refused:
            fetch(f"{address}.gone", tmp_path, CLOCK)
    told = [str(refused.value), fetched.origin, *(record.getMessage() for record in caplog.records)]
    assert not [text for text in told if SECRET in text]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_an_import_keeps_address_revision_digest_and_time_and_no_secret(
    address: str, stores: ObjectStores, tmp_path: Path
) -> None:
    """In the store's list of imports; the secret is in no file of the program."""
    row = {"prompt": "Which tram goes to the harbour?", "chosen": "The red one", "rejected": "None"}
    stores.content = json.dumps(row).encode()
    init(tmp_path / "p")
    with open_program(tmp_path / "p") as program:
        program.records.import_(address, source="chat-questions", format="trl")
        (run,) = program.context.store.imports()
        state = program.records.import_state(address, source="chat-questions", format="trl")
    assert run.file.startswith(f"{address}, revision ")
    assert run.sha256 == sha256(stores.content).hexdigest()
    assert ", fetched 20" in run.file
    assert (state.imported, state.is_current) == (run.finished, True)
    files = [path for path in (tmp_path / "p").rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket with one object, behind moto's S3."""
    pytest.importorskip("s3fs", reason="SKIPPED: s3:// is not tested without s3fs")
    reason = "SKIPPED: S3 is not tested against moto without `moto[server]`"
    server_class = pytest.importorskip("moto.server", reason=reason).ThreadedMotoServer
    boto3 = pytest.importorskip("boto3", reason=reason)
    server = server_class(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    _lead(f"http://{host}:{port}", monkeypatch, "s3")
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    try:
        yield lambda content: client.put_object(Bucket=BUCKET, Key=KEY, Body=content)
    finally:
        server.stop()


def test_an_object_of_s3_is_fetched_and_its_change_is_seen(
    bucket: Callable[[bytes], object], tmp_path: Path
) -> None:
    """Against moto: bytes, entity tag, and a name that is not there."""
    bucket(ROWS)
    fetched = fetch(ADDRESSES["s3"], tmp_path, CLOCK)
    assert fetched.path.read_bytes() == ROWS
    assert current_revision(ADDRESSES["s3"]) == fetched.revision
    bucket(OTHER)
    assert current_revision(ADDRESSES["s3"]) != fetched.revision
    with pytest.raises(InputError, match="no such file"):
        current_revision(f"s3://{BUCKET}/part/none.jsonl")


def test_a_server_that_is_gone_is_named_without_its_library_s_text(
    stores: ObjectStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that fails is a fault of the machine."""
    _lead("http://127.0.0.1:9", monkeypatch, "s3")
    with pytest.raises(MachineError):
        current_revision(ADDRESSES["s3"])

"""Work at `s3://`: worker processes see the address alone, and the results are those of a folder.

Needs `s3fs` and `moto[server]`, and is skipped by name where they are not installed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.bulk.sharding.contract import WorkPlan, keep_context, keep_plan
from assay.bulk.sharding.place import WorkPlace, open_place, write_file
from assay.bulk.sharding.shards import shard_records
from assay.bulk.sharding.steps.near_copies import release_context
from assay.core.errors import InputError
from assay.records.kinds import Outcome
from builders import small_record

RECORDS = [
    small_record(Outcome(criterion="right"), f"What is {n} plus one?", str(n + 1))
    for n in range(20)
]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address in a bucket behind moto's S3."""
    pytest.importorskip("s3fs", reason="SKIPPED: work at s3:// is not tested without s3fs")
    reason = "SKIPPED: work at s3:// is not tested without `moto[server]`"
    server_class = pytest.importorskip("moto.server", reason=reason).ThreadedMotoServer
    boto3 = pytest.importorskip("boto3", reason=reason)
    server = server_class(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    boto3.client("s3").create_bucket(Bucket="bucket")
    try:
        yield "s3://bucket/work"
    finally:
        server.stop()


def _planned(place: WorkPlace) -> WorkPlan:
    shards = shard_records(place, "records", RECORDS, size=6).shards
    context = keep_context(place, release_context())
    return WorkPlan(step="statistics", version=1, context=context, shards=shards)


def _work(place: WorkPlace, name: str) -> None:
    command = [sys.executable, "-m", "assay", "work", "step", place.address, name]
    subprocess.run(command, check=True, env=os.environ, capture_output=True)


def test_workers_at_s3_give_the_results_of_workers_at_a_folder(
    address: str, tmp_path: Path
) -> None:
    """The same shards, the same names, the same bytes; a name that is there is kept."""
    remote, local = open_place(address), open_place(str(tmp_path))
    plan = _planned(remote)
    assert _planned(local) == plan
    for place in (remote, local):
        _work(place, keep_plan(place, plan))
        assert plan.missing(place) == ()
    assert plan.digest_of_results(remote) == plan.digest_of_results(local)
    assert remote.names(plan.folder) == local.names(plan.folder)
    write_file(remote, plan.result(plan.shards[0]), b"other")
    assert plan.digest_of_results(remote) == plan.digest_of_results(local)
    assert remote.names("nothing/here") == frozenset()
    with pytest.raises(InputError, match="no such file"):
        remote.read("plans/none.json")

"""A push: verified, permitted, named by its digest, written down, and the same the second time."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import assay
from assay.bulk.hub import HubRepository
from assay.core.errors import AssayError, CheckError, UsageError
from assay.program.pushing import PUSH
from assay.releases.release import GateResult
from simulators.hub import HubServer, hub_environment, hub_server

# The library itself hands bodies to its transport in a form that the transport will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

REPOSITORY = "harbour/trails"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with hub_server() as server, hub_environment(server.url, "hf_token", tmp_path):
        yield server


def test_a_downloaded_release_verifies(own: assay.Program, hub: HubServer, tmp_path: Path) -> None:
    """The folder of the version holds the release byte for byte; the commit names its digest."""
    report = own.releases.push("1.0.0", REPOSITORY, territory="EU")
    assert report.outcome == "pushed"
    hub.write_to(tmp_path / "down")
    key = own.folder / "assay.pub"
    assert assay.verify_release(tmp_path / "down" / "1.0.0", key).ok
    digest = own.releases.get("1.0.0").manifest_digest
    assert hub.messages == [f"trailhead 1.0.0 ({digest})"]
    assert digest in hub.files["README.md"].decode()
    assert hub.creations[0]["region"] == "eu"
    assert hub.private


@pytest.mark.filterwarnings("ignore")
def test_a_repository_loads_as_the_records_of_its_release(
    own: assay.Program, hub: HubServer, tmp_path: Path
) -> None:
    """The card's head leads a loader to the table of records."""
    import datasets

    own.releases.push("1.0.0", REPOSITORY, territory="EU")
    hub.write_to(tmp_path / "down")
    names = datasets.get_dataset_config_names(str(tmp_path / "down"))
    assert [name.rsplit("-", 1)[0] for name in names] == ["records-1.0.0", "judgments-1.0.0"]
    rows = datasets.load_dataset(
        str(tmp_path / "down"), names[0], split="train", cache_dir=str(tmp_path / "cache")
    )
    assert rows.num_rows == own.releases.get("1.0.0").records


@pytest.mark.filterwarnings("ignore")
def test_an_export_is_pushed_under_its_card(
    own: assay.Program, hub: HubServer, tmp_path: Path
) -> None:
    """A loader of the repository gets the rows of the export."""
    import datasets

    export = tmp_path / "rows"
    drops = own.releases.export("1.0.0", "trl:preference", export)
    report = own.releases.push(export, REPOSITORY, territory="EU")
    assert report.address.endswith("/1.0.0-trl-preference")
    hub.write_to(tmp_path / "down")
    rows = datasets.load_dataset(
        str(tmp_path / "down"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert rows.num_rows == drops.rows


def test_a_second_push_changes_nothing_and_is_written_down_once(
    own: assay.Program, hub: HubServer
) -> None:
    """The same release again makes no commit and no entry."""
    first = own.releases.push("1.0.0", REPOSITORY, territory="EU")
    second = own.releases.push("1.0.0", f"hf://datasets/{REPOSITORY}", territory="EU")
    assert (second.outcome, second.address) == ("already_there", first.address)
    assert hub.commit_requests() == 1
    assert own.releases.pushes("1.0.0") == (first.address,)
    assert own.audit().ok


def test_a_push_whose_entry_was_lost_is_written_down_by_the_next_one(
    own: assay.Program, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends between the commit and the entry leaves a push that the next one names."""

    def end(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assay.program.pushing._write_down", end)
        with pytest.raises(KeyboardInterrupt):
            own.releases.push("1.0.0", REPOSITORY, territory="EU")
    assert own.releases.pushes("1.0.0") == ()
    report = own.releases.push("1.0.0", REPOSITORY, territory="EU")
    assert report.outcome == "already_there"
    assert own.releases.pushes("1.0.0") == (report.address,)


def test_a_withdrawal_names_where_the_release_was_pushed(
    own: assay.Program, hub: HubServer
) -> None:
    """What was pushed stays there, so the addresses are named, and no further push is possible."""
    address = own.releases.push("1.0.0", REPOSITORY, territory="EU").address
    withdrawn = own.releases.withdraw("1.0.0", reason="a source took back its permission")
    assert withdrawn.pushed == (address,)
    assert REPOSITORY in address
    withdrawn.notice.unlink()
    requests = len(hub.requests)
    with pytest.raises(CheckError, match="a source took back its permission"):
        own.releases.push("1.0.0", REPOSITORY, territory="EU")
    assert len(hub.requests) == requests


def test_a_plan_sends_nothing_and_needs_no_token(own: assay.Program, tmp_path: Path) -> None:
    """It names every file, the card first, and asks the network for nothing."""
    with hub_server() as hub, hub_environment(hub.url, None, tmp_path):
        report = own.releases.push("1.0.0", REPOSITORY, territory="EU", plan=True)
        assert report.outcome == "planned"
        assert [file.path for file in report.files][:1] == ["README.md"]
        assert "1.0.0/manifest.json" in {file.path for file in report.files}
        assert hub.requests == []
    assert own.releases.pushes("1.0.0") == ()


def test_what_does_not_verify_is_not_pushed(own: assay.Program, hub: HubServer) -> None:
    """A changed byte stops the push before anything is asked for."""
    (own.folder / "releases" / "1.0.0" / "records.jsonl").write_bytes(b"{}\n")
    with pytest.raises(CheckError) as refusal:
        own.releases.push("1.0.0", REPOSITORY, territory="EU")
    assert refusal.value.code == "not-verified"
    assert hub.requests == []


def test_an_export_that_was_changed_is_not_pushed(
    own: assay.Program, hub: HubServer, tmp_path: Path
) -> None:
    """An export is made again and compared, as no signature covers it."""
    export = tmp_path / "rows"
    own.releases.export("1.0.0", "trl:preference", export, {"margin": "mean-strength"})
    own.releases.push(export, REPOSITORY, territory="EU", plan=True)
    with (export / "train.jsonl").open("ab") as stream:
        stream.write(b"{}\n")
    with pytest.raises(CheckError, match=r"train\.jsonl differ"):
        own.releases.push(export, REPOSITORY, territory="EU")
    assert hub.requests == []


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ({}, "not in US"),
        ({"territory": "EU", "private": False}, "does not permit to publish"),
        ({"territory": "EU", "readers": ("author",)}, "not by author"),
    ],
)
def test_what_its_sources_do_not_permit_does_not_leave(
    own: assay.Program, hub: HubServer, where: dict[str, object], reason: str
) -> None:
    """Place, readers and publication are asked for at this exit too."""
    sources = own.folder / "sources.yaml"
    text = sources.read_text()
    sources.write_text(text.replace("[worldwide]", "[EU]").replace(", publish", ""))
    with pytest.raises(CheckError, match=reason) as refusal:
        own.releases.push("1.0.0", REPOSITORY, **where)
    assert refusal.value.code == "rights-denied"
    assert hub.requests == []


@pytest.mark.parametrize("territory", ["Mars", "us", "USA"])
def test_a_place_that_is_no_territory_is_refused(
    own: assay.Program, hub: HubServer, territory: str
) -> None:
    """Rights are not asked for a place that does not exist, which no source could exclude."""
    with pytest.raises(UsageError, match="no territory"):
        own.releases.push("1.0.0", REPOSITORY, territory=territory, plan=True)
    assert hub.requests == []


@pytest.mark.parametrize("what", ["9.0.0", "."])
def test_what_is_neither_release_nor_export_is_refused(own: assay.Program, what: str) -> None:
    """The hint names the releases that there are."""
    with pytest.raises(UsageError, match=r"releases that were built: 1\.0\.0"):
        own.releases.push(what, REPOSITORY)


@pytest.mark.parametrize("name", ["ferries", "https://hub/harbour/ferries", "../a/b", "a/b c"])
def test_a_name_that_is_no_repository_is_refused(own: assay.Program, name: str) -> None:
    """A repository is its owner and its name."""
    with pytest.raises(UsageError, match="is no repository"):
        own.releases.push("1.0.0", name, territory="EU", plan=True)


def test_the_audit_log_holds_the_address_and_no_token(
    own: assay.Program, hub: HubServer, tmp_path: Path
) -> None:
    """The entry names version, repository and commit."""
    file = tmp_path / "token"
    file.write_text("hf_secret")
    own.releases.push("1.0.0", REPOSITORY, territory="EU", token_file=file)
    assert hub.tokens <= {"Bearer hf_secret", ""}
    (subject,) = own.store.subjects(PUSH)
    assert subject == f"1.0.0 hf://datasets/{REPOSITORY}@{hub.commits[-1][0]}/1.0.0"
    for path in own.folder.rglob("*"):
        assert not path.is_file() or b"hf_secret" not in path.read_bytes(), path


def test_a_gate_that_failed_stops_the_push(
    own: assay.Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release whose manifest has a refused gate does not leave, though its signature holds."""
    from assay.releases import push_plan

    read = push_plan.read_head

    def with_refused_gate(file: Path) -> object:
        head = read(file)
        gate = GateResult(gate="quotas", passed=False, state="refused", reason="planted")
        return msgspec.structs.replace(head, gates=(gate,))

    monkeypatch.setattr(push_plan, "read_head", with_refused_gate)
    with pytest.raises(CheckError, match="planted") as refusal:
        own.releases.push("1.0.0", REPOSITORY, territory="EU", plan=True)
    assert refusal.value.code == "gate-failed"


def test_a_repository_never_shows_its_token(tmp_path: Path) -> None:
    """Neither its text nor its fields as JSON hold it."""
    with hub_environment("http://127.0.0.1:9", None, tmp_path):
        repository = HubRepository(REPOSITORY, "hf_secret", private=True)
    assert "hf_secret" not in repr(repository)
    with pytest.raises(AssayError):
        raise UsageError(code="x", message=json.dumps(repr(vars(repository))))
    assert "hf_secret" not in repr(vars(repository))

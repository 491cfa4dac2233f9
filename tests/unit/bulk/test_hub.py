"""A commit on the Hub: whole or completed by the next one, never twice, never with a token shown."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.bulk.hub import HubFile, HubRepository, hub_token
from assay.core.errors import AssayError, CheckError, MachineError, UsageError
from simulators.hub import ANSWER_LOST, DROP, HubServer, hub_environment, hub_server

# The library itself hands bodies to its transport in a form that the transport will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TOKEN = "hf_never_shown"
NAME = "harbour/ferries"
FILES = (
    HubFile(path="README.md", content=b"# Ferries\n"),
    HubFile(path="1.0.0/records.jsonl", content=b"{}\n"),
    HubFile(path="1.0.0/records.parquet", content=b"PAR1"),
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    monkeypatch.setattr("assay.bulk.hub.time.sleep", lambda _seconds: None)
    # The library waits for seconds between its own attempts, which shows nothing of ours.
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _seconds: None)
    with hub_server() as server, hub_environment(server.url, TOKEN, tmp_path):
        yield server


def _put(files: tuple[HubFile, ...] = FILES, *, private: bool = True) -> tuple[str, bool]:
    repository = HubRepository(NAME, hub_token(None), private=private)
    commit = repository.put(files, "1.0.0", message="ferries 1.0.0", description="")
    return commit.id, commit.changed


def test_a_repository_is_made_private_and_holds_the_files(hub: HubServer) -> None:
    """Small files and large ones arrive byte for byte, in a repository that was made private."""
    identity, changed = _put()
    assert changed
    assert identity == hub.commits[-1][0]
    assert {path: hub.files[path] for path in ("README.md", "1.0.0/records.parquet")} == {
        "README.md": b"# Ferries\n",
        "1.0.0/records.parquet": b"PAR1",
    }
    assert hub.private
    assert "region" not in hub.creations[0]


def test_a_second_push_of_the_same_files_makes_no_commit(hub: HubServer) -> None:
    """What the repository holds is not sent again."""
    first, _ = _put()
    assert _put() == (first, False)
    assert hub.commit_requests() == 1


def test_a_strange_file_in_the_folder_is_removed_and_one_beside_it_stays(hub: HubServer) -> None:
    """The folder holds what was sent and nothing else; other folders are left alone."""
    hub.create(NAME, private=True)
    hub.commits.append(("a" * 40, {"1.0.0/planted.txt": b"x", "0.9.0/records.jsonl": b"y"}))
    _put()
    assert "1.0.0/planted.txt" not in hub.files
    assert hub.files["0.9.0/records.jsonl"] == b"y"


def test_a_public_repository_is_refused_unless_that_is_wanted(hub: HubServer) -> None:
    """What was to be private does not go where everyone reads."""
    hub.create(NAME, private=False)
    with pytest.raises(UsageError, match="everyone can read it"):
        _put()
    assert hub.commit_requests() == 0
    assert _put(private=False)[1]


@pytest.mark.parametrize(
    ("status", "family", "code"),
    [
        (401, UsageError, "token-refused"),
        (403, UsageError, "push-forbidden"),
        (409, CheckError, "repository-changed"),
        (402, UsageError, "hub-refused"),
    ],
)
def test_a_refusal_of_the_hub_is_named_and_not_repeated(
    hub: HubServer, status: int, family: type[AssayError], code: str
) -> None:
    """Each status says what to do; the commit is asked for once."""
    hub.script = lambda _method, path: status if "/commit/" in path else 0
    with pytest.raises(family) as refusal:
        _put()
    assert refusal.value.code == code
    assert hub.commit_requests() == 1


def test_a_token_that_nobody_knows_is_named(hub: HubServer) -> None:
    """A repository that an unknown token does not see cannot be made by it either."""
    hub.script = lambda _method, _path: 401
    with pytest.raises(UsageError, match="does not accept the token"):
        _put()


@pytest.mark.parametrize("fault", [500, 503, 429, DROP])
def test_a_fault_that_passes_is_gone_over(hub: HubServer, fault: int) -> None:
    """A push is tried again after a fault of the server or of the connection."""
    faults = [fault, fault]
    hub.script = lambda _method, path: faults.pop() if "/commit/" in path and faults else 0
    assert _put()[1]


def test_a_commit_whose_answer_is_lost_is_not_made_twice(hub: HubServer) -> None:
    """The next attempt finds everything there."""
    lost = [ANSWER_LOST]
    hub.script = lambda _method, path: lost.pop() if "/commit/" in path and lost else 0
    assert _put() == (hub.commits[-1][0], False)
    assert hub.commit_requests() == 1


def test_a_push_that_was_cut_is_completed_by_the_next_one(hub: HubServer) -> None:
    """A connection that stays broken is named; a later push sends what is missing."""
    hub.script = lambda _method, path: DROP if "/commit/" in path else 0
    with pytest.raises(MachineError, match="what arrived is not sent again"):
        _put()
    hub.script = lambda _method, _path: 0
    assert _put()[1]
    assert sum(path.startswith("/upload/") for _, path in hub.requests) == 1


def test_a_file_that_the_repository_ignores_is_no_success(hub: HubServer) -> None:
    """The Hub leaves such a file out without a word; the push says so."""
    hub.ignored.add("1.0.0/records.jsonl")
    with pytest.raises(CheckError, match="does not hold what was sent"):
        _put()


def test_a_token_is_sent_and_never_shown(
    hub: HubServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file's token goes before the environment's; no log, output or error has either."""
    file = tmp_path / "token.txt"
    file.write_text("hf_of_a_file\n")
    hub.script = lambda _method, path: 500 if "/commit/" in path else 0
    with caplog.at_level(logging.INFO):
        repository = HubRepository(NAME, hub_token(file), private=True)
        with pytest.raises(MachineError) as refusal:
            repository.put(FILES, "1.0.0", message="ferries 1.0.0", description="")
    assert "Bearer hf_of_a_file" in hub.tokens
    printed = capsys.readouterr()
    shown = f"{caplog.text}{printed.out}{printed.err}{refusal.value}{refusal.value.__cause__}"
    assert "hf_of_a_file" not in shown
    assert TOKEN not in shown


def test_no_token_is_a_fault_of_the_call(tmp_path: Path) -> None:
    """Without a token, and without a file that can be read, nothing is asked for."""
    with hub_environment("http://127.0.0.1:9", None, tmp_path):
        with pytest.raises(UsageError, match="there is no token"):
            hub_token(None)
        with pytest.raises(UsageError, match="cannot be read"):
            hub_token(tmp_path / "nothing")


def test_without_the_extra_the_install_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is imported when it is needed, and its absence names the extra."""

    def find(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr("assay.bulk.hub.import_module", find)
    with pytest.raises(MachineError) as refusal:
        hub_token(None)
    assert refusal.value.hint == "pip install 'assay[hub]'"

"""`assay review simulate`: a real server, real accounts, and an account of what was done."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.core.errors import MachineError
from assay.demo.own_server import own_server
from assay.records.judgment import Judgment
from simulators.desk_program import opened, person, write_desk_program
from simulators.once import Once
from simulators.served import served, token_of

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def waiting(once: Once) -> Path:
    """A program in which records of every kind wait and nobody judged."""
    return once("desk", write_desk_program)


@pytest.fixture
def program(waiting: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(waiting, tmp_path / "program"))


def simulated(assay: Run, program: Path, *more: object) -> Any:
    return assay("review", "simulate", "-p", program, "--json", *more)


@pytest.mark.long
def test_every_kind_is_answered_from_its_form(assay: Run, program: Path) -> None:
    """All waiting work is answered, nothing is refused, and each kind's own parts are there."""
    done = simulated(assay, program, "--reviewers", 3, "--judgments", 500, "--seed", 2)
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert report["ended"] == "no-work"
    assert [each["refused"] for each in report["reviewers"]] == [{}, {}, {}]
    kinds = {kind for each in report["reviewers"] for kind in each["kinds"]}
    assert kinds == {
        "adversarial", "critique", "demonstration", "outcome", "policy", "preference", "process",
        "trajectory",
    }  # fmt: skip
    with opened(program) as reopened:
        judgments = list(reopened.store.scan(Judgment))
        accounts = reopened.accounts.list()
    assert len(judgments) == report["stored"] == sum(e["answers"] for e in report["reviewers"])
    assert any(each.step_labels for each in judgments)
    assert any(each.rulings for each in judgments)
    assert any(each.attack for each in judgments)
    assert any(each.errors for each in judgments)
    assert any(each.scores for each in judgments)
    assert any(reason.span for each in judgments for reason in each.reasons)
    assert [each.name for each in accounts] == [f"simulated-00{number}" for number in (1, 2, 3)]
    assert not any(each.active for each in accounts)


@pytest.mark.long
def test_the_same_seed_gives_the_same_judgments(assay: Run, waiting: Path, tmp_path: Path) -> None:
    """Two runs on copies of a program store the same judgments, but for the time of day.

    At a server that does not sweep: what a sweep routes anew depends on when it comes.
    """
    tokens = tmp_path / "tokens"
    judgments = []
    for name in ("first", "second"):
        copy = Path(shutil.copytree(waiting, tmp_path / name))
        with opened(copy) as program:
            simulants = [token_of(program, f"simulated-{letter}", "reviewer") for letter in "ab"]
            tokens.write_text("\n".join(simulants) + "\n")
            with served(program) as url:
                at = ("--url", url, "--tokens", tokens, "--yes", "--judgments", 20, "--seed", 7)
                assert simulated(assay, copy, *at).code == 0
            judgments.append([row.replace(judged_at=None) for row in program.store.scan(Judgment)])
    assert judgments[0] == judgments[1]
    assert len(judgments[0]) == 20


def test_people_are_not_mixed_with_simulated_ones(assay: Run, demo: Path, tmp_path: Path) -> None:
    """A program with judgments of people is refused, saying why, until --yes is said."""
    program = Path(shutil.copytree(demo, tmp_path / "program"))
    refused = simulated(assay, program, "--judgments", 2)
    assert refused.code == 2
    assert "judgments of people" in refused.err
    assert "--yes" in refused.err
    with opened(program) as untouched:
        assert untouched.accounts.list() == []


@pytest.mark.long
def test_a_second_run_goes_on_where_the_first_ended(assay: Run, program: Path) -> None:
    """Judgments of simulated reviewers do not stand in the way of others."""
    first = json.loads(simulated(assay, program, "--judgments", 4, "--reviewers", 2).out)
    second = json.loads(simulated(assay, program, "--judgments", 4, "--reviewers", 2).out)
    names = [each["reviewer"]["name"] for each in first["reviewers"] + second["reviewers"]]
    assert names == [f"simulated-00{number}" for number in range(1, 5)]
    with opened(program) as reopened:
        assert reopened.store.count(Judgment) == 8


def test_a_server_that_runs_is_entered_with_tokens_of_simulated_accounts(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """With --url the work goes there; a person's token, no token, or no --yes is refused."""
    tokens = tmp_path / "tokens"
    with opened(program) as running:
        simulants = [token_of(running, f"simulated-{name}", "reviewer") for name in "ab"]
        ana = person(running, "ana", "reviewer")
        hers = running.accounts.make_token(ana, name="hers", scopes=["review:work"])
        with served(running) as url:
            at = ("--url", url, "--judgments", 6)
            no_tokens = simulated(assay, program, *at)
            tokens.write_text(hers)
            unasked = simulated(assay, program, *at, "--tokens", tokens)
            of_ana = simulated(assay, program, *at, "--tokens", tokens, "--yes")
            tokens.write_text("\n".join(simulants) + "\n")
            done = simulated(assay, program, *at, "--tokens", tokens, "--yes")
            assert running.store.count(Judgment) == 6
    assert (no_tokens.code, unasked.code, of_ana.code, done.code) == (2, 2, 2, 0)
    assert "--yes" in unasked.err
    assert "'ana' would get judgments that nobody gave" in of_ana.err
    report = json.loads(done.out)
    assert [each["answers"] for each in report["reviewers"]] == [3, 3]
    assert report["ended"] == "enough"


def test_what_they_did_stands_beside_what_is_true_of_them(assay: Run, program: Path) -> None:
    """The text for people has both tables, the sum, and the warning."""
    done = assay("review", "simulate", "-p", program, "--judgments", 3, "--reviewers", 1)
    assert done.code == 0, done.err
    first, second = (line for line in done.out.splitlines() if line.startswith("reviewer"))
    assert "claims" in first
    assert "skill" in second
    assert "3 of 3 judgments stored: enough" in done.out
    assert "nothing of this program is to be released" in done.out


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    """The server's own words reach the caller at once, and no process is left."""
    with pytest.raises(MachineError) as caught, own_server(tmp_path):
        raise AssertionError("there is no program in this folder")
    assert caught.value.code == "no-server"
    assert str(tmp_path) in caught.value.message


def test_accounts_are_closed_where_the_run_breaks(
    assay: Run, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that cannot serve leaves no account that could sign in."""
    monkeypatch.setattr("sys.executable", "/bin/false")
    broken = simulated(assay, program, "--judgments", 2, "--reviewers", 1)
    assert broken.code == 4
    assert "the server did not start" in broken.err
    with opened(program) as reopened:
        assert [each.active for each in reopened.accounts.list()] == [False]

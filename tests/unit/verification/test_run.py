"""Runs: the same facts however many work, nothing tested twice, nothing lost but what was open."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assay.contracts.document import to_fact
from assay.core.errors import UsageError
from assay.records.record import Record
from assay.verification import running, service
from assay.verification.cases import case
from assay.verification.service import VerificationRun
from assay.verification.verification import Fail, Pass, Unavailable, Verification
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase
from simulators.memory_store import MemoryStore
from simulators.scripted_sandbox import CodeRuns, Opener, no_sandbox
from simulators.small_program import contract, pair, rubric

WORDS = ("right", "wrong", "slow", "huge", "crash")


class Sums(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that runs no code."""

    name = "sums"
    version = "1"
    summary = "Sums"
    covers = "sums"
    limits = ("nothing else",)

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """An answer with `right` in it holds."""
        right = "right" in str(record.candidates[candidate].content)
        return Found(verdict=Pass() if right else Fail(reason="no"))

    def cases(self) -> tuple[VerifierCase, ...]:
        """One of each."""
        return case("right", "pass", "right"), case("wrong", "fail", "wrong")


class Second(Sums, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Its second version."""

    version = "2"


class Fooled(Sums, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that one of its own cases fools."""

    def cases(self) -> tuple[VerifierCase, ...]:
        """The last one is a way to be fooled."""
        return (*Sums.cases(self), case("says that it is right", "fail", "not right"))


def _load(sums: type = Sums) -> Callable[[str], Any]:
    return lambda name: {"sums": sums, "code-runs": CodeRuns}[name]


def _documents(minimum: str | None = None, **options: Any) -> Any:
    given = {"minimum_isolation": minimum} if minimum else {}
    binary = {"scale": "binary", "judged_by": "machine"}
    dimensions = [
        {"id": "sound", "question": "Right?", "verifier": "sums", **binary},
        {
            "id": "runs",
            "question": "Runs?",
            "verifier": "code-runs",
            "verifier_options": options,
            **binary,
        },
    ]
    return {
        "contract": to_fact(contract(verification=given)),
        "rubric": to_fact(rubric(dimensions=dimensions, priority=[])),
    }


def _records(number: int) -> list[Record]:
    return [
        pair(each, texts=(f"{WORDS[each % 5]} {each}", f"{WORDS[each // 5 % 5]} {each} b"))
        for each in range(number)
    ]


def _texts(first: int, end: int) -> list[str]:
    return [str(each.content) for record in _records(end)[first:] for each in record.candidates]


def _store(records: Sequence[Record]) -> MemoryStore:
    store = MemoryStore()
    with store.write("record.import", actor="test") as writing:
        writing.add(records)
    return store


def _run(store: MemoryStore, opener: Any, documents: Any = None, **more: Any) -> VerificationRun:
    return service.verify(
        store,
        documents or _documents(),
        more.pop("load", _load()),
        actor="test",
        open_sandbox=opener,
        **more,
    )


def _facts(store: MemoryStore) -> list[str]:
    return [each.id for each in store.scan(Verification)]


def _verdicts(done: VerificationRun, verifier: str) -> dict[str, int]:
    [run] = [each for each in done.runs if each.verifier == verifier]
    return run.verdicts


def test_four_workers_give_the_facts_of_one_in_the_same_order() -> None:
    """Over several batches, with candidates that take unequally long."""
    alone, together = _store(_records(250)), _store(_records(250))
    one, four = Opener(), Opener(dawdles=True)
    first = _run(alone, one)
    second = _run(together, four, workers=4)
    assert _facts(alone) == _facts(together)
    assert (first.written, first.runs) == (second.written, second.runs)
    assert len(_facts(alone)) == 1000
    assert len(one.opened) == one.closed == 1
    assert 1 < len(four.opened) == four.closed <= 5


def test_a_run_that_was_killed_goes_on_where_it_was() -> None:
    """What was committed is not tested again, and the facts are those of a whole run."""
    whole, broken = _store(_records(350)), _store(_records(350))
    _run(whole, Opener())

    def kill(done: int, of: int) -> None:
        assert of == 350
        if done == 250:
            raise KeyboardInterrupt

    first, second = Opener(), Opener()
    with pytest.raises(KeyboardInterrupt):
        _run(broken, first, workers=2, progress=kill)
    assert len(_facts(broken)) == 200 * 4
    assert first.closed == len(first.opened)
    _run(broken, second, workers=2)
    assert _facts(broken) == _facts(whole)
    # What broke is tried again on purpose; all else is only what had not been committed.
    calm = [text for text in second.checked if not text.startswith("crash")]
    assert {int(text.split()[1]) for text in calm} <= set(range(200, 350))
    assert len(calm) == sum("crash" not in text for text in _texts(200, 350))


def test_progress_is_told_after_each_record() -> None:
    """One by one, with the number of all."""
    told: list[tuple[int, int]] = []
    _run(_store(_records(7)), Opener(), progress=lambda *each: told.append(each))
    assert told == [(done, 7) for done in range(1, 8)]


def test_what_says_nothing_is_tried_again_and_what_met_a_limit_is_not() -> None:
    """A crash is tried in every run; a timeout stands."""
    store = _store([pair(0, texts=("crash 0", "slow 0")), pair(1, texts=("huge 1", "right 1"))])
    first, second = Opener(), Opener()
    _run(store, first)
    assert first.checked == ["crash 0", "huge 1", "right 1", "slow 0"]
    done = _run(store, second)
    assert second.checked == ["crash 0"]
    assert done.written == 0  # the same answer is the same fact
    assert _verdicts(done, "code-runs") == {"error": 1}


def test_without_a_sandbox_code_is_unavailable_and_the_others_run() -> None:
    """Never a fail; said once; made good by the next run that has one."""
    store = _store(_records(5))
    done = _run(store, no_sandbox)
    assert done.no_sandbox == "bubblewrap is missing (apt install bubblewrap)"
    assert _verdicts(done, "code-runs") == {"unavailable": 10}
    assert _verdicts(done, "sums")["pass"] > 0
    [reason] = {
        each.verdict.reason
        for each in store.scan(Verification, verifier="code-runs")
        if isinstance(each.verdict, Unavailable)
    }
    assert reason == done.no_sandbox
    assert _verdicts(_run(store, Opener()), "code-runs").keys() == {
        "pass", "fail", "timeout", "memory", "error",
    }  # fmt: skip


def test_a_machine_without_a_sandbox_takes_no_verdict_back() -> None:
    """What passed stays passed where it cannot be tested again."""
    store = _store([pair(0, texts=("right 0", "wrong 0"))])
    _run(store, Opener())
    before = _facts(store)
    done = _run(store, no_sandbox)
    assert _facts(store) == before
    assert _verdicts(done, "code-runs") == {}


def test_no_sandbox_is_opened_where_nothing_runs_code() -> None:
    """One that is not needed is not asked for."""
    opener = Opener()
    done = _run(_store(_records(3)), opener, verifiers=["sums"])
    assert (opener.opened, done.no_sandbox, len(done.runs)) == ([], "", 1)


def test_a_verifier_that_its_own_case_fools_does_not_run() -> None:
    """The report names the case; the other verifier runs."""
    store = _store(_records(3))
    done = _run(store, Opener(), load=_load(Fooled))
    sums, runs = done.runs
    assert "'says that it is right': expected fail, found pass" in sums.missing
    assert (sums.verdicts, runs.missing) == ({}, "")
    assert {each.verifier for each in store.scan(Verification)} == {"code-runs"}


def test_equal_subjects_are_tested_once_and_each_gets_its_fact() -> None:
    """Who made an answer is no part of its subject; the place and the task are."""
    twins = [pair(1, texts=("right 1", "wrong 1")) for _ in range(2)]
    other = Record(**{**_fields(twins[0]), "key": "another row"})
    asked = pair(2, texts=("right 1", "wrong 1"))
    opener = Opener()
    store = _store([twins[0], other, asked])
    done = _run(store, opener)
    assert opener.checked == ["right 1", "right 1", "wrong 1", "wrong 1"]
    assert [each.same_subject for each in done.runs] == [2, 2]
    facts = list(store.scan(Verification, verifier="code-runs"))
    assert [each.record for each in facts] == [
        identity for record in (twins[0], other, asked) for identity in [record.id] * 2
    ]
    assert facts[0].verdict == facts[2].verdict == Pass()


def test_what_is_known_of_subjects_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last used ones stay; a subject that was put out is tested again."""
    monkeypatch.setattr(running, "MOST_SUBJECTS", 4)
    first = pair(1, texts=("right 1", "wrong 1"))
    again = Record(**{**_fields(first), "key": "another row"})
    opener = Opener()
    _run(_store([first, pair(2, texts=("right 2", "wrong 2")), again]), opener)
    assert opener.checked.count("right 1") == 2


@pytest.mark.parametrize(
    ("change", "tested"),
    [
        ("nothing", {}),
        ("version", {"sums": 2}),
        ("options", {"code-runs": 2}),
        ("environment", {"code-runs": 2}),
        ("fresh", {"sums": 2, "code-runs": 2}),
    ],
)
def test_only_what_changed_is_verified_again(change: str, tested: dict[str, int]) -> None:
    """Another version, other options, another environment; or all, where it is asked for."""
    store = _store([pair(0, texts=("right 0", "wrong 0"))])
    _run(store, Opener())
    done = _run(
        store,
        Opener(environment="sha256:two" if change == "environment" else "sha256:one"),
        _documents(shared=True) if change == "options" else _documents(),
        load=_load(Second if change == "version" else Sums),
        fresh=change == "fresh",
    )
    counted = {each.verifier: sum(each.verdicts.values()) for each in done.runs}
    assert {name: count for name, count in counted.items() if count} == tested


def test_a_sandbox_below_the_contracts_minimum_runs_nothing() -> None:
    """The refusal comes before anything is tested, by any verifier."""
    opener = Opener(level="landlock")
    store = _store(_records(2))
    with pytest.raises(UsageError, match="demands isolation by namespaces"):
        _run(store, opener, _documents("namespaces"))
    assert (_facts(store), opener.checked, opener.closed) == ([], [], 1)
    assert _run(store, opener, _documents("landlock")).written == 8


def test_a_verdict_below_a_minimum_that_came_later_is_verified_again() -> None:
    """What was held by landlock is tested anew once the contract demands namespaces."""
    store = _store([pair(0, texts=("right 0", "wrong 0"))])
    _run(store, Opener(level="landlock"))
    unasked = Opener()
    _run(store, unasked)
    assert unasked.checked == []
    asked = Opener()
    _run(store, asked, _documents("namespaces"))
    assert asked.checked == ["right 0", "wrong 0"]


def test_a_verifier_that_no_dimension_names_is_refused() -> None:
    """The message says which ones there are."""
    with pytest.raises(UsageError, match=r"names 'sum'.*code-runs, sums"):
        _run(_store([]), Opener(), verifiers=["sum"])


def test_only_the_records_that_are_named_are_looked_at() -> None:
    """By their ids."""
    records = _records(3)
    done = _run(_store(records), Opener(), records=[records[1].id])
    assert (done.records, done.written) == (1, 4)


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}

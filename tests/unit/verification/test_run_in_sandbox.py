"""The run loop over real sandboxes: code that is held, tried again, and the same by any workers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec
import pytest

from assay.contracts.document import to_fact
from assay.core.errors import MachineError, UsageError
from assay.records.evidence import Evidence
from assay.records.record import Record
from assay.verification import service
from assay.verification.ports import Sandbox
from assay.verification.verification import Verification
from assay.verification.verifiers.python_tests import PythonTests
from simulators.memory_store import MemoryStore
from simulators.sandboxes import real_sandbox
from simulators.small_program import contract, pair, rubric

RIGHT, WRONG = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
TESTS = Evidence(kind="test", text="def check(candidate):\n    assert candidate(2, 3) == 5\n")


def _load(name: str) -> type:
    return {"code": PythonTests}[name]


def _documents(*verifiers: str, **changes: Any) -> Any:
    dimensions = [
        {"id": name, "question": "Is it so?", "scale": "binary", "judged_by": "expert"}
        | {"verifier": name}
        for name in verifiers
    ]
    named = rubric(dimensions=dimensions, priority=[])
    return {"contract": to_fact(contract(**changes)), "rubric": to_fact(named)}


def _store(*records: Record) -> MemoryStore:
    store = MemoryStore()
    with store.write("record.import", actor="test") as writing:
        writing.add(records)
    return store


def _run(store: MemoryStore, documents: Any, **given: Any) -> service.VerificationRun:
    return service.verify(store, documents, _load, actor="test", **given)


def _facts(store: MemoryStore) -> list[Verification]:
    """All verifications in order, without what a run happened to take."""
    return [msgspec.structs.replace(each, usage=None) for each in store.scan(Verification)]


def _code(number: int, *texts: str) -> Record:
    return msgspec.structs.replace(pair(number, texts=texts), evidence=(TESTS,))


def _nowhere() -> AbstractContextManager[Sandbox]:
    raise MachineError(code="sandbox-unavailable", message="no isolation here", hint="get some")


def test_what_could_not_run_is_tried_again_in_a_sandbox() -> None:
    """With a sandbox the same candidates pass and fail; a third run finds all there."""
    store = _store(_code(0, RIGHT, WRONG))
    _run(store, _documents("code"), open_sandbox=_nowhere)
    for verdicts in ({"fail": 1, "pass": 1}, {}):
        done = _run(store, _documents("code"), open_sandbox=real_sandbox)
        assert done.runs[0].verdicts == verdicts
    assert done.runs[0].already_there == 2
    fresh = _run(store, _documents("code"), open_sandbox=real_sandbox, fresh=True)
    assert fresh.runs[0].verdicts == {"fail": 1, "pass": 1}


def test_facts_are_the_same_for_any_number_of_workers() -> None:
    """One sandbox or three: the same facts in the same order, each with its environment."""
    records = [_code(number, RIGHT, WRONG, f"{RIGHT}# {number}\n") for number in range(6)]
    found = []
    for workers in (1, 3):
        store = _store(*records)
        _run(store, _documents("code"), open_sandbox=real_sandbox, workers=workers)
        found.append(_facts(store))
    assert found[0] == found[1]
    assert len(found[0]) == 18
    assert all(each.environment and each.isolation == "namespaces/split" for each in found[0])


def test_another_environment_is_tested_again() -> None:
    """A verification that another environment brought forth is not taken for this one."""
    store = _store(_code(0, RIGHT))
    _run(store, _documents("code"), open_sandbox=real_sandbox)
    [first] = store.scan(Verification)
    elsewhere = msgspec.structs.replace(first, environment="sha256:" + "0" * 64)
    moved = _store(_code(0, RIGHT))
    with moved.write("record.verify", actor="test") as writing:
        writing.add([elsewhere])
    done = _run(moved, _documents("code"), open_sandbox=real_sandbox)
    assert (done.runs[0].already_there, done.runs[0].verdicts) == (0, {"pass": 1})


def test_a_sandbox_below_the_contract_s_minimum_runs_nothing() -> None:
    """The run is refused before the first candidate, in words that name the minimum."""
    store = _store(_code(0, RIGHT))
    documents = _documents("code", verification={"minimum_isolation": "namespaces"})

    @contextmanager
    def weaker() -> Iterator[Sandbox]:
        with real_sandbox("landlock") as sandbox:
            yield sandbox

    with pytest.raises(UsageError, match="demands isolation by namespaces"):
        _run(store, documents, open_sandbox=weaker)
    assert _facts(store) == []

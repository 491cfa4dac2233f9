"""Running verifiers: once each, only on what they cover, and never stopped by one that breaks."""

from typing import Any

from assay.contracts.document import to_fact
from assay.core.errors import UsageError
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Scored
from assay.verification import service
from assay.verification.cases import case
from assay.verification.verification import Fail, Pass, Verification
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase
from simulators.memory_store import MemoryStore
from simulators.small_program import contract, judged, pair, rubric


class Sums(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier of our own: an answer of 4 holds, one of 5 does not, others break it."""

    name = "sums"
    version = "1"
    summary = "Sums"
    covers = "sums"
    limits = ("nothing else",)

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Look at the content."""
        content = record.candidates[candidate].content
        if content == "silent":
            return NothingToVerify(reason="nothing said")
        return Found(verdict={"4": Pass(), "5": Fail(reason="five")}[str(content)])

    def cases(self) -> tuple[VerifierCase, ...]:
        """One of each."""
        return case("four", "pass", "4"), case("five", "fail", "5")


def _load(name: str) -> Any:
    if name == "sums":
        return Sums
    raise UsageError(code="unknown-verifier", message=f"there is no verifier named {name!r}")


def _documents(**changes: Any) -> Any:
    return {"contract": to_fact(contract()), "rubric": to_fact(rubric(**changes))}


def _store(*records: Record) -> MemoryStore:
    store = MemoryStore()
    with store.write("record.import", actor="test") as writing:
        writing.add(records)
    return store


def test_each_candidate_is_tested_once() -> None:
    """A second run finds everything there; verdicts and silences are counted."""
    store = _store(pair(0), pair(1, texts=("4", "silent")))
    first = service.verify(store, _documents(), _load, actor="test")
    assert (first.records, first.written) == (2, 3)
    [run] = first.runs
    assert run.verdicts == {"fail": 1, "pass": 2}
    assert run.nothing_to_verify == {"nothing said": 1}
    again = service.verify(store, _documents(), _load, actor="test")
    assert again.written == 0
    assert again.runs[0].already_there == 3


def test_a_verification_covers_the_dimensions_that_name_its_verifier() -> None:
    """The fact names these dimensions and no other."""
    store = _store(pair(0))
    service.verify(store, _documents(), _load, actor="test")
    assert {each.dimensions for each in store.scan(Verification)} == {("correctness",)}


def test_a_verifier_that_breaks_is_an_error_and_stops_nothing() -> None:
    """An exception becomes the verdict `error`; the next candidate is tested."""
    store = _store(pair(0, texts=("odd", "4")))
    done = service.verify(store, _documents(), _load, actor="test")
    assert done.runs[0].verdicts == {"error": 1, "pass": 1}


def test_a_verifier_that_is_not_there_is_said() -> None:
    """A name without a plug-in is reported, and its dimension stays uncertain."""
    store = _store(pair(0))

    def nobody(name: str) -> Any:
        raise UsageError(code="unknown-verifier", message=f"there is no verifier named {name!r}")

    done = service.verify(store, _documents(), nobody, actor="test")
    assert "no verifier named 'sums'" in done.runs[0].missing
    [row] = [
        r
        for r in service.ledger(store, _documents()).rows
        if r.dimension == "correctness" and r.axis == "all"
    ]
    assert (row.items, row.uncertain) == (2, 2)


def test_the_ledger_tells_machine_from_expert_and_from_nobody() -> None:
    """Each item of each dimension is machine verified, expert judged, both, or uncertain."""
    record = pair(0)
    store = _store(record)
    service.verify(store, _documents(), _load, actor="test")
    score = (
        DimensionScore(dimension="correctness", score=Scored(value=5), candidate=1),
        DimensionScore(dimension="clarity", score=Scored(value=3), candidate=0),
    )
    with store.write("review", actor="test") as writing:
        writing.add(
            [
                judged(record, "anna", 1, scores=score),
                judged(record, "gpt", 0, kind="model", scores=score),
            ]
        )
    rows = {r.dimension: r for r in service.ledger(store, _documents()).rows if r.axis == "all"}
    correct, clarity, taste = rows["correctness"], rows["clarity"], rows["taste"]
    assert (correct.machine_verified, correct.both, correct.refuted) == (1, 1, 1)
    assert correct.contradicted == 1  # the verifier failed the answer that got the best score
    assert (clarity.expert_judged, clarity.uncertain) == (1, 1)
    assert (taste.items, taste.uncertain) == (2, 2)
    for row in service.ledger(store, _documents()).rows:
        assert row.items == row.machine_verified + row.expert_judged + row.both + row.uncertain

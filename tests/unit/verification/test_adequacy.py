"""Adequacy: a verifier that does not tell right from wrong on a record decides nothing there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
import pytest

from assay.contracts.document import to_fact
from assay.quality.machine_evidence import EvidenceDemand, first_missing
from assay.records.evidence import Evidence
from assay.records.kinds import Demonstration, Outcome
from assay.records.record import Record
from assay.releases.gates import verification_gate
from assay.releases.verifier_tally import VerifierTally
from assay.verification import service
from assay.verification.adequacy import Adequacy, examine, wrong_probes
from assay.verification.adequacy_run import AdequacyReport, measure_adequacy
from assay.verification.ledger import LedgerRow
from assay.verification.ports import Sandbox
from assay.verification.standing import ADEQUACY, Adequacies
from assay.verification.verification import Fail, Pass, Unavailable, Verification, VerifierError
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase, reference_of
from assay.verification.verifiers.program_output import ProgramOutput
from assay.verification.verifiers.python_tests import PythonTests
from simulators.memory_store import MemoryStore
from simulators.sandboxes import real_sandbox
from simulators.scripted_sandbox import no_sandbox
from simulators.small_program import contract, pair, rubric

RIGHT = "def add(a, b):\n    return a + b\n"


class Lenient(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that accepts any answer that is not empty."""

    name = "lenient"
    version = "1"
    summary = "Lenient"
    covers = "nothing"
    limits = ("everything",)

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Anything goes but nothing at all."""
        said = str(record.candidates[candidate].content)
        return Found(verdict=Pass() if said.strip() else Fail(reason="it is empty"))

    def cases(self) -> tuple[VerifierCase, ...]:
        """None are asked for."""
        return ()


class Strict(Lenient, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that accepts the reference to the letter, or refuses even that."""

    name = "strict"
    refuses: bool = False

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """The reference, the whole reference, and nothing else."""
        reference = reference_of(record)
        if reference is None:
            return NothingToVerify(reason="no reference")
        same = record.candidates[candidate].content == reference and not self.refuses
        return Found(verdict=Pass() if same else Fail(reason="it differs"))


LOADED: dict[str, type] = {
    "lenient": Lenient,
    "strict": Strict,
    "code": PythonTests,
    "program": ProgramOutput,
}


def documents(verifier: str, **options: Any) -> Any:
    """Documents whose one dimension names the verifier."""
    dimension = {"id": "right", "question": "Is it?", "scale": "binary", "judged_by": "expert"}
    dimension |= {"verifier": verifier}
    if options:
        dimension["verifier_options"] = options
    named = rubric(dimensions=[dimension], priority=[])
    return {"contract": to_fact(contract()), "rubric": to_fact(named)}


def record(
    number: int, reference: str | None = None, tests: str = "", texts: tuple[str, ...] = ("a", "b")
) -> Record:
    """An outcome with two candidates."""
    evidence = (Evidence(kind="test", text=tests),) if tests else ()
    part = Outcome(reference=reference, criterion="right")
    return msgspec.structs.replace(pair(number, texts=texts), part=part, evidence=evidence)


def store_of(*records: Record) -> MemoryStore:
    store = MemoryStore()
    with store.write("record.import", actor="test") as writing:
        writing.add(records)
    return store


@contextmanager
def lent(sandbox: Sandbox) -> Iterator[Sandbox]:
    yield sandbox


def measured(store: MemoryStore, papers: Any, **given: Any) -> AdequacyReport:
    return measure_adequacy(store, papers, LOADED.__getitem__, actor="test", **given)


def verdicts(store: MemoryStore) -> list[Any]:
    return [each.verdict for each in store.scan(Verification) if each.verifier == ADEQUACY]


def ledger_row(store: MemoryStore, papers: Any) -> LedgerRow:
    return service.ledger(store, papers).rows[0]


def test_a_verifier_that_accepts_anything_is_found_out_and_counts_for_nothing() -> None:
    """Its passes stood as machine verified; after the test of its adequacy nothing is verified."""
    store, papers = store_of(record(0, "42"), record(1, "17")), documents("lenient")
    with store.write("record.verify", actor="test") as writing:
        writing.add([passed(each.id, "lenient") for each in store.scan(Record)])
    before = ledger_row(store, papers)
    assert (before.machine_verified, before.adequacy_not_tested, before.inadequate) == (4, 4, 0)
    found = measured(store, papers)
    assert [(each.adequate, each.inadequate) for each in found.verifiers] == [(0, 2)]
    reason = found.verifiers[0].named[0].reason
    for name in ("the prompt itself", "padding", "the constant '0'", "another record", "changed"):
        assert name in reason
    assert "an empty answer" not in reason
    after = ledger_row(store, papers)
    assert (after.machine_verified, after.uncertain, after.inadequate) == (0, 4, 4)
    assert {each.adequacy for each in service.ledger(store, papers).by} == {"inadequate"}


def passed(identity: str, verifier: str, **more: Any) -> Verification:
    given: dict[str, Any] = {
        "record": identity, "verifier": verifier, "version": "1", "verdict": Pass(),
        "dimensions": ("right",), "isolation": "in-process",
    }  # fmt: skip
    return Verification(**(given | more))


def test_a_verifier_that_tells_right_from_wrong_is_adequate_until_it_changes() -> None:
    """Adequate is what was tested in this version; another version of it was not."""
    store, papers = store_of(record(0, "42"), record(1, "Oslo")), documents("strict")
    measured(store, papers)
    assert verdicts(store) == [Pass(), Pass()]
    first = next(store.scan(Record)).id
    known = Adequacies(store.scan(Verification, record=first))
    assert known.of(passed(first, "strict")) == "adequate"
    assert known.of(passed(first, "strict", version="2")) == "not tested"
    assert known.of(passed(first, "strict", options='{"refuses":true}')) == "not tested"
    assert measured(store, papers).verifiers[0].already_there == 2
    assert measured(store, papers, fresh=True).verifiers[0].adequate == 2


def test_a_verifier_that_refuses_the_reference_is_inadequate() -> None:
    """It refuses every wrong answer, and the right one as well."""
    store = store_of(record(0, "42"))
    measured(store, documents("strict", refuses=True))
    assert verdicts(store) == [Fail(reason="the reference fails: it differs")]


def test_without_a_right_answer_nothing_is_said() -> None:
    """Refusing wrong answers shows nothing where no right one is known to pass."""
    store, papers = store_of(record(0)), documents("lenient")
    assert measured(store, papers).verifiers[0].inadequate == 1
    store, papers = store_of(record(0)), documents("strict")
    found = measured(store, papers)
    assert found.verifiers[0].not_tested == {"there is nothing to verify": 1}
    assert found.written == 0


def test_a_demonstration_is_a_right_answer() -> None:
    """The one candidate of a demonstration must pass where the record names no reference."""
    shown = msgspec.structs.replace(pair(0, texts=("Oslo",)), part=Demonstration(answer="Oslo"))
    store = store_of(shown)
    measured(store, documents("strict"))
    assert verdicts(store) == [Pass()]


def test_a_wrong_probe_that_happens_to_be_right_is_left_out() -> None:
    """The constant 0 is no wrong answer where the reference is 0."""
    names = [each.name for each in wrong_probes(record(0, " 0"), "text", ["0", "5"], "")]
    assert "the constant '0'" not in names
    assert names.count("the reference of another record") == 1


def test_without_a_sandbox_code_is_not_tested() -> None:
    """`unavailable` is stored with the remedy, says nothing, and is tried again."""
    store = store_of(record(0, RIGHT, "assert add(2, 3) == 5"))
    papers = documents("code")
    assert measured(store, papers, open_sandbox=no_sandbox).no_sandbox
    assert isinstance(verdicts(store)[0], Unavailable)
    first = next(store.scan(Record)).id
    known = Adequacies(store.scan(Verification, record=first))
    assert known.of(passed(first, "code")) == "not tested"


@pytest.mark.parametrize(
    ("tests", "options", "reason"),
    [
        ("assert add(2, 3) == 5\nassert add(-4, 9) == 5 and add(7, 1) == 8\n", {}, None),
        ("assert add(2, 3) != 7\n", {}, "it accepts an empty body, `return None`, `return 0`"),
        ("assert add(0, 0) == 0\nassert add(3, 0) == 3\n", {}, "it accepts `return` of its first"),
        ("assert add(1, 1) == 3\n", {}, "the reference fails: line 1 of the tests"),
        (
            "def test_sum():\n    assert add(2, 3) == 5\n\nassert add(11, 31) == 42 + add(0, 0)\n",
            {"shared_process": True, "entry": "add"},
            "the tests can be reached from inside the sandbox",
        ),
    ],
    ids=["sound", "too weak", "first argument", "wrong tests", "shared process"],
)
def test_code_tests_are_tried_with_stubs_and_a_search(
    sandbox: Sandbox, tests: str, options: dict[str, Any], reason: str | None
) -> None:
    """Tests that accept `return None`, an empty body, or that code can find, are named."""
    store = store_of(record(0, RIGHT, tests))
    papers = documents("code", **options)
    measured(store, papers, open_sandbox=lambda: lent(sandbox))
    (verdict,) = verdicts(store)
    if reason is None:
        assert verdict == Pass()
    else:
        assert isinstance(verdict, Fail)
        assert reason in verdict.reason


def test_a_program_is_tried_with_programs(sandbox: Sandbox) -> None:
    """Expected output that a program which does nothing gives, too, is no test."""
    sums = '[{"stdin": "2 3", "stdout": "5"}, {"stdin": "4 5", "stdout": "9"}]'
    nothing = '[{"stdin": "2 3", "stdout": ""}]'
    right = "print(sum(map(int, input().split())))"
    store = store_of(record(0, right, sums), record(1, right, nothing))
    measured(store, documents("program"), open_sandbox=lambda: lent(sandbox))
    found = {each.record: each.verdict for each in store.scan(Verification)}
    first, second = (found[each.id] for each in store.scan(Record))
    assert first == Pass()
    assert isinstance(second, Fail)
    assert "it accepts an empty answer" in second.reason
    assert "a program that does nothing" in second.reason
    assert "the reference fails" in second.reason


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with real_sandbox() as opened:
        yield opened


def test_a_disposition_does_not_rest_on_an_inadequate_verifier() -> None:
    """What machine evidence lacks is named with what the verifier accepts."""
    papers = documents("lenient")
    demand = EvidenceDemand(papers["contract"].read(), papers["rubric"].read())
    about = '{"options":null,"verifier":"lenient","version":"1"}'
    results = [passed("rec_a", "lenient", candidate=0)]
    assert first_missing(demand, results, (), 0) is None
    results.append(
        passed("rec_a", ADEQUACY, options=about, verdict=Fail(reason="it accepts padding"))
    )
    lack = first_missing(demand, results, (), 0)
    assert lack is not None
    assert lack.why == "inadequate"
    assert "does not tell right from wrong on this record: it accepts padding" in lack.reason


@pytest.mark.parametrize(
    ("verdict", "state", "said"),
    [
        (None, "passed", "1 not tested (assay verify adequacy)"),
        (Pass(), "passed", "1 adequate"),
        (VerifierError(reason="it broke"), "passed", "1 not tested"),
        (Fail(reason="it accepts padding"), "refused", "does not tell right from wrong there"),
    ],
)
def test_the_gate_refuses_what_rests_on_an_inadequate_verifier_alone(
    verdict: Any, state: str, said: str
) -> None:
    """And where nobody tested it, the gate says so: never that it is adequate."""
    papers = documents("lenient")
    tally = VerifierTally(EvidenceDemand(papers["contract"].read(), papers["rubric"].read()))
    results = [passed("rec_a", "lenient", candidate=0)]
    if verdict is not None:
        about = '{"options":null,"verifier":"lenient","version":"1"}'
        results.append(passed("rec_a", ADEQUACY, options=about, verdict=verdict))
    tally.add("rec_a", (), results)
    gate = verification_gate(tally, {"right"})
    assert gate.outcome == state
    assert said in gate.reason
    assert ("adequate" in gate.reason.split()) == (verdict == Pass())


@pytest.mark.parametrize(
    "options", [None, "", "[", "[]", '{"verifier":1}', '{"verifier":"lenient"}']
)
def test_a_result_of_adequacy_with_foreign_options_is_about_nothing(options: str | None) -> None:
    """A folder of others may hold any options: no verdict loses its weight, and nothing breaks."""
    results = [passed("rec_a", ADEQUACY, options=options, verdict=Fail(reason="x"))]
    known = Adequacies(results)
    assert known.inadequate == frozenset()
    assert known.of(passed("rec_a", "lenient")) == "not tested"


def test_a_rubric_cannot_name_the_results_of_adequacy_as_a_verifier() -> None:
    """The name is kept for results about verifiers, whatever a plug-in is called."""
    papers = documents(ADEQUACY)
    done = service.verify(store_of(record(0)), papers, lambda _: Lenient, actor="test")
    assert "not a verifier" in done.runs[0].missing


def test_a_verifier_that_refused_nothing_is_not_adequate() -> None:
    """The reference passes and wrong answers break the verifier: nothing shows that one would fail."""

    class Breaking(Lenient, frozen=True, kw_only=True, forbid_unknown_fields=True):
        def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
            right = record.candidates[candidate].content == reference_of(record)
            return Found(verdict=Pass() if right else VerifierError(reason="it broke"))

    found = adequacy_of(Breaking())
    assert found.verdict is None
    assert found.note == "no wrong answer came to a verdict, so nothing shows that one fails"
    assert adequacy_of(Strict()).verdict == Pass()


def adequacy_of(verifier: Lenient) -> Adequacy:
    """What a verifier that runs here comes to on one record."""
    return examine(record(0, "42"), "text", [], lambda probe: Ready(verifier.verify(probe, 0)))


class Ready(NamedTuple):
    """A result that is there already."""

    found: Found | NothingToVerify

    def result(self) -> Found | NothingToVerify:
        """It."""
        return self.found

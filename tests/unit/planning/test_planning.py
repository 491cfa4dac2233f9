"""Failures become a plan only through a person's root cause, and the plan the next contract."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.bulk.fact_lines import write_rows
from assay.contracts.document import to_fact
from assay.core.clock import fixed_clock
from assay.core.errors import CheckError, UsageError
from assay.demo.documents import write_program
from assay.planning import service
from assay.planning.contract_draft import next_version, rewrite
from assay.planning.findings import failure_of, find
from assay.planning.plan import DataPlan, PlannedQuota
from assay.program.lineage import trace
from assay.program.program import Program
from assay.validation.evaluation import ItemResult
from assay.validation.validation import Validation
from simulators.memory_store import MemoryStore
from simulators.small_program import contract as small_contract

VALIDATION = Validation(
    contract="doc_x", base=("evl_b",), candidate=("evl_c",), tests=(), method="m"
)


def results(evaluation: str, wrong: dict[str, int], n: int = 20) -> Iterator[ItemResult]:
    """Twenty items a slice, of which the first few fail."""
    for difficulty in ("easy", "hard"):
        for number in range(n):
            bad = number < wrong.get(difficulty, 0)
            yield ItemResult(
                evaluation=evaluation,
                item=f"{difficulty}{number}",
                slice={"difficulty": difficulty, "language": "en"},
                measures={"correct": "0" if bad else "1"},
                failure="wrong_sum" if bad else None,
            )


def test_each_item_lies_in_one_group() -> None:
    """Failures and denominators add up over the findings, and the base is counted beside them."""
    found = find(
        VALIDATION,
        results("evl_b", {"hard": 9}),
        results("evl_c", {"hard": 5, "easy": 2}),
        small_contract(),
    )
    assert [
        (each.slice["difficulty"], each.failures, each.items, each.before) for each in found
    ] == [("hard", 5, 20, 9), ("easy", 2, 20, 0)]
    assert {each.severity for each in found} == {"high"}


@pytest.mark.parametrize(("least_items", "slices"), [(7, {"hard", "easy"}), (8, {None})])
def test_a_slice_of_fewer_items_than_the_contract_asks_for_is_merged(
    least_items: int, slices: set[str | None]
) -> None:
    """Seven items a slice: findings of their own where seven are enough, one finding where not."""
    contract = small_contract()
    sampling = contract.sampling.model_copy(update={"least_items": least_items})
    found = find(
        VALIDATION,
        (),
        results("evl_c", {"easy": 2, "hard": 2}, n=7),
        contract.model_copy(update={"sampling": sampling}),
    )
    assert {finding.slice.get("difficulty") for finding in found} == slices


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"measures": {"correct": "0"}}, "unclassified"),
        ({"expected": "refuse", "response": "complied"}, "unsafe_compliance"),
        ({"expected": "comply", "response": "refused"}, "over_refusal"),
        ({"expected": "comply", "response": "complied"}, None),
        ({"failure": "wrong_sum", "measures": {"correct": "1"}}, "wrong_sum"),
    ],
)
def test_a_failure_without_a_class_is_named_by_what_was_measured(
    fields: Any, expected: str | None
) -> None:
    """Nothing that failed is left out because nobody named its class."""
    assert failure_of([ItemResult(evaluation="e", item="i", **fields)]) == expected


def test_most_runs_decide() -> None:
    """One failed run of three is no failure of the item."""
    runs = [
        ItemResult(evaluation="e", item="i", epoch=n, measures={"correct": str(int(n > 0))})
        for n in range(3)
    ]
    assert failure_of(runs) is None


def _stored() -> tuple[MemoryStore, Any, Validation]:
    store, documents = MemoryStore(), {"contract": to_fact(small_contract())}
    validation = VALIDATION.replace(contract=documents["contract"].id)
    with store.write("t", actor="t") as writing:
        writing.add(
            [validation, *results("evl_b", {"hard": 9}), *results("evl_c", {"hard": 8, "easy": 3})]
        )
    return store, documents, validation


def test_no_plan_without_a_root_cause_for_each_finding() -> None:
    """The refusal names the findings that nobody has explained."""
    store, documents, validation = _stored()
    hard, easy = service.find_failures(store, documents, validation, actor="t")
    with pytest.raises(CheckError, match="2 of 2 findings have no root cause"):
        service.draft(store, documents, validation, actor="t")
    service.set_cause(store, hard.id, "demonstrations", person="p", note="seen", actor="t")
    with pytest.raises(CheckError, match=easy.id[:16]):
        service.draft(store, documents, validation, actor="t")


def test_a_plan_asks_for_data_only_where_data_is_the_remedy() -> None:
    """Quotas answer the findings whose cause is data; the others keep their remedy in words."""
    store, documents, validation = _stored()
    hard, easy = service.find_failures(store, documents, validation, actor="t")
    service.set_cause(store, hard.id, "demonstrations", person="p", note="seen", actor="t")
    service.set_cause(store, easy.id, "tools", person="p", note="the table was cut off", actor="t")
    plan = service.draft(store, documents, validation, total=100, actor="t")
    assert plan.answer == "data_and_more"
    [quota] = plan.quotas
    assert (quota.slice["difficulty"], quota.minimum, quota.findings) == ("hard", 80, (hard.id,))
    [remedy] = plan.remedies
    assert (remedy.cause, remedy.note) == ("tools", "the table was cut off")


def test_a_plan_may_answer_not_data() -> None:
    """Where no cause is data, nothing is asked for; a later cause replaces the earlier."""
    store, documents, validation = _stored()
    findings = service.find_failures(store, documents, validation, actor="t")
    for each in findings:
        service.set_cause(store, each.id, "preferences", person="p", note="first", actor="t")
        service.set_cause(store, each.id, "policy", person="p", note="looked again", actor="t")
    plan = service.draft(store, documents, validation, actor="t")
    assert (plan.answer, plan.total, plan.quotas) == ("not_data", 0, ())
    assert all(cause.supersedes for _, cause in service.causes(store).values())


def test_a_cause_needs_a_note() -> None:
    """A cause without what shows it is refused."""
    store, documents, validation = _stored()
    first, *_ = service.find_failures(store, documents, validation, actor="t")
    with pytest.raises(UsageError, match="needs a note"):
        service.set_cause(store, first.id, "tools", person="p", note=" ", actor="t")


CONTRACT = """\
# why we do this
id: small
version: 1.2.0  # raise it
sampling:
  total: 100
  quotas:
    # the hard ones
    - {slice: {difficulty: hard}, share: 0.5}
    - {slice: {language: de}, minimum: 5}
"""


def test_the_next_contract_keeps_what_people_wrote() -> None:
    """Comments and order stay; version, total and the planned quotas change."""
    plan = DataPlan(
        contract="d",
        answer="data",
        findings=(),
        root_causes=(),
        total=80,
        quotas=(PlannedQuota(slice={"language": "de"}, minimum=40, findings=()),),
    )
    text = rewrite(CONTRACT, plan)
    assert "# why we do this" in text
    assert "# the hard ones" in text
    assert "version: 1.3.0" in text
    assert "total: 80" in text
    assert "{slice: {difficulty: hard}, share: 0.5}" in text
    assert text.count("language: de") == 1
    assert "minimum: 40" in text
    assert next_version("2.9.1-rc.1") == "2.10.0"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A program with two evaluated checkpoints that fail on hard German questions."""
    write_program(tmp_path / "p")
    with assay.open(tmp_path / "p", clock=fixed_clock("2026-01-05T09:00:00Z"), who="t") as opened:
        for arm in ("base", "candidate"):
            rows = [
                {
                    "item": f"q{n}",
                    "slice": {"difficulty": "hard", "language": "de" if n % 2 else "en"},
                    "measures": {"correct": int(n % 2 == 0)},
                    "failure": "wrong_sum" if n % 2 else None,
                }
                for n in range(40)
            ]
            write_rows(tmp_path / f"{arm}.jsonl", rows)
            opened.validation.import_(
                tmp_path / f"{arm}.jsonl", checkpoint=arm, arm=arm, dataset="probe"
            )
        opened.validation.compare()
        yield opened


def test_an_accepted_plan_writes_the_next_contract_with_its_diff(program: Program) -> None:
    """The new version checks, is made from the plan, and the walk back reaches the evaluations."""
    [failure] = program.planning.findings()
    assert (failure.finding.failures, failure.finding.items) == (20, 20)
    program.planning.cause(
        failure.id[:12], "demonstrations", person="ines", note="no German examples of three legs"
    )
    plan = program.planning.draft(total=150)
    done = program.planning.accept(plan.id)
    assert done.version == "1.1.0"
    assert done.difference is not None
    assert {change.path for change in done.difference.changes} >= {"version", "sampling.total"}
    assert done.difference.versions_not_raised == ()
    assert done.contract is not None
    walked = trace(program.store, done.contract).ancestors
    families = {step.edge.parent.split("_")[0] for step in walked}
    assert families >= {"pln", "fnd", "cau", "val", "evl", "doc"}
    with pytest.raises(UsageError, match="no longer the contract"):
        program.planning.accept(plan.id)


def test_a_plan_without_data_leaves_the_contract_alone(program: Program) -> None:
    """Accepting it changes no byte."""
    [failure] = program.planning.findings()
    program.planning.cause(failure.id, "retrieval", person="ines", note="the table was missing")
    before = (program.folder / "contract.yaml").read_bytes()
    done = program.planning.accept(program.planning.draft().id)
    assert done.contract is None
    assert (program.folder / "contract.yaml").read_bytes() == before

"""Where a program stands in the eight steps: each state has its reason, its evidence and its command."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from assay.core.issues import Issue
from assay.planning.checklist_figures import (
    Figures,
    JudgmentFigures,
    LedgerFigures,
    RecordFigures,
    ReleaseFigures,
    ReserveFigures,
    ValidationFigures,
)
from assay.planning.guide_steps import GuideFigures, GuideStep, PlanFigures, guide_progress

DOCUMENTS = {kind: f"doc_{kind}" for kind in ("contract", "rubric", "policy", "sources")}

RELEASE = ReleaseFigures(
    id="rel_a",
    version="1.0.0",
    documents=DOCUMENTS,
    gates={"quotas": (True, "2 quotas are met"), "qa": (True, "90 records are accepted")},
)

VALIDATION = ValidationFigures(id="val_a", passed=1, failed=1, undecided=0)


def whole() -> GuideFigures:
    """Facts that show all eight steps done."""
    return GuideFigures(
        facts=Figures(
            judgments=JudgmentFigures(roles=Counter(reviewer=180)),
            records=RecordFigures(records=90, judged=90, disposed=90, independent=90),
            reserve=ReserveFigures(sealed=20, declared=20),
            release=RELEASE,
            validation=VALIDATION,
            rounds=1,
            documents=DOCUMENTS,
        ),
        base=("evl_base",),
        base_results=20,
        base_failures=9,
        hard_slices=2,
        trained=("evl_after",),
        planning=PlanFigures(findings=2, plan="pln_a", accepted="doc_next"),
    )


def with_facts(**facts: Any) -> GuideFigures:
    """The same, but for some of the facts."""
    whole_facts = whole().facts
    assert whole_facts is not None
    return msgspec.structs.replace(whole(), facts=msgspec.structs.replace(whole_facts, **facts))


def without(**figures: Any) -> GuideFigures:
    """The same, but for some of the figures."""
    return msgspec.structs.replace(whole(), **figures)


def step(figures: GuideFigures, number: int) -> GuideStep:
    """One step of the program."""
    return guide_progress(figures).steps[number - 1]


def fault(file: str, path: str) -> Issue:
    """One error of a document."""
    return Issue(
        file=file, line=7, path=path, code="x", severity="error", message="it is wrong", hint="x"
    )


def test_a_program_that_went_the_whole_way_has_nothing_next() -> None:
    """Eight steps are done, each names the ids that show it, and none is next."""
    found = guide_progress(whole())
    assert [each.state for each in found.steps] == ["done"] * 8
    assert all(each.evidence for each in found.steps)
    assert found.next is None


@pytest.mark.parametrize(
    ("file", "path", "number"),
    [
        ("assay.toml", "name", 1),
        ("contract.yaml", "", 1),
        ("contract.yaml", "gap", 1),
        ("contract.yaml", "behaviours[0].boundaries", 2),
        ("contract.yaml", "sampling.quotas[0]", 2),
        ("contract.yaml", "supervision[1].why", 3),
        ("rubric.yaml", "dimensions[0].anchors", 4),
        ("sources.yaml", "", 4),
    ],
)
def test_a_fault_of_the_documents_opens_its_step(file: str, path: str, number: int) -> None:
    """The step that the field belongs to is next; of the others nothing is concluded."""
    found = guide_progress(GuideFigures(faults=(fault(file, path),)))
    assert found.next is not None
    assert (found.next.number, found.next.command) == (number, "assay contract check")
    assert f"{file}:7: it is wrong" in found.next.reason
    others = [each.state for each in found.steps if each.number != number]
    assert others == ["unknown"] * 7


EMPTY = Figures(documents=DOCUMENTS, reserve=ReserveFigures(declared=20))


def test_an_empty_program_begins_with_records() -> None:
    """Documents that check are done, the gap is stated and not shown, and records come next."""
    found = guide_progress(GuideFigures(facts=EMPTY, hard_slices=2))
    states = [each.state for each in found.steps]
    assert states == ["unknown", "done", "done", "done", "open", "open", "open", "unknown"]
    assert found.next is not None
    assert found.next.number == 5
    assert found.next.command == "assay record import FILE --source SOURCE"


STATES: dict[str, tuple[GuideFigures, int, str, str | None]] = {
    "no base": (without(base=(), base_results=0), 1, "unknown", "assay validate import RESULTS"),
    "gap not seen": (without(base_failures=0), 1, "open", "assay contract check"),
    "open gap of the rubric": (with_facts(open_gaps=1), 4, "open", "assay serve"),
    "nobody judged": (
        with_facts(judgments=JudgmentFigures()), 5, "open", "assay review assign",
    ),
    "one pass": (
        with_facts(records=RecordFigures(records=90)), 5, "open", "assay review assign",
    ),
    "disputed": (
        with_facts(records=RecordFigures(records=90, independent=90, disputed=1)),
        5, "open", "assay review adjudicate",
    ),
    "disputed, by its id": (
        with_facts(
            records=RecordFigures(records=90, independent=90, disputed=1, first_disputed="rec_a")
        ),
        5, "open", "assay review adjudicate rec_a",
    ),
    "files not imported": (
        msgspec.structs.replace(with_facts(records=RecordFigures()), files_listed=True),
        6, "open", "assay run",
    ),
    "exported, and nothing came back": (
        without(trained=(), exported=True), 6, "open", "assay validate import RESULTS",
    ),
    "no round": (with_facts(rounds=0), 5, "unknown", "assay serve"),
    "not verified": (
        with_facts(ledger=(LedgerFigures(dimension="sum", items=1, verified=0),)),
        6, "open", "assay verify run",
    ),
    "not disposed": (
        with_facts(records=RecordFigures(records=90, independent=90, undisposed=1)),
        6, "open", "assay quality dispose",
    ),
    "stale": (
        with_facts(records=RecordFigures(records=90, independent=90, stale=1)),
        6, "open", "assay quality dispose",
    ),
    "nothing sealed": (
        with_facts(reserve=ReserveFigures(declared=20)), 6, "open", "assay reserve seal",
    ),
    "no release": (with_facts(release=None), 6, "open", "assay release build"),
    "release of an older contract": (
        with_facts(documents={**DOCUMENTS, "contract": "doc_next"}), 6, "open", "assay release build",
    ),
    "hard slices short": (
        with_facts(
            release=ReleaseFigures(
                id="rel_a", version="1.0.0", documents=DOCUMENTS,
                gates={**RELEASE.gates, "quotas": (False, "hard has 1 and needs 2")},
            )
        ),
        6, "open", "assay record import",
    ),
    "QA not passed": (
        with_facts(
            release=ReleaseFigures(
                id="rel_a", version="1.0.0", documents=DOCUMENTS,
                gates={"quotas": RELEASE.gates["quotas"]},
            )
        ),
        6, "open", "assay quality dispose",
    ),
    "no slice named": (without(hard_slices=0), 6, "open", "assay contract check"),
    "no trainer read it": (
        without(trained=()), 6, "open", "assay release export releases/1.0.0",
    ),
    "candidate not evaluated": (
        without(trained=()), 7, "open", "assay validate import RESULTS --checkpoint NAME --arm cand",
    ),
    "base not evaluated": (
        without(base=()), 7, "open", "assay validate import RESULTS --checkpoint NAME --arm base",
    ),
    "not compared": (with_facts(validation=None), 7, "open", "assay validate compare"),
    "undecided": (
        with_facts(validation=ValidationFigures(id="val_a", passed=1, failed=0, undecided=1)),
        7, "unknown", "assay validate show",
    ),
    "no test": (
        with_facts(validation=ValidationFigures(id="val_a", passed=0, failed=0, undecided=0)),
        7, "unknown", "assay validate show",
    ),
    "not validated": (with_facts(validation=None), 8, "unknown", None),
    "no finding": (without(planning=PlanFigures()), 8, "unknown", "assay plan findings"),
    "no cause": (
        without(planning=PlanFigures(findings=2, without_cause=("fnd_a",))),
        8, "open", "assay plan cause fnd_a",
    ),
    "no plan": (without(planning=PlanFigures(findings=2)), 8, "open", "assay plan draft"),
    "plan not accepted": (
        without(planning=PlanFigures(findings=2, plan="pln_a")), 8, "open", "assay plan accept",
    ),
}  # fmt: skip
"""What is missing -> the figures, the step, its state and how its command begins."""


@pytest.mark.parametrize("missing", list(STATES))
def test_what_is_missing_is_never_done_and_has_its_command(missing: str) -> None:
    """A step whose evidence is missing is open or unknown, says why, and names what to do."""
    figures, number, state, command = STATES[missing]
    found = step(figures, number)
    assert found.state == state
    assert found.reason
    assert (found.command or "").startswith(command or "")
    assert (found.command is None) == (command is None)


def test_an_open_step_comes_before_an_unknown_one() -> None:
    """What can be done is next, though an earlier step is only stated."""
    found = guide_progress(with_facts(rounds=0, validation=None)).next
    assert found is not None
    assert (found.number, found.state) == (7, "open")


def test_an_unknown_step_is_next_where_none_is_open() -> None:
    """Where all else is done, the step that nothing shows is what remains."""
    found = guide_progress(with_facts(rounds=0)).next
    assert found is not None
    assert (found.number, found.state) == (5, "unknown")


@pytest.mark.parametrize(("count", "verb"), [(1, "record waits"), (2, "records wait")])
def test_what_waits_for_an_adjudicator_is_counted_in_words(count: int, verb: str) -> None:
    """One record waits, two wait."""
    figures = with_facts(records=RecordFigures(records=90, independent=90, disputed=count))
    assert step(figures, 5).reason == f"{count} {verb} for an adjudicator"

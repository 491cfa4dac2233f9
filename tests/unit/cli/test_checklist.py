"""The fourteen points on the command line: claimed by documents, shown or refuted by facts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assay as package
from assay.contracts.document import to_fact
from assay.records.record import Record
from assay.review.guideline_gap import GuidelineGap
from assay.validation.evaluation import Evaluation, ItemResult

Run = Callable[..., Any]


@pytest.fixture
def program(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo that a test may change."""
    return shutil.copytree(demo, tmp_path / "program")


def points(assay: Run, program: Path) -> dict[int, dict[str, Any]]:
    """The live points by their number."""
    report = json.loads(assay("status", "-p", program, "--json").out)
    return {point["number"]: point for point in report["checklist"]}


def test_documents_claim_and_facts_show(assay: Run, demo: Path) -> None:
    """The check of documents shows nothing; the status shows what facts speak for, and no more."""
    checked = json.loads(assay("contract", "check", demo, "--json").out)
    assert {point["state"] for point in checked["checklist"]} == {"claimed"}
    live = points(assay, demo)
    states = {number: point["state"] for number, point in live.items()}
    assert {number for number, state in states.items() if state == "shown"} >= {
        1,
        2,
        4,
        6,
        7,
        9,
        11,
    }
    assert states[5] == "claimed"
    assert states[14] == "shown"
    assert "texts of 9 files were searched with English patterns only" in live[14]["evidence"]
    assert "reviewer 0 of " in live[5]["evidence"]
    assert "needed 95%" in live[5]["evidence"]
    assert "refuted" not in states.values()


@pytest.mark.long
def test_both_commands_use_the_same_words(assay: Run, demo: Path) -> None:
    """The legend of states is the same where documents are checked and where facts are held up."""
    legend = "+ shown by facts, . claimed by the documents, - missing, ! refuted"
    assert legend in " ".join(assay("contract", "check", demo).out.split())
    shown = " ".join(assay("status", "-p", demo).out.split())
    assert legend in shown
    assert "Operating checklist: " in shown
    assert " shown, " in shown


def test_an_evaluation_on_records_refutes_two_points(assay: Run, program: Path) -> None:
    """A result on an item that is a record refutes the separation of objectives and the effect."""
    with package.open(program) as opened:
        record = next(iter(opened.store.scan(Record)))
        run = Evaluation(
            checkpoint="tuned",
            arm="candidate",
            dataset="mybench",
            file="sha256:" + "0" * 64,
            results=1,
        )
        result = ItemResult(evaluation=run.id, item=record.id, measures={"correct": "1"})
        with opened.store.write("validation.import", actor="test") as writing:
            writing.add([run, result])
    live = points(assay, program)
    assert [number for number, point in live.items() if point["state"] == "refuted"] == [2, 11]
    assert "1 evaluated items are records here" in live[11]["evidence"]


@pytest.mark.long
def test_a_gap_without_an_answer_refutes_the_guidance(assay: Run, program: Path) -> None:
    """What a reviewer could not judge by the rubric refutes that the rubric is complete."""
    with package.open(program) as opened:
        record = next(iter(opened.store.scan(Record)))
        gap = GuidelineGap(
            record=record.id, reviewer="anna", rubric=opened.context.ids["rubric"],
            dimension="fit", text="Is a greeting idle?",
        )  # fmt: skip
        with opened.store.write("guideline.gap", actor="test") as writing:
            writing.add([gap])
    assert points(assay, program)[3]["state"] == "refuted"


@pytest.mark.long
def test_two_contents_under_one_version_refute_the_versions(assay: Run, program: Path) -> None:
    """A document that was changed without a new version refutes that versions tell contents apart."""
    with package.open(program) as opened:
        policy = opened.documents.policy
        other = to_fact(policy.model_copy(update={"title": "Tickets, honest travel and bicycles"}))
        with opened.store.write("document.register", actor="test") as writing:
            writing.add([other])
    found = points(assay, program)[12]
    assert found["state"] == "refuted"
    assert "policy 1.0.0" in found["evidence"]


@pytest.mark.long
def test_an_expired_retention_is_named_and_locks_nobody_out(assay: Run, program: Path) -> None:
    """Once a retention is over the check fails and the point is refuted, and the program still opens."""
    sources = program / "sources.yaml"
    sources.write_text(sources.read_text().replace("2030-12-31", "2020-12-31"))
    checked = assay("contract", "check", program)
    assert checked.code == 1
    assert "could be kept until 2020-12-31" in checked.out
    assert points(assay, program)[4]["state"] == "refuted"


def test_an_unknown_verifier_is_named_with_the_nearest(assay: Run, program: Path) -> None:
    """A verifier that is not installed is an error, and the hint names the nearest one."""
    rubric = program / "rubric.yaml"
    rubric.write_text(rubric.read_text().replace("calculator-steps", "calculator-step"))
    checked = assay("contract", "check", program)
    assert checked.code == 1
    assert "did you mean 'calculator-steps'?" in checked.out

"""The checklist against the facts: what can be shown is shown, and filler never is."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.contracts import service
from assay.contracts.checklist import Point
from assay.contracts.documents import Documents
from assay.planning.checklist import LivePoint, judge_points
from assay.planning.checklist_figures import (
    EvaluationFigures,
    Figures,
    JudgmentFigures,
    LedgerFigures,
    RecordFigures,
    ReleaseFigures,
    ReserveFigures,
    ValidationFigures,
)
from simulators.planted_documents import CONTEXT

DIMENSIONS = ("final_value", "arithmetic", "step_follows")

KINDS = ("contract", "rubric", "policy", "sources")

RELEASE = ReleaseFigures(
    id="rel_a",
    version="1.0.0",
    documents={kind: f"doc_{kind}" for kind in KINDS},
    gates={"rights": (True, "90 of 90 records may be used"), "claims": (True, "searched 9 texts")},
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> tuple[Documents, tuple[Point, ...]]:
    """A sound program's documents, and what they claim."""
    folder = tmp_path_factory.mktemp("program")
    service.init(folder, "math")
    return service.load(folder), service.check(folder, CONTEXT).checklist


def perfect() -> Figures:
    """Facts that show every point of the program."""
    return Figures(
        judgments=JudgmentFigures(
            answered=Counter(dict.fromkeys(DIMENSIONS, 180)),
            declined=Counter(dict.fromkeys(DIMENSIONS, 4)),
            current=Counter(dict.fromkeys(DIMENSIONS, 180)),
            roles=Counter(reviewer=180),
            by_qualification=Counter({("reviewer", "qua_a"): 180}),
            comparisons=180,
            open_answers=12,
            ordered=180,
            first_listed_first=92,
        ),
        records=RecordFigures(
            records=90, rated=90, judged=90, disposed=90, adjudicated=6, preserved=2
        ),
        reserve=ReserveFigures(
            sealed=150, declared=150, leakage="clear", compared="0 of 90 records share text"
        ),
        release=RELEASE,
        validation=ValidationFigures(id="val_a", passed=2, failed=0, undecided=0),
        evaluation=EvaluationFigures(items=150, on_reserve=150),
        ledger=tuple(
            LedgerFigures(dimension=name, items=90, verified=88) for name in DIMENSIONS[:2]
        ),
        exams={"qua_a": "passed"},
        rounds=1,
        documents={kind: f"doc_{kind}" for kind in KINDS},
    )


def changed(figures: Figures, path: str, value: Any) -> Figures:
    """Figures with one of them changed, such as `judgments.ordered`."""
    group, _, name = path.partition(".")
    if name:
        value = msgspec.structs.replace(getattr(figures, group), **{name: value})
    return msgspec.structs.replace(figures, **{group: value})


def judged(program: tuple[Documents, tuple[Point, ...]], figures: Figures) -> dict[int, LivePoint]:
    """The points as the facts judge them."""
    documents, points = program
    return {each.number: each for each in judge_points(points, documents, figures)}


def test_facts_show_every_point(program: tuple[Documents, tuple[Point, ...]]) -> None:
    """A sound program whose facts could have shown the opposite has its points shown."""
    assert {each.state for each in judged(program, perfect()).values()} == {"shown"}


def test_an_empty_store_shows_nothing(program: tuple[Documents, tuple[Point, ...]]) -> None:
    """Without facts each point is claimed, and its evidence says what is needed."""
    found = judged(program, Figures())
    assert {each.state for each in found.values()} == {"claimed"}
    assert all("; " in each.evidence for each in found.values())


@pytest.mark.parametrize(
    ("number", "path", "value", "state"),
    [
        (1, "judgments.answered", Counter(dict.fromkeys(DIMENSIONS[:2], 180)), "claimed"),
        (1, "judgments.declined", Counter(step_follows=200), "refuted"),
        (1, "judgments.declined", Counter(step_follows=70), "claimed"),
        (2, "evaluation", EvaluationFigures(items=150, trained_on=1, on_reserve=149), "refuted"),
        (2, "evaluation", EvaluationFigures(items=150, on_reserve=0), "claimed"),
        (2, "evaluation", EvaluationFigures(items=1, on_reserve=1), "claimed"),
        (2, "reserve.leakage", "unknown", "claimed"),
        (3, "open_gaps", 1, "refuted"),
        (3, "judgments.current", Counter(), "claimed"),
        (3, "judgments.declined_current", Counter(step_follows=181), "refuted"),
        (3, "judgments.declined_current", Counter(step_follows=70), "claimed"),
        (4, "release", None, "claimed"),
        (4, "release.gates", {"rights": (False, "nothing compared")}, "claimed"),
        (5, "failed_roles", {"reviewer": 9}, "refuted"),
        (5, "exams", {}, "claimed"),
        (5, "exams", {"qua_a": "failed"}, "claimed"),
        (5, "judgments.by_qualification", Counter({("reviewer", "qua_a"): 170}), "claimed"),
        (5, "rounds", 0, "claimed"),
        (6, "judgments.first_listed_first", 180, "refuted"),
        (6, "judgments", JudgmentFigures(comparisons=20, ordered=20, first_listed_first=6), "claimed"),
        (6, "judgments", JudgmentFigures(comparisons=20, ordered=20, first_listed_first=10), "claimed"),
        (6, "judgments", JudgmentFigures(comparisons=20, ordered=20, first_listed_first=1), "refuted"),
        (6, "judgments.ordered", 19, "claimed"),
        (6, "judgments.ordered", 150, "claimed"),
        (7, "judgments.open_answers", 0, "claimed"),
        (7, "judgments", JudgmentFigures(comparisons=200, ordered=200), "refuted"),
        (8, "ledger", (LedgerFigures(dimension="arithmetic", items=90, verified=1),), "refuted"),
        (8, "ledger", (LedgerFigures(dimension="arithmetic", items=90, verified=80),), "claimed"),
        (8, "ledger", (LedgerFigures(dimension="arithmetic", items=1, verified=1),), "claimed"),
        (8, "ledger", (), "claimed"),
        (9, "reserve.sealed", 1, "refuted"),
        (9, "reserve.leakage", "raised", "refuted"),
        (9, "reserve.leakage", "unknown", "claimed"),
        (10, "records.stale", 1, "refuted"),
        (10, "records.disposed", 89, "claimed"),
        (10, "records", RecordFigures(records=19, judged=19, disposed=19), "claimed"),
        (11, "validation", None, "claimed"),
        (11, "validation", ValidationFigures(id="val_a", passed=0, failed=1, undecided=2), "refuted"),
        (11, "validation", ValidationFigures(id="val_a", passed=1, failed=0, undecided=1), "claimed"),
        (11, "evaluation", EvaluationFigures(items=40, trained_on=40), "refuted"),
        (11, "evaluation", EvaluationFigures(items=150, on_reserve=149), "claimed"),
        (11, "release", None, "claimed"),
        (12, "documents", {"contract": "doc_new", "rubric": "doc_rubric", "policy": "doc_policy", "sources": "doc_sources"}, "claimed"),
        (12, "documents", {**{kind: f"doc_{kind}" for kind in KINDS}, "deployment": "doc_more"}, "claimed"),
        (12, "reused_versions", ("rubric 1.0.0",), "refuted"),
        (13, "records.severe", 3, "refuted"),
        (13, "records", RecordFigures(records=5, rated=5), "claimed"),
        (13, "records", RecordFigures(records=90), "claimed"),
        (14, "release.gates", {}, "claimed"),
        (14, "release.gates", {"claims": (False, "not read by them: README.md 'Alles gut'")}, "claimed"),
    ],
)  # fmt: skip
def test_a_figure_below_its_threshold_shows_nothing(
    number: int,
    path: str,
    value: Any,
    state: str,
    program: tuple[Documents, tuple[Point, ...]],
) -> None:
    """What is lacking leaves a point claimed, and what speaks against it refutes it."""
    assert judged(program, changed(perfect(), path, value))[number].state == state


def test_severe_content_read_by_the_wrong_role_refutes_the_controls(tmp_path: Path) -> None:
    """With controls declared, judgments of severe records by other roles refute the point."""
    service.init(tmp_path, "safety")
    welfare = service.load(tmp_path), service.check(tmp_path, CONTEXT).checklist
    by_right = changed(perfect(), "judgments.severe", Counter(policy_reviewer=40))
    by_wrong = changed(perfect(), "judgments.severe", Counter(policy_reviewer=40, reviewer=1))
    severe = changed(by_right, "records.severe", 20), changed(by_wrong, "records.severe", 20)
    assert [judged(welfare, each)[13].state for each in severe] == ["shown", "refuted"]


def test_a_point_that_is_not_claimed_stays_missing(
    program: tuple[Documents, tuple[Point, ...]],
) -> None:
    """No fact makes up for a claim that the documents do not make, or refute themselves."""
    documents, points = program
    for state in ("missing", "refuted"):
        bare = tuple(msgspec.structs.replace(each, state=state) for each in points)
        found = judged((documents, bare), perfect())
        assert {each.state for each in found.values()} == {state}


FILLER: dict[str, list[tuple[str, str]]] = {
    "contract.yaml": [
        ("Final values are often right although a step before them is wrong.", "TBD"),
        ("The final value answers the question in the unit that was asked for.", "Be good"),
        ("[A word problem with one right value, Paper and pencil only]", "[n/a]"),
        ("[Write steps that follow, State value and unit in the last line]", "[TBD]"),
        ("The final value or its unit is wrong.", "..."),
        ("The value can be compared with the reference symbolically.", "Because."),
        ("School problems bring no harmful content", "no"),
        ("Problems of the next school year, with unit conversion and unsolvable ones.", "everything"),
        ("margin: 0.05", "margin: 9"),
        ("Forty blinded solutions, sixteen with a wrong step", "a test"),
        ("items: 40", "items: 1"),
        ("pass_mark: 0.85", "pass_mark: 0.01"),
        ("review:\n", "review:\n  blinded: false\n  unblinded_because: easier\n"),
    ],
    "rubric.yaml": [
        ("{0: Value or unit is wrong, 1: Both are right}", "{0: low, 1: high}"),
        ("[How the value was reached]", "[none]"),
        ("The problem has no reference value.", "TBD"),
        ("verifier: math-answer", "verifier: super-checker"),
    ],
    "sources.yaml": [("program lead", "nobody"), ("retention_until: unlimited", "retention_until: 2020-01-01")],
}  # fmt: skip
"""A program in which every field is filled and hardly one says anything."""


def test_a_program_of_filler_shows_nothing(
    program: tuple[Documents, tuple[Point, ...]], tmp_path: Path
) -> None:
    """Of the points whose texts are filler none is shown, whatever the facts; the others hold none."""
    service.init(tmp_path, "math")
    for file, edits in FILLER.items():
        path = tmp_path / file
        text = path.read_text()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
    report = service.check(tmp_path, CONTEXT)
    assert not report.ok
    documents, _ = program
    facts = msgspec.structs.replace(
        perfect(),
        reserve=ReserveFigures(sealed=1, declared=40, leakage="clear"),
        validation=ValidationFigures(id="val_a", passed=0, failed=1, undecided=2),
        evaluation=EvaluationFigures(items=40, trained_on=40),
    )
    found = {each.number: each.state for each in judge_points(report.checklist, documents, facts)}
    assert {number for number, state in found.items() if state == "shown"} <= {7, 12, 13, 14}
    assert {found[number] for number in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11)} == {"missing", "refuted"}

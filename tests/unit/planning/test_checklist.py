"""The checklist against the facts: what can be shown is shown, and filler never is."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.contracts import service
from assay.contracts.checklist import ChecklistPoint
from assay.contracts.contract import Welfare
from assay.contracts.documents import Documents
from assay.planning.checklist import LivePoint, judge_points
from assay.planning.checklist_figures import (
    ChecklistData,
    EvaluationFigures,
    Figures,
    JudgmentFigures,
    LedgerFigures,
    ReadingFigures,
    RecordFigures,
    ReleaseFigures,
    ReserveFigures,
    ValidationFigures,
    count_rounds,
    reading_figures,
)
from assay.quality.case import RecordCase
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson
from assay.records.record import Record, Sensitivity
from assay.review.welfare import Consent, Exposure
from simulators.planted_documents import CONTEXT
from simulators.small_program import judged as judged_by
from simulators.small_program import pair

DIMENSIONS = ("final_value", "arithmetic", "step_follows")

KINDS = ("contract", "rubric", "policy", "sources")

RELEASE = ReleaseFigures(
    id="rel_a",
    version="1.0.0",
    documents={kind: f"doc_{kind}" for kind in KINDS},
    gates={"rights": (True, "90 of 90 records may be used"), "claims": (True, "searched 9 texts")},
)


@pytest.fixture(scope="module")
def program(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Documents, tuple[ChecklistPoint, ...]]:
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
        passed_exams={"qua_a": "reviewer"},
        targets=("model@1",),
        rounds=1,
        documents={kind: f"doc_{kind}" for kind in KINDS},
    )


def changed(figures: Figures, path: str, value: Any) -> Figures:
    """Figures with one of them changed, such as `judgments.ordered`."""
    group, _, name = path.partition(".")
    if name:
        value = msgspec.structs.replace(getattr(figures, group), **{name: value})
    return msgspec.structs.replace(figures, **{group: value})


def judged(
    program: tuple[Documents, tuple[ChecklistPoint, ...]], figures: Figures
) -> dict[int, LivePoint]:
    """The points as the facts judge them."""
    documents, points = program
    return {each.number: each for each in judge_points(points, documents, figures)}


def test_facts_show_every_point(program: tuple[Documents, tuple[ChecklistPoint, ...]]) -> None:
    """A sound program whose facts could have shown the opposite has its points shown."""
    assert {each.state for each in judged(program, perfect()).values()} == {"shown"}


def test_evaluated_items_that_could_be_matched_are_counted(
    program: tuple[Documents, tuple[ChecklistPoint, ...]],
) -> None:
    """Of items that are not sealed the evidence says how many could be a record of the release."""
    figures = changed(
        perfect(), "evaluation", EvaluationFigures(items=9, on_reserve=2, matchable=3)
    )
    assert (
        "of the 7 others 3 could be matched with a record" in judged(program, figures)[2].evidence
    )


def test_an_empty_store_shows_nothing(
    program: tuple[Documents, tuple[ChecklistPoint, ...]],
) -> None:
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
        (5, "passed_exams", {}, "claimed"),
        (5, "passed_exams", {"qua_a": "adjudicator"}, "claimed"),
        (5, "judgments", JudgmentFigures(roles=Counter(reviewer=19), by_qualification=Counter({("reviewer", "qua_a"): 19})), "claimed"),
        (5, "judgments.roles", Counter(reviewer=190), "claimed"),
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
        (10, "records", RecordFigures(records=19, judged=19, disposed=19, adjudicated=1), "claimed"),
        (10, "records.adjudicated", 0, "claimed"),
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
    program: tuple[Documents, tuple[ChecklistPoint, ...]],
) -> None:
    """What is lacking leaves a point claimed, and what speaks against it refutes it."""
    assert judged(program, changed(perfect(), path, value))[number].state == state


def cared_for() -> Figures:
    """Facts of a program with severe content whose readers may, agreed, and kept within the caps."""
    figures = changed(perfect(), "records.severe", 20)
    figures = changed(figures, "judgments.severe", Counter(policy_reviewer=40))
    figures = changed(figures, "judgments.harmful", 40)
    return changed(figures, "reading", ReadingFigures(logged=40, most_of_a_cap=0.6))


@pytest.mark.parametrize(
    ("path", "value", "state", "said"),
    [
        ("rounds", 1, "shown", "0 of 40 judgments of these are by roles"),
        ("judgments.severe", Counter(policy_reviewer=40, reviewer=1), "refuted", "1 of 41 judgments"),
        ("judgments.severe", Counter(policy_reviewer=19), "claimed", "needed 20"),
        ("judgments.refused", 1, "refuted", "1 by people who refused"),
        ("judgments.unasked", 1, "claimed", "39 of 40 judgments of harms are by people who agreed"),
        ("judgments.harmful", 0, "claimed", "0 of 0 judgments of harms"),
        ("reading", ReadingFigures(), "claimed", "nothing was compared with the caps"),
        ("reading", ReadingFigures(logged=30, most_of_a_cap=0.6), "claimed", "30 of 40 judgments"),
        ("reading", ReadingFigures(logged=40, most_of_a_cap=1.1), "claimed", "exceeded by up to 25%"),
        ("reading", ReadingFigures(logged=40, most_of_a_cap=1.3), "refuted", "by more than 25%"),
    ],
)  # fmt: skip
def test_controls_are_shown_where_roles_consent_and_caps_were_kept(
    path: str, value: Any, state: str, said: str, tmp_path: Path
) -> None:
    """A reader without the role, who refused, or far beyond a cap refutes; what is not logged leaves it open."""
    service.init(tmp_path, "safety")
    welfare = service.load(tmp_path), service.check(tmp_path, CONTEXT).checklist
    point = judged(welfare, changed(cared_for(), path, value))[13]
    assert point.state == state
    assert said in point.evidence


def test_controls_that_the_contract_does_not_declare_are_not_asked_for(tmp_path: Path) -> None:
    """Without opt-in and caps nobody needs to have agreed, and no view needs to be logged."""
    service.init(tmp_path, "safety")
    documents, points = service.load(tmp_path), service.check(tmp_path, CONTEXT).checklist
    bare = Welfare(restricted_to=("policy_reviewer",))
    contract = documents.contract.model_copy(update={"welfare": bare})
    given = msgspec.structs.replace(documents, contract=contract)
    figures = changed(changed(cared_for(), "judgments.harmful", 0), "reading", ReadingFigures())
    assert judged((given, points), figures)[13].state == "shown"


def test_a_calibration_round_counts_on_outputs_of_the_model_that_is_trained(
    program: tuple[Documents, tuple[ChecklistPoint, ...]],
) -> None:
    """Rounds on other models are counted apart, and without a base nothing says which model it is."""
    others = changed(changed(perfect(), "rounds", 0), "other_rounds", 2)
    point = judged(program, others)[5]
    assert point.state == "claimed"
    assert (
        "0 calibration rounds on outputs of model@1 were discussed, 2 on those of" in point.evidence
    )
    point = judged(program, changed(others, "targets", ()))[5]
    assert "no evaluation of a base says which model is trained" in point.evidence


def made_by(*models: str | None) -> Record:
    """A record whose candidates these models wrote; None: a person did."""
    first = pair()
    written = tuple(
        Candidate(content=f"Answer {place}.", provenance=MadeByModel(model=name, revision="1"))
        if name
        else Candidate(content=f"{place}.", provenance=MadeByPerson(pseudonym="a", role="author"))
        for place, name in enumerate(models)
    )
    return first.replace(candidates=written)


def test_rounds_are_told_apart_by_whose_outputs_every_record_holds() -> None:
    """A round counts where each record holds an output of the trained model, by name or revision."""
    rounds = [
        [made_by("own", "other"), made_by("other", "own")],
        [made_by("own", "other"), made_by("other", "other")],
        [made_by("own", None), made_by(None, None)],
        [],
    ]
    assert count_rounds(rounds, ("own@1",)) == (1, 1)
    assert count_rounds(rounds, ("own",)) == (1, 1)
    assert count_rounds(rounds, ("own@2",)) == (0, 2)
    assert count_rounds(rounds, ()) == (0, 2)


def test_consents_are_held_against_what_was_judged() -> None:
    """One word of refusal without any agreement counts as refused, silence as not asked."""
    consents = [
        Consent(reviewer="anna", category="hate", given=True),
        Consent(reviewer="anna", category="hate", given=False),
        Consent(reviewer="ben", category="hate", given=False),
        Consent(reviewer="cleo", category="gore", given=True),
    ]
    record = pair().replace(sensitivity=Sensitivity(categories=("hate",), severity="high"))
    unnamed = pair(1).replace(sensitivity=Sensitivity(severity="critical"))
    benign = pair(2)
    gathering = ChecklistData("doc_rubric", consents)
    for given, names in (
        (record, ("anna", "ben", "cleo")),
        (unnamed, ("anna",)),
        (benign, ("ben",)),
    ):
        own = tuple(judged_by(given, name, 0).replace(rubric="doc_rubric") for name in names)
        gathering.add(RecordCase(id=given.id, record=given, judgments=own))
    found = gathering.judgments
    assert (found.harmful, found.refused, found.unasked) == (4, 1, 2)
    assert gathering.harmful_by_person == {"anna": 2, "ben": 1, "cleo": 1}


def test_views_count_at_most_once_for_each_judgment() -> None:
    """Of each person the log shows no more judgments than it has views, and caps are compared."""
    seen = [
        Exposure(categories=("hate",), started=f"2026-03-02T1{hour}:00:00Z", milliseconds=1_800_000)
        for hour in range(4)
    ]
    welfare = Welfare(restricted_to=("policy_reviewer",), hourly_minutes=60, daily_minutes=100)
    found = reading_figures({"anna": 3, "ben": 2}, {"anna": seen, "cleo": seen[:1]}, welfare)
    assert (found.logged, found.most_of_a_cap) == (3, 1.2)
    bare = Welfare(restricted_to=("policy_reviewer",))
    assert reading_figures({"anna": 3}, {"anna": seen}, bare).most_of_a_cap is None
    assert reading_figures({"anna": 3}, {"anna": seen}, None) == ReadingFigures()


def test_a_point_that_is_not_claimed_stays_missing(
    program: tuple[Documents, tuple[ChecklistPoint, ...]],
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
    program: tuple[Documents, tuple[ChecklistPoint, ...]], tmp_path: Path
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

"""Figures that were continued are those of one pass over all facts, whatever came in between."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.core.clock import fixed_clock
from assay.core.fact import Fact
from assay.planning.checklist_figures import checklist_fold
from assay.planning.verified_fold import verified_fold
from assay.program.derived import DerivedFigures, dispose_new
from assay.quality.coverage_fold import coverage_fold
from assay.quality.disposing import dispose
from assay.quality.disposition_tally import disposition_fold
from assay.quality.in_force import DocumentsInForce
from assay.records.verdict import Abstained, Prefers, Tie
from assay.releases.withdrawal import Withdrawal
from assay.review.adjudication import Adjudication, Decided
from assay.review.welfare import Consent
from assay.store.derived import DerivedResults
from assay.store.store import Store
from assay.verification.verification import Fail, Pass, Verification
from simulators.ferries import ACTOR, CONTRACT, CREATED, HEADER, documents, judgment, preference

RECORDS = 8
"""Records that steps are about."""

FIRST = [
    preference(number, day="sunday" if number % 3 else "weekday") for number in range(RECORDS // 2)
]
"""Those of them that are there from the start."""

OTHERS = [preference(number) for number in range(100, 100 + 2 * RECORDS)]
"""Records that no step touches: where most were touched, figures would be made anew."""

LATER = HEADER.format(kind="contract", title="Ferries that sail") + CONTRACT.replace(
    "total: 8", "total: 9"
)

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ("import", "judge", "judge", "adjudicate", "verify", "dispose", "look", "withdraw",
             "consent", "change")
        ),
        st.integers(0, RECORDS - 1),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


def _fact(step: str, number: int, choice: int) -> Fact | None:
    """The fact that a step brings; None for a step that brings none."""
    about = preference(number, day="sunday" if number % 3 else "weekday")
    verdict = (Prefers(candidate=0), Tie(), Abstained(reason="too dark"))[choice]
    made: dict[str, Callable[[], Fact]] = {
        "import": lambda: about,
        "judge": lambda: judgment(about, f"prs_{choice}", verdict),
        "adjudicate": lambda: Adjudication(
            record=about.id,
            judgments=(),
            decision=Decided(verdict=Prefers(candidate=choice % 2)),
            cause="missing_context",
            adjudicator="prs_9",
        ),
        "verify": lambda: Verification(
            record=about.id,
            verifier="timetable",
            version="1",
            verdict=Pass() if choice else Fail(reason="no such ferry"),
            dimensions=("correct",),
            candidate=0,
        ),
        "withdraw": lambda: Withdrawal(release="rel_a", records=(about.id,), reason="asked for"),
        "consent": lambda: Consent(
            reviewer=f"prs_{choice}", category="hate", given=bool(number % 2)
        ),
    }
    return made[step]() if step in made else None


def _add(store: Store, facts: "list[Fact]") -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(facts)


def _in_force(changed: bool) -> dict[DocumentKind, Document]:
    files = documents(contract=LATER) if changed else documents()
    return {kind: file.document for kind, file in files.items()}


def _figures(store: Store, facts: dict[DocumentKind, Document]) -> list[bytes]:
    """The bytes of every figure, continued where that can be."""
    in_force = DocumentsInForce.of(facts)
    contract, rubric = facts["contract"].read(), facts["rubric"].read()
    assert isinstance(contract, Contract)
    assert isinstance(rubric, Rubric)
    folds = [
        coverage_fold(in_force),
        checklist_fold(facts["rubric"].id, store.scan(Consent)),
        verified_fold(contract, rubric, ("correct",)),
        disposition_fold(),
    ]
    ids = {kind: fact.id for kind, fact in facts.items()}
    return [figures.encoded() for figures in DerivedFigures(store, ids).of_all(folds)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a new store."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    Store.open(f"sqlite:///{file}", fixed_clock(CREATED), create=True).close()
    return file.read_bytes()


def _open(template: bytes, folder: Path) -> Store:
    file = folder / "store.db"
    file.write_bytes(template)
    return Store.open(f"sqlite:///{file}", fixed_clock(CREATED))


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=steps)
def test_figures_are_the_same_continued_and_made_anew(
    template: bytes, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    """However facts come and documents change, continued figures equal those made again, by the byte."""
    changed = False
    with _open(template, tmp_path_factory.mktemp("derived")) as store:
        _add(store, [*_in_force(changed).values(), *FIRST, *OTHERS])
        _figures(store, _in_force(changed))
        for step, number, choice in steps:
            facts = _in_force(changed)
            if step == "change":
                changed = True
                _add(store, list(_in_force(changed).values()))
            elif step == "dispose":
                dispose_new(store, facts, actor=ACTOR)
            elif step == "look":
                _figures(store, facts)
            elif (fact := _fact(step, number, choice)) is not None:
                # A judgment may come before its record is there: the record counts when it comes.
                _add(store, [fact])
        continued = _figures(store, _in_force(changed))
        DerivedResults(store).drop()
        assert _figures(store, _in_force(changed)) == continued


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=steps)
def test_a_run_over_what_is_new_disposes_of_everything(
    template: bytes, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    """After runs over what is new, a run over every record writes nothing and counts the same."""
    changed = False
    with _open(template, tmp_path_factory.mktemp("derived")) as store:
        _add(store, [*_in_force(changed).values(), *FIRST, *OTHERS])
        for step, number, choice in steps:
            if step == "change":
                changed = True
                _add(store, list(_in_force(changed).values()))
            elif step in {"dispose", "look"}:
                dispose_new(store, _in_force(changed), actor=ACTOR)
            elif (fact := _fact(step, number, choice)) is not None:
                _add(store, [fact])
        facts = _in_force(changed)
        dispose_new(store, facts, actor=ACTOR)
        continued = dispose_new(store, facts, actor=ACTOR)
        assert continued.written == 0
        assert dispose(store, facts, actor=ACTOR) == continued

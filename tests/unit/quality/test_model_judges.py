"""Judgments of models planted where they would change the outcome if they counted: they do not."""

from typing import Any

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.quality import service as quality
from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase
from assay.quality.consensus import consensus, effective
from assay.quality.disposing import dispose
from assay.quality.gathering import gather
from assay.quality.rules import dispose_case
from assay.quality.sections.questions import questions_of, verdicts_of
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Scored,
    Tie,
    Verdict,
)
from assay.review import adjudication_service
from assay.review import service as review
from assay.review.adjudication import Adjudication, Decided
from assay.review.assign import Assignee
from assay.review.assignment import Assignment
from assay.review.queue import pass_service
from assay.verification.verification import Fail, Verification
from simulators.memory_store import MemoryStore
from simulators.no_desk import NoDesk
from simulators.open_rights import open_rights
from simulators.small_program import LAYER, facts, in_force, judged, pair

RECORD = pair()
DOCUMENTS = facts()


def scores(value: int, taste: str) -> tuple[DimensionScore, ...]:
    """The same scores for both candidates."""
    return tuple(
        DimensionScore(dimension=name, candidate=candidate, score=score)
        for candidate in (0, 1)
        for name, score in (
            ("correctness", Scored(value=value)),
            ("sound", Scored(value=1 if value > 2 else 0)),
            ("taste", Category(value=taste)),
        )
    )


def models(record: Record = RECORD, verdict: Verdict | int = 1, count: int = 5) -> list[Judgment]:
    """As many models as could outvote everybody, in the role of a reviewer."""
    return [
        judged(record, f"bot-{n}", verdict, kind="model", scores=scores(1, "no"))
        for n in range(count)
    ]


def people(*verdicts: Verdict | int, record: Record = RECORD) -> list[Judgment]:
    return [
        judged(record, f"r{n}", verdict, scores=scores(5, "yes"))
        for n, verdict in enumerate(verdicts)
    ]


def case(judgments: list[Judgment], record: Record = RECORD, **parts: Any) -> RecordCase:
    return RecordCase(id=record.id, record=record, judgments=tuple(judgments), **parts)


@pytest.mark.parametrize(
    ("layer", "given", "planted", "state"),
    [
        ({}, [], models(), "needs_second_review"),
        ({}, people(0), models(verdict=0), "needs_second_review"),
        ({}, people(0, 0), models(), "accepted"),
        ({}, people(0, 1), models(), "needs_adjudication"),
        ({}, people(0, 0), models(verdict=Abstained(reason="position")), "accepted"),
        ({"agreement": 1.0}, people(0, 0), models(verdict=Tie()), "accepted"),
        ({"second_review_share": 1.0}, people(0, 0), models(), "needs_second_review"),
        ({"on_disagreement": "second_review"}, people(0, 1), models(), "needs_second_review"),
        ({"passes": 0}, [], models(), "accepted"),
    ],
)
def test_models_set_no_disposition(
    layer: dict[str, Any], given: list[Judgment], planted: list[Judgment], state: str
) -> None:
    """State, rule and reason are the same beside five models, which a reason names at most."""
    documents = in_force(LAYER | layer)
    without = dispose_case(case(given), documents)
    beside = dispose_case(case([*given, *planted]), documents)
    assert without.state == state
    named = "; 5 judgments by models, which fill no pass"
    assert (beside.state, beside.rule, beside.reason.removesuffix(named)) == (
        without.state, without.rule, without.reason,
    )  # fmt: skip


def test_a_model_replaces_no_person_s_word() -> None:
    """A model's judgment that names a person's as superseded leaves it standing."""
    first, second = people(0, 0)
    planted = judged(RECORD, "bot", 1, kind="model", supersedes=first.id)
    assert effective([first, second, planted]) == [first, second, planted]
    documents = in_force()
    assert dispose_case(case([first, second, planted]), documents).state == "accepted"
    own = judged(RECORD, "bot", 0, kind="model", supersedes=planted.id)
    assert effective([planted, own]) == [own]


def test_models_outvote_nobody() -> None:
    """The winner is the one that one person chose, against five models; these are tallied apart."""
    found = consensus(RECORD, [*people(0), *models()])
    assert (found.outcome, found.candidate) == ("prefers", 0)
    assert (found.people.judgments, found.models.judgments) == (1, 5)


def test_models_are_in_no_agreement_among_people_and_no_coverage() -> None:
    """Verdicts, every question and the ledger are equal to the byte with models and without."""
    drawn = Resampling(replicates=50)
    plain, planted = [], []
    for number in range(8):
        record = pair(number)
        given = people(0, number % 2, record=record)
        plain.append(case(given, record))
        planted.append(case([*given, *models(record)], record))
    alone, beside = gather(plain, in_force()), gather(planted, in_force())
    assert msgspec.json.encode(verdicts_of(alone, drawn)) == msgspec.json.encode(
        verdicts_of(beside, drawn)
    )
    assert list(questions_of(alone, drawn)) == list(questions_of(beside, drawn))
    assert alone.ledger.report() == beside.ledger.report()
    assert (alone.judgments["model"], beside.judgments["model"]) == (0, 40)


def test_an_item_that_only_models_scored_stays_uncertain() -> None:
    """The ledger counts no expert where five models gave scores."""
    rows = gather([case(models())], in_force()).ledger.report().rows
    assert all(row.uncertain == row.items == 2 for row in rows if row.axis == "all")


def test_models_choose_no_candidate_that_is_taught() -> None:
    """The refuted candidate is the one that people preferred, whatever five models say."""
    store = MemoryStore()
    failed = Verification(
        record=RECORD.id,
        verifier="sums",
        version="1",
        verdict=Fail(reason="wrong"),
        dimensions=("correctness",),
        candidate=0,
    )
    with store.write("test.fill", actor="test") as writing:
        writing.add([RECORD, *people(0, 0), *models(), failed])
    dispose(store, DOCUMENTS, actor="lead")
    assert list(quality.refuted_records(store, DOCUMENTS)) == [RECORD.id]


def test_models_fill_no_pass_and_no_queue() -> None:
    """Five models leave both passes to assign, and one by a person's pseudonym answers for nobody."""
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add([RECORD, *models()])
    members = [Assignee(pseudonym=f"r{n}", role="reviewer") for n in range(3)]
    register = NoDesk(store)
    asked = pass_service.assign(
        store, register, DOCUMENTS, members, rights=open_rights("own"), key=b"key", actor="lead"
    )
    assert asked.assigned == 2
    namesake = next(store.scan(Assignment)).reviewer
    with store.write("test.fill", actor="test") as writing:
        writing.add([judged(RECORD, namesake, 1, kind="model")])
    found = pass_service.status(store, register)
    assert (found.assigned, found.judged, found.waiting) == (2, 0, 2)
    assert (found.unassigned_judgments, found.judgments_of_models) == (0, 6)
    assert len(list(review.export_work(store, register, DOCUMENTS, rights=open_rights("own")))) == 2


def test_an_adjudication_weighs_people() -> None:
    """With models alone there is nothing to weigh; beside a person they are left out unasked."""
    store = MemoryStore()
    planted = models(count=2)
    with store.write("test.fill", actor="test") as writing:
        writing.add([RECORD, *planted])
    decided: dict[str, Any] = {"cause": "expertise", "adjudicator": "senior", "actor": "lead"}
    verdict = Decided(verdict=Prefers(candidate=0))
    for named in ([], [planted[0].id]):
        with pytest.raises(UsageError) as caught:
            adjudication_service.adjudicate(
                store, DOCUMENTS, RECORD.id, verdict, judgments=named, **decided
            )
        assert caught.value.code == "nothing-to-weigh"
    (person,) = people(0)
    with store.write("test.fill", actor="test") as writing:
        writing.add([person])
    adjudication_service.adjudicate(store, DOCUMENTS, RECORD.id, verdict, **decided)
    (made,) = store.scan(Adjudication)
    assert made.judgments == (person.id,)


def test_scores_alone_of_a_model_are_no_judgment_of_a_person() -> None:
    """A model that was asked for no verdict fills no pass either."""
    alone = judged(RECORD, "bot", NotAsked(), kind="model", scores=scores(5, "yes"))
    assert dispose_case(case([alone]), in_force()).state == "needs_second_review"

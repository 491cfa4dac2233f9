"""Labels made under a text that has changed its meaning decide nothing."""

from typing import Any

import pytest

from assay.contracts.document import Document, DocumentKind, to_fact
from assay.contracts.policy import PolicyRules
from assay.core.canonical import json_text
from assay.quality import service
from assay.quality.case import RecordCase
from assay.quality.disposing import dispose
from assay.quality.in_force import DocumentsInForce
from assay.quality.rules import dispose_case
from assay.records.judgment import Judgment, SectionRuling
from assay.records.verdict import NotAsked, Prefers
from assay.review.adjudication import Adjudication, Decided
from simulators.memory_store import MemoryStore
from simulators.small_program import HEADER, contract, judged, pair, rubric, scored

RECORD = pair(difficulty="hard")
OLD = to_fact(rubric())
_DIMENSIONS = rubric().model_dump(mode="json", exclude_defaults=True)["dimensions"]


def _changed(dimension: str, **changes: Any) -> Document:
    """The rubric, version 2, with one dimension changed."""
    dimensions = [each | changes if each["id"] == dimension else each for each in _DIMENSIONS]
    return to_fact(rubric(version="2.0.0", dimensions=dimensions))


NEW = _changed("clarity", question="Is it short?")


def _in_force(new: Document = NEW, **changes: Any) -> DocumentsInForce:
    return DocumentsInForce.of(
        {"contract": to_fact(contract(**changes)), "rubric": new}, [OLD, new]
    )


def _given(**values: int) -> list[Judgment]:
    return [
        scored(RECORD, name, **values).replace(verdict=Prefers(candidate=0), rubric=OLD.id)
        for name in ("a", "b")
    ]


def _case(judgments: list[Judgment], **parts: Any) -> RecordCase:
    return RecordCase(id=RECORD.id, record=RECORD, judgments=tuple(judgments), **parts)


def test_a_label_under_an_older_meaning_does_not_settle_a_record() -> None:
    """Clarity asks something else now, so records judged on it before wait, and the reason says so."""
    found = dispose_case(_case(_given(clarity=5)), _in_force())
    assert (found.state, found.rule) == ("needs_rereview", "standard/versions")
    assert found.reason == "2 of 2 judgments were made before the meaning of clarity (2) changed"


def test_an_equal_answer_under_the_new_text_is_not_lost_beside_the_older_one() -> None:
    """Where nothing shows which of the two is the later, the one that still holds counts."""
    for number in range(8):
        older = [each.replace(active_ms=number) for each in _given(clarity=5)]
        anew = [each.replace(rubric=NEW.id) for each in older]
        foreign = [each.replace(rubric=None, guideline="theirs") for each in older]
        found = dispose_case(_case([*foreign, *anew, *older]), _in_force())
        assert found.state == "accepted"


def test_a_change_that_touches_nothing_that_was_judged_leaves_a_record_as_it_is() -> None:
    """Judgments of correctness stand when the words on clarity change."""
    assert dispose_case(_case(_given(correctness=5)), _in_force()).state == "accepted"


def test_a_change_of_a_typing_error_alters_no_meaning() -> None:
    """Another verifier or escalation path leaves labels as they are."""
    new = _changed("clarity", escalation="to the lead")
    assert dispose_case(_case(_given(clarity=5)), _in_force(new)).state == "accepted"


def test_enough_judgments_under_the_new_text_settle_it_again() -> None:
    """Two reviewers judge anew; the older two are no longer counted on clarity."""
    fresh = [
        scored(RECORD, name, clarity=1).replace(verdict=Prefers(candidate=0), rubric=NEW.id)
        for name in ("c", "d")
    ]
    found = dispose_case(_case([*_given(clarity=5), *fresh]), _in_force())
    assert found.state == "accepted"


def test_a_contract_may_declare_an_older_version_compatible() -> None:
    """With a reason, labels of that version hold."""
    compatible = [{"document": "rubric", "version": "1.0.0", "because": "Only the words changed."}]
    documents = _in_force(compatible=compatible)
    assert dispose_case(_case(_given(clarity=5)), documents).state == "accepted"


def test_the_documents_in_force_at_entry_count_where_a_judgment_cites_none() -> None:
    """An imported vote was declared to fit the rubric under which it was imported."""
    given = [each.replace(rubric=None) for each in _given(clarity=5)]
    made_under = {each.id: {"rubric": OLD.id} for each in given}
    assert dispose_case(_case(given), _in_force()).state == "accepted"
    found = dispose_case(_case(given, made_under=made_under), _in_force())
    assert found.state == "needs_rereview"


@pytest.mark.parametrize(
    ("judged_at", "state"),
    [
        ("2026-02-10T08:00:00Z", "needs_rereview"),
        ("2026-03-10T08:00:00Z", "accepted"),
        ("2025-12-10T08:00:00Z", "accepted"),
        ("last spring", "accepted"),
        (None, "accepted"),
    ],
)
def test_a_label_counts_under_the_text_of_its_own_time(judged_at: str | None, state: str) -> None:
    """Labels from before a change that are imported after it do not count under the new text.

    A time before the program's first document, or none, leaves the documents of the import.
    """
    store = MemoryStore()
    facts: dict[DocumentKind, Document] = {"contract": to_fact(contract()), "rubric": NEW}
    for now, document in (("2026-02-01T00:00:00Z", OLD), ("2026-03-01T00:00:00Z", NEW)):
        store.now = now
        with store.write("test", actor="x", documents={"rubric": document.id}) as writing:
            writing.add([document])
    store.now = "2026-04-01T00:00:00Z"
    given = [each.replace(rubric=None, judged_at=judged_at) for each in _given(clarity=5)]
    with store.write("test", actor="x", documents={"rubric": NEW.id}) as writing:
        writing.add([RECORD, *given])
    assert dispose(store, facts, actor="x").states == {state: 1}


def test_work_under_a_foreign_guideline_is_not_touched_by_ours() -> None:
    """Our rubric's changes say nothing about a label that another guideline defined."""
    given = [each.replace(rubric=None, guideline="house rules") for each in _given(clarity=5)]
    made_under = {each.id: {"rubric": OLD.id} for each in given}
    assert dispose_case(_case(given, made_under=made_under), _in_force()).state == "accepted"


def _policy(text: str, version: str = "1.0.0") -> Document:
    plain = HEADER | {
        "id": "rules",
        "kind": "policy",
        "version": version,
        "sections": [
            {"id": "s1", "title": "Sums", "text": text, "severity": "high", "expected": "comply"}
        ],
    }
    return to_fact(PolicyRules.model_validate_json(json_text(plain)))


def test_a_ruling_under_an_older_policy_text_is_stale() -> None:
    """The policy is known from the documents in force when the ruling entered the store."""
    old, new = _policy("No sums."), _policy("No long sums.", "2.0.0")
    facts: dict[DocumentKind, Document] = {
        "contract": to_fact(contract()), "rubric": OLD, "policy": new
    }  # fmt: skip
    ruling = SectionRuling(section="s1", ruling="violates")
    given = [judged(RECORD, name, 0, rulings=(ruling,)) for name in ("a", "b")]
    made_under = {each.id: {"policy": old.id} for each in given}
    found = dispose_case(
        _case(given, made_under=made_under), DocumentsInForce.of(facts, [old, new])
    )
    assert (found.state, "policy:s1 (2)" in found.reason) == ("needs_rereview", True)


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (
            Decided(verdict=NotAsked(), scores=scored(RECORD, "x", clarity=5).scores),
            "needs_rereview",
        ),
        (Decided(verdict=Prefers(candidate=0)), "accepted"),
    ],
)
def test_an_adjudication_of_what_has_changed_decides_nothing(decision: Any, state: str) -> None:
    """A senior score on clarity from before is stale as a reviewer's is; a verdict may stand."""
    adjudication = Adjudication(
        record=RECORD.id, judgments=(), decision=decision, cause="expertise", adjudicator="senior"
    )
    case = _case(
        _given(clarity=5),
        adjudications=(adjudication,),
        made_under={adjudication.id: {"rubric": OLD.id}},
    )
    assert dispose_case(case, _in_force()).state == state


def test_a_decision_over_labels_that_no_longer_hold_does_not_hold_either() -> None:
    """The senior weighed scores under the older words, so the record is reviewed anew."""
    given = _given(clarity=5)
    adjudication = Adjudication(
        record=RECORD.id,
        judgments=tuple(each.id for each in given),
        decision=Decided(verdict=Prefers(candidate=0)),
        cause="expertise",
        adjudicator="senior",
    )
    made_under = {adjudication.id: {"rubric": OLD.id}}
    case = _case(given, adjudications=(adjudication,), made_under=made_under)
    assert dispose_case(case, _in_force()).state == "needs_rereview"


def test_the_store_tells_which_judgments_are_stale_and_why_a_record_waits() -> None:
    """Dispose, stale and why read the versions from the store and say the same."""
    store = MemoryStore()
    facts: dict[DocumentKind, Document] = {"contract": to_fact(contract()), "rubric": NEW}
    with store.write("test", actor="x", documents={"rubric": OLD.id}) as writing:
        writing.add([OLD, NEW, RECORD, *_given(clarity=5)])
    disposed = dispose(store, facts, actor="x")
    assert disposed.states == {"needs_rereview": 1}
    (found,) = service.stale(store, facts)
    assert (found.record, found.decides, len(found.judgments)) == (RECORD.id, True, 2)
    explained = service.why(store, facts, RECORD.id[:12])
    assert (explained.state, explained.stored, explained.stale) == (
        "needs_rereview", "needs_rereview", ("clarity",),
    )  # fmt: skip
    assert explained.rules[-1].startswith("stale: needs rereview: 2 of 2 judgments")
    assert "assay review stale" in explained.changes

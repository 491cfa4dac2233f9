"""People judge anew what they judged under a text that has changed its meaning since."""

import pytest

from assay.contracts.document import Document, DocumentKind, to_fact
from assay.quality import service as quality
from assay.quality.disposing import dispose
from assay.records.judgment import Judgment, Reviewer
from assay.records.ports import Row
from assay.records.verdict import Prefers
from assay.review import service
from assay.review.queue import pass_service
from assay.review.renewal import renew
from simulators.memory_store import MemoryStore
from simulators.no_desk import NoDesk
from simulators.open_rights import open_rights
from simulators.small_program import contract, pair, rubric, scored

KEY = b"secret"
REASON = {"reason.clarity": "clearer"}
RECORD = pair(difficulty="hard")
OLD = to_fact(rubric())
_DIMENSIONS = rubric().model_dump(mode="json", exclude_defaults=True)["dimensions"]
NEW = to_fact(
    rubric(
        version="2.0.0",
        dimensions=[
            each | {"question": "Is it short?"} if each["id"] == "clarity" else each
            for each in _DIMENSIONS
        ],
    )
)
FACTS: dict[DocumentKind, Document] = {"contract": to_fact(contract()), "rubric": NEW}


@pytest.fixture
def store() -> MemoryStore:
    """Two people and an unnamed label judged clarity under the old words."""
    found = MemoryStore()
    people = [
        scored(RECORD, name, clarity=5).replace(verdict=Prefers(candidate=0), rubric=OLD.id)
        for name in ("anna", "bela")
    ]
    with found.write("test", actor="x", documents={"rubric": OLD.id}) as writing:
        writing.add([OLD, NEW, RECORD, *people])
    dispose(found, FACTS, actor="x")
    return found


def _stale(store: MemoryStore) -> list[str]:
    return [each.judgment for record in quality.stale(store, FACTS) for each in record.judgments]


def test_each_person_is_asked_anew_once_and_the_answer_replaces_the_earlier_one(
    store: MemoryStore,
) -> None:
    """The work waits for its own people, and after their answers nothing is stale."""
    asked = renew(store, FACTS, _stale(store), key=KEY, actor="lead")
    assert (asked.judgments, asked.assigned, asked.by_reviewer) == (2, 2, {"anna": 1, "bela": 1})
    again = renew(store, FACTS, _stale(store), key=KEY, actor="lead")
    assert (again.assigned, again.already_asked) == (0, 2)
    waiting = list(
        pass_service.waiting_work(store, NoDesk(store), FACTS, rights=open_rights("own"))
    )
    assert {each.renews for each, _ in waiting} == set(_stale(store))
    assert {each.rubric for each, _ in waiting} == {NEW.id}


def test_the_same_answer_given_anew_is_a_judgment_under_the_new_text(store: MemoryStore) -> None:
    """It supersedes the old one, and the record is settled again."""
    renew(store, FACTS, _stale(store), key=KEY, actor="lead")
    rows = [
        Row(number=number, values=row | {"verdict": "A", "score.clarity.A": "5"} | REASON)
        for number, row in enumerate(
            service.export_work(store, NoDesk(store), FACTS, rights=open_rights("own"), flat=True),
            1,
        )
    ]
    taken = service.import_judgments(store, FACTS, rows, actor="x")
    assert (taken.stored, taken.set_aside) == (2, ())
    newest = [each for each in store.scan(Judgment) if each.supersedes]
    assert {each.rubric for each in newest} == {NEW.id}
    assert _stale(store) == []
    assert not list(
        pass_service.waiting_work(store, NoDesk(store), FACTS, rights=open_rights("own"))
    )
    assert dispose(store, FACTS, actor="x").states == {"accepted": 1}


def test_a_label_without_a_person_has_nobody_to_ask(store: MemoryStore) -> None:
    """Labels whose author the source does not name are counted apart."""
    unnamed = scored(RECORD, "gold", clarity=1)
    author = Reviewer(pseudonym="gold", kind="unknown", role="reviewer")
    label = unnamed.replace(reviewer=author)
    with store.write("test", actor="x", documents={"rubric": OLD.id}) as writing:
        writing.add([label])
    found = renew(store, FACTS, _stale(store), key=KEY, actor="lead")
    assert (found.judgments, found.assigned, found.nobody_to_ask) == (3, 2, 1)

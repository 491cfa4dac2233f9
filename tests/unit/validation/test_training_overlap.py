"""Evaluated items that are records of the validated release are recognised, or said to be unknown."""

from pathlib import Path

import pytest

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.releases.build import build
from assay.reserve.canonical_text import words
from assay.reserve.fingerprint import METHOD, Hasher, KeyedDigests, key_check, to_text
from assay.reserve.sealing import Fingerprint, Sealing
from assay.reserve.service import index
from assay.validation.evaluation import ItemResult
from assay.validation.service import overlap_of
from assay.validation.training_overlap import (
    Training,
    TrainingOverlap,
    compare_with_training,
    question_text,
    training_of,
)
from assay.validation.validation import Validation
from simulators.ferries import ACTOR, KEY, filled_store, inputs, preference
from simulators.memory_store import MemoryStore

GATE = b"a key of the tests"
DIGESTS = KeyedDigests(GATE)


@pytest.fixture
def released(tmp_path: Path) -> tuple[MemoryStore, str]:
    """A store with one release, and the release's id."""
    store = filled_store()
    return store, build(store, inputs(), KEY, tmp_path, actor=ACTOR).release.id


def _seal(store: MemoryStore, **texts: str) -> None:
    """Leave the fingerprints of sealed items in the store."""
    hasher = Hasher(GATE)
    sealing = Sealing(
        reserve="kept", items=len(texts), commitment="00", salt_check=key_check(GATE),
        method=METHOD, recipients=(),
    )  # fmt: skip
    prints = [
        Fingerprint(
            sealing=sealing.id,
            reserve="kept",
            item=item,
            part="task",
            words=len(words(text)),
            grams=to_text(hasher.fingerprint(words(text))),
        )
        for item, text in texts.items()
    ]
    with store.write("reserve.seal", actor=ACTOR) as writing:
        writing.add([sealing, *prints])


def test_a_record_is_known_by_its_id_and_by_digests(released: tuple[MemoryStore, str]) -> None:
    """The id, the record's, the task's and the prompt's SHA-256 name it; a waiting one is not in."""
    store, release = released
    names = training_of(store, release, digester=None).names
    record, waiting = preference(1), preference(4)
    prompt = record.task.messages[0].content
    assert {
        record.id,
        sha256(record.canonical()).hex(),
        f"sha256:{sha256(encode_fact(record.task)).hex()}",
        f"sha256:{sha256(prompt.encode()).hex()}",
    } <= names
    assert waiting.id not in names


def test_items_of_a_validation_are_held_against_its_own_release(
    released: tuple[MemoryStore, str],
) -> None:
    """A record of the release is found, a waiting one could have been, a name of one's own could not."""
    store, release = released
    results = [
        ItemResult(evaluation="evl_a", item=item)
        for item in (preference(1).id, "q1", preference(4).id)
    ]
    with store.write("evaluation.import", actor=ACTOR) as writing:
        writing.add(results)
    validation = Validation(
        contract="doc_x", base=(), candidate=("evl_a",), tests=(), method="m", release=release
    )
    found = overlap_of(store, validation, training_of(store, release, digester=None))
    assert found == TrainingOverlap(items=3, matchable=2, trained=(preference(1).id,))
    assert "1 of 3 could not be matched" in found.describe()


def test_names_that_no_record_bears_leave_the_overlap_unknown(
    released: tuple[MemoryStore, str],
) -> None:
    """Results whose names match nothing by their form say nothing of training records."""
    store, release = released
    training = training_of(store, release, digester=DIGESTS)
    found = compare_with_training([ItemResult(evaluation="evl_a", item="q1")], training)
    assert (found.state, found.matchable, found.items) == ("unknown", 0, 1)
    named = compare_with_training([ItemResult(evaluation="evl_a", item="0" * 64)], training)
    assert (named.state, named.matchable) == ("clear", 1)
    nothing = compare_with_training([ItemResult(evaluation="evl_a", item="0" * 64)], Training())
    assert nothing.state == "unknown"


def test_an_item_is_recognised_by_the_words_of_its_input(
    released: tuple[MemoryStore, str],
) -> None:
    """Case, punctuation and a system message hide no training prompt; an earlier digest is like none."""
    store, release = released
    training = training_of(store, release, digester=DIGESTS)
    prompt = preference(1).task.messages[0].content
    framed = [("system", "Answer in one sentence."), ("user", f"  {prompt.upper()} !")]
    for given, state in ((framed, "raised"), ([("user", "Which quay is it?")], "clear")):
        (digest,) = DIGESTS.digests([question_text(given)])
        result = ItemResult(evaluation="evl_a", item="q1", input=digest)
        assert compare_with_training([result], training).state == state
    earlier = ItemResult(evaluation="evl_a", item="q1", input="0" * 64)
    assert compare_with_training([earlier], training).state == "unknown"


def test_a_sealed_item_is_compared_by_its_fingerprint(released: tuple[MemoryStore, str]) -> None:
    """An item that shares words with a record is found, others are clear, a wordless one unknown."""
    store, release = released
    prompt = preference(1).task.messages[0].content
    _seal(
        store, known=prompt, new="Where can a pram be left while the boat is boarded?", empty="?!"
    )
    training = training_of(store, release, digester=None, comparer=index(store, GATE))
    states = {
        item: compare_with_training([ItemResult(evaluation="evl_a", item=item)], training).state
        for item in ("known", "new", "empty")
    }
    assert states == {"known": "raised", "new": "clear", "empty": "unknown"}
    assert training_of(store, release, digester=None).sealed == frozenset()
    compared = training_of(store, release, digester=None, overlaps=())
    assert (compared.sealed, compared.shared) == (training.sealed, frozenset())

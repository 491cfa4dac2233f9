"""Evaluated items that are records of the validated release are recognised by id and digest."""

from pathlib import Path

import pytest

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.releases.build import build
from assay.validation.evaluation import Result
from assay.validation.training_overlap import trained_items, training_names
from assay.validation.validation import Validation
from simulators.ferries import ACTOR, KEY, filled_store, inputs, preference
from simulators.memory_store import MemoryStore


@pytest.fixture
def released(tmp_path: Path) -> tuple[MemoryStore, str]:
    """A store with one release, and the release's id."""
    store = filled_store()
    return store, build(store, inputs(), KEY, tmp_path, actor=ACTOR).release.id


def test_a_record_is_known_by_its_id_and_by_digests(released: tuple[MemoryStore, str]) -> None:
    """The id, the record's, the task's and the prompt's SHA-256 name it; a waiting one is not in."""
    store, release = released
    names = training_names(store, release)
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
    """Items of a validation of no release overlap nothing."""
    store, release = released
    results = [
        Result(evaluation="evl_a", item=item) for item in (preference(1).id, "q1", preference(4).id)
    ]
    with store.write("evaluation.import", actor=ACTOR) as writing:
        writing.add(results)
    validation = Validation(
        contract="doc_x", base=(), candidate=("evl_a",), tests=(), method="m", release=release
    )
    assert trained_items(store, validation) == (preference(1).id,)
    assert trained_items(store, validation.replace(release=None)) == ()

"""Figures that later facts leave as they are follow the store, so that none is looked past twice."""

from pathlib import Path

import pytest

from assay.core.clock import fixed_clock
from assay.program import derived
from assay.program.derived import DerivedFigures
from assay.quality.coverage_fold import coverage_fold
from assay.quality.in_force import DocumentsInForce
from assay.records.judgment import Judgment
from assay.records.verdict import Tie
from assay.store.derived import DerivedResults
from assay.store.store import Store
from simulators.ferries import ACTOR, CREATED, documents, judgment, preference


@pytest.mark.parametrize(("judgments", "is_kept"), [(2, False), (3, True)])
def test_figures_are_kept_again_once_many_facts_were_looked_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judgments: int, is_kept: bool
) -> None:
    """Judgments change no coverage; from a number of them on, the entry of the figures moves on."""
    monkeypatch.setattr(derived, "KEPT_BEHIND", 3)
    in_force = {kind: file.document for kind, file in documents().items()}
    ids = {kind: fact.id for kind, fact in in_force.items()}
    coverage = coverage_fold(DocumentsInForce.of(in_force))
    assert Judgment not in coverage.reads
    records = [preference(number) for number in range(8)]
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(address, fixed_clock(CREATED), create=True) as store:
        with store.write("record.import", actor=ACTOR) as writing:
            writing.add([*in_force.values(), *records])
        before = DerivedFigures(store, ids).of(coverage).encoded()
        first = store.head()
        with store.write("judgment.import", actor=ACTOR) as writing:
            writing.add([judgment(record, "prs_1", Tie()) for record in records[:judgments]])
        assert DerivedFigures(store, ids).of(coverage).encoded() == before
        result = DerivedResults(store).read(coverage.name)
        assert result is not None
        assert result.head == (store.head() if is_kept else first)

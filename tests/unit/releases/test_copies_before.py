"""Releases of the formats 5 to 7 verify by the near copies of their time."""

from assay.contracts.contract import Sampling
from assay.quality.cells import Cells
from assay.releases.copies_before import SketchedCells
from simulators.planted_copies import pair_of, words

TEXT = words(100, 3)
EDITED = [word if place % 10 else "other" for place, word in enumerate(TEXT)]
SAMPLING = Sampling.model_validate_json(
    '{"total": 2, "axes": {"split": ["train"]}, "quotas": [{"slice": {"split": "train"}, "minimum": 1}]}'
)


def test_copies_are_counted_by_the_format_of_their_release() -> None:
    """Every tenth word changed made another item then, and makes a copy now; capitals never did."""
    records = [
        pair_of(text, "yes", "no")
        for text in (" ".join(TEXT), " ".join(TEXT).upper(), " ".join(EDITED))
    ]
    before, today = SketchedCells(SAMPLING), Cells(SAMPLING)
    for record in records:
        before.add(record)
        today.add(record, accepted=True)
    assert before.inside({"split": "train"}) == today.inside({"split": "train"}) == (3, 3)
    assert (before.distinct({"split": "train"}), today.distinct({"split": "train"})) == (2, 1)

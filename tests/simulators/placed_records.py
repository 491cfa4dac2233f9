"""Records at given places of the sampling distribution, each with a text of its own."""

from collections.abc import Iterable, Mapping

from assay.contracts.contract import Sampling
from assay.quality.cells import Cells
from assay.records.kinds import Preference
from assay.records.record import Record
from builders import model_answer, small_record, user_task


def placed_record(taxonomy: Mapping[str, str], text: str) -> Record:
    """A pair of answers at a place of the axes; records with equal texts are copies."""
    return small_record(
        Preference(),
        user_task(text, taxonomy=dict(taxonomy)),
        *(model_answer(f"{side} {text}", f"m-{side}") for side in ("one", "other")),
    )


def placed_cells(
    sampling: Sampling, places: Iterable[tuple[Mapping[str, str], bool]], *, copies: bool = False
) -> Cells:
    """Count records at these places, each with whether it is accepted.

    Args:
        sampling: the distribution.
        places: the taxonomy of each record, and whether it is accepted.
        copies: whether all have one text.
    """
    cells = Cells(sampling)
    for number, (taxonomy, accepted) in enumerate(places):
        text = "copy" if copies else str(number)
        cells.add(placed_record(taxonomy, text), accepted=accepted)
    return cells

"""SHP: two comments on one post, of which readers voted one higher."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.candidate import MadeByUnknown
from assay.records.formats.conversation import text_candidate, user
from assay.records.formats.fields import Fields
from assay.records.formats.label import Opinion, as_score, comparison, unnamed
from assay.records.judgment import Reason
from assay.records.reader import Read, RowContext
from assay.records.task import Task
from assay.records.verdict import DimensionScore

_SIDES = ("A", "B")


class Shp:
    """Reads `history`, `human_ref_A`, `human_ref_B` and `labels`: 1 prefers A and 0 prefers B.

    `score_A` and `score_B`, the votes that the comments had, are scores on `score`, and
    `score_ratio` a reason with that code. The key is the post with both comments
    (`post_id/c_root_id_A/c_root_id_B`), the axis `domain` the forum. The vote is a judgment by an
    unknown reviewer.
    """

    name = "shp"
    kinds = ("preference",)
    summary = "SHP: two comments on a post, compared by votes"
    columns = {
        "preference": (
            "post_id", "domain", "history", "labels", "score_ratio",
            *(f"{name}_{side}" for name in ("c_root_id", "human_ref", "score") for side in _SIDES),
        ),
    }  # fmt: skip

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        writer = MadeByUnknown(reason="a commenter whom the row does not name")
        candidates = [text_candidate(fields.text(f"human_ref_{side}"), writer) for side in _SIDES]
        domain = fields.text_or_none("domain")
        task = Task(
            messages=(user(fields.text("history")),), taxonomy={"domain": domain} if domain else {}
        )
        names = [fields.name_or_none(name) for name in ("post_id", "c_root_id_A", "c_root_id_B")]
        return [
            comparison(
                context,
                task,
                candidates,
                _opinions(fields, context),
                key="/".join(name for name in names if name) or None,
            )
        ]


def _opinions(fields: Fields, context: RowContext) -> list[Opinion]:
    a_is_better = fields.flag_or_none("labels")
    if a_is_better is None:
        return []
    votes = [fields.number_or_none(f"score_{side}") for side in _SIDES]
    ratio = fields.number_or_none("score_ratio")
    return [
        Opinion(
            unnamed(context),
            better=0 if a_is_better else 1,
            scores=[
                DimensionScore(dimension="score", score=as_score(count), candidate=place)
                for place, count in enumerate(votes)
                if count is not None
            ],
            reasons=[Reason(text=str(fields.any("score_ratio")), code="score_ratio")]
            if ratio is not None
            else [],
        )
    ]


READER = Shp()
"""The reader that `--format shp` asks for."""

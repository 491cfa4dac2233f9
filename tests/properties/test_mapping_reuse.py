"""What a mapping keeps from row to row changes nothing: each row reads as if it were the only one."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError
from assay.records.mapping.load import require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext

MAPPING = b"""mapping: 1
kind: preference
record:
  key: "{id}"
  messages: [{user: "{ask} {id}"}]
  taxonomy: {level: {column: level, optional: true}}
  candidates:
    - {name: a, content: "{a}", model: "{model}"}
    - {name: b, content: "{b}", person: "{who}"}
  sentinel:
    when: {planted: ["1", "true"]}
    verdict: {column: gold, values: {a: prefers a, b: prefers b}}
judgments:
  - name: first
    reviewer: {person: "{who}", groups: {team: {column: team, optional: true}}}
    verdict: {column: vote, values: {a: prefers a, b: prefers b by 2, "=": tie, "?": {abstained: unsure}}}
    order: [b, a]
    active_seconds: {column: seconds, optional: true}
    occasion: {column: round, optional: true}
    flags: {check: {column: check, optional: true}}
    scores:
      - {dimension: clear, candidate: a, number: "{clear}"}
      - {dimension: "{ask}", candidate: b, when: {level: [x]}, category: {column: vote, optional: true}}
    reasons: [{for: {why: {column: why, split: ";", optional: true}}, text: "{why}"}]
  - reviewer: {model: "{model}"}
    supersedes: first
    verdict: prefers b
"""

CELLS = st.sampled_from(["a", "b", "=", "?", "", "1", "2.5", "1e2", "x", "nan", "a;b"])
VALUES = CELLS | st.sampled_from([1, 1.0, True, None, 2**60, 0.1, float("nan"), ["a"], {"k": 1}])
NAMES = (
    "id", "ask", "level", "a", "b", "model", "who", "planted", "gold", "team", "vote", "seconds",
    "round", "check", "clear", "why",
)  # fmt: skip
PLAIN = {
    "id": "1", "ask": "Which?", "level": "x", "a": "Red.", "b": "Blue.", "model": "m", "who": "ann",
    "planted": "0", "gold": "a", "team": "north", "vote": "a", "seconds": "2.5", "round": "0",
    "check": "", "clear": "3", "why": "",
}  # fmt: skip
ROWS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3).map(lambda some: PLAIN | some)
    | st.sampled_from(NAMES).map(lambda name: {k: v for k, v in PLAIN.items() if k != name}),
    max_size=8,
)


def _reader() -> MappingReader:
    return MappingReader(require_mapping("m.yaml", MAPPING), {})


def _outcome(reader: MappingReader, row: dict[str, Any], own: RowContext) -> Sequence[Any] | str:
    try:
        (read,) = reader.read(row, own)
    except InputError as error:
        return str(error)
    return [read.record, *read.judgments, *read.recurrences]


@given(ROWS)
def test_a_row_reads_as_if_it_were_the_only_one(rows: list[dict[str, Any]]) -> None:
    """Records, judgments and reasons, in their order, whatever rows came before."""
    own = RowContext(kind="preference", source_class="own", pseudonym=lambda who: f"rvr_{who}")
    other = RowContext(
        kind="preference", source_class="other", pseudonym=lambda who: f"other_{who}"
    )
    shared = _reader()
    for row in rows:
        for context in (own, other):
            assert _outcome(shared, row, context) == _outcome(_reader(), row, context)

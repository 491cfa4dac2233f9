"""Records and judgments: round trips, stable digests, one canonical form by two ways."""

import base64
import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from assay.core.canonical import encode_fact, parse_json
from assay.core.errors import InputError
from assay.core.identity import digest_of, make_id
from assay.records.candidate import Candidate, MadeByModel, MadeByPerson, MadeByUnknown, Step
from assay.records.coherence import judgment_faults, record_faults
from assay.records.evidence import Evidence, TextSpan
from assay.records.formats.assay import READER
from assay.records.formats.fields import Fields
from assay.records.judgment import Judgment, LocalizedError, Reason, StepLabel
from assay.records.kinds import Outcome, Policy, Preference, Process
from assay.records.mapping.anchor import anchor_offsets
from assay.records.reader import RowContext
from assay.records.record import Record, Source, sort_candidates
from assay.records.task import Message, Task, ToolCall
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Scored,
    Tie,
)
from builders import judgment_by

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.from_regex(r"\A[a-z][a-z0-9_]{0,5}\Z")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
JSON_TEXTS = JSON.map(lambda value: rfc8785.dumps(value).decode())
MESSAGES = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=TEXTS,
    tool_calls=st.lists(st.builds(ToolCall, name=TEXTS, arguments=JSON_TEXTS), max_size=2).map(
        tuple
    ),
)
ANSWERS = st.tuples(
    MESSAGES.map(lambda message: msgspec.structs.replace(message, role="assistant")), MESSAGES
)
MAKERS = (
    st.builds(MadeByModel, model=TEXTS, parameters=st.none() | JSON_TEXTS)
    | st.builds(
        MadeByPerson,
        pseudonym=st.from_regex("rvr_[a-z0-9]{1,24}", fullmatch=True),
        role=st.just("author"),
    )
    | st.builds(MadeByUnknown, reason=TEXTS)
)
CANDIDATES = st.builds(
    Candidate,
    content=TEXTS | ANSWERS,
    provenance=MAKERS,
    work=st.lists(
        st.builds(Step, text=TEXTS, output=st.none() | TEXTS), min_size=1, max_size=3
    ).map(tuple),
)
RECORDS = st.builds(
    Record,
    schema_version=st.just(1),
    part=st.builds(Preference) | st.builds(Process) | st.builds(Outcome, reference=st.none() | TEXTS) | st.builds(Policy),
    task=st.builds(
        Task,
        messages=st.lists(MESSAGES, min_size=1, max_size=3).map(tuple),
        taxonomy=st.dictionaries(NAMES, TEXTS, max_size=2),
        initial_state=st.none() | JSON_TEXTS,
    ),
    sources=st.lists(st.builds(Source, source_class=TEXTS), min_size=1, max_size=2).map(tuple),
    candidates=st.lists(CANDIDATES, min_size=2, max_size=4).map(tuple),
    evidence=st.lists(st.builds(Evidence, kind=st.just("source"), missing=TEXTS.filter(bool)), max_size=2).map(tuple),
    key=st.none() | TEXTS,
)  # fmt: skip


@st.composite
def judged(draw: st.DrawFn) -> tuple[Record, Judgment]:
    """A record and a judgment that fits it."""
    record = draw(RECORDS)
    count = len(record.candidates)
    place = st.integers(0, count - 1)
    order = tuple(draw(st.permutations(range(count))))
    verdicts = (
        st.builds(Prefers, candidate=place, strength=st.none() | st.integers(1, 9))
        | st.just(Ranks(order=tuple((each,) for each in order)))
        | st.just(Tie())
        | st.just(NotAsked())
        | st.builds(Abstained, reason=TEXTS)
    )
    scores = st.builds(
        DimensionScore,
        dimension=NAMES,
        score=st.builds(Scored, value=st.integers(-5, 5)) | st.builds(Category, value=TEXTS),
        candidate=place,
    )
    judgment = judgment_by(
        "rvr_a",
        record,
        draw(verdicts),
        scores=(draw(scores),),
        reasons=(Reason(text=draw(TEXTS), candidate=draw(place)),),
        errors=draw(st.none() | st.just(()) | st.just(_error(record))),
        step_labels=(StepLabel(candidate=draw(place), step=0, label="good"),),
        order=order,
        occasion=draw(st.integers(0, 3)),
    )
    return record, judgment


def _error(record: Record) -> tuple[LocalizedError, ...]:
    text = record.task.messages[0].content
    span = TextSpan(pointer="/task/messages/0/content", start=0, end=len(text), quote=text)
    return (LocalizedError(place=span, category="c"),)


CONTEXT = RowContext(kind="preference", source_class="s", pseudonym=str)


@given(judged())
def test_facts_come_back_from_their_own_lines(pair: tuple[Record, Judgment]) -> None:
    """Reading the canonical line of a record or judgment gives the same fact and the same id."""
    for fact in pair:
        (read,) = READER.read_line(fact.canonical(), CONTEXT)
        found = read.record or read.judgments[0]
        assert found == fact
        assert found.id == fact.id


@given(judged(), st.booleans(), st.integers(0, 3))
def test_spelling_does_not_change_an_id(
    pair: tuple[Record, Judgment], ascii_only: bool, indent: int
) -> None:
    """White space, key order and escapes of a line do not reach the digest."""
    for fact in pair:
        plain = json.loads(fact.canonical())
        shuffled = dict(reversed(plain.items()))
        text = json.dumps(shuffled, ensure_ascii=ascii_only, indent=indent or None).encode()
        (read,) = READER.read_line(text, CONTEXT)
        assert (read.record or read.judgments[0]).id == fact.id


@given(judged())
def test_the_fast_canonical_form_is_rfc_8785(pair: tuple[Record, Judgment]) -> None:
    """The sorted encoding of any fact is byte for byte what rfc8785 makes of it."""
    for fact in pair:
        assert encode_fact(fact) == rfc8785.dumps(json.loads(encode_fact(fact)))


@given(judged())
def test_fitting_facts_have_no_fault(pair: tuple[Record, Judgment]) -> None:
    """Coherence refuses nothing that fits."""
    record, judgment = pair
    assert list(record_faults(record)) == []
    assert list(judgment_faults(record, judgment)) == []


@given(st.data(), RECORDS)
def test_a_doubled_key_is_always_found(data: st.DataObject, record: Record) -> None:
    """Whichever key of whichever object stands twice, in whatever spelling, the line is refused."""
    text = record.canonical().decode()
    plain = json.loads(text)
    key = data.draw(st.sampled_from(sorted(plain)))
    colon = data.draw(st.sampled_from([":", " :", "\t: "]))
    doubled = "{" + json.dumps(key) + colon + json.dumps(plain[key]) + "," + text[1:]
    with pytest.raises(InputError, match="twice"):
        READER.read_line(doubled.encode(), CONTEXT)


@given(
    st.lists(CANDIDATES, min_size=2, max_size=5, unique_by=msgspec.json.encode),
    st.randoms(),
)
def test_sorting_forgets_the_given_order(candidates: list[Candidate], chance: Any) -> None:
    """Candidates come out in one order, whatever order they came in, and are found where told."""
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    first, moved = sort_candidates(tuple(candidates))
    assert first == sort_candidates(tuple(shuffled))[0]
    assert [first[place] for place in moved] == candidates


@given(TEXTS, TEXTS, TEXTS)
def test_an_anchored_span_is_its_quote(before: str, quote: str, after: str) -> None:
    """Wherever a span is anchored, the text between its offsets is the quote."""
    text = before + quote + after
    place = anchor_offsets(
        "/x", text, quote=quote, stated=(len(before) + 1, len(before) + len(quote)),
        conventions=["1-based inclusive", "search once"],
    )  # fmt: skip
    assert isinstance(place, TextSpan)
    assert text[place.start : place.end] == place.quote == quote


@given(st.binary(max_size=60) | TEXTS.map(str.encode) | JSON.map(rfc8785.dumps))
def test_what_is_no_fact_is_refused(content: bytes) -> None:
    """Bytes that are no fact are refused as input, whatever they are; nothing else escapes."""
    with pytest.raises(InputError):
        READER.read_line(content, CONTEXT)


@given(JSON.filter(lambda value: not isinstance(value, str)))
def test_what_is_no_text_is_refused(value: Any) -> None:
    """Asking a foreign row for text refuses every other value, and names the field."""
    with pytest.raises(InputError) as caught:
        Fields({"field": value}, ("field",)).text("field")
    assert caught.value.where == "field"


@given(st.binary(min_size=32, max_size=32))
def test_an_id_is_the_digest_in_base32(digest: bytes) -> None:
    """Ids are RFC 4648 base32 in lower case without padding, and lead back to the digest."""
    identity = make_id("rec", digest)
    assert identity == "rec_" + base64.b32encode(digest).decode().rstrip("=").lower()
    assert digest_of(identity) == digest


@given(JSON)
def test_strict_parsing_agrees_with_json(value: Any) -> None:
    """What rfc8785 writes, the strict parser reads back."""
    assert parse_json(rfc8785.dumps(value)) == value

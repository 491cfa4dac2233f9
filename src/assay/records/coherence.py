"""Whether a judgment fits its record: indices in range, orders complete, quotes that match."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from assay.core.canonical import parse_json
from assay.core.digest import is_labelled
from assay.core.errors import InputError
from assay.core.wording import count_phrase
from assay.records.candidate import Candidate, MadeByModel
from assay.records.evidence import TextSpan
from assay.records.judgment import Action, Judgment, LocalizedError, Reason, Whole
from assay.records.kinds.trajectory import Trajectory
from assay.records.record import Record
from assay.records.task import Message
from assay.records.verdict import Prefers, Ranks, Verdict


def record_faults(record: Record) -> Iterator[str]:
    """Why this record cannot be used: what its kind lacks, and JSON texts that are not JSON."""
    yield from record.faults()
    for place, text in _json_texts(record):
        try:
            parse_json(text)
        except InputError as error:
            yield f"{place} is not JSON text: {error.message}"
    for source in record.sources:
        if source.part and not _points_at_something(record, source.part):
            yield f"the source class {source.source_class!r} names {source.part}, which is not there"
    for message in record.messages():
        if message.attachments:
            yield from _attachment_faults(message)
    for number, piece in enumerate(record.evidence):
        if piece.digest is not None and not is_labelled(piece.digest):
            yield f"the digest of evidence {number} is not `sha256:` and 64 hexadecimal digits"


def _attachment_faults(message: Message) -> Iterator[str]:
    places = [attachment.at for attachment in message.attachments]
    if places != sorted(places) or (places and places[-1] > len(message.content)):
        yield "attachments are not in the order of their places, or stand behind the content"
    for attachment in message.attachments:
        if (attachment.digest is None) == (attachment.address is None):
            yield "an attachment has a digest or an address, and not both"
        if attachment.digest is not None and not is_labelled(attachment.digest):
            yield "the digest of an attachment is not `sha256:` and 64 hexadecimal digits"


def judgment_faults(record: Record, judgment: Judgment) -> Iterator[str]:
    """Why this judgment cannot be about this record; nothing for one that fits."""
    count = len(record.candidates)
    yield from _verdict_faults(judgment.verdict, count)
    yield from _candidate_faults(judgment, count)
    yield from _twice("score", [(s.dimension, s.candidate) for s in judgment.scores])
    if judgment.step_labels or judgment.skipped_steps:
        yield from _labelling_faults(record, judgment)
    if judgment.wrote is not None and judgment.stands_as_is:
        yield "the text is revised and left as it is"
    for error in judgment.errors or ():
        yield from _place_faults(record, error)
    for reason in judgment.reasons:
        yield from _reason_faults(record, reason)
    if not judgment.reviewer.pseudonym.isprintable() or not judgment.reviewer.pseudonym:
        yield "the reviewer's pseudonym is empty or holds control characters"


def _candidate_faults(judgment: Judgment, count: int) -> Iterator[str]:
    if judgment.order is not None and sorted(judgment.order) != list(range(count)):
        yield f"the presented order {list(judgment.order)} does not name each of {count} candidates"
    references = (
        ("a score", judgment.scores), ("a reason", judgment.reasons), ("a ruling", judgment.rulings),
    )  # fmt: skip
    for what, pieces in references:
        for piece in pieces:
            if piece.candidate is not None and piece.candidate >= count:
                yield f"{what} names candidate {piece.candidate}, the record has {count}"


def _reason_faults(record: Record, reason: Reason) -> Iterator[str]:
    if reason.span:
        yield from _span_faults(record, reason.span)
    if reason.evidence is not None and reason.evidence >= len(record.evidence):
        yield f"a reason refers to evidence {reason.evidence}, which is not there"


def _labelling_faults(record: Record, judgment: Judgment) -> Iterator[str]:
    """Why the labels on steps do not fit: steps that are not there, or answered twice."""
    labelled = [(label.candidate, label.step) for label in judgment.step_labels]
    skipped = [(step.candidate, step.step) for step in judgment.skipped_steps]
    yield from _twice("step label", labelled)
    yield from _twice("skipped step", skipped)
    for candidate, step in [*labelled, *skipped]:
        yield from _step_faults(record.candidates, candidate, step)
    for candidate, step in sorted(set(labelled) & set(skipped)):
        yield f"step {step} of candidate {candidate} is labelled and skipped"


def text_at(record: Record, pointer: str) -> str | None:
    """The text at an RFC 6901 pointer such as `/candidates/0/content`; None where there is none."""
    value = _at(record, pointer)
    return value if isinstance(value, str) else None


def _at(record: Record, pointer: str) -> Any:
    node: Any = record
    # RFC 6901: `~1` is undone before `~0`, else the escaped text `~01` would become `/`.
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, tuple):
            inside = name.isascii() and name.isdigit() and int(name) < len(node)
            node = node[int(name)] if inside else None
        elif isinstance(node, dict):
            node = node.get(name)
        else:
            # Only declared fields: the pointer is foreign text and must not reach methods.
            node = (
                getattr(node, name, None)
                if name in getattr(node, "__struct_fields__", ())
                else None
            )
    return node


def _points_at_something(record: Record, pointer: str) -> bool:
    return pointer.startswith("/") and _at(record, pointer) is not None


def _verdict_faults(verdict: Verdict, count: int) -> Iterator[str]:
    if isinstance(verdict, Prefers) and not 0 <= verdict.candidate < count:
        yield (
            f"the verdict prefers candidate {verdict.candidate}, and the record has {_range(count)}"
        )
    if isinstance(verdict, Ranks):
        ranked = sorted(number for group in verdict.order for number in group)
        if ranked != list(range(count)):
            yield f"the ranking names candidates {ranked}, and the record has {_range(count)}"


def _range(count: int) -> str:
    """How many candidates there are and by which numbers they are named."""
    numbers = {0: "", 1: ": 0", 2: ": 0 and 1"}.get(count, f": 0 to {count - 1}")
    return f"{count_phrase(count, 'candidate')}{numbers}"


def _twice(what: str, keys: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    if len(set(keys)) == len(keys):
        return  # the usual case: counting costs more
    for key, times in Counter(keys).items():
        if times > 1:
            parts = ", ".join(str(part) for part in key if part is not None)
            yield f"there are {times} {what}s for {parts}"


def _step_faults(candidates: Sequence[Candidate], candidate: int, step: int) -> Iterator[str]:
    if candidate >= len(candidates):
        yield (
            f"a step of candidate {candidate} is named, and the record has "
            f"{_range(len(candidates))}"
        )
    elif step >= len(candidates[candidate].work):
        yield f"step {step} of candidate {candidate} is not there"


def _place_faults(record: Record, error: LocalizedError) -> Iterator[str]:
    place = error.place
    if isinstance(place, TextSpan):
        yield from _span_faults(record, place)
    elif isinstance(place, Action):
        yield from _step_faults(record.candidates, place.candidate, place.step)
    elif isinstance(place, Whole) and place.candidate >= len(record.candidates):
        yield f"an error is in candidate {place.candidate}, which is not there"


def _span_faults(record: Record, span: TextSpan) -> Iterator[str]:
    text = text_at(record, span.pointer)
    if text is None:
        yield f"a span points at {span.pointer}, where there is no text"
    elif not span.start <= span.end <= len(text) or text[span.start : span.end] != span.quote:
        yield f"the text at {span.pointer} [{span.start}:{span.end}] is not the quote"


def _json_texts(record: Record) -> Iterator[tuple[str, str]]:
    task = record.task
    yield from _message_texts("/task/messages", task.messages)
    for number, tool in enumerate(task.tools):
        if tool.parameters:
            yield f"/task/tools/{number}/parameters", tool.parameters
    if task.initial_state is not None:
        yield "/task/initial_state", task.initial_state
    for number, candidate in enumerate(record.candidates):
        yield from _candidate_texts(number, candidate)
    if isinstance(record.part, Trajectory):
        for number, call in enumerate(record.part.expected_calls):
            yield f"/part/expected_calls/{number}/arguments", call.arguments
        if record.part.expected_state is not None:
            yield "/part/expected_state", record.part.expected_state


def _candidate_texts(number: int, candidate: Candidate) -> Iterator[tuple[str, str]]:
    if not isinstance(candidate.content, str):
        yield from _message_texts(f"/candidates/{number}/content", candidate.content)
    for place, step in enumerate(candidate.work):
        at = "/".join(("/candidates", str(number), "work", str(place)))
        if step.call:
            yield f"{at}/call/arguments", step.call.arguments
        if step.state is not None:
            yield f"{at}/state", step.state
    if candidate.state_after is not None:
        yield f"/candidates/{number}/state_after", candidate.state_after
    made = candidate.provenance
    if isinstance(made, MadeByModel) and made.parameters is not None:
        yield f"/candidates/{number}/provenance/parameters", made.parameters


def _message_texts(place: str, messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
    for number, message in enumerate(messages):
        if not message.tool_calls:
            continue
        for call_number, call in enumerate(message.tool_calls):
            yield f"{place}/{number}/tool_calls/{call_number}/arguments", call.arguments

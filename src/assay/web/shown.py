"""What the desk's page gets of an assignment: the presentation with every text rendered."""

from typing import Any

import msgspec

from assay.bootstrap.desk import Care, Draft, Work
from assay.review.answer import Answer
from assay.review.form import Form
from assay.review.presentation import (
    Presentation,
    ShownCall,
    ShownCandidate,
    ShownEvidence,
    ShownMessage,
    ShownStep,
    ShownTool,
)
from assay.web.rendering import render, render_raw
from assay.web.signs import direction
from assay.web.writer import Heading


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text, raw and rendered."""

    pointer: str
    """Its place, with candidates counted in presented order."""
    raw: str
    """The raw text; spans count its code points."""
    html: str
    """It rendered, sanitised, with a source map."""
    raw_html: str
    """It as it is, escaped, with the same source map."""
    dir: str
    """Its direction: `ltr` or `rtl`."""
    outline: tuple[Heading, ...] = ()
    """Its headings."""


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation."""

    role: str
    """Who speaks."""
    text: Text
    """What is said."""
    calls: tuple[ShownCall, ...] = ()
    """Calls that the message makes."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One observable step of work."""

    step: int
    """Its number, from 0."""
    text: Text | None = None
    """What it says."""
    call: ShownCall | None = None
    """The call that it makes."""
    output: Text | None = None
    """What the tool gave back."""
    state: str | None = None
    """State after the step, as JSON text."""


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate under its letter."""

    letter: str
    """A, B, ... in presented order."""
    text: Text | None = None
    """The response, where it is one text."""
    messages: tuple[MessageView, ...] | None = None
    """The response, where it takes several turns."""
    work: tuple[StepView, ...] = ()
    """Observable steps."""
    state_after: str | None = None
    """State after the answer, as JSON text."""


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence."""

    number: int
    """Its number, from 0; reasons point at it."""
    kind: str
    """What it is."""
    text: Text | None = None
    """Its content."""
    quote: str | None = None
    """The passage that counts."""
    locator: str | None = None
    """Where it is to be found."""
    candidate: str | None = None
    """Letter of the candidate that it bears on."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a record."""

    kind: str
    """The record's kind."""
    messages: tuple[MessageView, ...]
    """The conversation up to the answer."""
    candidates: tuple[CandidateView, ...]
    """The candidates in presented order."""
    tools: tuple[ShownTool, ...] = ()
    """Tools on offer."""
    initial_state: str | None = None
    """State before the answer, as JSON text."""
    evidence: tuple[EvidenceView, ...] = ()
    """What supports or refutes the answers."""


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment as the desk's page gets it."""

    assignment: str
    """Its handle; it tells nothing."""
    lease_seconds: int
    """How long it may be held without a sign of life."""
    state: str
    """Where the lease stands."""
    role: str
    """Role in which the reviewer judges."""
    form: Form
    """What is asked."""
    shown: Shown
    """What is shown."""
    revision: int
    """How often it was answered."""
    answer: Answer | None
    """The stored answer, in presented order."""
    draft: Draft | None
    """The unfinished answer."""
    care: Care | None
    """What is told before the content is shown."""


def assignment_view(work: Work) -> AssignmentView:
    """An assignment with every text rendered."""
    same = {
        name: getattr(work, name) for name in AssignmentView.__struct_fields__ if name != "shown"
    }
    return AssignmentView(shown=shown_view(work.shown), **same)


def text_view(pointer: str, raw: str) -> Text:
    """One text, raw and rendered."""
    rendered = render(raw)
    return Text(
        pointer=pointer,
        raw=raw,
        html=rendered.html,
        raw_html=render_raw(raw),
        dir=direction(raw),
        outline=rendered.outline,
    )


def shown_view(presented: Presentation) -> Shown:
    """A presentation with every text rendered."""
    return Shown(
        kind=presented.kind,
        messages=_messages("/task/messages", presented.task),
        candidates=tuple(
            _candidate(f"/candidates/{place}", each)
            for place, each in enumerate(presented.candidates)
        ),
        tools=presented.tools,
        initial_state=presented.initial_state,
        evidence=tuple(_evidence(each) for each in presented.evidence),
    )


def _messages(at: str, messages: tuple[ShownMessage, ...]) -> tuple[MessageView, ...]:
    return tuple(
        MessageView(
            role=each.role,
            text=text_view(f"{at}/{number}/content", each.content),
            calls=each.calls,
        )
        for number, each in enumerate(messages)
    )


def _candidate(at: str, candidate: ShownCandidate) -> CandidateView:
    content: Any = candidate.content
    one = isinstance(content, str)
    return CandidateView(
        letter=candidate.letter,
        text=text_view(f"{at}/content", content) if one else None,
        messages=None if one else _messages(f"{at}/content", content),
        work=tuple(_step("/".join((at, "work", str(each.step))), each) for each in candidate.work),
        state_after=candidate.state_after,
    )


def _step(at: str, step: ShownStep) -> StepView:
    return StepView(
        step=step.step,
        text=text_view(f"{at}/text", step.text) if step.text else None,
        call=step.call,
        output=None if step.output is None else text_view(f"{at}/output", step.output),
        state=step.state,
    )


def _evidence(piece: ShownEvidence) -> EvidenceView:
    at = f"/evidence/{piece.number}/text"
    return EvidenceView(
        number=piece.number,
        kind=piece.kind,
        text=None if piece.text is None else text_view(at, piece.text),
        quote=piece.quote,
        locator=piece.locator,
        candidate=piece.candidate,
    )

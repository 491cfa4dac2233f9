"""What the desk's page gets of an assignment: the presentation with every text rendered."""

from typing import Any

import msgspec

from assay.core.media_type import SHOWN
from assay.desk.assignments import AssignmentWork
from assay.desk.text_access import ReadRecord
from assay.review.presentation import (
    Presentation,
    ShownAttachment,
    ShownCandidate,
    ShownEvidence,
    ShownMessage,
    ShownStep,
)
from assay.review.wire import (
    AssignmentView,
    AttachmentView,
    CandidateView,
    ContentWarning,
    EvidenceView,
    MessageView,
    ShownRecord,
    StepView,
    Text,
)
from assay.web.invisible_characters import direction
from assay.web.rendering import render


def assignment_view(work: AssignmentWork) -> AssignmentView:
    """An assignment with every text rendered."""
    same = {
        name: getattr(work, name) for name in AssignmentView.__struct_fields__ if name != "shown"
    }
    files = f"/api/v1/review/assignments/{work.assignment}/attachments/"
    return AssignmentView(shown=shown_view(work.shown, files), **same)


def text_view(pointer: str, raw: str) -> Text:
    """One text, raw and rendered."""
    rendered = render(raw)
    return Text(
        pointer=pointer,
        raw=raw,
        html=rendered.html,
        raw_html=rendered.raw_html,
        dir=direction(raw),
        outline=rendered.outline,
    )


def shown_view(presented: Presentation, files: str | None = None) -> ShownRecord:
    """A presentation with every text rendered.

    Args:
        presented: the presentation.
        files: the path under which this reader gets its pictures; None: they are named alone.
    """
    return ShownRecord(
        kind=presented.kind,
        messages=_messages("/task/messages", presented.task, files),
        candidates=tuple(
            _candidate(f"/candidates/{place}", candidate, files)
            for place, candidate in enumerate(presented.candidates)
        ),
        tools=presented.tools,
        initial_state=presented.initial_state,
        evidence=tuple(_evidence(piece) for piece in presented.evidence),
    )


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """A record on a page with others."""

    care: ContentWarning | None
    """What is shown before the text; None where it shows no harm."""
    withheld: str | None
    """Why the reader may not see the text."""
    text: ShownRecord | None
    """The text, rendered; None while it is covered or withheld."""


def read_view(read: ReadRecord) -> ReadView:
    """A record on a page with others, its text rendered where it is shown."""
    return ReadView(
        care=read.care,
        withheld=read.withheld.message if read.withheld else None,
        text=shown_view(read.presentation) if read.presentation else None,
    )


def _messages(
    at: str, messages: tuple[ShownMessage, ...], files: str | None
) -> tuple[MessageView, ...]:
    return tuple(
        MessageView(
            role=message.role,
            text=text_view(f"{at}/{number}/content", message.content),
            calls=message.calls,
            attachments=tuple(_attachment(shown, files) for shown in message.attachments),
        )
        for number, message in enumerate(messages)
    )


def _attachment(shown: ShownAttachment, files: str | None) -> AttachmentView:
    name = shown.digest.removeprefix("sha256:")
    return AttachmentView(
        at=shown.at,
        media_type=shown.media_type,
        bytes=shown.bytes,
        url=f"{files}{name}" if files and name and shown.media_type in SHOWN else None,
    )


def _candidate(at: str, candidate: ShownCandidate, files: str | None) -> CandidateView:
    content: Any = candidate.content
    one = isinstance(content, str)
    return CandidateView(
        letter=candidate.letter,
        text=text_view(f"{at}/content", content) if one else None,
        messages=None if one else _messages(f"{at}/content", content, files),
        work=tuple(_step("/".join((at, "work", str(step.step))), step) for step in candidate.work),
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

"""The presentation as plain texts, each under the name of its column."""

from collections.abc import Sequence

from assay.review.presentation import (
    Presentation,
    ShownAttachment,
    ShownCall,
    ShownCandidate,
    ShownEvidence,
    ShownMessage,
    ShownStep,
    ShownTool,
)


def shown_texts(shown: Presentation) -> dict[str, str]:
    """All that a reviewer sees as texts by column, severity and harms before the content."""
    texts = {"kind": shown.kind}
    texts |= {"severity": shown.severity or "", "harms": ", ".join(shown.harms)}
    texts["task"] = _conversation(shown.task)
    if shown.tools:
        texts["tools"] = "\n".join(map(_tool, shown.tools))
    if shown.initial_state is not None:
        texts["initial_state"] = shown.initial_state
    for candidate in shown.candidates:
        texts[f"candidate.{candidate.letter}"] = content_text(candidate)
        texts |= {
            f"step_text.{candidate.letter}.{step.step}": _step(step) for step in candidate.work
        }
        if candidate.state_after is not None:
            texts[f"state_after.{candidate.letter}"] = candidate.state_after
    return texts | {f"evidence.{piece.number}": _evidence(piece) for piece in shown.evidence}


def content_text(candidate: ShownCandidate) -> str:
    """The response itself: its text, or its messages one after another."""
    if isinstance(candidate.content, str):
        return candidate.content
    return _conversation(candidate.content)


def _conversation(messages: Sequence[ShownMessage]) -> str:
    bodies = [
        _lines(message.content, *map(_call, message.calls), *map(_attachment, message.attachments))
        for message in messages
    ]
    if len(messages) == 1:
        return bodies[0]
    return "\n\n".join(
        f"{message.role}: {text}" for message, text in zip(messages, bodies, strict=True)
    )


def _lines(*pieces: str | None) -> str:
    return "\n".join(piece for piece in pieces if piece)


def _attachment(shown: ShownAttachment) -> str:
    what = f"{shown.media_type}, {shown.bytes} bytes" if shown.digest else "not held"
    return f"[attachment before character {shown.at}: {what}]"


def _call(call: ShownCall) -> str:
    return f"calls {call.name} {call.arguments}"


def _tool(tool: ShownTool) -> str:
    boundary = f"[{tool.permission}]" if tool.permission else ""
    return " ".join(filter(None, (tool.name, boundary, tool.description, tool.parameters)))


def _step(step: ShownStep) -> str:
    output = None if step.output is None else f"output: {step.output}"
    state = None if step.state is None else f"state: {step.state}"
    return _lines(step.text, _call(step.call) if step.call else None, output, state)


def _evidence(piece: ShownEvidence) -> str:
    # The quote is often the whole text; it is shown once.
    return _lines(*dict.fromkeys((piece.quote, piece.text, piece.locator)))

"""Sides: the prompt and the response of a row, in plain texts or in messages."""

from typing import Any

from assay.records.candidate import Candidate
from assay.records.task import Task
from assay.releases.exporters.conversation import (
    Form,
    plain_prompt,
    plain_response,
    response_messages,
    says_something,
    spell_messages,
    spelled_tools,
    work_messages,
    work_text,
)
from assay.releases.exporters.reasons import NotCarriedError


def prompt_in(task: Task, form: Form, reasoning: str = "") -> Any:
    """The task in one of the two forms: one text, or messages for chat templates.

    Args:
        task: the task.
        form: which of the two.
        reasoning: the field of a message for what a model wrote for itself; empty: it is left out.

    Raises:
        NotCarriedError: if the standard form has no place for it.
    """
    if form == "standard":
        return plain_prompt(task)
    return spell_messages(task.messages, "template", reasoning=reasoning)


def response_in(
    candidate: Candidate, form: Form, *, work: bool = False, reasoning: str = ""
) -> Any:
    """A response in one of the two forms: one text, or messages for chat templates.

    Args:
        candidate: the response.
        form: which of the two.
        work: whether the observable steps of the work go before it.
        reasoning: the field of a message for what a model wrote for itself; empty: it is left out.

    Raises:
        NotCarriedError: if the form has no place for it, or it says nothing.
    """
    if form == "standard":
        text = work_text(candidate) if work else plain_response(candidate)
        if not text.strip():
            raise NotCarriedError("no_response")
        return text
    messages = work_messages(candidate) if work else response_messages(candidate)
    if not says_something(messages):
        raise NotCarriedError("no_response")
    return spell_messages(messages, "template", reasoning=reasoning)


def tools_in(task: Task, form: Form) -> dict[str, Any]:
    """The `tools` column of a row, where the form and the task have one."""
    if form == "standard" or not task.tools:
        return {}
    return {"tools": spelled_tools(task.tools)}

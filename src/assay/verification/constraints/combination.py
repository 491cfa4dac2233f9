"""Constraints on the text as a whole: the prompt repeated, two responses."""

from assay.verification.constraints.kind import ConstraintParameters, Passage

DIVIDER = "******"
"""What parts two responses."""


class RepeatPrompt(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `combination:repeat_prompt`."""

    prompt_to_repeat: Passage
    """The words that the text begins with, in any case."""


def repeat_prompt(text: str, parameters: RepeatPrompt) -> str | None:
    """The text begins with the words of the prompt, in any case."""
    if text.strip().lower().startswith(parameters.prompt_to_repeat.strip().lower()):
        return None
    return "it does not begin with the prompt"


def two_responses(text: str, _: ConstraintParameters) -> str | None:
    """The text is two different responses, with six asterisks between them.

    A divider before the first and one after the last are accepted.
    """
    parts = [part.strip() for part in text.split(DIVIDER)]
    responses = [part for part in parts if part]
    if not all(parts[1:-1]):
        return "there is nothing between two dividers"
    if len(responses) != 2:  # noqa: PLR2004  the constraint's own name
        return f"{len(responses)} responses, not 2"
    return "both responses are the same" if responses[0] == responses[1] else None

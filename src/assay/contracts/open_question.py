"""An open question: how a value that waits for its answer is reported, whatever its key takes."""

NOT_ANSWERED = "not-answered"
"""Code of the issue; no other issue is reported at such a value."""


def open_question(text: str) -> tuple[str, str, str]:
    """Code, message and hint of the issue at a marked value.

    Args:
        text: the value, which begins with the mark.
    """
    return NOT_ANSWERED, f"not answered yet: {text[:160]}", "put the answer in its place"

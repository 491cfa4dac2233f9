"""Counts in sentences."""


def count_phrase(count: int, singular: str, plural: str = "") -> str:
    """A count with its noun: `1 record`, `2 records`, `0 entries`.

    Args:
        count: how many.
        singular: the noun for one.
        plural: the noun for any other count; by default the singular with an s.
    """
    return f"{count} {singular}" if count == 1 else f"{count} {plural or singular + 's'}"

"""Progress: how long work says how far it has come."""

from collections.abc import Callable

ProgressCallback = Callable[[int, int | None], None]
"""Called with how much is done, and of how much in all; None where the whole is not known."""

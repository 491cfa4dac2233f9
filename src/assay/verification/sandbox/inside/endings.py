"""Why nothing more can be asked of a candidate, and the verdict that follows."""

from assay.verification.sandbox.inside import wire


class CandidateError(Exception):
    """The candidate raised an error that has no name here."""


class EndingError(BaseException):
    """The candidate gave no answer that the tests can go on with.

    It is no `Exception`, and it is kept where it was raised, so that it ends the check even where the
    tests catch it.
    """

    verdict: str
    """The word that the tests' side reports for it."""


class SilentError(EndingError):
    """The candidate gave no answer; the fork server knows how it ended."""

    verdict = "silent"


class LackingError(EndingError):
    """The candidate could not be loaded, lacks a name, or broke the rules of the wire."""

    verdict = "fail"


class UncarriedError(EndingError):
    """The candidate's answer cannot be carried to the tests, so nothing is known about it."""

    verdict = "uncarried"


class UnaskableError(EndingError):
    """The tests cannot run apart from any candidate: they replace, derive or hand over what one side has."""

    verdict = "error"


class ForeignError(wire.WireError):
    """An object of the tests, which stays with them."""

"""Why nothing more can be asked of a candidate, and what that means for the check."""

from assay.verification.sandbox.inside import wire


class CandidateError(Exception):
    """The candidate raised an error that has no name here."""


class EndingError(BaseException):
    """The candidate gave no answer that the tests can go on with.

    It ends the check even where the tests catch it.
    """

    verdict: str
    """What it means for the check."""


class SilentError(EndingError):
    """The candidate gave no answer: what it did instead is for the fork server to say."""

    verdict = "silent"


class LackingError(EndingError):
    """The candidate could not be loaded, lacks a name, or broke the rules of the wire."""

    verdict = "fail"


class UncarriedError(EndingError):
    """The candidate's answer cannot be carried to the tests, so nothing is known about it."""

    verdict = "uncarried"


class UnaskableError(EndingError):
    """The tests give the candidate an object of their own, which no candidate has a part in."""

    verdict = "error"


class ForeignError(wire.WireError):
    """An object of the tests, which stays with them."""

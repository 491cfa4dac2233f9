"""The noun `verification` of an open program."""

from assay.bootstrap.session import Session


class VerificationNoun:
    """Run verifiers on records, and show what they cover."""

    def __init__(self, session: Session) -> None:
        self._session = session

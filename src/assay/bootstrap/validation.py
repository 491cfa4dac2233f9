"""The noun `validation` of an open program."""

from assay.bootstrap.session import Session


class ValidationNoun:
    """Import evaluation results and compare checkpoints."""

    def __init__(self, session: Session) -> None:
        self._session = session

"""The noun `reserve` of an open program."""

from assay.bootstrap.session import Session


class ReserveNoun:
    """Seal evaluation data, compare with it, open it."""

    def __init__(self, session: Session) -> None:
        self._session = session

"""The noun `planning` of an open program."""

from assay.bootstrap.session import Session


class PlanningNoun:
    """Findings, root causes, the next sampling plan."""

    def __init__(self, session: Session) -> None:
        self._session = session

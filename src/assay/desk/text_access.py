"""Text access: the one way from a record to its text on a screen, by the contract's care."""

from collections.abc import Sequence

import msgspec

from assay.context import Context
from assay.core.clock import later
from assay.core.errors import UsageError
from assay.desk.eligibility import Eligibility
from assay.governance.permissions import Principal
from assay.records.record import Record, Sensitivity
from assay.review.assignment import Assignment
from assay.review.presentation import Presentation, present
from assay.review.queue.ports import QueueTransaction
from assay.review.welfare import PAGE_SECONDS, TextReader, Withheld, counted_as, withheld
from assay.review.wire import ContentWarning
from assay.store.queue import SqlQueue

WEEK_SECONDS = 7 * 24 * 3600
"""How far back exposures count."""


class ReadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record on a page for one reader."""

    care: ContentWarning | None
    """What is shown before the text; None where it shows no harm."""
    withheld: Withheld | None
    """Why the reader may not see the text."""
    presentation: Presentation | None
    """The text; None while it is covered or withheld."""


class TextAccess:
    """Asks of every text whether its reader may see it, and logs what is uncovered."""

    def __init__(self, context: Context, queue_store: SqlQueue, eligibility: Eligibility) -> None:
        self._context = context
        self._queue_store = queue_store
        self._eligibility = eligibility
        self._welfare = context.documents.contract.welfare

    def reader(self, reviewer: str, roles: Sequence[str], now: str) -> TextReader:
        """A person, with the harm categories agreed to and the exposures of the last week."""
        return TextReader(
            roles=tuple(roles),
            agreed=self._eligibility.consents(reviewer),
            exposures=tuple(self._queue_store.exposures(reviewer, later(now, -WEEK_SECONDS))),
        )

    def withheld(self, who: Principal, record: Record, *, begun: bool) -> Withheld | None:
        """Why a record's text is not shown to a person.

        Args:
            who: the reader.
            record: the record.
            begun: whether it is work that the reader has in hand, which a cap does not take away.
        """
        categories, severity = _shown_by(record.sensitivity)
        if not counted_as(categories, severity):
            return None
        now = self._context.clock()
        reader = self.reader(who.pseudonym, who.roles, now)
        return withheld(categories, severity, self._welfare, reader, now=None if begun else now)

    def in_hand(self, who: Principal, record: Record, order: Assignment, name: str) -> Presentation:
        """The text of work that a person has in hand; its page covers it and reports exposure.

        Raises:
            UsageError: if the person may not read it, or not any more.
        """
        refusal = self.withheld(who, record, begun=True)
        if refusal is not None:
            raise _withheld_error(refusal)
        return msgspec.structs.replace(present(record, order), assignment=name)

    def on_page(
        self, who: Principal, record: Record, order: Assignment, *, uncovered: bool
    ) -> ReadRecord:
        """A record on a page with others: what shows a harm is covered until it is asked for.

        Args:
            who: the reader.
            record: the record.
            order: the order of its candidates.
            uncovered: whether its text was asked for, and this was logged.
        """
        care = self.care(record)
        # Uncovering was checked and logged before (`uncover`); the time logged by it may have reached a
        # cap, which must not hide the text again.
        refusal = None if uncovered else self.withheld(who, record, begun=False)
        hidden = refusal is not None or (care is not None and not uncovered)
        shown = None if hidden else msgspec.structs.replace(present(record, order), assignment="")
        return ReadRecord(care=care, withheld=refusal, presentation=shown)

    def uncover(self, unit: QueueTransaction, who: Principal, record: Record) -> None:
        """Log that a person asked for a covered text on a page.

        Raises:
            UsageError: if the person may not read it now.
        """
        refusal = self.withheld(who, record, begun=False)
        if refusal is not None:
            raise _withheld_error(refusal)
        self.log(unit, who.pseudonym, record, PAGE_SECONDS * 1000)

    def log(self, unit: QueueTransaction, reviewer: str, record: Record, milliseconds: int) -> None:
        """Count time that a person read a record's text."""
        categories = counted_as(*_shown_by(record.sensitivity))
        unit.expose(reviewer, categories, self._context.clock(), milliseconds)
        unit.mark_action()

    def care(self, record: Record) -> ContentWarning | None:
        """What is shown about a record's content before the content; None where there is nothing."""
        categories, severity = _shown_by(record.sensitivity)
        if not counted_as(categories, severity):
            return None
        welfare = self._welfare
        return ContentWarning(
            severity=severity,
            harms=categories,
            blur=welfare.blur if welfare else True,
            skip_without_penalty=welfare.skip_without_penalty if welfare else True,
            support=welfare.support if welfare else None,
        )


def _shown_by(care: Sensitivity | None) -> tuple[tuple[str, ...], str | None]:
    return (tuple(care.categories), care.severity) if care else ((), None)


def _withheld_error(refusal: Withheld) -> UsageError:
    return UsageError(code="withheld", message=f"this text is not shown to you: {refusal.message}")

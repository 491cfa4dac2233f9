"""Why a claim gives no work, in words for the reviewer."""

from assay.review.welfare import Capped, Withheld
from assay.review.wire import Nothing

NO_WORK = Nothing(
    code="no-work",
    message="Every item here is taken or finished. New work appears by itself.",
)
"""Nothing waits in the queues that were tried."""


def cap_reached(cap: Capped) -> Nothing:
    """A welfare cap closes every queue that could give work."""
    return content_withheld(Withheld(reason="capped", categories=(), cap=cap))


def content_withheld(refusal: Withheld) -> Nothing:
    """What waits shows content that the reviewer may not read now, or has not agreed to."""
    message = f"{refusal.message[:1].upper()}{refusal.message[1:]}."
    if refusal.cap is None:
        return Nothing(code="not-consented", message=message)
    code = "cool-down" if refusal.cap.reason == "break" else "capped"
    return Nothing(code=code, message=message, until=refusal.cap.until)


def no_seat(queue: str | None) -> Nothing:
    """The reviewer has no seat in the queue with this handle, or in any queue where absent."""
    if queue is None:
        return Nothing(
            code="not-qualified",
            message="You have no queue yet. A lead fills queues; a role or a passed exam gives access.",
        )
    return Nothing(code="not-qualified", message="You do not have access to this queue.")

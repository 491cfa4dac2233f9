"""Adjudication over REST: see what waits, take a record, look at all judgments on it, decide."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from assay.core.errors import InputError
from assay.desk.adjudication import SeniorWork
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.review.adjudication import Preserved, Returned
from assay.review.answer import Answer, RefusedAnswerError, together
from assay.review.disputes import Dispute
from assay.review.handle import DECISION_HANDLE, WORK_HANDLE
from assay.review.senior_wire import (
    DecisionReceipt,
    DisputeView,
    HeldView,
    NewDecision,
    SeniorView,
    TakenView,
    VoiceView,
    WaitingView,
)
from assay.review.wire import AssignmentView
from assay.web.api.pictures import picture_address
from assay.web.api.review import LARGEST_ANSWER
from assay.web.authentication import opt
from assay.web.problems import error_responses
from assay.web.shown import shown_view

Asked = Request[Principal, Any, Any]

Handle = Annotated[str, PathParameter(pattern=WORK_HANDLE, description="Handle of the record.")]


class AdjudicationController(Controller):
    """The adjudicator's work."""

    path = "/api/v1/adjudication"
    tags = ("adjudication",)
    opt = opt(Permission.adjudicate)

    @get(
        "/",
        summary="What waits for a senior decision",
        responses=error_responses(),
        sync_to_thread=False,
    )
    def waiting(self, request: Asked, program: NamedDependency[Program]) -> WaitingView:
        """The records that I hold, with what their judgments differ on, and how many I may still take."""
        waiting = program.adjudication.waiting(request.user)
        return WaitingView(
            held=tuple(
                HeldView(handle=held.handle, disputes=_disputes(held.disputes))
                for held in waiting.held
            ),
            open=waiting.open,
        )

    @post("/claims", status_code=200, summary="Take a record", responses=error_responses())
    async def take(self, request: Asked, program: NamedDependency[Program]) -> TakenView:
        """Take the next record that I may decide."""
        return TakenView(handle=program.adjudication.take(request.user))

    @get(
        "/{handle:str}",
        summary="Look at a record and the judgments on it",
        responses=error_responses(400, 404),
        sync_to_thread=False,
    )
    def look(self, request: Asked, program: NamedDependency[Program], handle: Handle) -> SeniorView:
        """One record that I have taken, with all judgments under names of no meaning."""
        work = program.adjudication.look(request.user, handle)
        return senior_view(work, program.desk.in_force.lease_seconds)

    picture = picture_address(
        "/{handle:str}",
        "Look at a picture of a record",
        lambda program: program.adjudication,
    )

    @post(
        "/{handle:str}/decision",
        status_code=201,
        summary="Decide",
        responses=error_responses(400, 404, 409, 413, 422),
        request_max_body_size=LARGEST_ANSWER,
    )
    async def decide(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[NewDecision],
    ) -> DecisionReceipt:
        """Decide with a whole answer, keep the distribution, or send the record back."""
        decision = _decision(data)
        try:
            made = program.adjudication.decide(
                request.user,
                handle,
                decision,
                cause=data.cause,
                note=(data.note or "").strip() or None,
            )
        except RefusedAnswerError as error:
            raise together([_in_answer(fault) for fault in error.faults]) from error
        handle = program.context.handle(DECISION_HANDLE, made.id)
        return DecisionReceipt(adjudication=handle, weighed=len(made.judgments))


def senior_view(work: SeniorWork, lease_seconds: int) -> SeniorView:
    """What an adjudicator's page gets: the record rendered, the judgments, the disputes.

    Args:
        work: the record with its judgments.
        lease_seconds: how long it may be held without a heartbeat.
    """
    return SeniorView(
        assignment=AssignmentView(
            assignment=work.handle,
            lease_seconds=lease_seconds,
            state="held",
            role="adjudicator",
            form=work.form,
            shown=shown_view(work.shown, f"/api/v1/adjudication/{work.handle}/attachments/"),
            revision=0,
            answer=None,
            draft=None,
            care=work.care,
        ),
        voices=tuple(
            VoiceView(name=voice.name, role=voice.role, answer=voice.answer)
            for voice in work.voices
        ),
        disputes=_disputes(work.disputes),
        decided=work.decided,
    )


def _disputes(disputes: tuple[Dispute, ...] | None) -> tuple[DisputeView, ...] | None:
    if disputes is None:
        return None
    return tuple(
        DisputeView(what=x.what, candidate=x.candidate, item=x.item, words=x.words())
        for x in disputes
    )


def _decision(data: NewDecision) -> Answer | Preserved | Returned:
    if data.decision != "decided" and data.answer is not None:
        raise _input_error("one-decision", f"{data.decision} comes without an answer", "/answer")
    if data.decision == "preserved":
        return Preserved()
    if data.decision == "returned":
        reason = (data.note or "").strip()
        if not reason:
            raise _input_error("no-reason", "say what must be fixed before it comes back", "/note")
        return Returned(reason=reason)
    if data.answer is None:
        raise _input_error("no-decision", "an adjudication decides", "/answer")
    return data.answer


def _in_answer(fault: InputError) -> InputError:
    """A fault of an answer, placed in the body that holds the answer."""
    within = fault.where.strip("/") if fault.where.startswith("/") else fault.where.split(".")[0]
    where = f"/answer/{within}" if within else "/answer"
    return InputError(code=fault.code, message=fault.message, where=where, hint=fault.hint)


def _input_error(code: str, message: str, pointer: str) -> InputError:
    return together([InputError(code=code, message=message, where=pointer)])

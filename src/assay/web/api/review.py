"""Review over REST: claim work, open it, keep drafts, answer it, give it back."""

from asyncio import wrap_future
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from assay.core.errors import UsageError
from assay.governance.permissions import Permission, Principal
from assay.program.program import Program
from assay.records.verdict_text import verdict_word
from assay.review.answer import Answer
from assay.review.handle import JUDGMENT_HANDLE, WORK_HANDLE
from assay.review.queue.leasing import Receipt
from assay.review.wire import (
    AssignmentView,
    Claimed,
    ClaimRequest,
    Draft,
    History,
    HistoryItem,
    Keymap,
    MyDesk,
    NewDraft,
    NewerDraft,
    NewGap,
    Opened,
    OpenedGap,
    Queues,
    ReturnRequest,
    SavedDraft,
    Shortcuts,
    Today,
    Uncovered,
)
from assay.web.api.pictures import picture_address
from assay.web.authentication import opt
from assay.web.problems import PROBLEM_JSON, error_responses
from assay.web.shown import assignment_view

LONGEST_DRAFT = 1_000_000
"""Most bytes of one draft."""

LARGEST_ANSWER = 4 * 1024 * 1024
"""Most bytes of one answer, with the texts and spans that it holds."""

LARGEST_DRAFT = LONGEST_DRAFT + 16 * 1024
"""Most bytes of a request that keeps a draft."""

KEY = r"^[\x21-\x7e]{8,100}$"
"""The pattern of an idempotency key."""

Handle = Annotated[str, PathParameter(pattern=WORK_HANDLE, description="Handle of the assignment.")]

NEWER = ResponseSpec(
    NewerDraft,
    generate_examples=False,
    media_type=PROBLEM_JSON,
    description="Another page saved a newer draft; it comes back",
)
"""The answer to a draft that was behind."""

REPLAYED = ResponseSpec(
    Receipt, generate_examples=False, description="It was stored before; this is its receipt"
)
"""The answer to a retry."""

PAGE = 50
"""Judgments on a page of the history."""

Asked = Request[Principal, Any, Any]


class ReviewController(Controller):
    """The reviewer's own work."""

    path = "/api/v1/review"
    tags = ("review",)
    opt = opt(Permission.review)

    @get(
        "/queues",
        summary="The queues that I may claim from",
        responses=error_responses(),
        sync_to_thread=False,
    )
    def queues(self, request: Asked, program: NamedDependency[Program]) -> Queues:
        """The queues that I may claim from."""
        return Queues(items=tuple(program.desk.queues(request.user)))

    @post("/claims", status_code=200, summary="Claim work", responses=error_responses(400, 413))
    async def claim(
        self, request: Asked, program: NamedDependency[Program], data: JSONBody[ClaimRequest]
    ) -> Claimed:
        """Claim work; a claim is a lease that runs out without a heartbeat."""
        desk = program.desk
        claimed = await wrap_future(
            desk.claims.claim(request.user, queue=data.queue, count=data.count, held=data.held)
        )
        views = tuple(
            assignment_view(desk.assignments.show(request.user, lease)) for lease in claimed.leases
        )
        return Claimed(assignments=views, none=claimed.none)

    @get(
        "/assignments/{handle:str}",
        summary="Look at one of my assignments",
        responses=error_responses(400, 404),
        sync_to_thread=False,
    )
    def assignment(
        self, request: Asked, program: NamedDependency[Program], handle: Handle
    ) -> AssignmentView:
        """One of my assignments, with its draft or its stored answer."""
        return assignment_view(program.desk.assignments.work(request.user, handle))

    picture = picture_address(
        "/assignments/{handle:str}",
        "Look at a picture of one of my assignments",
        lambda program: program.desk.assignments,
    )

    @post(
        "/assignments/{handle:str}/opened",
        status_code=200,
        summary="Send a heartbeat",
        responses=error_responses(400, 404),
    )
    async def opened(
        self, request: Asked, program: NamedDependency[Program], handle: Handle
    ) -> Opened:
        """Open an assignment, or go on with it: its lease is prolonged."""
        lease = await wrap_future(program.desk.assignments.renew(request.user, handle))
        seconds = program.desk.in_force.lease_seconds
        return Opened(lease_seconds=seconds, state=lease.state.name)

    @put(
        "/assignments/{handle:str}/draft",
        summary="Keep an unfinished answer",
        responses=error_responses(400, 404, 413) | {409: NEWER},
        request_max_body_size=LARGEST_DRAFT,
    )
    async def draft(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[NewDraft],
    ) -> Response[SavedDraft] | Response[NewerDraft]:
        """Keep an unfinished answer; a newer one that another page saved comes back with 409."""
        body = msgspec.json.encode(data.answer)
        if len(body) > LONGEST_DRAFT:
            raise UsageError(code="too-long", message="the draft is too long", where="answer")
        saved = await wrap_future(
            program.desk.assignments.save_draft(
                request.user, handle, revision=data.revision, body=body
            )
        )
        if isinstance(saved, Draft):
            newer = NewerDraft(revision=saved.revision, answer=saved.answer)
            return Response(newer, status_code=409, media_type=PROBLEM_JSON)
        return Response(SavedDraft(revision=saved), status_code=200)

    @post(
        "/assignments/{handle:str}/judgment",
        summary="Answer an assignment",
        responses=error_responses(400, 404, 409, 413, 422) | {200: REPLAYED},
        request_max_body_size=LARGEST_ANSWER,
    )
    async def answer(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[Answer],
        idempotency_key: Annotated[
            str,
            HeaderParameter(
                name="Idempotency-Key",
                pattern=KEY,
                description="A new key for each answer; a retry sends the same key.",
                examples=[Example(value="5f0c9d52-1d0e-4c6f-9f0c-7a4d0f1f2a11")],
            ),
        ],
    ) -> Response[Receipt]:
        """Store an answer. It is on the disk when this comes back; a retry counts once."""
        body = await request.body()
        receipt = await wrap_future(
            program.desk.assignments.answer(
                request.user, handle, data, body=body, key=idempotency_key
            )
        )
        return Response(receipt, status_code=200 if receipt.replayed else 201)

    @post(
        "/assignments/{handle:str}/release",
        status_code=204,
        summary="Give work back",
        responses=error_responses(400, 404, 413),
    )
    async def release(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[ReturnRequest],
    ) -> None:
        """Give an assignment back, at once and without penalty."""
        await wrap_future(
            program.desk.assignments.release(request.user, handle, data.reason, data.note)
        )

    @post(
        "/assignments/{handle:str}/uncovered",
        status_code=204,
        summary="Report exposure",
        responses=error_responses(400, 404, 413),
    )
    async def uncovered(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[Uncovered],
    ) -> None:
        """Report that restricted content was uncovered; each view is logged."""
        await wrap_future(program.desk.assignments.expose(request.user, handle, data.seconds))

    @post(
        "/assignments/{handle:str}/gap",
        summary="Report a gap of the rubric",
        responses=error_responses(400, 404, 413),
    )
    async def gap(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[NewGap],
    ) -> OpenedGap:
        """Open an issue on the rubric, linked to the record at hand."""
        opened = await wrap_future(
            program.desk.assignments.gap(
                request.user, handle, dimension=data.dimension, text=data.text
            )
        )
        return OpenedGap(gap=opened)

    @get("/me", summary="My day at the desk", responses=error_responses(), sync_to_thread=False)
    def me(self, request: Asked, program: NamedDependency[Program]) -> MyDesk:
        """What the desk's page shows of its reviewer."""
        who = request.user
        day = program.desk.own_history.day(who)
        preferences = msgspec.json.decode(program.accounts.preferences(who))
        return MyDesk(
            name=who.name,
            roles=who.roles,
            today=Today(judged=day.judged, active_ms=day.active_ms),
            exposure=day.exposure,
            keymap=msgspec.convert(preferences.get("keymap"), Shortcuts | None),
        )

    @put(
        "/keymap",
        status_code=204,
        summary="Keep my keys of the desk",
        responses=error_responses(400, 413),
        sync_to_thread=False,
    )
    def keymap(
        self, request: Asked, program: NamedDependency[Program], data: JSONBody[Keymap]
    ) -> None:
        """Keep my keys of the desk; nothing brings the desk's own back."""
        preferences = msgspec.json.decode(program.accounts.preferences(request.user))
        preferences["keymap"] = msgspec.to_builtins(data.keymap)
        program.accounts.set_preferences(request.user, msgspec.json.encode(preferences))

    @get("/history", summary="My judgments", responses=error_responses(400), sync_to_thread=False)
    def history(
        self,
        request: Asked,
        program: NamedDependency[Program],
        cursor: Annotated[int, QueryParameter(ge=0, le=10**9)] = 0,
    ) -> History:
        """My own judgments, oldest first."""
        judgments = program.desk.own_history.judgments(request.user, after=cursor, most=PAGE + 1)
        items = tuple(
            HistoryItem(
                judgment=program.context.handle(JUDGMENT_HANDLE, judgment.id),
                judged_at=judgment.judged_at,
                verdict=verdict_word(judgment.verdict),
            )
            for judgment in judgments[:PAGE]
        )
        return History(items=items, next=str(cursor + PAGE) if len(judgments) > PAGE else None)

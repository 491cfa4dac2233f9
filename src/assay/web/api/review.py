"""Review over REST: claim work, open it, keep drafts, answer it, give it back."""

from asyncio import wrap_future
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from assay.bootstrap.desk import Draft, Exposed, Nothing, QueueCard
from assay.bootstrap.program import Program
from assay.core.errors import UsageError
from assay.governance.permissions import Permission, Principal
from assay.review.answer import Answer
from assay.review.desk import Receipt
from assay.web.doors import opt
from assay.web.problems import PROBLEM_JSON
from assay.web.shown import AssignmentView, assignment_view

LONGEST_DRAFT = 1_000_000
"""Most bytes of one draft."""

HANDLE = r"^asn_[a-z2-7]{24}$"
"""The pattern of an assignment's handle."""

KEY = r"^[\x21-\x7e]{8,100}$"
"""The pattern of an idempotency key."""

MOST_KEYS = 200
"""Most keys of a key map."""

Key = Annotated[str, msgspec.Meta(max_length=40)]

Digits = Literal["choose", "score", "reason"]
"""What digits do: choose a verdict, give a value, or give a reason."""

Held = Literal["", "Alt+", "Shift+"]
"""The key that is held with a digit."""

Handle = Annotated[str, PathParameter(pattern=HANDLE, description="Handle of the assignment.")]


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What work is wanted."""

    queue: str | None = None
    """Handle of the one queue; all that the reviewer sits in where absent."""
    count: Annotated[int, msgspec.Meta(ge=1, le=4)] = 1
    """How many assignments are wanted."""
    held: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()
    """Handles that the page has already."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """The work that was given."""

    assignments: tuple[AssignmentView, ...]
    """The assignments, the next one first."""
    none: Nothing | None
    """Why there are none."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Where the lease stands after a sign of life."""

    lease_seconds: int
    """How long it may be held from now on."""
    state: str
    """`held`; or `expired`, where the slot went to somebody else: an answer is kept all the same."""


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An unfinished answer."""

    revision: Annotated[int, msgspec.Meta(ge=0, le=10**9)]
    """The revision that the page knows; 0 for the first."""
    answer: dict[str, Any]
    """The answer so far, in whatever shape the page keeps it."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that is kept."""

    revision: int
    """The revision that is kept now."""


class NewerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A problem (RFC 9457): another page saved a newer draft, and nothing was written over it."""

    revision: int
    """The revision that is kept."""
    answer: msgspec.Raw
    """The answer that it holds; merge into it, and save again under its revision."""
    type: str = "urn:assay:problem:draft-newer"
    """The kind of error."""
    title: str = "draft newer"
    """The kind of error in words."""
    status: int = 409
    """The HTTP status."""
    detail: str = "another page saved a newer draft of this assignment"
    """What is wrong."""


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an assignment is given back."""

    reason: Literal["skip", "welfare", "pause"]
    """Why. None of them counts against anybody."""
    note: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    """What the lead should know, in the reviewer's words."""


class Uncovered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That restricted content was uncovered."""

    seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)]
    """For how long since the last report."""


class NewGap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the rubric leaves a reviewer without an answer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    """What is unclear, in the reviewer's words."""
    dimension: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] | None = None  # fmt: skip
    """The dimension that it is about; absent: the rubric as a whole."""


class OpenedGap(msgspec.Struct, frozen=True, kw_only=True):
    """An issue on the rubric that is open now."""

    gap: str
    """Its id; the next version of the rubric answers it."""


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """Judgments of today."""

    judged: int
    """How many."""
    active_ms: int
    """Their active time in milliseconds."""


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reviewer's own keys of the desk."""

    on: bool = True
    """Whether single keys act at all."""
    keys: Annotated[dict[Key, Key], msgspec.Meta(max_length=MOST_KEYS)] = {}
    """Command -> key; the desk's own where absent."""
    families: dict[Digits, Held] = {}
    """What digits do -> the key that is held with them; the desk's own where absent."""


class MyDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's page shows of its reviewer."""

    name: str
    """Name by which I sign in."""
    roles: tuple[str, ...]
    """My roles."""
    today: Today
    """What I did today."""
    exposure: tuple[Exposed, ...]
    """What I read of severe content today, beside its cap."""
    keymap: Keys | None
    """My own keys; the desk's where absent."""


class Keymap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of the desk."""

    keymap: Keys | None
    """My own keys; nothing brings the desk's own back."""


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of a reviewer's own judgments."""

    judgment: str
    """Id of the judgment."""
    judged_at: str | None
    """When, as UTC in ISO 8601."""
    verdict: str
    """What sort of verdict it gave."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a reviewer's own judgments."""

    items: tuple[HistoryItem, ...]
    """The judgments, oldest first."""
    next: str | None
    """Cursor of the next page."""


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """The queues that a reviewer may claim from."""

    items: tuple[QueueCard, ...]
    """The queues."""


PAGE = 50
"""Judgments on a page of the history."""

Asked = Request[Principal, Any, Any]


class ReviewController(Controller):
    """The reviewer's own work."""

    path = "/api/v1/review"
    tags = ("review",)
    opt = opt(Permission.review)

    @get("/queues", summary="The queues that I may claim from", sync_to_thread=False)
    def queues(self, request: Asked, program: NamedDependency[Program]) -> Queues:
        """The queues that I may claim from."""
        return Queues(items=tuple(program.desk.queues(request.user)))

    @post("/claims", status_code=200, summary="Claim work")
    async def claim(
        self, request: Asked, program: NamedDependency[Program], data: JSONBody[Claim]
    ) -> Claimed:
        """Claim work; a claim is a lease that runs out without a sign of life."""
        desk = program.desk
        given = await wrap_future(
            desk.claim(request.user, queue=data.queue, count=data.count, held=data.held)
        )
        views = tuple(assignment_view(desk.shown(lease)) for lease in given.leases)
        return Claimed(assignments=views, none=given.none)

    @get("/assignments/{handle:str}", summary="Look at one of my assignments", sync_to_thread=False)
    def assignment(
        self, request: Asked, program: NamedDependency[Program], handle: Handle
    ) -> AssignmentView:
        """One of my assignments, with its draft or its stored answer."""
        return assignment_view(program.desk.work(request.user, handle))

    @post("/assignments/{handle:str}/opened", status_code=200, summary="Give a sign of life")
    async def opened(
        self, request: Asked, program: NamedDependency[Program], handle: Handle
    ) -> Opened:
        """Open an assignment, or go on with it: its lease is prolonged."""
        lease = await wrap_future(program.desk.opened(request.user, handle))
        seconds = program.desk.in_force.lease_seconds
        return Opened(lease_seconds=seconds, state=lease.state.name)

    @put("/assignments/{handle:str}/draft", summary="Keep an unfinished answer")
    async def draft(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[NewDraft],
    ) -> Response[Kept | NewerDraft]:
        """Keep an unfinished answer; a newer one that another page saved comes back with 409."""
        body = msgspec.json.encode(data.answer)
        if len(body) > LONGEST_DRAFT:
            raise UsageError(code="too-long", message="the draft is too long", where="answer")
        saved = await wrap_future(
            program.desk.save_draft(request.user, handle, revision=data.revision, body=body)
        )
        if isinstance(saved, Draft):
            newer = NewerDraft(revision=saved.revision, answer=saved.answer)
            return Response(newer, status_code=409, media_type=PROBLEM_JSON)
        return Response(Kept(revision=saved), status_code=200)

    @post("/assignments/{handle:str}/judgment", summary="Answer an assignment")
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
                description="Made anew for each answer; a retry sends the same.",
                examples=[Example(value="5f0c9d52-1d0e-4c6f-9f0c-7a4d0f1f2a11")],
            ),
        ],
    ) -> Response[Receipt]:
        """Store an answer. It is on the disk when this comes back; a retry counts once."""
        body = await request.body()
        receipt = await wrap_future(
            program.desk.answer(request.user, handle, data, body=body, key=idempotency_key)
        )
        return Response(receipt, status_code=200 if receipt.replayed else 201)

    @post("/assignments/{handle:str}/release", status_code=204, summary="Give work back")
    async def release(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[Release],
    ) -> None:
        """Give an assignment back, at once and without penalty."""
        await wrap_future(program.desk.release(request.user, handle, data.reason, data.note))

    @post("/assignments/{handle:str}/uncovered", status_code=204, summary="Report exposure")
    async def uncovered(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[Uncovered],
    ) -> None:
        """Report that restricted content was uncovered; each view is logged."""
        await wrap_future(program.desk.expose(request.user, handle, data.seconds))

    @post("/assignments/{handle:str}/gap", summary="Report a gap of the rubric")
    async def gap(
        self,
        request: Asked,
        program: NamedDependency[Program],
        handle: Handle,
        data: JSONBody[NewGap],
    ) -> OpenedGap:
        """Open an issue on the rubric, linked to the record at hand."""
        opened = await wrap_future(
            program.desk.gap(request.user, handle, dimension=data.dimension, text=data.text)
        )
        return OpenedGap(gap=opened)

    @get("/me", summary="My day at the desk", sync_to_thread=False)
    def me(self, request: Asked, program: NamedDependency[Program]) -> MyDesk:
        """What the desk's page shows of its reviewer."""
        who = request.user
        day = program.desk.day(who)
        kept = msgspec.json.decode(program.accounts.preferences(who))
        return MyDesk(
            name=who.name,
            roles=who.roles,
            today=Today(judged=day.judged, active_ms=day.active_ms),
            exposure=day.exposure,
            keymap=msgspec.convert(kept.get("keymap"), Keys | None),
        )

    @put("/keymap", status_code=204, summary="Keep my keys of the desk", sync_to_thread=False)
    def keymap(
        self, request: Asked, program: NamedDependency[Program], data: JSONBody[Keymap]
    ) -> None:
        """Keep my keys of the desk; nothing brings the desk's own back."""
        kept = msgspec.json.decode(program.accounts.preferences(request.user))
        kept["keymap"] = msgspec.to_builtins(data.keymap)
        program.accounts.set_preferences(request.user, msgspec.json.encode(kept))

    @get("/history", summary="My judgments", sync_to_thread=False)
    def history(
        self,
        request: Asked,
        program: NamedDependency[Program],
        cursor: Annotated[int, QueryParameter(ge=0, le=10**9)] = 0,
    ) -> History:
        """My own judgments, oldest first."""
        found = program.desk.history(request.user, after=cursor, most=PAGE + 1)
        items = tuple(
            HistoryItem(
                judgment=each.id,
                judged_at=each.judged_at,
                verdict=str(type(each.verdict).__struct_config__.tag),
            )
            for each in found[:PAGE]
        )
        return History(items=items, next=str(cursor + PAGE) if len(found) > PAGE else None)

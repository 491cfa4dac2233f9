"""Pictures over REST: the one address under which each role of the desk gets those of its records."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter

from assay.desk.pictures import Picture
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.review.handle import WORK_HANDLE
from assay.web.problems import error_responses

_PictureHandle = Annotated[
    str,
    PathParameter(
        pattern=WORK_HANDLE, description="Handle of the assignment, or of the record taken."
    ),
]
_PictureDigest = Annotated[
    str, PathParameter(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the picture.")
]
_PICTURE = ResponseSpec(
    bytes, generate_examples=False, media_type="image/*", description="The picture"
)


class PictureDesk(Protocol):
    """A part of the desk that shows pictures of the records that somebody works on."""

    def picture(self, who: Principal, handle: str, digest: str) -> Picture:
        """A picture of a record, for who may see the record."""


def picture_address(
    path: str, summary: str, desk_of: Callable[[Program], PictureDesk]
) -> HTTPRouteHandler:
    """The handler of a controller that serves pictures below `path`.

    Args:
        path: the path of the work within the controller, with its `handle`.
        summary: one line for the description of the API.
        desk_of: the part of the desk that knows whose work the handle names.
    """

    @get(
        f"{path}/attachments/{{name:str}}",
        summary=summary,
        responses=error_responses(400, 404) | {200: _PICTURE},
        sync_to_thread=False,
    )
    def picture(
        self: Controller,  # noqa: ARG001  Litestar passes the controller
        request: Request[Principal, Any, Any],
        program: NamedDependency[Program],
        handle: _PictureHandle,
        name: _PictureDigest,
    ) -> Response[bytes]:
        """A picture that the record shows: PNG, JPEG, GIF or WebP, and nothing that holds a script."""
        shown = desk_of(program).picture(request.user, handle, f"sha256:{name}")
        return Response(shown.content, media_type=shown.media_type)

    return picture

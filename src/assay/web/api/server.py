"""The server itself: whether it works, and its metrics."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.prometheus import PrometheusController

from assay import __version__
from assay.governance.permissions import Permission
from assay.program.program import Program
from assay.web.authentication import opt


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server can do its work."""

    status: str
    """`ok`; a server that cannot work answers 503 with a problem instead."""
    version: str
    """Version of the Assay package that serves."""


@get("/health", opt=opt(Permission.public), summary="Whether the server is well", tags=["server"])
async def health() -> Health:
    """Whether the server is up."""
    return Health(status="ok", version=__version__)


@get(
    "/ready",
    opt=opt(Permission.public),
    summary="Whether the store answers",
    tags=["server"],
    sync_to_thread=False,
)
def ready(program: NamedDependency[Program]) -> Response[Health]:
    """Whether the store answers; 503 with the reason where it does not."""
    program.store.head()
    return Response(Health(status="ok", version=__version__))


class MetricsController(PrometheusController):
    """The server's metrics in Prometheus' format."""

    path = "/metrics"
    opt = opt(Permission.metrics)
    include_in_schema = False  # their format is Prometheus' own

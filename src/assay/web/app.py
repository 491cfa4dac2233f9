"""The application: every route, in the one place where they are joined."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.plugins.prometheus import PrometheusConfig
from litestar.template import TemplateConfig
from litestar.types import Message, Scope

import assay
from assay import __version__
from assay.core.errors import AssayError
from assay.governance.permissions import Permission
from assay.program.program import Program
from assay.web.allowance import Allowances
from assay.web.api.account import AccountController, SignInsController
from assay.web.api.adjudication import AdjudicationController
from assay.web.api.review import ReviewController
from assay.web.api.server import MetricsController, health, ready
from assay.web.assets import serve_asset
from assay.web.authentication import COOKIE, AuthMiddleware, guard, opt
from assay.web.pages import (
    accounts,
    adjudication,
    calibration,
    desk,
    guideline,
    oidc,
    overview,
    sign_in,
)
from assay.web.pages.shown_figures import new_cache
from assay.web.problems import answer_error
from assay.web.template_words import add_words

HERE = Path(__file__).parent

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types assay-rendered",
)

SECURITY_POLICY = "; ".join(_POLICY)
"""What a page of ours may do: load our own scripts and styles, talk to us, and nothing else."""

HEADERS = {
    "Content-Security-Policy": SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Headers of every answer; static files say for themselves how long they keep."""

TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
"""Header of every answer behind a proxy that terminates TLS (RFC 6797); for this host alone, for a year."""

REQUESTS_A_MINUTE = 1200
"""Requests that one principal may make in a minute: twenty a second, far above any reader."""

LARGEST_BODY = 64 * 1024
"""Most bytes of one request, unless its route allows more by name."""

SWEEP_SECONDS = 5.0
"""How often new records are queued, leases run out and finished items are concluded from."""

PROGRAM = "ASSAY_PROGRAM"
"""Variable in which `assay serve` names the program's folder to its worker processes."""

BEHIND_TLS = "ASSAY_BEHIND_TLS"
"""Variable whose presence tells worker processes that a proxy terminates TLS."""


def create_app(
    program: Program,
    *,
    sweep_seconds: float = SWEEP_SECONDS,
    rate: int = REQUESTS_A_MINUTE,
    behind_tls: bool = False,
) -> Litestar:
    """The application for one open program.

    Args:
        program: the program; it is closed with the application.
        sweep_seconds: how often leases run out.
        rate: requests that one principal may make in a minute.
        behind_tls: whether browsers are told to come over TLS alone from now on.
    """
    return Litestar(
        route_handlers=[*_pages(), *_api(), serve_asset],
        guards=[guard],
        middleware=[
            DefineMiddleware(AuthMiddleware, allowances=Allowances(rate)),
            PrometheusConfig(app_name="assay", prefix="assay", group_path=True).middleware,
        ],
        dependencies={"program": Provide(_program, sync_to_thread=False)},
        exception_handlers={AssayError: answer_error, Exception: answer_error},
        before_send=[_adding(HEADERS | TLS_HEADERS if behind_tls else HEADERS)],
        template_config=TemplateConfig(
            directory=HERE / "templates",
            engine=JinjaTemplateEngine,
            engine_callback=add_words,
        ),
        openapi_config=_openapi(),
        lifespan=[_sweeping(sweep_seconds)],
        state=State(
            {
                "program": program,
                "drawings": new_cache(),
                "log": logging.getLogger("assay.web"),
            }
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )


def from_environment() -> Litestar:
    """The application for the program that the environment names; for worker processes."""
    return create_app(assay.open(os.environ[PROGRAM]), behind_tls=BEHIND_TLS in os.environ)


def _pages() -> list[Any]:
    return [
        desk.home,
        desk.workbench,
        desk.workbench_of,
        sign_in.sign_in_page,
        sign_in.sign_in,
        sign_in.sign_out,
        oidc.begin,
        oidc.callback,
        sign_in.invitation_page,
        sign_in.accept,
        accounts.people,
        accounts.invite,
        accounts.roles,
        accounts.close,
        desk.consent,
        adjudication.waiting,
        adjudication.take,
        adjudication.look,
        calibration.rounds,
        calibration.open_round,
        calibration.look,
        calibration.take_step,
        calibration.uncover,
        calibration.write_note,
        guideline.look,
        guideline.answer,
        guideline.uncover,
        guideline.queue,
        *overview.HANDLERS,
    ]


def _api() -> list[Any]:
    return [
        ReviewController,
        AdjudicationController,
        AccountController,
        SignInsController,
        MetricsController,
        health,
        ready,
    ]


_DOCUMENT = "/openapi.json"
"""Where the OpenAPI document is, below the path of the API."""


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Assay",
        version=__version__,
        description="The reviewer's desk over REST. Errors are problem details (RFC 9457).",
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer"),
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
            }
        ),
        security=[{"token": []}, {"session": []}],
        openapi_router=Router(
            path="/api/v1", route_handlers=[], opt=opt(Permission.public), include_in_schema=False
        ),
        render_plugins=[_DocumentAlone(path=_DOCUMENT)],
    )


class _DocumentAlone(JsonRenderPlugin):
    """Serves the OpenAPI document, and leaves every other path of the API as it is."""

    def receive_router(self, router: Router) -> None:
        """Take back the page of HTML that the framework answers other paths of the API with."""
        router.routes[:] = [route for route in router.routes if route.path.endswith(_DOCUMENT)]


def _program(state: State) -> Program:
    program: Program = state.program
    return program


def _adding(added: Mapping[str, str]) -> Callable[[Message, Scope], Awaitable[None]]:
    """What puts headers on every answer, those to errors and static files included."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in added.items()]

    async def add(message: Message, _: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = list(message["headers"])
        present = {name.lower() for name, _ in headers}
        message["headers"] = [*headers, *(header for header in encoded if header[0] not in present)]

    return add


def _sweeping(seconds: float) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        program: Program = app.state.program
        over = Event()
        sweeper = Thread(target=_sweep, args=(program, over, seconds, app.state.log), daemon=True)
        sweeper.start()
        try:
            yield
        finally:
            over.set()
            sweeper.join()
            program.close()

    return lifespan


def _sweep(program: Program, over: Event, seconds: float, log: logging.Logger) -> None:
    while not over.wait(seconds):
        try:
            program.accounts.renew_sessions()
            program.desk.fill()
            program.desk.sweep()
            program.desk.route(
                {
                    account.pseudonym: account.roles
                    for account in program.accounts.list()
                    if account.active
                }
            )
        except AssayError as error:
            log.warning("the sweep waits for the next turn: %s", error)

"""Every route with every role: what no role grants is refused."""

from collections.abc import Iterator
from typing import get_args

import pytest
from litestar import Litestar, get
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from assay.contracts.terms import Role
from assay.governance.permissions import GRANTS, Permission, permissions_of
from assay.program.program import Program
from assay.web.allowance import WINDOW_SECONDS, Allowances
from assay.web.app import create_app
from assay.web.assets import own_assets
from unit.web.conftest import PEOPLE, Client, SignIn

ROUTES = {
    ("GET", "/"): "account:own",
    ("GET", "/accounts"): "accounts:manage",
    ("POST", "/accounts/invite"): "accounts:manage",
    ("POST", "/accounts/{number:int}/close"): "accounts:manage",
    ("POST", "/accounts/{number:int}/roles"): "accounts:manage",
    ("GET", "/adjudication"): "review:adjudicate",
    ("POST", "/adjudication/next"): "review:adjudicate",
    ("GET", "/adjudication/{handle:str}"): "review:adjudicate",
    ("GET", "/api/v1/accounts/failed-sign-ins"): "accounts:manage",
    ("GET", "/api/v1/adjudication"): "review:adjudicate",
    ("POST", "/api/v1/adjudication/claims"): "review:adjudicate",
    ("GET", "/api/v1/adjudication/{handle:str}"): "review:adjudicate",
    ("GET", "/api/v1/adjudication/{handle:str}/attachments/{name:str}"): "review:adjudicate",
    ("POST", "/api/v1/adjudication/{handle:str}/decision"): "review:adjudicate",
    ("GET", "/api/v1/me"): "account:who",
    ("GET", "/api/v1/me/tokens"): "account:own",
    ("POST", "/api/v1/me/tokens"): "account:own",
    ("DELETE", "/api/v1/me/tokens/{digest:str}"): "account:own",
    ("GET", "/api/v1/openapi.json"): "public",
    ("GET", "/api/v1/review/assignments/{handle:str}"): "review:work",
    ("GET", "/api/v1/review/assignments/{handle:str}/attachments/{name:str}"): "review:work",
    ("PUT", "/api/v1/review/assignments/{handle:str}/draft"): "review:work",
    ("POST", "/api/v1/review/assignments/{handle:str}/judgment"): "review:work",
    ("POST", "/api/v1/review/assignments/{handle:str}/opened"): "review:work",
    ("POST", "/api/v1/review/assignments/{handle:str}/release"): "review:work",
    ("POST", "/api/v1/review/assignments/{handle:str}/uncovered"): "review:work",
    ("POST", "/api/v1/review/claims"): "review:work",
    ("POST", "/api/v1/review/assignments/{handle:str}/gap"): "review:work",
    ("GET", "/api/v1/review/history"): "review:work",
    ("PUT", "/api/v1/review/keymap"): "review:work",
    ("GET", "/api/v1/review/me"): "review:work",
    ("GET", "/api/v1/review/queues"): "review:work",
    ("GET", "/calibration"): "account:own",
    ("POST", "/calibration"): "review:manage",
    ("GET", "/calibration/{round_id:str}"): "account:own",
    ("POST", "/calibration/{round_id:str}/notes"): "review:adjudicate",
    ("POST", "/calibration/{round_id:str}/texts"): "account:own",
    ("POST", "/calibration/{round_id:str}/{step:str}"): "review:manage",
    ("POST", "/consents"): "account:own",
    ("GET", "/guideline"): "review:manage",
    ("POST", "/guideline/answers"): "review:manage",
    ("POST", "/guideline/texts"): "review:manage",
    ("POST", "/guideline/re-reviews"): "review:manage",
    ("GET", "/health"): "public",
    ("GET", "/invitation/{secret:str}"): "public",
    ("POST", "/invitation/{secret:str}"): "public",
    ("GET", "/metrics"): "metrics:read",
    ("GET", "/overview"): "review:oversee",
    ("GET", "/overview.csv"): "review:oversee",
    ("GET", "/overview/agreement"): "review:oversee",
    ("GET", "/overview/agreement.csv"): "review:oversee",
    ("GET", "/overview/care"): "review:oversee",
    ("GET", "/overview/care.csv"): "review:oversee",
    ("GET", "/overview/pictures/{name:str}/{digest:str}/{file:str}"): "review:oversee",
    ("GET", "/overview/queues"): "review:oversee",
    ("GET", "/overview/queues.csv"): "review:oversee",
    ("GET", "/overview/records"): "review:oversee",
    ("GET", "/overview/records.csv"): "review:oversee",
    ("GET", "/overview/reviewers"): "review:oversee",
    ("GET", "/overview/reviewers.csv"): "review:oversee",
    ("GET", "/ready"): "public",
    ("GET", "/review"): "review:work",
    ("GET", "/review/{queue:str}"): "review:work",
    ("GET", "/sign-in"): "public",
    ("POST", "/sign-in"): "public",
    ("GET", "/sign-in/oidc"): "public",
    ("GET", "/sign-in/oidc/callback"): "public",
    ("POST", "/sign-out"): "account:own",
    ("GET", "/static/{file_path:path}"): "public",
}
"""The doors: a new route is written down here, with who may use it, before it is opened."""

PATHS = {
    "{number:int}": "99",
    "{handle:str}": f"asn_{'a' * 24}",
    "{digest:str}": "0" * 64,
    "{name:str}": "queues",
    "{file:str}": "light.svg",
    "{secret:str}": "x" * 43,
    "{round_id:str}": f"rnd_{'a' * 52}",
    "{step:str}": "lock",
    "{queue:str}": f"que_{'a' * 24}",
    "{file_path:path}": f"{own_assets().digest}/base.css",
    "{path:str}": "nothing",
}


def _routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        assert isinstance(route, HTTPRoute), (
            "a route that is not plain HTTP needs a guard of its own"
        )
        for handler in route.route_handlers:
            for method in handler.http_methods:
                if method not in {"OPTIONS", "HEAD"}:
                    yield str(method), route.path, handler


def test_the_table_names_every_route_with_its_permission(client: Client) -> None:
    """A route that is not in the table, or asks for something else, fails here."""
    found = {
        (method, path): str(handler.opt.get("permission"))
        for method, path, handler in _routes(client.app)
    }
    assert found == ROUTES


def path_of(route: str) -> str:
    for name, value in PATHS.items():
        route = route.replace(name, value)
    return route


@pytest.mark.parametrize("name", [None, *PEOPLE])
def test_every_door_opens_for_whom_the_table_says(
    name: str | None, client: Client, sign_in: SignIn
) -> None:
    """Each route, asked by each role and by nobody, is refused exactly where it is not granted."""
    for (method, route), needed in ROUTES.items():
        if route in {"/sign-out", "/sign-in"}:
            continue  # they end and refuse sessions by themselves; test_sign_in has them
        if name:
            sign_in(name)
        granted = permissions_of(PEOPLE[name]) if name else frozenset({Permission.public})
        answer = client.request(method, path_of(route), follow_redirects=False)
        told = (method, route, answer.status_code)
        if needed in granted:
            assert answer.status_code not in {401, 403}, told
        elif name:
            assert answer.status_code == 403, told
        else:
            to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
            assert answer.status_code == 401 or to_sign_in, told


def test_every_role_of_the_contract_has_its_grants() -> None:
    """The roles of the documents and those of the doors are the same."""
    assert set(GRANTS) == set(get_args(Role))


def test_an_administrator_reads_no_data() -> None:
    """Who runs the accounts is not let in to the work for it."""
    granted = GRANTS["administrator"]
    assert Permission.review not in granted
    assert Permission.oversee not in granted


def test_a_route_without_a_permission_lets_nobody_in(program: Program) -> None:
    """Default deny: even an administrator is refused."""

    @get("/forgotten")
    async def forgotten() -> str:
        return "secret"

    app = create_app(program, sweep_seconds=3600)
    app.register(forgotten)
    with TestClient(app, base_url="https://desk.test") as client:
        answer = client.get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": ""},
        {"x-csrf-token": "another"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.test"},
        {"origin": "null"},
    ],
)
def test_what_another_site_makes_a_browser_send_is_refused(
    headers: dict[str, str], sign_in: SignIn
) -> None:
    """A change needs the session's own token and an origin that is ours."""
    client = sign_in("ana")
    answer = client.post("/api/v1/review/claims", json={"count": 1}, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_form_without_its_token_is_refused(sign_in: SignIn) -> None:
    """Forms send the token as a field; without it nothing happens."""
    client = sign_in("adm")
    answer = client.post(
        "/accounts/invite",
        data={"role": "lead", "csrf": "another"},
        headers={"x-csrf-token": ""},
    )
    assert answer.status_code == 403
    assert "invitation" not in answer.text


def test_every_page_says_what_it_may_do(client: Client) -> None:
    """The policy of content stands on pages, on the API and on errors."""
    for path in ("/sign-in", "/api/v1/me", "/nowhere", own_assets().address("base.css"), "/health"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "require-trusted-types-for 'script'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "server" not in answer.headers, path


def test_too_many_requests_are_slowed_down(program: Program) -> None:
    """Each principal has its own allowance; beyond it the answer is 429 and says so."""
    app = create_app(program, sweep_seconds=3600, rate=5)
    with TestClient(app, base_url="https://desk.test") as client:
        answers = [client.get("/api/v1/me") for _ in range(6)]
    assert [each.status_code for each in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= WINDOW_SECONDS


def test_guessed_tokens_are_counted_too(program: Program) -> None:
    """Whoever tries tokens out is slowed down as everybody is."""
    app = create_app(program, sweep_seconds=3600, rate=5)
    with TestClient(app, base_url="https://desk.test") as client:
        headers = {"authorization": "Bearer assay_nothing"}
        codes = [client.get("/api/v1/me", headers=headers).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]


def test_an_allowance_is_each_ones_own_and_new_each_minute() -> None:
    """What one spends costs no other; when the minute is over all begin anew."""
    now = [0.0]
    allowances = Allowances(2, clock=lambda: now[0])
    for who in ("ana", "ben", "ana", "ben"):
        allowances.spend(who)
    with pytest.raises(TooManyRequestsException):
        allowances.spend("ana")
    now[0] = float(WINDOW_SECONDS)
    allowances.spend("ana")

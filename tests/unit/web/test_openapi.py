"""The OpenAPI document: no request made from it is a fault of the server, and every answer is as it says."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.client import Client as Desk
from assay.web.app import create_app
from assay.web.authentication import COOKIE
from simulators.desk_program import PASSWORD, opened
from simulators.json_draws import ANY, bent, fitting
from simulators.served import served

if TYPE_CHECKING:
    import requests

OPERATIONS = (
    "DELETE /api/v1/me/tokens/{digest}",
    "GET /api/v1/accounts/failed-sign-ins",
    "GET /api/v1/adjudication",
    "GET /api/v1/adjudication/{handle}",
    "POST /api/v1/adjudication/claims",
    "POST /api/v1/adjudication/{handle}/decision",
    "GET /api/v1/me",
    "GET /api/v1/me/tokens",
    "GET /api/v1/review/assignments/{handle}",
    "GET /api/v1/review/assignments/{handle}/attachments/{name}",
    "GET /api/v1/adjudication/{handle}/attachments/{name}",
    "GET /api/v1/review/history",
    "GET /api/v1/review/queues",
    "GET /api/v1/review/me",
    "PUT /api/v1/review/keymap",
    "POST /api/v1/review/assignments/{handle}/gap",
    "GET /health",
    "GET /ready",
    "POST /api/v1/me/tokens",
    "POST /api/v1/review/assignments/{handle}/judgment",
    "POST /api/v1/review/assignments/{handle}/opened",
    "POST /api/v1/review/assignments/{handle}/release",
    "POST /api/v1/review/assignments/{handle}/uncovered",
    "POST /api/v1/review/claims",
    "PUT /api/v1/review/assignments/{handle}/draft",
)
"""Every operation of the document; a new one is asked once it stands here."""

EXAMPLES = settings.default.max_examples * 6 // 10
"""Requests of each sort that are made of an operation with a body."""

LINE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
SEGMENT = st.text(
    st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_characters="#?/.\\"),
    min_size=1,
    max_size=30,
)
"""Signs within one segment of a path: none that would end it."""


class ServedApi(NamedTuple):
    """A served desk with somebody who is signed in and holds work."""

    url: str
    headers: dict[str, str]
    document: dict[str, Any]
    handles: list[str]
    session: "requests.Session"


@pytest.fixture(scope="module")
def api(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    import requests

    folder = shutil.copytree(template, tmp_path_factory.mktemp("openapi") / "program")
    with opened(folder) as program, requests.Session() as session:
        document = create_app(program).openapi_schema.to_schema()
        ana = program.accounts.sign_in("ana", PASSWORD)
        assert ana
        token = program.accounts.make_token(ana.principal, name="t", scopes=["review:work"])
        headers = {
            "Cookie": f"{COOKIE}={ana.cookie}",
            "x-csrf-token": str(ana.principal.csrf),
        }
        with served(program) as url, Desk(url, token) as desk:
            handles = [each.assignment for each in desk.claim(count=4).assignments]
            yield ServedApi(url, headers, document, handles, session)


def _import_schemathesis() -> Any:
    """The library, which takes seconds to import."""
    with warnings.catch_warnings():
        # The library warns of others' deprecations when it is imported; it says nothing of ours.
        warnings.simplefilter("ignore")
        import schemathesis
    return schemathesis


def checks() -> list[Any]:
    """What an answer is held against."""
    _import_schemathesis()
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    return [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        response_headers_conformance,
    ]


def operations(api: ServedApi) -> dict[str, Any]:
    """Every operation of the document by its name."""
    schema = _import_schemathesis().openapi.from_dict(api.document)
    return {each.ok().label: each.ok() for each in schema.get_all_operations()}


@st.composite
def asked(draw: st.DrawFn, operation: Any, api: ServedApi, *, way: str) -> Any:
    """One request to an operation: one that fits the document, or one that is bent."""
    told = api.document["paths"][operation.path][operation.method]
    places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
    for parameter in told.get("parameters", ()):
        if parameter.get("required") or draw(st.booleans()):
            value = draw(fitting(parameter["schema"], api.document))
            places[parameter["in"]][parameter["name"]] = value
    if "handle" in places["path"] and draw(st.booleans()):
        places["path"]["handle"] = draw(st.sampled_from(api.handles))
    body: dict[str, Any] = {}
    if "requestBody" in told:
        content = told["requestBody"]["content"]["application/json"]
        body = {
            "body": draw(fitting(content["schema"], api.document)),
            "media_type": "application/json",
        }
    if way == "bent":
        _bend(draw, places, body)
    return operation.Case(
        path_parameters=places["path"], query=places["query"], headers=places["header"], **body
    )


def _bend(draw: st.DrawFn, places: dict[str, dict[str, Any]], body: dict[str, Any]) -> None:
    """Change one thing of a request."""
    parts = [name for name, place in places.items() if place] + ["body"] * 3 * bool(body)
    part = draw(st.sampled_from([*parts, "query"]))
    if part == "body":
        body["body"] = draw(bent(body["body"]) | ANY)
        return
    place = places[part]
    name = draw(st.sampled_from(sorted(place))) if place else draw(SEGMENT)
    if part == "header" and draw(st.booleans()):
        del place[name]
    else:
        place[name] = draw(LINE if part == "header" else SEGMENT)


@pytest.mark.hypothesis
@pytest.mark.parametrize("way", ["fitting", "bent"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_is_a_fault_of_the_server(api: ServedApi, name: str, way: str) -> None:
    """Requests that fit the document, and ones that are bent, get an answer that is in it."""
    operation = operations(api)[name]
    body = "requestBody" in api.document["paths"][operation.path][operation.method]

    @settings(
        max_examples=EXAMPLES if body else EXAMPLES // 4,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked(operation, api, way=way))
    def ask(case: Any) -> None:
        response = case.call(base_url=api.url, headers=api.headers, session=api.session)
        case.validate_response(response, checks=checks())

    ask()


def test_every_operation_is_asked(api: ServedApi) -> None:
    """The operations above are those of the document."""
    assert sorted(operations(api)) == sorted(OPERATIONS)

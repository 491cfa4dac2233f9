"""Requests that nobody means well with: each is refused as the sender's fault, and nothing is stored."""

import pytest

from assay.program.program import Program
from assay.records.judgment import Judgment
from unit.web.conftest import Client, SignIn
from unit.web.test_authentication import ROUTES, path_of
from unit.web.test_review_api import claim

DEEP = b"[" * 100_000 + b"]" * 100_000
LONE = b'"\xed\xa0\x80"'
"""A surrogate alone, which is no UTF-8."""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"verdict": {"verdict": "tie"}} x', 400),
        (b'{"verdict": ' + DEEP + b"}", 400),
        (b'{"verdict": {"verdict": "abstained", "reason": ' + LONE + b"}}", 400),
        (b'{"verdict": {"verdict": "abstained", "reason": "\\ud800"}}', 400),
        (b'{"verdict": {"verdict": "tie"}, "active_ms": ' + b"9" * 5000 + b"}", 400),
        (b" " * 5_000_000, 413),
    ],
)
def test_a_body_that_cannot_be_read_is_the_senders_fault(
    body: bytes, status: int, sign_in: SignIn, program: Program
) -> None:
    """Broken, endless, nested without end, no UTF-8: problem details, and never a 500."""
    client = sign_in("ana")
    (given,) = claim(client)
    answer = client.post(
        f"/api/v1/review/assignments/{given['assignment']}/judgment",
        content=body,
        headers={"idempotency-key": "key-000001", "content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert program.store.count(Judgment) == 0


def test_a_draft_nested_without_end_is_refused(sign_in: SignIn) -> None:
    """A draft may have any shape, but not any depth."""
    client = sign_in("ana")
    (given,) = claim(client)
    answer = client.put(
        f"/api/v1/review/assignments/{given['assignment']}/draft",
        content=b'{"revision": 0, "answer": {"a": ' + DEEP + b"}}",
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/static/%00", "/static/a%00.css", "/review/%00", "/%00"])
def test_a_path_with_nul_leads_nowhere(path: str, sign_in: SignIn) -> None:
    """The sign that ends names in file systems and databases is in no path of ours."""
    assert sign_in("ana").get(path).status_code == 404


def test_names_with_nul_reach_no_database(client: Client, sign_in: SignIn) -> None:
    """PostgreSQL refuses the sign in any text, so no name with it gets there."""
    form = {"name": "a\0b", "password": "a sentence of nobody"}
    assert client.post("/sign-in", data=form).status_code == 401
    body = {"name": "a\0b", "scopes": ["review:work"]}
    assert sign_in("ana").post("/api/v1/me/tokens", json=body).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/nosuch", 404),
        ("GET", "/api/v1", 404),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/v1/nosuch", 404),
        ("POST", "/api/v1/nosuch", 404),
        ("GET", "/api/v1/nosuch/deeper", 404),
        ("GET", "/api/v1/review/nosuch", 404),
        ("GET", "/api/v1/openapi.json/nosuch", 404),
        ("POST", "/api/v1/openapi.json", 405),
        ("DELETE", "/api/v1/me", 405),
        ("GET", "/api/v1/review/claims", 405),
        ("OPTIONS", "/api/v1/nosuch", 404),
        ("OPTIONS", "/api/v1/me/tokens", 405),
    ],
)
def test_what_the_api_does_not_have_is_a_problem(
    method: str, path: str, status: int, client: Client, sign_in: SignIn
) -> None:
    """A program that asks for it gets problem details, signed in or not, and never a page."""
    answers = [client.request(method, path), sign_in("ana").request(method, path)]
    for answer in answers:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["status"] == status


def test_options_is_refused_everywhere_with_what_is_allowed(
    client: Client, sign_in: SignIn
) -> None:
    """Every route, signed in or not and from whichever site: 405, the route's own methods, no CORS header."""
    for name in (None, "ana", "adm"):
        if name:
            sign_in(name)
        for path, methods in _paths().items():
            for headers in (
                {},
                {"origin": "https://evil.test", "access-control-request-method": "POST"},
            ):
                answer = client.request("OPTIONS", path, headers=headers, follow_redirects=False)
                assert answer.status_code == 405, (path, answer.status_code)
                assert answer.headers["allow"] == methods, path
                assert not [each for each in answer.headers if each.startswith("access-control")]
                if path.startswith("/api/"):
                    assert answer.json()["title"] == "method not allowed"


def test_a_wrong_method_names_the_right_ones(sign_in: SignIn) -> None:
    """405 says what the path takes, and nothing else."""
    client = sign_in("ana")
    for path, methods in _paths().items():
        for method in ("PATCH", "TRACE"):
            answer = client.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, methods), path


def _paths() -> dict[str, str]:
    """Every path with its methods."""
    found: dict[str, set[str]] = {}
    for method, path in ROUTES:
        found.setdefault(path_of(path), set()).add(method)
    static = path_of("/static/{file_path:path}")
    found[static].add("HEAD")
    return {path: ", ".join(sorted(methods)) for path, methods in found.items()}

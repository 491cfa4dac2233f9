"""What a person gets to see at the desk: every page and every answer of the API, as bytes."""

from litestar import Litestar
from litestar.testing import TestClient

PAGES = (
    "/", "/calibration", "/adjudication", "/guideline", "/accounts", "/overview",
    "/overview/records", "/overview/queues", "/overview/agreement", "/overview/reviewers",
    "/overview/care", "/overview.csv", "/overview/records.csv", "/overview/queues.csv",
    "/api/v1/review/queues", "/api/v1/review/me", "/api/v1/review/history",
    "/api/v1/adjudication",
)  # fmt: skip
"""What is read without naming anything of the program in its address."""


def pages(client: TestClient[Litestar]) -> bytes:
    """The bodies and headers of all pages, errors included."""
    answers = [client.get(path) for path in PAGES]
    return b"".join(repr(each.headers).encode() + each.content for each in answers)


def claimed(client: TestClient[Litestar], most: int) -> tuple[bytes, list[str]]:
    """All that is claimed until nothing comes, with each view of it; and the handles."""
    seen, handles = b"", list[str]()
    for _ in range(most):
        answer = client.post("/api/v1/review/claims", json={"count": 1, "held": handles})
        seen += answer.content
        given = answer.json().get("assignments", [])
        if not given:
            break
        handles.append(given[0]["assignment"])
        seen += client.get(f"/api/v1/review/assignments/{handles[-1]}").content
    return seen, handles


def taken(client: TestClient[Litestar], most: int) -> tuple[bytes, list[str]]:
    """All that an adjudicator takes until nothing comes, with each view of it; and the handles."""
    seen, handles = b"", list[str]()
    for _ in range(most):
        answer = client.post("/api/v1/adjudication/claims")
        seen += answer.content
        handle = answer.json().get("handle")
        if handle is None:
            break
        handles.append(handle)
        seen += client.get(f"/api/v1/adjudication/{handle}").content
        seen += client.get(f"/adjudication/{handle}").content
    return seen, handles

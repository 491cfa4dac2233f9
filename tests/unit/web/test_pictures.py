"""Pictures at the desk: shown by our own address to who holds the assignment, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest

from assay.core.digest import sha256_hex
from assay.program.program import Program
from simulators.desk_program import PASSWORD
from simulators.pictures import SVG, data_uri, png
from unit.web.conftest import PEOPLE, Client, SignIn

PICTURE = png(7)
ADDRESS = "https://pictures.example/a.png"


@pytest.fixture
def shown(program: Program, tmp_path: Path, sign_in: SignIn) -> tuple[Client, dict[str, Any]]:
    """A client with an assignment whose question shows a picture, vectors and an address."""
    content = [
        {"type": "text", "text": "Which ticket is this?"},
        {"type": "image_url", "image_url": {"url": data_uri(PICTURE)}},
        {"type": "image_url", "image_url": {"url": data_uri(SVG)}},
        {"type": "image_url", "image_url": {"url": ADDRESS}},
    ]
    row = {
        "prompt": [{"role": "user", "content": content}],
        "chosen": "A day ticket.",
        "rejected": "A bus.",
    }
    data = tmp_path / "rows.jsonl"
    data.write_text(json.dumps(row) + "\n")
    sources = sorted(program.context.permits().names)
    report = program.records.import_(data, format="trl", kind="preference", source=sources[0])
    assert report.attachments == {"image/png": 1, "image/svg+xml": 1, "not held": 1}
    program.desk.fill()
    for name in ("ana", "ben"):
        signed_in = program.accounts.sign_in(name, PASSWORD)
        assert signed_in
        seat = (signed_in.principal.pseudonym, PEOPLE[name])
        program.desk.seat([seat], by="tests")
    client = sign_in("ana")
    for _ in range(80):
        answer = client.post("/api/v1/review/claims", json={"count": 1})
        for given in answer.json()["assignments"]:
            if given["shown"]["messages"][0]["attachments"]:
                return client, given
            path = f"/api/v1/review/assignments/{given['assignment']}/release"
            assert client.post(path, json={"reason": "skip"}).status_code == 204
    raise AssertionError("the record with the picture is not in a queue")


def test_a_picture_has_our_address_and_nothing_foreign_is_named(
    shown: tuple[Client, dict[str, Any]],
) -> None:
    """Vectors and what is not held have no address, and no address of the source is on the page."""
    _, given = shown
    views = given["shown"]["messages"][0]["attachments"]
    path = f"/api/v1/review/assignments/{given['assignment']}/attachments/{sha256_hex(PICTURE)}"
    assert [view["url"] for view in views] == [path, None, None]
    assert [view["media_type"] for view in views] == ["image/png", "image/svg+xml", ""]
    assert "pictures.example" not in json.dumps(given)


def test_a_picture_is_served_as_what_it_is(shown: tuple[Client, dict[str, Any]]) -> None:
    """Its bytes come with their own type, under the policy of every answer."""
    client, given = shown
    answer = client.get(given["shown"]["messages"][0]["attachments"][0]["url"])
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("content", [SVG, png(8)])
def test_vectors_and_pictures_of_other_records_are_not_served(
    shown: tuple[Client, dict[str, Any]], content: bytes
) -> None:
    """What may hold a script never leaves the desk, nor what the record does not show."""
    client, given = shown
    path = f"/api/v1/review/assignments/{given['assignment']}/attachments/{sha256_hex(content)}"
    assert client.get(path).status_code == 404


def test_a_picture_is_for_who_holds_the_assignment(
    shown: tuple[Client, dict[str, Any]], sign_in: SignIn
) -> None:
    """Somebody else gets none, signed in or not."""
    client, given = shown
    path = given["shown"]["messages"][0]["attachments"][0]["url"]
    assert client.get(path).status_code == 200
    assert sign_in("ben").get(path).status_code == 404

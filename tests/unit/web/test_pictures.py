"""Pictures at the desk: shown by our own address to who holds the assignment, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.digest import labelled_digest, sha256_hex
from assay.core.errors import UsageError
from assay.desk.pictures import picture_of
from assay.program.program import Program
from assay.records.attachment import Attachment
from assay.records.record import Record
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
        "domain": "rules",
    }
    data = tmp_path / "rows.jsonl"
    data.write_text(json.dumps(row) + "\n")
    sources = sorted(program.context.permits().names)
    report = program.records.import_(data, format="trl", kind="preference", source=sources[0])
    assert report.attachments == {"image/png": 1, "image/svg+xml": 1, "not held": 1}
    program.desk.fill()
    for name in ("ana", "ben", "eva"):
        seat(program, name)
    client = sign_in("ana")
    return client, claimed(client)


def seat(program: Program, name: str) -> None:
    """Seat a person in the queues that there are by now."""
    signed_in = program.accounts.sign_in(name, PASSWORD)
    assert signed_in
    program.desk.seat([(signed_in.principal.pseudonym, PEOPLE[name])], by="tests")


def claimed(client: Client) -> dict[str, Any]:
    """The assignment of the record with the pictures; others are given back."""
    for _ in range(80):
        answer = client.post("/api/v1/review/claims", json={"count": 1})
        for given in answer.json()["assignments"]:
            found: dict[str, Any] = given
            if found["shown"]["messages"][0]["attachments"]:
                return found
            path = f"/api/v1/review/assignments/{found['assignment']}/release"
            assert client.post(path, json={"reason": "skip"}).status_code == 204
    raise AssertionError(f"the record with the picture is not in a queue: {answer.text[:300]}")


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


def test_an_adjudicator_gets_no_picture_of_a_record_not_taken(
    shown: tuple[Client, dict[str, Any]], sign_in: SignIn
) -> None:
    """The address of the senior page is for whoever took the record, and for no reviewer."""
    _, given = shown
    path = f"/api/v1/adjudication/{given['assignment']}/attachments/{sha256_hex(PICTURE)}"
    assert sign_in("sen").get(path).status_code == 404
    assert sign_in("ben").get(path).status_code == 403


def test_a_picture_is_one_that_the_record_shows_and_a_page_may(program: Program) -> None:
    """Of the files of a record only pictures are given, whatever it says of their type."""
    held = program.context.attachments
    claim = {
        labelled_digest(content): Attachment(
            at=0, digest=labelled_digest(content), media_type="image/png", bytes=len(content)
        )
        for content in (PICTURE, SVG)
    }
    for content in (PICTURE, SVG, png(8)):
        held.put(labelled_digest(content), content)
    record = next(iter(program.store.scan(Record)))
    message = replace(record.task.messages[0], attachments=tuple(claim.values()))
    record = record.replace(task=replace(record.task, messages=(message,)))
    picture = picture_of(program.context, record, labelled_digest(PICTURE))
    assert picture == ("image/png", PICTURE)
    for content in (SVG, png(8)):
        with pytest.raises(UsageError, match="no such picture"):
            picture_of(program.context, record, labelled_digest(content))

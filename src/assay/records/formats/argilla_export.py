"""Argilla 2: the responses of an exported record, as its server and its client write them.

The reader of imported data and the format of review work both read them here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.formats.shapes import as_list, as_object, as_word

SUBMITTED = "submitted"
"""The status of a response that its author has handed in; another one is not an answer."""

RESPONSES = ".responses"
"""How the column of a question's responses ends in a flat export."""


class ArgillaResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What one person responded to one record."""

    answered_by: str | None
    """Who, as the tool names people; absent where it names nobody."""
    submitted: bool
    """Whether it was handed in; a draft and a discarded one were not."""
    values: Mapping[str, Any]
    """Question -> value."""


def argilla_response(value: Any) -> ArgillaResponse:
    """One response as the server has it: `values`, `status` and `user_id`.

    Raises:
        InputError: if it is none, or does not say whether it was submitted.
    """
    response = as_object(value, "responses")
    status = response.get("status")
    if status is None:
        raise InputError(
            code="no-status",
            message="the export does not say whether the response was submitted",
            where="responses",
            hint="write it with `to_list(flatten=True)`, which gives `<question>.responses.status`",
        )
    submitted = status == SUBMITTED
    stated = as_object(response.get("values") or {}, "values") if submitted else {}
    return ArgillaResponse(
        answered_by=as_word(response.get("user_id"), "user_id") or None,
        submitted=submitted,
        values={name: as_object(holder, name).get("value") for name, holder in stated.items()},
    )


def argilla_responses(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The responses of a record, one a person, as the server has them.

    Raises:
        InputError: if they do not have the shape of any of its exports.
    """
    stated = row.get("responses")
    if isinstance(stated, list):
        yield from (as_object(response, "responses") for response in stated)
        return
    by_person: dict[str, dict[str, Any]] = {}
    for name, user, status, value in _one_by_one(row):
        response = by_person.setdefault(user, {"user_id": user, "status": status, "values": {}})
        response["values"][name] = {"value": value}
        if response["status"] != status:
            raise InputError(
                code="mixed-status",
                message=f"{user} submitted some answers of the record and not others",
                where=f"{name}.responses.status",
            )
    yield from by_person.values()


def _one_by_one(row: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    """Question, person, status and value of every response in a row of the client."""
    nested = row.get("responses")
    if isinstance(nested, Mapping):
        for name, responses in nested.items():
            for value in as_list(responses, name):
                response = as_object(value, name)
                user = as_word(response.get("user_id"), "user_id")
                yield name, user, response.get("status"), response.get("value")
    for column, values in row.items():
        if not column.endswith(RESPONSES):
            continue
        name = column.removesuffix(RESPONSES)
        stated = as_list(values, column)
        users = as_list(row.get(f"{column}.users"), f"{column}.users")
        statuses = as_list(row.get(f"{column}.status"), f"{column}.status")
        if not len(stated) == len(users) == len(statuses):
            raise InputError(
                code="wrong-shape",
                message=f"{column} has {len(stated)} values, {len(users)} users and "
                f"{len(statuses)} statuses",
                where=column,
            )
        for value, user, status in zip(stated, users, statuses, strict=True):
            yield name, as_word(user, f"{column}.users"), status, value

"""Forms of any bytes: the desk answers each, and none is a fault of its own."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.web.conftest import SignIn

FIELDS = st.sampled_from(
    [b"name", b"role", b"next", b"csrf_token", b"", b"a[b]", b"%", b"\xff", b"n" * 3000]
)


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    fields=st.lists(st.tuples(FIELDS, st.binary(max_size=40)), max_size=8),
    raw=st.none() | st.binary(max_size=80),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json",
            "text/plain",
            "",
        ]
    ),
)
def test_any_form_is_answered_and_none_is_a_fault_of_the_desk(
    sign_in: SignIn, fields: list[tuple[bytes, bytes]], raw: bytes | None, kind: str
) -> None:
    """Whatever an administrator's browser sends as a form is done, refused, or asked again."""
    body = raw
    if body is None:
        body = b"&".join(
            b"=".join((quote_from_bytes(name).encode(), quote_from_bytes(value).encode()))
            for name, value in fields
        )
    desk = sign_in("adm")
    answer = desk.post("/accounts/invite", content=body, headers={"content-type": kind})
    assert answer.status_code in {200, 400, 403, 413, 415, 429}, answer.text

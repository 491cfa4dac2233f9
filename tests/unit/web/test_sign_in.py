"""Signing in, one-time links, sessions and tokens."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from argon2 import Type
from litestar.testing import TestClient

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.desk import accounts
from assay.governance.accounts import digest
from assay.program.program import Program
from assay.store.accounts import Accounts
from assay.web.app import create_app
from assay.web.assets import own_assets
from assay.web.authentication import COOKIE
from simulators.desk_program import PASSWORD, opened, person, write_desk_program
from simulators.once import Once
from unit.web.conftest import Client, SignIn

OTHER = "another sentence of some length"


def test_a_password_costs_what_the_standard_asks() -> None:
    """Argon2id with 64 MiB and three passes, as RFC 9106 has it where memory is scarce."""
    assert accounts.STRENGTH.type is Type.ID
    assert accounts.STRENGTH.memory_cost == 64 * 1024
    assert accounts.STRENGTH.time_cost == 3


def test_who_signs_in_gets_a_cookie_that_scripts_cannot_read(client: Client) -> None:
    """The session's cookie is for this host alone, over TLS, and out of scripts' reach."""
    answer = client.post("/sign-in", data={"name": "ana", "password": PASSWORD}, follow_redirects=False)  # fmt: skip
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    for word in (f"{COOKIE}=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Start reviewing" in client.get("/").text


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    name: str, password: str, client: Client
) -> None:
    """Nothing tells which of the two was wrong."""
    answer = client.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert COOKIE not in client.cookies


def test_passwords_cannot_be_tried_without_end(client: Client) -> None:
    """After ten tries in a minute the server answers 429 to an address, whatever the names."""
    codes = [
        client.post("/sign-in", data={"name": f"ana{number}", "password": "wrong"}).status_code
        for number in range(11)
    ]
    assert codes[:10] == [401] * 10
    assert codes[10] == 429


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_a_name_that_failed_too_often_waits_and_says_how_long(
    name: str, client: Client, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known or not: five tries, then 429 with the wait, and no password is looked at, not even the right one."""
    looked_at = []
    verify = program.accounts._verify
    monkeypatch.setattr(
        program.accounts, "_verify", lambda *given: (looked_at.append(given), verify(*given))[1]
    )
    answers = [client.post("/sign-in", data={"name": name, "password": "no"}) for _ in range(5)]
    assert [each.status_code for each in answers] == [401] * 5
    waits = client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert waits.status_code == 429
    assert int(waits.headers["retry-after"]) == 30
    assert "too many tries failed for this name" in waits.text.lower()
    assert len(looked_at) == 5
    assert COOKIE not in client.cookies


def test_servers_of_one_store_count_failed_sign_ins_together(client: Client, folder: Path) -> None:
    """What failed at one of two servers is not tried anew at the other, by name or by address."""
    with (
        opened(folder) as second,
        TestClient(create_app(second, sweep_seconds=3600), base_url="https://desk.test") as other,
    ):
        for _ in range(5):
            client.post("/sign-in", data={"name": "ana", "password": "no"})
        given = {"name": "ana", "password": PASSWORD}
        assert other.post("/sign-in", data=given).status_code == 429
        codes = [
            each.post("/sign-in", data={"name": f"n{number}", "password": "no"}).status_code
            for number in range(4)
            for each in (client, other)
        ]
        assert codes == [401] * 4 + [429] * 4


def test_a_right_link_lets_in_however_many_sign_ins_failed(
    client: Client, program: Program
) -> None:
    """Neither failed sign-ins of its address or name nor wrong links keep the holder of a link out."""
    link = program.accounts.invite(["reviewer"], by="adm", name="new")
    for name in ["new"] * 6 + [f"n{number}" for number in range(8)]:
        client.post("/sign-in", data={"name": name, "password": "wrong"})
    assert client.post("/sign-in", data={"name": "new", "password": OTHER}).status_code == 429
    wrong = [client.get(f"/invitation/{number:040}").status_code for number in range(12)]
    assert wrong == [404] * 10 + [429] * 2
    assert client.post(f"/invitation/{1:040}", data={"name": "x"}).status_code == 429
    assert client.get(f"/invitation/{link}").status_code == 200
    given = {"name": "new", "password": OTHER}
    made = client.post(f"/invitation/{link}", data=given, follow_redirects=False)
    assert (made.status_code, COOKIE in client.cookies) == (303, True)


def test_an_administrator_sees_failed_sign_ins_and_no_typed_secret(
    client: Client, sign_in: SignIn
) -> None:
    """The page and the API name the accounts that were tried; what has no account is one number."""
    for name in ("ana", "ana", "a-secret-typed-as-a-name", "no name at all"):
        client.post("/sign-in", data={"name": name, "password": "wrong"})
    administrator = sign_in("adm")
    page = administrator.get("/accounts").text
    assert "names without an account" in page
    assert "a-secret-typed" not in page
    items = administrator.get("/api/v1/accounts/failed-sign-ins").json()["items"]
    assert [(each["name"], each["tries"]) for each in items] == [("ana", 2), (None, 2)]
    assert sign_in("lea").get("/api/v1/accounts/failed-sign-ins").status_code == 403


@pytest.mark.parametrize("onward", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:x"])  # fmt: skip
def test_signing_in_leads_to_no_other_site(onward: str, client: Client) -> None:
    """A link that would lead elsewhere leads home."""
    given = {"name": "ana", "password": PASSWORD, "next": onward}
    answer = client.post("/sign-in", data=given, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_session_and_wipes_the_browser(
    sign_in: SignIn, program: Program
) -> None:
    """The cookie opens nothing afterwards, even where somebody kept it."""
    client = sign_in("ana")
    cookie = client.cookies[COOKIE]
    answer = client.post("/sign-out", data={}, follow_redirects=False)
    assert '"storage"' in answer.headers["clear-site-data"]
    assert program.accounts.principal(cookie) is None


def test_a_link_makes_one_account_and_works_once(client: Client, program: Program) -> None:
    """A second use, a short password and a taken name are refused with what to do."""
    secret = program.accounts.invite(["reviewer"], by="adm")
    path = f"/invitation/{secret}"
    short = client.post(path, data={"name": "new", "password": "short"})
    assert (short.status_code, "12 to 256" in short.text) == (400, True)
    taken = client.post(path, data={"name": "ana", "password": OTHER})
    assert (taken.status_code, "is taken" in taken.text) == (400, True)
    made = client.post(path, data={"name": "new", "password": OTHER}, follow_redirects=False)
    assert made.status_code == 303
    assert client.get(path).status_code == 404
    assert client.post(path, data={"name": "two", "password": OTHER}).status_code == 404
    assert secret not in "".join(str(each) for each in program.accounts.list())


def test_the_first_link_is_made_until_there_is_an_administrator(
    folder: Path, tmp_path: Path
) -> None:
    """Where nobody runs the accounts a link is made; afterwards none is."""
    bare = Path(shutil.copytree(folder, tmp_path / "bare"))
    with opened(bare) as program:
        adm = next(each for each in program.accounts.list() if each.name == "adm")
        assert program.accounts.first_link() is None
        with pytest.raises(UsageError) as refused:
            program.accounts.close(adm.id, by="adm")
        assert refused.value.code == "last-administrator"
        person(program, "second", "administrator")
        program.accounts.close(adm.id, by="second")
        assert program.accounts.first_link() is None


@pytest.fixture
def bare(once: Once, tmp_path: Path) -> Iterator[Program]:
    """A program without anybody who may sign in."""
    template = once("bare-desk", lambda at: write_desk_program(at, []))
    with opened(Path(shutil.copytree(template, tmp_path / "bare"))) as program:
        yield program


def _becomes(program: Program, link: str, name: str) -> None:
    program.accounts.accept(link, name=name, password=OTHER)


def test_of_the_links_to_the_first_administrator_only_the_newest_works(bare: Program) -> None:
    """Each start without an administrator makes a link; those of earlier starts open nothing."""
    links = [str(bare.accounts.first_link()) for _ in range(3)]
    for link in links[:-1]:
        with pytest.raises(UsageError, match="used before"):
            _becomes(bare, link, "early")
    _becomes(bare, links[-1], "first")
    assert [each.name for each in bare.accounts.list()] == ["first"]


@pytest.mark.parametrize("way", ["invited", "given the role"])
def test_where_there_is_an_administrator_no_earlier_link_makes_another(
    way: str, bare: Program
) -> None:
    """Whichever way the first one came about, a link of before is refused; later ones are not."""
    link = str(bare.accounts.first_link())
    role = "administrator" if way == "invited" else "reviewer"
    _becomes(bare, bare.accounts.invite([role], by="t"), "first")
    bare.accounts.set_roles(1, ["administrator"], by="t")
    with pytest.raises(UsageError, match="used before"):
        _becomes(bare, link, "second")
    _becomes(bare, bare.accounts.invite(["administrator"], by="first"), "third")
    assert bare.accounts.first_link() is None


def test_a_program_is_no_administrator_and_locks_nobody_out(bare: Program) -> None:
    """Nobody can sign in to a program's account, so the link of the first administrator holds."""
    link = str(bare.accounts.first_link())
    with pytest.raises(UsageError, match="cannot be an administrator"):
        bare.accounts.add_program("bot", ["administrator"], scopes=["metrics:read"], days=1, by="t")
    bot, _ = bare.accounts.add_program("bot", ["reviewer"], scopes=["review:work"], days=1, by="t")
    bare.accounts.set_roles(bot.id, ["administrator"], by="t")
    assert bare.accounts.first_link() is not None
    with pytest.raises(UsageError, match="used before"):
        _becomes(bare, link, "early")
    _becomes(bare, str(bare.accounts.first_link()), "first")


def test_a_program_whose_token_is_refused_has_no_account(bare: Program) -> None:
    """The scopes are looked at first, so the name stays free for the corrected call."""
    with pytest.raises(UsageError, match=r"the roles reviewer do not grant accounts:manage"):
        bare.accounts.add_program("bot", ["reviewer"], scopes=["accounts:manage"], days=1, by="t")
    assert bare.accounts.list() == []
    bare.accounts.add_program("bot", ["reviewer"], scopes=["review:work"], days=1, by="t")


def test_a_closed_account_is_out_at_once(sign_in: SignIn, program: Program) -> None:
    """Its sessions and its tokens open nothing from that moment."""
    client = sign_in("ana")
    token = client.post("/api/v1/me/tokens", json={"name": "t", "scopes": ["review:work"]}).json()
    ana = next(each for each in program.accounts.list() if each.name == "ana")
    program.accounts.close(ana.id, by="adm")
    assert client.get("/api/v1/review/queues").status_code == 401
    assert program.accounts.bearer(token["token"]) is None
    assert program.accounts.sign_in("ana", PASSWORD) is None


def test_a_token_does_what_its_scopes_say_and_makes_no_tokens(
    sign_in: SignIn, program: Program
) -> None:
    """Beyond its scopes it is refused; taken back it opens nothing."""
    client = sign_in("ana")
    made = client.post("/api/v1/me/tokens", json={"name": "t", "scopes": ["review:work"]})
    secret = made.json()["token"]
    assert secret.startswith("assay_")
    beyond = client.post("/api/v1/me/tokens", json={"name": "t", "scopes": ["accounts:manage"]})
    assert beyond.status_code == 403
    (kept,) = client.get("/api/v1/me/tokens").json()["items"]
    assert secret not in str(kept)
    bearer = {"authorization": f"Bearer {secret}"}
    with TestClient(create_app(program, sweep_seconds=3600), base_url="https://desk.test") as other:
        assert other.get("/api/v1/review/queues", headers=bearer).status_code == 200
        assert other.get("/api/v1/me/tokens", headers=bearer).status_code == 403
        assert other.get("/accounts", headers=bearer).status_code == 403
        assert other.post("/api/v1/review/claims", headers=bearer, json={}).status_code == 200
        who = program.accounts.bearer(secret)
        assert who
        assert program.accounts.revoke(who, bytes.fromhex(kept["digest"]))
        assert other.get("/api/v1/review/queues", headers=bearer).status_code == 401


def test_no_secret_lies_in_the_store(sign_in: SignIn, program: Program, folder: Path) -> None:
    """Neither a password nor a cookie, token or link is in any byte on the disk."""
    client = sign_in("ana")
    token = client.post("/api/v1/me/tokens", json={"name": "t", "scopes": ["review:work"]}).json()
    link = program.accounts.invite(["lead"], by="adm")
    secrets = [PASSWORD, client.cookies[COOKIE], token["token"], link]
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [each for each in secrets if each.encode() in content], file


def test_sessions_and_links_end_with_their_time(folder: Path) -> None:
    """A session ends after an hour without a request, and after half a day at the latest; a link after a week."""
    moment = ["2026-03-02T09:00:00Z"]
    clock: Clock = lambda: moment[0]  # noqa: E731
    with opened(folder, clock) as program:
        link = program.accounts.invite(["reviewer"], by="adm")
        busy, idle = (program.accounts.sign_in(name, PASSWORD) for name in ("ana", "ben"))
        assert busy
        assert idle
        for hour in range(9, 20):
            for minute in (20, 59):
                moment[0] = f"2026-03-02T{hour:02}:{minute}:00Z"
                assert program.accounts.principal(busy.cookie), moment
                program.accounts.renew_sessions()
        assert program.accounts.principal(idle.cookie) is None
        moment[0] = "2026-03-02T20:58:00Z"
        assert program.accounts.principal(busy.cookie)
        program.accounts.renew_sessions()
        moment[0] = "2026-03-02T21:00:01Z"
        assert program.accounts.principal(busy.cookie) is None
        moment[0] = "2026-03-10T09:00:00Z"
        with pytest.raises(UsageError):
            program.accounts.invitation(link)


def test_a_session_in_use_goes_on_by_itself_and_is_not_in_the_audit_log(folder: Path) -> None:
    """The sweep writes what requests noted, seldom, and nothing of it is an act."""
    moment = ["2026-03-02T09:00:00Z"]
    clock: Clock = lambda: moment[0]  # noqa: E731
    with opened(folder, clock) as program:
        signed_in = program.accounts.sign_in("ana", PASSWORD)
        assert signed_in
        before = program.store.head()
        app = create_app(program, sweep_seconds=0.02)
        with TestClient(app, base_url="https://desk.test") as client:
            client.cookies.set(COOKIE, signed_in.cookie)
            moment[0] = "2026-03-02T09:50:00Z"
            assert client.get("/api/v1/me").status_code == 200
            until = monotonic() + 120
            while monotonic() < until and _ends(program, signed_in.cookie) < "2026-03-02T10:50:00Z":
                sleep(0.01)
            assert _ends(program, signed_in.cookie) == "2026-03-02T10:50:00Z"
            assert program.store.head() == before


def _ends(program: Program, cookie: str) -> str:
    found = Accounts(program.store).signed_in(digest(cookie))
    assert found
    return found[0].until


def test_an_ended_session_is_not_renewed(folder: Path) -> None:
    """What was noted before a sign-out brings no session back."""
    moment = ["2026-03-02T09:00:00Z"]
    clock: Clock = lambda: moment[0]  # noqa: E731
    with opened(folder, clock) as program:
        signed_in = program.accounts.sign_in("ana", PASSWORD)
        assert signed_in
        moment[0] = "2026-03-02T09:50:00Z"
        assert program.accounts.principal(signed_in.cookie)
        program.accounts.sign_out(signed_in.cookie, signed_in.principal)
        program.accounts.renew_sessions()
        assert program.accounts.principal(signed_in.cookie) is None


@pytest.mark.parametrize("behind_tls", [True, False])
def test_browsers_are_told_to_stay_on_tls_where_there_is_some(
    behind_tls: bool, program: Program
) -> None:
    """Behind a proxy that terminates TLS every answer says so; elsewhere none does."""
    app = create_app(program, sweep_seconds=3600, behind_tls=behind_tls)
    with TestClient(app, base_url="https://desk.test") as client:
        for path in ("/sign-in", "/api/v1/nosuch", own_assets().address("base.css")):
            told = client.get(path).headers.get("strict-transport-security")
            assert told == ("max-age=31536000" if behind_tls else None)

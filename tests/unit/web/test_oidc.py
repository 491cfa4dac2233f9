"""Sign-in by an OpenID Connect provider: the good way, and every way that is refused."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from assay.program.program import Program
from assay.web.app import create_app
from assay.web.authentication import COOKIE
from assay.web.pages.oidc import FLOW_COOKIE
from simulators import oidc_provider as simulator
from simulators.desk_program import opened
from simulators.oidc_provider import CLIENT, CLIENT_SECRET, Provider, oidc_provider
from unit.web.conftest import Client, SignIn


@pytest.fixture
def app_of(app_of: Callable[[Program], Litestar]) -> Callable[[Program], Litestar]:
    """The application, which counts the sign-ins of an address; each test begins with none."""

    def serve(program: Program) -> Litestar:
        app = app_of(program)
        asyncio.run(app.stores.get("oidc").delete_all())
        return app

    return serve


@pytest.fixture
def provider() -> Iterator[Provider]:
    with oidc_provider() as served:
        yield served


@pytest.fixture
def program(folder: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The desk's program, which names the provider; ben's account is linked to its person."""
    monkeypatch.setenv("DESK_OIDC_SECRET", CLIENT_SECRET)
    with (folder / "assay.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'\n[oidc]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
            'client_secret = "env:DESK_OIDC_SECRET"\nname = "City Pass"\n'
        )
    with opened(folder) as program:
        ben = next(each for each in program.accounts.list() if each.name == "ben")
        program.accounts.link(ben.id, f"{provider.issuer} person-1", by="tests")
        yield program


def go(client: Client, path: str) -> httpx.Response:
    return client.get(path, follow_redirects=False)


def way_back(client: Client, start: str = "/sign-in/oidc") -> str:
    """Begin at the desk and go to the provider; the path and fields that it sends back to."""
    begun = go(client, start)
    assert begun.status_code == 303, begun.text
    # Without TLS at hand: loading the certificates takes longer than the whole way.
    there = httpx.get(begun.headers["location"], follow_redirects=False, verify=False)  # noqa: S501
    return there.headers["location"].removeprefix("https://desk.test")


def through(client: Client, start: str = "/sign-in/oidc") -> httpx.Response:
    """The whole way; what the desk answers at its end."""
    return go(client, way_back(client, start))


def refused(answer: httpx.Response, status: int, words: str) -> None:
    """The answer is a page that says why, signs nobody in and ends the sign-in."""
    assert answer.status_code == status, answer.text
    assert words in answer.text
    cookies = answer.headers.get_list("set-cookie")
    assert not any(each.startswith(f"{COOKIE}=") for each in cookies)
    assert any(each.startswith(f"{FLOW_COOKIE}=") and "Max-Age=0" in each for each in cookies)


def test_whom_the_provider_vouches_for_is_signed_in(client: Client) -> None:
    """The way there and back ends in a session of the linked account, on the page asked for."""
    answer = through(client, "/sign-in/oidc?next=/review%3Fdir%3Drtl")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/review?dir=rtl"
    assert client.get("/api/v1/me").json()["name"] == "ben"


def test_the_cookie_of_a_sign_in_is_closed_to_scripts_and_other_hosts(client: Client) -> None:
    """It is host-bound, secure, lax, HttpOnly and lasts ten minutes."""
    cookie = go(client, "/sign-in/oidc").headers["set-cookie"]
    assert cookie.startswith("__Host-")
    for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert word in cookie


def test_the_provider_is_asked_with_pkce_and_nonce(client: Client, provider: Provider) -> None:
    """State, nonce and an S256 challenge go along, all unlike; the verifier comes at the exchange."""
    asked = parse_qs(urlsplit(go(client, "/sign-in/oidc").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len({asked["state"][0], asked["nonce"][0], asked["code_challenge"][0]}) == 3
    through(client)
    assert len(provider.token_requests[0]["code_verifier"]) == 43


def test_other_signatures_and_lists_of_audiences_are_believed(
    client: Client, provider: Provider
) -> None:
    """A key of another kind signs as well, and several audiences are right where azp names us."""
    provider.sign = simulator.signed(simulator.EC, "ES256")
    provider.claims = {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert through(client).status_code == 303


CLAIMS: dict[str, Callable[[Provider], None]] = {
    "another nonce": lambda it: it.claims.update(nonce="another"),
    "no nonce": lambda it: it.without.add("nonce"),
    "expired": lambda it: it.claims.update(exp=simulator.seconds() - 120),
    "no end": lambda it: it.without.add("exp"),
    "made in the future": lambda it: it.claims.update(iat=simulator.seconds() + 600),
    "another audience": lambda it: it.claims.update(aud="another"),
    "several audiences, no azp": lambda it: it.claims.update(aud=[CLIENT, "another"]),
    "another azp": lambda it: it.claims.update(azp="another"),
    "another issuer": lambda it: it.claims.update(iss="https://elsewhere.test"),
    "no subject": lambda it: it.without.add("sub"),
    "a subject that is not a text": lambda it: it.claims.update(sub=["person-1"]),
    "an endless subject": lambda it: it.claims.update(sub="x" * 256),
    "another access token": lambda it: it.claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}
SIGNATURES: dict[str, simulator.Sign] = {
    "alg none": simulator.unsigned("none"),
    "no signature": simulator.unsigned("RS256"),
    "HS256 with the public key": simulator.by_public_key,
    "a foreign key": simulator.signed(simulator.FOREIGN, "RS256"),
    "a key of its own in the header": simulator.signed(
        simulator.FOREIGN, "RS256", jwk=simulator.FOREIGN.as_dict(private=False)
    ),
    "an unknown key": simulator.signed(simulator.RSA, "RS256", kid="nine"),
    "an algorithm that is not named": simulator.signed(simulator.RSA, "RS512"),
    "changed afterwards": simulator.changed_afterwards,
    "no token": lambda _: "nothing",
}


@pytest.mark.share(4)
@pytest.mark.parametrize("what", CLAIMS)
def test_a_token_with_a_wrong_claim_is_refused(
    what: str, client: Client, provider: Provider
) -> None:
    """A right signature under wrong claims lets nobody in."""
    CLAIMS[what](provider)
    refused(through(client), 403, "token")


@pytest.mark.share(4)
@pytest.mark.parametrize("what", SIGNATURES)
def test_a_token_with_a_wrong_signature_is_refused(
    what: str, client: Client, provider: Provider
) -> None:
    """Right claims under a wrong signature let nobody in."""
    provider.sign = SIGNATURES[what]
    refused(through(client), 403, "token")


def test_another_state_is_refused(client: Client, provider: Provider) -> None:
    """An answer to a sign-in that this browser did not begin goes no further than the desk."""
    back = urlsplit(way_back(client))
    fields = parse_qs(back.query)
    address = urlencode({"code": fields["code"][0], "iss": fields["iss"][0], "state": "another"})
    refused(go(client, f"{back.path}?{address}"), 400, "not the one")
    assert provider.token_requests == []


def test_a_changed_cookie_is_refused(client: Client, provider: Provider) -> None:
    """Where the cookie was changed or made elsewhere, no state fits it."""
    back = way_back(client)
    value = client.cookies[FLOW_COOKIE]
    client.cookies.clear()
    client.cookies.set(FLOW_COOKIE, f"{value[:-2]}AA")
    refused(go(client, back), 400, "not the one")
    assert provider.token_requests == []


def test_a_replayed_answer_is_refused(client: Client) -> None:
    """The browser has forgotten the sign-in; with a kept cookie the code is used up."""
    back = way_back(client)
    kept = client.cookies[FLOW_COOKIE]
    assert go(client, back).status_code == 303
    client.cookies.clear()
    refused(go(client, back), 400, "has ended")
    client.cookies.set(FLOW_COOKIE, kept)
    refused(go(client, back), 403, "refused to complete")


def test_a_sign_in_ends_after_ten_minutes(client: Client, program: Program) -> None:
    """Who comes back too late starts again."""
    back = way_back(client)
    object.__setattr__(program.context, "clock", lambda: "2199-01-01T00:00:00Z")
    refused(go(client, back), 400, "took too long")


@pytest.mark.parametrize("field", ["code_challenge", "code_challenge_method"])
def test_a_sign_in_without_pkce_comes_to_nothing(field: str, client: Client) -> None:
    """Where somebody on the way takes the challenge out, the exchange fails."""
    begun = urlsplit(go(client, "/sign-in/oidc").headers["location"])
    asked = {name: each[0] for name, each in parse_qs(begun.query).items() if name != field}
    address = begun._replace(query=urlencode(asked)).geturl()
    back = httpx.get(address, follow_redirects=False).headers["location"]
    refused(go(client, back.removeprefix("https://desk.test")), 403, "refused to complete")


def test_a_code_of_another_sign_in_is_refused(client: Client, program: Program) -> None:
    """A code that was stolen from another browser fits neither verifier nor nonce of this one."""
    stolen = parse_qs(urlsplit(way_back(client)).query)["code"][0]
    client.cookies.clear()
    back = urlsplit(way_back(client))
    fields = {name: each[0] for name, each in parse_qs(back.query).items()} | {"code": stolen}
    refused(go(client, f"{back.path}?{urlencode(fields)}"), 403, "refused to complete")


@pytest.mark.parametrize("iss", ["https://elsewhere.test", ""])
def test_an_answer_of_another_provider_is_refused(
    iss: str, client: Client, provider: Provider
) -> None:
    """A provider that names itself in its answers must be ours (RFC 9207)."""
    provider.answer = {"iss": iss}
    refused(through(client), 400, "another provider")
    assert provider.token_requests == []


@pytest.mark.parametrize(
    "onward",
    ["https://elsewhere.test", "//elsewhere.test", "/\\elsewhere.test", "/\t/elsewhere.test", "x"],
)
def test_after_signing_in_nobody_is_sent_elsewhere(onward: str, client: Client) -> None:
    """`next` leads to paths of ours only."""
    answer = through(client, f"/sign-in/oidc?{urlencode({'next': onward})}")
    assert answer.headers["location"] == "/"


def test_an_unknown_subject_is_told_to_ask_for_an_invitation(
    client: Client, provider: Provider, program: Program
) -> None:
    """There is no open registration: whom no account names gets none."""
    before = len(program.accounts.list())
    provider.person = "somebody"
    refused(through(client), 403, "invitation")
    assert len(program.accounts.list()) == before


def test_a_closed_account_stays_closed(client: Client, program: Program) -> None:
    """The provider's word does not open what an administrator closed."""
    ben = next(each for each in program.accounts.list() if each.name == "ben")
    program.accounts.close(ben.id, by="adm")
    refused(through(client), 403, "invitation")


def test_a_denied_sign_in_says_so_and_repeats_nothing(client: Client, provider: Provider) -> None:
    """The page has our own sentence; the provider's text is not shown."""
    provider.denies = True
    answer = through(client)
    refused(answer, 403, "City Pass did not sign you in")
    assert "<b>no</b>" not in answer.text
    assert "access_denied" not in answer.text


def test_a_provider_that_is_down_is_a_page(client: Client, provider: Provider) -> None:
    """The desk says that the provider does not answer, and offers the password."""
    provider.status = 500
    answer = go(client, "/sign-in/oidc")
    assert answer.status_code == 503
    assert "sign in with a password" in answer.text


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://elsewhere.test"},
        {"authorization_endpoint": "http://elsewhere.test/authorize"},
        {"token_endpoint": "http://elsewhere.test/token"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_left_alone(
    said: dict[str, str], client: Client, provider: Provider
) -> None:
    """Another issuer, or an address without TLS beyond this machine, ends the sign-in."""
    provider.discovery = said
    assert go(client, "/sign-in/oidc").status_code == 502


def test_no_code_token_or_secret_is_told(
    client: Client, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the page of an error nor the log holds what a thief could use."""
    caplog.set_level("DEBUG")
    made: list[str] = []

    def sign(claims: dict[str, object]) -> str:
        made.append(simulator.signed(simulator.FOREIGN, "RS256")(claims))
        return made[-1]

    provider.sign = sign
    answer = through(client)
    sent = provider.token_requests[0]
    # What the test's own client writes of its requests to the desk is not the desk's.
    desk = [
        each.getMessage()
        for each in caplog.records
        if not (each.name.startswith(("httpx", "httpcore")) and "desk.test" in each.getMessage())
    ]
    told = answer.text + "\n".join(desk)
    assert any(provider.issuer in each for each in desk), "the log was not looked at"
    for secret in (made[0], sent["code"], sent["code_verifier"], CLIENT_SECRET):
        assert secret not in told


@pytest.mark.parametrize("invited", ["nia", None])
def test_an_invitation_is_accepted_by_the_provider(
    invited: str | None, client: Client, provider: Provider, program: Program, sign_in: SignIn
) -> None:
    """The page offers the provider; its link makes an account without a password, linked, once."""
    provider.person = "person-2"
    secret = program.accounts.invite(("reviewer",), by="adm", name=invited)
    text = client.get(f"/invitation/{secret}", params={"name": "nia"}).text
    assert "Use <bdi>City Pass</bdi>" in text
    start = f"/sign-in/oidc?invitation={secret}&name=nia"
    assert start.replace("&", "&amp;") in text
    back = way_back(client, start)
    assert program.accounts.invitation(secret).used is None
    assert go(client, back).status_code == 303
    assert client.get("/api/v1/me").json()["name"] == "nia"
    account = next(each for each in program.accounts.list() if each.name == "nia")
    assert (account.password, account.roles) == (None, ("reviewer",))
    assert account.subject == f"{provider.issuer} person-2"
    assert go(client, start).status_code == 404
    page = sign_in("adm").get("/accounts").text
    assert page.count("<td>linked</td>") == 2


def test_an_invitation_without_a_name_asks_for_one_first(client: Client, program: Program) -> None:
    """Until a name is chosen there is a form to our own page, and no link to the provider."""
    secret = program.accounts.invite(("reviewer",), by="adm")
    text = client.get(f"/invitation/{secret}").text
    assert '<form method="get">' in text
    assert "/sign-in/oidc" not in text


def test_a_subject_has_one_account(client: Client, program: Program) -> None:
    """Whom an account names already cannot take an invitation with the same subject."""
    secret = program.accounts.invite(("lead",), by="adm", name="ben2")
    refused(through(client, f"/sign-in/oidc?invitation={secret}"), 409, "already")
    assert program.accounts.invitation(secret).used is None


def test_another_site_has_no_invitation_accepted(client: Client, program: Program) -> None:
    """Only the page of the invitation leads on to the provider with it."""
    secret = program.accounts.invite(("lead",), by="adm", name="ben2")
    answer = client.get(
        f"/sign-in/oidc?invitation={secret}",
        headers={"sec-fetch-site": "cross-site"},
        follow_redirects=False,
    )
    assert answer.status_code == 403


def test_the_page_offers_the_provider_by_name(client: Client) -> None:
    """The button says what people call it and keeps the page asked for."""
    text = client.get("/sign-in?next=/review").text
    assert 'href="/sign-in/oidc?next=/review"' in text
    assert "City Pass" in text


def test_a_program_without_a_provider_offers_none(folder: Path) -> None:
    """Without `[oidc]` there is no button, and the address is not found."""
    text = (folder / "assay.toml").read_text(encoding="utf-8").partition("\n[oidc]")[0]
    (folder / "assay.toml").write_text(text, encoding="utf-8")
    with (
        opened(folder) as program,
        TestClient(create_app(program, sweep_seconds=3600), base_url="https://desk.test") as client,
    ):
        assert "/sign-in/oidc" not in client.get("/sign-in").text
        assert go(client, "/sign-in/oidc").status_code == 404


def test_without_the_extra_the_page_names_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk that was installed without the extra says what to install."""
    for name in ("assay.desk.oidc", "assay.providers.openid", "assay.providers.id_token"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "joserfc.jws", None)
    answer = go(client, "/sign-in/oidc")
    assert answer.status_code == 503
    assert "assay[oidc]" in answer.text
    assert "Sign in" in client.get("/sign-in").text

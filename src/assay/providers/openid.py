"""The client of an OpenID Connect provider: discovery, the authorization request, the exchange of the code."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import AssayError, InputError, MachineError, UsageError, missing_extra
from assay.providers.id_token import ExpectedToken, accepted_algorithms, verified_subject

try:
    import httpx
    from authlib.oauth2.rfc7636 import create_s256_code_challenge
except ImportError as error:
    raise missing_extra("oidc", "signing in with OpenID Connect") from error

TIMEOUT_SECONDS = 10.0
"""How long a provider may take to connect or to send more."""

LARGEST_ANSWER = 1024 * 1024
"""Most bytes of a provider's answer."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OidcClient(msgspec.Struct, frozen=True, kw_only=True):
    """Our client identity at the provider."""

    issuer: str
    """URL of the provider, as its tokens name it in `iss`."""
    client_id: str
    """Id under which this server is registered at the provider."""
    client_secret: str
    """Our secret there; it is in no log and no error."""


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The values that tie one sign-in together."""

    redirect_uri: str
    """Where the provider sends the person back to."""
    state: str
    """What must come back with the person."""
    nonce: str
    """What must be in the token."""
    verifier: str
    """What proves at the exchange that we began the sign-in (RFC 7636)."""


class ProviderMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata that a provider publishes (OpenID Connect Discovery 1.0)."""

    authorization: str
    """Where people sign in."""
    token: str
    """Where codes are exchanged."""
    keys: str
    """Where its public keys are."""
    algorithms: list[str]
    """Its signatures that are accepted."""
    posts_secret: bool
    """Whether it takes our secret in the body only."""
    names_itself: bool
    """Whether its answers name it (RFC 9207)."""


def discover(client: OidcClient) -> ProviderMetadata:
    """Ask a provider about itself.

    Raises:
        MachineError: if it does not answer.
        InputError: if what it answers is not a description of this provider.
    """
    with _http() as http:
        address = f"{client.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = _json(http, "GET", address)
    # OpenID Connect Discovery 1.0, section 4.3: the issuer matches exactly, or another provider
    # could answer for this one.
    if metadata.get("issuer") != client.issuer:
        raise _broken("describes another issuer than assay.toml names")
    methods = metadata.get("token_endpoint_auth_methods_supported")
    methods = methods if isinstance(methods, list) else ["client_secret_basic"]
    return ProviderMetadata(
        authorization=_address(client, metadata, "authorization_endpoint"),
        token=_address(client, metadata, "token_endpoint"),
        keys=_address(client, metadata, "jwks_uri"),
        algorithms=accepted_algorithms(metadata.get("id_token_signing_alg_values_supported")),
        posts_secret="client_secret_basic" not in methods and "client_secret_post" in methods,
        names_itself=metadata.get("authorization_response_iss_parameter_supported") is True,
    )


def authorization_url(
    client: OidcClient, provider: ProviderMetadata, request: SignInRequest
) -> str:
    """The address at the provider to which a browser is sent."""
    fields = {
        "response_type": "code",
        "scope": "openid",
        "client_id": client.client_id,
        "redirect_uri": request.redirect_uri,
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": create_s256_code_challenge(request.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(provider.authorization).query else "?"
    return f"{provider.authorization}{joint}{urlencode(fields)}"


def subject(
    client: OidcClient, provider: ProviderMetadata, request: SignInRequest, *, code: str, now: int
) -> str:
    """The subject that the provider confirms, in exchange for the code that it gave.

    Args:
        client: our identity at the provider.
        provider: its published metadata.
        request: the values of this sign-in.
        code: what came back with the person.
        now: the time now, in seconds since 1970.

    Raises:
        MachineError: if the provider does not answer.
        UsageError: if it refuses the code, or its token is not accepted.
        InputError: if its answer is not one.
    """
    with _http() as http:
        answer = _exchange(http, client, provider, request, code)
        keys = _json(http, "GET", provider.keys).get("keys")
    token, access = answer.get("id_token"), answer.get("access_token")
    if not isinstance(token, str) or not isinstance(keys, list):
        raise _broken("sends no token, or no keys")
    expected = ExpectedToken(
        issuer=client.issuer,
        client_id=client.client_id,
        nonce=request.nonce,
        now=now,
        access_token=access if isinstance(access, str) else None,
    )
    return verified_subject(token, keys, provider.algorithms, expected)


def _exchange(
    http: httpx.Client,
    client: OidcClient,
    provider: ProviderMetadata,
    request: SignInRequest,
    code: str,
) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": request.redirect_uri,
        "code_verifier": request.verifier,
    }
    if provider.posts_secret:
        form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        return _json(http, "POST", provider.token, data=form)
    # RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    pair = (quote_plus(client.client_id), quote_plus(client.client_secret))
    return _json(http, "POST", provider.token, data=form, auth=httpx.BasicAuth(*pair))


def _http() -> httpx.Client:
    """A client that follows no redirect: the secret must not reach another address."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)


def _json(http: httpx.Client, method: str, address: str, **sent: Any) -> Mapping[str, Any]:
    """The JSON object that an address answers with. Errors name nothing that was sent or came."""
    body = b""
    try:
        headers = {"Accept": "application/json"}
        with http.stream(method, address, headers=headers, **sent) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise _broken("sends an answer that is too long")
    except httpx.HTTPError:
        raise _down("cannot be reached") from None
    if answer.status_code in {400, 401, 403} and method == "POST":
        raise UsageError(
            code="sign-in-refused",
            message="the provider refused to complete the sign-in",
            hint="start again; if this persists, tell an administrator",
        )
    if not answer.is_success:
        raise _down(f"answers with status {answer.status_code}")
    try:
        value = parse_json(body)
    except (InputError, ValueError, RecursionError):
        raise _broken("sends something that is not JSON") from None
    if not isinstance(value, dict):
        raise _broken("sends something that is not a JSON object")
    return value


def _address(client: OidcClient, metadata: Mapping[str, Any], name: str) -> str:
    """An address that a provider names: over TLS, or on this machine where the provider is."""
    address = metadata.get(name)
    parts = urlsplit(address) if isinstance(address, str) else None
    local = urlsplit(client.issuer)
    plain = local.scheme == "http" and local.hostname in _LOOPBACK
    if parts is not None and parts.hostname and not parts.fragment:
        on_this_machine = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if parts.scheme == "https" or (plain and on_this_machine):
            return str(address)
    raise _broken(f"names no safe {name}")


def _down(what: str) -> AssayError:
    return MachineError(
        code="provider-down",
        message=f"the sign-in provider {what}",
        hint="try again in a while, or sign in with a password",
    )


def _broken(what: str) -> AssayError:
    return InputError(
        code="provider-broken",
        message=f"the sign-in provider {what}",
        hint="tell an administrator",
    )

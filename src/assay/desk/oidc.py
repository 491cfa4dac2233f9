"""The `oidc` interface of an open program: sign-in by an OpenID Connect provider.

Nothing is kept here between the two halves of a sign-in, so any process may finish what another
began: the browser keeps a cookie, and all values that the provider sees are MACs of it under a
key of the program. A cookie that was changed or made elsewhere fits no state that comes back.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

import msgspec

from assay.context import Context, Interface
from assay.contracts.program import Oidc
from assay.core.clock import later
from assay.core.errors import AssayError, UsageError
from assay.governance.accounts import new_secret
from assay.providers.openid import (
    OidcClient,
    ProviderMetadata,
    SignInRequest,
    authorization_url,
    discover,
    subject,
)
from assay.settings import read_secret

FLOW_SECONDS = 600
"""How long a person may take at the provider."""

DISCOVERY_SECONDS = 600
"""How long a provider's metadata is used before it is fetched again."""

LONGEST_COOKIE = 3500
"""Most bytes of a sign-in's cookie: browsers keep 4096 with its name."""


class SignInState(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in under way, as the browser keeps it."""

    secret: str
    """Random text that makes its MACs unlike those of every other sign-in."""
    until: str
    """When it ends, as UTC in ISO 8601."""
    onward: str
    """The path of ours to go on to."""
    invitation: str = ""
    """Secret of the invitation that is accepted by it; empty where a person only signs in."""
    name: str = ""
    """Name of the account that the invitation makes."""


class SignInStart(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that has begun."""

    address: str
    """Where the browser is sent."""
    cookie: str
    """What the browser keeps meanwhile."""
    seconds: int
    """How long it keeps it."""


class VerifiedSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that the provider has confirmed."""

    subject: str
    """Issuer and subject, as accounts name them."""
    flow: SignInState
    """The sign-in as it was begun."""


class OidcService(Interface):
    """Send people to the provider that assay.toml names, and verify what comes back."""

    def __init__(self, context: Context, settings: Oidc) -> None:
        self._context = context
        self._settings = settings
        self._key = hmac.digest(context.keys.desk, b"oidc\x1fsign-in", sha256)
        self._metadata: tuple[str, ProviderMetadata] | None = None

    def begin(
        self, *, redirect_uri: str, onward: str, invitation: str = "", name: str = ""
    ) -> SignInStart:
        """Begin a sign-in.

        Args:
            redirect_uri: where the provider sends the person back to.
            onward: the path of ours to go on to.
            invitation: secret of an invitation to accept by it.
            name: the name for the account, where the invitation leaves it open.

        Raises:
            AssayError: if the provider does not answer, or not as one.
        """
        flow = SignInState(
            secret=new_secret(),
            until=later(self._context.clock(), FLOW_SECONDS),
            onward=onward,
            invitation=invitation,
            name=name,
        )
        cookie = urlsafe_b64encode(msgspec.json.encode(flow)).decode().rstrip("=")
        if len(cookie) > LONGEST_COOKIE:
            raise _sign_in_over("was requested with an address that is too long")
        request = self._sign_in_request(cookie, redirect_uri)
        address = authorization_url(self._client(), self._provider(), request)
        return SignInStart(address=address, cookie=cookie, seconds=FLOW_SECONDS)

    def finish(
        self, cookie: str | None, fields: Mapping[str, str], redirect_uri: str
    ) -> VerifiedSignIn:
        """Finish a sign-in with what the provider sent back through the browser.

        Args:
            cookie: what the browser kept.
            fields: the fields of the address that it came back to.
            redirect_uri: that address without its fields.

        Raises:
            AssayError: if it is not the answer to this sign-in, was denied, or is not accepted.
        """
        if not cookie:
            raise _sign_in_over("has ended, or was started in another browser")
        request = self._sign_in_request(cookie, redirect_uri)
        state = fields.get("state", "")
        # Before the cookie is decoded, so that only one of ours is ever parsed.
        if not compare_digest(state.encode(errors="replace"), request.state.encode()):
            raise _sign_in_over("is not the one that this browser started")
        flow = _decode_state(cookie)
        if flow.until < self._context.clock():
            raise _sign_in_over("took too long")
        provider = self._provider()
        # RFC 9207: against an answer of one provider that is sent on as that of another.
        named = fields.get("iss")
        if named != self._settings.issuer and (named is not None or provider.names_itself):
            raise _sign_in_over("was answered by another provider")
        if "error" in fields or not fields.get("code"):
            raise UsageError(
                code="provider-denied",
                message=f"{self._settings.name} did not sign you in",
                hint="start again, or sign in with a password",
            )
        now = int(datetime.fromisoformat(self._context.clock()).timestamp())
        subject_name = subject(self._client(), provider, request, code=fields["code"], now=now)
        return VerifiedSignIn(subject=f"{self._settings.issuer} {subject_name}", flow=flow)

    def unknown(self) -> AssayError:
        """The error for a person whom the provider knows and no open account names."""
        return UsageError(
            code="not-invited",
            message=f"{self._settings.name} knows you, but no account here is linked to you",
            hint="ask an administrator for an invitation, open it and choose this provider there",
        )

    def _sign_in_request(self, cookie: str, redirect_uri: str) -> SignInRequest:
        return SignInRequest(
            redirect_uri=redirect_uri,
            state=self._mac("state", cookie),
            nonce=self._mac("nonce", cookie),
            verifier=self._mac("verifier", cookie),
        )

    def _mac(self, purpose: str, cookie: str) -> str:
        mac = hmac.digest(self._key, f"{purpose} {cookie}".encode(), sha256)
        return urlsafe_b64encode(mac).decode().rstrip("=")

    def _client(self) -> OidcClient:
        secret = read_secret(
            self._settings.client_secret, self._context.folder, self._context.documents.program
        )
        return OidcClient(
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            client_secret=secret.decode().strip(),
        )

    def _provider(self) -> ProviderMetadata:
        """The provider's metadata; its keys are fetched again at each sign-in."""
        now = self._context.clock()
        if self._metadata is None or self._metadata[0] < now:
            self._metadata = (later(now, DISCOVERY_SECONDS), discover(self._client()))
        return self._metadata[1]


def _decode_state(cookie: str) -> SignInState:
    """The flow in a cookie whose MAC is right, so that it is one of ours."""
    padded = cookie + "=" * (-len(cookie) % 4)
    return msgspec.json.decode(urlsafe_b64decode(padded), type=SignInState)


def _sign_in_over(what: str) -> AssayError:
    return UsageError(
        code="sign-in-over",
        message=f"this sign-in {what}",
        hint="start again",
    )

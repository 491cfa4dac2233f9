"""A small OpenID Connect provider over real HTTP on loopback, with switches to misbehave.

It knows one client and one person, who agrees at once. It holds the client to the rules: one use
for each code, the client's secret, and PKCE with S256.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import serialize_compact

from assay.core.clock import system_clock

CLIENT = "desk of ours"
"""The client's id; the space shows whether it is encoded."""

CLIENT_SECRET = "a secret: with 100% odd signs"
"""The client's secret."""

RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
"""The key that signs."""

EC = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
"""Another key of the provider."""

FOREIGN = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
"""Somebody else's key under the same id."""

Sign = Callable[[dict[str, Any]], str]
"""From claims to a token."""


def encode(content: bytes) -> str:
    """base64url without its padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def part(content: Mapping[str, Any]) -> str:
    """A part of a compact token."""
    return encode(json.dumps(content).encode())


def signed(key: RSAKey | ECKey, algorithm: str, **header: Any) -> Sign:
    """Signs as it should be."""

    def sign(claims: dict[str, Any]) -> str:
        head = {"alg": algorithm, "kid": key.kid, **header}
        return serialize_compact(head, json.dumps(claims), key, [algorithm])

    return sign


def unsigned(algorithm: str) -> Sign:
    """Says an algorithm and signs nothing."""
    return lambda claims: f"{part({'alg': algorithm, 'kid': 'one'})}.{part(claims)}."


def by_public_key(claims: dict[str, Any]) -> str:
    """Uses the public key, which everybody has, as the secret of an HMAC."""
    text = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    mac = hmac.digest(RSA.as_pem(private=False), text.encode(), hashlib.sha256)
    return f"{text}.{encode(mac)}"


def changed_afterwards(claims: dict[str, Any]) -> str:
    """Signs right, then names another subject."""
    head, _, signature = signed(RSA, "RS256")(claims).split(".")
    return f"{head}.{part(claims | {'sub': 'admin'})}.{signature}"


class Provider:
    """The provider's address, its switches, and what it has seen."""

    def __init__(self) -> None:
        self.issuer = ""
        self.person = "person-1"
        self.claims: dict[str, Any] = {}
        self.without: set[str] = set()
        self.discovery: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        self.denies = False
        self.sign: Sign = signed(RSA, "RS256")
        self.status = 200
        self.token_requests: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        } | self.discovery

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to: the person agrees at once."""
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.denies:
            answer |= {"error": "access_denied", "error_description": "<b>no</b>"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            answer["code"] = code
        return f"{asked['redirect_uri']}?{urlencode(answer | self.answer)}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code; None where the client breaks a rule."""
        self.token_requests.append(form)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, _, secret = pair.partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        proof = encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        right = (
            asked is not None
            and (unquote_plus(client), unquote_plus(secret)) == (CLIENT, CLIENT_SECRET)
            and asked.get("code_challenge_method") == "S256"
            and asked.get("code_challenge") == proof
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        if not right or asked is None:
            return None
        token = self.sign(self._claims(asked["nonce"]))
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = seconds()
        claims = {
            "iss": self.issuer,
            "sub": self.person,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
        } | self.claims
        return {name: value for name, value in claims.items() if name not in self.without}


def seconds() -> int:
    """The time now, in seconds since 1970."""
    return int(datetime.fromisoformat(system_clock()).timestamp())


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """Serve a provider on a free loopback port until the block ends."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base's own name
        """Stay silent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if self.provider.status != 200:
            self._send(self.provider.status, {})
        elif parts.path == "/.well-known/openid-configuration":
            self._send(200, self.provider.describe())
        elif parts.path == "/keys":
            keys = [key.as_dict(private=False) for key in (RSA, EC)]
            self._send(200, {"keys": [*keys, {"kty": "unheard-of"}]})
        elif parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(_flat(parts.query)))
            self.end_headers()
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        answer = self.provider.exchange(form, self.headers["Authorization"] or "")
        self._send(*((200, answer) if answer else (400, {"error": "invalid_grant"})))

    def _send(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}

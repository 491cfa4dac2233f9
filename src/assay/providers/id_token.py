"""The ID token of an OpenID Connect provider: accepted only when everything in it is valid.

The order is that of OpenID Connect Core 1.0, section 3.1.3.7: first the signature, then the claims.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import AssayError, InputError, UsageError, missing_extra

try:
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError
    from joserfc.jwk import Key, import_key
    from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact
except ImportError as error:
    raise missing_extra("oidc", "signing in with OpenID Connect") from error

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures that are accepted: what checks them cannot make them. `none` and HS* can never be."""

LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""

LONGEST_SUBJECT = 255
"""Most characters of a subject, as OpenID Connect Core 1.0 says."""

_KEY_TYPES = frozenset({"RSA", "EC", "OKP"})


class ExpectedToken(msgspec.Struct, frozen=True, kw_only=True):
    """What an ID token must say to be the answer to one sign-in."""

    issuer: str
    """The issuer that must have made it."""
    client_id: str
    """The client for which it must have been made."""
    nonce: str
    """The value that this sign-in sent along."""
    now: int
    """The time now, in seconds since 1970."""
    access_token: str | None
    """The access token that came with it, which `at_hash` must fit where it is given."""


def accepted_algorithms(named: Any) -> list[str]:
    """The algorithms that a provider names and that are accepted; RS256 where it names none."""
    if not isinstance(named, list):
        return ["RS256"]
    return [algorithm for algorithm in ALGORITHMS if algorithm in named]


def verified_subject(
    token: str, keys: Iterable[Any], algorithms: list[str], expected: ExpectedToken
) -> str:
    """The subject of an ID token, once its signature and all its claims are right.

    Args:
        token: the token, in compact form.
        keys: the provider's keys, as they are in its JWK set.
        algorithms: the signatures that are accepted, from `accepted_algorithms`.
        expected: what it must say.

    Raises:
        UsageError: if it is not accepted; the message holds nothing of the token.
    """
    try:
        signed = extract_compact(token.encode("ascii"))
        header = signed.headers()
        if header.get("alg") not in algorithms:
            raise _refusal("is not signed by a method that this desk accepts")
        if not any(_signs(key, signed, algorithms) for key in _fitting(keys, header)):
            raise _refusal("is not signed by a key of the provider")
        claims = parse_json(signed.payload)
        if not isinstance(claims, dict):
            raise _refusal("is not a set of claims")
        _check_claims(claims, header, expected)
    except (JoseError, InputError, ValueError, TypeError, RecursionError):
        # The library's own words may quote the token.
        raise _refusal("cannot be read, or has invalid content") from None
    return str(claims["sub"])


def _refusal(what: str) -> AssayError:
    return UsageError(
        code="token-refused",
        message=f"the sign-in was refused: the provider's token {what}",
        hint="start again; if this persists, tell an administrator",
    )


def _fitting(keys: Iterable[Any], header: Mapping[str, Any]) -> list[Key]:
    """The keys that may have made a signature: of its id where it names one, and public ones."""
    kid = header.get("kid")
    candidates = []
    for jwk in keys:
        # A key for encryption, or for another algorithm, must not verify a signature.
        fits = (
            isinstance(jwk, dict)
            and jwk.get("kty") in _KEY_TYPES
            and jwk.get("use", "sig") == "sig"
            and jwk.get("alg", header["alg"]) == header["alg"]
            and (kid is None or jwk.get("kid") == kid)
        )
        if fits:
            candidates.append(jwk)
    return [key for key in map(_import_or_none, candidates) if key is not None]


def _import_or_none(key: Mapping[str, Any]) -> Key | None:
    """A key of a set; None for one of a kind that we cannot read, which signs nothing for us."""
    try:
        return import_key(dict(key))
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _signs(key: Key, signed: CompactSignature, algorithms: list[str]) -> bool:
    # Providers add header parameters of their own; critical ones that are unknown are still refused.
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    try:
        return validate_compact(signed, key, algorithms, registry)
    except (JoseError, ValueError):
        return False


def _check_claims(
    claims: dict[str, Any], header: Mapping[str, Any], expected: ExpectedToken
) -> None:
    """Check the claims of a token whose signature is right.

    Raises:
        JoseError: if the library finds one missing or wrong.
        UsageError: if it comes from another issuer or its subject is too long.
    """
    if claims.get("iss") != expected.issuer:
        raise _refusal("comes from another provider")
    token = CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": expected.nonce},
        },
        params={
            "client_id": expected.client_id,
            "nonce": expected.nonce,
            "access_token": expected.access_token,
        },
    )
    token.validate(now=expected.now, leeway=LEEWAY_SECONDS)
    if len(claims["sub"]) > LONGEST_SUBJECT:
        raise _refusal("names nobody")

"""The order in which a reviewer sees candidates: drawn from a secret, and balanced."""

import hmac
from hashlib import sha256


def presented_order(key: bytes, pseudonym: str, place: int, n_candidates: int) -> tuple[int, ...]:
    """The order in which one reviewer sees the candidates of one record.

    Within each run of as many records as there are candidates, every candidate place comes first
    exactly once (a Latin square drawn separately for each run), so no reviewer has a favoured side.

    Args:
        key: secret that the draw depends on.
        pseudonym: the reviewer.
        place: how many records with this many candidates the reviewer was given before.
        n_candidates: how many candidates there are.
    """
    if n_candidates == 0:
        return ()
    run, within = divmod(place, n_candidates)
    candidates = range(n_candidates)
    base = sorted(candidates, key=lambda index: keyed_digest(key, "order", pseudonym, run, index))
    turns = sorted(candidates, key=lambda index: keyed_digest(key, "turns", pseudonym, run, index))
    # Rotations of one base order put every candidate first exactly once a run; orders drawn one by
    # one would do so only on average.
    shift = turns[within]
    return tuple(base[shift:] + base[:shift])


def keyed_digest(key: bytes, *parts: str | int) -> bytes:
    """32 bytes that nobody can foresee without the key, by which things are put into an order."""
    # Joined by a separator, so that ("a", "bc") and ("ab", "c") give different digests.
    message = "\x1f".join(str(part) for part in parts).encode()
    return hmac.new(key, message, sha256).digest()

"""Redaction: secrets and addresses taken out of recorded traces before anything of them is stored.

A trace of production holds whatever passed through: keys in headers, passwords in arguments,
addresses in mails. What is found is replaced by a mark that names its kind. A pattern finds the
usual forms and no others, so a clean count is no proof that nothing is left.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

_NAMES_OF_SECRETS = (
    r"pass(?:word|wd|phrase)|secret|api[_-]?key|access[_-]?key|access[_-]?token|auth[_-]?token|"
    r"refresh[_-]?token|client[_-]?secret|private[_-]?key|authorization|cookie"
)
_IS_SECRET_KEY = re.compile(rf"(?:^|[_.-])(?:{_NAMES_OF_SECRETS})$", re.IGNORECASE)

_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "private key": re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    "token": re.compile(
        r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}"
        r"|\bbearer\s+[\w.~+/=-]{16,}",
        re.IGNORECASE,
    ),
    "key": re.compile(
        r"\b(?:sk-[\w-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}"
        r"|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}|lsv2_(?:pt|sk)_\w{16,})"
    ),
    "e-mail address": re.compile(r"\b[\w.+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b"),
}
_ASSIGNED = re.compile(
    rf"(\b\w*(?:{_NAMES_OF_SECRETS})\b[\"']?\s*[:=]\s*[\"']?)([^\s\"',;&}}]{{6,}})", re.IGNORECASE
)
_CARD = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")
_MARKED = "[redacted: "
_FILE = re.compile(r"data:[^,\s]{0,200};base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
"""A file as a `data:` URI. Its letters mean nothing as text, and one that is replaced breaks the file."""


def redact(value: Any, counts: Counter[str]) -> Any:
    """A JSON value without secrets, e-mail addresses and card numbers.

    Args:
        value: any JSON value; the values in it are redacted, its keys are not.
        counts: kind -> how many were found; this call adds to it.
    """
    if isinstance(value, str):
        return redact_text(value, counts)
    if isinstance(value, Mapping):
        return {key: _member(str(key), member, counts) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [redact(member, counts) for member in value]
    return value


def redact_text(text: str, counts: Counter[str]) -> str:
    """A text without secrets, e-mail addresses and card numbers; see `redact`.

    A text that is one file, as a `data:` URI, is left as it is: what it shows is not searched.
    """
    if _FILE.fullmatch(text):
        return text
    for kind, pattern in _PATTERNS.items():
        text = pattern.sub(_marking(kind, counts), text)
    text = _ASSIGNED.sub(lambda match: _mark_assignment(match, counts), text)
    return _CARD.sub(lambda match: _card(match, counts), text)


def _member(key: str, value: Any, counts: Counter[str]) -> Any:
    if isinstance(value, str) and value and _IS_SECRET_KEY.search(key):
        return _mark("secret", counts)
    return redact(value, counts)


def _marking(kind: str, counts: Counter[str]) -> Callable[[re.Match[str]], str]:
    return lambda _: _mark(kind, counts)


def _mark_assignment(match: re.Match[str], counts: Counter[str]) -> str:
    if match[2].startswith(_MARKED[:-1]):
        return match[0]
    return match[1] + _mark("secret", counts)


def _card(match: re.Match[str], counts: Counter[str]) -> str:
    digits = [int(character) for character in match[0] if character.isdigit()]
    return _mark("card number", counts) if _is_card(digits) else match[0]


def _is_card(digits: list[int]) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812, Luhn)."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mark(kind: str, counts: Counter[str]) -> str:
    counts[kind] += 1
    return f"{_MARKED}{kind}]"

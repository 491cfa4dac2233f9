"""Code in colour: which stretches of a code block are keyword, string, comment and so on."""

from collections.abc import Iterator
from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token

MAX_CODE = 20_000
"""Code points of a block that is coloured; a longer one is shown without colours."""

MAX_LINE = 1_000
"""Code points of a line of such a block: what a lexer tries at one place ends with the line."""

LANGUAGES = {
    "bash": "bash", "c": "c", "c++": "cpp", "cpp": "cpp", "cs": "csharp", "csharp": "csharp",
    "css": "css", "diff": "diff", "go": "go", "html": "html", "java": "java", "javascript":
    "javascript", "js": "javascript", "json": "json", "julia": "julia", "kotlin": "kotlin",
    "latex": "latex", "lua": "lua", "php": "php", "py": "python", "python": "python",
    "python3": "python", "r": "r", "rb": "ruby", "ruby": "ruby", "rs": "rust", "rust": "rust",
    "scala": "scala", "sh": "bash", "shell": "bash", "sql": "sql", "swift": "swift", "tex":
    "latex", "toml": "toml", "ts": "typescript", "typescript": "typescript", "xml": "xml",
    "yaml": "yaml", "yml": "yaml",
}  # fmt: skip
"""Word of a fence -> lexer. The list is closed, since a text chooses what reads it."""

CLASSES = frozenset(f"hl-{short}" for short in STANDARD_TYPES.values() if short)
"""Every class that a stretch of code may have."""

Piece = tuple[int, int, str]
"""First and last offset in the code, and the class; empty where it has none."""


def highlight(code: str, info: str) -> Iterator[Piece]:
    """The code in pieces, each with its class; one piece without a class where it is not coloured.

    Args:
        code: the code as it is shown.
        info: the words behind the fence, of which the first names the language.
    """
    words = info.split()
    name = LANGUAGES.get(words[0].lower()) if words else None
    longest = max((len(line) for line in code.split("\n")), default=0)
    pieces = _lex(code, name) if name and len(code) <= MAX_CODE and longest <= MAX_LINE else None
    yield from pieces if pieces is not None else [(0, len(code), "")]


def _lex(code: str, name: str) -> list[Piece] | None:
    pieces: list[Piece] = []
    reached = 0
    try:
        for start, kind, text in _lexer(name).get_tokens_unprocessed(code):
            if start != reached:
                # A lexer that skips or repeats something would show other code than what is stored.
                return None
            reached = start + len(text)
            short = _short(kind)
            if pieces and pieces[-1][2] == short:
                pieces[-1] = (pieces[-1][0], reached, short)
            elif text:
                pieces.append((start, reached, short))
    except Exception:  # noqa: BLE001 - a lexer that fails on a model's code colours nothing
        return None
    return pieces if reached == len(code) else None


def _short(kind: object) -> str:
    while kind not in STANDARD_TYPES and kind is not Token:
        kind = getattr(kind, "parent", Token)
    short: str = STANDARD_TYPES.get(kind, "")
    return f"hl-{short}" if short and short != "w" else ""


@cache
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name)

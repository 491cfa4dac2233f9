"""Python literals and calls as text, parsed and never executed.

`[('Hi', 'user')]`, `{'a': 1}` and `cd(folder='x')` occur in data sets that were written by
`str(value)`. Python's own parser is not used: it takes memory and time that cannot be counted
before. This one goes once over the text, with a limit on how deep it nests.
"""

import re
from typing import Any

from assay.core.budget import WorkBudget
from assay.core.errors import InputError

MAX_DEPTH = 100
"""How deep lists, tuples and objects may nest."""

TOKEN = 10
"""Units of work for each token."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
      | (?P<text>[uUrRbB]{0,2}(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))
      | (?P<name>[A-Za-z_][\w.]*)
      | (?P<mark>[\[\](){},:=])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ESCAPED = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "\n": "",
}  # fmt: skip
_CONSTANTS = {"True": True, "False": False, "None": None}
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_MAX_CODE_POINT = 0x10FFFF
_LONGEST_NUMBER = 400


def parse_literal(text: str, budget: WorkBudget) -> Any:
    """The value of a Python literal: tuples and sets become lists, keys become text.

    Raises:
        InputError: if it is none; `where` is the place.
        BudgetError: if the budget ends.
    """
    parser = _Parser(text, budget)
    value = parser.value(0)
    parser.end()
    return value


def parse_call(text: str, budget: WorkBudget) -> dict[str, Any]:
    """The name and the arguments of a call with named arguments, such as `cd(folder='x')`.

    Raises:
        InputError: if it is none, or has an argument without a name; `where` is the place.
        BudgetError: if the budget ends.
    """
    parser = _Parser(text, budget)
    call = parser.call()
    parser.end()
    return call


class _Parser:
    """Goes once over a text, token by token."""

    def __init__(self, text: str, budget: WorkBudget) -> None:
        self._text = text
        self._budget = budget
        self._place = 0
        self._kind, self._word = "", ""
        self._next()

    def value(self, depth: int) -> Any:
        """The literal that begins at this token."""
        if depth > MAX_DEPTH:
            raise self._error("it nests too deeply")
        kind, word = self._kind, self._word
        if kind == "text":
            return self._joined_texts()
        if kind == "number":
            self._next()
            return self._number(word)
        if kind == "name" and word in _CONSTANTS:
            self._next()
            return _CONSTANTS[word]
        if word == "{":
            return self._braces(depth)
        if kind == "mark" and word in _CLOSING:
            return self._items(_CLOSING[word], depth)
        raise self._error(f"{word or 'the end'!r} is no value")

    def call(self) -> dict[str, Any]:
        """A name and its arguments in parentheses."""
        name = self._word
        if self._kind != "name":
            raise self._error("a call begins with a name")
        self._next()
        self._take("(")
        arguments: dict[str, Any] = {}
        while self._word != ")":
            key, kind = self._word, self._kind
            if kind != "name" or key in _CONSTANTS:
                raise self._error("an argument has no name")
            self._next()
            self._take("=")
            if key in arguments:
                raise self._error(f"the argument {key!r} is there twice")
            arguments[key] = self.value(0)
            self._separate(")")
        self._next()
        return {"name": name, "arguments": arguments}

    def end(self) -> None:
        """Nothing may follow.

        Raises:
            InputError: if something does.
        """
        if self._kind:
            raise self._error(f"{self._word[:20]!r} follows the end")

    def _items(self, closing: str, depth: int) -> Any:
        self._next()
        items: list[Any] = []
        has_comma = False
        while self._word != closing:
            items.append(self.value(depth + 1))
            has_comma = self._separate(closing) or has_comma
        self._next()
        # Parentheses around one value without a comma only group it.
        return items[0] if closing == ")" and len(items) == 1 and not has_comma else items

    def _braces(self, depth: int) -> Any:
        """An object, or a set."""
        self._next()
        members: dict[str, Any] = {}
        items: list[Any] = []
        while self._word != "}":
            item = self.value(depth + 1)
            if self._word == ":":
                self._next()
                self._add(members, item, self.value(depth + 1))
            else:
                items.append(item)
            self._separate("}")
        self._next()
        if members and items:
            raise self._error("an object has an item without a value")
        return items or members

    def _add(self, members: dict[str, Any], key: Any, value: Any) -> None:
        name = key if isinstance(key, str) else repr(key)
        if name in members:
            raise self._error(f"the key {name[:40]!r} is there twice")
        members[name] = value

    def _joined_texts(self) -> str:
        texts: list[str] = []
        while self._kind == "text":
            texts.append(self._unquote(self._word))
            self._next()
        return "".join(texts)

    def _unquote(self, token: str) -> str:
        start = min(place for quote in "'\"" if (place := token.find(quote)) >= 0)
        prefix, body = token[:start].lower(), token[start + 1 : -1]
        return body if "r" in prefix else _ESCAPE.sub(self._unescape, body)

    def _unescape(self, match: re.Match[str]) -> str:
        short, long, longest, octal, other = match.groups()
        if other is not None:
            return _ESCAPED.get(other, match[0])
        number = int(octal, 8) if octal else int(short or long or longest, 16)
        if number > _MAX_CODE_POINT:
            raise self._error(f"{match[0]} is no character")
        return chr(number)

    def _number(self, token: str) -> int | float:
        if len(token) > _LONGEST_NUMBER:
            raise self._error("a number has too many digits")
        try:
            return int(token)
        except ValueError:
            pass
        try:
            return float(token)
        except ValueError as error:
            raise self._error(f"{token!r} is no number") from error

    def _separate(self, closing: str) -> bool:
        """Take the comma after an item; without one the closing mark must follow."""
        if self._word == "," and self._kind == "mark":
            self._next()
            return True
        if self._kind != "mark" or self._word != closing:
            raise self._error(f"a comma or {closing!r} is missing")
        return False

    def _take(self, mark: str) -> None:
        if self._kind != "mark" or self._word != mark:
            raise self._error(f"{mark!r} is missing")
        self._next()

    def _next(self) -> None:
        self._budget.spend(TOKEN)
        match = _TOKEN.match(self._text, self._place)
        if match is None:
            if self._text[self._place :].strip():
                raise self._error("this is not a literal")
            self._kind, self._word = "", ""
            return
        self._kind, self._word = str(match.lastgroup), match[str(match.lastgroup)]
        self._place = match.end()

    def _error(self, message: str) -> InputError:
        return InputError(
            code="broken-literal",
            message=f"not a Python literal or call: {message}",
            where=f"character {max(1, self._place - len(self._word) + 1)}",
        )

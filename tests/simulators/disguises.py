"""Sealed texts in disguise: word problems, and the ways in which a text can be dressed."""

import base64
import codecs
import json
import random
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

_NAMES = (
    "Odile",
    "Farid",
    "Ingrid",
    "Tomas",
    "Yuna",
    "Bashir",
    "Celeste",
    "Dmitri",
    "Amara",
    "Jonas",
)
_PLACES = (
    "harbour",
    "orchard",
    "quarry",
    "library",
    "foundry",
    "vineyard",
    "observatory",
    "bakery",
)
_THINGS = (
    "lanterns",
    "crates of figs",
    "brass valves",
    "ledgers",
    "clay tiles",
    "barrels",
    "wool rolls",
)
_DEEDS = ("carries", "repairs", "counts", "paints", "weighs", "sells", "catalogues", "stacks")
_TIMES = (
    "before noon",
    "in the rain",
    "on the third day",
    "after the ferry leaves",
    "by candlelight",
)
_TURNS = (
    "A cousin then takes {n} of them to the {place} without leaving a note.",
    "Nobody notices that {n} were broken on the way from the {place}.",
    "The foreman at the {place} insists that {n} more be added to the pile.",
    "Because of the frost, {n} have to be stored at the {place} until spring.",
)


def problem(number: int) -> str:
    """A word problem of forty to sixty words, the same for the same number."""
    draw = random.Random(f"problem {number}")
    name, other = draw.sample(_NAMES, 2)
    first, second = draw.sample(_THINGS, 2)
    turns = " ".join(
        each.format(n=draw.randint(3, 90), place=draw.choice(_PLACES))
        for each in draw.sample(_TURNS, 2)
    )
    return (
        f"{name} {draw.choice(_DEEDS)} {draw.randint(12, 99)} {first} at the {draw.choice(_PLACES)} "
        f"{draw.choice(_TIMES)}, while {other} {draw.choice(_DEEDS)} {draw.randint(12, 99)} {second} "
        f"{draw.choice(_TIMES)}. {turns} How many {first} does {name} have left for the {second}?"
    )


def _each_word(change: Callable[[str], str], between: str = " ") -> Callable[[str], str]:
    return lambda text: between.join(change(word) for word in text.split())


def _every(step: int, put: str) -> Callable[[str], str]:
    return lambda text: " ".join(
        put if place % step == step - 1 else word for place, word in enumerate(text.split())
    )


def _shifted(letter: str, start: int) -> str:
    return chr(start + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter


def _swapped(text: str) -> str:
    words = text.split()
    for place in range(0, len(words) - 1, 4):
        words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)


def _other_names(text: str) -> str:
    other = re.sub(r"\b[A-Z][a-z]+\b", "Somebody", text)
    return re.sub(r"\d+", lambda match: str(int(match[0]) + 7), other)


_LOOK_ALIKES = str.maketrans("aceopxyiABEKMHOPCTX", "асеорхуіАВЕКМНОРСТХ")

DISGUISES: dict[str, Callable[[str], str]] = {
    "verbatim": str,
    "upper case": str.upper,
    "other white space": lambda text: text.replace(" ", " \n\t "),
    "underscores": lambda text: text.replace(" ", "_"),
    "hyphens": lambda text: text.replace(" ", "-"),
    "commas": lambda text: text.replace(" ", ","),
    "decomposed accents": lambda text: unicodedata.normalize("NFD", text.replace("e", "é")),
    "full width": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
    "mathematical bold": lambda text: "".join(_shifted(sign, 0x1D41A) for sign in text.lower()),
    "look-alike letters": lambda text: text.translate(_LOOK_ALIKES),
    "zero-width spaces between letters": "\u200b".join,
    "zero-width spaces in words": _each_word(lambda word: word[:1] + "\u200b" + word[1:]),
    "soft hyphens": _each_word(lambda word: word[:2] + "\u00ad" + word[2:]),
    "bidirectional marks": _each_word(lambda word: f"\u202a{word}\u202c"),
    "bold in Markdown": _each_word(lambda word: f"**{word}**"),
    "tags around words": _each_word(lambda word: f"<b>{word}</b>"),
    "tags in words": _each_word(lambda word: f"{word[:1]}<i></i>{word[1:]}"),
    "character references": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "JSON escapes": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "percent encoding": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "JSON in a string": lambda text: json.dumps({"a": [text]}),
    "numbered lines": lambda text: "\n".join(
        f"{place}. {word}" for place, word in enumerate(text.split(), start=1)
    ),
    "capitals instead of spaces": _each_word(str.capitalize, between=""),
    "digits for letters": lambda text: text.translate(str.maketrans("eoa", "304")),
    "the first half": lambda text: " ".join(text.split()[: len(text.split()) // 2]),
    "other names and numbers": _other_names,
    "a quotation of eight words": lambda text: (
        f"As they say, {' '.join(text.split()[3:11])}, and so on."
    ),
    "every fourth word replaced": _every(4, "thing"),
    "every fifth word replaced": _every(5, "thing"),
    "neighbouring words swapped": _swapped,
    "a word between words": _each_word(lambda word: f"{word} ~and"),
    "no spaces": lambda text: text.replace(" ", ""),
    "words backwards": lambda text: " ".join(reversed(text.split())),
    "letters backwards": lambda text: text[::-1],
    "rot13": lambda text: codecs.encode(text, "rot13"),
}
"""Name -> what it does to a text."""

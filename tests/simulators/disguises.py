"""Sealed texts in disguise: word problems, and the ways in which a text can be dressed."""

import base64
import bz2
import codecs
import gzip
import json
import random
import re
import unicodedata
import zlib
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


def _spread(text: str, start: int) -> str:
    """Letters as signs of a block that starts with an a."""
    return "".join(_shifted(sign, start) for sign in text.lower())


def _mixed_fillers(text: str) -> str:
    draw = random.Random(text)
    fillers = ("so", "then", "well", "you see", "as it is", "indeed", "of course")
    return " ".join(f"{word} {draw.choice(fillers)}" for word in text.split())


def _halves(put: Callable[[str, str], str]) -> Callable[[str], str]:
    """Each word of more than two letters cut in two, which are put together in some way."""
    return _each_word(lambda word: put(word[:2], word[2:]) if len(word) > 2 else word)


def _in_pieces(size: int, between: str) -> Callable[[str], str]:
    return lambda text: between.join(text[at : at + size] for at in range(0, len(text), size))


def _codes(form: str, between: str = " ") -> Callable[[str], str]:
    """Every character by its number."""
    return lambda text: between.join(format(ord(sign), form) for sign in text)


def _rotated(text: str, by: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    moved = letters[by:] + letters[:by]
    return text.translate(str.maketrans(letters + letters.upper(), moved + moved.upper()))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _selectors(text: str) -> str:
    return "\U0001f600" + "".join(
        chr(0xFE00 + each if each < 16 else 0xE0100 + each - 16) for each in text.encode()
    )


def _bits_of_nothing(text: str) -> str:
    bits = "".join(format(each, "08b") for each in text.encode())
    return bits.translate(str.maketrans("01", "\u200b\u200c"))


def _vigenere(text: str) -> str:
    return "".join(_rotated(sign, (7, 2, 19, 11)[place % 4]) for place, sign in enumerate(text))


_MORSE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
        ],
        strict=True,
    )
)
_BRAILLE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵",
        strict=True,
    )
)
_SMALL = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))


def _by(letters: dict[str, str], between: str = "") -> Callable[[str], str]:
    return lambda text: between.join(letters.get(sign, sign) for sign in text.lower())


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
    "letters moved by three": lambda text: _rotated(text, 3),
    "letters moved by eleven": lambda text: _rotated(text, 11),
    "atbash": lambda text: text.translate(
        str.maketrans("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")
    ),
    "rot47": lambda text: "".join(
        chr(33 + (ord(sign) - 33 + 47) % 94) if "!" <= sign <= "~" else sign for sign in text
    ),
    "comments with text between words": _each_word(lambda word: f"{word}<!-- and so on -->"),
    "comments with text in words": _halves(lambda a, b: f"{a}<!-- x -->{b}"),
    "comments of a programme between words": _each_word(lambda word: f"{word} /* then */"),
    "words that are not shown": _each_word(
        lambda word: f'{word} <span style="display:none">other</span>'
    ),
    "unknown tags in words": _halves(lambda a, b: f"{a}<x-y></x-y>{b}"),
    "in an attribute": lambda text: f'<img src="x.png" alt="{text}">',
    "in a comment": lambda text: f"<!-- {text} -->",
    "links that split words": _halves(lambda a, b: f"[{a}](http://x.example/){b}"),
    "commands of LaTeX": _halves(lambda a, b: f"\\text{{{a}}}\\textbf{{{b}}}"),
    "strings added up": lambda text: (
        '"' + '" + "'.join(text[at : at + 7] for at in range(0, len(text), 7)) + '"'
    ),
    "strings one after another": lambda text: "\n".join(
        f'"{text[at : at + 7]}"' for at in range(0, len(text), 7)
    ),
    "hyphens at line ends": _halves(lambda a, b: f"{a}-\n{b}"),
    "character references with zeros": lambda text: "".join(
        f"&#{ord(sign):010d};" for sign in text
    ),
    "character references without semicolons": lambda text: "".join(
        f"&#{ord(sign)}" for sign in text
    ),
    "character references twice": lambda text: "".join(f"&amp;#{ord(sign)};" for sign in text),
    "JSON escapes with more backslashes": lambda text: "".join(
        f"\\\\\\\\u{ord(sign):04x}" for sign in text
    ),
    "escapes of eight digits": lambda text: "".join(f"\\U{ord(sign):08x}" for sign in text),
    "escapes in braces": lambda text: "".join(f"\\u{{{ord(sign):04x}}}" for sign in text),
    "octal escapes": lambda text: "".join(f"\\{ord(sign):03o}" for sign in text),
    "percent encoding twice": lambda text: quote(
        "".join(f"%{each:02X}" for each in text.encode()), safe=""
    ),
    "hexadecimal with spaces": lambda text: text.encode().hex(" "),
    "hexadecimal with colons": lambda text: text.encode().hex(":"),
    "hexadecimal in pairs of bytes": lambda text: (
        (text + " " * (len(text) % 2)).encode().hex(" ", 2)
    ),
    "hexadecimal with 0x": _codes("#04x", ", "),
    "code points": lambda text: " ".join(f"U+{ord(sign):04X}" for sign in text),
    "a list of numbers": lambda text: str([ord(sign) for sign in text]),
    "octal numbers": _codes("o"),
    "binary numbers": _codes("08b"),
    "quoted-printable": lambda text: "".join(f"={each:02X}" for each in text.encode()),
    "quoted-printable line ends": _in_pieces(7, "=\n"),
    "UTF-7": lambda text: f"+{base64.b64encode(text.encode('utf-16-be')).decode().rstrip('=')}-",
    "punycode of look-alike letters": _each_word(
        lambda word: "xn--" + word.lower().translate(_LOOK_ALIKES).encode("punycode").decode()
    ),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "Ascii85": lambda text: base64.a85encode(text.encode(), adobe=True).decode(),
    "base64 for URLs, not filled up": lambda text: (
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    ),
    "base64 in short lines": lambda text: _in_pieces(12, "\n")(_base64(text.encode())),
    "base64 in strings": lambda text: '"' + _in_pieces(16, '" + "')(_base64(text.encode())) + '"',
    "base64 of UTF-16": lambda text: _base64(text.encode("utf-16-le")),
    "base64 of gzip": lambda text: _base64(gzip.compress(text.encode(), mtime=0)),
    "base64 of zlib": lambda text: _base64(zlib.compress(text.encode())),
    "base64 of rot13": lambda text: _base64(codecs.encode(text, "rot13").encode()),
    "tag characters": lambda text: "".join(chr(0xE0000 + ord(sign)) for sign in text),
    "tag characters between letters": "\U000e0061".join,
    "variation selectors": _selectors,
    "bits of no width": _bits_of_nothing,
    "flags": lambda text: "\u200b".join(_spread(text, 0x1F1E6)),
    "letters in brackets": lambda text: _spread(text, 0x249C),
    "white letters in squares": lambda text: _spread(text, 0x1F170),
    "small capitals": _by(_SMALL),
    "Braille": _by(_BRAILLE),
    "lines through letters": "\u0336".join,
    "at signs and dollars for letters": lambda text: text.translate(str.maketrans("as", "@$")),
    "letters with dots between": _each_word(".".join),
    "letters with spaces between, words with three": _each_word(" ".join, between="   "),
    "letters with spaces between": lambda text: " ".join(text.replace(" ", "")),
    "words in tables": lambda text: "| " + " | ".join(text.split()) + " |",
    "a space in words": _halves(lambda a, b: f"{a} {b}"),
    "changing words between words": _mixed_fillers,
    "numbers between words": lambda text: " ".join(
        f"{place} {word}" for place, word in enumerate(text.split(), start=1)
    ),
    "Vigenère": _vigenere,
    "Morse": _by(_MORSE, " "),
    "base64 of bzip2": lambda text: _base64(bz2.compress(text.encode())),
    "letters backwards in each word": _each_word(lambda word: word[::-1]),
    "first and last letters swapped": _each_word(
        lambda word: word[-1] + word[1:-1] + word[0] if len(word) > 1 else word
    ),
}
"""Name -> what it does to a text."""

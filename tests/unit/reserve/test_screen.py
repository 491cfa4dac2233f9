"""With the kernels and without them the same overlaps are found, whatever the texts."""

import base64
import codecs
import html
import json
import quopri
import random
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

import numpy as np
import pytest

from assay.core.compiled import is_available
from assay.core.strings import strings_of
from assay.reserve import contamination
from assay.reserve.canonical_text import is_simple, words
from assay.reserve.contamination import Compared, ReserveIndex
from assay.reserve.disguised_readings import readings
from assay.reserve.fingerprint import Hasher, to_text
from assay.reserve.sealing import Fingerprint
from simulators.examples import DATA

pytestmark = pytest.mark.skipif(
    not is_available(), reason="NO KERNEL WAS TESTED: install the extra `bulk`"
)

KEY = b"a key of at least sixteen bytes"
SCRIPTS = {
    "Latin": "abcdefghijklmnopqrstuvwxyz",
    "Latin with marks": "àéîõüçñøåßæœšž",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψω",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщ",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمن",
    "Hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "Devanagari": "कखगघचछजझटठडढतथदधनपफबभम",
    "Thai": "กขคงจฉชซญดตถทนบปผพฟมยรลว",
    "Hangul": "가나다라마바사아자차카타파하",
    "Han": "的一是不了人我在有他这中大来上国",
    "Kana": "あいうえおかきくけこサシスセソタチツ",
}
DISGUISES: dict[str, Callable[[str], str]] = {
    "none": str,
    "capitals": str.upper,
    "titles": str.title,
    "camel case": lambda text: text.title().replace(" ", ""),
    "in camel": lambda text: text.title().replace(" ", "", 3),
    "digits for letters": lambda text: text.translate(str.maketrans("oieast", "013457")),
    "digits beside letters": lambda text: text.replace(" ", " 2nd 4x B7c 8a9B "),
    "list": lambda text: "- " + text.replace(" ", "\n12. ", 5).replace(" ", "\n* ", 3),
    "indented list": lambda text: " " * 60 + "1) " + text,
    "bold": lambda text: f"## {text}\n\n**{text}**",
    "tags": lambda text: f"<p>{text.replace(' ', '<b> </b>', 4)}</p>",
    "tags in words": "<i></i>".join,
    "attributes": lambda text: f'<a title="{text}">x</a>',
    "comment": lambda text: text.replace(" ", "<!-- x --> ", 4),
    "references": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "references twice": lambda text: html.escape(html.escape(f"<{text}>")),
    "percent": quote,
    "escapes": lambda text: text.encode("unicode_escape").decode(),
    "JSON": lambda text: json.dumps({"question": text, "more": [text]}),
    "JSON in JSON": lambda text: json.dumps({"q": json.dumps([text])}),
    "hexadecimal": lambda text: text.encode().hex(),
    "spaced hexadecimal": lambda text: text.encode().hex(" "),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 in pieces": lambda text: " ".join(
        base64.b64encode(text.encode()).decode()[at : at + 12] for at in range(0, 400, 12)
    ),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "backwards": lambda text: text[::-1],
    "words backwards": lambda text: " ".join(reversed(text.split())),
    "numbers": lambda text: " ".join(str(byte) for byte in text.encode()),
    "spelled": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "joined strings": lambda text: '"' + text.replace(" ", ' " + "', 6) + '"',
    "strings below each other": lambda text: '"' + text.replace(" ", ' "\n  "', 6) + '"',
    "hyphens": lambda text: "-\n".join(text[at : at + 3] for at in range(0, len(text), 3)),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "punycode": lambda text: "xn--" + text.encode("punycode").decode(),
    "zero width": "\u200b".join,
    "soft hyphens": lambda text: text.replace(" ", "\u00ad \u2060", 8),
    "tag characters": lambda text: "x" + "".join(chr(0xE0000 + ord(sign) % 128) for sign in text),
    "full width": lambda text: text.translate({code: code + 0xFEE0 for code in range(33, 127)}),
    "mathematical": lambda text: text.translate(
        {97 + at: 0x1D41A + at for at in range(26)}
    ),
    "look-alikes": lambda text: text.translate(str.maketrans("aeopcxy", "аеорсху")),
    "fillers": lambda text: text.replace(" ", " um "),
    "LaTeX": lambda text: "\\text{" + text.replace(" ", "}\\textbf{", 5) + "}",
    "links": lambda text: f"[{text}](there)",
    "signs for letters": lambda text: text.replace("a", "@").replace("s", "$"),
    "zero": lambda text: text.replace(" ", "\x00", 2),
    "half a pair": lambda text: text + "\ud800",
    "no-break": lambda text: text.replace(" ", "\u00a0"),
    "ligatures": lambda text: text.replace(" ", " \ufdfa\ufb03\u00bd ", 2),
    "inequality": lambda text: f"x < 3 and y <= 4 & z: 50% of {text} a_b R&D",
}  # fmt: skip


def prose(letters: str, count: int, draw: random.Random) -> str:
    """Words without sense."""
    return " ".join("".join(draw.choices(letters, k=draw.randint(1, 7))) for _ in range(count))


def index(items: Sequence[str]) -> ReserveIndex:
    """An index over these texts."""
    hasher = Hasher(KEY)
    return ReserveIndex(
        [
            Fingerprint(
                sealing="sea_x",
                reserve="r",
                item=f"item-{number}",
                part="task",
                words=len(words(text)),
                grams=to_text(hasher.fingerprint(words(text))),
            )
            for number, text in enumerate(items)
        ],
        KEY,
    )


def both_ways(
    compared: ReserveIndex, things: Sequence[Compared], monkeypatch: pytest.MonkeyPatch
) -> int:
    """Compare with and without the kernels, and return how many things overlap an item."""
    monkeypatch.setattr(contamination, "LEAST_SCREENED", 0)
    screened = list(compared.overlaps(things))
    monkeypatch.setattr(contamination, "LEAST_SCREENED", len(things) + 10**9)
    assert screened == list(compared.overlaps(things))
    return sum(map(bool, screened))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_disguise_in_every_script_is_found_as_without_kernels(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overlaps, figures, spans and rules are equal; what is found at all is found."""
    draw = random.Random(5)
    letters = SCRIPTS[script]
    items = [prose(letters, draw.choice((1, 2, 3, 4, 5, 7, 12, 14, 40)), draw) for _ in range(40)]
    items += [f"the template of a set {prose(letters, 3, draw)}" for _ in range(6)]
    things = []
    for number, (name, disguise) in enumerate(DISGUISES.items()):
        secret = items[number % len(items)]
        own = [prose(letters, 20, draw), disguise(secret), disguise(f"Then: {secret} ({secret})")]
        mixed = f"{prose(letters, 9, draw)}. {disguise(prose(letters, 30, draw))}"
        things += [
            Compared(name, [(f"/a/{at}", text) for at, text in enumerate(own)]),
            Compared(name, [("/a", mixed), ("/b/0/c", secret[: len(secret) // 2])]),
            Compared(name, [("/b/1/c", secret[len(secret) // 2 :]), ("/a", ""), ("/b/2/c", "x")]),
        ]
    assert both_ways(index(items), things, monkeypatch) > len(things) // 4


def test_groups_run_over_texts_of_one_field_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that is cut over messages is found, and over two fields it is not."""
    secret = (
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november"
    )
    first, second = " ".join(words(secret)[:7]), " ".join(words(secret)[7:])
    cut = Compared("cut", [("/m/0/text", first), ("/m/0/role", "x"), ("/m/1/text", second)])
    halves = [words(first)[:4], words(secret)[4:8]]
    apart = Compared("apart", [("/a", " ".join(halves[0])), ("/b", " ".join(halves[1]))])
    assert both_ways(index([secret]), [cut, apart], monkeypatch) == 1


def test_many_different_words_fill_the_tables_and_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tables of words grow in mid-text, and are forgotten where they hold too many."""
    from assay.reserve import screen

    draw = random.Random(9)
    monkeypatch.setattr(screen, "MOST_WORDS", 50_000)
    compared = index([prose(SCRIPTS["Latin"], 30, draw) for _ in range(3)])
    long = Compared("long", [("/a", " ".join(f"{at}b{at}ccccccccccccc" for at in range(90_000)))])
    secret = Compared("secret", [("/a", prose(SCRIPTS["Latin"], 30, random.Random(9)))])
    for _ in range(2):
        assert both_ways(compared, [long, secret], monkeypatch) == 1


def test_few_things_are_compared_without_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index loads the compiler with the first thing past the limit, and counts over calls."""
    monkeypatch.setattr(contamination, "LEAST_SCREENED", 3)
    compared = index(["alpha bravo charlie delta echo foxtrot"])
    for expected in (False, False, True):
        list(compared.overlaps([Compared("x", [("/a", "one")])]))
        assert ("_screen" in vars(compared)) is expected


def _published_texts() -> Iterator[list[str]]:
    """The texts of each file, JSON read and other lines as they stand."""
    for path in sorted(DATA.glob("*/*")):
        texts: list[str] = []
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                texts += [text for _, text in strings_of(json.loads(line))]
            except ValueError:
                texts.append(line)
        yield [text for text in texts if text]


def _texts_left_to_kernels(texts: Sequence[str]) -> int:
    """See that the kernels cut texts as Python does, and return how many they cut."""
    from assay.reserve import screen, word_kernels

    vocabulary = screen._Vocabulary(Hasher(KEY))
    arrow, broken = screen._as_arrow(list(texts))
    data, offsets = screen._buffers(arrow)
    result = vocabulary.cut(
        screen.Texts(
            data=data, starts=offsets[:-1], ends=offsets[1:],
            fields=np.zeros(len(texts), dtype=np.int32), n_fields=1, thing_starts=offsets, broken=broken,
        )
    )  # fmt: skip
    pool, ends = vocabulary._pool.tobytes(), vocabulary._ends
    plain = set((result.states == word_kernels.PLAIN).nonzero()[0].tolist()) - set(broken)
    for number in plain:
        ids = result.ids[result.starts[number] : result.starts[number + 1]]
        own = [pool[ends[at] : ends[at + 1]].decode() for at in ids]
        assert own == words(texts[number]), texts[number]
        # Of a text in plain letters the Python path reads nothing more.
        assert is_simple([texts[number]]) or not list(readings(texts[number])), texts[number]
    return len(plain)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_kernels_cut_has_the_words_of_the_canonical_text(script: str) -> None:
    """And no other reading; what may have one is left to Python, which is seldom."""
    draw = random.Random(2)
    texts = [prose(SCRIPTS[script] + "AZ09 .,'\n", 25, draw) for _ in range(200)]
    texts += [disguise(prose(SCRIPTS[script], 20, draw)) for disguise in DISGUISES.values()]
    signs = SCRIPTS[script][:5] + "aB1 0\n\t-*.)(\"'`+&<>\\/%=@{}#[]xnu;,_$!|"
    texts += ["".join(draw.choices(signs, k=draw.randint(1, 60))) for _ in range(1500)]
    assert _texts_left_to_kernels(texts) > len(texts) // 10


@pytest.mark.long
@pytest.mark.data
@pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"NO PUBLISHED TEXT WAS CUT: there is no folder {DATA}; set ASSAY_DATA",
)
def test_published_texts_are_cut_as_without_kernels() -> None:
    """In every file of the public data; most of the texts are plain."""
    plain = total = 0
    for texts in _published_texts():
        plain += _texts_left_to_kernels(texts)
        total += len(texts)
    assert plain > total / 2

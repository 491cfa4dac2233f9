"""Numbers as three languages write them, on the answers and questions of MGSM.

    python examples/verification/mgsm.py DATA_DIR

DATA_DIR holds the folder `mgsm-latin`: one `question TAB answer` a line, the same items in English,
German and French. Each answer is written as its language writes it and held against the answer
key under the right format, under each wrong one, and under `auto`. The numbers of the questions
are compared between the languages.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple

from assay.core.canonical import json_text
from assay.records.candidate import Candidate, MadeByUnknown
from assay.records.kinds import Outcome
from assay.records.record import Record, Source
from assay.records.task import Message, Task
from assay.verification.verifier import Found
from assay.verification.verifiers.numeric_answer import NumericAnswer
from assay.verification.written_number import (
    FORMATS,
    UnreadableNumberError,
    numbers_in,
    value_of_number,
)

Figures = dict[str, Any]
"""Name -> figure."""

Language = Literal["en", "de", "fr"]

LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")
FORMAT_NAMES: tuple[Literal["en", "de", "fr", "ch"], ...] = ("en", "de", "fr", "ch")

NARROW = "\u202f"


class Style(NamedTuple):
    """How a language writes a number and says it."""

    group: str
    decimal: str
    money: str
    sentence: str


STYLES: dict[Language, Style] = {
    "en": Style(",", ".", "${}", "That makes {} in all."),
    "de": Style(".", ",", "{} €", "Das macht zusammen {}."),
    "fr": Style(NARROW, ",", f"{{}}{NARROW}€", "Cela fait {} au total."),
}


class Rendering(NamedTuple):
    """One answer as its language writes it."""

    kind: str
    text: str
    value: str
    """The value that is meant, as English writes it without groups."""


def renderings(answer: int, style: Style) -> Iterator[Rendering]:
    """An answer plain, grouped, with decimals, with a currency sign, and in a sentence."""
    plain, grouped = str(answer), _grouped(answer, style.group)
    decimals = f"{grouped}{style.decimal}25"
    yield Rendering("plain", plain, plain)
    yield Rendering("grouped", grouped, plain)
    yield Rendering("decimals", decimals, f"{plain}.25")
    yield Rendering("currency", style.money.format(grouped), plain)
    yield Rendering("sentence", style.sentence.format(decimals), f"{plain}.25")
    if style.group == NARROW:
        yield Rendering("plain spaces", _grouped(answer, " "), plain)


def _grouped(number: int, sign: str) -> str:
    return f"{number:,}".replace(",", sign)


def ask(text: str, reference: str, language: str = "", **options: Any) -> str:
    """The verdict on an answer, in one word; the reference is written as English writes it."""
    record = Record(
        schema_version=1,
        part=Outcome(reference=reference),
        task=Task(
            messages=(Message(role="user", content="How many?"),),
            taxonomy={"language": language} if language else {},
        ),
        sources=(Source(source_class="mgsm"),),
        candidates=(Candidate(content=text, provenance=MadeByUnknown(reason="rendered")),),
    )
    found = NumericAnswer(reference_format="en", **options).verify(record, 0)
    return str(found.verdict.__struct_config__.tag) if isinstance(found, Found) else "nothing"


def read(folder: Path, language: Language) -> list[tuple[str, int]]:
    """Questions with their answers."""
    lines = (folder / f"mgsm_{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return [(question, int(answer.replace(",", ""))) for question, answer in rows]


def answers(items: list[tuple[str, int]], language: Language) -> Figures:
    """What the verifier makes of the answers, under each format."""
    made = [each for _, answer in items for each in renderings(answer, STYLES[language])]
    kinds = Counter(each.kind for each in made)
    right = Counter(
        each.kind for each in made if ask(each.text, each.value, number_format=language) == "pass"
    )
    return {
        "accepted under its own format": {
            kind: f"{right[kind]} of {count}" for kind, count in kinds.items()
        },
        "under a wrong format": {
            name: wrongly_read(made, language, name) for name in FORMAT_NAMES if name != language
        },
        "under auto, language named": dict(
            Counter(ask(each.text, each.value, language, number_format="auto") for each in made)
        ),
        "under auto, no language named": dict(
            Counter(ask(each.text, each.value, number_format="auto") for each in made)
        ),
    }


def wrongly_read(
    made: list[Rendering], language: Language, name: Literal["en", "de", "fr", "ch"]
) -> Figures:
    """What becomes of answers that are read as another language writes numbers.

    A number that reads as another value is planted twice: the true value as the reference under
    the wrong format, and the misread value as the reference under the right one. Neither may pass.
    """
    found: Counter[str] = Counter()
    for each in made:
        true, misread = Fraction(each.value), _value(each.text, name)
        if misread == true:
            found["means the same"] += 1
        elif misread is None:
            found["cannot be read"] += 1
            found["caught"] += ask(each.text, each.value, number_format=name) == "uncarried"
        else:
            found["reads as another value"] += 1
            wrong = ask(each.text, each.value, number_format=name)
            forged = ask(each.text, _decimal(misread), number_format=language)
            found["caught"] += wrong == forged == "fail"
    return dict(found)


def _value(text: str, name: str) -> Fraction | None:
    try:
        return value_of_number(list(numbers_in(text))[-1], FORMATS[name])
    except UnreadableNumberError:
        return None


def _decimal(value: Fraction) -> str:
    """A decimal fraction written out; exact, since these have at most five decimals."""
    scaled = value * 10**5
    return f"{scaled.numerator // 10**5}.{scaled.numerator % 10**5:05d}"


def numbers_of(question: str, language: Language) -> Counter[str]:
    """The values of a question's numbers; what cannot be read stands as it is written."""
    found: Counter[str] = Counter()
    for number in numbers_in(question):
        try:
            value = value_of_number(number, FORMATS[language], fractions=True)
        except UnreadableNumberError:
            found[f"unread {number.text}"] += 1
        else:
            found[str(value)] += 1
    return found


def compared(items: dict[Language, list[tuple[str, int]]], language: Language) -> Figures:
    """Where the numbers of a question differ from those of its English original."""
    pairs = zip(items["en"], items[language], strict=True)
    differing = {}
    for place, ((english, _), (other, _)) in enumerate(pairs):
        ours, theirs = numbers_of(other, language), numbers_of(english, "en")
        if ours != theirs:
            differing[place] = {
                "only here": sorted((ours - theirs).elements()),
                "only in English": sorted((theirs - ours).elements()),
            }
    same = sum(
        mine[1] == english[1] for mine, english in zip(items[language], items["en"], strict=True)
    )
    return {
        "answers equal": f"{same} of {len(items['en'])}",
        "numbers equal": f"{len(items['en']) - len(differing)} of {len(items['en'])}",
        "differing items, counted from 0": differing,
    }


def figures(folder: Path) -> Figures:
    """All figures of the example."""
    items = {language: read(folder, language) for language in LANGUAGES}
    return {
        "answers": {language: answers(items[language], language) for language in LANGUAGES},
        "questions": {language: compared(items, language) for language in ("de", "fr")},
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="the folder mgsm-latin")
    folder = parser.parse_args().data / "mgsm-latin"
    if not folder.is_dir():
        parser.error(f"there is no folder {folder}")
    found = figures(folder)
    for language, questions in found["questions"].items():
        differing = questions["differing items, counted from 0"]
        questions["differing items, counted from 0"] = {
            place: json_text(each) for place, each in differing.items()
        }
        found["questions"][language] = questions
    print(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()

"""Records with planted near copies, each of a known kind."""

import random
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from assay.records.kinds import Preference
from assay.records.record import Record
from assay.records.task import Message, Task
from simulators.planted_modes import record_of

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class PlantedCopies(NamedTuple):
    """Records, and which of them are copies of which."""

    records: list[Record]
    """All records, in an order that says nothing."""
    pairs: dict[str, list[tuple[str, str]]]
    """Kind of copy -> ids of the original and of the copy."""


def words(count: int, seed: int) -> list[str]:
    """Random words of two to nine letters."""
    draw = random.Random(seed)
    return ["".join(draw.choices(_LETTERS, k=draw.randint(2, 9))) for _ in range(count)]


def pair_of(prompt: str, *answers: str, split: str = "train") -> Record:
    """A comparison of answers to a prompt."""
    task = Task(messages=(Message(role="user", content=prompt),), taxonomy={"split": split})
    return record_of(Preference(), "code", 1, answers).replace(task=task)


def edited(share: float) -> Callable[[str, random.Random], str]:
    """Other words in the place of about this share of the words, each drawn by itself."""

    def edit(text: str, draw: random.Random) -> str:
        return " ".join(
            "".join(draw.choices(_LETTERS, k=6)) if draw.random() < share else word
            for word in text.split()
        )

    return edit


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "verbatim": lambda text, _: text,
    "capitals and marks": lambda text, _: text.upper().replace(" ", ", ") + "!",
    "another layout": lambda text, _: "* " + text.replace(" ", "\n\n- ", 9).replace(" ", "  "),
    "decomposed and wide": lambda text, _: unicodedata.normalize("NFD", text.translate(_WIDE)),
    "edited 2 %": edited(0.02),
    "edited 5 %": edited(0.05),
}
"""Kinds of copies that are found: the first four leave every word."""

UNEDITED = ("verbatim", "capitals and marks", "another layout", "decomposed and wide")

_WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in _LETTERS}


def planted_copies(originals: int, each: int, *, seed: int = 1) -> PlantedCopies:
    """Originals of a prompt of 60 words and an answer of 140, and copies of some of them.

    Args:
        originals: records that are no copies.
        each: copies of each kind; every original has one at most.
        seed: begins the draws.
    """
    draw = random.Random(seed)
    vocabulary = words(4000, seed)

    def prose(count: int) -> str:
        return " ".join(draw.choices(vocabulary, k=count))

    texts = [(f"Answer at length: {prose(60)}", prose(140)) for _ in range(originals)]
    records = [pair_of(prompt, answer, "I cannot say.") for prompt, answer in texts]
    pairs: dict[str, list[tuple[str, str]]] = {}
    for place, kind in enumerate(KINDS):
        for number in range(place * each, (place + 1) * each):
            prompt, answer = (KINDS[kind](text, draw) for text in texts[number])
            copy = pair_of(prompt, answer, "i cannot SAY", split="test")
            pairs.setdefault(kind, []).append((records[number].id, copy.id))
            records.append(copy)
    draw.shuffle(records)
    return PlantedCopies(records, pairs)

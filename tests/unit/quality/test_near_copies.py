"""Near copies count once; a shared document or template does not make copies."""

import random

import pytest

from assay.quality import near_copies
from assay.quality.near_copies import NearCopies, item_print
from assay.records.kinds import Preference
from assay.records.record import Record
from assay.records.task import Message, Task
from simulators.planted_modes import record_of

DRAW = random.Random(7)
WORDS = [f"{first}{second}" for first in "bcdfglmnprst" for second in ("ato", "ero", "ilu", "oma")]


def text(words: int) -> str:
    """Random words."""
    return " ".join(DRAW.choices(WORDS, k=words))


def item(prompt: str, *answers: str) -> Record:
    """A pair of answers to a prompt."""
    record = record_of(Preference(), "code", 1, answers)
    return record.replace(task=Task(messages=(Message(role="user", content=prompt),)))


def distinct(*items: Record) -> int:
    """How many of these are no near copies of an earlier one."""
    copies = NearCopies()
    for each in items:
        copies.add(item_print(each))
    return copies.distinct


def test_case_punctuation_and_one_word_in_sixty_do_not_make_an_item() -> None:
    """Such changes in the task, with the same answers, leave one item."""
    prompt, answer = text(60), text(60)
    assert distinct(
        item(prompt, answer, "b"),
        item(prompt.upper() + "!!", answer.replace(" ", ", "), "b"),
        item(prompt + " extra", answer, "b"),
    ) == 1  # fmt: skip


def test_a_shared_document_does_not_make_copies_of_different_answers() -> None:
    """Forty summaries of one article are forty items."""
    article = text(400)
    assert distinct(*(item(article, text(30), text(30)) for _ in range(40))) == 40
    assert distinct(*(item(article, f"yes {n}", f"no {n}") for n in range(40))) == 40


@pytest.mark.parametrize("where", ["end", "start"])
def test_the_end_of_a_long_text_is_looked_at(where: str) -> None:
    """Texts that share 30,000 characters and differ in the rest are different items."""
    shared = text(7_000)
    assert len(shared) > 30_000 > near_copies.MOST_CHARACTERS
    answers = [text(3_000) for _ in range(5)]
    both = [shared + " " + each if where == "end" else each + " " + shared for each in answers]
    assert distinct(*(item("Write.", each) for each in both)) == 5
    assert distinct(item("Write.", both[0]), item("Write.", both[0] + "!")) == 1


def test_a_shared_answer_does_not_make_copies_of_different_comparisons() -> None:
    """One long answer beside five others that differ makes five comparisons, in either order."""
    prompt, shared = text(40), text(300)
    others = [text(20) for _ in range(5)]
    assert distinct(*(item(prompt, shared, each) for each in others)) == 5
    assert distinct(item(prompt, shared, others[0]), item(prompt, others[0] + "!", shared)) == 1


def test_the_order_in_which_items_come_makes_no_difference() -> None:
    """Items that are near in a chain count the same, whichever comes first."""
    words = text(40).split()
    chain = [item(" ".join(words[:n] + ["new"] * 4 + words[n:]), "yes", "no") for n in range(8)]
    prints = [item_print(each) for each in chain]
    counts = set()
    for _ in range(12):
        copies = NearCopies()
        for each in DRAW.sample(prints, len(prints)):
            copies.add(each)
        counts.add(copies.distinct)
    assert len(counts) == 1


@pytest.mark.long
def test_one_template_does_not_make_the_work_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items that share four fifths of their words are compared with a bounded number each."""
    template, compared = text(80), 0
    original = near_copies.ItemPrint.is_near

    def counting(one: near_copies.ItemPrint, other: near_copies.ItemPrint) -> bool:
        nonlocal compared
        compared += 1
        return original(one, other)

    monkeypatch.setattr(near_copies.ItemPrint, "is_near", counting)
    assert distinct(*(item(f"{template} {text(20)}", "yes", "no") for _ in range(600))) > 595
    assert compared <= 600 * near_copies.BANDS * near_copies.MOST_COMPARED

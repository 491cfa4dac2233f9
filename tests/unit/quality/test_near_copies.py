"""Near copies count once; a shared document or template does not make copies."""

import random

import numpy as np
import pytest

from assay.core.compiled import is_available
from assay.quality import near_copies
from assay.quality.copy_sketches import sketch
from assay.quality.near_copies import NearCopies
from assay.records.attachment import Attachment
from assay.records.record import Record
from assay.records.task import Message, Task
from simulators.planted_copies import KINDS, UNEDITED, pair_of, planted_copies

DRAW = random.Random(7)
WORDS = [f"{first}{second}" for first in "bcdfglmnprst" for second in ("ato", "ero", "ilu", "oma")]
SCRIPTS = (
    "Ferry 12 sails at 9:15, doesn't it?", "Straße STRASSE ﬁne ½ ³", "渡し船は九時に出ます。", "轮渡九点开12分",
    "เรือออกเวลา ๙ โมง", "배는 아홉 시에 떠난다", "e\u0301té été", "😀 + 😀", "😀 - 😀", "", "_", "a_b __ c", "ab漢12cd",
    "1๒3", "\x00 \x1c a\u2028b", "𠀀𠀁x", "\ud800 half",
)  # fmt: skip

needs_kernels = pytest.mark.skipif(
    not is_available(), reason="NO KERNEL WAS TESTED: install the extra `bulk`"
)


def text(words: int) -> str:
    """Random words."""
    return " ".join(DRAW.choices(WORDS, k=words))


def distinct(*items: Record) -> int:
    """How many of these are no near copies of an earlier one."""
    copies = NearCopies()
    for record in items:
        copies.add(record)
    return copies.among().distinct


def test_case_punctuation_and_one_word_in_sixty_do_not_make_an_item() -> None:
    """Such changes in the task, with the same answers, leave one item."""
    prompt, answer = text(60), text(60)
    assert distinct(
        pair_of(prompt, answer, "b"),
        pair_of(prompt.upper() + "!!", answer.replace(" ", ", "), "b"),
        pair_of(prompt + " extra", answer, "b"),
    ) == 1  # fmt: skip


def test_of_short_texts_one_word_makes_another_item() -> None:
    """Below 24 words only the same words are a copy, whatever their case; from there one may differ."""
    words = text(23).split()
    short = pair_of(" ".join(words), "yes", "no")
    changed = [*words[:-1], "other"]
    assert distinct(short, pair_of(" ".join(words).title() + "?", "Yes.", "NO")) == 1
    assert distinct(short, pair_of(" ".join(changed), "yes", "no")) == 2
    longer = [pair_of(" ".join(["and", *those]), "yes", "no") for those in (words, changed)]
    assert distinct(*longer) == 1


def test_of_text_without_spaces_each_character_is_a_word() -> None:
    """One ideograph of forty leaves a copy, and one of twenty makes another item."""
    signs = "".join(chr(0x4E00 + 7 * number) for number in range(40))
    changed = signs[:10] + "変" + signs[11:]
    assert distinct(pair_of(signs, "好", "不"), pair_of(changed + "。", "好", "不")) == 1
    assert distinct(pair_of(signs[:20], "好", "不"), pair_of(changed[:20], "好", "不")) == 2


def test_a_shared_document_does_not_make_copies_of_different_answers() -> None:
    """Forty summaries of one article are forty items."""
    article = text(400)
    assert distinct(*(pair_of(article, text(30), text(30)) for _ in range(40))) == 40
    assert distinct(*(pair_of(article, f"yes {n}", f"no {n}") for n in range(40))) == 40


def test_texts_of_signs_alone_are_told_apart() -> None:
    """Where there is no word, the signs decide."""
    assert distinct(pair_of("Which?", "😀", "👍"), pair_of("Which?", "😀", "👎")) == 2
    assert distinct(pair_of("Which?", "😀", "👍"), pair_of("Which ?", "😀 ", "👍")) == 1


def test_one_question_about_two_pictures_is_two_items() -> None:
    """Its words alone make no copy."""
    question = text(60)

    def about(digest: str) -> Record:
        held = Attachment(at=0, digest=f"sha256:{digest * 64}", media_type="image/png", bytes=9)
        message = Message(role="user", content=question, attachments=(held,))
        return pair_of("", "yes", "no").replace(task=Task(messages=(message,)))

    assert distinct(about("a"), about("b"), about("a").replace(key="again")) == 2


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_a_long_text_is_looked_at_whole(where: str) -> None:
    """Texts that share 6,000 words and differ in 3,000 are different items, wherever these stand."""
    shared = text(6_000).split()
    at = {"start": 0, "middle": 3_000, "end": 6_000}[where]
    answers = [" ".join([*shared[:at], text(3_000), *shared[at:]]) for _ in range(4)]
    assert distinct(*(pair_of("Write.", answer) for answer in answers)) == 4
    assert distinct(pair_of("Write.", answers[0]), pair_of("Write.", answers[0] + "!")) == 1


def test_a_shared_answer_does_not_make_copies_of_different_comparisons() -> None:
    """One long answer beside five others that differ makes five comparisons, in either order."""
    prompt, shared = text(40), text(300)
    others = [text(20) for _ in range(5)]
    assert distinct(*(pair_of(prompt, shared, other) for other in others)) == 5
    assert (
        distinct(pair_of(prompt, shared, others[0]), pair_of(prompt, others[0] + "!", shared)) == 1
    )


def test_the_order_in_which_items_come_makes_no_difference() -> None:
    """Items that are near in a chain count the same, whichever comes first."""
    words = text(40).split()
    chain = [pair_of(" ".join(words[:n] + ["new"] * 4 + words[n:]), "yes", "no") for n in range(8)]
    assert len({distinct(*DRAW.sample(chain, len(chain))) for _ in range(12)}) == 1


@pytest.mark.long
def test_one_template_does_not_make_the_work_quadratic() -> None:
    """Items that share four fifths of their words are compared with a bounded number each."""
    template, copies = text(80), NearCopies()
    for _ in range(250):
        copies.add(pair_of(f"{template} {text(20)}", "yes", "no"))
    clustering = copies.among()
    assert clustering.distinct > 245
    assert clustering.passed_over > 0
    assert clustering.pairs < 250 * 249 / 2


def test_planted_copies_are_found() -> None:
    """All that leave every word, 95 of 100 with 5 % of other words, and nothing else."""
    planted = planted_copies(600, 100)
    copies = NearCopies()
    rows = {record.id: copies.add(record) for record in planted.records}
    firsts = copies.among().firsts
    shares = {
        kind: sum(firsts[rows[one]] == firsts[rows[other]] for one, other in pairs) / len(pairs)
        for kind, pairs in planted.pairs.items()
    }
    assert [shares[kind] for kind in UNEDITED] == [1.0] * len(UNEDITED)
    assert min(shares[kind] for kind in KINDS) >= 0.95
    originals = {rows[one]: rows[other] for pairs in planted.pairs.values() for one, other in pairs}
    together = {frozenset((row, first)) for row, first in firsts.items() if row != first}
    assert together <= {frozenset(pair) for pair in originals.items()}


@needs_kernels
def test_kernels_sketch_and_cluster_as_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every hash, group and band is the same, and so are clusters and counts."""
    records = planted_copies(60, 10).records
    records += [pair_of(one, other, one + other) for one in SCRIPTS for other in SCRIPTS[::3]]
    template = text(80)
    records += [pair_of(f"{template} {text(20)}", "yes", "no") for _ in range(90)]
    found = []
    for least in (1, len(records) + 1):
        monkeypatch.setattr(near_copies, "FEWEST_COMPILED", least)
        copies = NearCopies()
        for record in records:
            copies.add(record)
        found.append((copies.sketched(), copies.among(), copies.among(range(0, 200, 3))))
    (compiled, *clusterings), (plain, *others) = found
    assert clusterings == others
    assert clusterings[0].passed_over
    for one, other in zip(compiled.texts, plain.texts, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(compiled.bands, plain.bands)


def test_the_sketch_of_a_text_never_changes() -> None:
    """The hashes are part of the version of the algorithm, whatever machine computes them."""
    sketched = sketch(["Ferry 12 sails at nine.", "No."], [2], [False, False], is_compiled=False)
    assert sketched.texts.groups.tolist() == [1977848628, 4207986755, 3684809467, 2559902052]
    assert sketched.bands[0, :2].tolist() == [492830983159154233, 17491358623363638201]


def test_values_agree_as_often_as_groups_are_shared() -> None:
    """The share of equal bands is that which MinHash promises, at a similarity of a half."""
    tables = []
    for number in range(40):
        shared, *own = (text(70) + f" {number} {part}" for part in range(3))
        tables.append([f"{shared} {other}" for other in own])
    texts = [one for pair in tables for one in pair]
    sketched = sketch(texts, [1] * len(texts), [False] * len(texts), is_compiled=False)
    starts, groups = sketched.texts.group_starts, sketched.texts.groups
    expected, equal = [], []
    for number in range(0, len(texts), 2):
        one, other = (
            set(groups[starts[place] : starts[place + 1]].tolist())
            for place in (number, number + 1)
        )
        similarity = len(one & other) / len(one | other)
        expected.append(similarity**2)
        equal.append((sketched.bands[number] == sketched.bands[number + 1]).mean())
    assert np.mean(equal) == pytest.approx(np.mean(expected), abs=0.03)

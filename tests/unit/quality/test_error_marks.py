"""Which words reviewers marked as wrong."""

import pytest

from assay.quality.bootstrap import Resampling
from assay.quality.case import RecordCase
from assay.quality.error_marks import error_marks
from assay.quality.gathering import gather
from assay.quality.report import report_of
from assay.records.evidence import TextSpan
from assay.records.judgment import LocalizedError
from assay.records.kinds import Critique
from simulators.small_program import in_force, judged, single

TEXT = "alpha beta gamma"


def _error(start: int, end: int, text: str = TEXT) -> LocalizedError:
    place = TextSpan(pointer="/candidates/0/content", start=start, end=end, quote=text[start:end])
    return LocalizedError(place=place, category="wrong_sum", severity="high")


def test_each_word_is_marked_or_clean_for_each_who_looked() -> None:
    """A span marks every word that it touches; who found nothing calls every word clean."""
    record = single(Critique(), TEXT)
    looked = [
        judged(record, "a", errors=(_error(8, 13),)),
        judged(record, "b", errors=()),
    ]
    marks = [
        (word, judgment.reviewer.pseudonym, mark)
        for word, judgment, mark in error_marks(record, looked)
    ]
    assert [mark for _, name, mark in marks if name == "a"] == ["clean", "marked", "marked"]
    assert {mark for _, name, mark in marks if name == "b"} == {"clean"}


def test_scripts_without_spaces_are_read_by_character() -> None:
    """In Japanese each character is a word, so that a span covers some of a text."""
    text = "東京は都市です"
    record = single(Critique(), text)
    looked = [judged(record, "a", errors=(_error(0, 2, text),))]
    assert [mark for *_, mark in error_marks(record, looked)] == ["marked"] * 2 + ["clean"] * 5


def test_the_report_says_how_far_located_errors_match() -> None:
    """Mean F1 over records, and alpha over words, with their denominators."""
    cases = []
    for number, second in enumerate(((_error(6, 10),), (_error(0, 5),))):
        record = single(Critique(), TEXT, prompt=f"Spell the letters, {number}.")
        given = (judged(record, "a", errors=(_error(6, 10),)), judged(record, "b", errors=second))
        cases.append(RecordCase(id=record.id, record=record, judgments=given))
    report = report_of(gather(cases, in_force()), Resampling(replicates=50))
    assert (report.located_errors.records, report.located_errors.mean_f1) == (2, 0.5)
    (words,) = [question for question in report.questions if question.name == "marked_words"]
    assert (words.items, words.answers, words.counts) == (6, 12, {"clean": 8, "marked": 4})
    # Two of six words are disputed: observed disagreement 1/3, expected 2 * 8 * 4 / (12 * 11).
    assert words.agreement.alpha.value == pytest.approx(1 - (2 / 6) / (2 * 8 * 4 / (12 * 11)))

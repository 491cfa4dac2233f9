"""Properties of constraints: loose is never stricter, order and foreign text change nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.core.canonical import json_text
from assay.records.kinds import Outcome
from assay.verification.constraints.constraint import constraints_in, outcome_of
from assay.verification.constraints.counting import sentences, words
from assay.verification.verifier import Found
from assay.verification.verifiers.instruction_constraints import InstructionConstraints
from builders import model_answer, small_record

SOME: list[dict[str, Any]] = [
    {"id": "punctuation:no_comma"},
    {"id": "startend:quotation"},
    {"id": "detectable_format:title"},
    {"id": "detectable_format:json_format"},
    {"id": "combination:two_responses"},
    {"id": "change_case:english_lowercase"},
    {"id": "language:response_language", "parameters": {"language": "de"}},
    {"id": "keywords:existence", "parameters": {"keywords": ["a"]}},
    {"id": "keywords:forbidden_words", "parameters": {"forbidden_words": ["a"]}},
    {"id": "detectable_format:number_bullet_lists", "parameters": {"num_bullets": 1}},
    {"id": "detectable_format:number_highlighted_sections", "parameters": {"num_highlights": 1}},
    {"id": "detectable_content:number_placeholders", "parameters": {"num_placeholders": 1}},
    {"id": "detectable_content:postscript", "parameters": {"postscript_marker": "P.S."}},
    {"id": "length_constraints:number_paragraphs", "parameters": {"num_paragraphs": 2}},
    {"id": "length_constraints:number_words", "parameters": {"num_words": 3, "relation": "less than"}},
    {"id": "length_constraints:number_sentences", "parameters": {"num_sentences": 2, "relation": "less than"}},
]  # fmt: skip

LISTS = st.lists(st.sampled_from(SOME), min_size=1, max_size=6)
PIECES = st.sampled_from(
    ["a", "Aa", " ", "\n", "*", "***", '"', "<<", ">>", "[", "]", ",", ".", "P.S.", "1", "{", "я"]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


def verdict(text: str, constraints: list[dict[str, Any]], *, loose: bool = False) -> str:
    """The verdict on a response."""
    record = small_record(Outcome(criterion="instructions followed"), "?", model_answer(text))
    verifier = InstructionConstraints(loose=loose, constraints=json_text(constraints))
    found = verifier.verify(record, 0)
    assert isinstance(found, Found)
    return str(found.verdict.__struct_config__.tag)


@given(TEXTS, st.sampled_from(SOME))
def test_loose_is_never_stricter_than_strict(text: str, constraint: dict[str, Any]) -> None:
    """What holds strictly holds loosely; whatever does not hold loosely does not hold strictly."""
    (read,) = constraints_in(json_text([constraint]))
    strict, loose = (outcome_of(read, text, loose=each) for each in (False, True))
    assert loose == strict or loose.holds


@given(TEXTS, LISTS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_constraints_does_not_matter(
    text: str, constraints: list[dict[str, Any]], chance: Any, loose: bool
) -> None:
    """Any order of the same constraints comes to the same verdict."""
    shuffled = list(constraints)
    chance.shuffle(shuffled)
    assert verdict(text, constraints, loose=loose) == verdict(text, shuffled, loose=loose)


@given(TEXTS, LISTS, st.sampled_from(SOME))
def test_a_further_constraint_never_helps(
    text: str, constraints: list[dict[str, Any]], further: dict[str, Any]
) -> None:
    """What does not pass does not pass with one constraint more."""
    if verdict(text, constraints) != "pass":
        assert verdict(text, [*constraints, further]) != "pass"


@given(TEXTS, TEXTS)
def test_a_sentence_has_words_and_counts_add_up(first: str, second: str) -> None:
    """There are never more sentences than words, and a text apart adds the words that it has."""
    assert sentences(first) <= words(first.replace("_", " "))
    assert words(f"{first} {second}") == words(first) + words(second)
